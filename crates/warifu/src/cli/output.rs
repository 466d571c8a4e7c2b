//! What commands print: aligned text for people, JSON for programs. What strangers once typed cannot steer the terminal.

use std::io::{self, Write as _};

use jiff::Timestamp;
use serde::Serialize;
use warifu_domain::policy::Policy;
use warifu_domain::time;
use warifu_web::pages::times::Times;

use super::exit::Failure;

/// Whether people or programs read the output.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Form {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Writes to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::unread(),
        _ => Failure::failed(format!("cannot write to standard output: {error}")),
    })
}

/// Writes one line of JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut line = serde_json::to_string(value).expect("views are plain values with names");
    line.push('\n');
    print(&line)
}

/// A table whose columns are as wide as their widest cell on the screen.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Without heads.
    pub(crate) fn bare() -> Self {
        Self { rows: Vec::new() }
    }

    pub(crate) fn new<const N: usize>(heads: [&str; N]) -> Self {
        let mut table = Self::bare();
        table.row(heads.map(str::to_uppercase));
        table
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(|cell| printable(&cell)).into());
    }

    /// Every line begins with `indent` blanks.
    pub(crate) fn text(&self, indent: usize) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = " ".repeat(indent);
            for (cell, wide) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(wide - width(cell) + 2));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Names and values below each other, the values aligned.
pub(crate) fn facts<const N: usize>(facts: [(&str, String); N]) -> String {
    let widest = facts.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    facts
        .iter()
        .map(|(name, value)| {
            let line = format!(
                "{name}{}  {}",
                " ".repeat(widest - width(name)),
                printable(value)
            );
            format!("{}\n", line.trim_end())
        })
        .collect()
}

/// With every character made visible that could move the cursor, colour the screen or turn the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars()
        .flat_map(|c| {
            let (shown, escaped) = if hostile(c) {
                (None, Some(c.escape_unicode()))
            } else {
                (Some(c), None)
            };
            shown.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect()
}

/// Columns on a terminal. Good for what stands in names; a wrong guess costs alignment, nothing else.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' | '\u{200b}'..='\u{200d}' => 0,
            // Hangul Jamo; CJK with its signs, kana and full-width forms; emoji (Unicode Standard Annex 11, W and F).
            '\u{1100}'..='\u{115f}'
            | '\u{2e80}'..='\u{303e}'
            | '\u{3041}'..='\u{a4cf}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe6f}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}'
            | '\u{1f300}'..='\u{1f64f}'
            | '\u{1f900}'..='\u{1f9ff}'
            | '\u{20000}'..='\u{3fffd}' => 2,
            _ => 1,
        })
        .sum()
}

/// A tenant's clock on the wall; UTC where its policy names a zone that this program does not know.
pub(crate) fn times_of(policy: &Policy) -> Times {
    Times::new(&policy.locale.time_zone)
        .or_else(|_| Times::new("UTC"))
        .expect("the bundled time zone database has UTC")
}

/// A time for programs: RFC 3339 in UTC.
pub(crate) fn utc(at: time::Timestamp) -> String {
    // Beyond the calendar (the year 9999) lies only a clock that is wrong; the nearest time there is shows that well enough.
    let at = Timestamp::from_millisecond(at.0);
    at.unwrap_or(Timestamp::MAX).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_on_the_screen() {
        let mut table = Table::new(["name", "role"]);
        table.row(["佐藤 花子".to_owned(), "member".to_owned()]);
        table.row(["Bob".to_owned(), String::new()]);
        table.row(["ｱｲｳ e\u{301}".to_owned(), "x".to_owned()]);
        assert_eq!(
            table.text(1),
            " NAME       ROLE\n 佐藤 花子  member\n Bob\n ｱｲｳ e\u{301}      x\n"
        );
        assert_eq!(
            facts([("name", "x".to_owned()), ("role", String::new())]),
            "name  x\nrole\n"
        );
    }

    #[test]
    fn what_strangers_typed_cannot_steer_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2J\nb\u{202e}c\u{9b}d"),
            "a\\u{1b}[2J\\u{a}b\\u{202e}c\\u{9b}d"
        );
        assert_eq!(printable("山田 太郎"), "山田 太郎");
    }

    #[test]
    fn times_for_programs_are_utc() {
        assert_eq!(
            utc(time::Timestamp(1_795_255_452_120)),
            "2026-11-21T10:04:12.12Z"
        );
        assert_eq!(
            utc(time::Timestamp(i64::MAX)),
            utc(time::Timestamp(i64::MAX - 1))
        );
    }
}
