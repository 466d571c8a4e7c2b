//! What the browser noticed by itself: errors, violations of the content security policy, requests to anybody else.

use crate::chromium::Language::En;
use crate::firefox;
use crate::looks;
use crate::visit::Width::Desk;
use crate::visit::{Browser, Visit, Visitor, visit};
use serde_json::Value;

/// What was wrong behind the pages of this visit.
pub(crate) async fn complaints(visit: &Visit) -> Vec<String> {
    if visit.visitor.browser == Browser::Firefox {
        return firefox::complaints(visit).await;
    }
    let console = visit.driver.browser_log().await.expect("it keeps a log");
    let console = console
        .into_iter()
        .filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"))
        .map(|entry| entry.message);
    let traffic = visit.driver.get_log("performance").await;
    let traffic = traffic.expect("it keeps a log");
    let elsewhere = traffic
        .iter()
        .filter_map(|entry| requested(&entry.message))
        .filter(|url| is_elsewhere(visit, url))
        .map(|url| format!("asked for {url}"));
    console
        .filter(|message| !is_refused_page(message))
        .chain(elsewhere)
        .collect()
}

/// The browser's own remark about a page that was answered with 4xx, which a refusal is.
fn is_refused_page(message: &str) -> bool {
    message.contains(" - Failed to load resource: the server responded with a status of 4")
        && !message.contains("/assets/")
}

fn requested(entry: &str) -> Option<String> {
    let entry: Value = serde_json::from_str(entry).ok()?;
    let message = &entry["message"];
    let url = &message["params"]["request"]["url"];
    (message["method"] == "Network.requestWillBeSent").then(|| url.as_str().map(str::to_owned))?
}

/// Whether a request went over a network, to anybody but the demonstration. What the browser asks of itself does not.
fn is_elsewhere(visit: &Visit, url: &str) -> bool {
    let network = ["http:", "https:", "ws:", "wss:"];
    let ours = url.strip_prefix(visit.base());
    let is_ours = ours.is_some_and(|rest| rest.starts_with('/'));
    network.iter().any(|scheme| url.starts_with(scheme)) && !is_ours
}

/// A test has failed: keeps what its browser shows, and says where it was.
pub(crate) async fn leave_evidence(visit: &Visit) {
    let test = std::thread::current().name().unwrap_or("test").to_owned();
    let name = format!("failed-{}", test.replace("::", "-"));
    if let Ok(url) = visit.driver.current_url().await {
        eprintln!("the browser stands at {url}");
    }
    if let Ok(png) = visit.driver.screenshot_as_png().await {
        let _ = std::fs::write(looks::folder().join(format!("{name}.png")), png);
    }
    if let Ok(main) = visit.driver.find(thirtyfour::By::Tag("body")).await
        && let Ok(text) = main.text().await
    {
        eprintln!("and shows:\n{text}\n");
    }
}

/// A watch that never barks proves nothing.
#[tokio::test]
async fn the_watch_is_awake() {
    visit(Visitor::new(En, Desk), async move |visit: Visit| {
        visit.open("/workspace/login").await;
        visit.load_checker().await;
        assert_eq!(visit.complaints().await, [""; 0]);
        assert_eq!(complaints(&visit).await, [""; 0]);

        let harm = r"
            const script = document.createElement('script');
            script.textContent = '1';
            document.body.append(script);
            document.querySelector('label').remove();
        ";
        let harmed = visit.driver.execute(harm, Vec::new()).await;
        harmed.expect("a page can be changed");
        let [unlabelled] = &visit.complaints().await[..] else {
            panic!("one field has lost its label");
        };
        assert!(unlabelled.starts_with("label: "), "{unlabelled}");
        let [inline] = &complaints(&visit).await[..] else {
            panic!("one script was inline");
        };
        assert!(inline.contains("Content Security Policy"), "{inline}");

        // Nobody listens there.
        let elsewhere = "http://127.0.0.2:9/";
        let _ = visit.driver.goto(elsewhere).await;
        let asked = format!("asked for {elsewhere}");
        assert!(complaints(&visit).await.contains(&asked));
    })
    .await;
}
