//! The pages as browsers meet them: requests through the whole router, on both engines.

mod access;
mod bad_input;
mod cross_site;
mod guests;
mod headers;
mod language;
mod operations;
mod strangers;
mod support;
mod walk;
