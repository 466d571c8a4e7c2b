//! The embedded engine: one connection to the file, its settings, and what its errors mean to us.
//! Who writes and who reads stands in `writer` and `readers`.

mod readers;
mod writer;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, ErrorCode, OpenFlags, ffi};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

pub(super) use readers::Readers;

use super::StoreOptions;
use super::error::StoreError;
use super::job::Message;
use super::migrate::{self, Migration, SchemaState};
use super::value::{Row, Value};

/// How long a statement waits for another process, such as a backup or the command line.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Between two attempts to turn the log on.
const LOG_PAUSE: Duration = Duration::from_millis(10);

/// Statements kept prepared on each connection: more than we have.
const STATEMENT_CACHE: usize = 256;

/// Opens the file on the writer's thread; returns the readers once its schema is up to date.
pub(super) async fn start(
    path: &Path,
    options: &StoreOptions,
    migrations: &'static [Migration],
    jobs: mpsc::Receiver<Message>,
) -> Result<Readers, StoreError> {
    let (ready, opened) = oneshot::channel();
    let (file, settings) = (path.to_owned(), options.clone());
    std::thread::Builder::new()
        .name("warifu-store".into())
        .spawn(move || {
            let opening = waiting().and_then(|runtime| {
                create(&file)?;
                let connection = SqliteConnection::open(&file, Use::Write)?;
                migrate::sqlite(&connection, migrations)?;
                Ok((connection, runtime))
            });
            match opening {
                Ok((connection, runtime)) => {
                    // Nobody waits for it any more if the opening itself was abandoned; the queue is closed then.
                    let _ = ready.send(Ok(()));
                    writer::run(file, connection, runtime, jobs, &settings);
                }
                Err(error) => drop(ready.send(Err(error))),
            }
        })
        .map_err(|error| StoreError::CannotOpen {
            what: format!("no thread for it: {error}"),
        })?;
    opened.await.unwrap_or(Err(StoreError::Unavailable))?;
    Readers::open(path, options)
}

/// What the writer's thread waits with.
fn waiting() -> Result<Runtime, StoreError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| StoreError::CannotOpen {
            what: format!("no runtime for it: {error}"),
        })
}

/// Looks at the schema of an existing file.
pub(super) fn schema_of(
    path: &Path,
    migrations: &'static [Migration],
) -> Result<SchemaState, StoreError> {
    migrate::sqlite_state(&SqliteConnection::open(path, Use::Read)?, migrations)
}

/// Creates the file for us alone; SQLite gives its companions (`-wal`, `-shm`) the same mode.
fn create(path: &Path) -> Result<(), StoreError> {
    let failed = |what: &Path, error: std::io::Error| StoreError::CannotOpen {
        what: format!("cannot create {}: {error}", what.display()),
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| failed(folder, error))?;
    }
    match fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        // An existing file in a folder we may not write to is reported when it is opened.
        Err(_) if path.exists() => Ok(()),
        Err(error) => Err(failed(path, error)),
    }
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Read,
    Write,
}

/// One connection. Everything on it is synchronous.
pub(super) struct SqliteConnection {
    connection: rusqlite::Connection,
    /// Statements in SQLite's spelling, by address and length of the original: it is `'static`, so these say which
    /// one it is, and they are cheaper to look up than its text.
    spellings: RefCell<HashMap<(usize, usize), Box<str>>>,
}

