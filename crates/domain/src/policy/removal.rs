//! Switching two-factor off.

use serde::{Deserialize, Serialize};

/// What switching two-factor off asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reauthentication {
    /// A confirmation, in a session that itself passed the second factor (W5).
    Confirm,
    /// The password, typed for this very act in a session that itself passed the second factor (C6).
    Password,
    /// The fresh proof: password and second factor within five minutes (SEC-37).
    Proof,
}

/// Switching two-factor off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RemovalRules {
    /// Users may do it themselves. `false`: only an administrator (P4).
    pub by_user: bool,
    /// `confirm`, `password` or `proof`.
    pub reauthentication: Reauthentication,
}

impl Default for RemovalRules {
    fn default() -> Self {
        Self {
            by_user: true,
            reauthentication: Reauthentication::Proof,
        }
    }
}
