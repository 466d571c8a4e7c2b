//! Failures on demand, to test that every one of them is survived. Never set in a running server.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Lets one storage call fail with [`StoreError::Unavailable`](super::StoreError::Unavailable) (SEC-82: "inject a
/// failure at the n-th storage call for every n"). Test tooling. Clones share one countdown.
///
/// Calls are the statements of jobs and the commits of writes; a commit that fails leaves nothing behind.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan {
    calls_left: Arc<AtomicI64>,
}

impl FaultPlan {
    /// Lets the `n`-th call from now on fail, counted from 1, and those after it succeed; 0 lets none fail.
    pub fn fail_at(&self, n: u32) {
        self.calls_left.store(n.into(), Ordering::SeqCst);
    }

    /// Whether the failure asked for is still ahead: a test that raises `n` until this is true has tried every call.
    pub fn is_pending(&self) -> bool {
        self.calls_left.load(Ordering::SeqCst) > 0
    }

    /// How many calls are left until the one to fail: a test counts calls by what they take from a number too high to reach.
    pub fn calls_left(&self) -> i64 {
        self.calls_left.load(Ordering::SeqCst)
    }

    /// Counts one call; true if it is the one to fail.
    pub(super) fn strikes(&self) -> bool {
        self.calls_left.fetch_sub(1, Ordering::SeqCst) == 1
    }
}
