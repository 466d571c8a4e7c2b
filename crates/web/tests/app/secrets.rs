//! SEC-25, SEC-37, SEC-39, SEC-68, SEC-84: what pages keep to themselves, and for whom they work.

use axum::http::StatusCode;
use warifu_domain::{policy::Enrolment, time::Span, user::Login};
use warifu_flows::{By, manage_tenants, manage_users};
use warifu_web::router::routes;

use crate::support::{Ask, Browser, NEIGHBOUR, Phone, SLUG, TestApp, on_both, path_of};

/// Every page as this browser sees it.
async fn all_pages(browser: &Browser) -> String {
    let mut seen = String::new();
    for route in routes().into_iter().filter(|route| route.method == "GET") {
        let path = path_of(route.path);
        let answer = browser.clone().send(Ask::get(&path)).await;
        seen.push_str(&answer.body);
        for (name, value) in &answer.headers {
            seen.push_str(&format!("{name}: {value:?}\n"));
        }
    }
    seen
}

#[tokio::test]
async fn sec_025_sec_039_keys_and_codes_are_shown_once_and_never_kept() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        let set_up = browser.type_password(&taro).await;
        assert_eq!(set_up.header("cache-control"), Some("no-store"));
        let (_, key) = set_up.body.split_once("id=\"set-up-key\">").unwrap();
        let key = key.split('<').next().unwrap().to_owned();
        assert_eq!(key.len(), 39, "32 characters in groups of 4");
        let phone = Phone::scan(&set_up.body);
        let done = browser
            .press("/login/set-up", &[("code", &phone.code(app.now()))])
            .await;
        assert_eq!(done.header("cache-control"), Some("no-store"));
        let codes = crate::support::listed_codes(&done.body);
        let form = browser.filled_in("/account/backup-codes/download", &[]);
        let file = browser.send(form).await;
        assert_eq!(file.header("cache-control"), Some("no-store"));

        let pages = all_pages(&browser).await;
        assert!(pages.contains("taro"));
        for secret in codes.iter().chain([&key, &key.replace(' ', "")]) {
            assert!(!pages.contains(secret.as_str()), "{secret} is shown again");
            assert!(
                !pages.contains(&secret.replace('-', "")),
                "{secret} is shown again"
            );
        }
        assert!(!pages.contains("otpauth:"));
    })
    .await;
}

#[tokio::test]
async fn sec_037_every_change_to_the_factors_asks_for_a_fresh_proof() {
    on_both("default", async |app| {
        app.change_policy(|policy| policy.second_factor.enrolment = Enrolment::Optional)
            .await;
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.type_password(&taro).await;
        let answer = browser.press("/account/set-up/start", &[]).await;
        browser.follow(answer).await;
        let phone = Phone::scan(&browser.page);
        browser
            .press("/account/set-up", &[("code", &phone.code(app.now()))])
            .await;
        browser.open("/account").await;
        app.wait(Span::minutes(5));
        let token = browser.form_token();
        for (path, fields, target) in [
            ("/account/set-up/start", vec![], "set-up"),
            ("/account/set-up", vec![("code", "000000")], "set-up"),
            ("/account/remove", vec![], "remove"),
            (
                "/account/backup-codes",
                vec![("generation", "1")],
                "backup-codes",
            ),
            (
                "/account/backup-codes/download",
                vec![("generation", "1")],
                "backup-codes",
            ),
            (
                "/account/password",
                vec![("new_password", "four grey cats sleep")],
                "password",
            ),
        ] {
            let fields = [&[("form_token", token.as_str())], &fields[..]].concat();
            let answer = browser
                .send(Ask::form(&format!("/{SLUG}{path}"), &fields))
                .await;
            assert_eq!(
                answer.location(),
                format!("/{SLUG}/account/proof?for={target}"),
                "{path}: {}",
                answer.body
            );
        }
        for path in ["/account/remove", "/account/password"] {
            assert!(
                browser
                    .get(path)
                    .await
                    .location()
                    .contains("/account/proof?for="),
                "{path}"
            );
        }
        // The password alone is no proof where there is a second factor.
        browser.open("/account/proof?for=remove").await;
        app.wait(Span::minutes(1));
        let half = browser
            .press("/account/proof", &[("password", &taro.password)])
            .await;
        assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = phone.code(app.now());
        let other_half = browser
            .press("/account/proof", &[("password", "wrong"), ("code", &code)])
            .await;
        assert!(other_half.refuses("ACC-03"));
        let whole = browser
            .press(
                "/account/proof",
                &[("password", &taro.password), ("code", &code)],
            )
            .await;
        assert_eq!(whole.location(), "/midori/account/remove", "{}", whole.body);
    })
    .await;
}

/// Everything that `from` gave this browser, under the names of `to`.
fn carry_over(browser: &mut Browser, from: &str, to: &str) {
    for (name, value) in browser.cookies.clone() {
        browser.cookies.insert(name.replace(from, to), value);
    }
}

