//! What all doors share: who asks, what is ours, and how an answer is dressed. No page is here.

pub mod access;
pub mod client_address;
pub mod cookies;
pub(crate) mod download;
pub(crate) mod entrance;
pub mod errors;
pub mod form_token;
pub mod forms;
pub mod headers;
pub mod host;
pub mod limits;
pub mod multipart;
pub mod page;
pub(crate) mod path;
mod reply;
pub mod route;
pub mod site;
pub(crate) mod table;
pub mod visit;
