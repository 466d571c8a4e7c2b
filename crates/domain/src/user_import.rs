//! People from a file: comma-separated values (RFC 4180) with a heading, read and checked as a whole. Every row that is wrong is
//! reported with its line and column; what is already there is for the flow to ask.

use std::collections::HashMap;

use crate::{
    group::GroupName,
    user::{BadLogin, BadPerson, Login, Role, check_email, check_name},
};

/// Most people in one file: they are written in one transaction, for which others wait.
pub const MAX_ROWS: usize = 10_000;

/// Largest file, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The columns that a file may have, in any order; the first must be there.
pub const COLUMNS: [&str; 5] = ["login", "name", "email", "group", "role"];

/// One person of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedPerson {
    /// Where the row begins, from 1.
    pub line: usize,
    /// What the person types.
    pub login: Login,
    /// What the person is called; may be empty.
    pub name: String,
    /// Where notices go.
    pub email: Option<String>,
    /// The name of the person's group.
    pub group: Option<GroupName>,
    /// The person's role.
    pub role: Role,
}

/// What is wrong with a row, or with the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {why}", .column.map(|column| format!(", {column}")).unwrap_or_default())]
pub struct BadRow {
    /// Where the row begins, from 1.
    pub line: usize,
    /// Which column, if it is about one.
    pub column: Option<&'static str>,
    /// Why.
    pub why: BadCell,
}

/// Why a row cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCell {
    /// Larger than [`MAX_BYTES`], or more than [`MAX_ROWS`] people.
    #[error("a file has at most {MAX_ROWS} rows and 4 MiB")]
    TooLarge,
    /// The heading has no column `login`, an unknown one, or one twice.
    #[error("the heading names the columns: login, and any of name, email, group, role, each once")]
    Heading,
    /// A quote that is not closed, or stands inside an unquoted cell.
    #[error("a quotation mark stands where none can be")]
    Quote,
    /// More or fewer cells than the heading.
    #[error("the row has {found} cells where the heading has {expected}")]
    Cells {
        /// The row's.
        found: usize,
        /// The heading's.
        expected: usize,
    },
    /// No login ID.
    #[error(transparent)]
    Login(#[from] BadLogin),
    /// No name, or no mail address.
    #[error(transparent)]
    Person(#[from] BadPerson),
    /// No group's name.
    #[error("a group's name has 1 to 60 characters in one line")]
    Group,
    /// No role.
    #[error("a role is member, administrator or operator")]
    Role,
    /// The role is above that of whoever imports.
    #[error("nobody gives a role above the own one")]
    RoleAbove,
    /// The login ID stands in an earlier row.
    #[error("line {line} has the same login ID")]
    Twice {
        /// Where.
        line: usize,
    },
    /// Somebody has the login ID already.
    #[error("somebody has this login ID already")]
    Taken,
    /// There is no such group.
    #[error("there is no group of this name")]
    NoGroup,
}

/// A row as it stands in the file.
struct Record {
    line: usize,
    cells: Vec<String>,
}

/// Splits a file into rows and cells (RFC 4180): cells in quotes may hold commas, line breaks and doubled quotes.
fn split(text: &str) -> Result<Vec<Record>, BadRow> {
    let mut records = Vec::new();
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut line, mut began) = (1, 1);
    let (mut in_quotes, mut was_quoted) = (false, false);
    let bad = |line| BadRow {
        line,
        column: None,
        why: BadCell::Quote,
    };
    let mut rest = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\n' {
            line += 1;
        }
        match c {
            '"' if in_quotes && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' if in_quotes => in_quotes = false,
            _ if in_quotes => cell.push(c),
            '"' if cell.is_empty() && !was_quoted => (in_quotes, was_quoted) = (true, true),
            '"' => return Err(bad(began)),
            ',' => {
                cells.push(std::mem::take(&mut cell));
                was_quoted = false;
            }
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                cells.push(std::mem::take(&mut cell));
                let cells = std::mem::take(&mut cells);
                records.push(Record { line: began, cells });
                (began, was_quoted) = (line, false);
            }
            // Behind a closed quote only a comma or the end of the row can follow.
            _ if was_quoted => return Err(bad(began)),
            _ => cell.push(c),
        }
    }
    if in_quotes {
        return Err(bad(began));
    }
    if !cell.is_empty() || !cells.is_empty() || was_quoted {
        cells.push(cell);
        records.push(Record { line: began, cells });
    }
    // Empty lines say nothing.
    records.retain(|record| record.cells.iter().any(|cell| !cell.trim().is_empty()));
    Ok(records)
}

/// Which of [`COLUMNS`] each cell of a row belongs to.
fn read_heading(record: &Record) -> Result<Vec<usize>, BadRow> {
    let mut columns = Vec::new();
    for cell in &record.cells {
        let name = cell.trim().to_lowercase();
        let known = COLUMNS.iter().position(|column| *column == name);
        match known.filter(|column| !columns.contains(column)) {
            Some(column) => columns.push(column),
            None => return Err(bad_heading(record.line)),
        }
    }
    if columns.contains(&0) {
        Ok(columns)
    } else {
        Err(bad_heading(record.line))
    }
}

