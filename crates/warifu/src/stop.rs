//! The order to stop: SIGINT (Ctrl-C) or SIGTERM. From the moment this listens, neither ends the process by itself.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::exit::Failure;

pub(crate) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    pub(crate) fn listen() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Failure::failed(format!("cannot listen for signals: {error}")))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Waits for the order, or for the next one.
    pub(crate) async fn ordered(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
