//! How the server runs: mail, proxies, health.

use askama::Template;

use super::super::Frame;

/// `/operator/mail`.
#[derive(Debug, Template)]
#[template(path = "operator/mail.html")]
pub struct MailPage {
    /// The frame.
    pub frame: Frame,
    /// The relay; `None`: mail is off.
    pub relay: Option<String>,
    /// From whom mails are.
    pub sender: Option<String>,
    /// Notices that wait.
    pub waiting: i64,
    /// Those that were tried in vain.
    pub tried: i64,
    /// When the oldest was written.
    pub oldest: Option<String>,
    /// Where the test mail goes, as typed.
    pub to: String,
}

/// `/operator/proxies`.
#[derive(Debug, Template)]
#[template(path = "operator/proxies.html")]
pub struct Proxies {
    /// The frame.
    pub frame: Frame,
    /// Who connected.
    pub peer: String,
    /// `X-Forwarded-For`, as it came; empty without one.
    pub forwarded: String,
    /// The address that counts.
    pub believed: String,
    /// It is that of a proxy: everybody seems to come from there.
    pub is_a_proxy: bool,
    /// The networks whose word is taken.
    pub trusted: Vec<String>,
}

/// `/operator/health`.
#[derive(Debug, Template)]
#[template(path = "operator/health.html")]
pub struct Health {
    /// The frame.
    pub frame: Frame,
    /// The program's version.
    pub version: &'static str,
    /// The engine.
    pub database: &'static str,
    /// The database takes writes.
    pub writes: bool,
    /// Passwords that wait to be hashed.
    pub waiting_hashes: usize,
    /// Mails that wait.
    pub waiting_mails: i64,
    /// When this process swept last.
    pub swept: Option<String>,
}
