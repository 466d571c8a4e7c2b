//! An administrator gives the pages a logo and a colour, and looks at them before and after (SEC-71).

use thirtyfour::prelude::*;

use crate::chromium::Language::{self, En, Ja};
use crate::console_users::at_the_desk;
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};

const PREVIEW: Words = ("見え方を確認する", "Preview");
const SAVE: Words = ("この内容で保存する", "Save this");
const DARK: Words = ("日本語・暗い画面", "Japanese, dark");

/// A picture that people would take for a logo: a red diamond on nothing.
fn logo() -> Vec<u8> {
    let pixels = image::RgbaImage::from_fn(360, 120, |x, y| {
        let within = x.abs_diff(60) + y.abs_diff(60) < 50;
        let beside = (130..340).contains(&x) && (45..75).contains(&y);
        image::Rgba(if within {
            [176, 0, 32, 255]
        } else if beside {
            [30, 30, 30, 255]
        } else {
            [0, 0, 0, 0]
        })
    });
    let mut file = std::io::Cursor::new(Vec::new());
    pixels
        .write_to(&mut file, image::ImageFormat::Png)
        .expect("a picture is written to memory");
    file.into_inner()
}

/// How wide the logo is shown; 0: there is none, or it did not load.
async fn logo_width(visit: &Visit) -> u32 {
    let script = "const logo = document.querySelector('.site .logo'); \
                  return logo && logo.complete ? logo.naturalWidth : 0";
    let width = visit.driver.execute(script, Vec::new()).await;
    width
        .expect("a page can be asked")
        .convert()
        .expect("pixels")
}

async fn choose(visit: &Visit, name: &str, content: &[u8]) {
    let file = visit.scratch_file(name);
    std::fs::write(&file, content).expect("the scratch folder is writable");
    let field = visit.find("#logo_file").await;
    let path = file.to_str().expect("our paths are plain");
    field.send_keys(path).await.expect("a file can be chosen");
}

async fn dress(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        at_the_desk(&visit).await;
        visit.open("/workspace/admin/branding").await;
        visit.photograph("console-branding").await;
        // A page that calls itself a picture is refused, and the colour that was typed stays.
        let colour = visit.driver.find(By::Name("branding.accent")).await;
        let colour = colour.expect("the colour's field");
        colour
            .send_keys("#7a1f5c")
            .await
            .expect("it can be typed in");
        choose(&visit, "page.png", b"<script>alert(1)</script>").await;
        visit.press(PREVIEW).await;
        let refused = (
            "このファイルは画像として読み取れませんでした。",
            "This file could not be read as a picture.",
        );
        visit.is_refused("BRD-03", refused, Some("logo_file")).await;

        choose(&visit, "logo.png", &logo()).await;
        visit.press(PREVIEW).await;
        visit
            .until("the logo", async || {
                (logo_width(&visit).await == 360).then_some(())
            })
            .await;
        visit.photograph("console-branding-preview").await;
        visit.press(DARK).await;
        visit.photograph("console-branding-preview-dark").await;
        let phone = visit.another(Visitor::new(language, Phone)).await;
        phone.open("/workspace/login").await;
        assert_eq!(logo_width(&phone).await, 0, "it is not saved yet");

        visit.press(SAVE).await;
        visit
            .sees(("表示の設定を保存しました", "The look is saved"))
            .await;
        phone.open("/workspace/login").await;
        phone
            .until("the logo", async || {
                (logo_width(&phone).await == 360).then_some(())
            })
            .await;
        let alt = phone.find(".site .logo").await.attr("alt").await;
        assert!(alt.expect("readable").is_some_and(|name| !name.is_empty()));
        phone.open("/camera/login").await;
        assert_eq!(logo_width(&phone).await, 0, "it is another organisation's");
        visit.open("/workspace/login").await;
        visit.photograph("login-with-logo").await;

        // Taken away again.
        visit.open("/workspace/admin/branding").await;
        let remove = visit.find("#no_logo").await;
        remove.click().await.expect("a box can be ticked");
        visit.press(PREVIEW).await;
        visit.press(SAVE).await;
        phone.open("/workspace/login").await;
        assert_eq!(logo_width(&phone).await, 0);
    })
    .await;
}

#[tokio::test]
async fn sec_071_a_logo_is_uploaded_seen_and_removed_in_japanese() {
    dress(Ja).await;
}

#[tokio::test]
async fn sec_071_a_logo_is_uploaded_seen_and_removed_in_english() {
    dress(En).await;
}
