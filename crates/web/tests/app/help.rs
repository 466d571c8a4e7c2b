//! G9, W9: the help page in the tenant's own words, the desk, and the way from an error to its answer.

use warifu_domain::policy::{ContactRules, DeskWords, FaqEntry, FaqWords, Policy};

use axum::http::StatusCode;

use crate::support::{Ask, NEIGHBOUR, on_both, on_sqlite};

fn desk() -> ContactRules {
    ContactRules {
        phone: Some("03-1234-5678".into()),
        mail: Some("help@midori.example".into()),
        page: Some("https://www.midori.example/help".into()),
        ja: DeskWords {
            name: Some("情報システム部".into()),
            hours: Some("平日 9:00–17:00".into()),
        },
        en: DeskWords {
            name: Some("IT desk".into()),
            hours: Some("weekdays 9:00–17:00".into()),
        },
    }
}

fn with_own_question(policy: &mut Policy) {
    policy.contact = desk();
    policy.labels.ja.code = Some("ワンタイムパスワード".into());
    policy.faq.push(FaqEntry {
        id: "vpn".into(),
        ja: FaqWords {
            question: "VPNでも<使え>ますか".into(),
            answer: "使えます。\n\n<b>学外</b>からも同じです。".into(),
        },
        en: FaqWords {
            question: "Does it work with the VPN?".into(),
            answer: "Yes.".into(),
        },
    });
}

#[tokio::test]
async fn g9_the_help_page_speaks_the_tenants_words_and_names_its_desk() {
    let app = on_sqlite("default", |_| {}, with_own_question).await;
    let mut browser = app.browser();
    let page = browser.open("/help").await.body;
    for part in [
        "正しいワンタイムパスワードを入力しているのに",
        "情報システム部",
        "平日 9:00–17:00",
        "href=\"tel:0312345678\"",
        "href=\"mailto:help@midori.example\"",
        "<section id=\"own-vpn\">",
        // SEC-71: plain text stays plain text.
        "VPNでも&#60;使え&#62;ますか",
        "&#60;b&#62;学外&#60;/b&#62;からも",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let answer = browser.press("/language", &[("language", "en")]).await;
    let page = browser.follow(answer).await.body;
    for part in [
        "IT desk",
        "weekdays 9:00–17:00",
        "Does it work with the VPN?",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("情報システム部"));
    let error = browser.get("/nothing").await.body;
    assert!(
        error.contains("IT desk") && error.contains("/midori/help#who"),
        "{error}"
    );
}

#[tokio::test]
async fn sec_071_a_tenants_colour_is_a_sheet_of_our_own_making() {
    let yellow = |policy: &mut Policy| policy.branding.accent = Some("#FFE000".into());
    let app = on_sqlite("default", |_| {}, yellow).await;
    let mut browser = app.browser();
    let page = browser.open("/login").await.body;
    let address = "/assets/accent/1/ffe000.css";
    assert!(
        page.contains(&format!("<link rel=\"stylesheet\" href=\"{address}\">")),
        "{page}"
    );
    let sheet = Ask::get(address).send(&app).await;
    assert_eq!(
        sheet.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert_eq!(
        sheet.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    // It cannot be read on white as it is, so it is darker there.
    assert!(
        !sheet
            .body
            .contains("--accent: #ffe000; --accent-strong: #ffe000")
    );
    assert!(sheet.body.contains("prefers-color-scheme: dark"));
    for bad in [
        "/assets/accent/1/ffe00.css",
        "/assets/accent/1/ffe000",
        "/assets/accent/2/ffe000.css",
        "/assets/accent/1/ffe000;}body{x.css",
        "/assets/accent/1/%66fe000.css",
        "/assets/accent/1/expression.css",
    ] {
        let answer = Ask::get(bad).send(&app).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{bad}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{bad}");
    }
}

#[tokio::test]
async fn c4_the_help_page_knows_the_mail_for_a_forgotten_password_and_who_stays_signed_in() {
    for (preset, has_both) in [("camera", true), ("workspace", false)] {
        let app = on_sqlite(preset, |_| {}, |_| {}).await;
        let page = app.browser().open("/help").await.body;
        for part in [
            "「パスワードを忘れた方はこちら」",
            "30日のあいだログインが続きます",
        ] {
            assert_eq!(page.contains(part), has_both, "{preset}: {part} in {page}");
        }
    }
}

#[tokio::test]
async fn w9_an_error_leads_to_the_answer_that_explains_it() {
    on_both("workspace", async |app| {
        let hana = app.member("hana").await;
        let mut browser = app.browser();
        let address_of_answer = |page: &str| {
            let (_, rest) = page.split_once("<p class=\"see\">").expect("a link");
            let (_, rest) = rest.split_once("href=\"").unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        // Before the password is right.
        browser.open("/login").await;
        let page = browser
            .press("/login", &[("login", "hana"), ("password", "wrong")])
            .await
            .body;
        assert_eq!(address_of_answer(&page), "/midori/help#password-refused");
        // A wrong code.
        browser.type_password(&hana).await;
        browser.open("/account/set-up").await;
        browser.press("/account/set-up/start", &[]).await;
        browser.open("/account/set-up").await;
        let page = browser
            .press("/account/set-up", &[("code", "000000")])
            .await
            .body;
        let address = address_of_answer(&page);
        assert_eq!(address, "/midori/help#code-refused");
        let (_, id) = address.split_once('#').unwrap();
        let help = browser.open("/help").await.body;
        assert!(help.contains(&format!("<section id=\"{id}\">")));
        // Every tenant has its own.
        assert!(!help.contains(&format!("/{NEIGHBOUR}/")));
    })
    .await;
}
