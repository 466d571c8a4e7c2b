//! What administrators do to accounts, and what it never does (SEC-40, SEC-41, SEC-84, W6, G8).

use warifu_domain::{
    audit::{Actor, EventKind},
    password::PasswordTerm,
    refusal::Refusal,
    time::Span,
};
use warifu_flows::{By, manage_tenants, manage_users};

use crate::support::{Asked, Setting, TypedProof, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_040_a_password_reset_never_touches_factors_and_never_logs_in() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let old = taro.password.clone();
        taro.password = "a melon under the moon".to_owned();
        let (tenant, login) = (world.tenant().await, taro.typed_login());
        manage_users::set_password(
            &world.ctx,
            &tenant,
            &login,
            &taro.password,
            PasswordTerm::Lasting,
        )
        .await
        .unwrap();
        assert!(!browser.is_signed_in().await);
        assert_eq!(
            world.mails_to(&taro).await.last(),
            Some(&EventKind::PasswordChanged)
        );

        let mut login = world.browser();
        let form = login.form("taro", &old, None);
        assert_eq!(refused(login.send_form(form).await), Refusal::WrongLogin);
        assert_eq!(login.send_password(&taro).await.unwrap(), Asked::Code(None));
        assert!(!login.is_signed_in().await);
        world.wait(Span::seconds(30));
        login.send_code(&taro.phone().code()).await.unwrap();
        login.send_password(&taro).await.unwrap();
        login.send_backup_code(&taro.backup_codes[0]).await.unwrap();
        assert_eq!(login.overview().await.backup_codes.left, 9);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_040_an_own_change_of_password_never_touches_factors() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        browser.prove(&taro).await;
        assert_eq!(
            refused(browser.change_password(&taro.password.clone()).await).code(),
            "PWD-05"
        );
        assert_eq!(
            refused(browser.change_password("short").await).code(),
            "PWD-01"
        );
        taro.password = "a melon under the moon".to_owned();
        browser.change_password(&taro.password).await.unwrap();
        let mut login = world.browser();
        assert_eq!(login.send_password(&taro).await.unwrap(), Asked::Code(None));
        login.send_backup_code(&taro.backup_codes[0]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_041_g8_w6_a_reset_clears_every_factor_at_once_tells_the_user_and_says_why() {
    for preset in ["workspace", "default"] {
        on_both(Setting::preset(preset), async |world| {
            let (mut taro, mut browser) = world.member_with_app("taro").await;
            if taro.backup_codes.is_empty() {
                browser.download_codes(&mut taro).await;
            }
            let mut pending = world.browser();
            pending.send_password(&taro).await.unwrap();
            let (tenant, login) = (world.tenant().await, taro.typed_login());
            let reset = async || {
                manage_users::reset_two_factor(
                    &world.ctx,
                    &tenant,
                    &By::CommandLine("phone lost, id card seen".to_owned()),
                    &login,
                )
                .await
            };
            assert!(reset().await.unwrap());

            assert!(!browser.is_signed_in().await);
            world.wait(Span::seconds(30));
            assert_eq!(
                refused(pending.send_code(&taro.phone().code()).await),
                Refusal::AttemptOver
            );
            assert_eq!(
                world.mails_to(&taro).await.last(),
                Some(&EventKind::SecondFactorReset)
            );
            let rows = world.audit_rows().await;
            let row = rows
                .iter()
                .rfind(|row| row.kind == EventKind::SecondFactorReset)
                .unwrap();
            assert_eq!(row.detail.as_deref(), Some("phone lost, id card seen"));
            assert_eq!(
                (row.user, row.actor),
                (Some(taro.id), Actor::CommandLine.number())
            );
            assert!(!reset().await.unwrap(), "there is nothing left to clear");

            let asked = if preset == "default" {
                Asked::SetUp
            } else {
                Asked::Nothing
            };
            assert_eq!(world.browser().send_password(&taro).await.unwrap(), asked);
            let (old_phone, old_codes) = (taro.phone.take().unwrap(), taro.backup_codes.clone());
            let mut again = world.browser();
            again.sign_in(&mut taro).await;
            if taro.phone.is_none() {
                again.enrol(&mut taro).await;
            }
            world.wait(Span::seconds(30));
            again.send_password(&taro).await.unwrap();
            assert_eq!(
                refused(again.send_code(&old_phone.code()).await),
                Refusal::WrongCode
            );
            assert_eq!(
                refused(again.send_backup_code(&old_codes[0]).await),
                Refusal::BackupCodeSuperseded
            );
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_041_a_reset_of_an_unfinished_set_up_says_that_there_was_nothing_and_voids_it() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        browser.start_set_up().await.unwrap();
        let (tenant, login) = (world.tenant().await, taro.typed_login());
        let had = manage_users::reset_two_factor(
            &world.ctx,
            &tenant,
            &By::CommandLine("asked".to_owned()),
            &login,
        )
        .await;
        assert!(!had.unwrap());
        // Neither is a set-up that is merely open something to switch off.
        browser.sign_in(&mut taro).await;
        browser.start_set_up().await.unwrap();
        browser.prove(&taro).await;
        assert_eq!(refused(browser.remove().await), Refusal::ProofNeeded);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_084_disabling_stops_every_door_at_once() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        browser.prove(&taro).await;
        let stale = browser.who().await.unwrap();
        let mut pending = world.browser();
        pending.send_password(&taro).await.unwrap();
        let (tenant, login) = (world.tenant().await, taro.typed_login());
        assert!(
            manage_users::disable_user(&world.ctx, &tenant, &By::command_line(), &login)
                .await
                .unwrap()
        );
        assert!(
            !manage_users::disable_user(&world.ctx, &tenant, &By::command_line(), &login)
                .await
                .unwrap()
        );

        assert!(!browser.is_signed_in().await);
        world.wait(Span::seconds(30));
        assert_eq!(
            refused(pending.send_code(&taro.phone().code()).await),
            Refusal::AttemptOver
        );
        assert_eq!(
            refused(pending.send_backup_code(&taro.backup_codes[0]).await),
            Refusal::AttemptOver
        );
        assert_eq!(
            refused(world.browser().send_password(&taro).await),
            Refusal::WrongLogin
        );
        assert_eq!(
            refused(browser.send_password(&taro).await),
            Refusal::WrongLogin
        );
        // A request that was on its way when it happened does nothing any more.
        let proof = TypedProof::Code(taro.phone().code().into());
        let late = warifu_flows::session::prove(
            &world.ctx,
            &tenant,
            &browser.request(),
            &stale,
            &taro.password,
            Some(proof),
        )
        .await;
        assert_eq!(refused(late), Refusal::NotSignedIn);

        assert!(
            manage_users::enable_user(&world.ctx, &tenant, &By::command_line(), &login)
                .await
                .unwrap()
        );
        world.wait(Span::seconds(30));
        browser.sign_in(&mut taro).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_084_suspending_a_tenant_stops_every_door_at_once() {
    on_both(Setting::preset("default"), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        let new = world.member("new").await;
        let (mut pending, mut enrolling) = (world.browser(), world.browser());
        pending.send_password(&taro).await.unwrap();
        assert_eq!(enrolling.send_password(&new).await.unwrap(), Asked::SetUp);
        let before = world.tenant().await;
        assert!(
            manage_tenants::set_suspended(&world.ctx, &By::command_line(), &world.slug, true)
                .await
                .unwrap()
        );

        assert!(!browser.is_signed_in().await);
        world.wait(Span::seconds(30));
        assert_eq!(
            refused(pending.send_code(&taro.phone().code()).await),
            Refusal::AttemptOver
        );
        assert_eq!(
            refused(enrolling.forced_set_up().await.map(drop)),
            Refusal::AttemptOver
        );
        assert_eq!(
            refused(world.browser().send_password(&taro).await),
            Refusal::WrongLogin
        );
        assert_eq!(
            refused(browser.send_password(&taro).await),
            Refusal::WrongLogin
        );
        assert!(
            !before.suspended,
            "what a request holds is not asked again; its attempt is gone"
        );

        assert!(
            manage_tenants::set_suspended(&world.ctx, &By::command_line(), &world.slug, false)
                .await
                .unwrap()
        );
        world.wait(Span::seconds(30));
        browser.sign_in(&mut taro).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_041_sec_078_nothing_an_administrator_gets_prints_a_secret() {
    on_both(workspace(), async |world| {
        let (taro, browser) = world.member_with_app("taro").await;
        let tenant = world.tenant().await;
        let details = manage_users::show_user(&world.ctx, &tenant, &taro.typed_login()).await;
        let details = details.unwrap();
        assert_eq!(details.email.as_deref(), Some(&*taro.email));
        assert!(details.totp.is_some());
        assert_eq!(details.sessions, 1);
        let printed = format!(
            "{details:?} {:?} {:?}",
            browser.who().await,
            browser.session
        );
        let secret = taro.phone().secret.to_base32();
        for hidden in [
            &*secret,
            &taro.password,
            &browser.session.as_ref().unwrap().expose(),
        ] {
            assert!(!printed.contains(hidden));
        }
        let missing = warifu_domain::user::Login::parse("nobody").unwrap();
        assert!(
            manage_users::show_user(&world.ctx, &tenant, &missing)
                .await
                .is_err()
        );
        let taken = manage_users::NewPerson {
            login: taro.typed_login(),
            name: String::new(),
            email: None,
            role: warifu_domain::user::Role::Member,
            password: "a melon under the moon".to_owned(),
            password_term: PasswordTerm::Lasting,
        };
        let again = manage_users::add_user(&world.ctx, &tenant, &By::command_line(), taken).await;
        assert!(matches!(
            again,
            Err(manage_users::ManageError::LoginTaken(_))
        ));
    })
    .await;
}
