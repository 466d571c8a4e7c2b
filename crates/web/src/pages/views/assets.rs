//! The style sheet, the script and the icon. Their addresses change with their content, so browsers may keep them for ever.

/// A file that every page may ask for.
#[derive(Debug)]
pub struct Asset {
    /// Its address on every host we serve.
    pub path: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub body: &'static str,
}

macro_rules! asset {
    ($hash:literal, $file:literal, $content_type:literal) => {
        Asset {
            path: concat!("/assets/", env!($hash), "/", $file),
            content_type: $content_type,
            body: include_str!(concat!("../../../assets/", $file)),
        }
    };
}

pub(super) static CSS: Asset = asset!("WARIFU_CSS_HASH", "app.css", "text/css; charset=utf-8");
pub(super) static JS: Asset = asset!("WARIFU_JS_HASH", "app.js", "text/javascript; charset=utf-8");
pub(super) static ICON: Asset = asset!("WARIFU_ICON_HASH", "icon.svg", "image/svg+xml");

/// Everything below `/assets/`.
pub static ASSETS: [&Asset; 3] = [&CSS, &JS, &ICON];
