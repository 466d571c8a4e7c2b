//! Language and time zone.

use serde::{Deserialize, Serialize};

use super::check::{Allowed, OutOfRange, range};

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// Language and time zone, where neither the user nor the browser says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocaleRules {
    /// `ja` or `en`.
    pub language: Language,
    /// An IANA name, such as `Asia/Tokyo`.
    pub time_zone: String,
}

impl Default for LocaleRules {
    fn default() -> Self {
        Self {
            language: Language::Ja,
            time_zone: "Asia/Tokyo".to_owned(),
        }
    }
}

impl LocaleRules {
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let zone = &self.time_zone;
        let zone_shape = (1..=64).contains(&zone.len())
            && zone
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+'));
        range(zone_shape, "locale.time_zone", zone, Allowed::TimeZone)
    }
}
