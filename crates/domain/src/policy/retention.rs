//! How long what was recorded about people is kept (SEC-81). Zero is for ever.

use serde::{Deserialize, Serialize};

use super::check::{OutOfRange, number};
use crate::time::Span;

/// Ten years: beyond that somebody means "for ever".
const LONGEST: i64 = 3650;

/// How long what was recorded is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionRules {
    /// Days for which events show the address that they came from; then a pseudonym stands in its place, 0–3650. 0: for ever.
    pub address_days: i64,
    /// Days for which events are kept, 0 or 30–3650. 0: for ever.
    pub event_days: i64,
    /// Days for which a network or browser that is not seen again counts as one that its owner usually logs in from, 1–730.
    pub device_days: i64,
}

impl Default for RetentionRules {
    fn default() -> Self {
        Self {
            address_days: 180,
            event_days: 1095,
            device_days: 180,
        }
    }
}

impl RetentionRules {
    /// For how long events show their address. `None`: for ever.
    pub fn addresses(&self) -> Option<Span> {
        (self.address_days > 0).then(|| Span::days(self.address_days))
    }

    /// For how long events are kept. `None`: for ever.
    pub fn events(&self) -> Option<Span> {
        (self.event_days > 0).then(|| Span::days(self.event_days))
    }

    /// For how long a network or browser is remembered that is not seen again.
    pub fn devices(&self) -> Span {
        Span::days(self.device_days)
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        number("retention.address_days", self.address_days, (0, LONGEST))?;
        // Somebody looks into what happened after a holiday; the preview of a policy looks at thirty days.
        if self.event_days != 0 {
            number("retention.event_days", self.event_days, (30, LONGEST))?;
        }
        number("retention.device_days", self.device_days, (1, 730))
    }
}
