//! Switching the second factor off: one question, with the person, the consequence and the way back.

use super::Frame;
use askama::Template;

/// `/account/remove`.
#[derive(Debug, Template)]
#[template(path = "remove.html")]
pub struct Remove {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the person it concerns.
    pub login: String,
    /// Unused backup codes that become void; `None` if there are no codes.
    pub codes_left: Option<u32>,
    /// Whether the password is typed for it (C6).
    pub asks_password: bool,
}

impl Remove {
    fn question(&self) -> String {
        self.frame
            .msg_with("remove-question", &[("login", (&self.login).into())])
    }

    fn codes_void(&self, left: &u32) -> String {
        self.frame
            .msg_with("remove-codes-void", &[("left", (*left).into())])
    }
}
