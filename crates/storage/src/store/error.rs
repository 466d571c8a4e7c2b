//! What can go wrong in the store. Nothing here ever carries a parameter or a column's content.

/// A fault of the store. `Debug` and `Display` name tables, columns and causes, never values, so they may be
/// logged (SEC-78).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The queue of jobs is full: try again later.
    #[error("too many jobs are waiting for the database")]
    Busy,
    /// Another process holds the SQLite database longer than we wait.
    #[error("the database is locked by another process")]
    Locked,
    /// The database does not answer. A change reported like this may, in the one case of a connection lost during
    /// the commit, have been stored: it must be treated as failed and never be repeated blindly.
    #[error("the database does not answer")]
    Unavailable,
    /// The database refuses changes: a read-only file system, a standby server, or a change inside a read.
    #[error("the database is read-only")]
    ReadOnly,
    /// No space is left where the database lives.
    #[error("no space is left for the database")]
    Full,
    /// Concurrent transactions kept colliding with this one until we stopped running it again.
    #[error("the transaction collided with others too often")]
    Contended,
    /// A uniqueness constraint refused the change.
    #[error("such a row exists already")]
    Conflict,
    /// Stored data is not what this version wrote.
    #[error("the database is damaged: {what}")]
    Corrupt {
        /// What is wrong and where, without its content.
        what: String,
    },
    /// The database cannot be opened at all.
    #[error("cannot open the database: {what}")]
    CannotOpen {
        /// Which database, and why.
        what: String,
    },
    /// A newer version of the program has migrated this database.
    #[error(
        "the database has schema {found}, this program knows schemas up to {known}: install a newer version"
    )]
    NewerSchema {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this program.
        known: i64,
    },
    /// A migration differs from the text that was once applied under its number.
    #[error("migration {version} is not the one that was applied to this database")]
    EditedMigration {
        /// The number of the migration.
        version: i64,
    },
    /// A value is sealed with a key that is not in the key ring.
    #[error("key {key_id} is missing from the key ring")]
    KeyMissing {
        /// The key that would open it.
        key_id: u32,
    },
    /// A sealed value does not open: it was altered, or it belongs to another tenant, purpose or owner (SEC-77).
    #[error("a sealed value does not open where it was found")]
    Sealed,
    /// Anything else; in most cases a defect of ours.
    #[error("{0}")]
    Other(String),
}

impl StoreError {
    /// A row that says what it cannot; `what` names the table and column, never the value.
    pub fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }
}
