//! Firefox behind its driver, for the walks that every browser has to manage (K13).

use crate::chromium::{Language, Scripts};
use crate::driver::Driver;
use crate::looks;
use crate::scratch::Scratch;
use crate::visit::{Visit, Width};
use serde_json::json;
use std::process::Command;
use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::extensions::addons::firefox::FirefoxTools;
use thirtyfour::prelude::*;
use thirtyfour::{FirefoxCapabilities, RequestData, SessionId};

const PHONE: &str = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0";

/// Starts its driver.
pub(crate) fn driver(scratch: &Scratch) -> Driver {
    let profiles = scratch.folder("profiles");
    std::fs::create_dir_all(&profiles).expect("the build folder is writable");
    let mut command = Command::new(looks::tool("WARIFU_GECKODRIVER", "bin/geckodriver"));
    command
        // What the browser notices by itself is read from its own console, which is behind that.
        .args(["--port=0", "--allow-system-access", "--profile-root"])
        .arg(profiles);
    Driver::try_start(command, "Listening on 127.0.0.1:").expect("geckodriver starts")
}

/// A browser with a profile of its own, as another person or another device has it.
pub(crate) async fn browser(
    driver: &Driver,
    language: Language,
    width: Width,
    scripts: Scripts,
) -> WebDriver {
    let mut preferences = FirefoxPreferences::new();
    let mut set = |name: &str, value: serde_json::Value| {
        preferences.set(name, value).expect("a preference");
    };
    set("intl.accept_languages", json!(language.tag()));
    set("javascript.enabled", json!(scripts == Scripts::On));
    set("ui.prefersReducedMotion", json!(1));
    set("signon.rememberSignons", json!(false));
    // Whatever is not this machine is out of reach: no page may need it.
    set("network.proxy.type", json!(1));
    set("network.proxy.socks", json!("127.0.0.1"));
    set("network.proxy.socks_port", json!(9));
    set("network.proxy.no_proxies_on", json!("127.0.0.1"));
    set("network.proxy.allow_hijacking_localhost", json!(false));
    if width == Width::Phone {
        set("general.useragent.override", json!(PHONE));
        set("dom.disable_open_during_load", json!(false));
    }
    let mut caps = FirefoxCapabilities::new();
    caps.set_headless().expect("a capability");
    caps.set_firefox_binary("/usr/bin/firefox-esr")
        .expect("a capability");
    caps.set_preferences(preferences).expect("a capability");
    let driver = WebDriver::new(&driver.url, caps).await;
    driver.expect("Firefox starts")
}

/// Gives the window this size. One with its tool bars is never as narrow as a phone; one that a page opened can be.
pub(crate) async fn emulate(driver: &WebDriver, width: Width) {
    let (wide, high) = width.size();
    if width == Width::Phone {
        let open = format!("window.open('about:blank', '', 'popup,width={wide},height={high}')");
        driver
            .execute(open, Vec::new())
            .await
            .expect("a window opens");
        let first = driver.window().await.expect("a window");
        let windows = driver.windows().await.expect("two windows");
        let second = windows.into_iter().find(|window| *window != first);
        driver
            .switch_to_window(second.expect("two windows"))
            .await
            .expect("a window");
    } else {
        driver
            .set_window_rect(0, 0, wide, high)
            .await
            .expect("a window has a size");
    }
    let inner = driver.execute("return window.innerWidth", Vec::new()).await;
    let inner: u32 = inner
        .expect("a window has a width")
        .convert()
        .expect("pixels");
    assert_eq!(inner, wide, "the window is not as wide as it should be");
}

/// The whole page, beyond what the window shows of it.
pub(crate) async fn picture(driver: &WebDriver) -> Vec<u8> {
    let tools = FirefoxTools::new(driver.handle().clone());
    tools.full_screenshot_as_png().await.expect("a picture")
}

/// What was wrong behind the pages: errors of scripts and violations of the content security policy.
pub(crate) async fn complaints(visit: &Visit) -> Vec<String> {
    const NOTICED: &str = "
        const messages = Services.console.getMessageArray();
        return messages.map((message) => message.toString()).filter((text) => text.includes(arguments[0]));";
    let handle = visit.driver.handle();
    let context = async |name| {
        handle
            .cmd(Context(name))
            .await
            .expect("it has two contexts")
    };
    context("chrome").await;
    let noticed = visit
        .driver
        .execute(NOTICED, vec![json!(visit.base())])
        .await;
    context("content").await;
    let noticed = noticed.expect("it keeps a log");
    noticed.convert().expect("a list of texts")
}

/// Whether scripts are a page's or the browser's own (geckodriver's `moz/context`).
#[derive(Debug)]
struct Context(&'static str);

impl FormatRequestData for Context {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("/session/{session}/moz/context");
        RequestData::new(axum::http::Method::POST, path).add_body(json!({ "context": self.0 }))
    }
}
