//! What keeps one request from harming the others: how many run at once, how long one may take, and that a panic in
//! one is its own end only.

use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

/// Numbers for one server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest body of a form, in bytes, unless the form itself has more room. Few come near 16 KiB.
    pub body_bytes: usize,
    /// Longest time from a request's head to its answer, a slow body included.
    pub request_time: Duration,
    /// Requests that are worked on at once; further ones are asked to come again.
    pub requests_at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 * 1024,
            request_time: Duration::from_secs(30),
            requests_at_once: 1024,
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum CutShort {
    /// It took too long.
    TooSlow,
    /// It panicked, with this message.
    Panicked(String),
}

/// Runs `work` for at most `longest`, and stops a panic here.
pub(crate) async fn guarded<T>(
    longest: Duration,
    work: impl Future<Output = T>,
) -> Result<T, CutShort> {
    let mut work = pin!(work);
    // Unwind safety: what the work shared with others is behind locks that poison or is the database's.
    let caught =
        poll_fn(
            |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
                Ok(Poll::Ready(answer)) => Poll::Ready(Ok(answer)),
                Ok(Poll::Pending) => Poll::Pending,
                Err(panic) => Poll::Ready(Err(CutShort::Panicked(words(&*panic)))),
            },
        );
    tokio::time::timeout(longest, caught)
        .await
        .unwrap_or(Err(CutShort::TooSlow))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn slow_work_is_cut_short_and_a_panic_ends_here() {
        let longest = Duration::from_millis(20);
        assert_eq!(guarded(longest, async { 7 }).await.ok(), Some(7));
        let slow = guarded(longest, std::future::pending::<()>()).await;
        assert!(matches!(slow, Err(CutShort::TooSlow)));
        let broken = guarded(longest, async { panic!("broken {}", 7) }).await;
        let Err::<(), _>(CutShort::Panicked(message)) = broken else {
            panic!("it went through");
        };
        assert_eq!(message, "broken 7");
    }
}
