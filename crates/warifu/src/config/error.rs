//! What is wrong with a configuration, where, and how to mend it.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::Utf8Error;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::REFERENCE;

/// One mistake in a configuration file. Shown as `file:line:column: field: problem`, and how to mend it on the next line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigError {
    pub(super) file: PathBuf,
    /// Line and column, both from 1, the column in characters; none if the file could not be read at all.
    pub(super) place: Option<(usize, usize)>,
    /// Dotted, as `server.listen`; empty where no field is meant.
    pub(super) field: String,
    pub(super) problem: String,
    pub(super) mend: String,
}

impl ConfigError {
    pub(super) fn unreadable(file: &Path, error: &io::Error) -> Self {
        let mend = match error.kind() {
            io::ErrorKind::NotFound => {
                "name another file with --config or WARIFU_CONFIG; `warifu init` writes a new one"
            }
            io::ErrorKind::PermissionDenied => "let the user that Warifu runs as read it",
            _ => "",
        };
        Self {
            file: file.to_owned(),
            place: None,
            field: String::new(),
            problem: format!("cannot be read: {error}"),
            mend: mend.to_owned(),
        }
    }

    pub(super) fn not_utf8(file: &Path, bytes: &[u8], error: &Utf8Error) -> Self {
        let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        Self {
            file: file.to_owned(),
            place: Some(place(&good, good.len())),
            field: String::new(),
            problem: "this is not UTF-8".to_owned(),
            mend: "save the file as UTF-8".to_owned(),
        }
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.problem)?;
        if !self.mend.is_empty() {
            write!(f, "\n  {}", self.mend)?;
        }
        Ok(())
    }
}

/// The text of a configuration, to find places in.
pub(super) struct Source<'a> {
    text: &'a str,
    file: &'a Path,
    /// As much of the text as could be understood.
    table: Spanned<DeTable<'a>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, file: &'a Path) -> Self {
        let (table, _) = DeTable::parse_recoverable(text);
        Self { text, file, table }
    }

    /// Whether the file says anything about `field`.
    pub(super) fn mentions(&self, field: &str) -> bool {
        span_of(self.table.get_ref(), field).is_some()
    }

    /// The error of a rule of ours, about `field`.
    pub(super) fn error(&self, field: &str, problem: &str, mend: &str) -> ConfigError {
        let start = span_of(self.table.get_ref(), field).map_or(0, |span| span.start);
        ConfigError {
            file: self.file.to_owned(),
            place: Some(place(self.text, start)),
            field: field.to_owned(),
            problem: problem.to_owned(),
            mend: mend.to_owned(),
        }
    }

    /// What the TOML reader found, in our words where we have better ones.
    pub(super) fn rejected(&self, error: &toml::de::Error) -> ConfigError {
        let start = error.span().map_or(self.text.len(), |span| span.start);
        let mut field = field_at(self.table.get_ref(), start).unwrap_or_default();
        let message = error.message();
        let (problem, mend) = if let Some(rest) = message.strip_prefix("unknown field ") {
            ("there is no such setting".to_owned(), name_known(rest))
        } else if let Some(rest) = message.strip_prefix("missing field ") {
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(rest.trim_matches('`'));
            ("it is missing".to_owned(), example(&field))
        } else {
            (message.to_owned(), example(&field))
        };
        ConfigError {
            file: self.file.to_owned(),
            place: Some(place(self.text, start)),
            field,
            problem,
            mend,
        }
    }
}

/// Line and column of a byte.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(byte)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// The deepest setting whose name or value covers the byte.
fn field_at(table: &DeTable<'_>, byte: usize) -> Option<String> {
    let covers = |span: Range<usize>| span.start <= byte && byte < span.end.max(span.start + 1);
    table.iter().find_map(|(key, value)| {
        let inner = match value.get_ref() {
            DeValue::Table(inner) => field_at(inner, byte),
            // The section of that number, from 1.
            DeValue::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
                let inner = field_at(item.get_ref().as_table()?, byte)?;
                Some(format!("{}.{inner}", index + 1))
            }),
            _ => None,
        };
        if let Some(inner) = inner {
            return Some(format!("{}.{inner}", key.get_ref()));
        }
        (covers(key.span()) || covers(value.span())).then(|| key.get_ref().to_string())
    })
}

/// Where a setting's value stands; for a table its name.
fn span_of(table: &DeTable<'_>, field: &str) -> Option<Range<usize>> {
    let (name, rest) = match field.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (field, None),
    };
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
    match (value.get_ref(), rest) {
        (DeValue::Table(inner), Some(rest)) => span_of(inner, rest),
        (DeValue::Table(_), None) => Some(key.span()),
        // The section of that number, from 1.
        (DeValue::Array(items), Some(rest)) => {
            let (number, rest) = rest.split_once('.')?;
            let item = items.get(number.parse::<usize>().ok()?.checked_sub(1)?)?;
            match item.get_ref() {
                DeValue::Table(inner) => span_of(inner, rest),
                _ => None,
            }
        }
        (_, Some(_)) => None,
        (_, None) => Some(value.span()),
    }
}

/// Makes advice of "`lisen`, expected one of `listen`, `hosts`".
fn name_known(rest: &str) -> String {
    let mut names = rest.split('`').skip(1).step_by(2);
    let unknown = names.next().unwrap_or_default();
    let known: Vec<&str> = names.collect();
    let near = known
        .iter()
        .map(|name| (distance(unknown, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min();
    let list = known.join(", ");
    match near {
        Some((_, name)) => format!("did you mean `{name}`? There are: {list}"),
        None => format!("there are: {list}"),
    }
}

/// Levenshtein's distance between two short names.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The line of the reference configuration that sets `field`.
fn example(field: &str) -> String {
    let (section, name) = field.rsplit_once('.').unwrap_or(("", field));
    let section = match section.rsplit_once('.') {
        Some((list, number)) if number.parse::<usize>().is_ok() => format!("[{list}]"),
        _ => section.to_owned(),
    };
    let mut current = "";
    for line in REFERENCE.lines() {
        let line = line.strip_prefix('#').unwrap_or(line);
        if let Some(header) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            current = header;
        } else if current == section
            && line
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(" = "))
        {
            return format!("for example: {line}");
        }
    }
    String::new()
}
