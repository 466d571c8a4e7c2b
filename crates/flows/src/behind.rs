//! What is written behind an answer, whose time then tells nothing of it (SEC-49). For what is seldom noted and may be noted the next
//! time instead; whatever an answer promises is written before it.

use tokio::sync::watch;
use warifu_storage::StoreError;

/// Writes that are under way at most: a flood of them is not kept in memory.
const MOST: usize = 256;

/// How many writes are under way.
#[derive(Clone, Default)]
pub(crate) struct Behind(watch::Sender<usize>);

impl Behind {
    /// Goes on with `write` beside whoever asks. A fault is logged as `what`; so is that there are too many, and then it is not
    /// written.
    pub(crate) fn write<F>(&self, what: &'static str, write: F)
    where
        F: Future<Output = Result<(), StoreError>> + Send + 'static,
    {
        let begins = self.0.send_if_modified(|under_way| {
            let begins = *under_way < MOST;
            *under_way += usize::from(begins);
            begins
        });
        if !begins {
            return tracing::warn!(what, "too much is being written; this is not");
        }
        let behind = self.0.clone();
        tokio::spawn(async move {
            if let Err(fault) = write.await {
                tracing::warn!(%fault, what, "could not be written");
            }
            behind.send_modify(|under_way| *under_way -= 1);
        });
    }

    /// Waits until nothing is under way.
    pub(crate) async fn settle(&self) {
        // An error would mean that the sender is gone, which is `self`.
        let _ = self
            .0
            .subscribe()
            .wait_for(|under_way| *under_way == 0)
            .await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    #[tokio::test]
    async fn so_many_are_written_at_once_and_more_are_when_those_are_done() {
        let (behind, written) = (Behind::default(), Arc::new(AtomicUsize::new(0)));
        let (go, _) = watch::channel(false);
        let write = || {
            let (mut may_go, written) = (go.subscribe(), written.clone());
            behind.write("a test", async move {
                let _ = may_go.wait_for(|go| *go).await;
                written.fetch_add(1, Ordering::SeqCst);
                Err(StoreError::Busy)
            });
        };
        behind.settle().await;
        (0..MOST + 10).for_each(|_| write());
        go.send_replace(true);
        behind.settle().await;
        assert_eq!(written.load(Ordering::SeqCst), MOST);
        write();
        behind.settle().await;
        assert_eq!(written.load(Ordering::SeqCst), MOST + 1);
    }
}
