//! The user's own page: the state of every authenticator, and the ways to change it.

use super::{Frame, PairedApp};
use askama::Template;
use warifu_domain::backup_code::FEW_CODES;

/// `/account`.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub struct Account {
    /// The frame.
    pub frame: Frame,
    /// The user's name, if one is known.
    pub name: Option<String>,
    /// The user's login ID.
    pub login: String,
    /// The registered app; `None` while the second factor is off.
    pub app: Option<AppState>,
    /// Whether a set-up was begun and may be finished.
    pub set_up_pending: bool,
    /// Whether it goes on with the key that was shown; if not, every visit makes a new one (P2).
    pub set_up_keeps_key: bool,
    /// How an app can be registered by two typed codes (K4); `None`: it cannot.
    pub pairing: Option<PairingState>,
    /// Whether the user may set it up.
    pub may_set_up: bool,
    /// Whether the policy asks everybody for it.
    pub required: bool,
    /// Until when the user may put it off all the same (W8).
    pub may_skip_until: Option<String>,
    /// Who may switch it off.
    pub removal: Removal,
    /// The private address, where codes by mail are offered (K6).
    pub email: Option<EmailState>,
    /// The own switch, where there is one (K1).
    pub own_switch: Option<SwitchState>,
    /// The backup codes; `None` where the policy has none or none were issued.
    pub backup: Option<BackupState>,
    /// Whether the policy has backup codes at all.
    pub backup_offered: bool,
    /// Mail programs need windows.
    pub mail_windows: bool,
    /// It matters from where the person comes.
    pub place_matters: bool,
    /// Browsers signed in, this one included.
    pub sessions: u32,
    /// Whether the password is kept here, not in a directory.
    pub has_password: bool,
}

/// Registering an app by two typed codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairingState {
    /// It can be begun.
    Offered,
    /// It was begun in this browser, and goes on.
    Open,
}

/// The registered app.
#[derive(Clone, Debug)]
pub struct AppState {
    /// What page and app call it, if it was registered by two codes.
    pub paired: Option<PairedApp>,
    /// When it was registered.
    pub since: String,
    /// When a code of it was last accepted.
    pub last_used: Option<String>,
    /// Whether its device was reported lost (SEC-44).
    pub suspended: bool,
}

/// The private address.
#[derive(Clone, Debug)]
pub struct EmailState {
    /// The address and when it was registered; `None`: none is.
    pub current: Option<(String, String)>,
}

/// The own switch.
#[derive(Clone, Copy, Debug)]
pub struct SwitchState {
    /// The second factor is used.
    pub on: bool,
    /// It cannot be switched off.
    pub compulsory: bool,
    /// This page was asked for from a trusted network.
    pub trusted_network: bool,
}

/// The backup codes in force.
#[derive(Clone, Debug)]
pub struct BackupState {
    /// Unused ones.
    pub left: u32,
    /// All of the set.
    pub total: u32,
    /// When they were issued.
    pub issued: String,
}

/// Who may switch the second factor off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The user.
    ByUser,
    /// Only an administrator.
    ByAdministrator,
}

impl BackupState {
    pub(super) fn is_low(&self) -> bool {
        self.left <= FEW_CODES
    }

    pub(super) fn sentence(&self, frame: &Frame) -> String {
        frame.msg_with(
            "backup-codes-left",
            &[("left", self.left.into()), ("total", self.total.into())],
        )
    }

    pub(super) fn warning(&self, frame: &Frame) -> String {
        frame.msg_with("backup-codes-few", &[("left", self.left.into())])
    }
}

impl Account {
    /// What the policy asks, where it may still be put off.
    fn asked_until(&self) -> Option<String> {
        let until = self.may_skip_until.as_ref()?;
        let until = &[("until", until.into())];
        Some(self.frame.msg_with("set-up-by", until))
    }

    fn may_remove(&self) -> bool {
        self.removal == Removal::ByUser
    }

    fn pairing_is_open(&self) -> bool {
        self.pairing == Some(PairingState::Open)
    }

    fn sessions_sentence(&self) -> String {
        self.frame
            .msg_with("account-sessions-count", &[("count", self.sessions.into())])
    }
}
