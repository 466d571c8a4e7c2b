//! Registering an authenticator app, and what follows.

use super::{Frame, NewCodes, TimeLeft, get_app::stores};
use crate::pages::qr::Qr;
use askama::Template;

/// Where an app is being registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetUpPlace {
    /// In a login that asks for it (`/login/set-up`).
    Login {
        /// Until when it may be put off, as in `2026-12-01 09:00 JST` (W8); `None`: it may not.
        may_skip_until: Option<String>,
    },
    /// On the user's own page (`/account/set-up`).
    Account,
}

/// `/login/set-up` and `/account/set-up`: the QR code and the field for the first code.
#[derive(Debug, Template)]
#[template(path = "set_up.html")]
pub struct SetUp {
    /// The frame.
    pub frame: Frame,
    /// Where this happens.
    pub place: SetUpPlace,
    /// The key as a QR code.
    pub qr: Qr,
    /// The same as `otpauth:` link, for the phone that shows this page (SEC-18).
    pub uri: String,
    /// Issuer in the app.
    pub issuer: String,
    /// Account in the app.
    pub account: String,
    /// The key in base32, in groups of 4 (SEC-17).
    pub key: String,
    /// Digits of a code.
    pub digits: u8,
    /// Seconds that a code lasts.
    pub period: u32,
    /// When the key ends unless confirmed.
    pub time_left: TimeLeft,
    /// Whether the app can be registered by two typed codes instead (K4).
    pub pairing: bool,
    /// Whether the next visit makes another key (P2).
    pub new_key_on_visit: bool,
}

/// After registration, where backup codes were issued with it: the second factor is on; keep the codes.
#[derive(Debug, Template)]
#[template(path = "set_up_done.html")]
pub struct SetUpDone {
    /// The frame.
    pub frame: Frame,
    /// The codes issued with it.
    pub codes: NewCodes,
}

/// After a right code where the policy lets people see the key of their app again: the same QR code, for a further device.
#[derive(Debug, Template)]
#[template(path = "shown_key.html")]
pub struct ShownKey {
    /// The frame.
    pub frame: Frame,
    /// The key as a QR code.
    pub qr: Qr,
    /// The same as `otpauth:` link.
    pub uri: String,
    /// Issuer in the app.
    pub issuer: String,
    /// Account in the app.
    pub account: String,
    /// The key in base32, in groups of 4.
    pub key: String,
}

impl SetUp {
    fn at_login(&self) -> bool {
        matches!(self.place, SetUpPlace::Login { .. })
    }

    /// By when it has to be set up, where it may still be put off.
    fn set_up_by(&self) -> Option<String> {
        let SetUpPlace::Login { may_skip_until } = &self.place else {
            return None;
        };
        let until = may_skip_until.as_ref()?;
        Some(self.frame.msg_with("set-up-by", &[("until", until.into())]))
    }

    fn action(&self) -> String {
        self.frame.link(if self.at_login() {
            "/login/set-up"
        } else {
            "/account/set-up"
        })
    }

    fn pairing_start(&self) -> String {
        self.frame.link(if self.at_login() {
            "/login/pairing/start"
        } else {
            "/account/pairing/start"
        })
    }

    fn code_hint(&self) -> String {
        self.frame.msg_with(
            "set-up-code-hint",
            &[
                ("digits", self.digits.into()),
                ("seconds", self.period.into()),
            ],
        )
    }
}
