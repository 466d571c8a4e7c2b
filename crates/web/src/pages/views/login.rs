//! The pages of a login: password, one-time code, backup code.

use super::{CodeShape, Frame, TimeLeft};
use askama::Template;

/// `/login`: login ID and password.
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub struct Login {
    /// The frame.
    pub frame: Frame,
    /// What was typed as login ID before, or nothing.
    pub login: String,
    /// Whether *keep me signed in* is ticked; `None` where the policy does not offer it.
    pub remember: Option<bool>,
    /// Digits of a code, where the policy has its field on this page; `None` where it comes on the next.
    pub code_digits: Option<u8>,
    /// Whether the folded code field is open, because it was used before.
    pub code_open: bool,
}

/// `/login/code`: the one-time code.
#[derive(Debug, Template)]
#[template(path = "login_code.html")]
pub struct LoginCode {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the attempt.
    pub login: String,
    /// Digits of a code.
    pub digits: u8,
    /// When the attempt ends.
    pub time_left: TimeLeft,
    /// Wrong codes that the attempt still bears.
    pub tries_left: u32,
    /// Whether the user may use a backup code instead.
    pub backup_codes: bool,
    /// Whether a helpdesk code is open for the user.
    pub helpdesk_code: bool,
}

/// `/login/backup-code`: a backup code in place of the one-time code.
#[derive(Debug, Template)]
#[template(path = "login_backup_code.html")]
pub struct LoginBackupCode {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the attempt.
    pub login: String,
    /// What a backup code looks like.
    pub shape: CodeShape,
    /// When the attempt ends.
    pub time_left: TimeLeft,
    /// Wrong codes that the attempt still bears.
    pub tries_left: u32,
}

/// `/login/helpdesk-code`: digits that an administrator read out, in place of the one-time code.
#[derive(Debug, Template)]
#[template(path = "login_helpdesk_code.html")]
pub struct LoginHelpdeskCode {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the attempt.
    pub login: String,
    /// When the attempt ends.
    pub time_left: TimeLeft,
    /// Wrong codes that the attempt still bears.
    pub tries_left: u32,
}

impl Login {
    fn code_hint(&self, digits: &u8) -> String {
        self.frame
            .msg_with("login-code-field-hint", &[("digits", (*digits).into())])
    }
}

impl LoginCode {
    fn lead(&self) -> String {
        self.frame
            .msg_with("login-code-lead", &[("digits", self.digits.into())])
    }
}

impl LoginBackupCode {
    fn lead(&self) -> String {
        self.frame.msg_with(
            "login-backup-code-lead",
            &[
                ("shape", self.shape.kind().into()),
                ("length", self.shape.length().into()),
            ],
        )
    }
}

fn who(frame: &Frame, login: &str) -> String {
    frame.msg_with("login-code-who", &[("login", login.into())])
}

fn tries(frame: &Frame, left: &u32) -> String {
    frame.msg_with("login-code-tries-left", &[("left", (*left).into())])
}
