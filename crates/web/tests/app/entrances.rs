//! G2: the entrances of a tenant, and what may not come in by any of them.

use axum::http::StatusCode;
use warifu_domain::{policy::AdministratorEntrance, user::Role};

use crate::support::{Ask, Browser, NEIGHBOUR, SLUG, TestApp, on_both};

const HOST: &str = "login.midori.example";
/// 日本語.example, as pages link it and as browsers may type it.
const DOMAIN: &str = "/d/%E6%97%A5%E6%9C%AC%E8%AA%9E.example";
const A_LABEL: &str = "/d/xn--wgv71a119e.example";

async fn give_names(app: &TestApp) {
    app.change_policy_of(SLUG, |policy| {
        policy.entrances.hosts = vec![HOST.into()];
        policy.entrances.domains = vec!["日本語.example".into(), "midori.example".into()];
    })
    .await;
    app.change_policy_of(NEIGHBOUR, |policy| {
        policy.entrances.hosts = vec!["login.aoba.example".into()];
        policy.entrances.domains = vec!["aoba.example".into()];
    })
    .await;
}

/// A browser at each of the tenant's entrances.
fn everywhere(app: &TestApp) -> [Browser; 3] {
    [
        app.browser(),
        app.browser().at(HOST, ""),
        app.browser().at("login.example.jp", DOMAIN),
    ]
}

#[tokio::test]
async fn g2_everything_works_at_each_entrance() {
    on_both("default", async |app| {
        give_names(&app).await;
        for (number, mut browser) in everywhere(&app).into_iter().enumerate() {
            let who = app.member(&format!("taro{number}@midori.example")).await;
            let base = browser.base.clone();
            let answer = browser.get("/").await;
            assert_eq!(answer.location(), format!("{base}/login"));
            let (phone, _) = browser.sign_in_and_set_up(&who).await;
            assert!(browser.page.contains(&who.login));
            // Every link and form of every page stays at the entrance.
            for path in ["/account", "/account/sessions", "/help", "/nothing"] {
                let page = browser.open(path).await.body;
                for address in page.split(['"', ' ']).filter(|part| part.starts_with('/')) {
                    let stays = address == base
                        || address.starts_with(&format!("{base}/"))
                        || address.starts_with("/assets/")
                        || address.starts_with("//");
                    assert!(stays, "{base}{path}: {address}");
                }
            }
            browser.open("/help").await;
            let answer = browser.press("/language", &[("language", "en")]).await;
            assert!(answer.location().starts_with(&format!("{base}/")));
            assert!(browser.follow(answer).await.body.contains("lang=\"en\""));
            browser.open("/account").await;
            let answer = browser.press("/logout", &[]).await;
            assert_eq!(answer.location(), format!("{base}/login?notice=signed-out"));
            app.wait(warifu_domain::time::Span::minutes(1));
            browser.sign_in(&who, &phone).await;
        }
    })
    .await;
}

#[tokio::test]
async fn g2_a_domain_is_found_in_either_spelling_and_shown_in_japanese() {
    on_both("default", async |app| {
        give_names(&app).await;
        for base in [DOMAIN, A_LABEL, "/d/XN--WGV71A119E.example"] {
            let answer = Ask::get(&format!("{base}/login")).send(&app).await;
            assert_eq!(answer.status, StatusCode::OK, "{base}");
            assert!(answer.body.contains(&format!("action=\"{DOMAIN}/login\"")));
        }
        for nobodys in [
            "/d/nobody.example/login",
            "/d//login",
            "/d/login",
            "/d",
            "/d/%FF/login",
            "/d/midori/login",
            "/d/login.midori.example/login",
            "/d/midori.example%2Flogin",
            "/d/midori.example/d/midori.example/login",
            "/midori/d/midori.example/login",
        ] {
            let answer = Ask::get(nobodys).send(&app).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{nobodys}");
        }
    })
    .await;
}

