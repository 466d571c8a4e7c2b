//! SEC-72: forms from elsewhere change nothing, and opening a page never does.

use axum::http::{Method, StatusCode};
use warifu_web::{http::access::AccessName, router::routes};

use crate::{
    guests::{browsers, is_signed_in},
    support::{Ask, Browser, NEIGHBOUR, on_both, path_of},
};

/// Every form of the server, filled in so that it would do something.
fn forms() -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let fields = |path: &str| -> Vec<(&'static str, &'static str)> {
        match path.rsplit('/').next().unwrap() {
            "language" => vec![("language", "en"), ("return_to", "/midori/login")],
            "login" => vec![("login", "hana"), ("password", "three blind mice run 4")],
            "code" | "set-up" => vec![("code", "000000")],
            "backup-code" => vec![("backup_code", "0000-0000-0000-0000")],
            "proof" => vec![
                ("target", "account"),
                ("password", "three blind mice run 4"),
                ("code", "000000"),
            ],
            "backup-codes" | "download" => vec![("generation", "0")],
            "end" => vec![("session", "1")],
            "password" => vec![("new_password", "four grey cats sleep")],
            _ => vec![],
        }
    };
    let posts = routes()
        .into_iter()
        .filter(|route| route.method == "POST" && route.access != AccessName::MailServer);
    posts
        .map(|route| (path_of(route.path), fields(route.path)))
        .collect()
}

/// A form token that this browser got from a page of ours.
async fn own_token(browser: &mut Browser) -> String {
    browser.open("/help").await;
    browser.open("/").await;
    browser.form_token()
}

#[tokio::test]
async fn sec_072_a_form_from_elsewhere_changes_nothing_on_any_route() {
    on_both("default", async |app| {
        let mut stranger = app.browser();
        let foreign_token = own_token(&mut stranger).await;
        stranger
            .send(Ask::get(&format!("/{NEIGHBOUR}/login")))
            .await;
        let neighbours_token = stranger.form_token();
        for (state, mut browser) in browsers(&app).await {
            let own = own_token(&mut browser).await;
            // The neighbour's token, got by this very browser.
            let mut away = browser.clone();
            away.send(Ask::get(&format!("/{NEIGHBOUR}/login"))).await;
            let own_elsewhere = away.form_token();
            let before = app.events().await;
            let cookies = browser.cookies.clone();
            for (path, fields) in forms() {
                let with = |token: &str| {
                    let token = [("form_token", token)];
                    Ask::form(&path, &[&token[..], &fields].concat())
                };
                for (name, attack) in [
                    ("no token", Ask::form(&path, &fields)),
                    ("an empty token", with("")),
                    ("another browser's token", with(&foreign_token)),
                    ("another tenant's token", with(&own_elsewhere)),
                    ("both", with(&neighbours_token)),
                    (
                        "a foreign origin",
                        with(&own).header("origin", "https://evil.example"),
                    ),
                    (
                        "a neighbouring host",
                        with(&own).header("origin", "https://www.example.jp"),
                    ),
                    (
                        "plain HTTP",
                        with(&own).header("origin", "http://login.example.jp"),
                    ),
                    (
                        "a blank origin",
                        with(&own)
                            .header("origin", "null")
                            .without("sec-fetch-site"),
                    ),
                    (
                        "a cross-site request",
                        with(&own).header("sec-fetch-site", "cross-site"),
                    ),
                    (
                        "a same-site request",
                        with(&own)
                            .header("sec-fetch-site", "same-site")
                            .without("origin"),
                    ),
                    ("a foreign host", with(&own).header("host", "evil.example")),
                    (
                        "plain text",
                        with(&own).header("content-type", "text/plain"),
                    ),
                    (
                        "the token in the address",
                        Ask::form(&format!("{path}?form_token={own}"), &fields),
                    ),
                ] {
                    let answer = browser.clone().send(attack).await;
                    let at = format!(
                        "{state:?} {path}, {name}: {} {}",
                        answer.status,
                        answer.location()
                    );
                    // Whoever may not call the route at all is sent away before the form is looked at.
                    let turned_away = answer.status == StatusCode::SEE_OTHER
                        && (answer.location().contains("refusal=")
                            || answer.location().contains("/account"));
                    assert!(answer.status.is_client_error() || turned_away, "{at}");
                    let kept = answer
                        .headers
                        .get_all("set-cookie")
                        .iter()
                        .map(|cookie| cookie.to_str().unwrap());
                    let kept: Vec<_> = kept
                        .filter(|cookie| !cookie.contains("Max-Age=0"))
                        .collect();
                    assert!(
                        kept.iter().all(|cookie| cookie.contains("-browser=")),
                        "{at}: {kept:?}"
                    );
                }
            }
            assert_eq!(browser.cookies, cookies);
            assert_eq!(app.events().await, before, "{state:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn sec_072_a_form_of_a_page_goes_through_even_where_a_browser_says_little() {
    on_both("default", async |app| {
        app.member("hana").await;
        let mut browser = app.browser();
        browser.open("/login").await;
        let form = browser.filled_in("/language", &[("language", "en")]);
        for (name, ask) in [
            ("all headers", form.clone()),
            ("no Fetch metadata", form.clone().without("sec-fetch-site")),
            (
                "neither",
                form.clone().without("sec-fetch-site").without("origin"),
            ),
            (
                "a blank origin, but Fetch metadata",
                form.clone().header("origin", "null"),
            ),
        ] {
            let answer = browser.clone().send(ask).await;
            assert_eq!(
                answer.location(),
                "/midori/login",
                "{name}: {}",
                answer.body
            );
        }
    })
    .await;
}

#[tokio::test]
async fn sec_072_opening_a_page_never_changes_anything() {
    on_both("default", async |app| {
        let table = routes();
        let is_page = |path: &str| table.iter().any(|route| route.method == "GET" && route.path == path);
        for (state, browser) in browsers(&app).await {
            let mut first = browser.clone();
            // A forced set-up makes its key at the first visit (G3).
            first.get("/login/set-up").await;
            let before = app.events().await;
            for route in &table {
                let path = path_of(route.path);
                for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE] {
                    for query in ["", "?language=en&code=000000&session=1&generation=0&refusal=LOGIN-01&notice=turned-off"] {
                        let ask = Ask::new(method.clone(), &format!("{path}{query}"));
                        let answer = browser.clone().send(ask).await;
                        let is_post = !is_page(route.path);
                        if is_post || [Method::OPTIONS, Method::TRACE].contains(&method) {
                            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                            assert!(answer.header("allow").is_some(), "{method} {path}");
                        }
                    }
                }
            }
            assert_eq!(app.events().await, before, "{state:?}");
            // Every browser is still what it was.
            let mut after = browser.clone();
            let alive = after.get("/account").await.status == StatusCode::OK;
            assert_eq!(alive, is_signed_in(state), "{state:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn sec_072_other_methods_are_refused_like_a_form_without_a_token() {
    on_both("default", async |app| {
        let before = app.events().await;
        for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::CONNECT] {
            for route in routes() {
                let path = path_of(route.path);
                let answer = Ask::new(method.clone(), &path).send(&app).await;
                assert!(
                    answer.status.is_client_error(),
                    "{method} {path}: {}",
                    answer.status
                );
            }
        }
        assert_eq!(app.events().await, before);
    })
    .await;
}
