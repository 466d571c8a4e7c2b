//! Work that goes on beside the requests: a look now and then at what is due, and an orderly end.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Interval, MissedTickBehavior};

/// Longest that a stop waits for what another server is doing just then. What is cut off then is done again when its lease ends.
const FAREWELL: Duration = Duration::from_secs(20);

/// Whether the work is to end.
#[derive(Clone)]
pub(crate) struct Stopped(watch::Receiver<bool>);

impl Stopped {
    /// No further work is to be begun.
    pub(crate) fn is(&self) -> bool {
        *self.0.borrow()
    }
}

/// A worker of a running server.
pub(crate) struct Worker {
    what: &'static str,
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Worker {
    /// Begins to work. `what` is cut off if it takes too long at the end.
    pub(crate) fn start<F>(what: &'static str, work: impl FnOnce(Stopped) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopped) = watch::channel(false);
        let work = tokio::spawn(work(Stopped(stopped)));
        Self { what, stop, work }
    }

    /// Begins nothing more, and waits for what was begun: cut off, it would be done twice.
    pub(crate) async fn stop(self) {
        // An error means that the worker has ended.
        let _ = self.stop.send(true);
        let abort = self.work.abort_handle();
        if tokio::time::timeout(FAREWELL, self.work).await.is_err() {
            abort.abort();
            let what = self.what;
            tracing::warn!(
                what,
                "it takes too long, and is tried again after the next start"
            );
        }
    }
}

/// Looks at what is due: one at once, and then one after each pause.
pub(crate) struct Looks {
    ticks: Interval,
    stopped: Stopped,
}

impl Looks {
    pub(crate) fn each(pause: Duration, stopped: Stopped) -> Self {
        let mut ticks = tokio::time::interval(pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { ticks, stopped }
    }

    /// Waits for the time of the next look. `false`: there is none, it is to end.
    pub(crate) async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.ticks.tick() => {}
            _ = self.stopped.0.changed() => {}
        }
        !self.stopped.is()
    }
}
