//! SEC-73: the headers of every answer, whatever made it.

use axum::http::Method;
use warifu_web::{http::host::BaseUrl, pages::views::ASSETS, router::routes};

use crate::{
    guests::browsers,
    support::{Answer, Ask, TestApp, on_both, on_sqlite, path_of},
};

pub(crate) fn check(answer: &Answer, at: &str, is_file: bool) {
    let header = |name: &str| {
        answer
            .header(name)
            .unwrap_or_else(|| panic!("{at} lacks {name}"))
    };
    let policy = if is_file {
        "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    } else {
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    };
    assert_eq!(header("content-security-policy"), policy, "{at}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{at}");
    assert_eq!(header("referrer-policy"), "same-origin", "{at}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{at}");
    assert_eq!(
        header("cross-origin-resource-policy"),
        "same-origin",
        "{at}"
    );
    assert!(header("permissions-policy").contains("camera=()"), "{at}");
    assert_eq!(
        header("strict-transport-security"),
        "max-age=31536000",
        "{at}"
    );
    let cache = if is_file {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    assert_eq!(header("cache-control"), cache, "{at}");
    assert!(
        answer.header("server").is_none() && answer.header("x-powered-by").is_none(),
        "{at}"
    );
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-warifu-"), "{at}: {cookie}");
        for part in ["; Path=/;", "; HttpOnly;", "; SameSite=Lax;", "; Secure"] {
            assert!(cookie.contains(part), "{at}: {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{at}: {cookie}");
    }
    // Nothing from elsewhere, nothing inline.
    let body = &answer.body;
    assert!(
        !body.contains("style=\"") && !body.contains("<style") && !body.contains("onclick"),
        "{at}"
    );
    for tag in body.split('<').filter(|tag| {
        tag.starts_with("script") || tag.starts_with("link") || tag.starts_with("img")
    }) {
        assert!(!tag.contains("//"), "{at}: <{tag}");
    }
}

#[tokio::test]
async fn sec_073_every_answer_of_every_route_carries_the_headers() {
    on_both("default", async |app| {
        for (state, browser) in browsers(&app).await {
            for route in routes() {
                let path = path_of(route.path);
                let is_file = route.path.starts_with("/assets/");
                for ask in [
                    Ask::get(&path),
                    Ask::new(Method::HEAD, &path),
                    Ask::form(&path, &[]),
                ] {
                    let answer = browser.clone().send(ask).await;
                    let is_file = is_file && answer.status.is_success();
                    check(
                        &answer,
                        &format!("{state:?} {path} {}", answer.status),
                        is_file,
                    );
                }
            }
        }
    })
    .await;
}

/// Requests that no page answers.
fn misfits() -> Vec<Ask> {
    vec![
        Ask::get("/nothing"),
        Ask::get("/midori/nothing"),
        Ask::get("/midori/login/"),
        Ask::get("/assets/"),
        Ask::get("/assets/0/app.css"),
        Ask::get("/%00"),
        Ask::get("/midori/login").header("host", "evil.example"),
        Ask::new(Method::DELETE, "/midori/login"),
        Ask::form("/midori/login", &[]),
        Ask::form("/midori/login", &[("login", &"x".repeat(20_000))]),
    ]
}

#[tokio::test]
async fn sec_073_errors_carry_the_headers_too() {
    on_both("default", async |app| {
        for ask in misfits() {
            let answer = ask.send(&app).await;
            assert!(answer.status.is_client_error());
            check(&answer, &answer.status.to_string(), false);
        }
    })
    .await;
    let app = on_sqlite(
        "default",
        |settings| settings.limits.requests_at_once = 0,
        |_| {},
    )
    .await;
    let answer = Ask::get("/midori/login").send(&app).await;
    check(&answer, "too busy", false);
}

#[tokio::test]
async fn sec_073_on_plain_http_cookies_work_and_transport_security_is_not_promised() {
    let base = BaseUrl::parse("http://127.0.0.1:8080").unwrap();
    let app = on_sqlite("workspace", |settings| settings.base_url = base, |_| {}).await;
    let hana = app.member("hana").await;
    let here = |ask: Ask| {
        ask.header("host", "127.0.0.1:8080")
            .header("origin", "http://127.0.0.1:8080")
    };
    let mut browser = app.browser();
    let answer = browser.send(here(Ask::get("/midori/login"))).await;
    assert!(answer.header("strict-transport-security").is_none());
    let fields = [("login", hana.login.as_str()), ("password", &hana.password)];
    let form = browser.filled_in("/login", &fields);
    let answer = browser.send(here(form)).await;
    assert_eq!(answer.location(), "/midori/account", "{}", answer.body);
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.starts_with("warifu-") && !cookie.contains("Secure"),
            "{cookie}"
        );
    }
    assert!(browser.cookies.contains_key("warifu-midori-session"));
}

#[tokio::test]
async fn files_are_served_as_what_they_are() {
    on_both("default", async |app: TestApp| {
        for asset in ASSETS {
            let answer = Ask::get(asset.path).send(&app).await;
            assert_eq!(answer.header("content-type"), Some(asset.content_type));
            assert_eq!(answer.body, asset.body);
            assert!(answer.header("set-cookie").is_none());
        }
    })
    .await;
}
