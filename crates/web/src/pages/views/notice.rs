//! What a page says after something was done: what is true now, and what is next.

use crate::text::Texts;

/// Something just done, carried over a redirect by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Signed out here.
    SignedOut,
    /// The second factor is on.
    TurnedOn,
    /// The second factor is off; the backup codes are void.
    TurnedOff,
    /// A set-up that had been begun is dropped; its key never works.
    SetUpAbandoned,
    /// New backup codes; the earlier ones are void.
    CodesIssued,
    /// One other session is ended.
    SessionEnded,
    /// All other sessions are ended.
    OtherSessionsEnded,
    /// The password is changed.
    PasswordChanged,
}

impl Notice {
    /// All notices.
    pub const ALL: [Self; 8] = [
        Self::SignedOut,
        Self::TurnedOn,
        Self::TurnedOff,
        Self::SetUpAbandoned,
        Self::CodesIssued,
        Self::SessionEnded,
        Self::OtherSessionsEnded,
        Self::PasswordChanged,
    ];

    /// Its name in addresses and cookies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::TurnedOn => "turned-on",
            Self::TurnedOff => "turned-off",
            Self::SetUpAbandoned => "set-up-abandoned",
            Self::CodesIssued => "codes-issued",
            Self::SessionEnded => "session-ended",
            Self::OtherSessionsEnded => "other-sessions-ended",
            Self::PasswordChanged => "password-changed",
        }
    }

    /// Reads a name; `None` for anything else.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.name() == name)
    }

    pub(super) fn text(self, texts: &Texts) -> &str {
        match self {
            Self::SignedOut => texts.msg("notice-signed-out"),
            Self::TurnedOn => texts.msg("notice-turned-on"),
            Self::TurnedOff => texts.msg("notice-turned-off"),
            Self::SetUpAbandoned => texts.msg("notice-set-up-abandoned"),
            Self::CodesIssued => texts.msg("notice-codes-issued"),
            Self::SessionEnded => texts.msg("notice-session-ended"),
            Self::OtherSessionsEnded => texts.msg("notice-other-sessions-ended"),
            Self::PasswordChanged => texts.msg("notice-password-changed"),
        }
    }
}
