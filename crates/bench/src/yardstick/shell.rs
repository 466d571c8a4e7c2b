//! A query typed into the database's own shell, with the shell's own timer; rows go nowhere.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::measure::median;
use crate::postgres::Postgres;

/// A shell on a database.
pub(crate) enum Shell<'a> {
    /// `sqlite3` on a file.
    Sqlite(PathBuf),
    /// `psql` on a database of a server.
    Postgres(&'a Postgres, &'a str),
}

impl Shell<'_> {
    /// The time of all statements together in milliseconds: the median of `times` turns.
    pub(crate) fn milliseconds(&self, statements: &[String], times: usize) -> Result<f64> {
        let (mut command, opening, mark) = match self {
            Self::Sqlite(file) => {
                let mut command = Command::new("sqlite3");
                command.arg("-readonly").arg(file);
                (command, ".output /dev/null\n.timer on\n", "Run Time: real")
            }
            Self::Postgres(postgres, url) => (
                postgres.psql_command(url),
                "\\o /dev/null\n\\timing on\n",
                "Time:",
            ),
        };
        let mut script = opening.to_owned();
        for statement in statements.iter().cycle().take(statements.len() * times) {
            script.push_str(statement);
            script.push_str(";\n");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("no shell of the database")?;
        let mut stdin = child.stdin.take().context("a shell reads")?;
        let typing = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
        let output = child.wait_with_output()?;
        drop(typing.join());
        let printed = String::from_utf8_lossy(&output.stdout);
        let found: Vec<f64> = printed
            .lines()
            .filter_map(|line| line.strip_prefix(mark))
            .filter_map(|line| self.read(line))
            .collect();
        ensure!(
            output.status.success() && found.len() == statements.len() * times,
            "the shell said {printed}"
        );
        Ok(median(
            found.chunks(statements.len()).map(|turn| turn.iter().sum()),
        ))
    }

    fn read(&self, line: &str) -> Option<f64> {
        let mut words = line.split_whitespace();
        match self {
            // Of the time that passed it prints three digits, of the processor's six: nobody waits for anything here.
            Self::Sqlite(_) => {
                let number = |word: Option<&str>| word?.parse::<f64>().ok();
                let (user, system) = (number(words.nth(2)), number(words.nth(1)));
                Some((user? + system?) * 1000.0)
            }
            Self::Postgres(..) => words.next()?.parse().ok(),
        }
    }
}