#[tokio::test]
async fn sec_060_a_tenants_host_shows_that_tenant_only_and_only_while_it_is_its_own() {
    on_both("default", async |app| {
        let ask = |path: &str, host: &str| Ask::get(path).header("host", host).send(&app);
        assert_eq!(
            ask("/login", HOST).await.status,
            StatusCode::MISDIRECTED_REQUEST
        );
        give_names(&app).await;
        for host in [HOST, "LOGIN.midori.example", "login.midori.example:443"] {
            let answer = ask("/login", host).await;
            assert_eq!(answer.status, StatusCode::OK, "{host}");
            assert!(answer.body.contains("みどり商事"));
        }
        for path in [
            "/aoba/login",
            "/midori/login",
            "/d/midori.example/login",
            "/demo/mail",
        ] {
            assert_eq!(
                ask(path, HOST).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        for host in [
            "midori.example",
            "evil.example",
            "x.login.midori.example",
            "login.midori.example.evil.example",
            "login.midori.example:8443",
            "login.midori.example.",
        ] {
            let answer = ask("/login", host).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
        // A form of the server's own host is a foreign one here (SEC-72).
        for origin in ["https://login.example.jp", "https://login.aoba.example"] {
            let mut browser = app.browser().at(HOST, "");
            browser.open("/login").await;
            let form = browser.filled_in("/login", &[("login", "x"), ("password", "y")]);
            let form = form.header("host", HOST).header("origin", origin);
            let answer = browser.send(form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
        }
        // The name goes to the neighbour.
        app.change_policy_of(SLUG, |policy| policy.entrances.hosts.clear())
            .await;
        assert_eq!(
            ask("/login", HOST).await.status,
            StatusCode::MISDIRECTED_REQUEST
        );
        app.change_policy_of(NEIGHBOUR, |policy| {
            policy.entrances.hosts = vec![HOST.into()]
        })
        .await;
        assert!(ask("/login", HOST).await.body.contains("あおば工業"));
    })
    .await;
}

/// Types login ID and password at the address that all tenants share.
async fn type_at_common(
    browser: &mut Browser,
    login: &str,
    password: &str,
) -> crate::support::Answer {
    browser.base = String::new();
    browser.open("/login").await;
    let typed = [("login", login), ("password", password)];
    browser.press("/login?language=ja", &typed).await
}

#[tokio::test]
async fn g2_at_the_common_address_the_login_id_decides_the_tenant() {
    on_both("default", async |app| {
        give_names(&app).await;
        let taro = app.member("taro@midori.example").await;
        let jiro = app.member("jiro@aoba.example").await;
        let hana = app.member("hana@日本語.example").await;
        for (login, password, slug) in [
            (taro.login.as_str(), &taro.password, SLUG),
            ("TARO@Midori.example", &taro.password, SLUG),
            ("jiro@aoba.example", &jiro.password, NEIGHBOUR),
            ("hana@日本語.example", &hana.password, SLUG),
            ("hana@xn--wgv71a119e.example", &hana.password, SLUG),
        ] {
            let mut browser = app.browser();
            let answer = type_at_common(&mut browser, login, password).await;
            assert_eq!(
                answer.location(),
                format!("/{slug}/login/set-up"),
                "{login}"
            );
            let page = browser.follow(answer).await;
            assert_eq!(page.status, StatusCode::OK);
            let attempt = format!("__Host-warifu-{slug}-attempt");
            assert!(browser.cookies.contains_key(&attempt));
        }
        // The switch works there as well, and its choice goes along.
        let mut browser = app.browser().at("login.example.jp", "");
        let page = browser.open("/login?language=en").await.body;
        assert!(page.contains("lang=\"en\"") && page.contains("href=\"/login?language=ja\""));
        let typed = [("login", taro.login.as_str()), ("password", &taro.password)];
        let answer = browser.press("/login?language=en", &typed).await;
        assert!(browser.follow(answer).await.body.contains("lang=\"en\""));
    })
    .await;
}

#[tokio::test]
async fn sec_049_a_login_id_that_leads_nowhere_is_answered_like_a_wrong_password() {
    on_both("default", async |app| {
        give_names(&app).await;
        app.member("taro@midori.example").await;
        let mut answers = Vec::new();
        for login in [
            "taro@midori.example",
            "none@midori.example",
            "none@nowhere.example",
            "taro@login.midori.example",
            "taro",
            "taro@",
            "@midori.example",
        ] {
            let mut browser = app.browser();
            let before = app.ctx.hasher.computed();
            let answer = type_at_common(&mut browser, login, "wrong password").await;
            assert_eq!(app.ctx.hasher.computed(), before + 1, "{login}");
            assert!(answer.headers.get("set-cookie").is_none(), "{login}");
            // What differs: the login ID, the form token, the request's reference.
            let mut body = answer.body.replace(login, "LOGIN");
            let reference = body.split("お問い合わせ番号 ").nth(1).unwrap();
            let reference: String = reference.chars().take(9).collect();
            body = body.replace(&reference, "REFERENCE");
            let token = browser.form_token();
            answers.push((answer.status, body.replace(&token, "TOKEN")));
        }
        assert_eq!(answers[0].0, StatusCode::UNPROCESSABLE_ENTITY);
        for answer in &answers[1..] {
            assert_eq!(answer, &answers[0]);
        }
    })
    .await;
}

#[tokio::test]
async fn g2_the_same_login_id_in_two_tenants_is_two_people() {
    on_both("default", async |app| {
        give_names(&app).await;
        let taro = app.member("taro@midori.example").await;
        let mut ours = app.browser();
        let (phone, _) = ours.sign_in_and_set_up(&taro).await;
        // The neighbour's has the same login ID and password, and no app.
        let mut theirs = app.browser().at("login.aoba.example", "");
        let answer = theirs.type_password(&taro).await;
        assert!(answer.body.contains("あおば工業"));
        let code = phone.code(app.now());
        let answer = theirs.press("/login/set-up", &[("code", &code)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(ours.get("/account").await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn g2_administrators_have_their_own_door_and_nobody_else() {
    on_both("default", async |app| {
        let (taro, boss) = (
            app.member("taro").await,
            app.person("boss", Role::Administrator).await,
        );
        let operator = app.person("root", Role::Operator).await;
        let mut browser = app.browser();
        assert_eq!(
            browser.get("/admin/login").await.location(),
            "/midori/login"
        );
        app.change_policy(|policy| {
            policy.entrances.administrators = AdministratorEntrance::Own;
        })
        .await;
        // At the other's door each is answered like a wrong password.
        for (door, who, path) in [
            ("/login", &boss, "/login"),
            ("/login", &operator, "/login"),
            ("/admin/login", &taro, "/admin/login"),
        ] {
            let mut browser = app.browser();
            browser.open(door).await;
            let typed = [("login", who.login.as_str()), ("password", &who.password)];
            let right = browser.press(path, &typed).await;
            let wrong = browser
                .press(
                    path,
                    &[("login", who.login.as_str()), ("password", "wrong")],
                )
                .await;
            assert_eq!(right.status, StatusCode::UNPROCESSABLE_ENTITY, "{door}");
            assert!(right.refuses("LOGIN-01") && wrong.refuses("LOGIN-01"));
            assert_eq!(right.status, wrong.status);
        }
        for who in [&boss, &operator] {
            let mut browser = app.browser();
            let page = browser.open("/admin/login").await.body;
            assert!(
                page.contains("staff") && page.contains("管理者専用"),
                "{page}"
            );
            let typed = [("login", who.login.as_str()), ("password", &who.password)];
            let answer = browser.press("/admin/login", &typed).await;
            assert_eq!(answer.location(), "/midori/login/set-up");
            browser.follow(answer).await;
            // The way back leads to the same door.
            assert!(browser.page.contains("href=\"/midori/admin/login\""));
        }
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&taro).await;
        let answer = browser.press("/logout", &[]).await;
        assert!(answer.location().starts_with("/midori/login?"));
        // Whoever wants a console is led to the door of those who have one.
        let answer = app.browser().get("/admin/users").await;
        assert!(
            answer
                .location()
                .starts_with("/midori/admin/login?refusal=ACC-01")
        );
    })
    .await;
}

#[tokio::test]
async fn sec_068_no_cookie_of_one_tenant_opens_another_by_any_entrance() {
    on_both("default", async |app| {
        give_names(&app).await;
        let taro = app.member("taro@midori.example").await;
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&taro).await;
        let name = |slug: &str| format!("__Host-warifu-{slug}-session");
        let token = browser.cookies[&name(SLUG)].clone();
        for (host, base) in [
            ("login.example.jp", "/aoba"),
            ("login.aoba.example", ""),
            ("login.example.jp", "/d/aoba.example"),
        ] {
            let mut thief = app.browser().at(host, base);
            for slug in [SLUG, NEIGHBOUR] {
                thief.cookies.insert(name(slug), token.clone());
            }
            let answer = thief.get("/account").await;
            let expected = format!("{base}/login?refusal=ACC-01");
            assert!(answer.location().starts_with(&expected), "{host}{base}");
        }
        // At the tenant's own entrances it is the same session.
        for mut own in everywhere(&app) {
            own.cookies.insert(name(SLUG), token.clone());
            assert_eq!(own.get("/account").await.status, StatusCode::OK);
        }
    })
    .await;
}

#[tokio::test]
async fn sec_059_redirects_lead_to_pages_of_the_same_entrance_only() {
    const TARGETS: [&str; 24] = [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\u{3000}//evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/login/../../aoba/login",
        "/%2e%2e/aoba/login",
        "/%2F%2Fevil.example",
        "/aoba/login",
        "//login",
        "/login@evil.example",
        ".evil.example",
        "@evil.example",
        ":80@evil.example/",
        "/nothing",
        "/admin/users/\\evil.example",
        "/admin/users/1\r\nLocation: https://evil.example",
        "/admin/users/日本",
        "",
    ];
    on_both("default", async |app| {
        give_names(&app).await;
        for mut browser in everywhere(&app) {
            browser.open("/login").await;
            let (token, base) = (browser.form_token(), browser.base.clone());
            for target in TARGETS {
                for target in [target.to_owned(), format!("{base}{target}")] {
                    let fields = [
                        ("form_token", token.as_str()),
                        ("language", "en"),
                        ("return_to", &target),
                    ];
                    let ask = Ask::form(&format!("{base}/language"), &fields);
                    let answer = browser.send(ask).await;
                    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{target}");
                    let there = answer.location();
                    let is_start = there == format!("{base}/") || there == base;
                    assert!(
                        is_start && !there.is_empty(),
                        "{target:?} leads to {there:?}"
                    );
                }
            }
        }
    })
    .await;
}
