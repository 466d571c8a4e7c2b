//! Registering an app by two typed codes (K4): the page that shows the user code, and the page that takes the app code. No page has
//! both.

use super::{Frame, TimeLeft};
use askama::Template;

/// What page and app call a paired app.
#[derive(Clone, Debug)]
pub struct PairedApp {
    /// Four symbols that both sides show.
    pub tag: String,
    /// What its owner calls the device; may be empty.
    pub device: String,
}

/// `/account/pairing` and `/login/pairing`: the user code, and, once the app code is known, the field for the first code of the app.
#[derive(Debug, Template)]
#[template(path = "pairing.html")]
pub struct Pairing {
    /// The frame.
    pub frame: Frame,
    /// In a login that asks for the set-up, not on the own account.
    pub in_login: bool,
    /// The user code, in groups of four.
    pub user_code: String,
    /// What both codes made; `None`: the app code is still to be typed.
    pub paired: Option<PairedApp>,
    /// Wrong codes that the pairing still bears; `None`: all of them, which is not worth a word.
    pub tries_left: Option<u32>,
    /// When it ends unless confirmed.
    pub time_left: TimeLeft,
}

/// `/account/pairing/app-code` and `/login/pairing/app-code`: the field for the app code.
#[derive(Debug, Template)]
#[template(path = "pairing_app_code.html")]
pub struct PairingAppCode {
    /// The frame.
    pub frame: Frame,
    /// In a login that asks for the set-up, not on the own account.
    pub in_login: bool,
    /// The user code was shown before.
    pub user_code_first: bool,
    /// What was typed as the device's name.
    pub device: String,
    /// App codes that the pairing still takes; `None`: all of them, which is not worth a word.
    pub codes_left: Option<u32>,
    /// When it ends unless confirmed.
    pub time_left: TimeLeft,
}

fn link(frame: &Frame, in_login: bool, below: &str) -> String {
    let place = if in_login { "/login" } else { "/account" };
    frame.link(&format!("{place}/pairing{below}"))
}

impl Pairing {
    fn link(&self, below: &str) -> String {
        link(&self.frame, self.in_login, below)
    }

    fn leads_back(&self) -> bool {
        false
    }

    fn tries(&self) -> Option<String> {
        let left = self.tries_left?;
        Some(
            self.frame
                .msg_with("pairing-tries", &[("left", left.into())]),
        )
    }
}

impl PairingAppCode {
    fn link(&self, below: &str) -> String {
        link(&self.frame, self.in_login, below)
    }

    fn leads_back(&self) -> bool {
        self.user_code_first
    }

    fn codes_left(&self) -> Option<String> {
        let left = self.codes_left?;
        let left = [("left", left.into())];
        Some(self.frame.msg_with("pairing-app-codes-left", &left))
    }
}
