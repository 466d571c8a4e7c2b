//! Chromium behind its driver, with a fresh profile: started, set to a language, and gone when the test is over.

use crate::driver::Driver;
use crate::scratch::Scratch;
use serde_json::json;
use std::process::Command;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};

/// The language that the browser asks for, in which the pages therefore speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Ja,
    En,
}

impl Language {
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

/// Whether pages may run their scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// Starts its driver.
pub(crate) fn driver() -> Driver {
    // It takes a free port of one address family and gives up if the other family's is taken.
    let mut started = (0..5).filter_map(|_| {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        Driver::try_start(command, "ChromeDriver was started successfully on port ")
    });
    started.next().expect("chromedriver finds a port")
}

/// A browser with a profile of its own, as another person or another device has it.
pub(crate) async fn browser(
    driver: &Driver,
    scratch: &Scratch,
    language: Language,
    scripts: Scripts,
) -> WebDriver {
    let mut caps = ChromeCapabilities::new();
    let profile = scratch.folder("profile");
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--force-prefers-reduced-motion",
        &format!("--user-data-dir={}", profile.display()),
    ] {
        caps.add_arg(argument).expect("a capability");
    }
    let preferences = json!({
        "intl.accept_languages": language.tag(),
        "download.default_directory": scratch.downloads(),
        "download.prompt_for_download": false,
        "credentials_enable_service": false,
        "profile.password_manager_leak_detection": false,
        "profile.default_content_setting_values.javascript":
            if scripts == Scripts::On { 1 } else { 2 },
    });
    caps.add_experimental_option("prefs", preferences)
        .expect("a capability");
    caps.add_experimental_option("perfLoggingPrefs", json!({ "enablePage": false }))
        .expect("a capability");
    for log in ["browser", "performance"] {
        caps.set_logging_prefs(log, LoggingPrefsLogLevel::All)
            .expect("a capability");
    }
    WebDriver::new(&driver.url, caps)
        .await
        .expect("Chromium starts")
}
