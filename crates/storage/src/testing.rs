//! Databases for tests: a fresh one each, on both engines, gone when the test ends.

use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::path::PathBuf;
use std::process;

use tokio_postgres::NoTls;

use crate::store::{MIGRATIONS, Migration};
use crate::{Location, Store, StoreError, StoreOptions};

/// The variable that names the PostgreSQL server for tests, as in `postgres://postgres@127.0.0.1:54329`. Its user may
/// create databases.
const SERVER_VARIABLE: &str = "WARIFU_TEST_POSTGRES";

/// Opens one empty store on each engine, with the engine's name for messages.
pub async fn stores() -> [TestStore; 2] {
    [sqlite().await, postgres().await]
}

/// Opens an empty store in a folder of its own.
pub async fn sqlite() -> TestStore {
    sqlite_with(StoreOptions::default()).await
}

/// Opens an empty store in a database of its own.
///
/// # Panics
/// If no PostgreSQL server for tests is named: no test is skipped silently.
pub async fn postgres() -> TestStore {
    postgres_with(StoreOptions {
        pg_connections: 4,
        ..StoreOptions::default()
    })
    .await
}

/// [`sqlite`] with other options.
pub async fn sqlite_with(options: StoreOptions) -> TestStore {
    open(Place::sqlite(), options, MIGRATIONS).await
}

/// [`postgres`] with other options.
pub async fn postgres_with(options: StoreOptions) -> TestStore {
    open(Place::postgres().await, options, MIGRATIONS).await
}

/// A store with the database it lives in; derefs to [`Store`]. The database is removed with it.
pub struct TestStore {
    store: Store,
    place: Place,
}

impl TestStore {
    /// The engine's name, for messages.
    pub fn engine(&self) -> &'static str {
        match self.place.location {
            Location::Sqlite(_) => "sqlite",
            Location::Postgres(_) => "postgres",
        }
    }

    /// Where the database is, to open it once more.
    pub fn location(&self) -> &Location {
        &self.place.location
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

pub(crate) async fn open(
    place: Place,
    options: StoreOptions,
    migrations: &'static [Migration],
) -> TestStore {
    let store = Store::open_with(&place.location, options, migrations)
        .await
        .expect("an empty database opens");
    TestStore { store, place }
}

/// An empty database, removed when dropped.
pub(crate) struct Place {
    pub(crate) location: Location,
    owned: Owned,
}

enum Owned {
    Folder(PathBuf),
    Database { server: String, name: String },
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = std::env::temp_dir().join(unique_name());
        Self {
            location: Location::Sqlite(folder.join("warifu.db")),
            owned: Owned::Folder(folder),
        }
    }

    pub(crate) async fn postgres() -> Self {
        let server = server();
        let name = unique_name();
        // Ordered by a language's rules, as an operator's database may be: nothing of ours may depend on it.
        let create = format!(
            "CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'ja'"
        );
        command(&server, &create)
            .await
            .expect("the test server creates a database");
        let location = Location::Postgres(format!("{server}/{name}"));
        Self {
            location,
            owned: Owned::Database { server, name },
        }
    }

    /// The database file, on SQLite.
    #[cfg(test)]
    pub(crate) fn path(&self) -> &std::path::Path {
        match &self.location {
            Location::Sqlite(path) => path,
            Location::Postgres(_) => panic!("PostgreSQL keeps no file of ours"),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Best effort: what is left over hurts nobody.
        match &self.owned {
            Owned::Folder(folder) => drop(std::fs::remove_dir_all(folder)),
            Owned::Database { server, name } => {
                let (server, sql) = (
                    server.clone(),
                    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
                );
                // A thread of its own, because the test's runtime may be the one that drops us.
                let dropping = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build();
                    runtime.map(|runtime| runtime.block_on(command(&server, &sql)))
                });
                drop(dropping.join());
            }
        }
    }
}

/// Runs one statement on the test server.
async fn command(server: &str, sql: &str) -> Result<(), StoreError> {
    let other = |error: tokio_postgres::Error| StoreError::Other(error.to_string());
    let (client, connection) = tokio_postgres::connect(&format!("{server}/postgres"), NoTls)
        .await
        .map_err(other)?;
    let driver = tokio::spawn(connection);
    let outcome = client.batch_execute(sql).await.map_err(other);
    drop(client);
    drop(driver.await);
    outcome
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration file"
)]
fn server() -> String {
    match std::env::var(SERVER_VARIABLE) {
        Ok(server) => server.trim_end_matches('/').to_owned(),
        Err(_) => panic!("{SERVER_VARIABLE} names no PostgreSQL server: run scripts/test"),
    }
}

/// Tests run in many processes at once, and process ids come back.
fn unique_name() -> String {
    format!(
        "warifu_test_{}_{:016x}",
        process::id(),
        RandomState::new().hash_one(0_u8)
    )
}
