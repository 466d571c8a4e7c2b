//! What the stories are told with: a world with a hand clock and seeded dice, people, browsers and phones.

mod browser;
mod database;
mod pairing;
mod phone;
mod shadow;
mod world;

use warifu_domain::time::Span;

pub(crate) use browser::{Asked, Browser, refused, shown};
pub(crate) use database::TABLES;
pub(crate) use pairing::App;
pub(crate) use phone::Phone;
pub(crate) use warifu_flows::session::TypedProof;
pub(crate) use world::people::{Person, find};
pub(crate) use world::{Setting, World, on_both};

/// Just before `span` is over.
pub(crate) fn a_second_less(span: Span) -> Span {
    Span(span.0 - Span::seconds(1).0)
}
