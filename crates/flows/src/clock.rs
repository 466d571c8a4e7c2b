//! The only place that asks the system what time it is. A flow reads the clock once and passes the time down (SEC-19).

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use warifu_domain::time::{Span, Timestamp};

/// A clock: the system's, or one that tests move by hand.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's.
    System,
    /// Stands still until it is moved.
    Hand(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn hand(now: Timestamp) -> Self {
        Self::Hand(Arc::new(AtomicI64::new(now.0)))
    }

    /// The present time.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's clock"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp(since.as_millis() as i64)
            }
            Self::Hand(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a hand clock; a system clock stays as it is.
    pub fn advance(&self, span: Span) {
        if let Self::Hand(at) = self {
            at.fetch_add(span.0, Ordering::SeqCst);
        }
    }
}
