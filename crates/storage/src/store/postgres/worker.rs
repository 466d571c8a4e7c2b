//! Who serves the queue: one thread, several connections, each running one job at a time.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, timeout};

use super::super::StoreOptions;
use super::super::error::StoreError;
use super::super::fault::FaultPlan;
use super::super::job::{Access, Job, Message, Order};
use super::super::migrate::{self, Migration};
use super::super::tx::Connection;
use super::PostgresTransaction;
use super::connect::{Connector, Session};

/// How often a job that collided with others runs again.
const RETRIES: u32 = 8;

/// The first pause before a retry; it doubles, and is drawn at random between its half and its whole.
const RETRY_PAUSE: Duration = Duration::from_millis(4);

/// How long a job waits for a connection to come back before it fails.
const RECONNECT_LIMIT: Duration = Duration::from_secs(3);

/// Between two attempts to connect, and for how long jobs fail at once after one that waited the whole limit.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);

/// A job that takes longer lost its server: `statement_timeout` would have ended it before.
const JOB_LIMIT: Duration = Duration::from_secs(20);

/// Migrates, reports to `ready`, and serves the queue until it is closed or nobody can fill it any more.
pub(super) fn run(
    connector: Connector,
    options: &StoreOptions,
    migrations: &'static [Migration],
    jobs: mpsc::Receiver<Message>,
    ready: oneshot::Sender<Result<(), StoreError>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let what = format!("no runtime for it: {error}");
            return drop(ready.send(Err(StoreError::CannotOpen { what })));
        }
    };
    LocalSet::new().block_on(&runtime, async {
        let first = match open(&connector, migrations).await {
            Ok(session) => session,
            Err(error) => return drop(ready.send(Err(error))),
        };
        // Nobody waits for it any more if the opening itself was abandoned; the queue is closed then.
        let _ = ready.send(Ok(()));
        serve_all(connector, options, jobs, first).await;
    });
}

async fn open(
    connector: &Connector,
    migrations: &'static [Migration],
) -> Result<Session, StoreError> {
    let mut session = connector.connect().await?;
    migrate::postgres(&mut session.client, migrations).await?;
    Ok(session)
}

async fn serve_all(
    connector: Connector,
    options: &StoreOptions,
    jobs: mpsc::Receiver<Message>,
    first: Session,
) {
    let shared = Rc::new(Shared {
        connector,
        fault: options.fault.clone(),
        jobs: Mutex::new(jobs),
        closing: Cell::default(),
        down_until: Cell::new(None),
    });
    let mut first = Some(first);
    let workers: Vec<_> = (0..options.pg_connections.max(1))
        .map(|_| {
            tokio::task::spawn_local(
                Worker {
                    shared: Rc::clone(&shared),
                    session: first.take(),
                }
                .serve(),
            )
        })
        .collect();
    for worker in workers {
        if let Err(error) = worker.await {
            tracing::error!(%error, "a worker of the store ended early");
        }
    }
    for done in shared.closing.take() {
        let _ = done.send(());
    }
}

struct Shared {
    connector: Connector,
    fault: Option<FaultPlan>,
    jobs: Mutex<mpsc::Receiver<Message>>,
    closing: Cell<Vec<oneshot::Sender<()>>>,
    /// The server was not reachable for a whole limit: until then, jobs do not wait for it again.
    down_until: Cell<Option<Instant>>,
}

struct Worker {
    shared: Rc<Shared>,
    session: Option<Session>,
}

/// How one run of a job ended.
enum Run {
    Answered(Result<(), StoreError>),
    /// Nothing was stored and the same job may succeed: run it again.
    Again,
}

impl Worker {
    async fn serve(mut self) {
        while let Some(mut order) = self.shared.next().await {
            let outcome = self.complete(&mut order).await;
            order.job.answer(outcome);
        }
        if let Some(session) = self.session {
            session.close().await;
        }
    }

