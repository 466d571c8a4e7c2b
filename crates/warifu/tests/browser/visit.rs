//! A person in front of a browser: opens pages, reads, types, presses. Every wait is for something to be so.

use crate::chromium::{self, Language, Scripts};
use crate::demo::{Account, Demo, Gate};
use crate::driver::Driver;
use crate::firefox;
use crate::scratch::Scratch;
use crate::watch;
use serde_json::json;
use std::fmt::Debug;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use thirtyfour::prelude::*;
use tokio::task::{LocalSet, spawn_local};

/// What stands on a page in Japanese and in English.
pub(crate) type Words = (&'static str, &'static str);

/// What a page needs to be shown at all, on the slowest machine that these tests should pass on.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The two kinds of windows that every page is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Phone,
    Desk,
}

impl Width {
    pub(crate) const BOTH: [Self; 2] = [Self::Phone, Self::Desk];

    /// In CSS pixels.
    pub(crate) fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Desk => (1280, 900),
        }
    }
}

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    Chromium,
    Firefox,
}

/// Who visits: which language, which window, with scripts or without, with which browser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor {
    pub(crate) language: Language,
    pub(crate) width: Width,
    pub(crate) scripts: Scripts,
    pub(crate) browser: Browser,
}

impl Visitor {
    pub(crate) fn new(language: Language, width: Width) -> Self {
        Self {
            language,
            width,
            scripts: Scripts::On,
            browser: Browser::Chromium,
        }
    }

    pub(crate) fn with(self, browser: Browser) -> Self {
        Self { browser, ..self }
    }

    pub(crate) fn without_scripts(self) -> Self {
        Self {
            scripts: Scripts::Off,
            ..self
        }
    }
}

/// A demonstration of its own for one test, and the browsers in it.
struct Stage {
    visits: Mutex<Vec<Visit>>,
    driver: Driver,
    demo: Demo,
    scratch: Scratch,
}

/// One browser in the demonstration.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) driver: WebDriver,
    pub(crate) visitor: Visitor,
    base: String,
    stage: std::sync::Weak<Stage>,
}

/// Runs `act` in a fresh browser with a fresh demonstration. Afterwards no browser may have seen a script error, a
/// violated content security policy, or a request to anybody else, and the program may not have logged a warning.
pub(crate) async fn visit<Act, Fut>(visitor: Visitor, act: Act)
where
    Act: FnOnce(Visit) -> Fut,
    Fut: Future<Output = ()> + 'static,
{
    visit_with(visitor, None, act).await;
}

