//! Sessions: what begins and ends them, how long they last, what they are worth (SEC-4 to SEC-8, SEC-11, SEC-84).

use std::collections::BTreeSet;

use warifu_domain::{
    password::PasswordTerm, refusal::Refusal, session::Level, time::Span, token::Token,
};
use warifu_flows::{By, manage_tenants, manage_users, session};

use crate::support::{Asked, Setting, World, a_second_less, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_004_a_login_ends_the_session_that_the_browser_had() {
    on_both(Setting::preset("workspace"), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        let mut hana = world.member("hana").await;
        let mut elsewhere = world.browser();
        world.wait(Span::seconds(30));
        elsewhere.sign_in(&mut taro).await;
        let open = format!("user_id = {}", taro.id);
        for _ in 0..2 {
            let before = browser.clone();
            browser.sign_in(&mut taro).await;
            assert!(!before.is_signed_in().await);
            assert!(browser.is_signed_in().await);
            assert_eq!(world.rows("browser_session", &open).await, 2);
            assert!(
                world
                    .events_of(&taro)
                    .await
                    .ends_with(&["session.ended".to_owned(), "session.began".to_owned()])
            );
        }
        // Somebody else at the same browser: its cookie is replaced, too.
        let before = browser.clone();
        browser.sign_in(&mut hana).await;
        assert!(!before.is_signed_in().await);
        assert!(elsewhere.is_signed_in().await);
        let last = world.events_of(&taro).await.pop();
        assert_eq!(last.as_deref(), Some("session.ended"));
        // A login that comes to nothing ends nothing.
        refused(browser.guess_password("taro", 1).await);
        browser.send_password(&taro).await.unwrap();
        refused(browser.send_code(&taro.phone().wrong_code(0)).await);
        assert_eq!(browser.who().await.unwrap().user, hana.id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_004_every_step_has_a_token_of_its_own_and_none_stands_for_another() {
    on_both(workspace(), async |world| {
        let (taro, mut browser) = world.member_with_app("taro").await;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let is_new = |token: &Option<Token>, seen: &mut BTreeSet<String>| {
            seen.insert(token.as_ref().unwrap().expose())
        };
        assert!(is_new(&browser.session, &mut seen));
        browser.send_password(&taro).await.unwrap();
        assert!(is_new(&browser.attempt, &mut seen));

        // An attempt's cookie is no session, a session's no attempt.
        let mut stranger = world.browser();
        stranger.session = browser.attempt.clone();
        assert!(!stranger.is_signed_in().await);
        stranger.attempt = browser.session.clone();
        world.wait(Span::seconds(30));
        assert_eq!(
            refused(stranger.send_code(&taro.phone().code()).await),
            Refusal::AttemptOver
        );

        let finished = browser.attempt.clone();
        browser.send_code(&taro.phone().code()).await.unwrap();
        assert!(is_new(&browser.session, &mut seen));

        // A finished attempt cannot be played again.
        stranger.attempt = finished;
        world.wait(Span::seconds(30));
        assert_eq!(
            refused(stranger.send_code(&taro.phone().code()).await),
            Refusal::AttemptOver
        );
        assert_eq!(
            refused(stranger.try_attempt_view().await),
            Refusal::AttemptOver
        );
        // The right code was not spent by that.
        browser.send_password(&taro).await.unwrap();
        browser.send_code(&taro.phone().code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_006_sessions_end_by_idleness_and_absolutely_to_the_second() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let (mut idle, mut busy) = (world.browser(), world.browser());
        idle.sign_in(&mut taro).await;
        busy.sign_in(&mut taro).await;

        world.wait(a_second_less(Span::minutes(60)));
        assert!(busy.is_signed_in().await);
        assert_eq!(busy.overview().await.sessions, 2);
        world.wait(Span::seconds(1));
        assert!(!idle.is_signed_in().await);
        assert!(busy.is_signed_in().await);
        assert_eq!(busy.overview().await.sessions, 1);
        assert_eq!(busy.sessions().await.len(), 1);

        for _ in 0..21 {
            world.wait(Span::minutes(30));
            assert!(busy.is_signed_in().await);
        }
        world.wait(a_second_less(Span::minutes(30)));
        assert!(busy.is_signed_in().await, "a second before twelve hours");
        world.wait(Span::seconds(1));
        assert!(!busy.is_signed_in().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_006_logging_out_ends_the_session_at_once() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let (mut browser, mut other) = (world.browser(), world.browser());
        browser.sign_in(&mut taro).await;
        other.sign_in(&mut taro).await;
        let replayed = browser.clone();
        browser.sign_out().await;
        assert!(!replayed.is_signed_in().await);
        assert!(other.is_signed_in().await);
        assert_eq!(
            world.events_of(&taro).await.last().unwrap(),
            "session.ended"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_011_a_remembered_session_lives_on_but_drops_to_the_password() {
    let setting = workspace().with(|policy| {
        policy.login.remember_me = true;
        policy.session.remember_days = 30;
    });
    let level = async |world: &World, browser: &crate::support::Browser| {
        let rules = world.tenant().await.policy.session.clone();
        let who = browser.who().await.unwrap();
        (who.session.level(&rules, world.now()), who.lacks)
    };
    use warifu_domain::decide::Lacks;
    on_both(setting, async |world| {
        let (mut taro, _) = world.member_with_app("taro").await;
        let (mut idle, mut busy) = (world.browser(), world.browser());
        for browser in [&mut idle, &mut busy] {
            browser.remember = true;
            browser.sign_in(&mut taro).await;
        }
        // After an idle hour the session is there, but not worth what it was; and stays so when it is used again.
        world.wait(a_second_less(Span::minutes(60)));
        assert_eq!(level(&world, &busy).await, (Level::Mfa, Lacks::Nothing));
        world.wait(Span::seconds(1));
        for _ in 0..2 {
            assert_eq!(level(&world, &idle).await, (Level::Password, Lacks::Proof));
            world.wait(Span::minutes(2));
        }
        assert_eq!(refused(idle.remove().await), Refusal::ProofNeeded);
        assert_eq!(level(&world, &busy).await, (Level::Mfa, Lacks::Nothing));

        for _ in 0..22 {
            world.wait(Span::minutes(30));
            busy.who().await.unwrap();
        }
        assert_eq!(
            level(&world, &busy).await,
            (Level::Password, Lacks::Proof),
            "after twelve hours"
        );
        busy.prove(&taro).await;
        assert_eq!(level(&world, &busy).await, (Level::Mfa, Lacks::Nothing));

        // It never stands in for the second factor of a new login.
        assert_eq!(idle.send_password(&taro).await.unwrap(), Asked::Code(None));
        world.wait(Span::days(30));
        assert!(!busy.is_signed_in().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_011_nobody_stays_logged_in_where_the_policy_does_not_offer_it() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.remember = true;
        browser.sign_in(&mut taro).await;
        world.wait(Span::minutes(60));
        assert!(!browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_007_every_change_of_password_factors_or_status_ends_the_other_sessions() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        let tenant = world.tenant().await;
        for change in [
            "enrol",
            "issue",
            "password",
            "remove",
            "set password",
            "reset",
            "disable",
            "suspend",
        ] {
            println!("{change}");
            let (mut other, mut pending) = (world.browser(), world.browser());
            if !browser.is_signed_in().await {
                browser.sign_in(&mut taro).await;
            }
            if taro.phone.is_none() {
                browser.enrol(&mut taro).await;
            }
            other.sign_in(&mut taro).await;
            pending.send_password(&taro).await.unwrap();
            browser.prove(&taro).await;
            assert!(other.is_signed_in().await);

            let mut keeps_own = true;
            match change {
                "enrol" => browser.enrol(&mut taro).await,
                "issue" => browser.download_codes(&mut taro).await,
                "remove" => {
                    browser.remove().await.unwrap();
                    taro.phone = None;
                }
                "password" => {
                    taro.password = "a melon under the moon".to_owned();
                    browser.change_password(&taro.password).await.unwrap();
                }
                by_administrator => {
                    keeps_own = false;
                    let login = taro.typed_login();
                    match by_administrator {
                        "set password" => {
                            taro.password = "a plum under the moon".to_owned();
                            let new = &taro.password;
                            manage_users::set_password(
                                &world.ctx,
                                &tenant,
                                &login,
                                new,
                                PasswordTerm::Lasting,
                            )
                            .await
                            .unwrap();
                        }
                        "reset" => {
                            manage_users::reset_two_factor(
                                &world.ctx,
                                &tenant,
                                &By::CommandLine("lost phone".to_owned()),
                                &login,
                            )
                            .await
                            .unwrap();
                            taro.phone = None;
                        }
                        "disable" => {
                            manage_users::disable_user(
                                &world.ctx,
                                &tenant,
                                &By::command_line(),
                                &login,
                            )
                            .await
                            .unwrap();
                        }
                        _ => {
                            manage_tenants::set_suspended(
                                &world.ctx,
                                &By::command_line(),
                                &world.slug,
                                true,
                            )
                            .await
                            .unwrap();
                        }
                    }
                }
            }
            assert!(!other.is_signed_in().await, "{change}: the other session");
            assert_eq!(
                browser.is_signed_in().await,
                keeps_own,
                "{change}: this session"
            );
            world.wait(Span::seconds(30));
            let code = taro
                .phone
                .as_ref()
                .map_or("123456".to_owned(), |phone| phone.code());
            assert_eq!(
                refused(pending.send_code(&code).await),
                Refusal::AttemptOver,
                "{change}: the open attempt"
            );

            // Nothing of it comes back with the account.
            manage_users::enable_user(
                &world.ctx,
                &tenant,
                &By::command_line(),
                &taro.typed_login(),
            )
            .await
            .unwrap();
            manage_tenants::set_suspended(&world.ctx, &By::command_line(), &world.slug, false)
                .await
                .unwrap();
            assert!(!other.is_signed_in().await, "{change}: after it was undone");
        }
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_008_users_see_and_end_their_own_sessions_and_nobody_elses() {
    on_both(workspace(), async |world| {
        let (mut taro, mut hana) = (world.member("taro").await, world.member("hana").await);
        let (mut here, mut there, mut third) = (world.browser(), world.browser(), world.browser());
        here.sign_in(&mut taro).await;
        world.wait(Span::minutes(5));
        there.sign_in(&mut taro).await;
        let mut hanas = world.browser();
        hanas.sign_in(&mut hana).await;

        let listed = here.sessions().await;
        assert_eq!(listed.len(), 2);
        assert_eq!(
            listed
                .iter()
                .map(|session| session.is_this)
                .collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!(listed[0].address, there.address);
        let hanas_id = hanas.sessions().await[0].id;

        let (tenant, who) = (world.tenant().await, here.who().await.unwrap());
        let end = async |id| session::end(&world.ctx, &tenant, &here.request(), &who, id).await;
        assert_eq!(refused(end(hanas_id).await), Refusal::SessionGone);
        assert!(hanas.is_signed_in().await);
        end(listed[0].id).await.unwrap();
        assert!(!there.is_signed_in().await);
        assert_eq!(refused(end(listed[0].id).await), Refusal::SessionGone);

        there.sign_in(&mut taro).await;
        third.sign_in(&mut taro).await;
        let ended = session::end_others(&world.ctx, &tenant, &here.request(), &who).await;
        assert_eq!(ended.unwrap(), 2);
        assert!(here.is_signed_in().await && hanas.is_signed_in().await);
        assert!(!there.is_signed_in().await && !third.is_signed_in().await);
        assert!(
            world
                .events_of(&taro)
                .await
                .contains(&"sessions.ended ACC-04".to_owned())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_010_a_policy_that_becomes_stricter_counts_for_sessions_that_exist() {
    on_both(workspace(), async |world| {
        let mut taro = world.member("taro").await;
        let mut browser = world.browser();
        browser.sign_in(&mut taro).await;
        world.wait(Span::minutes(10));
        assert!(browser.is_signed_in().await);
        world
            .change_policy(|policy| policy.session.idle_minutes = 5)
            .await;
        world.wait(Span::minutes(5));
        assert!(!browser.is_signed_in().await);
    })
    .await;
}
