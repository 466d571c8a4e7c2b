//! The look of a tenant's pages: seen before it is saved, and nothing in it but colours and plain text (SEC-71).

use axum::http::StatusCode;
use warifu_domain::{time::Span, user::Role};

use crate::support::{Answer, Ask, Browser, NEIGHBOUR, SLUG, TestApp, on_both, unescape};

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
        let ask = Ask::form("/midori/admin/branding", &fields);
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
        let ask = Ask::form(&format!("/{SLUG}/admin/branding"), &fields);
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
                let ask = Ask::form(&format!("/{SLUG}{path}"), &fields);
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

/// A picture of one colour.
fn picture(red: u8) -> Vec<u8> {
    let pixels = image::RgbaImage::from_pixel(64, 32, image::Rgba([red, 0, 0, 255]));
    let mut file = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// Sends the form of the look with a file.
async fn upload(browser: &mut Browser, fields: &[(&str, &str)], file: &[u8]) -> Answer {
    browser.open("/admin/branding").await;
    let token = browser.form_token();
    let fields = [&[("form_token", token.as_str())], fields].concat();
    let path = format!("/{SLUG}/admin/branding/preview");
    browser
        .send(Ask::form_with_file(&path, &fields, file))
        .await
}

/// The address of the picture in the header of a page.
fn logo_in(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<img class=\"logo\" src=\"")?;
    rest.split('"').next()
}

#[tokio::test]
async fn sec_071_a_logo_is_seen_before_it_is_saved_and_removed_with_a_word() {
    on_both("default", async |app| {
        let mut browser = administrator(&app).await;
        let file = picture(9);
        let typed = [("labels.ja.feature", "多要素認証")];
        let page = upload(&mut browser, &typed, &file).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let path = logo_in(&page.body).unwrap().to_owned();
        assert!(page.body.contains("alt=\"みどり商事\""));

        // It is a file of ours, in a sandbox, for ever; whatever was uploaded is not in it.
        let mut visitor = app.browser();
        let answer = visitor.send(Ask::get(&path)).await;
        crate::headers::check(&answer, &path, true);
        assert_eq!(answer.header("content-type"), Some("image/png"));
        assert!(answer.header("set-cookie").is_none());
        assert!(answer.bytes.starts_with(b"\x89PNG") && answer.bytes != file);
        // Nobody sees it yet; and it is not the neighbour's.
        assert_eq!(logo_in(&visitor.open("/help").await.body), None);
        let theirs = path.replacen(SLUG, NEIGHBOUR, 1);
        let answer = visitor.send(Ask::get(&theirs)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);

        // Back to the form, and saved from a second preview: what was chosen and typed stays.
        let hidden = bar_fields(&page.body);
        let send = |path: &str| {
            let fields: Vec<_> = hidden
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            Ask::form(&format!("/{SLUG}{path}"), &fields)
        };
        let form = browser.send(send("/admin/branding/edit")).await;
        assert_eq!(logo_in(&form.body), Some(path.as_str()));
        assert!(form.body.contains("value=\"多要素認証\""));
        let saved = browser.send(send("/admin/branding")).await;
        assert!(
            saved.location().ends_with("notice=branding-saved"),
            "{}",
            saved.body
        );
        assert_eq!(
            logo_in(&visitor.open("/help").await.body),
            Some(path.as_str())
        );

        // Taken away: said in the preview, done when it is saved.
        browser.open("/admin/branding").await;
        let gone = browser
            .press("/admin/branding/preview", &[("no_logo", "1")])
            .await;
        assert!(gone.body.contains("ロゴは削除されます"));
        assert_eq!(logo_in(&gone.body), None);
        assert!(logo_in(&visitor.open("/help").await.body).is_some());
        let fields = bar_fields(&gone.body);
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let ask = Ask::form(&format!("/{SLUG}/admin/branding"), &fields);
        browser.send(ask).await;
        assert_eq!(logo_in(&visitor.open("/help").await.body), None);
        let answer = visitor.send(Ask::get(&path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// The hidden fields of the bar above a preview.
fn bar_fields(page: &str) -> Vec<(String, String)> {
    let bar = page.split("role=\"main\"").nth(1).unwrap();
    let bar = bar.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap();
        unescape(rest.split('"').next().unwrap())
    };
    bar.split("<input")
        .skip(1)
        .map(|tag| (attribute(tag, "name"), attribute(tag, "value")))
        .collect()
}

#[tokio::test]
async fn sec_071_a_file_that_is_no_logo_costs_nothing_else_that_was_typed() {
    on_both("default", async |app| {
        let mut browser = administrator(&app).await;
        let html = b"<html><script>alert(1)</script>".to_vec();
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
        let large = vec![0_u8; 2 * 1024 * 1024 + 1];
        let larger = vec![0_u8; 9 * 1024 * 1024];
        for (file, code) in [
            (html, "BRD-03"),
            (svg, "BRD-03"),
            (picture(1)[..50].to_vec(), "BRD-03"),
            (large, "BRD-04"),
            (larger, "BRD-04"),
        ] {
            let page = upload(&mut browser, &[("labels.ja.code", "合言葉")], &file).await;
            assert_eq!(
                page.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{}",
                page.body
            );
            assert!(page.refuses(code), "{code}");
            assert!(page.body.contains("value=\"合言葉\""));
            let input = page
                .body
                .split("<input")
                .find(|tag| tag.contains("name=\"logo_file\""));
            assert!(input.unwrap().contains("aria-invalid=\"true\""));
        }
        // Something that no picture is, in size as well.
        let endless = vec![0_u8; 33 * 1024 * 1024];
        let page = upload(&mut browser, &[], &endless).await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
        // Without the token nothing is looked at.
        let ask = Ask::form_with_file(&format!("/{SLUG}/admin/branding/preview"), &[], &picture(1));
        assert_eq!(browser.send(ask).await.status, StatusCode::FORBIDDEN);
        assert_eq!(app.tenant().await.logo, None);
    })
    .await;
}
