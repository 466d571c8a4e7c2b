//! Changing the own password.

use super::Frame;
use askama::Template;

/// `/account/password`.
#[derive(Debug, Template)]
#[template(path = "password.html")]
pub struct Password {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the user, for the browser's password manager.
    pub login: String,
    /// The present one was to be used once: there is no way around this page.
    pub is_first: bool,
    /// The least length in characters.
    pub min: u32,
}

impl Password {
    fn hint(&self) -> String {
        self.frame
            .msg_with("password-new-hint", &[("min", self.min.into())])
    }
}
