//! The pages as browsers meet them: requests through the whole router, on both engines.

mod access;
mod guests;
mod support;
mod walk;
