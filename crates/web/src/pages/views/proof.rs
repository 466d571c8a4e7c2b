//! The fresh proof before a change to how one signs in (SEC-37).

use super::Frame;
use askama::Template;

/// What the proof is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofTarget {
    /// Registering an app.
    SetUp,
    /// Switching the second factor off.
    Remove,
    /// Issuing backup codes.
    BackupCodes,
    /// Changing the password.
    Password,
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
    /// Digits of a code; `None` while the user has no second factor.
    pub code_digits: Option<u8>,
    /// Whether a backup code is taken instead.
    pub backup_codes: bool,
}

impl ProofTarget {
    /// All targets.
    pub const ALL: [Self; 4] = [Self::SetUp, Self::Remove, Self::BackupCodes, Self::Password];

    /// Its name in addresses and in the field `target`; also the last part of the page that follows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Remove => "remove",
            Self::BackupCodes => "backup-codes",
            Self::Password => "password",
        }
    }

    /// Reads a name; `None` for anything else.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }
}

impl Proof {
    fn reason(&self) -> String {
        match self.target {
            ProofTarget::SetUp => self.frame.msg("proof-for-set-up"),
            ProofTarget::Remove => self.frame.msg("proof-for-remove"),
            ProofTarget::BackupCodes => self.frame.msg("proof-for-backup-codes"),
            ProofTarget::Password => self.frame.msg("proof-for-password"),
        }
    }

    fn code_hint(&self, digits: &u8) -> String {
        self.frame
            .msg_with("proof-code-hint", &[("digits", (*digits).into())])
    }
}
