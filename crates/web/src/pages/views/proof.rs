//! The fresh proof before a change to how one signs in (SEC-37).

use super::{AskedCode, CodeShape, Frame};
use askama::Template;

/// What the proof is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofTarget {
    /// Registering an app.
    SetUp,
    /// Registering an app by two typed codes (K4).
    Pairing,
    /// Switching the second factor off.
    Remove,
    /// Issuing backup codes.
    BackupCodes,
    /// Changing the password.
    Password,
    /// Changing where notices go.
    Notifications,
    /// Switching the own switch on (K1).
    SwitchOn,
    /// Switching the own switch off.
    SwitchOff,
    /// Removing the private address.
    EmailRemove,
    /// Registering or changing the private address.
    Email,
    /// Letting mail programs in.
    Mail,
    /// Managing: back to a page of a console.
    Console,
    /// Nothing in particular: back to the account.
    Account,
}

/// `/account/proof`.
#[derive(Debug, Template)]
#[template(path = "proof.html")]
pub struct Proof {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the user.
    pub login: String,
    /// What comes after.
    pub target: ProofTarget,
    /// The page of a console that comes after; empty for other targets.
    pub to: String,
    /// Digits of a code; `None` while the user has no second factor.
    pub code_digits: Option<u8>,
    /// Where codes by mail go, where one is taken instead, and the one that was asked for last.
    pub email: Option<(String, Option<AskedCode>)>,
    /// What a backup code looks like, where one is taken instead.
    pub backup_codes: Option<CodeShape>,
}

impl ProofTarget {
    /// All targets.
    pub const ALL: [Self; 13] = [
        Self::SetUp,
        Self::Pairing,
        Self::Remove,
        Self::BackupCodes,
        Self::Password,
        Self::Notifications,
        Self::SwitchOn,
        Self::SwitchOff,
        // Before the name that it begins with.
        Self::EmailRemove,
        Self::Email,
        Self::Mail,
        Self::Console,
        Self::Account,
    ];

    /// Its name in addresses and in the field `target`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Pairing => "pairing",
            Self::Remove => "remove",
            Self::BackupCodes => "backup-codes",
            Self::Password => "password",
            Self::Notifications => "notifications",
            Self::SwitchOn => "own-switch/on",
            Self::SwitchOff => "own-switch/off",
            Self::EmailRemove => "email/remove",
            Self::Email => "email",
            Self::Mail => "mail",
            Self::Console => "console",
            Self::Account => "account",
        }
    }

    /// The page that follows, below the tenant.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::SetUp => "/account/set-up",
            Self::Pairing => "/account/pairing",
            Self::Remove => "/account/remove",
            Self::BackupCodes => "/account/backup-codes",
            Self::Password => "/account/password",
            Self::Notifications => "/account/notifications",
            Self::SwitchOn => "/account/own-switch/on",
            Self::SwitchOff => "/account/own-switch/off",
            Self::EmailRemove => "/account/email/remove",
            Self::Email => "/account/email",
            Self::Mail => "/account/mail",
            Self::Console => "/admin",
            Self::Account => "/account",
        }
    }

    /// Reads a name; `None` for anything else.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }
}

impl Proof {
    /// Where giving up leads.
    fn back(&self) -> String {
        match self.to.as_str() {
            "" => self.frame.link("/account"),
            to => self.frame.link(to),
        }
    }

    fn reason(&self) -> &str {
        match self.target {
            ProofTarget::SetUp => self.frame.msg("proof-for-set-up"),
            ProofTarget::Pairing => self.frame.msg("proof-for-pairing"),
            ProofTarget::Remove => self.frame.msg("proof-for-remove"),
            ProofTarget::BackupCodes => self.frame.msg("proof-for-backup-codes"),
            ProofTarget::Password => self.frame.msg("proof-for-password"),
            ProofTarget::Notifications => self.frame.msg("proof-for-notifications"),
            ProofTarget::SwitchOn | ProofTarget::SwitchOff => {
                self.frame.msg("proof-for-own-switch")
            }
            ProofTarget::Email | ProofTarget::EmailRemove => self.frame.msg("proof-for-email"),
            ProofTarget::Mail => self.frame.msg("proof-for-mail"),
            ProofTarget::Console => self.frame.msg("proof-for-console"),
            ProofTarget::Account => self.frame.msg("proof-for-account"),
        }
    }

    fn email_lead(&self, address: &str) -> String {
        self.frame
            .msg_with("proof-email-lead", &[("address", address.into())])
    }

    fn code_hint(&self, digits: &u8) -> String {
        self.frame
            .msg_with("proof-code-hint", &[("digits", (*digits).into())])
    }
}
