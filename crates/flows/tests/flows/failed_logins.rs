//! What a login that fails costs: the same for everybody, and nothing where there is nothing to look at (SEC-49, SEC-76).

use warifu_domain::refusal::Refusal;
use warifu_flows::By;
use warifu_flows::manage_users;

use crate::{
    support::{Browser, Person, Setting, World, on_both, refused},
    throttling::close_password_budget,
};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

/// What one wrong login costs: evaluations of the password hash, and calls of the database.
async fn cost(world: &World, mut browser: Browser, login: &str, password: &str) -> (u64, i64) {
    const FAR: u32 = 1_000_000;
    let hashes = world.ctx.hasher.computed();
    world.fault.fail_at(FAR);
    let form = browser.form(login, password, Some("123456"));
    let tenant = world.ctx.tenant(&world.slug).await.unwrap().unwrap();
    let answer = warifu_flows::login::start(&world.ctx, &tenant, &browser.request(), form).await;
    let calls = i64::from(FAR) - world.fault.calls_left();
    world.fault.fail_at(0);
    assert_eq!(refused(answer), Refusal::WrongLogin);
    browser.attempt = None;
    (world.ctx.hasher.computed() - hashes, calls)
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_049_every_login_that_fails_answers_and_costs_the_same() {
    on_both(workspace(), async |world| {
        let (with_app, _) = world.member_with_app("with-app").await;
        let without = world.member("without-app").await;
        let disabled = world.member("disabled").await;
        let locked = world.member("locked").await;
        let tenant = world.tenant().await;
        manage_users::disable_user(
            &world.ctx,
            &tenant,
            &By::command_line(),
            &disabled.typed_login(),
        )
        .await
        .unwrap();
        let usual = cost(&world, world.browser(), "with-app", "a wrong guess").await;
        assert_eq!(usual.0, 1);
        let people: [(&str, &str); 4] = [
            ("without-app", "a wrong guess"),
            ("nobody", "a wrong guess"),
            ("disabled", "a wrong guess"),
            ("nobody-else", &with_app.password),
        ];
        for (login, password) in people {
            assert_eq!(
                cost(&world, world.browser(), login, password).await,
                usual,
                "{login}"
            );
        }

        // In a pause, and with a closed budget, the right password costs what a wrong one does, of whoever it is.
        for (person, login) in [(&locked, "locked"), (&without, "nobody-at-all")] {
            close_password_budget(&world, login).await;
            let right = cost(&world, world.browser(), login, &person.password).await;
            let wrong = cost(&world, world.browser(), login, "a wrong guess").await;
            assert_eq!(right, wrong, "{login}");
            assert_eq!(right.0, 1);
        }
        let of = |person: &Person| person.password.clone();
        let (hashes, _) = cost(&world, world.browser(), "disabled", &of(&disabled)).await;
        assert_eq!(
            hashes, 1,
            "the right password of a disabled account is hashed once too"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_076_what_is_too_long_is_refused_before_it_is_hashed() {
    on_both(workspace(), async |world| {
        let taro = world.member("taro").await;
        let long = "x".repeat(10 << 20);
        let before = world.ctx.hasher.computed();
        for (login, password) in [
            ("taro", &*long),
            (&*long, &*taro.password),
            ("ta ro", "x"),
            ("", "x"),
        ] {
            let mut browser = world.browser();
            let form = browser.form(login, password, None);
            assert_eq!(refused(browser.send_form(form).await), Refusal::WrongLogin);
        }
        assert_eq!(world.ctx.hasher.computed(), before);
    })
    .await;
}
