//! SEC-2, SEC-4, SEC-5, SEC-6, SEC-9: who gets where, and what a cookie is worth.

use axum::http::StatusCode;
use warifu_domain::{permission, time::Span, user::Role};
use warifu_web::{http::access::AccessName, router::routes};

use crate::{
    guests::{State, browsers, is_signed_in},
    support::{Ask, SLUG, TestApp, on_both, path_of},
};

/// Whether a route that names this access lets a browser in this state come in.
fn may(access: AccessName, state: State) -> bool {
    use State as S;
    match access {
        AccessName::Anyone => true,
        AccessName::InAttempt => matches!(state, S::BeforeCode | S::BeforeSetUp),
        AccessName::Session => is_signed_in(state),
        AccessName::SessionToEnrol => is_signed_in(state) || state == S::LacksEnrolment,
        AccessName::SessionToChoosePassword => is_signed_in(state) || state == S::LacksPassword,
        AccessName::AnySession => {
            is_signed_in(state)
                || matches!(state, S::LacksProof | S::LacksEnrolment | S::LacksPassword)
        }
        // Its own tests are in gate.rs: no browser comes in there.
        AccessName::MailServer => false,
        AccessName::May(operation) => match state {
            S::Administrator => permission::may(Role::Administrator, operation),
            S::Operator => permission::may(Role::Operator, operation),
            _ => false,
        },
    }
}

/// Where a browser in this state is sent instead.
fn instead(access: AccessName, state: State) -> &'static str {
    match (access, state) {
        // Whoever is signed in has come back to a page of a login that is finished.
        (
            AccessName::InAttempt,
            State::LacksProof | State::LacksEnrolment | State::LacksPassword,
        ) => "/account",
        (AccessName::InAttempt, state) if is_signed_in(state) => "/account",
        (AccessName::InAttempt, _) => "/login?refusal=LOGIN-04",
        (_, State::LacksProof) => "/account/proof?for=",
        (_, State::LacksEnrolment) => "/account/set-up",
        (_, State::LacksPassword) => "/account/password",
        _ => "/login?refusal=ACC-01",
    }
}

fn is_console(access: AccessName) -> bool {
    matches!(access, AccessName::May(_))
}

