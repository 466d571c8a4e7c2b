//! The database as a thief, or a clumsy operator, sees it: its rows, its bytes, and a way to change them.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use data_encoding::HEXLOWER;
use rusqlite::types::ValueRef;
use tokio_postgres::{NoTls, SimpleQueryMessage};
use warifu_storage::{Location, testing::TestStore};

/// Every row of every table, as text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Dump {
    tables: BTreeMap<&'static str, Vec<String>>,
}

impl Dump {
    /// The rows of a table, sorted.
    pub(crate) fn table(&self, name: &str) -> &[String] {
        self.tables.get(name).expect("there is such a table")
    }
}

/// Every table that belongs to tenants.
pub(crate) const TABLES: [&str; 24] = [
    "person",
    "totp",
    "backup_code_set",
    "login_attempt",
    "browser_session",
    "throttle",
    "audit_event",
    "audit_head",
    "outbox",
    "mail_window",
    "mail_refusal",
    "mail_kick",
    "gate_key",
    "helpdesk_code",
    "person_group",
    "person_word",
    "person_address",
    "familiar",
    "private_address",
    "emailed_code",
    "pairing",
    "reminder",
    "reminder_round",
    "audit_base",
];

/// A connection beside the server.
pub(crate) struct Database {
    connection: Connection,
    /// Keeps the database until the connection is gone.
    place: Arc<TestStore>,
}

enum Connection {
    Sqlite(Mutex<rusqlite::Connection>),
    Postgres(tokio_postgres::Client),
}

impl Database {
    pub(crate) async fn open(place: Arc<TestStore>) -> Self {
        let connection = match place.location() {
            Location::Sqlite(path) => Connection::Sqlite(Mutex::new(sqlite(path))),
            Location::Postgres(url) => Connection::Postgres(postgres(url).await),
        };
        Self { connection, place }
    }

    /// Runs statements.
    pub(crate) async fn execute(&self, sql: &str) {
        match &self.connection {
            Connection::Sqlite(connection) => {
                connection.lock().unwrap().execute_batch(sql).unwrap();
            }
            Connection::Postgres(client) => client.batch_execute(sql).await.unwrap(),
        }
    }

    /// Keeps everybody else from writing, until [`Self::let_write`]; whoever reads goes on.
    pub(crate) async fn hold_writes(&self) {
        let locked = TABLES.join(", ");
        match &self.connection {
            Connection::Sqlite(_) => self.execute("BEGIN IMMEDIATE").await,
            Connection::Postgres(_) => {
                let lock = format!("BEGIN; LOCK TABLE {locked} IN SHARE ROW EXCLUSIVE MODE");
                self.execute(&lock).await;
            }
        }
    }

    /// Ends [`Self::hold_writes`].
    pub(crate) async fn let_write(&self) {
        self.execute("COMMIT").await;
    }

    /// The rows of a query, each cell as text.
    pub(crate) async fn query(&self, sql: &str) -> Vec<Vec<String>> {
        match &self.connection {
            Connection::Sqlite(connection) => {
                let connection = connection.lock().unwrap();
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
            Connection::Postgres(client) => {
                let messages = client.simple_query(sql).await.unwrap();
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

    /// Bytes as this engine writes them in a statement.
    pub(crate) fn bytes_literal(&self, bytes: &[u8]) -> String {
        let hex = HEXLOWER.encode(bytes);
        match &self.connection {
            Connection::Sqlite(_) => format!("x'{hex}'"),
            Connection::Postgres(_) => format!("'\\x{hex}'"),
        }
    }

    /// Every row of a tenant.
    pub(crate) async fn dump(&self, tenant: i64) -> Dump {
        let mut tables = BTreeMap::new();
        for table in TABLES {
            let sql = format!("SELECT * FROM {table} WHERE tenant_id = {tenant}");
            let rows = self.query(&sql).await;
            let mut rows: Vec<String> = rows.iter().map(|row| row.join("|")).collect();
            rows.sort();
            tables.insert(table, rows);
        }
        Dump { tables }
    }

    /// Everything a thief of the disk or of a backup gets: the database file with its log, or a copy of every table.
    pub(crate) async fn bytes(&self) -> Vec<u8> {
        if let Location::Sqlite(path) = self.place.location() {
            let folder = fs::read_dir(path.parent().unwrap()).unwrap();
            let files = folder.map(|entry| entry.unwrap().path());
            return files.flat_map(|file| fs::read(file).unwrap()).collect();
        }
        let mut all = Vec::new();
        for table in TABLES.iter().chain(&["tenant"]) {
            let cells = self.query(&format!("SELECT * FROM {table}")).await.concat();
            for cell in cells {
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
