//! A forgotten password is reset by mail, and the second step stays (C4, SEC-40).

use warifu_domain::{audit::EventKind, refusal::Refusal, time::Span, token::Token};
use warifu_flows::{Enclosed, FlowError, login, notices};

use crate::support::{Asked, Browser, Person, Setting, World, a_second_less, on_both, refused};

const NEW: &str = "a brass kettle on the roof";

fn camera() -> Setting {
    Setting::preset("camera")
}

async fn ask(world: &World, browser: &Browser, login: &str) -> Result<(), FlowError> {
    let tenant = world.tenant().await;
    login::ask_reset(&world.ctx, &tenant, &browser.request(), login).await
}

async fn reset(world: &World, token: &Token, new: &str) -> Result<(), FlowError> {
    let (tenant, request) = (world.tenant().await, world.browser().request());
    login::reset(&world.ctx, &tenant, &request, token, new).await
}

/// The links that were mailed to a person, oldest first.
async fn links(world: &World, person: &Person) -> Vec<Token> {
    let tenant = world.tenant().await;
    let all = notices::list(&world.ctx, &tenant, 0, 1000).await.unwrap();
    let own = all
        .into_iter()
        .filter(|notice| notice.login == person.login);
    own.filter_map(|notice| match notice.enclosed {
        Some(Enclosed::Link(token)) => Some(token),
        _ => None,
    })
    .collect()
}

