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

/// `/login/forgotten`: who forgot the password.
#[derive(Debug, Template)]
#[template(path = "login_forgotten.html")]
pub struct LoginForgotten {
    /// The frame.
    pub frame: Frame,
}

/// `/login/reset`: a new password by the link of a mail.
#[derive(Template)]
#[template(path = "password_reset.html")]
pub struct PasswordReset {
    /// The frame.
    pub frame: Frame,
    /// What the link carried, for the form.
    pub token: String,
    /// The least length in characters.
    pub min: u32,
}

impl PasswordReset {
    fn hint(&self) -> String {
        self.frame
            .msg_with("password-new-hint", &[("min", self.min.into())])
    }
}
