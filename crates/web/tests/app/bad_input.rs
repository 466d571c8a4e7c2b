//! Requests that no browser of ours sends: each gets a clear answer, and none changes anything.

use axum::http::{Method, StatusCode};
use warifu_domain::time::Span;

use crate::support::{Answer, Ask, NEIGHBOUR, SLUG, on_both};

fn check(answer: &Answer, status: StatusCode, code: &str, at: &str) {
    assert_eq!(answer.status, status, "{at}: {}", answer.body);
    assert!(answer.body.contains(code), "{at}: {}", answer.body);
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8"),
        "{at}"
    );
}

#[tokio::test]
async fn an_unknown_tenant_or_address_is_a_clear_answer() {
    on_both("default", async |app| {
        let before = app.events().await;
        let paths = [
            "/nothing/login",
            "/midori/nothing",
            "/Midori/login",
            "/midori%2flogin",
            "/m%69dori/login",
            "/midori/login/",
            "//midori/login",
            "/midori//login",
            "/midori/../aoba/login",
            "/midori/login;x",
            "/%",
            "/%00/login",
            "/midori/login%00",
            "/.env",
            "/assets",
            "/assets/../Cargo.toml",
            "/healthz",
            "/metrics",
            "/demo/mail",
            "/midori/account/proof/x",
            "/'/login",
            "/<script>/login",
        ];
        for path in paths {
            for query in ["", "?a=b", "?%ff", "?refusal=REQ-06&notice=x"] {
                let Ok(_) = format!("{path}{query}").parse::<axum::http::Uri>() else {
                    continue;
                };
                let answer = Ask::get(&format!("{path}{query}")).send(&app).await;
                check(&answer, StatusCode::NOT_FOUND, "REQ-01", path);
                assert!(!answer.body.contains("<script>/"), "{path}");
            }
            if path.parse::<axum::http::Uri>().is_ok() {
                let answer = Ask::form(path, &[("login", "x")]).send(&app).await;
                assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
            }
        }
        let answer = Ask::new(Method::DELETE, "/midori/login").send(&app).await;
        check(&answer, StatusCode::METHOD_NOT_ALLOWED, "REQ-03", "DELETE");
        assert_eq!(app.events().await, before);
    })
    .await;
}

#[tokio::test]
async fn an_expired_or_tampered_cookie_opens_nothing() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&taro).await;
        let name = format!("__Host-warifu-{SLUG}-session");
        let good = browser.cookies[&name].clone();
        let mut turned: Vec<char> = good.chars().collect();
        turned.rotate_left(1);
        let changed = if good.starts_with('A') { "B" } else { "A" };
        let neighbours = format!("__Host-warifu-{NEIGHBOUR}-session");
        for tampered in [
            format!("{name}={}", String::from_iter(turned)),
            format!("{name}={changed}{}", &good[1..]),
            format!("{name}={}", &good[..42]),
            format!("{name}={good}A"),
            format!("{name}="),
            name.clone(),
            format!("{name}={good}; {name}={good}"),
            format!("{name}={good}; {name}="),
            format!("{}={good}", name.to_uppercase()),
            format!("warifu-{SLUG}-session={good}"),
            format!("{neighbours}={good}"),
            format!("{name}=\"{good}\""),
            format!("x={}; {name}={good}", "y".repeat(20_000)),
        ] {
            let answer = Ask::get("/midori/account")
                .header("cookie", &tampered)
                .send(&app)
                .await;
            assert!(
                answer.location().contains("/login?refusal=ACC-01"),
                "{tampered}: {}",
                answer.status
            );
        }
        let answer = Ask::get("/midori/account")
            .header("cookie", b"\xff\xfe=\xff")
            .send(&app)
            .await;
        assert!(answer.location().contains("/login?refusal=ACC-01"));
        // Nothing of that harmed the session itself.
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
        app.wait(Span::hours(2));
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

