//! What a job sees: a transaction that knows its tenant, and the three ways to run a statement in it.

use warifu_domain::ids::TenantId;

use super::error::StoreError;
use super::fault::FaultPlan;
use super::postgres::PostgresTransaction;
use super::sqlite::SqliteConnection;
use super::value::{Row, Value};

/// A transaction in one tenant. The methods that say what can be asked stand with their nouns; each of them puts the
/// tenant into its keys, so a job cannot express another tenant (SEC-68).
pub struct Tx<'c> {
    pub(crate) tenant: TenantId,
    /// Something was changed that may keep out a mail client which was let in before.
    pub(crate) narrows_gate: bool,
    connection: Connection<'c>,
}

/// A transaction of the platform operator: tenants themselves, and what concerns all of them.
pub struct PlatformTx<'c> {
    connection: Connection<'c>,
}

/// The engine's transaction behind a [`Tx`] or [`PlatformTx`].
pub(super) struct Connection<'c> {
    engine: Engine<'c>,
    fault: Option<&'c FaultPlan>,
    failure: Option<StoreError>,
    /// How many statements there may still be, each a `SELECT`. `None`: any number, and of every kind.
    selects: Option<u32>,
}

enum Engine<'c> {
    Sqlite(&'c SqliteConnection),
    Postgres(&'c PostgresTransaction<'c>),
}

/// `head`, as many rows of placeholders as asked for, `tail`: one statement for many rows.
pub(crate) fn for_rows(head: &str, rows: usize, columns: usize, tail: &str) -> String {
    let row = |row: usize| {
        let places = (1..=columns).map(|column| format!("${}", row * columns + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("{head} {} {tail}", rows.join(", "))
}

/// A statement and what goes into it.
pub(crate) type Statement<'a> = (&'static str, &'a [Value<'a>]);

impl<'c> Tx<'c> {
    pub(super) fn new(tenant: TenantId, connection: Connection<'c>) -> Self {
        Self {
            tenant,
            narrows_gate: false,
            connection,
        }
    }

    /// Runs a statement without an answer; returns the number of rows it changed.
    pub(crate) async fn exec(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        self.connection.exec(sql, params).await
    }

    /// Runs two statements without an answer, neither of which needs the other's work: one round trip on PostgreSQL.
    pub(crate) async fn exec_both(
        &mut self,
        first: Statement<'_>,
        second: Statement<'_>,
    ) -> Result<(), StoreError> {
        self.connection.exec_both(first, second).await
    }

    /// The first row of a `SELECT` or of a `RETURNING`. The rest is read and ignored: ask for one row.
    pub(crate) async fn find<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.connection.find(sql, params, map).await
    }

    /// All rows of a `SELECT` or of a `RETURNING`.
    pub(crate) async fn list<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.connection.list(sql, params, map).await
    }

    /// Lends every row of a `SELECT`, one after the other.
    pub(crate) async fn each(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.connection.each(sql, params, each).await
    }

    /// Lends all rows of several `SELECT`s, none of which needs the answer of another, each with the number of its statement. One round
    /// trip on PostgreSQL.
    pub(crate) async fn each_of(
        &mut self,
        statements: &[Statement<'_>],
        each: impl FnMut(usize, &Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.connection.each_of(statements, each).await
    }

    pub(super) fn settle<T>(self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        self.connection.settle(answer)
    }
}

impl<'c> PlatformTx<'c> {
    pub(super) fn new(connection: Connection<'c>) -> Self {
        Self { connection }
    }

    /// The first row of a `SELECT` or of a `RETURNING`. The rest is read and ignored: ask for one row.
    pub(crate) async fn find<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.connection.find(sql, params, map).await
    }

    /// All rows of a `SELECT` or of a `RETURNING`.
    pub(crate) async fn list<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.connection.list(sql, params, map).await
    }

    pub(super) fn settle<T>(self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        self.connection.settle(answer)
    }
}

impl<'c> Connection<'c> {
    pub(super) fn sqlite(connection: &'c SqliteConnection, fault: Option<&'c FaultPlan>) -> Self {
        Self {
            engine: Engine::Sqlite(connection),
            fault,
            failure: None,
            selects: None,
        }
    }

    pub(super) fn postgres(
        transaction: &'c PostgresTransaction<'c>,
        fault: Option<&'c FaultPlan>,
    ) -> Self {
        Self {
            engine: Engine::Postgres(transaction),
            fault,
            failure: None,
            selects: None,
        }
    }

    /// The same for one `SELECT` alone.
    pub(super) fn for_one_select(self) -> Self {
        Self {
            selects: Some(1),
            ..self
        }
    }

    async fn exec(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.admit(sql)?;
        let outcome = match self.engine {
            Engine::Sqlite(connection) => connection.exec(sql, params),
            Engine::Postgres(transaction) => transaction.exec(sql, params).await,
        };
        self.remember(outcome)
    }

    async fn exec_both(
        &mut self,
        first: Statement<'_>,
        second: Statement<'_>,
    ) -> Result<(), StoreError> {
        if let Engine::Postgres(transaction) = self.engine {
            // Each counts for a fault plan, as on SQLite.
            self.admit(first.0)?;
            self.admit(second.0)?;
            let outcome = transaction.exec_both(first, second).await;
            return self.remember(outcome);
        }
        self.exec(first.0, first.1).await?;
        self.exec(second.0, second.1).await.map(drop)
    }

    async fn find<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut first = None;
        self.each(sql, params, |row| {
            if first.is_none() {
                first = Some(map(row)?);
            }
            Ok(())
        })
        .await?;
        Ok(first)
    }

    async fn list<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        self.each(sql, params, |row| {
            all.push(map(row)?);
            Ok(())
        })
        .await?;
        Ok(all)
    }

    /// Reads to the last row: only then has SQLite checked the foreign keys of a `RETURNING`.
    async fn each(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.admit(sql)?;
        let outcome = match self.engine {
            Engine::Sqlite(connection) => connection.each(sql, params, each),
            Engine::Postgres(transaction) => transaction.each(sql, params, each).await,
        };
        self.remember(outcome)
    }

    async fn each_of(
        &mut self,
        statements: &[Statement<'_>],
        mut each: impl FnMut(usize, &Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if let Engine::Postgres(transaction) = self.engine {
            // Each counts for a fault plan, as on SQLite.
            for (sql, _) in statements {
                self.admit(sql)?;
            }
            let outcome = transaction.each_of(statements, each).await;
            return self.remember(outcome);
        }
        for (number, (sql, params)) in statements.iter().enumerate() {
            self.each(sql, params, |row| each(number, row)).await?;
        }
        Ok(())
    }

    /// Refuses statements after a failed one. PostgreSQL does so by itself, SQLite would go on: a job that swallows
    /// an error must not commit half of its work on one engine only.
    fn admit(&mut self, sql: &str) -> Result<(), StoreError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        if let Some(left) = &mut self.selects {
            // Without a transaction around it PostgreSQL would run whatever it is given.
            if !sql.starts_with("SELECT ") {
                return self.remember(Err(StoreError::ReadOnly));
            }
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => {
                    let words = "a second statement where one is a snapshot by itself";
                    return self.remember(Err(StoreError::Other(words.into())));
                }
            }
        }
        if self.fault.is_some_and(FaultPlan::strikes) {
            return self.remember(Err(StoreError::Unavailable));
        }
        Ok(())
    }

    fn remember<T>(&mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &outcome {
            self.failure = Some(error.clone());
        }
        outcome
    }

    /// The answer of the job, unless one of its statements failed: then that, so that a collision is seen as one.
    fn settle<T>(self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failure.map_or(answer, Err)
    }
}
