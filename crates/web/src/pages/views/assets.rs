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

/// The parts in `assets/css`, joined by the build.
pub(super) static CSS: Asset = Asset {
    path: concat!("/assets/", env!("WARIFU_CSS_HASH"), "/app.css"),
    content_type: "text/css; charset=utf-8",
    body: include_str!(concat!(env!("OUT_DIR"), "/app.css")),
};
pub(super) static JS: Asset = asset!("WARIFU_JS_HASH", "app.js", "text/javascript; charset=utf-8");
pub(super) static ICON: Asset = asset!("WARIFU_ICON_HASH", "icon.svg", "image/svg+xml");

/// Everything below `/assets/`.
pub static ASSETS: [&Asset; 3] = [&CSS, &JS, &ICON];

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn the_style_sheet_is_its_parts_in_their_order_and_one_request() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/css");
        let mut parts: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        parts.sort();
        let mut rest = CSS.body;
        for part in parts {
            let text = fs::read_to_string(&part).unwrap();
            rest = rest.strip_prefix(&*text).expect("the next part");
            rest = rest.strip_prefix('\n').unwrap_or(rest);
            assert!(text.lines().count() < 400, "{}", part.display());
        }
        assert_eq!(rest, "");
        let sheets = ASSETS.iter().filter(|asset| asset.path.ends_with(".css"));
        assert_eq!(sheets.count(), 1);
    }
}
