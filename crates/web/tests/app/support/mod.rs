//! A server in this process, browsers that visit it, and phones that make codes.

mod app;
mod browser;
mod phone;

pub(crate) use app::{NEIGHBOUR, Person, SLUG, TestApp, on_both, on_sqlite};
pub(crate) use browser::{Answer, Ask, Browser, listed_codes, unescape};
pub(crate) use phone::Phone;

/// A path of the table with something in every place that varies.
pub(crate) fn path_of(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        "{tenant}" => SLUG,
        varying if varying.starts_with('{') => "1",
        fixed => fixed,
    });
    segments.collect::<Vec<_>>().join("/")
}
