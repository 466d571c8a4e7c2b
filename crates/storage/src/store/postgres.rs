//! The server engine: statements on one transaction, and what the server's errors mean to us.
//! How connections are made stands in `connect`, who uses them in `worker`.

mod connect;
mod worker;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::task::Poll;

use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};

use super::StoreOptions;
use super::error::StoreError;
use super::job::{Access, Message};
use super::migrate::{self, Migration, SchemaState};
use super::value::{Row, Value};
use connect::Connector;

/// Starts the thread that owns all connections; returns once the schema is up to date.
pub(super) async fn start(
    url: &str,
    options: &StoreOptions,
    migrations: &'static [Migration],
    jobs: mpsc::Receiver<Message>,
) -> Result<(), StoreError> {
    let connector = Connector::new(url)?;
    let (ready, opened) = oneshot::channel();
    let settings = options.clone();
    std::thread::Builder::new()
        .name("warifu-store".into())
        .spawn(move || worker::run(connector, &settings, migrations, jobs, ready))
        .map_err(|error| StoreError::CannotOpen {
            what: format!("no thread for it: {error}"),
        })?;
    opened.await.unwrap_or(Err(StoreError::Unavailable))
}

/// Looks at the schema of a database.
pub(super) async fn schema_of(
    url: &str,
    migrations: &'static [Migration],
) -> Result<SchemaState, StoreError> {
    let connector = Connector::new(url)?;
    let looking = async {
        let session = connector.connect().await?;
        let state = migrate::postgres_state(&session.client, migrations).await;
        session.close().await;
        state
    };
    LocalSet::new().run_until(looking).await
}

/// Prepared statements of one connection, by address and length of their text, which is `'static`.
type Statements = RefCell<HashMap<(usize, usize), Statement>>;

/// One snapshot for all that a job reads.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A transaction on one connection. Whoever leaves it open drops the connection.
pub(super) struct PostgresTransaction<'c> {
    client: &'c Client,
    statements: &'c Statements,
    access: Access,
    is_begun: Cell<bool>,
}

impl<'c> PostgresTransaction<'c> {
    /// A write begins here. A read begins together with its first statement, which saves it a round trip; a write may not: were
    /// its `BEGIN` alone refused, the statement behind it would stand by itself.
    pub(super) async fn begin(
        client: &'c Client,
        statements: &'c Statements,
        access: Access,
    ) -> Result<Self, StoreError> {
        if access == Access::Write {
            // Every truth that two jobs fight over is one conditional UPDATE: READ COMMITTED, the default, is enough.
            client.batch_execute("BEGIN").await.map_err(meaning)?;
        }
        Ok(Self {
            client,
            statements,
            access,
            is_begun: Cell::new(access == Access::Write),
        })
    }

    /// Ends it. Nobody waits for the end of a read: it has its answer, and the connection's next statement comes behind.
    pub(super) async fn commit(&self) -> Result<(), StoreError> {
        if !self.is_begun.get() {
            return Ok(());
        }
        let mut commit = pin!(self.client.batch_execute("COMMIT"));
        match self.access {
            Access::Write => commit.await.map_err(meaning),
            // The first poll sends it.
            Access::Read | Access::Select => {
                std::future::poll_fn(|context| match commit.as_mut().poll(context) {
                    Poll::Ready(outcome) => Poll::Ready(outcome.map_err(meaning)),
                    Poll::Pending => Poll::Ready(Ok(())),
                })
                .await
            }
        }
    }

    /// Takes everything back. If this fails, the connection is lost, and the transaction with it.
    pub(super) async fn roll_back(&self) {
        if self.is_begun.get() {
            let _ = self.client.batch_execute("ROLLBACK").await;
        }
    }

    pub(super) async fn exec(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let statement = self.prepare(sql).await?;
        self.run(self.client.execute(&statement, &borrow(params)))
            .await
    }

    /// Sends both before it waits for either.
    pub(super) async fn exec_both(
        &self,
        (first, first_params): super::tx::Statement<'_>,
        (second, second_params): super::tx::Statement<'_>,
    ) -> Result<(), StoreError> {
        let (first, second) = (self.prepare(first).await?, self.prepare(second).await?);
        let (first_params, second_params) = (borrow(first_params), borrow(second_params));
        self.run(async {
            let (first, second) = tokio::join!(
                biased;
                self.client.execute(&first, &first_params),
                self.client.execute(&second, &second_params),
            );
            // After a failure the second only says that there was one.
            first.and(second).map(drop)
        })
        .await
    }

