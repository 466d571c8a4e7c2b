//! Questions and answers for users, made from the tenant's own rules.

use super::{CodeShape, Frame, Removal};
use askama::Template;

/// `/help`. Each question has an id to link to.
#[derive(Debug, Template)]
#[template(path = "help.html")]
pub struct Help {
    /// The frame.
    pub frame: Frame,
    /// Digits of a code.
    pub digits: u8,
    /// Seconds that a code lasts.
    pub period: u32,
    /// How many backup codes a set has, and what they look like; `None` where the policy has none.
    pub backup_codes: Option<(u32, CodeShape)>,
    /// Who may switch the second factor off.
    pub removal: Removal,
}

impl Help {
    fn may_remove(&self) -> bool {
        self.removal == Removal::ByUser
    }

    fn what_is_it(&self) -> String {
        self.frame.msg_with(
            "help-what-answer",
            &[
                ("digits", self.digits.into()),
                ("seconds", self.period.into()),
            ],
        )
    }

    fn code_changes(&self) -> String {
        self.frame.msg_with(
            "help-code-refused-changed",
            &[("seconds", self.period.into())],
        )
    }

    fn backup_codes_answer(&self, count: &u32, shape: &CodeShape) -> String {
        self.frame.msg_with(
            "help-backup-codes-answer",
            &[
                ("count", (*count).into()),
                ("shape", shape.kind().into()),
                ("length", shape.length().into()),
            ],
        )
    }
}
