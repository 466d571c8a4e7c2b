//! Reads: a few connections that cannot write, used on the caller's own thread, where a point read takes
//! microseconds. They see what is committed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::StoreOptions;
use super::super::error::StoreError;
use super::super::fault::FaultPlan;
use super::super::job::{finish, without_panic};
use super::super::tx::Connection;
use super::{SqliteConnection, Use};

pub(in super::super) struct Readers {
    path: PathBuf,
    /// Opened when first needed: an idle server holds one.
    slots: Box<[Mutex<Slot>]>,
    next: AtomicUsize,
    fault: Option<FaultPlan>,
}

enum Slot {
    Empty,
    Open(SqliteConnection),
    Closed,
}

impl Readers {
    pub(super) fn open(path: &Path, options: &StoreOptions) -> Result<Self, StoreError> {
        let slots = (0..options.readers.max(1))
            .map(|_| Mutex::new(Slot::Empty))
            .collect();
        let readers = Self {
            path: path.to_owned(),
            slots,
            next: AtomicUsize::new(0),
            fault: options.fault.clone(),
        };
        readers.read(&async |_: Connection<'_>| Ok(()))?;
        Ok(readers)
    }

    /// Runs `job` in one snapshot, to its end.
    pub(in super::super) fn read<T, F>(&self, job: &F) -> Result<T, StoreError>
    where
        F: AsyncFn(Connection<'_>) -> Result<T, StoreError>,
    {
        let mut slot = self.open_slot()?;
        let Slot::Open(connection) = &*slot else {
            return Err(StoreError::Unavailable);
        };
        let outcome = connection.exec("BEGIN", &[]).and_then(|_| {
            let connection = Connection::sqlite(connection, self.fault.as_ref());
            finish(without_panic(job(connection)))
        });
        if let Err(error) = connection.exec("COMMIT", &[]) {
            // Whatever state it is in, the next reader gets a new one.
            *slot = Slot::Empty;
            return outcome.and(Err(error));
        }
        outcome
    }

    /// Runs `job`, whose one statement is a snapshot by itself.
    pub(in super::super) fn select<T, F>(&self, job: &F) -> Result<T, StoreError>
    where
        F: AsyncFn(Connection<'_>) -> Result<T, StoreError>,
    {
        let slot = self.open_slot()?;
        let Slot::Open(connection) = &*slot else {
            return Err(StoreError::Unavailable);
        };
        let connection = Connection::sqlite(connection, self.fault.as_ref()).for_one_select();
        finish(without_panic(job(connection)))
    }

    /// Ends reading and gives the files back.
    pub(in super::super) fn close(&self) {
        for slot in &self.slots {
            *lock(slot) = Slot::Closed;
        }
    }

    /// [`Self::free_slot`], with a connection unless reading has ended.
    fn open_slot(&self) -> Result<MutexGuard<'_, Slot>, StoreError> {
        let mut slot = self.free_slot();
        if let Slot::Empty = *slot {
            *slot = Slot::Open(SqliteConnection::open(&self.path, Use::Read)?);
        }
        Ok(slot)
    }

    /// The first connection nobody uses, so that the fewest are opened; if all are in use, waits for one in turn.
    fn free_slot(&self) -> MutexGuard<'_, Slot> {
        self.slots
            .iter()
            .find_map(|slot| slot.try_lock().ok())
            .unwrap_or_else(|| {
                let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.slots.len();
                lock(&self.slots[turn])
            })
    }
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    // A panic cannot leave a slot half changed; a job's own panic never gets this far.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
