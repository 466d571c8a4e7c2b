//! The codes of authenticator apps.

use serde::{Deserialize, Serialize};

use super::check::{OutOfRange, number};

/// The hash in a TOTP code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// What every app reads.
    SHA1,
    /// Some apps ignore it and then show wrong codes.
    SHA256,
    /// As `SHA256`.
    SHA512,
}

/// The codes of authenticator apps. A change counts for authenticators registered after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TotpRules {
    /// `SHA1`, `SHA256` or `SHA512`.
    pub algorithm: Algorithm,
    /// 6–8.
    pub digits: u8,
    /// Seconds a code is shown, 5–300 (P5, C2: 30).
    pub period_seconds: u16,
    /// Steps before and after now that still count, 0–2 (SEC-14).
    pub skew_steps: u8,
}

impl Default for TotpRules {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::SHA1,
            digits: 6,
            period_seconds: 30,
            skew_steps: 1,
        }
    }
}

impl TotpRules {
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        number("totp.digits", self.digits, (6, 8))?;
        number("totp.period_seconds", self.period_seconds, (5, 300))?;
        number("totp.skew_steps", self.skew_steps, (0, 2))
    }
}
