//! The schema: numbered files, each applied once and as a whole, forward only.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::error::StoreError;
use super::postgres::meaning;
use super::sqlite::SqliteConnection;
use super::value::Row;

/// All migrations of this version, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: include_str!("../../migrations/0001_initial.sql"),
    },
    Migration {
        version: 2,
        sql: include_str!("../../migrations/0002_console.sql"),
    },
    Migration {
        version: 3,
        sql: include_str!("../../migrations/0003_mail.sql"),
    },
];

/// One numbered file of `migrations/`, the same for both engines but for what [`Migration::for_postgres`] changes.
pub(crate) struct Migration {
    /// Counts from 1 without gaps.
    pub(crate) version: i64,
    /// Never changed once released.
    pub(crate) sql: &'static str,
}

/// How often nodes may get into each other's way before we give up; each time at least one of them gets ahead.
const COLLISIONS: usize = 20;
const COLLISION_PAUSE: Duration = Duration::from_millis(100);

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    version BIGINT NOT NULL PRIMARY KEY,
    checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL
)";
const LIST: &str = "SELECT version, checksum FROM schema_migration ORDER BY version";
const CLAIM: &str =
    "INSERT INTO schema_migration (version, checksum, applied_at) VALUES ($1, $2, $3)
    ON CONFLICT (version) DO NOTHING";

impl Migration {
    /// SHA-256 of the text, in hexadecimal.
    fn checksum(&self) -> String {
        data_encoding::HEXLOWER.encode(&Sha256::digest(self.sql))
    }

    /// The text for PostgreSQL: without `WITHOUT ROWID`, which saves SQLite a second tree, and with text that is ordered by
    /// its bytes, as on SQLite. Otherwise the database's own language would decide in which order a list is paged.
    fn for_postgres(&self) -> String {
        self.sql
            .replace(" WITHOUT ROWID", "")
            .replace(" TEXT", " TEXT COLLATE \"C\"")
    }
}

/// Which migrations are missing from a database that has `applied` (version and checksum, in order).
fn missing(
    applied: &[(i64, String)],
    migrations: &'static [Migration],
) -> Result<&'static [Migration], StoreError> {
    let known = migrations.last().map_or(0, |migration| migration.version);
    if let Some((found, _)) = applied.last().filter(|(version, _)| *version > known) {
        return Err(StoreError::NewerSchema {
            found: *found,
            known,
        });
    }
    for (migration, (version, checksum)) in migrations.iter().zip(applied) {
        if migration.version != *version || migration.checksum() != *checksum {
            return Err(StoreError::EditedMigration { version: *version });
        }
    }
    Ok(migrations.get(applied.len()..).unwrap_or_default())
}

/// How a database's schema compares with this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// There is none: nothing of ours was ever stored here.
    Empty,
    /// The one this program knows.
    Current(i64),
    /// An older one; opening the database brings it up to date.
    Older {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this program.
        known: i64,
    },
}

/// Compares what was applied with what we know.
fn state(
    applied: &[(i64, String)],
    migrations: &'static [Migration],
) -> Result<SchemaState, StoreError> {
    let missing = missing(applied, migrations)?;
    let found = applied.last().map_or(0, |(version, _)| *version);
    Ok(match (applied.is_empty(), missing.last()) {
        (true, _) => SchemaState::Empty,
        (false, None) => SchemaState::Current(found),
        (false, Some(last)) => SchemaState::Older {
            found,
            known: last.version,
        },
    })
}

/// Looks without changing anything.
pub(super) fn sqlite_state(
    connection: &SqliteConnection,
    migrations: &'static [Migration],
) -> Result<SchemaState, StoreError> {
    let mut is_there = false;
    connection.each(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'",
        &[],
        |_| {
            is_there = true;
            Ok(())
        },
    )?;
    let mut applied = Vec::new();
    if is_there {
        connection.each(LIST, &[], |row| {
            applied.push((row.int(0)?, row.text(1)?));
            Ok(())
        })?;
    }
    state(&applied, migrations)
}

/// Looks without changing anything.
pub(super) async fn postgres_state(
    client: &Client,
    migrations: &'static [Migration],
) -> Result<SchemaState, StoreError> {
    match client.query(LIST, &[]).await {
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(SchemaState::Empty),
        rows => state(&read_applied(&rows.map_err(meaning)?)?, migrations),
    }
}

