//! A text of comma-separated values (RFC 4180) as rows of cells. Cells in quotes may hold commas, line breaks and doubled quotes.

use std::borrow::Cow;

use super::{BadCell, BadRow};

/// A row as it stands in the file.
pub(super) struct Row<'t> {
    /// Where it begins, from 1.
    pub(super) line: usize,
    pub(super) cells: Vec<Cow<'t, str>>,
}

impl Row<'_> {
    pub(super) fn bad(&self, column: Option<&'static str>, why: BadCell) -> BadRow {
        BadRow {
            line: self.line,
            column,
            why,
        }
    }

    /// Empty lines say nothing.
    fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// The rows that say something, up to the first that cannot be read: behind it nobody can tell what is a row.
pub(super) struct Rows<'t> {
    rest: &'t str,
    line: usize,
}

/// What stands behind a cell.
#[derive(PartialEq, Eq)]
enum End {
    Comma,
    Row,
}

impl<'t> Rows<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            rest: text.trim_start_matches('\u{feff}'),
            line: 1,
        }
    }

    /// The next cell. `None`: a quotation mark stands where none can be.
    fn cell(&mut self) -> Option<(Cow<'t, str>, End)> {
        let cell = match self.rest.strip_prefix('"') {
            Some(rest) => {
                self.rest = rest;
                self.quoted()?
            }
            None => {
                let end = self
                    .rest
                    .find([',', '\n', '\r', '"'])
                    .unwrap_or(self.rest.len());
                Cow::Borrowed(self.take(end))
            }
        };
        Some((cell, self.end()?))
    }

    /// The rest of a cell in quotes, with the quote that closes it.
    fn quoted(&mut self) -> Option<Cow<'t, str>> {
        let mut cell = Cow::Borrowed("");
        loop {
            let end = self.rest.find('"')?;
            let part = self.take(end);
            self.line += part.bytes().filter(|byte| *byte == b'\n').count();
            self.take(1);
            cell += part;
            if !self.rest.starts_with('"') {
                return Some(cell);
            }
            self.take(1);
            cell += "\"";
        }
    }

    fn end(&mut self) -> Option<End> {
        match self.rest.as_bytes() {
            [] => return Some(End::Row),
            [b',', ..] => {
                self.take(1);
                return Some(End::Comma);
            }
            [b'\r', b'\n', ..] => self.take(2),
            [b'\n' | b'\r', ..] => self.take(1),
            _ => return None,
        };
        self.line += 1;
        Some(End::Row)
    }

    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }
}

impl<'t> Iterator for Rows<'t> {
    type Item = Result<Row<'t>, BadRow>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let mut row = Row {
                line: self.line,
                cells: Vec::new(),
            };
            loop {
                let Some((cell, end)) = self.cell() else {
                    self.rest = "";
                    return Some(Err(row.bad(None, BadCell::Quote)));
                };
                row.cells.push(cell);
                if end == End::Row {
                    break;
                }
            }
            if !row.is_empty() {
                return Some(Ok(row));
            }
        }
        None
    }
}
