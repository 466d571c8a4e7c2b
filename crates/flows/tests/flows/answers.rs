//! Each kind of wrong has its own answer (W9), and each is counted.

use warifu_domain::{refusal::Refusal, time::Span};

use crate::support::{Asked, Setting, TypedProof, a_second_less, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

#[tokio::test(flavor = "multi_thread")]
async fn w9_a_code_is_refused_with_its_cause() {
    on_both(workspace(), async |world| {
        let (mut taro, _) = world.member_with_app("taro").await;
        world.wait(Span::seconds(30));
        let mut browser = world.browser();

        browser.send_password(&taro).await.unwrap();
        let wrong = taro.phone().wrong_code(0);
        assert_eq!(refused(browser.send_code(&wrong).await), Refusal::WrongCode);
        let right = taro.phone().code();
        browser.send_code(&right).await.unwrap();

        browser.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(browser.send_code(&right).await),
            Refusal::CodeAlreadyUsed
        );
        let before = taro.phone().code_of(-1);
        assert_eq!(
            refused(browser.send_code(&before).await),
            Refusal::CodeAlreadyUsed
        );

        for (ahead, minutes) in [
            (Span::minutes(-4), -4),
            (Span::seconds(100), 2),
            (Span::minutes(29), 29),
        ] {
            world.wait(Span::minutes(20));
            browser.send_password(&taro).await.unwrap();
            let phone = taro.phone.as_mut().unwrap();
            phone.ahead = ahead;
            let code = phone.code();
            phone.ahead = Span(0);
            assert_eq!(
                refused(browser.send_code(&code).await),
                Refusal::ClockOff { minutes }
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w9_a_backup_code_is_refused_with_its_cause() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let old = taro.backup_codes.clone();
        browser.download_codes(&mut taro).await;
        let mut login = world.browser();
        login.send_password(&taro).await.unwrap();
        login.send_backup_code(&taro.backup_codes[0]).await.unwrap();

        login.send_password(&taro).await.unwrap();
        let unknown = (0..).map(|number| format!("{number:08}"));
        let known: Vec<String> = old
            .iter()
            .chain(&taro.backup_codes)
            .map(|code| code.replace('-', ""))
            .collect();
        let unknown = unknown
            .into_iter()
            .find(|code| !known.contains(code))
            .unwrap();
        for (code, refusal) in [
            (unknown.as_str(), Refusal::WrongBackupCode),
            (&taro.backup_codes[0], Refusal::BackupCodeUsed),
        ] {
            assert_eq!(refused(login.send_backup_code(code).await), refusal);
        }
        login.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(login.send_backup_code(&old[0]).await),
            Refusal::BackupCodeSuperseded
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_024_what_is_no_code_is_refused_and_counted() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let long = "1".repeat(100_000);
        for junk in [
            "",
            " ",
            "null",
            "[]",
            "12345",
            "123456789",
            "12345x",
            "１２３",
            "-1",
            "0x1234",
            "1e5678",
            "123456\0",
            &long,
        ] {
            let mut browser = world.browser();
            browser.send_password(&taro).await.unwrap();
            assert_eq!(
                refused(browser.send_code(junk).await),
                Refusal::MalformedCode,
                "{junk:.20}"
            );
            assert_eq!(browser.attempt_view().await.guesses_left, 2);
            assert_eq!(
                refused(browser.send_backup_code(junk).await),
                Refusal::MalformedBackupCode,
                "{junk:.20}"
            );
            assert_eq!(browser.attempt_view().await.guesses_left, 1);
            world.wait(Span::minutes(15));
        }
        // An eight-digit code where the app makes six, and the other way round.
        let mut browser = world.browser();
        browser.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(browser.send_code("12345678").await),
            Refusal::WrongCode
        );
        assert_eq!(
            refused(browser.send_backup_code(&taro.phone().code()).await),
            Refusal::MalformedBackupCode
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_024_what_is_no_code_is_counted_in_a_proof_too() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        for guess in 1..=4 {
            let code = Some(TypedProof::Code("12345".into()));
            let answer = refused(browser.send_proof(&taro.password, code).await);
            assert_eq!(answer, Refusal::MalformedCode);
            let backup = Some(TypedProof::BackupCode("12345".into()));
            let answer = refused(browser.send_proof(&taro.password, backup).await);
            assert_eq!(answer, Refusal::MalformedBackupCode);
            assert_eq!(world.totp_failures(&taro).await, guess);
            let counted = "SELECT failures FROM backup_code_set WHERE tenant_id = 1";
            assert_eq!(world.number(counted).await, guess);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_the_third_wrong_code_ends_the_attempt_whatever_was_wrong() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        world.wait(Span::seconds(30));
        browser.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(browser.send_code(&taro.phone().wrong_code(0)).await),
            Refusal::WrongCode
        );
        assert_eq!(
            refused(browser.send_backup_code("nonsense").await),
            Refusal::MalformedBackupCode
        );
        assert_eq!(
            refused(browser.send_code(&taro.phone().wrong_code(1)).await),
            Refusal::TooManyWrongCodes
        );
        // Neither the right code nor an unused backup code opens it any more, and neither is spent by the try.
        assert_eq!(
            refused(browser.send_code(&taro.phone().code()).await),
            Refusal::TooManyWrongCodes
        );
        let code = taro.backup_codes[0].clone();
        assert_eq!(
            refused(browser.send_backup_code(&code).await),
            Refusal::TooManyWrongCodes
        );

        browser.send_password(&taro).await.unwrap();
        browser.send_code(&taro.phone().code()).await.unwrap();
        browser.send_password(&taro).await.unwrap();
        browser.send_backup_code(&code).await.unwrap();
        let events = world.events_of(&taro).await;
        assert!(
            events.contains(&"code.checked LOGIN-03".to_owned()),
            "{events:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_an_attempt_ends_with_its_time_to_the_second() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let (mut in_time, mut late) = (world.browser(), world.browser());
        in_time.send_password(&taro).await.unwrap();
        late.send_password(&taro).await.unwrap();
        world.wait(a_second_less(Span::minutes(10)));
        in_time.send_code(&taro.phone().code()).await.unwrap();
        world.wait(Span::seconds(1));
        assert_eq!(
            refused(late.send_code(&taro.phone().code_of(1)).await),
            Refusal::AttemptExpired
        );
        assert_eq!(
            refused(late.try_attempt_view().await),
            Refusal::AttemptExpired
        );
        assert!(!late.is_signed_in().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_003_p3_a_code_on_the_login_page_counts_only_behind_the_right_password() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        world.wait(Span::seconds(30));
        let mut browser = world.browser();
        let right = taro.phone().code();

        // A right code with a wrong password is not looked at: it is not spent, and no guess is counted.
        for (login, password) in [
            ("taro", "guess"),
            ("nobody", &*taro.password),
            ("", ""),
            ("taro", ""),
        ] {
            let form = browser.form(login, password, Some(&right));
            assert_eq!(refused(browser.send_form(form).await), Refusal::WrongLogin);
        }
        assert_eq!(world.totp_failures(&taro).await, 0);
        assert!(
            !world
                .events_of(&taro)
                .await
                .iter()
                .any(|event| event.starts_with("code.checked"))
        );

        let wrong = taro.phone().wrong_code(0);
        let form = browser.form("taro", &taro.password, Some(&wrong));
        assert_eq!(
            browser.send_form(form).await.unwrap(),
            Asked::Code(Some(Refusal::WrongCode))
        );
        assert_eq!(browser.attempt_view().await.guesses_left, 2);

        let form = browser.form("taro", &taro.password, Some(&right));
        assert_eq!(browser.send_form(form).await.unwrap(), Asked::Nothing);
        let form = browser.form("taro", &taro.password, Some("  "));
        assert_eq!(
            browser.send_form(form).await.unwrap(),
            Asked::Code(None),
            "an empty field is no code"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_014_the_window_is_as_wide_as_the_policy_says_and_no_wider() {
    for skew in [0_i64, 2] {
        let setting = workspace().with(|policy| policy.totp.skew_steps = skew as u8);
        on_both(setting, async |world| {
            let (taro, _) = world.member_with_app("taro").await;
            for offset in [-skew - 1, skew + 1, -skew, skew] {
                // Each offset beyond everything spent before, and every wait of the failures over.
                world.wait(Span::minutes(16));
                let mut browser = world.browser();
                browser.send_password(&taro).await.unwrap();
                let answer = browser.send_code(&taro.phone().code_of(offset)).await;
                if offset.abs() <= skew {
                    answer.unwrap();
                } else {
                    assert!(
                        matches!(refused(answer), Refusal::ClockOff { .. }),
                        "offset {offset}, skew {skew}"
                    );
                }
            }
        })
        .await;
    }
}
