//! SEC-19, SEC-49, SEC-50, SEC-60: what people without a password learn, and what they make the server believe.

use axum::http::StatusCode;
use warifu_domain::{time::Span, user::Login};
use warifu_flows::By;
use warifu_flows::manage_users;
use warifu_storage::AuditFilter;
use warifu_web::http::client_address::TrustedProxies;

use crate::support::{Answer, Ask, Browser, SLUG, TestApp, on_both, on_sqlite};

/// A refused login as a page, without what differs between any two requests.
async fn refused(
    browser: &mut Browser,
    login: &str,
    password: &str,
) -> (StatusCode, Vec<String>, String) {
    browser.open("/login").await;
    let token = browser.form_token();
    let answer = browser
        .press("/login", &[("login", login), ("password", password)])
        .await;
    let mut names: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    // The login ID is on the page, and so in its length.
    names.retain(|header| !header.starts_with("content-length"));
    names.sort();
    (
        answer.status,
        names,
        plain(&answer, login).replace(&token, ""),
    )
}

fn plain(answer: &Answer, login: &str) -> String {
    let mut body = answer.body.replace(login, "LOGIN");
    // References look like 7K3M-Q9TZ.
    let is_symbol = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let found: Vec<String> = body
        .as_bytes()
        .windows(9)
        .filter(|window| {
            window[4] == b'-'
                && window
                    .iter()
                    .enumerate()
                    .all(|(at, byte)| at == 4 || is_symbol(*byte))
        })
        .map(|window| String::from_utf8(window.to_vec()).unwrap())
        .collect();
    for reference in found {
        body = body.replace(&reference, "REFERENCE");
    }
    body
}

#[tokio::test]
async fn sec_049_unknown_disabled_locked_and_wrong_look_the_same() {
    on_both("default", async |app| {
        for login in ["active", "disabled", "locked-out", "with-app"] {
            app.member(login).await;
        }
        let tenant = app.tenant().await;
        let disabled = Login::parse("disabled").unwrap();
        manage_users::disable_user(&app.ctx, &tenant, &By::command_line(), &disabled)
            .await
            .unwrap();
        let mut browser = app.browser();
        let with_app = app.person_named("with-app");
        browser.sign_in_and_set_up(&with_app).await;
        let mut attacker = app.browser();
        for _ in 0..7 {
            refused(&mut attacker, "locked-out", "wrong").await;
        }
        let right = app.person_named("locked-out").password;
        let cases = [
            ("nobody", "wrong".to_owned()),
            ("active", "wrong".to_owned()),
            ("with-app", "wrong".to_owned()),
            ("disabled", "wrong".to_owned()),
            ("disabled", app.person_named("disabled").password),
            // Right, but too many failures came before: it waits.
            ("locked-out", right),
            ("nobody", String::new()),
            ("active", "x".repeat(2000)),
        ];
        let mut seen = Vec::new();
        for (login, password) in cases {
            let mut stranger = app.browser();
            seen.push((login, refused(&mut stranger, login, &password).await));
        }
        for (login, answer) in &seen {
            assert_eq!(answer.0, StatusCode::UNPROCESSABLE_ENTITY, "{login}");
            assert_eq!(answer.1, seen[0].1.1, "{login}");
            assert_eq!(answer.2, seen[0].1.2, "{login}");
        }
    })
    .await;
}

/// Where the server believes the last event to come from.
async fn believed(app: &TestApp) -> String {
    let filter = AuditFilter {
        limit: 1,
        ..AuditFilter::default()
    };
    let events = warifu_flows::audit::list(&app.ctx, &app.tenant().await, filter)
        .await
        .unwrap();
    events[0].address.unwrap().to_string()
}

async fn fail_a_login(app: &TestApp, dress: impl Fn(Ask) -> Ask) -> Answer {
    let mut browser = app.browser();
    browser.send(Ask::get(&format!("/{SLUG}/login"))).await;
    let form = browser.filled_in("/login", &[("login", "nobody"), ("password", "wrong")]);
    browser.send(dress(form)).await
}

