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
    /// Whether codes by mail are asked for all the same.
    pub mail_stays: bool,
    /// Whether the password is typed for it (C6).
    pub asks_password: bool,
}

impl Remove {
    fn question(&self) -> String {
        self.frame
            .msg_with("remove-question", &[("login", (&self.login).into())])
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
