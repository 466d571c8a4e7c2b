//! The samples of the consoles' pages in a real browser: many states there are tedious to reach, and all of them are looked at.

use serde_json::json;

use crate::chromium::Language::{self, En, Ja};
use crate::samples::{self, Cast};
use crate::visit::Width::Desk;
use crate::visit::{Visit, Visitor, visit};

impl Visit {
    /// Shows a page that no server sent, as if it came from the demonstration: its style sheet does.
    async fn show(&self, html: &str) {
        // Its script runs in the document that was there before, where it has run already.
        let (head, rest) = html.split_once("<script").expect("every page has a script");
        let (_, body) = rest.split_once("</script>").expect("it ends");
        let html = format!("{head}{body}");
        let tree = self.cdp("Page.getFrameTree", json!({})).await;
        let frame = &tree["frameTree"]["frame"]["id"];
        let page = json!({ "frameId": frame, "html": html });
        self.cdp("Page.setDocumentContent", page).await;
        self.until("the style sheet", async || {
            let loaded =
                "return document.styleSheets.length > 0 && document.readyState === 'complete'";
            let loaded = self.driver.execute(loaded, Vec::new()).await.ok()?;
            loaded.convert::<bool>().ok()?.then_some(())
        })
        .await;
    }
}

async fn leaf_through(language: Language) {
    let tongue = match language {
        Ja => warifu_web::text::Language::Ja,
        En => warifu_web::text::Language::En,
    };
    let pages = samples::all(tongue, &Cast::default());
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        visit.open("/workspace/login").await;
        let picture = data_encoding::BASE64.encode(samples::LOGO_PICTURE.as_bytes());
        let picture = format!("data:image/svg+xml;base64,{picture}");
        for page in pages {
            // The pages of users are met on the way in other tests.
            if page.name.starts_with("console-") || page.name.starts_with("operator-") {
                visit
                    .show(&page.html.replace(samples::LOGO, &picture))
                    .await;
                visit.photograph(&format!("sample-{}", page.name)).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_consoles_shut_nobody_out_in_japanese() {
    leaf_through(Ja).await;
}

#[tokio::test]
async fn the_consoles_shut_nobody_out_in_english() {
    leaf_through(En).await;
}
