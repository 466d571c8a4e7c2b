//! One small API over two engines: reads, and write jobs that are one transaction each.
//! The statements themselves stand in the modules of their nouns.

mod error;
mod fault;
mod job;
mod migrate;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;
mod tx;
mod value;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use warifu_domain::ids::TenantId;
use warifu_domain::time::Timestamp;

pub use error::StoreError;
pub use fault::FaultPlan;
pub use migrate::SchemaState;
pub(crate) use migrate::{MIGRATIONS, Migration};
pub(crate) use tx::for_rows;
pub use tx::{PlatformTx, Tx};
pub(crate) use value::{Row, Value};

use crate::at_gate::GLANCE_LASTS;
use job::{Access, Message, Order, TypedJob};
use tx::Connection;

/// Where the data lives.
pub enum Location {
    /// A file of the embedded engine. It is created with mode 0600, a missing folder with 0700.
    Sqlite(PathBuf),
    /// A `postgres://user:password@host/database` URL. Unless it says `sslmode=disable`, a host other than loopback
    /// is reached over TLS only, and its certificate is always verified against the system's roots.
    Postgres(String),
}

/// How the store works. The defaults suit one server with thousands of users.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// PostgreSQL connections; each runs one job at a time. Default 8.
    pub pg_connections: usize,
    /// Jobs that may wait; one more is refused with [`StoreError::Busy`]. Default 1024.
    pub queue_limit: usize,
    /// SQLite: jobs that share one commit, so that a long queue still gets answers. Default 128.
    pub batch_limit: usize,
    /// SQLite: connections that read at the same time. Default 4.
    pub readers: usize,
    /// Failures on demand. Test tooling; `None` in a running server.
    pub fault: Option<FaultPlan>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            pg_connections: 8,
            queue_limit: 1024,
            batch_limit: 128,
            readers: 4,
            fault: None,
        }
    }
}

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    queue: mpsc::Sender<Message>,
    /// SQLite reads on the caller's thread; PostgreSQL reads are jobs like any other.
    readers: Option<sqlite::Readers>,
}