    pub(super) async fn each(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.prepare(sql).await?;
        let rows = self
            .run(self.client.query(&statement, &borrow(params)))
            .await?;
        rows.iter().try_for_each(|row| each(&Row::Postgres(row)))
    }

    /// Sends all of them before it waits for any.
    pub(super) async fn each_of(
        &self,
        statements: &[super::tx::Statement<'_>],
        mut each: impl FnMut(usize, &Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut prepared = Vec::with_capacity(statements.len());
        for (sql, params) in statements {
            prepared.push((self.prepare(sql).await?, borrow(params)));
        }
        let queries = prepared
            .iter()
            .map(|(statement, params)| self.client.query(statement, params));
        let answers = self.run(in_turn(queries.map(Box::pin).collect())).await?;
        for (number, rows) in answers.iter().enumerate() {
            rows.iter()
                .try_for_each(|row| each(number, &Row::Postgres(row)))?;
        }
        Ok(())
    }

    /// Runs a statement inside the transaction, and begins that if it is the first.
    async fn run<T>(
        &self,
        statement: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, StoreError> {
        if self.access == Access::Select || self.is_begun.replace(true) {
            return statement.await.map_err(meaning);
        }
        let (begun, outcome) = tokio::join!(
            biased;
            self.client.batch_execute(BEGIN_READ),
            statement,
        );
        begun.and(outcome).map_err(meaning)
    }

    async fn prepare(&self, sql: &'static str) -> Result<Statement, StoreError> {
        let key = (sql.as_ptr().addr(), sql.len());
        if let Some(statement) = self.statements.borrow().get(&key) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await.map_err(meaning)?;
        self.statements.borrow_mut().insert(key, statement.clone());
        Ok(statement)
    }
}

/// Polls all of them from the start, so that each is sent, and gives their answers in order. After a failure the later ones only say
/// that there was one.
async fn in_turn<T, F>(mut futures: Vec<F>) -> Result<Vec<T>, Error>
where
    F: Future<Output = Result<T, Error>> + Unpin,
{
    let mut answers: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut is_waiting = false;
        for (future, answer) in futures.iter_mut().zip(&mut answers) {
            if answer.is_some() {
                continue;
            }
            match Pin::new(future).poll(context) {
                Poll::Ready(Ok(value)) => *answer = Some(value),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => is_waiting = true,
            }
        }
        match is_waiting {
            true => Poll::Pending,
            false => Poll::Ready(Ok(())),
        }
    })
    .await?;
    Ok(answers.into_iter().flatten().collect())
}

fn borrow<'a>(params: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// Tells the server's errors apart. Its messages may quote values (`Key (login)=(..) already exists`), so they are
/// used only in the class that speaks about the statement itself.
pub(super) fn meaning(error: Error) -> StoreError {
    let Some(reply) = error.as_db_error() else {
        if error.is_closed()
            || std::error::Error::source(&error).is_some_and(|source| source.is::<std::io::Error>())
        {
            return StoreError::Unavailable;
        }
        return StoreError::Other(format!("PostgreSQL: {error}"));
    };
    let code = reply.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        return StoreError::Conflict;
    }
    if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
        return StoreError::Contended;
    }
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        return StoreError::ReadOnly;
    }
    if *code == SqlState::DISK_FULL {
        return StoreError::Full;
    }
    if *code == SqlState::LOCK_NOT_AVAILABLE {
        return StoreError::Locked;
    }
    match code.code().get(..2) {
        // Lost connections, missing resources, statement_timeout and shutdowns.
        Some("08" | "53" | "57" | "58") => {
            tracing::warn!(
                code = code.code(),
                message = reply.message(),
                "PostgreSQL does not serve"
            );
            StoreError::Unavailable
        }
        Some("XX") => StoreError::corrupt(format!("PostgreSQL reports {}", code.code())),
        Some("28" | "3D" | "42") => {
            StoreError::Other(format!("PostgreSQL: {} ({})", reply.message(), code.code()))
        }
        _ => match reply.constraint() {
            Some(constraint) => {
                StoreError::Other(format!("PostgreSQL: {} by {constraint}", code.code()))
            }
            None => StoreError::Other(format!("PostgreSQL: {}", code.code())),
        },
    }
}
