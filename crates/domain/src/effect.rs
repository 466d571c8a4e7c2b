//! What a decision means to the person, in the few words that a policy's preview counts.

use crate::decide::Decision;

/// What the right password leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// In, without anything else.
    NothingAsked,
    /// A second factor is asked for.
    Challenged,
    /// A set-up, which may still be put off (W8).
    SetUpOffered,
    /// A set-up, before anything else (G3).
    SetUpDemanded,
    /// A second factor is asked for, and the person has none that counts.
    LockedOut,
    /// No: the account or the organisation is closed.
    Refused,
}

impl Effect {
    /// Every effect, from the most open to the most closed.
    pub const ALL: [Self; 6] = [
        Self::NothingAsked,
        Self::Challenged,
        Self::SetUpOffered,
        Self::SetUpDemanded,
        Self::LockedOut,
        Self::Refused,
    ];

    /// The effect of a decision.
    pub fn of(decision: Decision) -> Self {
        match decision {
            Decision::Allow => Self::NothingAsked,
            Decision::Challenge { methods }
                if methods.totp
                    || methods.email
                    || methods.backup_code
                    || methods.helpdesk_code =>
            {
                Self::Challenged
            }
            Decision::Challenge { .. } => Self::LockedOut,
            Decision::Enrol {
                may_skip_until: Some(_),
            } => Self::SetUpOffered,
            Decision::Enrol {
                may_skip_until: None,
            } => Self::SetUpDemanded,
            Decision::Refuse(_) => Self::Refused,
        }
    }

    /// Whether nobody gets in like that without somebody else's help.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::LockedOut | Self::Refused)
    }
}