impl SqliteConnection {
    fn open(path: &Path, purpose: Use) -> Result<Self, StoreError> {
        // One thread at a time uses a connection, so SQLite need not lock it once more.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(|error| {
            StoreError::CannotOpen {
                what: format!("{}: {error}", path.display()),
            }
        })?;
        let opened = Self {
            connection,
            spellings: RefCell::default(),
        };
        opened.configure(purpose).map_err(meaning)?;
        Ok(opened)
    }

    fn configure(&self, purpose: Use) -> rusqlite::Result<()> {
        self.connection.busy_timeout(LOCK_WAIT)?;
        self.connection
            .set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        // Otherwise some statements are planned anew for every value they are given, which takes longer than running them.
        self.connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        if purpose == Use::Write {
            self.turn_log_on()?;
        }
        // FULL: after a power cut, a code that was answered as used must not be usable again (SEC-83).
        // The cache sizes (KiB) and the limit of the log after a burst (bytes) keep a small server small; the writer's is
        // large, since under load nearly every job needs other pages, and it gives it back when it rests.
        // The log is copied into the file when it reaches that limit (4,000 pages): each time costs two flushes, and what was
        // written often meanwhile is copied once.
        self.connection.execute_batch(match purpose {
            Use::Write => {
                "PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON;
                 PRAGMA trusted_schema = OFF;
                 PRAGMA temp_store = MEMORY;
                 PRAGMA cache_size = -32768;
                 PRAGMA wal_autocheckpoint = 4000;
                 PRAGMA journal_size_limit = 16777216;"
            }
            Use::Read => {
                "PRAGMA query_only = ON;
                 PRAGMA trusted_schema = OFF;
                 PRAGMA temp_store = MEMORY;
                 PRAGMA cache_size = -1024;"
            }
        })
    }

    /// Of several that turn on the log of a new file in the same moment, one may hear at once that the file is locked: the timeout
    /// does not count for this statement.
    fn turn_log_on(&self) -> rusqlite::Result<()> {
        let mut waited = Duration::ZERO;
        loop {
            let outcome = self.connection.execute_batch("PRAGMA journal_mode = WAL");
            let is_busy = |error: &rusqlite::Error| {
                error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
            };
            if !outcome.as_ref().is_err_and(is_busy) || waited >= LOCK_WAIT {
                return outcome;
            }
            std::thread::sleep(LOG_PAUSE);
            waited += LOG_PAUSE;
        }
    }

    pub(super) fn exec(&self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let changed = self.prepare(sql, params)?.raw_execute().map_err(meaning)?;
        Ok(changed as u64)
    }

    pub(super) fn each(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.prepare(sql, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(meaning)? {
            each(&Row::Sqlite(row))?;
        }
        Ok(())
    }

    /// Runs several statements of our own that take no parameters, such as a migration.
    pub(super) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(meaning)
    }

    /// Whether a transaction is open. SQLite ends one by itself when the disk is full or broken.
    fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn prepare(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<CachedStatement<'_>, StoreError> {
        let mut spellings = self.spellings.borrow_mut();
        let spelling = spellings
            .entry((sql.as_ptr().addr(), sql.len()))
            .or_insert_with(|| spell(sql));
        let mut statement = self.connection.prepare_cached(spelling).map_err(meaning)?;
        if statement.parameter_count() != params.len() {
            return Err(StoreError::Other(format!(
                "wrong number of parameters for: {sql}"
            )));
        }
        for (index, value) in params.iter().enumerate() {
            statement
                .raw_bind_parameter(index + 1, value)
                .map_err(meaning)?;
        }
        Ok(statement)
    }
}

/// Writes the placeholders `$1` as `?1`: to SQLite, `$1` is a name and is numbered by its first appearance.
fn spell(sql: &str) -> Box<str> {
    let mut spelled = String::with_capacity(sql.len());
    let mut characters = sql.chars().peekable();
    while let Some(character) = characters.next() {
        let is_placeholder =
            character == '$' && characters.peek().is_some_and(char::is_ascii_digit);
        spelled.push(if is_placeholder { '?' } else { character });
    }
    spelled.into()
}

/// Tells SQLite's errors apart. Its messages name tables and columns, never values.
fn meaning(error: rusqlite::Error) -> StoreError {
    let code = match &error {
        rusqlite::Error::SqliteFailure(code, _) => *code,
        rusqlite::Error::SqlInputError { error, .. } => *error,
        _ => return StoreError::Other(format!("SQLite: {error}")),
    };
    match (code.code, code.extended_code) {
        (
            _,
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID,
        ) => StoreError::Conflict,
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => StoreError::Locked,
        (ErrorCode::ReadOnly, _) => StoreError::ReadOnly,
        // The index of the log is written out before it is mapped; that fails where there is no room for it.
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => StoreError::Full,
        (ErrorCode::NotADatabase, _) => StoreError::corrupt("the file is not an SQLite database"),
        (ErrorCode::DatabaseCorrupt, _) => StoreError::corrupt("SQLite finds the file malformed"),
        (ErrorCode::SystemIoFailure | ErrorCode::CannotOpen, _) => {
            tracing::error!(error = %error, "SQLite cannot use its file");
            StoreError::Unavailable
        }
        _ => StoreError::Other(format!("SQLite: {error}")),
    }
}
