//! Times as people read them: in the tenant's zone, with the zone shown.

use jiff::{Timestamp, civil, tz::TimeZone};

/// Prints times in one zone.
#[derive(Clone, Debug)]
pub struct Times {
    zone: TimeZone,
}

impl Times {
    /// Takes a name of the IANA time zone database, such as `Asia/Tokyo`.
    ///
    /// # Errors
    /// If there is no such zone.
    pub fn new(zone: &str) -> Result<Self, jiff::Error> {
        Ok(Self {
            zone: TimeZone::get(zone)?,
        })
    }

    /// The zone's name, such as `Asia/Tokyo`.
    #[must_use]
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// To the second, as in `2026-11-21 19:04:12 JST`. `unix_ms` is in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn second(&self, unix_ms: i64) -> String {
        self.print(unix_ms, "%Y-%m-%d %H:%M:%S %Z")
    }

    /// To the minute, as in `2026-11-21 19:04 JST`.
    #[must_use]
    pub fn minute(&self, unix_ms: i64) -> String {
        self.print(unix_ms, "%Y-%m-%d %H:%M %Z")
    }

    /// The time of day alone, as in `19:04 JST`, for an end that is near.
    #[must_use]
    pub fn clock(&self, unix_ms: i64) -> String {
        self.print(unix_ms, "%H:%M %Z")
    }

    /// The time of day to the second, as in `19:04:12 JST`, for a wait of a minute.
    #[must_use]
    pub fn clock_second(&self, unix_ms: i64) -> String {
        self.print(unix_ms, "%H:%M:%S %Z")
    }

    /// Reads what a field for date and time holds, as in `2026-11-21T19:04`, or a date alone. `None`: it is neither.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<i64> {
        let time: civil::DateTime = text.parse().ok()?;
        let zoned = time.to_zoned(self.zone.clone()).ok()?;
        Some(zoned.timestamp().as_millisecond())
    }

    /// The day alone, as a field for a date holds it: `2026-11-21`.
    #[must_use]
    pub fn date(&self, unix_ms: i64) -> String {
        self.print(unix_ms, "%Y-%m-%d")
    }

    fn print(&self, unix_ms: i64, format: &str) -> String {
        // Beyond the year 9999 there is no calendar to print by; the nearest time that has one says "never" well enough.
        let time = Timestamp::from_millisecond(unix_ms).unwrap_or(if unix_ms < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        time.to_zoned(self.zone.clone())
            .strftime(format)
            .to_string()
    }
}

/// A time for machines, as in `2026-11-21T10:04:12Z`.
pub(crate) fn utc(unix_ms: i64) -> String {
    Timestamp::from_millisecond(unix_ms)
        .unwrap_or(Timestamp::MAX)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_795_255_452_000;

    #[test]
    fn times_are_printed_in_the_zone_with_the_zone() {
        let tokyo = Times::new("Asia/Tokyo").unwrap();
        assert_eq!(tokyo.second(AT), "2026-11-21 19:04:12 JST");
        assert_eq!(tokyo.minute(AT), "2026-11-21 19:04 JST");
        assert_eq!(tokyo.clock(AT), "19:04 JST");
        assert_eq!(tokyo.zone(), "Asia/Tokyo");
        assert_eq!(
            Times::new("UTC").unwrap().second(AT),
            "2026-11-21 10:04:12 UTC"
        );
        assert_eq!(
            Times::new("America/New_York").unwrap().second(AT),
            "2026-11-21 05:04:12 EST"
        );
    }

    #[test]
    fn times_that_are_typed_are_read_in_the_zone() {
        let tokyo = Times::new("Asia/Tokyo").unwrap();
        assert_eq!(tokyo.parse("2026-11-21T19:04"), Some(AT - 12_000));
        assert_eq!(
            tokyo.parse("2026-11-21"),
            Some(AT - 12_000 - (19 * 60 + 4) * 60_000)
        );
        for bad in ["", "yesterday", "2026-13-01", "2026-11-21T25:00"] {
            assert_eq!(tokyo.parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_unknown_zone_is_an_error_and_no_time_is_out_of_range() {
        assert!(Times::new("Asia/Edo").is_err());
        let tokyo = Times::new("Asia/Tokyo").unwrap();
        assert!(!tokyo.second(i64::MAX).is_empty() && !tokyo.second(i64::MIN).is_empty());
    }
}