#[tokio::test]
async fn a_malformed_form_is_refused_as_a_whole() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.open("/login").await;
        let before = app.events().await;
        let token = browser.form_token();
        let body = |rest: &[u8]| [b"form_token=", token.as_bytes(), b"&", rest].concat();
        let good = format!("login=taro&password={}", taro.password.replace(' ', "+"));
        let send = |rest: Vec<u8>| Ask::form("/midori/login", &[]).body(rest);
        for (at, rest) in [
            (
                "a field that stands twice",
                format!("{good}&login=hanako").into_bytes(),
            ),
            (
                "the same value twice",
                format!("{good}&login=taro").into_bytes(),
            ),
            (
                "the token twice",
                format!("{good}&form_token={token}").into_bytes(),
            ),
            (
                "twice under escapes",
                format!("{good}&%6cogin=x").into_bytes(),
            ),
            ("invalid UTF-8", [good.as_bytes(), b"&x=\xff\xfe"].concat()),
            (
                "escaped invalid UTF-8",
                format!("{good}&x=%ff").into_bytes(),
            ),
            (
                "an overlong encoding",
                format!("{good}&x=%c0%af").into_bytes(),
            ),
            (
                "a lone surrogate",
                format!("{good}&x=%ed%a0%80").into_bytes(),
            ),
            ("a broken escape", format!("{good}&x=%zz").into_bytes()),
            (
                "too many fields",
                format!(
                    "{good}{}",
                    "&".to_owned()
                        + &(0..100)
                            .map(|n| format!("f{n}="))
                            .collect::<Vec<_>>()
                            .join("&")
                )
                .into_bytes(),
            ),
        ] {
            let answer = browser.send(send(body(&rest))).await;
            check(&answer, StatusCode::BAD_REQUEST, "FORM-02", at);
        }
        for kind in [
            "multipart/form-data; boundary=x",
            "application/json",
            "text/plain",
            "",
        ] {
            let ask = send(body(good.as_bytes())).header("content-type", kind);
            check(
                &browser.send(ask).await,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "FORM-02",
                kind,
            );
        }
        let ask = send(body(good.as_bytes())).without("content-type");
        check(
            &browser.send(ask).await,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "FORM-02",
            "no type",
        );
        assert_eq!(app.events().await, before);
        // Fields that no form of ours has are left alone.
        let ask = send(body(
            format!("{good}&login%5B%5D=hanako&extra=1").as_bytes(),
        ));
        assert_eq!(browser.send(ask).await.location(), "/midori/login/set-up");
    })
    .await;
}

#[tokio::test]
async fn sec_076_a_huge_body_is_refused_before_it_is_looked_at() {
    on_both("default", async |app| {
        app.member("taro").await;
        let mut browser = app.browser();
        browser.open("/login").await;
        let before = app.events().await;
        let huge = [
            b"form_token=",
            browser.form_token().as_bytes(),
            b"&login=taro&password=",
            &vec![b'x'; 10 << 20],
        ]
        .concat();
        let answer = browser
            .send(Ask::form("/midori/login", &[]).body(huge))
            .await;
        check(&answer, StatusCode::PAYLOAD_TOO_LARGE, "REQ-02", "10 MiB");
        // No form of ours has a file: the media type does not change the limit.
        let ask = Ask::form("/midori/login", &[])
            .header("content-type", "multipart/form-data")
            .body(vec![0; 1 << 20]);
        check(
            &browser.send(ask).await,
            StatusCode::PAYLOAD_TOO_LARGE,
            "REQ-02",
            "a file",
        );
        assert_eq!(app.events().await, before);
        // A password beyond what is ever hashed is a wrong one.
        browser.open("/login").await;
        let long = "x".repeat(1025);
        let answer = browser
            .press("/login", &[("login", "taro"), ("password", &long)])
            .await;
        check(
            &answer,
            StatusCode::UNPROCESSABLE_ENTITY,
            "LOGIN-01",
            "1025 bytes",
        );
    })
    .await;
}

#[tokio::test]
async fn hostile_text_is_shown_as_text_or_not_at_all() {
    on_both("default", async |app| {
        let hostile = "\"><script>alert(1)</script>\u{202e}\r\nSet-Cookie: a=b";
        let mut browser = app.browser();
        browser.open("/login").await;
        let answer = browser
            .press("/login", &[("login", hostile), ("password", "x")])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.body.contains("<script>alert") && answer.header("set-cookie").is_none());
        for query in [
            "?refusal=%3Cscript%3E",
            "?refusal=LOGIN-03&reference=%3Cscript%3E",
            "?notice=%0d%0aSet-Cookie:a=b",
        ] {
            let answer = browser.get(&format!("/login{query}")).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(
                !answer.body.contains("<script>a") && !answer.body.contains("Set-Cookie:a"),
                "{query}"
            );
        }
        let answer = browser
            .send(
                Ask::get("/midori/login")
                    .header("accept-language", hostile.replace(['\r', '\n'], " ")),
            )
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        let answer = browser
            .send(Ask::get("/midori/login").header("accept-language", b"\xff\xfe"))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        let answer = browser
            .send(Ask::get("/midori/login").header("user-agent", b"\xff\xfe"))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn words_that_another_site_put_into_an_address_are_not_said() {
    on_both("default", async |app| {
        let path = "/midori/login?refusal=LOGIN-03";
        let from = |site: &str| Ask::get(path).header("sec-fetch-site", site);
        for (ask, said) in [
            (Ask::get(path), true),
            (from("same-origin"), true),
            (from("cross-site"), false),
            (from("none"), false),
        ] {
            assert_eq!(ask.send(&app).await.refuses("LOGIN-03"), said);
        }
        // Only what pages hand on is said at all.
        assert!(
            !Ask::get("/midori/login?refusal=REQ-06")
                .send(&app)
                .await
                .refuses("REQ-06")
        );
    })
    .await;
}
