//! How long a browser stays logged in.

use serde::{Deserialize, Serialize};

use super::check::{OutOfRange, number};
use crate::time::Span;

/// How long a browser stays logged in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionRules {
    /// Minutes without a request after which a session ends, 1–60.
    pub idle_minutes: i64,
    /// Hours after which it ends in any case, 1–24; for remembered sessions, after which the level drops to `pwd`.
    pub absolute_hours: i64,
    /// Days that "stay logged in" lasts, 0–90.
    pub remember_days: i64,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self {
            idle_minutes: 60,
            absolute_hours: 12,
            remember_days: 0,
        }
    }
}

impl SessionRules {
    /// See `idle_minutes`.
    pub fn idle(&self) -> Span {
        Span::minutes(self.idle_minutes)
    }

    /// See `absolute_hours`.
    pub fn absolute(&self) -> Span {
        Span::hours(self.absolute_hours)
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        number("session.idle_minutes", self.idle_minutes, (1, 60))?;
        number("session.absolute_hours", self.absolute_hours, (1, 24))?;
        number("session.remember_days", self.remember_days, (0, 90))
    }
}
