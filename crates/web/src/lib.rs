//! HTTP: the pages people see. No rules of its own: every answer comes from `warifu-flows`.

pub mod http;
mod metrics;
pub mod pages;
pub mod router;
mod state;
pub mod text;

pub use state::{DemoInfo, MailRoute, Operation, WebSettings, WebState, app, operations_app};
