//! HTTP: the pages people see. No rules of its own: every answer comes from `warifu-flows`.

pub mod http;
pub mod pages;
pub mod text;
