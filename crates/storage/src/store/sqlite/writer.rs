//! Writes: one thread, one connection, and commits shared by the jobs that wait together. One flush to disk then
//! pays for many jobs, and nobody is answered before it.

use std::ops::ControlFlow;

use tokio::sync::{mpsc, oneshot};

use super::super::StoreOptions;
use super::super::error::StoreError;
use super::super::fault::FaultPlan;
use super::super::job::{Job, Message, finish};
use super::super::tx::Connection;
use super::SqliteConnection;

/// Serves the queue until it is closed or nobody can fill it any more.
pub(super) fn run(
    connection: SqliteConnection,
    jobs: mpsc::Receiver<Message>,
    options: &StoreOptions,
) {
    let mut writer = Writer {
        connection,
        jobs,
        batch_limit: options.batch_limit.max(1),
        fault: options.fault.clone(),
        closing: Vec::new(),
    };
    while let Some(message) = writer.jobs.blocking_recv() {
        if let Some(job) = writer.accept(message) {
            writer.serve(job);
        }
    }
    if let Err(error) = writer.connection.batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        // Harmless: the log is replayed at the next start.
        tracing::warn!(%error, "the last checkpoint failed");
    }
    let Writer {
        connection,
        closing,
        ..
    } = writer;
    drop(connection);
    for done in closing {
        let _ = done.send(());
    }
}

struct Writer {
    connection: SqliteConnection,
    jobs: mpsc::Receiver<Message>,
    batch_limit: usize,
    fault: Option<FaultPlan>,
    closing: Vec<oneshot::Sender<()>>,
}

/// A job that ran, and how.
type Done = (Box<dyn Job>, Result<(), StoreError>);

impl Writer {
    fn accept(&mut self, message: Message) -> Option<Box<dyn Job>> {
        match message {
            Message::Job(order) => Some(order.job),
            Message::Close(done) => {
                self.jobs.close();
                self.closing.push(done);
                None
            }
        }
    }

    /// Runs `first` and what waits behind it in one transaction, then answers all of them.
    fn serve(&mut self, first: Box<dyn Job>) {
        let mut batch = Vec::new();
        let committed = match self.begin() {
            Ok(()) => self
                .run_batch(first, &mut batch)
                .and_then(|()| self.commit()),
            Err(error) => {
                // Whoever waits behind it would wait for the same lock again, each in turn.
                batch.push((first, Ok(())));
                while let Some(job) = self.next_waiting(batch.len()) {
                    batch.push((job, Ok(())));
                }
                Err(error)
            }
        };
        if committed.is_err() && self.connection.in_transaction() {
            self.roll_back();
        }
        for (job, outcome) in batch {
            job.answer(outcome.and_then(|()| committed.clone()));
        }
    }

    fn begin(&self) -> Result<(), StoreError> {
        // IMMEDIATE: a transaction that reads first and writes later fails at once when another process wrote between.
        self.control("BEGIN IMMEDIATE")
    }

    /// Fails if the whole transaction is lost, and with it the jobs before.
    fn run_batch(&mut self, first: Box<dyn Job>, batch: &mut Vec<Done>) -> Result<(), StoreError> {
        let mut next = Some(first);
        while let Some(mut job) = next {
            match self.run_job(&mut *job) {
                ControlFlow::Continue(outcome) => batch.push((job, outcome)),
                ControlFlow::Break(error) => {
                    batch.push((job, Err(error.clone())));
                    return Err(error);
                }
            }
            next = self.next_waiting(batch.len());
        }
        Ok(())
    }

    /// Runs one job so that its failure leaves its neighbours alone. Breaks if the whole transaction is lost.
    fn run_job(&self, job: &mut dyn Job) -> ControlFlow<StoreError, Result<(), StoreError>> {
        if let Err(error) = self.control("SAVEPOINT job") {
            return ControlFlow::Break(error);
        }
        let outcome = finish(job.run(Connection::sqlite(&self.connection, self.fault.as_ref())));
        let ended = match outcome {
            Ok(()) => self.control("RELEASE job"),
            // SQLite has rolled everything back, as it does when the disk is full.
            Err(error) if !self.connection.in_transaction() => return ControlFlow::Break(error),
            Err(_) => self
                .control("ROLLBACK TO job")
                .and_then(|()| self.control("RELEASE job")),
        };
        match ended {
            Ok(()) => ControlFlow::Continue(outcome),
            Err(error) => ControlFlow::Break(error),
        }
    }

    fn commit(&self) -> Result<(), StoreError> {
        if self.fault.as_ref().is_some_and(FaultPlan::strikes) {
            return Err(StoreError::Unavailable);
        }
        self.control("COMMIT")
    }

    fn roll_back(&self) {
        if let Err(error) = self.control("ROLLBACK") {
            tracing::error!(%error, "a failed transaction could not be rolled back");
        }
    }

    fn control(&self, sql: &'static str) -> Result<(), StoreError> {
        self.connection.exec(sql, &[]).map(drop)
    }

    /// The next job of this batch, if one waits and there is room.
    fn next_waiting(&mut self, taken: usize) -> Option<Box<dyn Job>> {
        while taken < self.batch_limit {
            let message = self.jobs.try_recv().ok()?;
            if let Some(job) = self.accept(message) {
                return Some(job);
            }
        }
        None
    }
}