#[tokio::test]
async fn sec_050_the_address_in_the_records_is_the_connection_s_unless_a_trusted_proxy_says_otherwise()
 {
    let headers = [
        "x-forwarded-for",
        "x-real-ip",
        "forwarded",
        "true-client-ip",
        "cf-connecting-ip",
        "client-ip",
    ];
    on_both("default", async |app| {
        for name in headers {
            for value in ["203.0.113.9", "for=203.0.113.9", "nonsense"] {
                fail_a_login(&app, |ask| ask.header(name, value)).await;
                assert_eq!(believed(&app).await, "192.0.2.1", "{name}: {value}");
            }
        }
    })
    .await;
    let trusting = || {
        on_sqlite(
            "default",
            |settings| {
                settings.trusted_proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()])
            },
            |_| {},
        )
    };
    let app = trusting().await;
    let behind = |ask: Ask| ask.from("10.0.0.1:5000");
    fail_a_login(&app, |ask| {
        behind(ask).header("x-forwarded-for", "1.2.3.4, 203.0.113.9")
    })
    .await;
    assert_eq!(believed(&app).await, "203.0.113.9");
    fail_a_login(&app, |ask| behind(ask).header("x-real-ip", "203.0.113.10")).await;
    assert_eq!(believed(&app).await, "10.0.0.1");
    // From elsewhere the same header says nothing.
    fail_a_login(&app, |ask| ask.header("x-forwarded-for", "203.0.113.9")).await;
    assert_eq!(believed(&app).await, "192.0.2.1");
    let before = app.events().await;
    let answer = fail_a_login(&app, |ask| {
        behind(ask).header("x-forwarded-for", "203.0.113.9, unknown")
    })
    .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.events().await, before);
}

#[tokio::test]
async fn sec_060_an_unknown_host_is_refused_and_never_repeated() {
    on_both("default", async |app| {
        for host in [
            "evil.example",
            "login.example.jp.evil.example",
            "login.example.jp:8443",
            "127.0.0.1",
            "",
        ] {
            for path in ["/", "/midori/login", "/nothing"] {
                let answer = Ask::get(path)
                    .header("host", host)
                    .header("x-forwarded-host", "login.example.jp")
                    .send(&app)
                    .await;
                assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
                assert!(answer.refuses("REQ-04"));
                assert!(
                    host.is_empty() || !answer.body.contains(host),
                    "{}",
                    answer.body
                );
                assert!(
                    answer
                        .header("set-cookie")
                        .is_none_or(|cookie| !cookie.contains("evil"))
                );
            }
        }
        // What a proxy claims is not read at all; redirects name no host.
        let answer = Ask::get("/midori/")
            .header("x-forwarded-host", "evil.example")
            .send(&app)
            .await;
        assert_eq!(answer.location(), "/midori/login");
    })
    .await;
    let app = on_sqlite(
        "default",
        |settings| settings.allowed_hosts = vec!["sso.example.jp".to_owned()],
        |_| {},
    )
    .await;
    let answer = Ask::get("/midori/login")
        .header("host", "sso.example.jp")
        .send(&app)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn sec_019_no_time_that_a_client_sends_counts() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        let (phone, _) = browser.sign_in_and_set_up(&taro).await;
        browser.press("/logout", &[]).await;
        app.wait(Span::minutes(1));
        browser.type_password(&taro).await;
        let early = app.now() - Span::minutes(3);
        let fields = [
            ("code", phone.code(early)),
            ("time", (early.0 / 1000).to_string()),
            ("timestamp", early.0.to_string()),
            ("now", early.0.to_string()),
        ];
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let form = browser
            .filled_in("/login/code", &fields)
            .header("date", "Thu, 15 Jan 2026 00:00:00 GMT")
            .header("x-timestamp", early.0.to_string())
            .header("if-modified-since", "Thu, 15 Jan 2026 00:00:00 GMT");
        let answer = browser.send(form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.refuses("OTP-04"), "{}", answer.body);
    })
    .await;
}
