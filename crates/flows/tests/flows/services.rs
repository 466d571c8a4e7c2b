//! The presets `mail-gateway`, `camera` and `control-panel`, as their manuals tell them; each knob in both positions.

use warifu_domain::{
    audit::EventKind,
    policy::{Reauthentication, SetUpProof},
    refusal::Refusal,
    session::Level,
    time::Span,
};

use crate::support::{Asked, Person, Phone, Setting, TypedProof, World, on_both, refused};

fn gateway() -> Setting {
    Setting::preset("mail-gateway")
}

fn camera() -> Setting {
    Setting::preset("camera")
}

fn control_panel() -> Setting {
    Setting::preset("control-panel")
}

/// A member of `camera` with the app and the codes that the set-up showed.
async fn viewer(world: &World) -> (Person, crate::support::Browser) {
    world.member_with_app("viewer").await
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_a_current_code_shows_the_same_key_once_more_and_logs_in() {
    on_both(gateway(), async |world| {
        let (hana, _) = world.member_with_app("hana").await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        world.wait(Span::seconds(30));
        let code = hana.phone().code();
        let shown = browser.show_key_again(&code).await.unwrap();
        let second = Phone::scan(&shown.uri, &world.clock);
        assert_eq!(second.code(), hana.phone().code(), "the same secret");
        assert!(browser.is_signed_in().await);
        // The code is spent, as by any login (SEC-12).
        let mut again = world.browser();
        again.send_password(&hana).await.unwrap();
        assert_eq!(
            refused(again.show_key_again(&code).await),
            Refusal::CodeAlreadyUsed
        );
        // The further device logs in.
        world.wait(Span::seconds(30));
        again.send_code(&second.code()).await.unwrap();
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_039_a_key_is_shown_again_only_for_a_right_code_which_is_counted_noticed_and_on_record()
{
    on_both(gateway(), async |world| {
        let (hana, _) = world.member_with_app("hana").await;
        let mut thief = world.browser();
        thief.send_password(&hana).await.unwrap();
        for guess in 0..2 {
            assert_eq!(
                refused(thief.show_key_again(&hana.phone().wrong_code(guess)).await),
                Refusal::WrongCode
            );
        }
        assert_eq!(
            refused(thief.show_key_again("abc").await),
            Refusal::TooManyWrongCodes,
            "the third wrong one ends the attempt, on whichever button"
        );
        assert_eq!(world.totp_failures(&hana).await, 3);
        assert!(!thief.is_signed_in().await);
        let shown = EventKind::SecondFactorShown;
        assert!(!world.mails_to(&hana).await.contains(&shown));

        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        world.wait(Span::seconds(30));
        browser.show_key_again(&hana.phone().code()).await.unwrap();
        assert_eq!(world.mails_to(&hana).await.last(), Some(&shown));
        let events = world.events_of(&hana).await;
        assert!(events.contains(&"second_factor.shown".to_owned()));
        assert!(events.contains(&"second_factor.shown OTP-01".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_039_where_the_policy_does_not_say_so_no_code_shows_a_key() {
    let setting = gateway().with(|policy| policy.enrolment.show_again = false);
    on_both(setting, async |world| {
        let (hana, _) = world.member_with_app("hana").await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        world.wait(Span::seconds(30));
        let code = hana.phone().code();
        assert_eq!(
            refused(browser.show_key_again(&code).await),
            Refusal::NotOffered
        );
        // The code was not even looked at.
        browser.send_code(&code).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c1_the_password_is_typed_again_for_the_very_act_of_setting_up() {
    on_both(camera(), async |world| {
        let mut viewer = world.member("viewer").await;
        let mut browser = world.browser();
        browser.sign_in(&mut viewer).await;
        // However fresh the login is.
        assert_eq!(refused(browser.begin_set_up().await), Refusal::ProofNeeded);
        assert_eq!(
            refused(browser.prove_and_begin_set_up("a guess", None).await),
            Refusal::WrongPassword
        );
        assert!(browser.set_up_page().await.is_none());
        browser
            .prove_and_begin_set_up(&viewer.password, None)
            .await
            .unwrap();
        let pending = browser.set_up_page().await.unwrap();
        let phone = Phone::scan(&pending.uri, &world.clock);
        let codes = browser.confirm_set_up(&phone.code()).await.unwrap();
        assert_eq!(codes.unwrap().len(), 6, "C3: six");
        // The other app takes the second factor, not the password alone (SEC-37).
        assert_eq!(
            refused(browser.prove_and_begin_set_up(&viewer.password, None).await),
            Refusal::MalformedCode
        );
    })
    .await;
    let proof = camera().with(|policy| policy.enrolment.reauthentication = SetUpProof::Proof);
    on_both(proof, async |world| {
        let mut viewer = world.member("viewer").await;
        let mut browser = world.browser();
        browser.sign_in(&mut viewer).await;
        browser.begin_set_up().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_the_codes_are_looked_at_again_each_marked_used_or_unused() {
    on_both(camera(), async |world| {
        let (viewer, mut browser) = viewer(&world).await;
        let mut other = world.browser();
        other.send_password(&viewer).await.unwrap();
        other
            .send_backup_code(&viewer.backup_codes[2])
            .await
            .unwrap();

        let seen = browser.view_codes().await.unwrap();
        let expected: Vec<_> = viewer
            .backup_codes
            .iter()
            .enumerate()
            .map(|(index, code)| (code.clone(), index == 2))
            .collect();
        assert_eq!(seen, expected);
        assert!(
            world
                .events_of(&viewer)
                .await
                .contains(&"backup_codes.viewed".to_owned())
        );
        // Only after the fresh proof (SEC-37).
        world.wait(Span::minutes(5));
        assert_eq!(refused(browser.view_codes().await), Refusal::ProofNeeded);
        // New codes take their place; without two-factor there are none.
        browser.prove(&viewer).await;
        let mut viewer = viewer;
        browser.download_codes(&mut viewer).await;
        let seen = browser.view_codes().await.unwrap();
        assert_eq!(seen.len(), 6);
        assert!(
            seen.iter()
                .all(|(code, used)| !used && viewer.backup_codes.contains(code))
        );
        browser.remove_with(&viewer.password).await.unwrap();
        assert_eq!(world.rows("backup_code_set", "sealed IS NOT NULL").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_025_codes_are_looked_at_again_only_where_the_policy_says_so_and_said_so_then() {
    let once = camera().with(|policy| policy.backup_codes.viewable = false);
    on_both(once, async |world| {
        let (_, mut browser) = viewer(&world).await;
        assert_eq!(refused(browser.view_codes().await), Refusal::NotOffered);
        assert_eq!(world.rows("backup_code_set", "sealed IS NOT NULL").await, 0);
        world
            .change_policy(|policy| policy.backup_codes.viewable = true)
            .await;
        assert_eq!(
            refused(browser.view_codes().await),
            Refusal::BackupCodesNotKept
        );
        assert!(!browser.overview().await.backup_codes.viewable);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_023_codes_that_can_be_looked_at_are_not_in_a_stolen_database() {
    on_both(camera(), async |world| {
        let (viewer, _) = viewer(&world).await;
        let stolen = world.stolen_bytes().await;
        for code in &viewer.backup_codes {
            for text in [code.clone(), code.replace('-', "")] {
                assert!(
                    !stolen
                        .windows(text.len())
                        .any(|part| part == text.as_bytes())
                );
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c6_switching_off_asks_for_the_password_in_a_session_with_the_second_step() {
    on_both(camera(), async |world| {
        let (viewer, mut browser) = viewer(&world).await;
        world.wait(Span::minutes(10));
        for typed in ["", "a guess"] {
            assert_eq!(
                refused(browser.remove_with(typed).await),
                Refusal::WrongPassword
            );
        }
        browser.remove_with(&viewer.password).await.unwrap();
        assert_eq!(
            world.browser().send_password(&viewer).await.unwrap(),
            Asked::Nothing
        );
        assert_eq!(
            world.mails_to(&viewer).await.last(),
            Some(&EventKind::SecondFactorRemoved)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c6_after_losing_the_phone_a_backup_code_and_the_password_switch_it_off() {
    on_both(camera(), async |world| {
        let (viewer, _) = viewer(&world).await;
        let mut browser = world.browser();
        browser.send_password(&viewer).await.unwrap();
        browser
            .send_backup_code(&viewer.backup_codes[0])
            .await
            .unwrap();
        browser.remove_with(&viewer.password).await.unwrap();
        assert!(browser.overview().await.totp.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removal_asks_for_what_the_policy_says() {
    for (how, without, with) in [
        (Reauthentication::Confirm, None, None),
        (
            Reauthentication::Password,
            Some(Refusal::WrongPassword),
            None,
        ),
        (
            Reauthentication::Proof,
            Some(Refusal::ProofNeeded),
            Some(Refusal::ProofNeeded),
        ),
    ] {
        let setting = camera().with(|policy| policy.removal.reauthentication = how);
        on_both(setting, async |world| {
            for (typed, expected) in [("", without), ("right", with)] {
                let name = format!("viewer-{typed}");
                let (viewer, mut browser) = world.member_with_app(&name).await;
                world.wait(Span::minutes(6));
                let password = if typed.is_empty() {
                    ""
                } else {
                    &viewer.password
                };
                let answer = browser.remove_with(password).await;
                match expected {
                    Some(refusal) => assert_eq!(refused(answer), refusal, "{how:?} {typed}"),
                    None => answer.unwrap(),
                }
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_011_a_viewer_who_stays_logged_in_proves_the_second_step_before_switching_off() {
    on_both(camera(), async |world| {
        let (viewer, _) = viewer(&world).await;
        let mut browser = world.browser();
        browser.remember = true;
        browser.send_password(&viewer).await.unwrap();
        world.wait(Span::seconds(30));
        browser.send_code(&viewer.phone().code()).await.unwrap();
        world.wait(Span::days(29));
        let who = browser.who().await.expect("still logged in");
        let rules = world.tenant().await.policy.session.clone();
        assert_eq!(who.session.level(&rules, world.now()), Level::Password);
        assert_eq!(
            refused(browser.remove_with(&viewer.password).await),
            Refusal::ProofNeeded
        );
        browser.prove(&viewer).await;
        browser.remove_with(&viewer.password).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_p3_p4_p5_the_control_panel_as_its_manual_tells_it() {
    on_both(control_panel(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        // P2: leaving or reloading makes a new key.
        let abandoned = Phone::scan(&browser.start_set_up().await.unwrap().uri, &world.clock);
        let pending = browser.set_up_page().await.unwrap();
        assert_eq!(
            refused(browser.confirm_set_up(&abandoned.code()).await),
            Refusal::WrongCode
        );
        let phone = Phone::scan(&pending.uri, &world.clock);
        assert!(
            browser
                .confirm_set_up(&phone.code())
                .await
                .unwrap()
                .is_none(),
            "the manual has no backup codes"
        );
        taro.phone = Some(phone);
        // P4: only an administrator switches it off.
        assert_eq!(refused(browser.remove().await), Refusal::OnlyAdministrator);

        // P5: thirty seconds and no more, before or after.
        world.wait(Span::seconds(90));
        let phone = taro.phone();
        for stale in [-1, 1] {
            let mut login = world.browser();
            let code = phone.code_of(stale);
            let form = login.form(&taro.login, &taro.password, Some(&code));
            match login.send_form(form).await.unwrap() {
                Asked::Code(Some(_)) => {}
                other => panic!("{stale}: {other:?}"),
            }
            assert!(!login.is_signed_in().await);
        }
        // P3: user ID, password and code with one button.
        let mut login = world.browser();
        let form = login.form(&taro.login, &taro.password, Some(&phone.code()));
        assert_eq!(login.send_form(form).await.unwrap(), Asked::Nothing);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_003_a_code_on_the_same_page_is_not_looked_at_behind_a_wrong_password() {
    on_both(control_panel(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        world.wait(Span::seconds(30));
        let code = taro.phone().code();
        let mut thief = world.browser();
        for (login, password) in [(&*taro.login, "a guess"), ("nobody", &*taro.password)] {
            let form = thief.form(login, password, Some(&code));
            assert_eq!(refused(thief.send_form(form).await), Refusal::WrongLogin);
        }
        assert_eq!(world.totp_failures(&taro).await, 0);
        // The code is as good as new.
        let mut owner = world.browser();
        let form = owner.form(&taro.login, &taro.password, Some(&code));
        assert_eq!(owner.send_form(form).await.unwrap(), Asked::Nothing);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_staying_logged_in_is_offered_where_the_policy_says_so() {
    for (offered, days) in [(true, 30), (false, 30), (true, 0)] {
        let setting = camera().with(|policy| {
            policy.login.remember_me = offered;
            policy.session.remember_days = days;
        });
        on_both(setting, async |world| {
            let viewer = world.member("viewer").await;
            let mut browser = world.browser();
            browser.remember = true;
            browser.send_password(&viewer).await.unwrap();
            world.wait(Span::days(1));
            let stays = offered && days > 0;
            assert_eq!(browser.is_signed_in().await, stays, "{offered} {days}");
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_proof_replaces_an_app_where_the_first_one_takes_the_password() {
    on_both(camera(), async |world| {
        let (viewer, mut browser) = viewer(&world).await;
        world.wait(Span::seconds(30));
        let proof = TypedProof::Code(viewer.phone().code().into());
        browser
            .prove_and_begin_set_up(&viewer.password, Some(proof))
            .await
            .unwrap();
        assert!(browser.set_up_page().await.is_some());
    })
    .await;
}
