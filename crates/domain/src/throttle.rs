//! How failures slow the next guess down (NIST SP 800-63B-4 3.2.2; SEC-45 to SEC-48). Where the counts live is
//! storage's business; a guess is counted there before anything is verified, and given back on success.

use crate::time::{Span, Timestamp};

/// Failures in a row after which each further one makes the next wait.
pub const FREE_FAILURES: i64 = 4;
/// Failures in a row after which a budget is closed until another proof opens it.
pub const CLOSED_AT: i64 = 50;
/// The longest wait that a failure brings.
pub const LONGEST_WAIT: Span = Span::minutes(15);
/// Password failures that one client network may cause within [`NETWORK_WINDOW`].
pub const NETWORK_FAILURES: i64 = 300;
/// The span in which a client network's failures are counted.
pub const NETWORK_WINDOW: Span = Span::hours(1);

/// What a budget of consecutive failures says about the next guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// The guess may be verified.
    Open,
    /// Not before this time.
    WaitUntil(Timestamp),
    /// Not until another proof opens it.
    Closed,
}

/// The wait that `failures` failures in a row bring: none up to the fourth, then 1 s, 2 s, 4 s … 15 min.
pub fn wait_after(failures: i64) -> Span {
    if failures <= FREE_FAILURES {
        return Span(0);
    }
    let doublings = (failures - FREE_FAILURES - 1).clamp(0, 20) as u32;
    Span::seconds(1 << doublings).min(LONGEST_WAIT)
}

/// Judges the next guess by the failures so far and the time before which none is allowed.
pub fn judge(failures: i64, blocked_until: Timestamp, now: Timestamp) -> Budget {
    if failures >= CLOSED_AT {
        Budget::Closed
    } else if now < blocked_until {
        Budget::WaitUntil(blocked_until)
    } else {
        Budget::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_045_waits_double_from_the_fifth_failure_and_stop_at_fifteen_minutes() {
        let waits: Vec<i64> = (0..=9).map(|n| wait_after(n).0 / 1000).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16]);
        assert_eq!(wait_after(49), LONGEST_WAIT);
        assert_eq!(wait_after(i64::MAX), LONGEST_WAIT);
    }

    #[test]
    fn sec_045_a_budget_closes_at_fifty() {
        let now = Timestamp(1_000);
        assert_eq!(judge(49, Timestamp(1_000), now), Budget::Open);
        assert_eq!(
            judge(49, Timestamp(1_001), now),
            Budget::WaitUntil(Timestamp(1_001))
        );
        assert_eq!(judge(50, Timestamp(0), now), Budget::Closed);
    }
}
