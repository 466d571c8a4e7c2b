//! Who needs a second factor, and from when on.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

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
    /// As `required`, but only for logins from outside the trusted networks (K8).
    RequiredOffNetwork,
}

/// Who needs a second factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecondFactor {
    /// `off`, `optional`, `required` or `required-off-network`. Administrators always need one (SEC-70).
    pub enrolment: Enrolment,
    /// When `required` begins to count; until then it counts as `optional` (G1). Left out: at once.
    #[serde(with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub required_from: Option<Timestamp>,
    /// People switch the use of their second factor on and off, apart from what they have registered (K1). Whoever has
    /// registered something and touched nothing has it on.
    pub own_switch: bool,
}

impl SecondFactor {
    /// Whether everybody needs a second factor at `now`, on a trusted network or elsewhere. A group's grace may still let
    /// its people put it off (W8).
    pub fn is_required(&self, trusted_network: bool, now: Timestamp) -> bool {
        let demands = match self.enrolment {
            Enrolment::Off | Enrolment::Optional => false,
            Enrolment::Required => true,
            Enrolment::RequiredOffNetwork => !trusted_network,
        };
        demands && self.has_begun(now)
    }

    /// Whether people can set one up.
    pub fn is_offered(&self) -> bool {
        self.enrolment != Enrolment::Off
    }

    /// Whether there is a day from which on everybody needs a second factor somewhere.
    pub fn demands(&self) -> bool {
        matches!(
            self.enrolment,
            Enrolment::Required | Enrolment::RequiredOffNetwork
        )
    }

    fn has_begun(&self, now: Timestamp) -> bool {
        self.required_from.is_none_or(|from| now >= from)
    }
}

impl Default for SecondFactor {
    fn default() -> Self {
        Self {
            enrolment: Enrolment::Required,
            required_from: None,
            own_switch: false,
        }
    }
}

/// A point in time as RFC 3339 writes it, with its offset: `2027-04-01T00:00:00+09:00`.
mod rfc3339 {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::{policy::check::NOT_A_TIME, time::Timestamp};

    pub(super) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let at = at.and_then(|at| jiff::Timestamp::from_millisecond(at.0).ok());
        match at {
            Some(at) => serializer.collect_str(&at),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.parse::<jiff::Timestamp>() {
            Ok(at) => Ok(Some(Timestamp(at.as_millisecond()))),
            Err(_) => Err(D::Error::custom(NOT_A_TIME)),
        }
    }
}
