//! When work for a server outside, such as mail for a relay, is tried again, and when nobody tries any more.

use crate::time::{Span, Timestamp};

/// How something that failed is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The first pause; each further one is twice as long.
    pub first: Span,
    /// The longest pause.
    pub longest: Span,
    /// How long it is tried at all.
    pub patience: Span,
}

/// A notice that the relay cannot take, or will not take yet.
pub const MAIL: Retry = Retry {
    first: Span::minutes(1),
    longest: Span::hours(6),
    patience: Span::days(3),
};
/// A notice that the relay refuses for good (SMTP 5xx). A day, not an hour: a relay that is set up wrongly refuses everybody, and
/// whoever mends it should lose nothing.
pub const REFUSED_MAIL: Retry = Retry {
    patience: Span::days(1),
    ..MAIL
};
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

impl Retry {
    /// The pause after the `tries`-th try, from 1: the first, twice as long, four times … the longest.
    pub fn pause_after(&self, tries: i64) -> Span {
        let doublings = (tries - 1).clamp(0, 20) as u32;
        Span(self.first.0 << doublings).min(self.longest)
    }

    /// When what was wanted at `since` is tried again after its `tries`-th try failed at `now`. `None`: never; the patience is over.
    pub fn next_try(&self, since: Timestamp, tries: i64, now: Timestamp) -> Option<Timestamp> {
        let next = now + self.pause_after(tries);
        (next <= since + self.patience).then_some(next)
    }
}

impl SendFailure {
    /// How the mail is tried again.
    pub fn retry(&self) -> Retry {
        match self.is_final {
            true => REFUSED_MAIL,
            false => MAIL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_a_minute_to_six_hours() {
        let pauses: Vec<i64> = (1..=11).map(|n| MAIL.pause_after(n).0 / 60_000).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(MAIL.pause_after(i64::MAX), MAIL.longest);
    }

    #[test]
    fn a_notice_is_given_up_after_three_days_and_a_refused_one_after_one() {
        for (is_final, days) in [(false, 3), (true, 1)] {
            let failure = SendFailure {
                is_final,
                words: String::new(),
            };
            let (mut now, mut tries) = (Timestamp(0), 1);
            while let Some(next) = failure.retry().next_try(Timestamp(0), tries, now) {
                now = next;
                tries += 1;
            }
            let end = Timestamp(0) + Span::days(days);
            assert!(now <= end && now > end - MAIL.longest, "{days} days");
            assert!(tries < 25, "{tries} tries are no siege");
        }
    }
}
