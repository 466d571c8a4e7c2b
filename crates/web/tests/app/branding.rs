//! The look of a tenant's pages: seen before it is saved, and nothing in it but colours and plain text (SEC-71).

use axum::http::StatusCode;
use warifu_domain::{time::Span, user::Role};

use crate::support::{Browser, NEIGHBOUR, SLUG, TestApp, on_both};

async fn administrator(app: &TestApp) -> Browser {
    let boss = app.person("boss", Role::Administrator).await;
    let mut browser = app.browser();
    browser.sign_in_and_set_up(&boss).await;
    browser
}

#[tokio::test]
async fn a_look_is_seen_as_it_would_be_and_saved_only_then() {
    on_both("default", async |app| {
        let mut browser = administrator(&app).await;
        browser.open("/admin/branding").await;
        let typed = [
            ("branding.accent", "#b00020"),
            ("labels.ja.feature", "多要素認証"),
            ("contact.ja.name", "情報<b>部</b>"),
            ("contact.phone", "03-1234-5678"),
            ("view", "ja-dark"),
        ];
        let page = browser.press("/admin/branding/preview", &typed).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        for part in [
            "data-theme=\"dark\"",
            "/assets/accent/1/b00020.css",
            "name=\"password\"",
            "<main inert>",
        ] {
            assert!(page.body.contains(part), "{part} in {}", page.body);
        }
        // Nobody else sees it yet.
        let mut visitor = app.browser();
        assert!(!visitor.open("/help").await.body.contains("b00020"));
        assert_eq!(app.tenant().await.policy.branding.accent, None);

        // Its own button saves what it shows.
        let values: Vec<(String, String)> = typed
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let token = browser.form_token();
        let mut fields = vec![("form_token", token.as_str())];
        fields.extend(
            values
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let ask = crate::support::Ask::form("/midori/admin/branding", &fields);
        let answer = browser.send(ask).await;
        assert_eq!(
            answer.location(),
            "/midori/admin/branding?notice=branding-saved",
            "{}",
            answer.body
        );
        let help = visitor.open("/help").await.body;
        for part in [
            "/assets/accent/1/b00020.css",
            "多要素認証とは何ですか",
            "情報&#60;b&#62;部&#60;/b&#62;",
            "tel:0312345678",
        ] {
            assert!(help.contains(part), "{part} in {help}");
        }
        let theirs = app.tenant_of(NEIGHBOUR).await;
        assert_eq!(theirs.policy.branding.accent, None);
        // Emptied, everything is the standard again.
        browser.open("/admin/branding").await;
        let fields = [("form_token", browser.form_token())];
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let ask = crate::support::Ask::form(&format!("/{SLUG}/admin/branding"), &fields);
        browser.send(ask).await;
        assert!(
            visitor
                .open("/help")
                .await
                .body
                .contains("二要素認証とは何ですか")
        );
    })
    .await;
}

#[tokio::test]
async fn sec_071_a_look_that_is_no_colour_and_no_plain_line_is_refused() {
    on_both("default", async |app| {
        let mut browser = administrator(&app).await;
        let before = app.tenant().await.policy.clone();
        for (field, bad) in [
            ("branding.accent", "red"),
            (
                "branding.accent",
                "#fff;} body{background:url(//evil.example)",
            ),
            ("branding.accent", "url(https://evil.example/x.svg)"),
            ("contact.page", "javascript:alert(1)"),
            ("contact.page", "//evil.example"),
            ("contact.mail", "a@b.example\r\nBcc: c@d.example"),
            ("labels.en.code", "a\nb"),
        ] {
            for path in ["/admin/branding/preview", "/admin/branding"] {
                browser.open("/admin/branding").await;
                let token = browser.form_token();
                let fields = [("form_token", token.as_str()), (field, bad)];
                let ask = crate::support::Ask::form(&format!("/{SLUG}{path}"), &fields);
                let answer = browser.send(ask).await;
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
                assert!(answer.refuses("BRD-02"));
                let marked = format!("name=\"{field}\"");
                let input = answer
                    .body
                    .split("<input")
                    .find(|tag| tag.contains(&marked));
                assert!(input.unwrap().contains("aria-invalid=\"true\""), "{field}");
            }
        }
        assert_eq!(app.tenant().await.policy, before);
    })
    .await;
}

#[tokio::test]
async fn sec_037_the_look_needs_the_fresh_proof_before_anything_is_typed() {
    on_both("default", async |app| {
        let mut browser = administrator(&app).await;
        browser.open("/admin/branding").await;
        app.wait(Span::minutes(6));
        let answer = browser.get("/admin/branding").await;
        assert!(
            answer
                .location()
                .contains("/account/proof?for=console&to=/admin/branding"),
            "{}",
            answer.location()
        );
        let form = browser.filled_in("/admin/branding/preview", &[("branding.accent", "#123456")]);
        assert!(
            browser
                .send(form)
                .await
                .location()
                .contains("/account/proof")
        );
        assert_eq!(app.tenant().await.policy.branding.accent, None);
    })
    .await;
}
