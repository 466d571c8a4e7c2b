//! Requests that cross: what was true when a request began is not when it ends. Each of these was possible once.

use warifu_domain::{password::PasswordTerm, policy::Enrolment, refusal::Refusal, time::Span};
use warifu_flows::{account, enrol, manage_users, session};

use crate::support::{Asked, Phone, Setting, TypedProof, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

/// Shows: SEC-3, SEC-37.
#[tokio::test(flavor = "multi_thread")]
async fn sec_001_an_attempt_from_before_a_set_up_cannot_replace_the_app_with_the_password_alone() {
    on_both(Setting::preset("default"), async |world| {
        let mut hana = world.member("hana").await;
        // A thief has the password; both begin the set-up that the policy demands.
        let (mut thief, mut late_thief) = (world.browser(), world.browser());
        assert_eq!(thief.send_password(&hana).await.unwrap(), Asked::SetUp);
        assert_eq!(late_thief.send_password(&hana).await.unwrap(), Asked::SetUp);
        let thiefs = Phone::scan(&thief.forced_set_up().await.unwrap().uri, &world.clock);
        let mut owner = world.browser();
        owner.sign_in(&mut hana).await;

        assert_eq!(
            refused(thief.send_first_code(&thiefs.code()).await.map(drop)),
            Refusal::AttemptOver
        );
        for thief in [&mut thief, &mut late_thief] {
            assert_eq!(
                refused(thief.forced_set_up().await.map(drop)),
                Refusal::AttemptOver
            );
            assert!(!thief.is_signed_in().await);
        }
        assert!(owner.is_signed_in().await);
        world.wait(Span::seconds(30));
        owner.send_password(&hana).await.unwrap();
        owner.send_code(&hana.phone().code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_001_an_attempt_whose_set_up_is_not_demanded_any_more_starts_again_from_the_password() {
    on_both(Setting::preset("default"), async |world| {
        let hana = world.member("hana").await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        let phone = Phone::scan(&browser.forced_set_up().await.unwrap().uri, &world.clock);
        world
            .change_policy(|policy| policy.second_factor.enrolment = Enrolment::Optional)
            .await;
        assert_eq!(
            refused(browser.send_first_code(&phone.code()).await.map(drop)),
            Refusal::AttemptOver
        );
        assert_eq!(browser.send_password(&hana).await.unwrap(), Asked::Nothing);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_007_a_request_of_a_session_that_ended_meanwhile_changes_nothing() {
    on_both(workspace(), async |world| {
        let (mut taro, mut owner) = world.member_with_app("taro").await;
        owner.download_codes(&mut taro).await;
        let mut stolen = world.browser();
        stolen.sign_in(&mut taro).await;
        stolen.prove(&taro).await;
        let phone = Phone::scan(&stolen.start_set_up().await.unwrap().uri, &world.clock);
        let generation = stolen.backup_generation().await;
        // The thief's requests have found their session; before they write, the owner ends it.
        let (tenant, who) = (world.tenant().await, stolen.who().await.unwrap());
        let (owners, request) = (owner.who().await.unwrap(), owner.request());
        let ended = session::end_others(&world.ctx, &tenant, &request, &owners).await;
        assert_eq!(ended.unwrap(), 1);
        let before = world.dump().await;

        let (ctx, request) = (&world.ctx, stolen.request());
        let gone = Refusal::NotSignedIn;
        let new = "a melon under the moon";
        assert_eq!(
            refused(account::change_password(ctx, &tenant, &request, &who, new).await),
            gone
        );
        assert_eq!(
            refused(enrol::start_totp(ctx, &tenant, &request, &who).await),
            gone
        );
        let code = phone.code();
        assert_eq!(
            refused(
                enrol::confirm_totp(ctx, &tenant, &request, &who, &code)
                    .await
                    .map(drop)
            ),
            gone
        );
        assert_eq!(
            refused(enrol::abandon_totp(ctx, &tenant, &request, &who).await),
            gone
        );
        assert_eq!(
            refused(enrol::remove_totp(ctx, &tenant, &request, &who, "").await),
            gone
        );
        let issued = enrol::issue_backup_codes(ctx, &tenant, &request, &who, generation).await;
        assert_eq!(refused(issued.map(drop)), gone);
        world.wait(Span::seconds(30));
        let proof = Some(TypedProof::Code(taro.phone().code().into()));
        let proved = session::prove(ctx, &tenant, &request, &who, &taro.password, proof).await;
        assert_eq!(refused(proved.map(drop)), gone);
        let backup = Some(TypedProof::BackupCode(taro.backup_codes[0].clone().into()));
        let proved = session::prove(ctx, &tenant, &request, &who, &taro.password, backup).await;
        assert_eq!(refused(proved.map(drop)), gone);
        assert_eq!(
            refused(
                session::end_others(ctx, &tenant, &request, &who)
                    .await
                    .map(drop)
            ),
            gone
        );
        let this = owner.sessions().await[0].id;
        assert_eq!(
            refused(session::end(ctx, &tenant, &request, &who, this).await),
            gone
        );

        // Nothing but events and counted guesses was written.
        let after = world.dump().await;
        for table in [
            "person",
            "totp",
            "login_attempt",
            "browser_session",
            "outbox",
        ] {
            assert_eq!(before.table(table), after.table(table), "{table}");
        }
        // The code and the backup code were not spent by it.
        owner.send_password(&taro).await.unwrap();
        owner.send_code(&taro.phone().code()).await.unwrap();
        owner.send_password(&taro).await.unwrap();
        owner.send_backup_code(&taro.backup_codes[0]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_007_a_login_that_was_being_verified_while_the_password_changed_opens_nothing() {
    on_both(workspace(), async |world| {
        let taro = world.member("taro").await;
        let tenant = world.tenant().await;
        // A thief keeps logging in with the old password while it is changed: in each round a few logins are under way.
        for round in 0..12 {
            let old = if round == 0 {
                taro.password.clone()
            } else {
                format!("a melon under moon {round}")
            };
            let new = format!("a melon under moon {}", round + 1);
            let logins: Vec<_> = (0..6)
                .map(|_| {
                    let (mut thief, old) = (world.browser(), old.clone());
                    tokio::spawn(async move {
                        let form = thief.form("taro", &old, None);
                        // Refused or not: what counts is whether it lives afterwards.
                        thief.send_form(form).await.ok();
                        thief
                    })
                })
                .collect();
            if round % 2 == 1 {
                tokio::task::yield_now().await;
            }
            manage_users::set_password(
                &world.ctx,
                &tenant,
                &taro.typed_login(),
                &new,
                PasswordTerm::Lasting,
            )
            .await
            .unwrap();
            for login in logins {
                let thief = login.await.unwrap();
                assert!(!thief.is_signed_in().await, "round {round}");
            }
        }
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_075_hashing_an_old_password_anew_does_not_bring_it_back() {
    on_both(workspace(), async |world| {
        let taro = world.member("taro").await;
        for round in 0..12 {
            // Each round begins with a password of a lower cost than the server now wants.
            let old = format!("a plum under the moon {round}");
            let new = format!("a melon under the moon {round}");
            let tenant = world.tenant().await;
            manage_users::set_password(
                &world.ctx,
                &tenant,
                &taro.typed_login(),
                &old,
                PasswordTerm::Lasting,
            )
            .await
            .unwrap();
            let dearer = world.with_dearer_hashes(round + 2).await;
            let mut thief = dearer.browser();
            let login = tokio::spawn(async move {
                let form = thief.form("taro", &old, None);
                thief.send_form(form).await.ok();
                thief
            });
            if round % 2 == 1 {
                tokio::task::yield_now().await;
            }
            manage_users::set_password(
                &world.ctx,
                &tenant,
                &taro.typed_login(),
                &new,
                PasswordTerm::Lasting,
            )
            .await
            .unwrap();
            let thief = login.await.unwrap();
            assert!(!thief.is_signed_in().await);
            world.wait(Span::minutes(20));
            let mut owner = world.browser();
            let form = owner.form("taro", &new, None);
            assert_eq!(
                owner.send_form(form).await.unwrap(),
                Asked::Nothing,
                "round {round}"
            );
        }
    })
    .await;
}
