//! Registering an authenticator app.

use serde::{Deserialize, Serialize};

use super::check::{OutOfRange, range};
use crate::time::Span;

/// Registering an authenticator app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrolmentRules {
    /// Minutes until a pending secret is void, 1–10.
    pub minutes: i64,
    /// A reload shows the same secret. `false`: every visit makes a new one (P2).
    pub keep_on_reload: bool,
}

impl Default for EnrolmentRules {
    fn default() -> Self {
        Self {
            minutes: 10,
            keep_on_reload: true,
        }
    }
}

impl EnrolmentRules {
    /// How long a pending secret lives.
    pub fn lifetime(&self) -> Span {
        Span::minutes(self.minutes)
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        range(
            (1..=10).contains(&self.minutes),
            "enrolment.minutes",
            &self.minutes,
            "1 to 10",
        )
    }
}
