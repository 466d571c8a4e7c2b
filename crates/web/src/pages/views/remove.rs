//! Switching the second factor off: one question, with the person, the consequence and the way back.

use super::{Frame, PairedApp};
use askama::Template;

/// `/account/remove`.
#[derive(Debug, Template)]
#[template(path = "remove.html")]
pub struct Remove {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the person it concerns.
    pub login: String,
    /// What page and app call the app, if it was registered by two codes (K4).
    pub paired: Option<PairedApp>,
    /// Unused backup codes that become void; `None` if there are no codes.
    pub codes_left: Option<u32>,
    /// What signing in takes afterwards.
    pub afterwards: Afterwards,
    /// Whether the password is typed for it (C6).
    pub asks_password: bool,
}

/// What signing in takes once the app is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// The password.
    Password,
    /// The password and a code by mail (K3).
    Mail,
    /// Another set-up, since the person's own switch stays on (K1, K8).
    SetUp,
}

impl Remove {
    fn consequence(&self) -> &str {
        match self.afterwards {
            Afterwards::Password => self.frame.msg("remove-password-is-enough"),
            Afterwards::Mail => self.frame.msg("remove-mail-stays"),
            Afterwards::SetUp => self.frame.msg("remove-set-up-again"),
        }
    }

    /// Whether signing in takes the password alone afterwards: then the second factor goes with the app.
    fn is_the_end(&self) -> bool {
        self.afterwards == Afterwards::Password
    }

    fn title(&self) -> &str {
        if self.is_the_end() {
            self.frame.msg("remove-title")
        } else {
            self.frame.msg("account-app-only-remove")
        }
    }

    fn question(&self) -> String {
        let login = [("login", (&self.login).into())];
        if self.is_the_end() {
            self.frame.msg_with("remove-question", &login)
        } else {
            self.frame.msg_with("remove-app-question", &login)
        }
    }

    /// The tag, and the device's name if it has one.
    fn device(&self, paired: &PairedApp) -> String {
        let device = [&*paired.tag, &*paired.device].join(" ");
        let device = [("device", device.trim_end().into())];
        self.frame.msg_with("remove-device", &device)
    }

    fn codes_void(&self, left: &u32) -> String {
        self.frame
            .msg_with("remove-codes-void", &[("left", (*left).into())])
    }
}
