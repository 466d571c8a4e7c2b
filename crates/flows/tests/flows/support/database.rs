//! The database as a thief, or a clumsy operator, sees it: its rows, its bytes, and a way to change them.

use std::{collections::BTreeMap, fs, path::Path};

use data_encoding::HEXLOWER;
use rusqlite::types::ValueRef;
use tokio_postgres::{NoTls, SimpleQueryMessage};
use warifu_storage::Location;

/// Every row of every table, as text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Dump {
    tables: BTreeMap<String, Vec<String>>,
}

impl Dump {
    /// The rows of a table, in no particular order.
    pub(crate) fn table(&self, name: &str) -> &[String] {
        self.tables.get(name).expect("there is such a table")
    }
}

/// Runs a statement beside the server.
pub(crate) async fn execute(location: &Location, sql: &str) {
    match location {
        Location::Sqlite(path) => sqlite(path).execute_batch(sql).unwrap(),
        Location::Postgres(url) => postgres(url).await.batch_execute(sql).await.unwrap(),
    }
}

/// The rows of a query, each cell as text.
pub(crate) async fn query(location: &Location, sql: &str) -> Vec<Vec<String>> {
    match location {
        Location::Sqlite(path) => {
            let connection = sqlite(path);
            let mut statement = connection.prepare(sql).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            let mut found = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                let cells = (0..columns).map(|column| text(row.get_ref(column).unwrap()));
                found.push(cells.collect());
            }
            found
        }
        Location::Postgres(url) => {
            let messages = postgres(url).await.simple_query(sql).await.unwrap();
            let rows = messages.into_iter().filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row),
                _ => None,
            });
            rows.map(|row| {
                let cells = (0..row.len()).map(|column| row.get(column).unwrap_or("NULL"));
                cells.map(str::to_owned).collect()
            })
            .collect()
        }
    }
}

/// As PostgreSQL writes it.
fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
        ValueRef::Blob(bytes) => format!("\\x{}", HEXLOWER.encode(bytes)),
    }
}

/// The names of all tables.
async fn tables(location: &Location) -> Vec<String> {
    let sql = match location {
        Location::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Location::Postgres(_) => {
            "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        }
    };
    query(location, sql).await.concat()
}

/// Every row of every table.
pub(crate) async fn dump(location: &Location) -> Dump {
    let mut all = BTreeMap::new();
    for table in tables(location).await {
        let rows = query(location, &format!("SELECT * FROM {table}")).await;
        let mut rows: Vec<String> = rows.iter().map(|row| row.join("|")).collect();
        rows.sort();
        all.insert(table, rows);
    }
    Dump { tables: all }
}

/// Everything a thief of the disk or of a backup gets: the database file with its log, or a copy of every table.
pub(crate) async fn bytes(location: &Location) -> Vec<u8> {
    match location {
        Location::Sqlite(path) => {
            let folder = path.parent().unwrap();
            let files = fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path());
            files.flat_map(|file| fs::read(file).unwrap()).collect()
        }
        Location::Postgres(_) => {
            let mut all = Vec::new();
            for table in tables(location).await {
                for cell in query(location, &format!("SELECT * FROM {table}"))
                    .await
                    .concat()
                {
                    match cell.strip_prefix("\\x") {
                        Some(hex) => all.extend(HEXLOWER.decode(hex.as_bytes()).unwrap()),
                        None => all.extend(cell.into_bytes()),
                    }
                    all.push(0);
                }
            }
            all
        }
    }
}

fn sqlite(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .busy_timeout(std::time::Duration::from_secs(5))
        .unwrap();
    connection
}

async fn postgres(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