#[tokio::test]
async fn sec_009_every_route_lets_in_whom_it_names_and_nobody_else() {
    on_both("default", async |app| {
        for (state, browser) in browsers(&app).await {
            let before = app.events().await;
            for route in routes() {
                if route.access == AccessName::MailServer {
                    continue;
                }
                let path = path_of(route.path);
                let ask = match route.method {
                    "GET" => Ask::get(&path),
                    // Without a form token: whoever is let in stops at the form.
                    _ => Ask::form(&path, &[]),
                };
                let answer = browser.clone().send(ask).await;
                let at = format!(
                    "{state:?} {} {path}: {} {}",
                    route.method,
                    answer.status,
                    answer.location()
                );
                let whole = ["/", "/demo/mail"].contains(&route.path);
                if whole {
                    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{at}");
                } else if is_signed_in(state)
                    && !may(route.access, state)
                    && is_console(route.access)
                {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{at}");
                    assert!(answer.refuses("ADM-01"), "{at}");
                } else if !may(route.access, state) {
                    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{at}");
                    let elsewhere = format!("/{SLUG}{}", instead(route.access, state));
                    assert!(answer.location().starts_with(&elsewhere), "{at}");
                } else if route.method == "POST" {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{at}");
                    assert!(answer.refuses("FORM-01"), "{at}");
                } else {
                    // WIN-03: no mail program was refused at an address that is not named.
                    let refused = answer.location().contains("refusal=");
                    let is_known = answer.location().contains("refusal=WIN-03");
                    assert!(!refused || is_known, "{at}");
                    // What the policy does not allow to anybody is refused by a page of its own.
                    let known = [StatusCode::OK, StatusCode::SEE_OTHER].contains(&answer.status);
                    // Nobody and nothing has the number 1.
                    let nobody = route.path.matches('{').count() > 1 && answer.refuses("REQ-01");
                    // RST-01: the link of a reset mail, without what the mail alone tells.
                    let codes = ["SET-02", "SET-03", "RST-01"];
                    let refused = codes.iter().any(|code| answer.refuses(code));
                    assert!(known || nobody || refused, "{at}");
                }
            }
            // A forced set-up makes its key when its page is opened (G3); nothing else happened.
            let made = app.events().await - before;
            assert!(
                made <= usize::from(state == State::BeforeSetUp),
                "{state:?}: {made}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn sec_002_nothing_a_client_adds_or_changes_opens_a_page() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&taro).await;
        browser.press("/logout", &[]).await;
        browser.open("/login").await;
        let eager = [
            ("login", "taro"),
            ("password", taro.password.as_str()),
            ("mfa", "false"),
            ("mfa_required", "0"),
            ("stage", "done"),
            ("step", "3"),
            ("evidence", "7"),
            ("methods", ""),
            ("user_id", "1"),
            ("tenant_id", "2"),
            ("role", "2"),
        ];
        let answer = browser.press("/login", &eager).await;
        assert_eq!(answer.location(), "/midori/login/code");
        for path in [
            "/account",
            "/account?mfa=done",
            "/account/sessions",
            "/account/set-up?stage=done",
        ] {
            for header in [
                "x-user",
                "x-forwarded-user",
                "x-mfa",
                "authorization",
                "x-original-url",
            ] {
                let ask = Ask::get(&format!("/{SLUG}{path}")).header(header, "taro");
                let answer = browser.send(ask).await;
                assert!(
                    answer.location().contains("/login?refusal=ACC-01"),
                    "{path} {header}"
                );
            }
        }
        // The page of the other stage leads back; posting to it ends nothing and opens nothing.
        assert_eq!(
            browser.get("/login/set-up").await.status,
            StatusCode::SEE_OTHER
        );
        browser.open("/login/code").await;
        let token = browser.form_token();
        let ask = Ask::form(
            "/midori/login/set-up",
            &[("form_token", &token), ("code", "123456")],
        );
        let answer = browser.send(ask).await;
        assert!(
            answer.location().contains("/login?refusal=LOGIN-04"),
            "{}",
            answer.location()
        );
        assert!(browser.get("/account").await.location().contains("/login"));
    })
    .await;
}

fn cookie(app: &TestApp, kind: &str) -> String {
    let prefix = if app.base.starts_with("https") {
        "__Host-"
    } else {
        ""
    };
    format!("{prefix}warifu-{SLUG}-{kind}")
}

#[tokio::test]
async fn sec_004_each_step_has_a_token_of_its_own() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let (session, attempt) = (cookie(&app, "session"), cookie(&app, "attempt"));
        let mut browser = app.browser();
        let (phone, _) = browser.sign_in_and_set_up(&taro).await;
        browser.press("/logout", &[]).await;
        app.wait(Span::minutes(1));

        // A planted session cookie is never taken over (fixation).
        let planted = "A".repeat(43);
        browser.cookies.insert(session.clone(), planted.clone());
        browser.type_password(&taro).await;
        let attempted = browser.cookies[&attempt].clone();
        // The attempt's token is no session, in whatever cookie.
        let mut thief = app.browser();
        thief.cookies.insert(session.clone(), attempted.clone());
        assert!(thief.get("/account").await.location().contains("/login"));

        // The form of this attempt in another browser: refused, and no guess is spent.
        let code = phone.code(app.now());
        let form = browser.filled_in("/login/code", &[("code", &code)]);
        let mut other = app.browser();
        other.open("/login").await;
        other.cookies.insert(attempt.clone(), attempted.clone());
        let answer = other.send(form.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.refuses("FORM-01"));

        let answer = browser.send(form.clone()).await;
        assert_eq!(answer.location(), "/midori/account");
        let opened = browser.cookies[&session].clone();
        assert!(opened != planted && opened != attempted);
        assert!(!browser.cookies.contains_key(&attempt));

        // The finished attempt is worth nothing any more.
        browser.cookies.insert(attempt.clone(), attempted);
        let replayed = browser.send(form).await;
        assert!(
            replayed.location().contains("refusal=LOGIN-04"),
            "{}",
            replayed.location()
        );

        // A fresh proof gives the session a new token; the one before is gone.
        app.wait(Span::minutes(6));
        browser.open("/account/password").await;
        let code = phone.code(app.now());
        browser
            .press(
                "/account/proof",
                &[("password", &taro.password), ("code", &code)],
            )
            .await;
        let proved = browser.cookies[&session].clone();
        assert_ne!(proved, opened);
        thief.cookies.insert(session, opened);
        assert!(
            thief
                .get("/account")
                .await
                .location()
                .contains("refusal=ACC-01")
        );
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn sec_005_tokens_are_long_random_and_in_cookies_only() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        let mut seen = std::collections::BTreeSet::new();
        let mut pages = String::new();
        browser.sign_in_and_set_up(&taro).await;
        for path in [
            "/account",
            "/account/sessions",
            "/account/password",
            "/login",
            "/help",
        ] {
            let answer = browser.open(path).await;
            pages.push_str(&answer.body);
            pages.push_str(answer.location());
        }
        for (name, value) in &browser.cookies {
            if name.ends_with("-session") || name.ends_with("-browser") {
                assert_eq!(value.len(), 43, "{name}");
                assert!(seen.insert(value.clone()));
            }
            assert!(!pages.contains(value.as_str()), "{name} is on a page");
        }
        assert_eq!(seen.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn sec_006_sessions_end_by_idleness_absolutely_and_by_logging_out() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        let (phone, _) = browser.sign_in_and_set_up(&taro).await;
        let second = Span::seconds(1);
        app.wait(Span(Span::minutes(60).0 - second.0));
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
        app.wait(Span::minutes(60));
        let ended = browser.get("/account").await;
        assert!(ended.location().contains("refusal=ACC-01"));
        assert!(!browser.cookies.contains_key(&cookie(&app, "session")));

        browser.sign_in(&taro, &phone).await;
        let begun = app.now();
        while app.now() + Span::minutes(50) < begun + Span::hours(12) {
            app.wait(Span::minutes(50));
            assert_eq!(browser.get("/account").await.status, StatusCode::OK);
        }
        app.wait(begun + Span::hours(12) - second - app.now());
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
        app.wait(second);
        assert!(
            browser
                .get("/account")
                .await
                .location()
                .contains("refusal=ACC-01")
        );

        browser.sign_in(&taro, &phone).await;
        let kept = browser.cookies.clone();
        browser.press("/logout", &[]).await;
        assert!(!browser.cookies.contains_key(&cookie(&app, "session")));
        browser.cookies = kept;
        assert!(
            browser
                .get("/account")
                .await
                .location()
                .contains("refusal=ACC-01")
        );
    })
    .await;
}
