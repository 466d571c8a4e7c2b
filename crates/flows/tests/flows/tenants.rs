//! Tenants do not see each other (SEC-68). Beside these stories, every story of this suite runs next to a tenant of the same name
//! whose people have the same login IDs and numbers, and checks at its end that nothing changed there.

use warifu_domain::{password::PasswordTerm, refusal::Refusal, time::Span};
use warifu_flows::{By, audit, manage_tenants, manage_users, notices, session};
use warifu_storage::AuditFilter;

use crate::support::{Asked, Browser, Person, Setting, TypedProof, World, on_both, refused};

/// The same person in two tenants of one server, as far as names and numbers go; passwords and factors differ.
struct Twins {
    here: World,
    there: World,
    ours: (Person, Browser),
    theirs: (Person, Browser),
}

async fn twins(world: &World) -> Twins {
    let there = world.neighbour("sakura").await;
    let mut ours = world.member_with_app("taro").await;
    ours.1.download_codes(&mut ours.0).await;

    let mut theirs = there.member("taro").await;
    let tenant = there.tenant().await;
    theirs.password = "quite another secret sentence".to_owned();
    manage_users::set_password(
        &there.ctx,
        &tenant,
        &theirs.typed_login(),
        &theirs.password,
        PasswordTerm::Lasting,
    )
    .await
    .unwrap();
    // The mail address is sealed for the number that it had.
    let (old, new, id) = (theirs.id, ours.0.id, tenant.id);
    let sql =
        format!("UPDATE person SET id = {new}, email = NULL WHERE tenant_id = {id} AND id = {old}");
    world.tamper(&sql).await;
    theirs.id = new;
    let mut browser = there.browser();
    browser.sign_in(&mut theirs).await;
    browser.enrol(&mut theirs).await;
    browser.download_codes(&mut theirs).await;
    Twins {
        here: world.clone(),
        there,
        ours,
        theirs: (theirs, browser),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_068_no_cookie_code_or_password_of_one_tenant_works_in_another() {
    on_both(Setting::preset("workspace"), async |world| {
        let Twins {
            here,
            there,
            ours: (ours, browser),
            theirs: (theirs, _),
        } = twins(&world).await;
        assert_eq!(ours.id, theirs.id);
        world.wait(Span::seconds(30));

        // Our session, attempt and known browser, over there.
        assert!(browser.is_signed_in().await);
        assert!(!browser.at(&there).is_signed_in().await);
        let mut login = here.browser();
        login.send_password(&ours).await.unwrap();
        let mut stranger = login.at(&there);
        for code in [ours.phone().code(), theirs.phone().code()] {
            assert_eq!(
                refused(stranger.send_code(&code).await),
                Refusal::AttemptOver
            );
        }
        assert_eq!(
            refused(stranger.try_attempt_view().await),
            Refusal::AttemptOver
        );
        assert_eq!(
            refused(stranger.send_password(&ours).await),
            Refusal::WrongLogin
        );
        for guess in 0..5 {
            stranger.known_browser = None;
            refused(stranger.guess_password("taro", guess).await);
        }
        stranger.known_browser = browser.known_browser.clone();
        assert_eq!(
            refused(stranger.send_password(&theirs).await),
            Refusal::WrongLogin,
            "our known browser is not known there"
        );

        // Our codes in an attempt over there, and in a proof.
        world.wait(Span::minutes(1));
        let mut login = there.browser();
        assert_eq!(
            login.send_password(&theirs).await.unwrap(),
            Asked::Code(None)
        );
        assert_eq!(
            refused(login.send_code(&ours.phone().code()).await),
            Refusal::WrongCode
        );
        assert_eq!(
            refused(login.send_backup_code(&ours.backup_codes[0]).await),
            Refusal::WrongBackupCode
        );
        login.send_code(&theirs.phone().code()).await.unwrap();
        let proof = Some(TypedProof::BackupCode(ours.backup_codes[0].clone().into()));
        assert_eq!(
            refused(login.send_proof(&theirs.password, proof).await),
            Refusal::WrongBackupCode
        );

        // All of ours still works here: nothing was spent, nothing counted.
        let mut login = here.browser();
        login.send_password(&ours).await.unwrap();
        login.send_code(&ours.phone().code()).await.unwrap();
        login.send_password(&ours).await.unwrap();
        login.send_backup_code(&ours.backup_codes[0]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_068_what_happens_in_one_tenant_neither_shows_nor_counts_in_another() {
    on_both(Setting::preset("workspace"), async |world| {
        let Twins {
            here,
            there,
            ours: (mut ours, mut browser),
            theirs: (theirs, mut their_browser),
        } = twins(&world).await;
        let before = there.dump().await;
        let (tenant, login) = (here.tenant().await, ours.typed_login());

        // Everything that changes, ends or closes something, here.
        for guess in 0..5 {
            refused(here.browser().guess_password("taro", guess).await);
        }
        world.wait(Span::minutes(1));
        let mut guesser = here.browser();
        guesser.send_password(&ours).await.unwrap();
        for code in 0..3 {
            refused(guesser.send_code(&ours.phone().wrong_code(code)).await);
        }
        browser.prove(&ours).await;
        browser.enrol(&mut ours).await;
        browser.download_codes(&mut ours).await;
        let who = browser.who().await.unwrap();
        session::end_others(&here.ctx, &tenant, &browser.request(), &who)
            .await
            .unwrap();
        browser
            .change_password("a melon under the moon")
            .await
            .unwrap();
        manage_users::reset_two_factor(
            &here.ctx,
            &tenant,
            &By::CommandLine("lost".to_owned()),
            &login,
        )
        .await
        .unwrap();
        manage_users::disable_user(&here.ctx, &tenant, &By::command_line(), &login)
            .await
            .unwrap();
        manage_tenants::set_suspended(&here.ctx, &By::command_line(), &here.slug, true)
            .await
            .unwrap();
        here.change_policy(|policy| policy.session.idle_minutes = 1)
            .await;

        assert!(
            before == there.dump().await,
            "rows of the other tenant changed"
        );
        assert!(their_browser.is_signed_in().await);
        world.wait(Span::minutes(2));
        assert!(their_browser.is_signed_in().await, "its own policy counts");
        their_browser.prove(&theirs).await;

        // Trail, notices and lists show one's own only, although numbers and names are the same.
        let (ours_seen, theirs_seen) =
            (here.events_of(&ours).await, there.events_of(&theirs).await);
        assert!(ours_seen.contains(&"user.disabled".to_owned()));
        assert!(
            !theirs_seen
                .iter()
                .any(|event| event.starts_with("user.disabled") || event.contains("OTP-01"))
        );
        let request = browser.request();
        refused(
            warifu_flows::login::start(
                &here.ctx,
                &tenant,
                &request,
                browser.form("taro", "a guess", None),
            )
            .await,
        );
        for (world, seen) in [(&here, 1), (&there, 0)] {
            let filter = AuditFilter {
                reference: Some(request.reference),
                ..AuditFilter::default()
            };
            let tenant = world.tenant().await;
            let found = audit::list(&world.ctx, &tenant, filter).await.unwrap();
            assert_eq!(found.len(), seen);
        }
        let tenant = there.tenant().await;
        let mails = notices::list(&there.ctx, &tenant, 0, 100).await.unwrap();
        assert!(mails.is_empty(), "the twin has no address");
        let listed = manage_users::list_users(&there.ctx, &tenant, &By::command_line(), "", 100)
            .await
            .unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].member.standing.factor, warifu_storage::Factor::On);
        assert!(!listed[0].member.disabled);
        here.check_audit().await;
        there.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_068_a_person_of_another_tenant_is_nobody_to_administrators() {
    on_both(Setting::preset("workspace"), async |world| {
        let there = world.neighbour("sakura").await;
        let hana = world.member("hana").await;
        let (tenant, login) = (there.tenant().await, hana.typed_login());
        assert!(
            manage_users::show_user(&there.ctx, &tenant, &login)
                .await
                .is_err()
        );
        assert!(
            manage_users::disable_user(&there.ctx, &tenant, &By::command_line(), &login)
                .await
                .is_err()
        );
        assert!(
            manage_users::reset_two_factor(
                &there.ctx,
                &tenant,
                &By::CommandLine("x".to_owned()),
                &login
            )
            .await
            .is_err()
        );
        let new = "a melon under the moon";
        assert!(
            manage_users::set_password(&there.ctx, &tenant, &login, new, PasswordTerm::Lasting)
                .await
                .is_err()
        );
        assert_eq!(
            world.browser().send_password(&hana).await.unwrap(),
            Asked::Nothing
        );
        assert_eq!(
            refused(there.browser().send_password(&hana).await),
            Refusal::WrongLogin
        );
    })
    .await;
}