fn bad_heading(line: usize) -> BadRow {
    BadRow {
        line,
        column: None,
        why: BadCell::Heading,
    }
}

/// Reads a file.
///
/// # Errors
/// Every row that is wrong; nothing of the file counts then.
pub fn read(text: &str) -> Result<Vec<ImportedPerson>, Vec<BadRow>> {
    let whole = |why| {
        vec![BadRow {
            line: 1,
            column: None,
            why,
        }]
    };
    if text.len() > MAX_BYTES {
        return Err(whole(BadCell::TooLarge));
    }
    let records = split(text).map_err(|bad| vec![bad])?;
    let Some((heading, rows)) = records.split_first() else {
        return Err(whole(BadCell::Heading));
    };
    let columns = read_heading(heading).map_err(|bad| vec![bad])?;
    if rows.len() > MAX_ROWS {
        return Err(whole(BadCell::TooLarge));
    }
    let (mut people, mut bad) = (Vec::new(), Vec::new());
    let mut lines: HashMap<Login, usize> = HashMap::new();
    for row in rows {
        match read_row(row, &columns) {
            Ok(person) => match lines.get(&person.login) {
                Some(line) => bad.push(BadRow {
                    line: row.line,
                    column: Some(COLUMNS[0]),
                    why: BadCell::Twice { line: *line },
                }),
                None => {
                    lines.insert(person.login.clone(), row.line);
                    people.push(person);
                }
            },
            Err(cells) => bad.extend(cells),
        }
    }
    if bad.is_empty() { Ok(people) } else { Err(bad) }
}

/// Reads one row; every cell that is wrong is reported.
fn read_row(row: &Record, columns: &[usize]) -> Result<ImportedPerson, Vec<BadRow>> {
    if row.cells.len() != columns.len() {
        return Err(vec![BadRow {
            line: row.line,
            column: None,
            why: BadCell::Cells {
                found: row.cells.len(),
                expected: columns.len(),
            },
        }]);
    }
    let cell = |wanted: usize| {
        let place = columns.iter().position(|column| *column == wanted);
        place.map_or("", |place| row.cells[place].trim())
    };
    let mut bad = Vec::new();
    let mut note = |column: usize, why: BadCell| {
        bad.push(BadRow {
            line: row.line,
            column: Some(COLUMNS[column]),
            why,
        });
    };
    let login = Login::parse(cell(0))
        .map_err(|why| note(0, why.into()))
        .ok();
    if let Err(why) = check_name(cell(1)) {
        note(1, why.into());
    }
    let email = Some(cell(2)).filter(|email| !email.is_empty());
    if let Some(Err(why)) = email.map(check_email) {
        note(2, why.into());
    }
    let group = match cell(3) {
        "" => None,
        name => GroupName::parse(name)
            .map_err(|_| note(3, BadCell::Group))
            .ok(),
    };
    let roles = [Role::Member, Role::Administrator, Role::Operator];
    let role = match cell(4) {
        "" => Some(Role::Member),
        word => roles.into_iter().find(|role| role.word() == word),
    };
    if role.is_none() {
        note(4, BadCell::Role);
    }
    match (login, role) {
        (Some(login), Some(role)) if bad.is_empty() => Ok(ImportedPerson {
            line: row.line,
            login,
            name: cell(1).to_owned(),
            email: email.map(str::to_owned),
            group,
            role,
        }),
        _ => Err(bad),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_file_is_read_with_quotes_line_breaks_and_columns_in_any_order() {
        let text = "\u{feff}name,LOGIN,role\r\n\"佐藤, 花子\",Sato@Example.jp,\r\n\r\n\"a \"\"b\"\"\",x,administrator\n";
        let people = read(text).expect("well formed");
        assert_eq!(people.len(), 2);
        assert_eq!((people[0].line, people[0].name.as_str()), (2, "佐藤, 花子"));
        assert_eq!(people[0].login.as_str(), "sato@example.jp");
        assert_eq!((people[1].line, people[1].name.as_str()), (4, "a \"b\""));
        assert_eq!(people[1].role, Role::Administrator);
    }

    #[test]
    fn every_bad_row_is_reported_with_line_and_column() {
        let text = "login,name,email,group,role\na b,,x,,king\nok,,,,\nOK,,,,\nshort\n,\"line\nbreak\",,,\n";
        let bad = read(text).expect_err("five rows are wrong");
        let said: Vec<String> = bad.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 2, login: a login ID must not contain white space or control characters",
                "line 2, email: that is not a mail address like taro@example.jp",
                "line 2, role: a role is member, administrator or operator",
                "line 4, login: line 3 has the same login ID",
                "line 5: the row has 1 cells where the heading has 5",
                "line 6, login: a login ID must not be empty",
                "line 6, name: a name has at most 100 characters and no line breaks or control characters",
            ]
        );
        for bad in [
            "",
            "name\nx",
            "login,login\n",
            "login,password\nx,y",
            "login\n\"x",
            "login\nx\"y\"",
            "login\n\"x\"y",
        ] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "[login,name\"\r\na-c ]{0,80}") {
            let _ = read(&text);
        }
    }
}