    /// Runs the job until it is done, refused, or has collided too often.
    async fn complete(&mut self, order: &mut Order) -> Result<(), StoreError> {
        let mut pause = RETRY_PAUSE;
        for _ in 0..=RETRIES {
            if self
                .session
                .as_ref()
                .is_none_or(|session| session.client.is_closed())
            {
                self.session = None;
                self.session = Some(self.shared.reconnect(order.since).await?);
            }
            let Some(session) = &mut self.session else {
                break;
            };
            let run = run_once(
                session,
                &mut *order.job,
                order.access,
                self.shared.fault.as_ref(),
            );
            match timeout(JOB_LIMIT, run).await {
                Ok(Run::Answered(outcome)) => return outcome,
                Ok(Run::Again) => sleep(jittered(pause)).await,
                Err(_) => {
                    tracing::error!("PostgreSQL stopped answering in the middle of a job");
                    self.session = None;
                    return Err(StoreError::Unavailable);
                }
            }
            pause *= 2;
        }
        Err(StoreError::Contended)
    }
}

impl Shared {
    /// The next job. Closes the queue in passing, while no other worker waits in it.
    async fn next(&self) -> Option<Order> {
        let mut jobs = self.jobs.lock().await;
        loop {
            match jobs.recv().await? {
                Message::Job(order) => return Some(order),
                Message::Close(done) => {
                    jobs.close();
                    let mut closing = self.closing.take();
                    closing.push(done);
                    self.closing.set(closing);
                }
            }
        }
    }

    /// A new connection. A job in the queue since `since` does not wait for it for ever.
    async fn reconnect(&self, since: Instant) -> Result<Session, StoreError> {
        loop {
            if self
                .down_until
                .get()
                .is_some_and(|until| Instant::now() < until)
            {
                return Err(StoreError::Unavailable);
            }
            match self.connector.connect().await {
                Ok(session) => {
                    self.down_until.set(None);
                    return Ok(session);
                }
                Err(error) if since.elapsed() >= RECONNECT_LIMIT => {
                    tracing::error!(%error, "PostgreSQL stays out of reach");
                    self.down_until.set(Some(Instant::now() + RECONNECT_PAUSE));
                    return Err(StoreError::Unavailable);
                }
                Err(_) => sleep(jittered(RECONNECT_PAUSE)).await,
            }
        }
    }
}

async fn run_once(
    session: &mut Session,
    job: &mut dyn Job,
    access: Access,
    fault: Option<&FaultPlan>,
) -> Run {
    let Session {
        client, statements, ..
    } = session;
    let error = match PostgresTransaction::begin(client, statements, access).await {
        Ok(transaction) => match job.run(connection(&transaction, access, fault)).await {
            Ok(()) => return commit(&transaction, access, fault).await,
            Err(error) => {
                transaction.roll_back().await;
                error
            }
        },
        Err(error) => error,
    };
    match error {
        StoreError::Contended => Run::Again,
        // The server went away before it was asked to commit, so nothing of this was stored.
        StoreError::Unavailable if client.is_closed() => Run::Again,
        error => Run::Answered(Err(error)),
    }
}

fn connection<'c>(
    transaction: &'c PostgresTransaction<'c>,
    access: Access,
    fault: Option<&'c FaultPlan>,
) -> Connection<'c> {
    let connection = Connection::postgres(transaction, fault);
    match access {
        Access::Select => connection.for_one_select(),
        Access::Read | Access::Write => connection,
    }
}

async fn commit(
    transaction: &PostgresTransaction<'_>,
    access: Access,
    fault: Option<&FaultPlan>,
) -> Run {
    if access == Access::Write && fault.is_some_and(FaultPlan::strikes) {
        transaction.roll_back().await;
        return Run::Answered(Err(StoreError::Unavailable));
    }
    match transaction.commit().await {
        Err(StoreError::Contended) => Run::Again,
        // Also when the connection broke here: whether it was stored is unknown, so it is not done a second time.
        outcome => Run::Answered(outcome),
    }
}

/// Between the half and the whole of `pause`, so that jobs that collided do not meet again.
fn jittered(pause: Duration) -> Duration {
    // Each state is seeded at random, which is all that is needed here.
    let draw = RandomState::new().hash_one(0_u8) % 1024;
    pause / 2 + pause * u32::try_from(draw).unwrap_or(0) / 2048
}