/// As [`visit`], with a line of the demonstration's configuration in the place of another.
pub(crate) async fn visit_with<Act, Fut>(visitor: Visitor, setting: Option<(&str, &str)>, act: Act)
where
    Act: FnOnce(Visit) -> Fut,
    Fut: Future<Output = ()> + 'static,
{
    let scratch = Scratch::new();
    let stage = Arc::new(Stage {
        visits: Mutex::default(),
        driver: match visitor.browser {
            Browser::Chromium => chromium::driver(),
            Browser::Firefox => firefox::driver(&scratch),
        },
        demo: match setting {
            None => Demo::start(&scratch),
            Some(setting) => Demo::start_with(&scratch, setting),
        },
        scratch,
    });
    let first = Visit::begin(&stage, visitor).await;
    // A task of its own, so that a failed assertion ends it and not us: the browser has to be closed.
    let tasks = LocalSet::new();
    let outcome = tasks
        .run_until(async { spawn_local(act(first)).await })
        .await;
    let visits = std::mem::take(&mut *stage.visits.lock().expect("nobody panics holding it"));
    let mut complaints = Vec::new();
    for visit in visits {
        if outcome.is_err() {
            watch::leave_evidence(&visit).await;
        }
        complaints.extend(watch::complaints(&visit).await);
        // Here, not by dropping it: that would wait for an answer which nobody in this thread can take.
        visit.driver.quit().await.expect("the browser closes");
    }
    complaints.extend(stage.demo.log());
    if let Err(stopped) = outcome {
        eprintln!("besides: {complaints:#?}");
        resume_unwind(stopped.into_panic());
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

impl Visit {
    async fn begin(stage: &Arc<Stage>, visitor: Visitor) -> Self {
        let Visitor {
            language,
            width,
            scripts,
            browser,
        } = visitor;
        let driver = match browser {
            Browser::Chromium => {
                chromium::browser(&stage.driver, &stage.scratch, language, scripts).await
            }
            Browser::Firefox => firefox::browser(&stage.driver, language, width, scripts).await,
        };
        let visit = Self {
            driver,
            visitor,
            base: stage.demo.address().to_owned(),
            stage: Arc::downgrade(stage),
        };
        match browser {
            Browser::Chromium => visit.be_chromium(width).await,
            Browser::Firefox => firefox::emulate(&visit.driver, width).await,
        }
        let mut visits = stage.visits.lock().expect("nobody panics holding it");
        visits.push(visit.clone());
        visit
    }

    async fn be_chromium(&self, width: Width) {
        self.emulate(width).await;
        if width == Width::Phone {
            let agent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
            let agent = json!({ "userAgent": agent });
            self.cdp("Emulation.setUserAgentOverride", agent).await;
        }
    }

    fn stage(&self) -> Arc<Stage> {
        self.stage.upgrade().expect("the test still runs")
    }

    /// Another browser, of the same person or of another, in the same demonstration.
    pub(crate) async fn another(&self, visitor: Visitor) -> Self {
        Self::begin(&self.stage(), visitor).await
    }

    /// The accounts that the demonstration has printed, of one organisation.
    pub(crate) fn accounts(&self, tenant: &str) -> Vec<Account> {
        self.stage().demo.accounts(tenant)
    }

    /// Changes the demonstration's database: time cannot be moved in the real program, but what is due can.
    pub(crate) fn change_database(&self, sql: &str) {
        self.stage().demo.change_database(sql);
    }

    /// A mail server that asks about the organisation's people.
    pub(crate) fn gate(&self, tenant: &str) -> Gate {
        self.stage().demo.gate(tenant)
    }

    /// Where a file of the test's own may lie.
    pub(crate) fn scratch_file(&self, name: &str) -> std::path::PathBuf {
        self.stage().scratch.file(name)
    }

    /// The one downloaded file; removed from the folder, so that the next is alone again.
    pub(crate) async fn downloaded(&self) -> (String, String) {
        let folder = self.stage().scratch.downloads();
        self.until("a downloaded file", async || {
            let found = std::fs::read_dir(&folder).ok()?.next()?.ok()?;
            let name = found.file_name().into_string().ok()?;
            if name.ends_with(".crdownload") || name.starts_with('.') {
                return None;
            }
            let text = std::fs::read_to_string(found.path()).ok()?;
            std::fs::remove_file(found.path()).ok()?;
            Some((name, text))
        })
        .await
    }

    /// The words in this visitor's language.
    pub(crate) fn word(&self, (ja, en): Words) -> &'static str {
        match self.visitor.language {
            Language::Ja => ja,
            Language::En => en,
        }
    }

    /// The origin that every request must go to.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    // ---- pages ----

    /// Opens an address of the demonstration.
    pub(crate) async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.driver.goto(url).await.expect("a page opens");
    }

    /// The path of the page that is shown, without what is asked of it.
    pub(crate) async fn path(&self) -> String {
        let url = self
            .driver
            .current_url()
            .await
            .expect("a page has an address");
        url.path().to_owned()
    }

    /// The page's first heading.
    pub(crate) async fn heading(&self) -> String {
        self.text("h1").await
    }

    /// The visible text of what `css` selects.
    pub(crate) async fn text(&self, css: &str) -> String {
        let element = self.find(css).await;
        element.text().await.expect("an element has text")
    }

    /// What `css` selects, once it is there.
    pub(crate) async fn find(&self, css: &str) -> WebElement {
        self.until(css, async || self.driver.find(By::Css(css)).await.ok())
            .await
    }

    /// Whether there is any `css` on the page.
    pub(crate) async fn has(&self, css: &str) -> bool {
        let found = self.driver.find_all(By::Css(css)).await;
        !found.expect("a page can be searched").is_empty()
    }

    /// The link, button or fold with exactly this text.
    pub(crate) async fn named(&self, words: Words) -> WebElement {
        let word = self.word(words);
        assert!(!word.contains('"'), "XPath knows no escape: {word}");
        let path =
            format!("//*[self::a or self::button or self::summary][normalize-space()=\"{word}\"]");
        self.until(word, async || {
            let found = self.driver.find_all(By::XPath(path.as_str())).await.ok()?;
            for element in found {
                if element.is_displayed().await.ok()? {
                    return Some(element);
                }
            }
            None
        })
        .await
    }

    /// Asserts that the page says this somewhere.
    pub(crate) async fn sees(&self, words: Words) {
        let word = self.word(words);
        let text = self.text("main").await;
        assert!(text.contains(word), "no {word:?} in:\n{text}");
    }

    /// Asserts which page is shown, by its address below the organisation's and by its heading.
    pub(crate) async fn is_at(&self, path: &str, heading: Words) {
        assert_eq!(
            (self.path().await.as_str(), self.heading().await.as_str()),
            (path, self.word(heading)),
            "{}",
            self.text("main").await
        );
    }

    /// Asserts the answer "no" as a person meets it: the code, the sentence, something to do, one line to report with the
    /// login ID; the message has the focus, and the field points to it.
    pub(crate) async fn is_refused(&self, code: &str, sentence: Words, field: Option<&str>) {
        let problem = self.find("#problem").await;
        let text = problem.text().await.expect("an element has text");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(self.word(sentence)), "{text}");
        assert!(lines.next().is_some_and(|line| line.len() > 20), "{text}");
        let line = self.text("#problem-line").await;
        assert!(line.contains(&format!(" {code} ")), "{line}");
        self.until("the focus on the message", async || {
            let focused = self.driver.active_element().await.ok()?;
            let id = focused.attr("id").await.ok()??;
            (id == "problem").then_some(())
        })
        .await;
        if let Some(field) = field {
            let field = self.find(&format!("#{field}")).await;
            let described = field.attr("aria-describedby").await.expect("readable");
            let described = described.unwrap_or_default();
            assert!(
                described.split(' ').any(|id| id == "problem"),
                "{described}"
            );
            let invalid = field.attr("aria-invalid").await.expect("readable");
            assert_eq!(invalid.as_deref(), Some("true"));
        }
    }

    // ---- acts ----

    /// Types into the field with this id, in place of what is there.
    pub(crate) async fn fill(&self, field: &str, text: &str) {
        let element = self.find(&format!("#{field}")).await;
        element.clear().await.expect("a field can be cleared");
        element
            .send_keys(text)
            .await
            .expect("a field can be typed in");
    }

    /// Presses what has this text, and waits for the page that it leads to.
    pub(crate) async fn press(&self, words: Words) {
        let element = self.named(words).await;
        self.turns_page(async || element.click().await).await;
    }

    /// Presses what has this text, where that leads to no other page.
    pub(crate) async fn touch(&self, words: Words) {
        let element = self.named(words).await;
        element.click().await.expect("it can be pressed");
    }

    /// Sends the form with the Enter key in the field with this id.
    pub(crate) async fn enter(&self, field: &str) {
        let element = self.find(&format!("#{field}")).await;
        self.turns_page(async || element.send_keys(Key::Enter + "").await)
            .await;
    }

    /// Does something, and waits until another document is there as a whole.
    pub(crate) async fn turns_page(&self, act: impl AsyncFnOnce() -> WebDriverResult<()>) {
        let before = self.find("html").await;
        act().await.expect("it can be done");
        self.until("another page", async || {
            before.tag_name().await.is_err().then_some(())
        })
        .await;
        self.find("body > footer").await;
    }

    /// Looks until `look` finds something.
    pub(crate) async fn until<T>(
        &self,
        what: impl Debug,
        mut look: impl AsyncFnMut() -> Option<T>,
    ) -> T {
        let looking = async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        match tokio::time::timeout(PATIENCE, looking).await {
            Ok(found) => found,
            Err(_) => panic!("there never was {what:?}"),
        }
    }

    // ---- the browser itself ----

    /// Gives Chromium's window this size, and a phone's its touch.
    pub(crate) async fn emulate(&self, width: Width) {
        let (wide, high) = width.size();
        let phone = width == Width::Phone;
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": wide, "height": high, "deviceScaleFactor": if phone { 2 } else { 1 }, "mobile": phone }),
        )
        .await;
        self.cdp(
            "Emulation.setTouchEmulationEnabled",
            json!({ "enabled": phone, "maxTouchPoints": 5 }),
        )
        .await;
    }

    /// Says something to Chromium in its own protocol.
    pub(crate) async fn cdp(
        &self,
        method: &str,
        parameters: serde_json::Value,
    ) -> serde_json::Value {
        let answer = self.driver.cdp().send_raw(method, parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }
}
