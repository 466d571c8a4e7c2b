//! The login page and the attempt.

use serde::{Deserialize, Serialize};

use super::check::{OutOfRange, number};
use crate::time::Span;

/// Where the code of an authenticator app is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeField {
    /// On a page of its own, after the password.
    NextPage,
    /// Also on the login page, folded (P3).
    SamePage,
}

/// The login page and the attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoginRules {
    /// `next-page` or `same-page`.
    pub code_field: CodeField,
    /// Offers to stay logged in for `session.remember_days` (C4, SEC-11).
    pub remember_me: bool,
    /// Minutes from the right password to the end of the attempt, 1–10 (section 4 of the security requirements).
    pub attempt_minutes: i64,
    /// Wrong codes that end an attempt, 1–3 (G7).
    pub wrong_codes: i64,
    /// A forgotten password is reset by mail; the second step stays in place (C4, SEC-40).
    pub password_reset: bool,
}

impl Default for LoginRules {
    fn default() -> Self {
        Self {
            code_field: CodeField::NextPage,
            remember_me: false,
            attempt_minutes: 10,
            wrong_codes: 3,
            password_reset: false,
        }
    }
}

impl LoginRules {
    /// How long an attempt lives after the right password.
    pub fn attempt(&self) -> Span {
        Span::minutes(self.attempt_minutes)
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        number("login.attempt_minutes", self.attempt_minutes, (1, 10))?;
        number("login.wrong_codes", self.wrong_codes, (1, 3))
    }
}
