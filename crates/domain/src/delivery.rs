//! When mail that could not be sent is tried again, and when nobody tries any more.

use crate::time::{Span, Timestamp};

/// The first pause; each further one is twice as long.
pub const FIRST_PAUSE: Span = Span::minutes(1);
/// The longest pause.
pub const LONGEST_PAUSE: Span = Span::hours(6);
/// How long a notice is tried that the relay cannot take, or will not take yet.
pub const PATIENCE: Span = Span::days(3);
/// How long a notice is tried that the relay refuses for good (SMTP 5xx). A day, not an hour: a relay that is set up wrongly
/// refuses everybody, and whoever mends it should lose nothing.
pub const PATIENCE_WITH_REFUSALS: Span = Span::days(1);
/// How long a mail is tried that encloses a link or a code which somebody asked for: then that is void.
pub const PATIENCE_ENCLOSED: Span = Span::minutes(30);
/// How long one node has a notice for itself; far longer than any try takes.
pub const LEASE: Span = Span::minutes(5);

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendFailure {
    /// The relay refused for good (5xx), so that the same mail will hardly be taken later.
    pub is_final: bool,
    /// What the relay or the network said, for operators.
    pub words: String,
}

/// The pause after the `tries`-th try, from 1: 1 min, 2 min, 4 min … 6 h.
pub fn pause_after(tries: i64) -> Span {
    let doublings = (tries - 1).clamp(0, 20) as u32;
    Span(FIRST_PAUSE.0 << doublings).min(LONGEST_PAUSE)
}

/// When a notice of `created_at` is tried again after its `tries`-th try failed at `now`. `None`: never; its patience is over.
pub fn next_try(
    created_at: Timestamp,
    tries: i64,
    failure: &SendFailure,
    now: Timestamp,
) -> Option<Timestamp> {
    let next = now + pause_after(tries);
    let patience = if failure.is_final {
        PATIENCE_WITH_REFUSALS
    } else {
        PATIENCE
    };
    (next <= created_at + patience).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_a_minute_to_six_hours() {
        let pauses: Vec<i64> = (1..=11).map(|n| pause_after(n).0 / 60_000).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(pause_after(i64::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn a_notice_is_given_up_after_three_days_and_a_refused_one_after_one() {
        for (is_final, days) in [(false, 3), (true, 1)] {
            let failure = SendFailure {
                is_final,
                words: String::new(),
            };
            let (mut now, mut tries) = (Timestamp(0), 1);
            while let Some(next) = next_try(Timestamp(0), tries, &failure, now) {
                now = next;
                tries += 1;
            }
            let end = Timestamp(0) + Span::days(days);
            assert!(now <= end && now > end - LONGEST_PAUSE, "{days} days");
            assert!(tries < 25, "{tries} tries are no siege");
        }
    }
}
