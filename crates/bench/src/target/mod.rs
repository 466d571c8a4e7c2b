//! What is measured, one target a file. Each returns a section of the page.

pub(crate) mod codes;
pub(crate) mod disk;
pub(crate) mod first_command;
pub(crate) mod footprint;
pub(crate) mod gate;
pub(crate) mod imap_logins;
pub(crate) mod imports;
mod list_pages;
pub(crate) mod lists;
pub(crate) mod logins;
pub(crate) mod page;
pub(crate) mod start;
pub(crate) mod totp;
