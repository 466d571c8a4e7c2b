//! "I lost my device": suspended by the password at once, taken back by a backup code (SEC-44).

use warifu_domain::{
    attempt::Stage, audit::EventKind, decide::Methods, refusal::Refusal, time::Span,
};

use crate::support::{Asked, Phone, Setting, on_both, refused};

fn default() -> Setting {
    Setting::preset("default")
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_044_the_password_suspends_the_app_and_its_codes_are_refused_everywhere() {
    on_both(default(), async |world| {
        let (hana, mut signed_in) = world.member_with_app("hana").await;
        let mut owner = world.browser();
        owner.send_password(&hana).await.unwrap();
        owner.report_lost().await.unwrap();
        assert!(!owner.is_signed_in().await, "it opens nothing");
        assert!(!signed_in.is_signed_in().await, "sessions end (SEC-7)");
        assert_eq!(
            world.mails_to(&hana).await.last(),
            Some(&EventKind::SecondFactorSuspended)
        );

        // Whoever found the phone: in a new attempt, in this one.
        world.wait(Span::seconds(30));
        let code = hana.phone().code();
        signed_in.send_password(&hana).await.unwrap();
        for browser in [&mut signed_in, &mut owner] {
            assert_eq!(
                refused(browser.send_code(&code).await),
                Refusal::AppSuspended
            );
            assert_eq!(
                browser.attempt_view().await.stage,
                Stage::SecondFactor(Methods {
                    totp: false,
                    email: false,
                    backup_code: true,
                    helpdesk_code: false,
                })
            );
        }
        assert_eq!(world.totp_failures(&hana).await, 0, "nothing was judged");

        // Said twice, it is announced once.
        owner.report_lost().await.unwrap();
        let suspended = |kind: &&EventKind| **kind == EventKind::SecondFactorSuspended;
        assert_eq!(
            world.mails_to(&hana).await.iter().filter(suspended).count(),
            1
        );

        // The attempt goes on with a backup code, and from there a new app is set up.
        owner.send_backup_code(&hana.backup_codes[0]).await.unwrap();
        assert!(owner.overview().await.totp.unwrap().suspended);
        let pending = owner.start_set_up().await.unwrap();
        let phone = Phone::scan(&pending.uri, &world.clock);
        owner.confirm_set_up(&phone.code()).await.unwrap();
        assert!(!owner.overview().await.totp.unwrap().suspended);
        let mut thief = world.browser();
        thief.send_password(&hana).await.unwrap();
        world.wait(Span::seconds(30));
        assert_eq!(
            refused(thief.send_code(&hana.phone().code()).await),
            Refusal::WrongCode
        );
        thief.send_code(&phone.code()).await.unwrap();
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_044_a_found_device_is_taken_into_use_again_after_the_fresh_proof() {
    on_both(default(), async |world| {
        let (hana, _) = world.member_with_app("hana").await;
        let mut owner = world.browser();
        owner.send_password(&hana).await.unwrap();
        owner.report_lost().await.unwrap();
        owner.send_backup_code(&hana.backup_codes[0]).await.unwrap();
        world.wait(Span::minutes(5));
        assert_eq!(refused(owner.reactivate().await), Refusal::ProofNeeded);
        let proof = crate::support::TypedProof::BackupCode(hana.backup_codes[1].as_str().into());
        owner.send_proof(&hana.password, Some(proof)).await.unwrap();
        owner.reactivate().await.unwrap();
        assert_eq!(refused(owner.reactivate().await), Refusal::MethodMissing);
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        world.wait(Span::seconds(30));
        browser.send_code(&hana.phone().code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_044_without_an_attempt_that_waits_for_a_code_nothing_is_suspended() {
    on_both(default(), async |world| {
        let (hana, _) = world.member_with_app("hana").await;
        let jiro = world.member("jiro").await;
        let mut late = world.browser();
        late.send_password(&hana).await.unwrap();
        world.wait(Span::minutes(10));
        assert_eq!(refused(late.report_lost().await), Refusal::AttemptExpired);
        let mut enrolling = world.browser();
        assert_eq!(enrolling.send_password(&jiro).await.unwrap(), Asked::SetUp);
        assert_eq!(refused(enrolling.report_lost().await), Refusal::AttemptOver);
        assert_eq!(world.rows("totp", "suspended_at IS NOT NULL").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_044_without_backup_codes_a_suspended_app_is_the_administrator_s() {
    on_both(Setting::preset("mail-gateway"), async |world| {
        let (hana, _) = world.member_with_app("hana").await;
        let mut owner = world.browser();
        owner.send_password(&hana).await.unwrap();
        owner.report_lost().await.unwrap();
        world.wait(Span::seconds(30));
        for answer in [
            owner.send_code(&hana.phone().code()).await,
            owner.show_key_again(&hana.phone().code()).await.map(drop),
        ] {
            assert_eq!(refused(answer), Refusal::AppSuspended);
        }
        assert_eq!(
            refused(owner.send_backup_code("0000-0000").await),
            Refusal::TooManyWrongCodes
        );
    })
    .await;
}
