//! Importing people with password hashes against a bare bulk insert of the rows that the import leaves.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection, params_from_iter, types::Value};
use sha2::{Digest as _, Sha256};
use warifu_flows::By;
use warifu_flows::manage_users::{self, Existing, FirstPassword, Stage};

use crate::measure::{Stopwatch, median_of, thousands};
use crate::postgres::Postgres;
use crate::process::output_of;
use crate::report::{Bound, Section, Unit, Verdict};
use crate::site::{Database, SLUG, Site};

/// Every table in which an import leaves rows that stay.
const TABLES: [&str; 3] = ["person", "person_word", "audit_event"];

/// One pair.
struct Run {
    /// Reading, checking, keeping and writing the file, in seconds.
    import: f64,
    /// The same rows through the database's own way of taking many, in seconds.
    bare: f64,
}

/// Imports `people` into a fresh database, `pairs` times on each engine.
pub(crate) fn run(scratch: &Path, people: usize, pairs: usize) -> Result<Vec<Section>> {
    let file = write_file(people);
    let mut sections = Vec::new();
    let mut runs = Vec::new();
    for pair in 0..pairs {
        let folder = |name: &str| scratch.join(format!("import-{name}-{pair}"));
        let site = Site::create(folder("sqlite"), Database::Sqlite)?;
        let import = import(&site, &file, people)?;
        let bare = Site::create(folder("bare"), Database::Sqlite)?;
        let bare = insert_into_sqlite(&site.database_file(), &bare.database_file())?;
        runs.push(noted(Run { import, bare }, people));
    }
    sections.push(section("Import on SQLite", people, &file, &runs));
    let postgres = Postgres::start(&scratch.join("import-postgres"))?;
    runs.clear();
    for pair in 0..pairs {
        let create = |name: &str| {
            let name = format!("{name}{pair}");
            let url = postgres.database(&name)?;
            let site = Site::create(scratch.join(&name), Database::Postgres(url.clone()))?;
            Ok::<_, anyhow::Error>((site, url))
        };
        let (site, imported) = create("imported")?;
        let import = import(&site, &file, people)?;
        let (_, bare) = create("bare")?;
        let bare = copy_into_postgres(&postgres, scratch, &imported, &bare)?;
        runs.push(noted(Run { import, bare }, people));
    }
    sections.push(section("Import on PostgreSQL", people, &file, &runs));
    Ok(sections)
}

/// Imports a few people; only the outcome is looked at.
pub(crate) fn verify(scratch: &Path, people: usize) -> Result<()> {
    let site = Site::create(scratch.join("import-smoke"), Database::Sqlite)?;
    import(&site, &write_file(people), people).map(drop)
}

fn noted(run: Run, people: usize) -> Run {
    eprintln!(
        "{} people/s, bare {} rows' people/s",
        thousands(people as f64 / run.import),
        thousands(people as f64 / run.bare)
    );
    run
}

/// A file as another system would give it away: every person with a name, an address and a bcrypt hash of the own.
fn write_file(people: usize) -> String {
    let mut file = String::from("login,name,email,password_hash\n");
    for number in 0..people {
        let login = format!("taro.yamada{number:06}");
        let mut characters = Sha256::digest(number.to_be_bytes())
            .iter()
            .copied()
            .chain(Sha256::digest(login.as_bytes()).iter().copied())
            .map(|byte| char::from(b'a' + byte % 26))
            .collect::<String>();
        characters.truncate(51);
        let (salt, digest) = characters.split_at(21);
        writeln!(
            file,
            "{login},山田太郎,{login}@example.jp,$2b$12${salt}O{digest}e"
        )
        .expect("a String takes all");
    }
    file
}

