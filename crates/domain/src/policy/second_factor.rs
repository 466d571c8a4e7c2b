//! Who needs a second factor.

use serde::{Deserialize, Serialize};

/// Whether users have a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enrolment {
    /// Users cannot set one up. Those who have one keep being asked for it.
    Off,
    /// Each user decides (W1).
    Optional,
    /// The next login leads through the set-up (G3).
    Required,
}

/// Who needs a second factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecondFactor {
    /// `off`, `optional` or `required`. Administrators always need one (SEC-70).
    pub enrolment: Enrolment,
}

impl Default for SecondFactor {
    fn default() -> Self {
        Self {
            enrolment: Enrolment::Required,
        }
    }
}
