//! Writes: one thread, one connection, and commits shared by the jobs that wait together. One flush to disk then
//! pays for many jobs, and nobody is answered before it.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::super::StoreOptions;
use super::super::error::StoreError;
use super::super::fault::FaultPlan;
use super::super::job::{Job, Message, finish};
use super::super::tx::Connection;
use super::{SqliteConnection, Use};

/// A writer without work for so long gives the memory of its page cache back.
const KEEP_CACHE: Duration = Duration::from_secs(2);

/// After so many jobs the cache may be large. Its table of pages lies behind pages then, and the allocator gives the system
/// nothing back that has something in use behind it; the table goes only with its connection.
const LARGE_AFTER: u32 = 1_000;

/// Serves the queue until it is closed or nobody can fill it any more.
pub(super) fn run(
    path: PathBuf,
    connection: SqliteConnection,
    runtime: Runtime,
    jobs: mpsc::Receiver<Message>,
    options: &StoreOptions,
) {
    let mut writer = Writer {
        path,
        connection,
        accepted: 0,
        runtime,
        jobs,
        batch_limit: options.batch_limit.max(1),
        fault: options.fault.clone(),
        closing: Vec::new(),
    };
    while let Some(message) = writer.next() {
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
    path: PathBuf,
    connection: SqliteConnection,
    /// Jobs since it was opened.
    accepted: u32,
    /// Waits for work, and notices when there is none.
    runtime: Runtime,
    jobs: mpsc::Receiver<Message>,
    batch_limit: usize,
    fault: Option<FaultPlan>,
    closing: Vec<oneshot::Sender<()>>,
}

/// A job that ran, and how.
type Done = (Box<dyn Job>, Result<(), StoreError>);

impl Writer {
    /// Waits for a message. `None`: there will be none any more.
    fn next(&mut self) -> Option<Message> {
        if let Ok(message) = self.jobs.try_recv() {
            return Some(message);
        }
        let jobs = &mut self.jobs;
        let soon = async { timeout(KEEP_CACHE, jobs.recv()).await };
        if let Ok(message) = self.runtime.block_on(soon) {
            return message;
        }
        if let Err(error) = self.give_memory_back() {
            tracing::warn!(%error, "the page cache was not given back");
        }
        self.jobs.blocking_recv()
    }

    fn give_memory_back(&mut self) -> Result<(), StoreError> {
        // First, so that the new connection finds its place below.
        self.connection.batch("PRAGMA shrink_memory")?;
        if self.accepted >= LARGE_AFTER {
            self.connection = SqliteConnection::open(&self.path, Use::Write)?;
            self.accepted = 0;
        }
        Ok(())
    }

    fn accept(&mut self, message: Message) -> Option<Box<dyn Job>> {
        match message {
            Message::Job(order) => {
                self.accepted = self.accepted.saturating_add(1);
                Some(order.job)
            }
            Message::Close(done) => {
                self.jobs.close();
                self.closing.push(done);
                None
            }
        }
    }

    /// Runs `first` and what waits behind it in one transaction, then answers all of them.
    fn serve(&mut self, first: Box<dyn Job>) {
        let mut batch = vec![(first, Ok(()))];
        let committed = match self.begin() {
            Ok(()) => self.run_and_commit(&mut batch),
            Err(error) => {
                // Whoever waits behind it would wait for the same lock again, each in turn.
                while let Some(job) = self.next_waiting(batch.len()) {
                    batch.push((job, Ok(())));
                }
                Err(error)
            }
        };
        if committed.is_err() {
            self.roll_back();
        }
        for (job, outcome) in batch {
            job.answer(outcome.and_then(|()| committed.clone()));
        }
    }

    fn run_and_commit(&mut self, batch: &mut Vec<Done>) -> Result<(), StoreError> {
        if self.run_together(batch) {
            return self.commit();
        }
        self.roll_back();
        // A job that was alone has just left nothing, as it should. Otherwise its neighbours begin anew.
        if batch.len() > 1 {
            self.begin()?;
            self.run_apart(batch)?;
            self.commit()?;
        }
        Ok(())
    }

    fn begin(&self) -> Result<(), StoreError> {
        // IMMEDIATE: a transaction that reads first and writes later fails at once when another process wrote between.
        self.control("BEGIN IMMEDIATE")
    }

    /// Runs the first job and what waits behind it, without a savepoint for each: copies of all pages they change would
    /// cost more than running them, and a refusal is no failure. `false`: the last of the batch failed, and what it did
    /// is still there.
    fn run_together(&mut self, batch: &mut Vec<Done>) -> bool {
        let mut next = 0;
        loop {
            let (job, outcome) = &mut batch[next];
            *outcome = self.run(&mut **job);
            if outcome.is_err() {
                return false;
            }
            next += 1;
            match self.next_waiting(batch.len()) {
                Some(job) => batch.push((job, Ok(()))),
                None => return true,
            }
        }
    }

    /// Runs each job of the batch once more, in a savepoint of its own. Fails if the whole transaction is lost.
    fn run_apart(&self, batch: &mut [Done]) -> Result<(), StoreError> {
        for (job, outcome) in batch {
            match self.run_job(&mut **job) {
                ControlFlow::Continue(done) => *outcome = done,
                ControlFlow::Break(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn run(&self, job: &mut dyn Job) -> Result<(), StoreError> {
        finish(job.run(Connection::sqlite(&self.connection, self.fault.as_ref())))
    }

    /// Runs one job so that its failure leaves its neighbours alone. Breaks if the whole transaction is lost.
    fn run_job(&self, job: &mut dyn Job) -> ControlFlow<StoreError, Result<(), StoreError>> {
        if let Err(error) = self.control("SAVEPOINT job") {
            return ControlFlow::Break(error);
        }
        let outcome = self.run(job);
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

    /// Drops what is not committed. SQLite may have done so by itself.
    fn roll_back(&self) {
        if !self.connection.in_transaction() {
            return;
        }
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