#[tokio::test]
async fn sec_068_nothing_of_one_tenant_works_in_another() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut at_home = app.browser();
        let (phone, codes) = at_home.sign_in_and_set_up(&taro).await;
        // The same person with the same password next door, where nothing is set up yet.
        let login = format!("/{NEIGHBOUR}/login");
        let mut away = app.browser();
        away.send(Ask::get(&login)).await;
        let fields = [
            ("form_token", away.form_token()),
            ("login", taro.login.clone()),
            ("password", taro.password.clone()),
        ];
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = away.send(Ask::form(&login, &fields)).await;
        assert_eq!(answer.location(), format!("/{NEIGHBOUR}/login/set-up"));

        // A session, and an attempt, carried over: unknown there.
        let mut carried = at_home.clone();
        carry_over(&mut carried, SLUG, NEIGHBOUR);
        let answer = carried
            .send(Ask::get(&format!("/{NEIGHBOUR}/account")))
            .await;
        assert!(
            answer.location().contains("refusal=ACC-01"),
            "{}",
            answer.location()
        );
        at_home.press("/logout", &[]).await;
        app.wait(Span::minutes(1));
        at_home.type_password(&taro).await;
        let mut carried = at_home.clone();
        carry_over(&mut carried, SLUG, NEIGHBOUR);
        for path in ["/login/code", "/login/backup-code", "/login/set-up"] {
            let answer = carried
                .clone()
                .send(Ask::get(&format!("/{NEIGHBOUR}{path}")))
                .await;
            assert!(
                answer.location().contains("refusal=LOGIN-04"),
                "{path}: {}",
                answer.location()
            );
        }
        // Its form, sent next door by the browser that has both attempts.
        let form = at_home.form_token();
        let code = phone.code(app.now());
        for (path, name, value) in [
            ("/login/code", "code", &code),
            ("/login/backup-code", "backup_code", &codes[0]),
        ] {
            let ask = Ask::form(
                &format!("/{NEIGHBOUR}{path}"),
                &[("form_token", &form), (name, value)],
            );
            let answer = carried.clone().send(ask).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        // At home both still count.
        let answer = at_home.press("/login/code", &[("code", &code)]).await;
        assert_eq!(answer.location(), "/midori/account");

        // Disabled here says nothing about there.
        let login = Login::parse("taro").unwrap();
        manage_users::disable_user(
            &app.ctx,
            &app.tenant_of(NEIGHBOUR).await,
            &By::command_line(),
            &login,
        )
        .await
        .unwrap();
        assert_eq!(at_home.get("/account").await.status, StatusCode::OK);
    })
    .await;
}

async fn is_out(browser: &mut Browser) -> bool {
    browser
        .get("/account")
        .await
        .location()
        .contains("/login?refusal=ACC-01")
}

async fn signed_in_and_half_way(app: &TestApp) -> (Browser, Browser, Phone) {
    let taro = app.member("taro").await;
    let mut signed_in = app.browser();
    let (phone, _) = signed_in.sign_in_and_set_up(&taro).await;
    app.wait(Span::minutes(1));
    let mut half_way = app.browser();
    half_way.type_password(&taro).await;
    (signed_in, half_way, phone)
}

#[tokio::test]
async fn sec_084_disabling_a_person_or_a_tenant_stops_sessions_and_logins_at_once() {
    on_both("default", async |app| {
        let (mut signed_in, mut half_way, phone) = signed_in_and_half_way(&app).await;
        let tenant = app.tenant().await;
        let login = Login::parse("taro").unwrap();
        manage_users::disable_user(&app.ctx, &tenant, &By::command_line(), &login)
            .await
            .unwrap();
        assert!(is_out(&mut signed_in).await);
        let answer = half_way
            .press("/login/code", &[("code", &phone.code(app.now()))])
            .await;
        assert!(
            answer.location().contains("/login?refusal=LOGIN-04"),
            "{}",
            answer.location()
        );
        assert!(is_out(&mut half_way).await);
    })
    .await;
    on_both("default", async |app| {
        let (mut signed_in, mut half_way, phone) = signed_in_and_half_way(&app).await;
        manage_tenants::set_suspended(&app.ctx, &By::command_line(), SLUG, true)
            .await
            .unwrap();
        assert!(is_out(&mut signed_in).await);
        half_way
            .press("/login/code", &[("code", &phone.code(app.now()))])
            .await;
        assert!(is_out(&mut half_way).await);
        let taro = app.person_named("taro");
        let mut again = app.browser();
        again.open("/login").await;
        let answer = again
            .press(
                "/login",
                &[("login", &taro.login), ("password", &taro.password)],
            )
            .await;
        assert!(answer.refuses("LOGIN-01"));
    })
    .await;
}

// Shows: G4, G9
#[tokio::test]
async fn the_key_can_be_typed_and_the_questions_have_answers() {
    on_both("workspace", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.type_password(&taro).await;
        let answer = browser.press("/account/set-up/start", &[]).await;
        let page = browser.follow(answer).await.body;
        for part in [
            "みどり商事",
            "taro",
            "id=\"set-up-key\"",
            "href=\"otpauth://totp/",
        ] {
            assert!(page.contains(part), "{part}");
        }
        let help = browser.open("/help").await.body;
        for question in [
            "set-up",
            "lost-phone",
            "new-phone",
            "code-refused",
            "backup-codes",
            "backup-code-refused",
        ] {
            assert!(
                help.contains(&format!("<section id=\"{question}\">")),
                "{question}"
            );
        }
    })
    .await;
}