impl Store {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] if a newer version of the program was here before, [`StoreError::CannotOpen`] and
    /// others if the database cannot be used.
    pub async fn open(location: &Location, options: StoreOptions) -> Result<Self, StoreError> {
        Self::open_with(location, options, MIGRATIONS).await
    }

    /// Compares the schema of a database with this program's, without creating, migrating or changing anything.
    ///
    /// # Errors
    /// As [`Store::open`]; an SQLite file that is not there is [`StoreError::CannotOpen`].
    pub async fn schema_of(location: &Location) -> Result<SchemaState, StoreError> {
        Self::schema_among(location, MIGRATIONS).await
    }

    async fn schema_among(
        location: &Location,
        migrations: &'static [Migration],
    ) -> Result<SchemaState, StoreError> {
        match location {
            Location::Sqlite(path) => sqlite::schema_of(path, migrations),
            Location::Postgres(url) => postgres::schema_of(url, migrations).await,
        }
    }

    pub(crate) async fn open_with(
        location: &Location,
        options: StoreOptions,
        migrations: &'static [Migration],
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(options.queue_limit.max(1));
        let readers = match location {
            Location::Sqlite(path) => Some(sqlite::start(path, &options, migrations, jobs).await?),
            Location::Postgres(url) => {
                postgres::start(url, &options, migrations, jobs).await?;
                None
            }
        };
        Ok(Self {
            inner: Arc::new(Inner { queue, readers }),
        })
    }

    /// Reads in one snapshot of committed data. A statement that changes something fails.
    ///
    /// On SQLite `job` runs to its end on the calling thread: right for a few rows, not for a scan.
    ///
    /// # Errors
    /// What `job` returns, and every fault of the store.
    pub async fn read<T, F>(&self, tenant: TenantId, job: F) -> Result<T, StoreError>
    where
        F: AsyncFn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, _) = self.run(Access::Read, in_tenant(tenant, job)).await?;
        Ok(answer)
    }

    /// [`Store::read`] of a job that has one statement: that is a snapshot by itself, and costs no transaction. A second statement
    /// fails.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read_once<T, F>(&self, tenant: TenantId, job: F) -> Result<T, StoreError>
    where
        F: AsyncFn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, _) = self.run(Access::Select, in_tenant(tenant, job)).await?;
        Ok(answer)
    }

    /// Whether each statement is a question to another process: then it pays to ask several things in one.
    pub fn is_remote(&self) -> bool {
        self.inner.readers.is_none()
    }

    /// Runs `job` as one transaction: `Ok` commits and is returned once the commit is durable, `Err` leaves nothing. What may keep
    /// out a mail client is returned only when every gate goes by it ([`Store::gates_catch_up`]).
    ///
    /// The job is finished even if the caller's future is dropped. It may run more than once, so it changes nothing
    /// but its transaction, and it waits for nothing but its statements. When one of them fails the job fails, even
    /// if it goes on: expected collisions are asked for with `ON CONFLICT`.
    ///
    /// # Errors
    /// What `job` returns, and every fault of the store.
    pub async fn write<T, F>(&self, tenant: TenantId, job: F) -> Result<T, StoreError>
    where
        F: AsyncFn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, narrows_gate) = self.run(Access::Write, in_tenant(tenant, job)).await?;
        if narrows_gate {
            self.gates_catch_up().await;
        }
        Ok(answer)
    }

    /// Waits until every server that asks this database goes by what was committed before this was called: a gate may look at a
    /// tenant's state once for all who ask within [`GLANCE_LASTS`]. Twice as long, for clocks that do not run alike.
    pub async fn gates_catch_up(&self) {
        tokio::time::sleep(2 * GLANCE_LASTS).await;
    }

    /// [`Store::read`] for the platform operator.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read_platform<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        F: AsyncFn(&mut PlatformTx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.run(Access::Read, in_platform(job)).await
    }

    /// [`Store::write`] for the platform operator.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_platform<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        F: AsyncFn(&mut PlatformTx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.run(Access::Write, in_platform(job)).await
    }

    /// Whether a write would be taken now: goes through the queue and an empty transaction.
    ///
    /// # Errors
    /// Why it would not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.write_platform(async |tx| tx.find("SELECT 1", &[], |_| Ok(())).await.map(drop))
            .await
    }

    /// Writes a small row and waits until it is durable: whether a login could be written now. What is on a full disk or on a
    /// database that only reads can still be read.
    ///
    /// # Errors
    /// Why it could not.
    pub async fn probe_write(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write_platform(async move |tx| {
            // The time differs each time: SQLite writes no page that stays as it is.
            let sql = "INSERT INTO write_probe (id, at) VALUES (1, $1)
                       ON CONFLICT (id) DO UPDATE SET at = $1 RETURNING at";
            tx.find(sql, &[now.into()], |_| Ok(())).await.map(drop)
        })
        .await
    }

    /// Finishes the jobs in the queue and closes the database, for all clones. Later jobs are
    /// [`StoreError::Unavailable`].
    pub async fn close(self) {
        let (done, closed) = oneshot::channel();
        if self.inner.queue.send(Message::Close(done)).await.is_ok() {
            // An error means that another clone closed the store first.
            let _ = closed.await;
        }
        if let Some(readers) = &self.inner.readers {
            readers.close();
        }
    }

    async fn run<T, F>(&self, access: Access, body: F) -> Result<T, StoreError>
    where
        F: AsyncFn(Connection<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        if let Some(readers) = &self.inner.readers {
            match access {
                Access::Read => return readers.read(&body),
                Access::Select => return readers.select(&body),
                Access::Write => {}
            }
        }
        let (job, answer) = TypedJob::new(body);
        let order = Order {
            job: Box::new(job),
            access,
            since: Instant::now(),
        };
        self.inner
            .queue
            .try_send(Message::Job(order))
            .map_err(|error| match error {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Closed(_) => StoreError::Unavailable,
            })?;
        answer.await.unwrap_or(Err(StoreError::Unavailable))
    }
}

/// Gives `job` the transaction it is written for; also says whether that narrows the gate.
fn in_tenant<T, F>(
    tenant: TenantId,
    job: F,
) -> impl AsyncFn(Connection<'_>) -> Result<(T, bool), StoreError> + Send + 'static
where
    F: AsyncFn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    async move |connection: Connection<'_>| {
        let mut tx = Tx::new(tenant, connection);
        let mut answer = job(&mut tx).await;
        let narrows_gate = tx.narrows_gate;
        if answer.is_ok() && narrows_gate {
            // Last, so that whoever narrows it too waits no longer than the commit takes.
            answer = tx.renew_gate_mark().await.and(answer);
        }
        tx.settle(answer.map(|answer| (answer, narrows_gate)))
    }
}

/// Gives `job` the transaction it is written for.
fn in_platform<T, F>(
    job: F,
) -> impl AsyncFn(Connection<'_>) -> Result<T, StoreError> + Send + 'static
where
    F: AsyncFn(&mut PlatformTx<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    async move |connection: Connection<'_>| {
        let mut tx = PlatformTx::new(connection);
        let answer = job(&mut tx).await;
        tx.settle(answer)
    }
}
