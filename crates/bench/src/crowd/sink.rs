//! Rows into a table, as fast as the engine takes them: prepared statements without a journal, or `COPY`.

use std::io::{BufWriter, Write as _};
use std::process::{Child, ChildStdin, Stdio};

use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::postgres::Postgres;

/// Where rows go.
pub(crate) enum Target<'a> {
    /// A database that nobody else has open.
    Sqlite(Connection),
    /// A server, and a database's URL.
    Postgres(&'a Postgres, String),
}

/// One value of a row.
#[derive(Clone)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl rusqlite::ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl Target<'_> {
    /// Opens a SQLite file to be filled.
    pub(crate) fn sqlite(file: &std::path::Path) -> Result<Self> {
        let connection = Connection::open(file)?;
        // A run that is broken off leaves nothing that anybody needs. The server sets its own again.
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000; PRAGMA locking_mode = EXCLUSIVE;",
        )?;
        Ok(Self::Sqlite(connection))
    }

    /// What an engine does by itself in time.
    pub(super) fn settle(&self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(postgres, url) => postgres.psql(url, "VACUUM ANALYZE").map(drop),
        }
    }
}

/// A table that is being filled.
pub(super) enum Sink<'t> {
    Sqlite(&'t Connection, rusqlite::Statement<'t>),
    Postgres(Child, BufWriter<ChildStdin>),
}

impl<'t> Sink<'t> {
    pub(super) fn open(target: &'t Target<'_>, table: &str, columns: &str) -> Result<Self> {
        match target {
            Target::Sqlite(connection) => {
                connection.execute_batch("BEGIN")?;
                let places = vec!["?"; columns.split(',').count()].join(", ");
                let insert = format!("INSERT INTO {table} ({columns}) VALUES ({places})");
                Ok(Self::Sqlite(connection, connection.prepare(&insert)?))
            }
            Target::Postgres(postgres, url) => {
                let mut psql = postgres.psql_command(url);
                psql.args(["-c", &format!("COPY {table} ({columns}) FROM STDIN")]);
                let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
                let stdin = child.stdin.take().context("psql reads")?;
                Ok(Self::Postgres(
                    child,
                    BufWriter::with_capacity(1 << 16, stdin),
                ))
            }
        }
    }

    pub(super) fn row(&mut self, row: &[Cell]) -> Result<()> {
        match self {
            Self::Sqlite(_, insert) => {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
            Self::Postgres(_, to) => {
                for (number, cell) in row.iter().enumerate() {
                    if number > 0 {
                        to.write_all(b"\t")?;
                    }
                    match cell {
                        Cell::Null => to.write_all(b"\\N")?,
                        Cell::Int(value) => write!(to, "{value}")?,
                        // None of ours holds a sign that COPY would read otherwise.
                        Cell::Text(value) => to.write_all(value.as_bytes())?,
                        Cell::Bytes(value) => {
                            to.write_all(b"\\\\x")?;
                            for byte in value {
                                write!(to, "{byte:02x}")?;
                            }
                        }
                    }
                }
                to.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    pub(super) fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(connection, insert) => {
                drop(insert);
                Ok(connection.execute_batch("COMMIT")?)
            }
            Self::Postgres(mut child, to) => {
                drop(
                    to.into_inner()
                        .map_err(std::io::IntoInnerError::into_error)?,
                );
                ensure!(child.wait()?.success(), "psql did not take the rows");
                Ok(())
            }
        }
    }
}
