//! The operator's console: what its pages show and do, and what they refuse.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use warifu_domain::{audit::EventKind, policy::Enrolment, time::Span, user::Role};
use warifu_flows::{
    audit,
    delivery::{Mail, Post, Posting, SendFailure},
    key_rotation,
};
use warifu_storage::{AuditFilter, KeyRing};
use warifu_web::{MailRoute, Operation, http::client_address::TrustedProxies};

use crate::support::{Ask, Browser, NEIGHBOUR, Phone, TestApp, on_both, on_sqlite};

/// An operator at the console, with the fresh proof.
pub(crate) async fn operator(app: &TestApp) -> (Browser, Phone) {
    let person = app.person("ope", Role::Operator).await;
    let mut browser = app.browser();
    let (phone, _) = browser.sign_in_and_set_up(&person).await;
    app.wait(Span::minutes(1));
    prove(app, &mut browser, &phone).await;
    (browser, phone)
}

async fn prove(app: &TestApp, browser: &mut Browser, phone: &Phone) {
    let person = app.person_named("ope");
    browser.open("/account/proof?for=account").await;
    let code = phone.code(app.now());
    let typed = [
        ("password", person.password.as_str()),
        ("code", code.as_str()),
    ];
    let answer = browser.press("/account/proof?for=account", &typed).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn g1_the_operator_sets_the_day_at_the_console() {
    on_both("default", async |app| {
        let (mut browser, _) = operator(&app).await;
        let list = browser.get("/operator/tenants").await;
        assert!(list.body.contains("みどり商事") && list.body.contains("あおば工業"));
        let path = "/operator/tenants/aoba/schedule";
        let page = browser.open(path).await;
        assert!(page.body.contains("あおば工業"), "{}", page.body);
        let past = browser
            .press(path, &[("day", "2020-01-01"), ("reason", "application 12")])
            .await;
        assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(past.refuses("OPR-01") && past.body.contains("application 12"));
        let silent = browser
            .press(path, &[("day", "2026-04-01"), ("reason", " ")])
            .await;
        assert!(silent.refuses("ADM-02"));
        let done = browser
            .press(path, &[("day", "2026-04-01"), ("reason", "application 12")])
            .await;
        let page = browser.follow(done).await;
        assert!(page.body.contains("2026-04-01 00:00 JST"), "{}", page.body);
        let policy = app.tenant_of(NEIGHBOUR).await.policy.clone();
        assert_eq!(policy.second_factor.enrolment, Enrolment::Required);
    })
    .await;
}

#[tokio::test]
async fn sec_084_a_tenant_is_suspended_deleted_and_kept_at_the_console() {
    let app = on_sqlite("default", |_| {}, |_| {}).await;
    let (mut browser, phone) = operator(&app).await;
    let at = |act: &str| format!("/operator/tenants/aoba/{act}");
    let reason = ("reason", "contract ended");
    browser.open(&at("suspend")).await;
    browser.press(&at("suspend"), &[reason]).await;
    assert!(app.tenant_of(NEIGHBOUR).await.suspended);
    browser.open(&at("resume")).await;
    browser.press(&at("resume"), &[reason]).await;
    assert!(!app.tenant_of(NEIGHBOUR).await.suspended);

    browser.open(&at("delete")).await;
    let wrong = browser
        .press(&at("delete"), &[reason, ("confirm", "midori")])
        .await;
    assert!(wrong.refuses("OPR-10"));
    let done = browser
        .press(&at("delete"), &[reason, ("confirm", "aoba")])
        .await;
    let page = browser.follow(done).await;
    assert!(
        page.body.contains("/operator/tenants/aoba/keep"),
        "{}",
        page.body
    );
    browser.open(&at("keep")).await;
    browser.press(&at("keep"), &[reason]).await;
    assert!(app.tenant_of(NEIGHBOUR).await.suspended);

    // The operators' own organisation stays; without the fresh proof nothing is even asked.
    let own = "/operator/tenants/midori/suspend";
    browser.open(own).await;
    assert!(browser.press(own, &[reason]).await.refuses("OPR-12"));
    app.wait(Span::minutes(6));
    let answer = browser.get(&at("delete")).await;
    assert!(answer.location().contains("/account/proof?for=console"));
    prove(&app, &mut browser, &phone).await;
    assert_eq!(browser.get(&at("delete")).await.status, StatusCode::OK);
    for nothing in ["/operator/tenants/nobody", "/operator/tenants/aoba/burn"] {
        assert_eq!(browser.get(nothing).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn sec_077_values_are_sealed_again_at_the_console_and_no_key_is_shown() {
    on_both("default", async |app| {
        let (mut browser, phone) = operator(&app).await;
        let page = browser.get("/operator/keys").await;
        assert!(
            !page.body.contains("/operator/keys/reseal"),
            "there is nothing to do"
        );
        // Another key is taken into use while the server runs.
        let before = browser.open("/operator/keys/reseal").await.body;
        let mut ring = KeyRing::generate([7; 32]);
        ring.add_key([8; 32]);
        ring.activate(2).unwrap();
        assert!(key_rotation::take_ring(&app.ctx, ring).await.unwrap());

        // A form from before is still believed; but it wants a reason.
        let path = "/operator/keys/reseal";
        assert!(
            browser
                .press(path, &[("reason", " ")])
                .await
                .refuses("ADM-02"),
            "{before}"
        );
        let page = browser.get("/operator/keys").await;
        assert!(page.body.contains(path), "{}", page.body);
        browser.open(path).await;
        let begun = browser.press(path, &[("reason", "yearly change")]).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
        let job = begun.location().trim_start_matches("/midori").to_owned();
        let mut page = browser.get(&job).await;
        while page.headers.contains_key("refresh") {
            tokio::task::yield_now().await;
            page = browser.get(&job).await;
        }
        assert!(
            page.body.contains("鍵2で暗号化されています"),
            "{}",
            page.body
        );
        let keys = browser.get("/operator/keys").await;
        assert!(!keys.body.contains(path), "{}", keys.body);
        for page in [&page, &keys] {
            for byte in [7, 8] {
                let secret = data_encoding::BASE64URL_NOPAD.encode(&[byte; 32]);
                assert!(!page.body.contains(&secret));
            }
        }
        for slug in ["midori", NEIGHBOUR] {
            let tenant = app.tenant_of(slug).await;
            let filter = AuditFilter {
                kind: Some(EventKind::KeysResealed),
                limit: 10,
                ..AuditFilter::default()
            };
            let told = audit::list(&app.ctx, &tenant, filter).await.unwrap();
            let told: Vec<_> = told.into_iter().filter_map(|event| event.detail).collect();
            assert_eq!(told, ["key 2: yearly change"], "{slug}");
        }

        // Nobody begins it without the fresh proof.
        app.wait(Span::minutes(6));
        let answer = browser.get(path).await;
        assert!(answer.location().contains("/account/proof?for=console"));
        prove(&app, &mut browser, &phone).await;
        assert_eq!(browser.get(path).await.status, StatusCode::OK);
        assert_eq!(
            browser.get("/operator/keys/reseal/x").await.status,
            StatusCode::NOT_FOUND
        );
    })
    .await;
}

#[tokio::test]
async fn a_tenant_is_added_with_its_first_administrator() {
    let app = on_sqlite("default", |_| {}, |_| {}).await;
    let (mut browser, _) = operator(&app).await;
    let path = "/operator/tenants/add";
    let typed = |slug: &'static str| {
        [
            ("slug", slug),
            ("name", "さくら大学"),
            ("preset", "default"),
            ("login", "sato"),
            ("email", "sato@example.jp"),
            ("new_password", "three blind mice run far"),
        ]
    };
    browser.open(path).await;
    for (slug, code) in [("Sakura!", "OPR-02"), ("aoba", "OPR-03")] {
        let answer = browser.press(path, &typed(slug)).await;
        assert!(answer.refuses(code), "{}", answer.body);
        assert!(answer.body.contains("さくら大学"), "what was typed is kept");
        assert!(
            !answer.body.contains("three blind mice"),
            "the password is not"
        );
    }
    let done = browser.press(path, &typed("sakura")).await;
    let page = browser.follow(done).await;
    assert!(page.body.contains("sato"), "{}", page.body);
    assert_eq!(app.tenant_of("sakura").await.name, "さくら大学");
}

#[tokio::test]
async fn w7_the_only_administrator_is_rescued_at_the_console_with_two_operators() {
    let app = on_sqlite(
        "default",
        |settings| settings.operation.rescue = warifu_flows::rescue::Approval::Two,
        |_| {},
    )
    .await;
    app.person("kanri", Role::Administrator).await;
    let (mut browser, _) = operator(&app).await;
    let path = "/operator/tenants/aoba/rescue";
    // In these tests the operator is at home in both; nobody else has a second factor there.
    let page = browser.open(path).await;
    assert!(
        !page.body.contains("home@mail.example"),
        "the page gives no answers away"
    );
    let told = |company: &'static str| {
        [
            ("login", "kanri"),
            ("company", company),
            ("email", "home@mail.example"),
            ("how", "called back"),
        ]
    };
    let wrong = browser.press(path, &told("みどり商事")).await;
    assert!(wrong.refuses("OPR-06") && wrong.body.contains("called back"));
    let done = browser.press(path, &told("あおば工業")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let page = browser.open(path).await;
    // Whoever asked reads that somebody else has to approve it, and is offered to take it back only.
    assert!(
        page.body.contains("別の運用者の承認が必要です") && page.body.contains("rescue/withdraw"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("rescue/approve"), "{}", page.body);
    // What was checked is told in the reader's language, here and in the trail.
    let checked =
        "組織名：あおば工業 ／ メールアドレス：聞き取った内容が登録と一致 ／ 本人確認：called back";
    assert!(page.body.contains(checked), "{}", page.body);
    browser.speak("en").await;
    let page = browser.open(path).await;
    let checked = "Organisation: あおば工業 / mail address: told as it stands in the account / identity: called back";
    assert!(page.body.contains(checked), "{}", page.body);
    browser.speak("ja").await;
    let tenant = browser.open("/operator/tenants/aoba").await.body;
    assert!(tenant.contains("承認を待っている救済"), "{tenant}");
    let form = Ask::form(
        "/midori/operator/tenants/aoba/rescue/approve",
        &[
            ("form_token", &browser.form_token()),
            ("login", "kanri"),
            ("reason", "I called too"),
        ],
    );
    assert!(browser.send(form).await.refuses("OPR-08"));
}

/// A relay that takes mail to addresses of `example.jp`.
#[derive(Default)]
struct Relay(Mutex<Vec<Mail>>);

impl Post for Relay {
    fn send<'a>(&'a self, mail: &'a Mail) -> Posting<'a> {
        Box::pin(async move {
            if !mail.to.ends_with("@example.jp") {
                let words = "550 nobody here".to_owned();
                return Err(SendFailure {
                    is_final: true,
                    words,
                });
            }
            self.0.lock().unwrap().push(mail.clone());
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_test_mail_is_sent_in_the_operators_language() {
    let relay = Arc::new(Relay::default());
    let post = relay.clone();
    let app = on_sqlite(
        "default",
        |settings| {
            settings.operation = Operation {
                mail: Some(MailRoute {
                    relay: "mail.example.jp:587, STARTTLS".to_owned(),
                    sender: "warifu@example.jp".to_owned(),
                    post,
                }),
                ..Operation::default()
            };
        },
        |_| {},
    )
    .await;
    let (mut browser, _) = operator(&app).await;
    let path = "/operator/mail";
    let page = browser.open(path).await;
    assert!(
        page.body.contains("mail.example.jp:587, STARTTLS"),
        "{}",
        page.body
    );
    for (to, code) in [
        ("nonsense", "OPR-14"),
        ("a@example.jp\r\nBcc: b@example.jp", "OPR-14"),
        ("ope@elsewhere.example", "OPR-13"),
    ] {
        assert!(
            browser.press(path, &[("to", to)]).await.refuses(code),
            "{to}"
        );
    }
    let done = browser.press(path, &[("to", "ope@example.jp")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let sent = relay.0.lock().unwrap().clone();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].subject, "[みどり商事] メール送信のテスト");
    assert!(!sent[0].html.contains("href"));
}

#[tokio::test]
async fn sec_050_the_page_of_proxies_warns_of_an_address_that_is_the_proxys_own() {
    let warning = "プロキシ自身のアドレス";
    for (trusted, warns) in [("192.0.2.0/24", false), ("10.0.0.0/8", true)] {
        let app = on_sqlite(
            "default",
            |settings| {
                settings.trusted_proxies = TrustedProxies::new(vec![trusted.parse().unwrap()]);
            },
            |_| {},
        )
        .await;
        let (mut browser, _) = operator(&app).await;
        let ask = Ask::get("/midori/operator/proxies")
            .from("192.0.2.7:1")
            .header("x-forwarded-for", "198.51.100.9");
        let page = browser.send(ask).await;
        assert_eq!(
            page.body.contains(warning),
            warns,
            "{trusted}: {}",
            page.body
        );
        assert!(page.body.contains("198.51.100.9") && page.body.contains("192.0.2.7"));
    }
}

#[tokio::test]
async fn keys_and_health_show_what_an_operator_asks_and_no_secret() {
    on_both("default", async |app| {
        let (mut browser, _) = operator(&app).await;
        let keys = browser.get("/operator/keys").await;
        assert!(keys.body.contains("mail addresses"), "{}", keys.body);
        let health = browser.get("/operator/health").await;
        assert!(
            health.body.contains(env!("CARGO_PKG_VERSION")),
            "{}",
            health.body
        );
    })
    .await;
}
