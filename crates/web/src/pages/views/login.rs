//! The pages of a login: password, one-time code, backup code.

use super::{CodeShape, Frame, TimeLeft};
use askama::Template;

/// Which of the login pages it is (G2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginPlace {
    /// `/login` of a tenant.
    Tenant,
    /// `/admin/login` of a tenant.
    Administrators,
    /// `/login` of all tenants.
    Common,
}

/// `/login`: login ID and password.
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub struct Login {
    /// The frame.
    pub frame: Frame,
    /// What was typed as login ID before, or nothing.
    pub login: String,
    /// Which page it is.
    pub place: LoginPlace,
    /// Whether *keep me signed in* is ticked; `None` where the policy does not offer it.
    pub remember: Option<bool>,
    /// Digits of a code, where the policy has its field on this page; `None` where it comes on the next.
    pub code_digits: Option<u8>,
    /// Whether the folded code field is open, because it was used before.
    pub code_open: bool,
    /// Whether a forgotten password is reset by mail (C4).
    pub password_reset: bool,
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
    /// Whether the app is suspended because its device was reported lost (SEC-44).
    pub suspended: bool,
    /// Whether a code by mail can be asked for instead (K3).
    pub email: bool,
    /// Whether the user may use a backup code instead.
    pub backup_codes: bool,
    /// Whether a helpdesk code is open for the user.
    pub helpdesk_code: bool,
    /// Whether the policy shows the key again for a right code (G6).
    pub show_again: bool,
}

/// `/login/lost-device`: one question, with the consequence and the way back.
#[derive(Debug, Template)]
#[template(path = "lost_device.html")]
pub struct LostDevice {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the attempt.
    pub login: String,
    /// Whether the user has backup codes left.
    pub backup_codes: bool,
    /// Whether a code by mail can be asked for instead.
    pub email: bool,
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
    fn is_administrators(&self) -> bool {
        self.place == LoginPlace::Administrators
    }

    fn is_common(&self) -> bool {
        self.place == LoginPlace::Common
    }

    fn title(&self) -> &str {
        if self.is_administrators() {
            self.frame.msg("login-administrators-title")
        } else {
            self.frame.msg("login-title")
        }
    }

    fn action(&self) -> String {
        match self.place {
            LoginPlace::Tenant => self.frame.link("/login"),
            LoginPlace::Administrators => self.frame.link("/admin/login"),
            // Outside tenants the address says the language.
            LoginPlace::Common => format!("/login?language={}", self.frame.lang()),
        }
    }

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

impl LostDevice {
    fn question(&self) -> String {
        let login = &[("login", (&self.login).into())];
        self.frame.msg_with("lost-device-question", login)
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

pub(super) fn who(frame: &Frame, login: &str) -> String {
    frame.msg_with("login-code-who", &[("login", login.into())])
}

pub(super) fn tries(frame: &Frame, left: &u32) -> String {
    frame.msg_with("login-code-tries-left", &[("left", (*left).into())])
}
