//! Languages, and where the switch leads.

use axum::http::StatusCode;
use warifu_flows::notices;

use crate::support::{Ask, Phone, listed_codes, on_both};

#[tokio::test]
async fn the_switch_keeps_the_place_and_is_remembered_by_browser_and_person() {
    on_both("workspace", async |app| {
        let hana = app.member("hana").await;
        let mut browser = app.browser();
        browser.open("/login?refusal=LOGIN-03").await;
        assert!(browser.page.contains("<html lang=\"ja\">"));
        let answer = browser.press("/language", &[("language", "en")]).await;
        assert_eq!(answer.location(), "/midori/login");
        assert!(
            browser
                .follow(answer)
                .await
                .body
                .contains("<html lang=\"en\">")
        );
        browser.type_password(&hana).await;
        browser.open("/account/proof?for=password").await;
        let answer = browser.press("/language", &[("language", "ja")]).await;
        assert_eq!(answer.location(), "/midori/account/proof?for=password");
        assert!(
            browser
                .follow(answer)
                .await
                .body
                .contains("<html lang=\"ja\">")
        );
        browser.press("/language", &[("language", "en")]).await;

        // Elsewhere the person's choice counts, once it is known who it is.
        let mut other = app.browser();
        other.open("/login").await;
        assert!(other.page.contains("<html lang=\"ja\">"));
        other.type_password(&hana).await;
        assert!(other.page.contains("<html lang=\"en\">"));
        // What the browser prefers counts for strangers.
        let answer = Ask::get("/midori/login")
            .header("accept-language", "en-GB,ja;q=0.5")
            .send(&app)
            .await;
        assert!(answer.body.contains("<html lang=\"en\">"));
        let answer = Ask::get("/nowhere")
            .header("accept-language", "en")
            .send(&app)
            .await;
        assert!(answer.body.contains("<html lang=\"en\">"));
    })
    .await;
}

#[tokio::test]
async fn k12_mail_speaks_the_language_in_which_the_person_first_logged_in() {
    on_both("default", async |app| {
        let (hana, taro) = (app.member("hana").await, app.member("taro").await);
        let mut english = app.browser();
        english.open("/login").await;
        english.press("/language", &[("language", "en")]).await;
        english.sign_in_and_set_up(&hana).await;
        app.browser().sign_in_and_set_up(&taro).await;
        let told = notices::list(&app.ctx, &app.tenant().await, 0, 100).await;
        let told: Vec<Option<String>> = told.unwrap().into_iter().map(|n| n.language).collect();
        // The tenant's own language is nobody's choice: whoever reads it follows the tenant.
        assert!(told.contains(&Some("en".to_owned())), "{told:?}");
        assert!(told.contains(&None), "{told:?}");
        // A later login elsewhere changes nothing; the switch does.
        app.browser().open("/login").await;
        english.press("/language", &[("language", "ja")]).await;
        let told = notices::list(&app.ctx, &app.tenant().await, 0, 100)
            .await
            .unwrap();
        assert!(told.iter().any(|n| n.language.as_deref() == Some("ja")));
    })
    .await;
}

#[tokio::test]
async fn a_page_with_new_backup_codes_has_no_switch_that_would_lose_them() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.type_password(&taro).await;
        assert!(browser.page.contains("/midori/language"));
        let phone = Phone::scan(&browser.page);
        let code = phone.code(app.now());
        browser.press("/login/set-up", &[("code", &code)]).await;
        let completion = browser.page.clone();
        browser.open("/account/backup-codes").await;
        assert!(browser.page.contains("/midori/language"));
        browser.press("/account/backup-codes", &[]).await;
        for page in [&completion, &browser.page] {
            assert!(!listed_codes(page).is_empty());
            assert!(!page.contains("/midori/language"));
            // Who reads the other language is told, too.
            assert!(page.contains("表示されるのは今回だけ"), "{page}");
            assert!(page.contains("lang=\"en\">Save or print your backup codes first;"));
        }
        // On the next page it is there again.
        browser.open("/account").await;
        browser.press("/language", &[("language", "en")]).await;
    })
    .await;
}

#[tokio::test]
async fn a_form_that_failed_keeps_its_place_for_the_switch() {
    on_both("default", async |app| {
        let mut browser = app.browser();
        browser.open("/login").await;
        let refused = browser
            .press("/login", &[("login", "taro"), ("password", "x")])
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("value=\"taro\""));
        let answer = browser.press("/language", &[("language", "en")]).await;
        assert_eq!(answer.location(), "/midori/login");
    })
    .await;
}

#[tokio::test]
async fn sec_059_the_switch_leads_to_pages_of_this_tenant_only() {
    on_both("default", async |app| {
        let mut browser = app.browser();
        browser.open("/login").await;
        let token = browser.form_token();
        for target in [
            "https://evil.example/",
            "//evil.example/",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "/midori//evil.example",
            "/midori/login/../../aoba/login",
            "/aoba/login",
            "/midoriX/login",
            "/midori/nothing",
            "midori/login",
            "/midori/logout",
            "/midori/login/code/x",
            "",
            "/",
            "/midori",
            "/midori/login\r\nLocation: https://evil.example",
            "/midori/login#x",
            "/midori/%6cogin",
            "@evil.example",
            "/midori@evil.example/login",
        ] {
            let fields = [
                ("form_token", token.as_str()),
                ("language", "en"),
                ("return_to", target),
            ];
            let answer = browser.send(Ask::form("/midori/language", &fields)).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{target}");
            let expected = if target == "/midori" {
                "/midori"
            } else {
                "/midori/"
            };
            assert_eq!(answer.location(), expected, "{target}");
        }
        for (target, expected) in [
            ("/midori/help", "/midori/help"),
            // Fields of the query come along as text of our own page, which knows none of these.
            (
                "/midori/help?next=https://evil.example",
                "/midori/help?next=https%3A//evil.example",
            ),
            (
                "/midori/help?notice=turned-off&x=%0d%0aLocation:",
                "/midori/help?x=%0D%0ALocation%3A",
            ),
            (
                "/midori/account/proof?for=remove&x=//evil.example",
                "/midori/account/proof?for=remove&x=//evil.example",
            ),
            (
                "/midori/account/proof?for=//evil.example",
                "/midori/account/proof?for=//evil.example",
            ),
        ] {
            let fields = [
                ("form_token", token.as_str()),
                ("language", "en"),
                ("return_to", target),
            ];
            let answer = browser.send(Ask::form("/midori/language", &fields)).await;
            assert_eq!(answer.location(), expected);
        }
        // A language that there is not is a malformed form.
        let fields = [
            ("form_token", token.as_str()),
            ("language", "fr"),
            ("return_to", "/midori/login"),
        ];
        assert_eq!(
            browser
                .send(Ask::form("/midori/language", &fields))
                .await
                .status,
            StatusCode::BAD_REQUEST
        );
    })
    .await;
}