/// Applies what is missing, in one transaction: of several processes one migrates and the others wait for it.
pub(super) fn sqlite(
    connection: &SqliteConnection,
    migrations: &'static [Migration],
) -> Result<(), StoreError> {
    connection.batch("BEGIN IMMEDIATE")?;
    match sqlite_steps(connection, migrations) {
        Ok(()) => connection.batch("COMMIT"),
        Err(error) => {
            // Closing the connection would do the same; the first error is the one to report.
            let _ = connection.batch("ROLLBACK");
            Err(error)
        }
    }
}

fn sqlite_steps(
    connection: &SqliteConnection,
    migrations: &'static [Migration],
) -> Result<(), StoreError> {
    connection.batch(CREATE_TABLE)?;
    let mut applied = Vec::new();
    connection.each(LIST, &[], |row| {
        applied.push((row.int(0)?, row.text(1)?));
        Ok(())
    })?;
    for migration in missing(&applied, migrations)? {
        let checksum = migration.checksum();
        connection.exec(
            CLAIM,
            &[
                migration.version.into(),
                (&checksum).into(),
                unix_milliseconds().into(),
            ],
        )?;
        connection
            .batch(migration.sql)
            .map_err(|error| failed(migration, error))?;
    }
    Ok(())
}

/// Applies what is missing, each migration in a transaction that first claims its number: a node that starts at the
/// same time waits at the claim and then finds it taken, without any lock that PostgreSQL's relatives lack.
pub(super) async fn postgres(
    client: &mut Client,
    migrations: &'static [Migration],
) -> Result<(), StoreError> {
    for _ in 0..COLLISIONS {
        match postgres_steps(client, migrations).await {
            // Two nodes created the same thing in the same moment: look again what is there.
            Err(StoreError::Conflict | StoreError::Contended) => {
                tokio::time::sleep(COLLISION_PAUSE).await
            }
            outcome => return outcome,
        }
    }
    postgres_steps(client, migrations).await
}

async fn postgres_steps(
    client: &mut Client,
    migrations: &'static [Migration],
) -> Result<(), StoreError> {
    loop {
        let applied = postgres_applied(client).await?;
        let Some(migration) = missing(&applied, migrations)?.first() else {
            return Ok(());
        };
        let transaction = client.transaction().await.map_err(meaning)?;
        // An index on a large table takes its time, and so does waiting for the node that builds it.
        transaction
            .batch_execute("SET LOCAL statement_timeout = '1h'")
            .await
            .map_err(meaning)?;
        let claim = transaction
            .execute(
                CLAIM,
                &[
                    &migration.version,
                    &migration.checksum(),
                    &unix_milliseconds(),
                ],
            )
            .await
            .map_err(meaning)?;
        if claim == 1 {
            transaction
                .batch_execute(&migration.for_postgres())
                .await
                .map_err(|error| failed(migration, meaning(error)))?;
        }
        transaction.commit().await.map_err(meaning)?;
    }
}

async fn postgres_applied(client: &Client) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = match client.query(LIST, &[]).await {
        // Only asked for when it is missing: creating, even "if not exists", is a right the server's role need not
        // keep after the installation.
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => {
            client
                .batch_execute(CREATE_TABLE)
                .await
                .map_err(created_elsewhere)?;
            Vec::new()
        }
        rows => rows.map_err(meaning)?,
    };
    read_applied(&rows)
}

/// "If not exists" looks before it creates: of two nodes that create in one moment, one hears that the table, or the row type
/// that comes with it, exists.
fn created_elsewhere(error: tokio_postgres::Error) -> StoreError {
    match error.code() {
        Some(&SqlState::DUPLICATE_TABLE | &SqlState::DUPLICATE_OBJECT) => StoreError::Conflict,
        _ => meaning(error),
    }
}

fn read_applied(rows: &[tokio_postgres::Row]) -> Result<Vec<(i64, String)>, StoreError> {
    rows.iter()
        .map(Row::Postgres)
        .map(|row| Ok((row.int(0)?, row.text(1)?)))
        .collect()
}

fn failed(migration: &Migration, error: StoreError) -> StoreError {
    tracing::error!(version = migration.version, %error, "a migration failed");
    error
}

/// Only noted for people who look into the table; nothing is decided by it.
#[expect(
    clippy::disallowed_methods,
    reason = "no job runs yet that could carry the caller's clock"
)]
fn unix_milliseconds() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