async fn link(world: &World, person: &Person) -> Token {
    ask(world, &world.browser(), &person.login).await.unwrap();
    links(world, person).await.pop().expect("mailed")
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_040_a_reset_logs_nobody_in_and_leaves_the_second_step_in_place() {
    on_both(camera(), async |world| {
        let (mut viewer, mut signed_in) = world.member_with_app("viewer").await;
        let mut waiting = world.browser();
        waiting.send_password(&viewer).await.unwrap();
        let token = link(&world, &viewer).await;
        reset(&world, &token, NEW).await.unwrap();

        assert!(!signed_in.is_signed_in().await, "every session ends");
        world.wait(Span::seconds(30));
        assert_eq!(
            refused(waiting.send_code(&viewer.phone().code()).await),
            Refusal::AttemptOver,
            "an attempt of the old password, too"
        );
        assert_eq!(
            refused(signed_in.send_password(&viewer).await),
            Refusal::WrongLogin
        );
        viewer.password = NEW.to_owned();
        let mut browser = world.browser();
        assert_eq!(
            browser.send_password(&viewer).await.unwrap(),
            Asked::Code(None)
        );
        assert!(!browser.is_signed_in().await);
        browser.send_code(&viewer.phone().code()).await.unwrap();
        assert_eq!(browser.overview().await.backup_codes.left, 6);
        let mails = world.mails_to(&viewer).await;
        assert!(mails.ends_with(&[EventKind::PasswordResetAsked, EventKind::PasswordReset]));
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_040_a_link_works_once_for_thirty_minutes_and_only_the_last_one() {
    on_both(camera(), async |world| {
        let (viewer, other) = (world.member("viewer").await, world.member("other").await);
        let first = link(&world, &viewer).await;
        let second = link(&world, &viewer).await;
        assert_eq!(
            refused(reset(&world, &first, NEW).await),
            Refusal::ResetLinkVoid
        );
        reset(&world, &second, NEW).await.unwrap();
        assert_eq!(
            refused(reset(&world, &second, NEW).await),
            Refusal::ResetLinkVoid
        );

        world.wait(Span::hours(1));
        let late = link(&world, &viewer).await;
        let in_time = link(&world, &other).await;
        world.wait(a_second_less(Span::minutes(30)));
        reset(&world, &in_time, NEW).await.unwrap();
        world.wait(Span::seconds(1));
        assert_eq!(
            refused(reset(&world, &late, NEW).await),
            Refusal::ResetLinkVoid
        );
        world.wait(Span::seconds(1));
        assert!(world.sweep().await > 0);
        assert_eq!(world.rows("password_reset", "1 = 1").await, 0);
        // A token of this server's own making, in another tenant.
        let neighbour = world.neighbour("neighbour").await;
        let again = link(&world, &other).await;
        assert_eq!(
            refused(reset(&neighbour, &again, NEW).await),
            Refusal::ResetLinkVoid
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_029_mails_are_limited_and_the_answer_is_the_same() {
    on_both(camera(), async |world| {
        let viewer = world.member("viewer").await;
        for _ in 0..20 {
            ask(&world, &world.browser(), "viewer").await.unwrap();
            ask(&world, &world.browser(), "nobody").await.unwrap();
        }
        assert_eq!(links(&world, &viewer).await.len(), 5, "in an hour");
        for _ in 0..3 {
            world.wait(Span::hours(1));
            for _ in 0..5 {
                ask(&world, &world.browser(), "viewer").await.unwrap();
            }
        }
        assert_eq!(links(&world, &viewer).await.len(), 10, "in a day");
        // One network, many accounts.
        let neighbour = world.neighbour("neighbour").await;
        let browser = neighbour.browser();
        let mut mailed = 0;
        for number in 0..40 {
            let person = neighbour.member(&format!("person{number}")).await;
            ask(&neighbour, &browser, &person.login).await.unwrap();
            mailed += links(&neighbour, &person).await.len();
        }
        assert_eq!(mailed, 30);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_048_a_reset_opens_the_closed_budget_of_its_account_and_no_other() {
    on_both(camera(), async |world| {
        let (mut viewer, _) = world.member_with_app("viewer").await;
        let kinds = "kind IN (1, 2) AND failures >= 50";
        for guess in 0..50 {
            let mut thief = world.browser();
            for login in ["viewer", "nobody"] {
                refused(thief.guess_password(login, guess).await);
            }
            world.wait(Span::minutes(15));
        }
        assert_eq!(world.rows("throttle", kinds).await, 1);
        let mut code_thief = world.browser();
        world.wait(Span::minutes(15));
        let failures = {
            let token = link(&world, &viewer).await;
            reset(&world, &token, NEW).await.unwrap();
            viewer.password = NEW.to_owned();
            code_thief.send_password(&viewer).await.unwrap();
            refused(code_thief.send_code(&viewer.phone().wrong_code(0)).await);
            world.totp_failures(&viewer).await
        };
        assert_eq!(world.rows("throttle", kinds).await, 0);
        let token = link(&world, &viewer).await;
        reset(&world, &token, "another kettle on the roof")
            .await
            .unwrap();
        assert_eq!(
            world.totp_failures(&viewer).await,
            failures,
            "guesses at the second factor stay counted"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_040_bad_passwords_closed_accounts_and_other_policies_reset_nothing() {
    on_both(camera(), async |world| {
        let viewer = world.member("viewer").await;
        let token = link(&world, &viewer).await;
        for bad in ["short", "viewer viewer viewer"] {
            assert!(matches!(
                refused(reset(&world, &token, bad).await),
                Refusal::Password(_)
            ));
        }
        // The link is not used up by them; changing the password is what makes it void.
        let mut browser = world.browser();
        browser.send_password(&viewer).await.unwrap();
        browser.change_password(NEW).await.unwrap();
        assert_eq!(
            refused(reset(&world, &token, NEW).await),
            Refusal::ResetLinkVoid
        );
        let token = link(&world, &viewer).await;
        world
            .change_policy(|policy| policy.login.password_reset = false)
            .await;
        assert_eq!(
            refused(reset(&world, &token, NEW).await),
            Refusal::ResetLinkVoid
        );
        assert_eq!(
            refused(ask(&world, &world.browser(), "viewer").await),
            Refusal::NotOffered
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_005_a_stolen_database_has_no_link_that_works() {
    on_both(camera(), async |world| {
        let viewer = world.member("viewer").await;
        let token = link(&world, &viewer).await.expose();
        let stolen = world.stolen_bytes().await;
        assert!(
            !stolen
                .windows(token.len())
                .any(|part| part == token.as_bytes())
        );
    })
    .await;
}
