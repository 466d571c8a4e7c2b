//! A server in this process, browsers that visit it, and phones that make codes.

mod app;
mod browser;
mod phone;

pub(crate) use app::{NEIGHBOUR, Person, SLUG, TestApp, on_both, on_sqlite};
pub(crate) use browser::{Answer, Ask, Browser, listed_codes};
pub(crate) use phone::Phone;
