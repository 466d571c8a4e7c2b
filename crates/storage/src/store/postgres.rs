//! The server engine: statements on one transaction, and what the server's errors mean to us.
//! How connections are made stands in `connect`, who uses them in `worker`.

mod connect;
mod worker;

use std::cell::RefCell;
use std::collections::HashMap;

use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Statement, Transaction};

use super::StoreOptions;
use super::error::StoreError;
use super::job::Message;
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

/// A transaction on one connection.
pub(super) struct PostgresTransaction<'c> {
    transaction: Transaction<'c>,
    statements: &'c Statements,
}

impl PostgresTransaction<'_> {
    pub(super) async fn exec(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let statement = self.prepare(sql).await?;
        self.transaction
            .execute(&statement, &borrow(params))
            .await
            .map_err(meaning)
    }

    /// Sends both before it waits for either.
    pub(super) async fn exec_both(
        &self,
        (first, first_params): super::tx::Statement<'_>,
        (second, second_params): super::tx::Statement<'_>,
    ) -> Result<(), StoreError> {
        let (first, second) = (self.prepare(first).await?, self.prepare(second).await?);
        let (first_params, second_params) = (borrow(first_params), borrow(second_params));
        let (first, second) = tokio::join!(
            biased;
            self.transaction.execute(&first, &first_params),
            self.transaction.execute(&second, &second_params),
        );
        // After a failure the second only says that there was one.
        first.and(second).map(drop).map_err(meaning)
    }

    pub(super) async fn each(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.prepare(sql).await?;
        let rows = self
            .transaction
            .query(&statement, &borrow(params))
            .await
            .map_err(meaning)?;
        rows.iter().try_for_each(|row| each(&Row::Postgres(row)))
    }

    async fn prepare(&self, sql: &'static str) -> Result<Statement, StoreError> {
        let key = (sql.as_ptr().addr(), sql.len());
        if let Some(statement) = self.statements.borrow().get(&key) {
            return Ok(statement.clone());
        }
        let statement = self.transaction.prepare(sql).await.map_err(meaning)?;
        self.statements.borrow_mut().insert(key, statement.clone());
        Ok(statement)
    }
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
