//! Making the second factor compulsory from a day on (G1), in the text of a policy: what else stands there stays as it is.

use jiff::{civil::Date, tz::TimeZone};
use toml_edit::{DocumentMut, Item, Table, value};

use super::{BadPolicy, Policy};
use crate::{operating::Unfit, time::Timestamp};

/// Why a policy does not get its date.
#[derive(Debug, thiserror::Error)]
pub enum BadSchedule {
    /// See [`Unfit::Date`].
    #[error("that is not a day from today on, as in 2027-04-01")]
    Date,
    /// The stored policy cannot be read.
    #[error(transparent)]
    Policy(#[from] BadPolicy),
}

impl From<BadSchedule> for Unfit {
    fn from(_: BadSchedule) -> Self {
        Self::Date
    }
}

/// The policy `text` with a second factor that everybody needs from the beginning of `day` in the policy's time zone; an empty
/// `day` is now.
///
/// # Errors
/// A day that is none or is over before `now`; a text that is no policy.
pub fn require_second_factor(text: &str, day: &str, now: Timestamp) -> Result<String, BadSchedule> {
    let policy = Policy::parse(text)?;
    let from = match day.trim() {
        "" => None,
        day => Some(beginning(day, &policy.locale.time_zone, now)?),
    };
    let mut document: DocumentMut = text.parse().map_err(|_| BadSchedule::Date)?;
    let section = document
        .entry("second_factor")
        .or_insert_with(|| Item::Table(Table::new()));
    set(section, "enrolment", "required");
    match from {
        Some(from) => set(section, "required_from", &from),
        None => {
            if let Some(section) = section.as_table_like_mut() {
                section.remove("required_from");
            }
        }
    }
    let text = document.to_string();
    Policy::parse(&text)?;
    Ok(text)
}

/// Sets one field. A comment behind an earlier value stays.
fn set(section: &mut Item, field: &str, text: &str) {
    match section.get_mut(field).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = text.into();
            *old.decor_mut() = decor;
        }
        None => section[field] = value(text),
    }
}

/// When `day` begins, as RFC 3339 writes it.
fn beginning(day: &str, zone: &str, now: Timestamp) -> Result<String, BadSchedule> {
    let zone = TimeZone::get(zone).map_err(|_| BadSchedule::Date)?;
    let day: Date = day.parse().map_err(|_| BadSchedule::Date)?;
    let begins = day.to_zoned(zone.clone()).map_err(|_| BadSchedule::Date)?;
    let today = jiff::Timestamp::from_millisecond(now.0).map_err(|_| BadSchedule::Date)?;
    if day < today.to_zoned(zone).date() {
        return Err(BadSchedule::Date);
    }
    Ok(begins.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Enrolment, Preset};

    /// 2026-11-21 19:04 in Tokyo.
    const NOW: Timestamp = Timestamp(1_795_255_452_000);

    #[test]
    fn g1_a_day_is_set_and_all_else_stays_as_it_was_written() {
        for preset in crate::policy::PRESETS {
            let text = require_second_factor(preset.text, "2027-04-01", NOW).unwrap();
            let (before, after) = (preset.policy(), Policy::parse(&text).unwrap());
            assert_eq!(after.second_factor.enrolment, Enrolment::Required);
            let at = Timestamp(1_806_505_200_000); // 2027-04-01 00:00 in Tokyo
            assert_eq!(after.second_factor.required_from, Some(at), "{text}");
            let mut same = after.clone();
            same.second_factor = before.second_factor.clone();
            assert_eq!(same, before, "{}", preset.name);
            let comments = |text: &str| text.matches('#').count();
            assert_eq!(comments(&text), comments(preset.text), "{text}");

            let at_once = require_second_factor(&text, "", NOW).unwrap();
            let policy = Policy::parse(&at_once).unwrap();
            assert_eq!(policy.second_factor.required_from, None);
            assert!(policy.second_factor.is_required(true, NOW));
        }
        let empty = require_second_factor("", "2026-11-21", NOW).unwrap();
        assert!(Policy::parse(&empty).is_ok(), "{empty}");
        assert!(Preset::find("default").is_some());
    }

    #[test]
    fn g1_a_day_that_is_over_or_none_is_refused() {
        for day in [
            "2026-11-20",
            "2026-02-30",
            "tomorrow",
            "04/01/2027",
            "2027-04-01\"\nx = 1",
            "99999-01-01",
        ] {
            let refused = require_second_factor("", day, NOW);
            assert!(matches!(refused, Err(BadSchedule::Date)), "{day}");
        }
    }
}
