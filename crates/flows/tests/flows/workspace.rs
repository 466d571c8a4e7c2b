//! The preset `workspace`, as its manual tells it (W1 to W5, W9): each user switches two-factor on and off.

use warifu_domain::{audit::EventKind, refusal::Refusal, session::Level, time::Span};

use crate::support::{Asked, Phone, Setting, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

#[tokio::test(flavor = "multi_thread")]
async fn w1_a_user_switches_two_factor_on_and_the_next_login_asks_for_a_code() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        assert_eq!(browser.send_password(&taro).await.unwrap(), Asked::Nothing);
        assert!(browser.overview().await.totp.is_none());

        let pending = browser.start_set_up().await.unwrap();
        assert_eq!(pending.account, "taro");
        let phone = Phone::scan(&pending.uri, &world.clock);
        browser.confirm_set_up(&phone.code()).await.unwrap();
        taro.phone = Some(phone);

        assert_eq!(browser.overview().await.totp.unwrap().since, world.now());
        assert_eq!(world.mails_to(&taro).await, [EventKind::SetUpConfirmed]);
        browser.sign_out().await;
        assert!(!browser.is_signed_in().await);

        assert_eq!(
            browser.send_password(&taro).await.unwrap(),
            Asked::Code(None)
        );
        assert!(
            !browser.is_signed_in().await,
            "the password alone opens nothing any more"
        );
        world.wait(Span::seconds(30));
        browser.send_code(&taro.phone().code()).await.unwrap();
        let who = browser.who().await.unwrap();
        assert_eq!(
            who.session
                .level(&world.tenant().await.policy.session, world.now()),
            Level::Mfa
        );
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w1_the_typed_key_is_the_scanned_one() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        let pending = browser.start_set_up().await.unwrap();
        let scanned = Phone::scan(&pending.uri, &world.clock);
        let typed = Phone::type_key(&pending.key_grouped, Default::default(), &world.clock);
        assert_eq!(scanned.code(), typed.code());
        browser.confirm_set_up(&typed.code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w2_ten_codes_of_eight_digits_are_downloaded_and_each_opens_once() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        assert!(
            taro.backup_codes.is_empty(),
            "they are downloaded, not shown"
        );
        browser.download_codes(&mut taro).await;
        assert_eq!(taro.backup_codes.len(), 10);
        assert_eq!(
            world.mails_to(&taro).await.last(),
            Some(&EventKind::BackupCodesIssued)
        );

        for (index, code) in taro.backup_codes.iter().enumerate() {
            let digits = code.replace('-', "");
            assert!(digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_digit()));
            let mut other = world.browser();
            other.send_password(&taro).await.unwrap();
            other.send_backup_code(code).await.unwrap();
            assert_eq!(other.overview().await.backup_codes.left, 9 - index as u32);
        }
        let mut other = world.browser();
        other.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(other.send_backup_code(&taro.backup_codes[3]).await),
            Refusal::BackupCodeUsed
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w3_a_new_download_voids_the_old_codes_used_or_not() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let old = taro.backup_codes.clone();
        browser.send_password(&taro).await.unwrap();
        browser.send_backup_code(&old[0]).await.unwrap();

        browser.download_codes(&mut taro).await;
        for code in &old {
            browser.send_password(&taro).await.unwrap();
            assert_eq!(
                refused(browser.send_backup_code(code).await),
                Refusal::BackupCodeSuperseded
            );
            // A right proof between them, so that the method is not paused.
            world.wait(Span::seconds(30));
            browser.send_code(&taro.phone().code()).await.unwrap();
        }
        browser.send_password(&taro).await.unwrap();
        browser
            .send_backup_code(&taro.backup_codes[0])
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w3_a_new_set_up_voids_the_codes() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let old = taro.backup_codes.clone();
        browser.enrol(&mut taro).await;
        assert_eq!(browser.overview().await.backup_codes.left, 0);
        browser.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(browser.send_backup_code(&old[0]).await),
            Refusal::BackupCodeSuperseded
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w4_login_is_by_code_or_by_backup_code_however_it_is_typed() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;

        let wide = |text: &str| -> String {
            text.chars()
                .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap())
                .collect()
        };
        let spellings: [&dyn Fn(&str) -> String; 4] = [
            &|code| code.to_owned(),
            &|code| format!(" {} {} ", &code[..3], &code[3..]),
            &|code| format!("{}-{}", &code[..3], &code[3..]),
            &|code| format!("{}\u{3000}{}", wide(&code[..3]), wide(&code[3..])),
        ];
        for (index, spell) in spellings.into_iter().enumerate() {
            world.wait(Span::seconds(30));
            browser.send_password(&taro).await.unwrap();
            browser
                .send_code(&spell(&taro.phone().code()))
                .await
                .unwrap();
            browser.send_password(&taro).await.unwrap();
            let code = taro.backup_codes[index].replace('-', "");
            browser.send_backup_code(&spell(&code)).await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w5_after_switching_off_the_password_is_enough_and_every_code_is_void() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        // Long after the proof: this preset asks only for a confirmation.
        world.wait(Span::minutes(50));
        browser.remove().await.unwrap();
        assert!(browser.is_signed_in().await);
        assert_eq!(
            world.mails_to(&taro).await.last(),
            Some(&EventKind::SecondFactorRemoved)
        );
        let overview = browser.overview().await;
        assert!(overview.totp.is_none());
        assert_eq!(overview.backup_codes.left, 0);

        let (old_phone, old_codes) = (taro.phone.take().unwrap(), taro.backup_codes.clone());
        let mut other = world.browser();
        assert_eq!(
            other.send_password(&taro).await.unwrap(),
            Asked::Nothing,
            "the normal login is enough"
        );

        // Set up anew, neither the old app nor an old code opens.
        browser.enrol(&mut taro).await;
        world.wait(Span::seconds(30));
        other.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(other.send_code(&old_phone.code()).await),
            Refusal::WrongCode
        );
        assert_eq!(
            refused(other.send_backup_code(&old_codes[0]).await),
            Refusal::BackupCodeSuperseded
        );
    })
    .await;
}
