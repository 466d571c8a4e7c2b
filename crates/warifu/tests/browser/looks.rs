//! What pages look like: a screenshot of each in both widths and both themes, and what the accessibility checker says of it.

use crate::firefox;
use crate::visit::{Browser, Visit, Width};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

/// Pictures that this run has taken, since one with the name of another would hide it.
static TAKEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The narrowest window on which nothing may be cut off (WCAG 2.2, 1.4.10).
const NARROWEST: u32 = 320;

const RULES: &str = r"
const done = arguments[0];
const options = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
  preload: false,
};
axe.run(document, options).then(
  (result) => done(result.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`))),
  (error) => done([String(error)]));
";

#[derive(Clone, Copy, PartialEq)]
enum Theme {
    Light,
    Dark,
}

impl Theme {
    const BOTH: [Self; 2] = [Self::Light, Self::Dark];

    fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "scripts/test says where its tools and its output lie"
)]
fn said_by_script(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

/// The build folder.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("tmp lies in the build folder")
}

/// Where the pictures go.
pub(crate) fn folder() -> PathBuf {
    said_by_script("WARIFU_SCREENSHOTS").unwrap_or_else(|| target().join("screenshots"))
}

/// Where a tool of the tests is, unless the variable `name` says so.
pub(crate) fn tool(name: &str, file: &str) -> PathBuf {
    said_by_script(name).unwrap_or_else(|| target().join("test-tools").join(file))
}

static AXE: LazyLock<String> = LazyLock::new(|| {
    let path = tool("WARIFU_AXE", "axe.min.js");
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; scripts/test fetches it", path.display()))
});

impl Visit {
    /// Keeps the page as it stands under `name`, in both widths and themes, and asserts that nobody is shut out by it.
    pub(crate) async fn photograph(&self, name: &str) {
        if self.visitor.browser == Browser::Firefox {
            return self.photograph_as_it_is(name).await;
        }
        // The visitor at the desk takes the pictures of both widths.
        if self.visitor.width == Width::Phone {
            return;
        }
        self.load_checker().await;
        let mut wrong = Vec::new();
        for width in Width::BOTH {
            self.emulate(width).await;
            for theme in Theme::BOTH {
                self.paint(theme).await;
                let file = format!(
                    "{name}.{}.{}.{}.png",
                    self.visitor.language.tag(),
                    width.size().0,
                    theme.name()
                );
                keep(&file, &self.picture().await);
                // Colours are the theme's, places are the width's: two of the four pictures show all of both.
                if (width == Width::Phone) == (theme == Theme::Light) {
                    let complaints = self.complaints().await.into_iter();
                    wrong.extend(complaints.map(|line| format!("{file}: {line}")));
                }
            }
        }
        self.paint(Theme::Light).await;
        wrong.extend(self.cut_off(name).await);
        self.emulate(self.visitor.width).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// The same for the one window that Firefox has.
    async fn photograph_as_it_is(&self, name: &str) {
        self.load_checker().await;
        let (language, width) = (self.visitor.language.tag(), self.visitor.width.size().0);
        let file = format!("{name}.{language}.{width}.firefox.png");
        keep(&file, &self.picture().await);
        let wrong = self.complaints().await;
        assert!(wrong.is_empty(), "{file}: {}", wrong.join("\n"));
    }

    async fn paint(&self, theme: Theme) {
        let features = json!([{ "name": "prefers-color-scheme", "value": theme.name() }]);
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    /// The whole page, beyond what the window shows of it.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        if self.visitor.browser == Browser::Firefox {
            return firefox::picture(&self.driver).await;
        }
        let metrics = self.cdp("Page.getLayoutMetrics", json!({})).await;
        let size = &metrics["cssContentSize"];
        let whole =
            json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        self.picture_of(whole, true).await
    }

    /// The picture that the README shows, where somebody asks for a new one with `WARIFU_UPDATE=1`: the column in the
    /// middle of a desk's window, sharp enough for good screens.
    pub(crate) async fn picture_for_readme(&self) {
        if said_by_script("WARIFU_UPDATE").is_none() {
            return;
        }
        let (width, column) = (Width::Desk.size().0, 560);
        let end = "return Math.ceil(document.querySelector('main').getBoundingClientRect().bottom)";
        let end = self.driver.execute(end, Vec::new()).await;
        let end: u32 = end.expect("a page has a height").convert().expect("pixels");
        let clip = json!({ "x": (width - column) / 2, "y": 0, "width": column, "height": end, "scale": 2 });
        let file = "../../docs/images/login.png";
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let folder = file.parent().expect("it has a folder");
        fs::create_dir_all(folder).expect("the repository is writable");
        fs::write(file, self.picture_of(clip, false).await).expect("the repository is writable");
    }

    /// A part of the page.
    async fn picture_of(&self, clip: Value, quickly: bool) -> Vec<u8> {
        let how = json!({
            "format": "png", "captureBeyondViewport": true, "optimizeForSpeed": quickly, "clip": clip,
        });
        let taken = self.cdp("Page.captureScreenshot", how).await;
        let text = taken["data"].as_str().expect("a picture is base64");
        let png = data_encoding::BASE64.decode(text.as_bytes());
        png.expect("a picture is base64")
    }

    /// Brings the accessibility checker into the page. It comes by the browser's own protocol, past the page's policy.
    pub(crate) async fn load_checker(&self) {
        let script = self.driver.execute(AXE.as_str(), Vec::new()).await;
        script.expect("the checker loads");
    }

    /// What the accessibility checker says of the page as it is shown.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let found = self.driver.execute_async(RULES, Vec::new()).await;
        found
            .expect("the checker runs")
            .convert()
            .expect("a list of texts")
    }

    /// What does not fit the narrowest window.
    async fn cut_off(&self, name: &str) -> Option<String> {
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": NARROWEST, "height": 640, "deviceScaleFactor": 1, "mobile": true }),
        )
        .await;
        let wide = "return document.documentElement.scrollWidth";
        let wide = self.driver.execute(wide, Vec::new()).await;
        let wide: u32 = wide.expect("a page has a width").convert().expect("pixels");
        (wide > NARROWEST).then(|| format!("{name} is {wide} px wide in a window of {NARROWEST}"))
    }
}

/// Keeps a picture, of which there may be one by this name.
fn keep(file: &str, picture: &[u8]) {
    let mut taken = TAKEN.lock().expect("nobody panics holding it");
    assert!(taken.insert(file.to_owned()), "{file} is taken twice");
    fs::create_dir_all(folder()).expect("the build folder is writable");
    fs::write(folder().join(file), picture).expect("the build folder is writable");
}