/// The whole way of a file; seconds.
fn import(site: &Site, file: &str, people: usize) -> Result<f64> {
    let mut seconds = f64::NAN;
    site.in_process(async |ctx| {
        let tenant = ctx.tenant(SLUG).await?.context("the site has its tenant")?;
        let by = By::command_line();
        let watch = Stopwatch::start();
        let existing = Existing::Refuse;
        let id =
            manage_users::prepare_import(&ctx, &tenant, &by, file.as_bytes(), existing).await?;
        let first = FirstPassword::Later;
        manage_users::begin_import(&ctx, &tenant, &by, id, first).await?;
        manage_users::run_import(&ctx, &tenant, &by, id).await?;
        seconds = watch.seconds();
        let done = manage_users::show_import(&ctx, &tenant, &by, id, 0).await?;
        let done = done.context("the import is there")?;
        let added = usize::try_from(done.tally.added)?;
        ensure!(
            done.stage == Stage::Done && added == people,
            "void: {added} of {people} people were added"
        );
        Ok(ctx)
    })?;
    Ok(seconds)
}

/// Puts the rows of one database into another, in one transaction of prepared statements; seconds for the writing.
fn insert_into_sqlite(from: &Path, to: &Path) -> Result<f64> {
    let from = Connection::open(from)?;
    let mut tables: Vec<(String, Vec<Vec<Value>>)> = Vec::new();
    for table in TABLES {
        let mut statement = from.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..columns).map(|column| row.get(column)).collect()
        })?;
        let places = vec!["?"; columns].join(", ");
        let insert = format!("INSERT INTO {table} VALUES ({places})");
        tables.push((insert, rows.collect::<Result<_, _>>()?));
    }
    let mut to = Connection::open(to)?;
    to.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    let watch = Stopwatch::start();
    let transaction = to.transaction()?;
    for (insert, rows) in &tables {
        let mut statement = transaction.prepare(insert)?;
        for row in rows {
            statement.execute(params_from_iter(row))?;
        }
    }
    transaction.commit()?;
    Ok(watch.seconds())
}

/// Puts the rows of one database into another with `COPY`, in one transaction; seconds for the writing.
fn copy_into_postgres(postgres: &Postgres, scratch: &Path, from: &str, to: &str) -> Result<f64> {
    let file = |table: &str| scratch.join(format!("{table}.copy")).display().to_string();
    let shell = |url: &str, direction: &str| {
        let mut psql = postgres.psql_command(url);
        psql.arg("-1");
        for table in TABLES {
            let command = format!("\\copy {table} {direction} '{}'", file(table));
            psql.args(["-c", &command]);
        }
        output_of(&mut psql)
    };
    shell(from, "TO")?;
    let watch = Stopwatch::start();
    shell(to, "FROM")?;
    Ok(watch.seconds())
}

fn section(title: &'static str, people: usize, file: &str, runs: &[Run]) -> Section {
    let rate = median_of(runs, |run| people as f64 / run.import);
    let bare = median_of(runs, |run| people as f64 / run.bare);
    let ratio = median_of(runs, |run| run.import / run.bare);
    let per_second = |what: &str, found: f64, least: f64| Verdict {
        what: format!("{what}, to {} people a second", thousands(least)),
        found: found / least,
        bound: Bound::AtLeast(1.0),
        unit: Unit::Times,
    };
    Section {
        title,
        text: vec![format!(
            "A file of {} people ({:.1} MB), each with a name, a mail address and a bcrypt hash, from its bytes to the last commit: read, \
             checked against who is there, kept sealed in parts, written with an audit event for each person. Held against \
             the rows that this leaves ({}), put into a fresh database of the same schema in one transaction: by prepared statements on SQLite, \
             by `COPY` on PostgreSQL. Medians of {} pairs. Nothing is hashed: that is done at each person's first login.",
            thousands(people as f64),
            file.len() as f64 / 1e6,
            TABLES.map(|table| format!("`{table}`")).join(", "),
            runs.len()
        )],
        table: [
            ["", "people a second"],
            ["import", &thousands(rate)],
            ["bare insert", &thousands(bare)],
        ]
        .map(|row| row.map(str::to_owned).to_vec())
        .to_vec(),
        verdicts: vec![
            per_second("import (floor)", rate, 5_000.0),
            per_second("import (goal)", rate, 20_000.0),
            Verdict {
                what: "import, to the bare insert".into(),
                found: ratio,
                bound: Bound::AtMost(3.0),
                unit: Unit::Times,
            },
        ],
    }
}
