//! What the migrations say, for tests that walk along it: a table or column that nobody thought of is found there.

use crate::store::MIGRATIONS;

/// Every migration, one behind the other.
pub(crate) fn text() -> String {
    MIGRATIONS.iter().map(|migration| migration.sql).collect()
}

/// Every column: its table, its name, its type as it is written.
pub(crate) fn columns() -> Vec<(String, String, String)> {
    let mut table = String::new();
    let mut columns = Vec::new();
    for line in text().lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (name, kind) = match words.as_slice() {
            ["CREATE", "TABLE", name, ..] => {
                table = (*name).to_owned();
                continue;
            }
            ["ALTER", "TABLE", name, "ADD", "COLUMN", column, kind, ..] => {
                table = (*name).to_owned();
                (column, kind)
            }
            [column, kind, ..] => (column, kind),
            _ => continue,
        };
        columns.push((table.clone(), (*name).to_owned(), (*kind).to_owned()));
    }
    columns
}
