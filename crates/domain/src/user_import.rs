//! People from a file: comma-separated values (RFC 4180) with a heading. Every row that is wrong is reported with its line and
//! column; what is already there is for the flow to ask. How the text is split into rows stands in `rows`.

mod report;
mod rows;

use std::{borrow::Cow, collections::HashMap};

use rows::{Row, Rows};

use crate::{
    foreign_hash::{BadForeignHash, ForeignHash},
    group::GroupName,
    user::{BadLogin, BadPerson, Login, Role, check_email, check_name},
};

/// Most people in one file.
pub const MAX_ROWS: usize = 100_000;

/// Largest file, in bytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// The columns that a file may have, in any order; the first must be there.
pub const COLUMNS: [&str; 6] = ["login", "name", "email", "group", "role", "password_hash"];

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
    /// The password as another system hashed it.
    pub password: Option<ForeignHash>,
}

/// What is wrong with a row, or with the file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCell {
    /// Larger than [`MAX_BYTES`], or more than [`MAX_ROWS`] people.
    #[error("a file has at most {MAX_ROWS} people and {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    /// Neither UTF-8 nor Shift_JIS.
    #[error("the file is neither UTF-8 nor Shift_JIS; save it as “CSV UTF-8”")]
    Encoding,
    /// The heading has no column `login`, an unknown one, or one twice.
    #[error(
        "the heading names the columns: login, and any of name, email, group, role, password_hash, each once"
    )]
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
    /// No password hash that is accepted.
    #[error(transparent)]
    Hash(#[from] BadForeignHash),
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

/// How the bytes of a file were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without its mark.
    Utf8,
    /// As Japanese editions of Excel write it.
    ShiftJis,
}

/// Reads a file's bytes as text. A file in some third encoding may pass for Shift_JIS; whoever imports it sees its first rows.
///
/// # Errors
/// [`BadCell::TooLarge`], [`BadCell::Encoding`].
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), BadRow> {
    let whole = |why| BadRow {
        line: 1,
        column: None,
        why,
    };
    if bytes.len() > MAX_BYTES {
        return Err(whole(BadCell::TooLarge));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.into(), Encoding::Utf8));
    }
    let text = encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
    // A zero is in no text; in UTF-16 every other byte of Latin letters is one.
    match text.filter(|text| !text.contains('\0')) {
        Some(text) => Ok((text, Encoding::ShiftJis)),
        None => Err(whole(BadCell::Encoding)),
    }
}

/// Reads a file row by row: a person, or everything that is wrong with the row.
pub struct People<'t> {
    rows: Rows<'t>,
    columns: Vec<usize>,
    /// Where each login ID was met.
    lines: HashMap<Login, usize>,
    count: usize,
    /// Nothing more can be read.
    is_over: bool,
}

impl<'t> People<'t> {
    /// Reads the heading.
    ///
    /// # Errors
    /// What is wrong with the heading, or with the file as a whole.
    pub fn read(text: &'t str) -> Result<Self, BadRow> {
        let whole = |why| BadRow {
            line: 1,
            column: None,
            why,
        };
        if text.len() > MAX_BYTES {
            return Err(whole(BadCell::TooLarge));
        }
        let mut rows = Rows::of(text);
        let heading = rows.next().ok_or(whole(BadCell::Heading))??;
        let columns = read_heading(&heading)?;
        Ok(Self {
            rows,
            columns,
            lines: HashMap::new(),
            count: 0,
            is_over: false,
        })
    }
}

impl Iterator for People<'_> {
    type Item = Result<ImportedPerson, Vec<BadRow>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let row = match self.rows.next()? {
            Ok(row) => row,
            Err(bad) => {
                self.is_over = true;
                return Some(Err(vec![bad]));
            }
        };
        self.count += 1;
        if self.count > MAX_ROWS {
            self.is_over = true;
            return Some(Err(vec![row.bad(None, BadCell::TooLarge)]));
        }
        let person = match read_row(&row, &self.columns) {
            Ok(person) => person,
            Err(bad) => return Some(Err(bad)),
        };
        if let Some(line) = self.lines.get(&person.login) {
            let twice = BadCell::Twice { line: *line };
            return Some(Err(vec![row.bad(Some(COLUMNS[0]), twice)]));
        }
        self.lines.insert(person.login.clone(), row.line);
        Some(Ok(person))
    }
}

/// Which of [`COLUMNS`] each cell of a row belongs to.
fn read_heading(row: &Row<'_>) -> Result<Vec<usize>, BadRow> {
    let mut columns = Vec::new();
    for cell in &row.cells {
        let name = cell.trim().to_lowercase();
        let known = COLUMNS.iter().position(|column| *column == name);
        match known.filter(|column| !columns.contains(column)) {
            Some(column) => columns.push(column),
            None => return Err(row.bad(None, BadCell::Heading)),
        }
    }
    if columns.contains(&0) {
        Ok(columns)
    } else {
        Err(row.bad(None, BadCell::Heading))
    }
}

/// Reads one row; every cell that is wrong is reported.
fn read_row(row: &Row<'_>, columns: &[usize]) -> Result<ImportedPerson, Vec<BadRow>> {
    if row.cells.len() != columns.len() {
        let cells = BadCell::Cells {
            found: row.cells.len(),
            expected: columns.len(),
        };
        return Err(vec![row.bad(None, cells)]);
    }
    let cell = |wanted: usize| {
        let place = columns.iter().position(|column| *column == wanted);
        place.map_or("", |place| row.cells[place].trim())
    };
    let mut bad = Vec::new();
    let mut note = |column: usize, why: BadCell| bad.push(row.bad(Some(COLUMNS[column]), why));
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
    let password = match cell(5) {
        "" => None,
        hash => ForeignHash::parse(hash)
            .map_err(|why| note(5, why.into()))
            .ok(),
    };
    match (login, role) {
        (Some(login), Some(role)) if bad.is_empty() => Ok(ImportedPerson {
            line: row.line,
            login,
            name: cell(1).to_owned(),
            email: email.map(str::to_owned),
            group,
            role,
            password,
        }),
        _ => Err(bad),
    }
}

/// A file of these people, which [`People`] reads as the same people.
pub fn write(people: &[ImportedPerson]) -> String {
    let mut text = COLUMNS.join(",");
    text.push('\n');
    for person in people {
        let group = person.group.as_ref().map(GroupName::as_str);
        let cells = [
            person.login.as_str(),
            &person.name,
            person.email.as_deref().unwrap_or_default(),
            group.unwrap_or_default(),
            person.role.word(),
            person.password.as_ref().map_or("", ForeignHash::expose),
        ];
        for (number, cell) in cells.into_iter().enumerate() {
            text.push_str(if number == 0 { "\"" } else { ",\"" });
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everybody, or everything that is wrong.
    fn read(text: &str) -> Result<Vec<ImportedPerson>, Vec<BadRow>> {
        let (mut people, mut bad) = (Vec::new(), Vec::new());
        for row in People::read(text).map_err(|bad| vec![bad])? {
            match row {
                Ok(person) => people.push(person),
                Err(cells) => bad.extend(cells),
            }
        }
        if bad.is_empty() { Ok(people) } else { Err(bad) }
    }

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
        let text = "login,name,email,group,role,password_hash\na b,,x,,king,secret\nok,,,,,\nOK,,,,,\nshort\n,\"line\nbreak\",,,,\nn,,,,,$2b$31$DCq7YPn5Rq63x1Lad4cll.2ypfGeLYqj5V.ehgq7vuBmDYYuFxRf2\n";
        let bad = read(text).expect_err("five rows are wrong");
        let said: Vec<String> = bad.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 2, login: a login ID must not contain white space or control characters",
                "line 2, email: that is not a mail address like taro@example.jp",
                "line 2, role: a role is member, administrator or operator",
                "line 2, password_hash: a password hash is one of $argon2id$, $argon2i$, $argon2d$, $scrypt$, $pbkdf2-sha256$, $pbkdf2-sha512$, $pbkdf2-sha1$, $2a$, $2b$, $2y$, {SSHA}, $5$, $6$",
                "line 4, login: line 3 has the same login ID",
                "line 5: the row has 1 cells where the heading has 6",
                "line 6, login: a login ID must not be empty",
                "line 6, name: a name has at most 100 characters and no line breaks or control characters",
                "line 8, password_hash: the password hash needs too much time or memory to be checked",
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

    #[test]
    fn a_file_from_japanese_excel_is_read_and_another_encoding_is_refused() {
        let (shift_jis, ..) = encoding_rs::SHIFT_JIS.encode("login,name\nsato,佐藤 ソ①\n");
        let (text, encoding) = decode(&shift_jis).expect("Shift_JIS");
        assert_eq!(encoding, Encoding::ShiftJis);
        assert_eq!(read(&text).expect("well formed")[0].name, "佐藤 ソ①");
        assert_eq!(
            decode("login\n佐藤".as_bytes()).map(|read| read.1),
            Ok(Encoding::Utf8)
        );
        let utf16: Vec<u8> = "login\n佐藤"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bad in [&utf16[..], b"login\n\xff\xfe\xfd", b"login\n\x81"] {
            let why = decode(bad).expect_err("neither").why;
            assert_eq!(why, BadCell::Encoding, "{bad:?}");
        }
    }

    #[test]
    fn sec_076_a_file_has_at_most_so_many_people_and_bytes() {
        let many = |count| {
            "login\n".to_owned() + &(0..count).map(|n| format!("u{n}\n")).collect::<String>()
        };
        assert_eq!(
            read(&many(MAX_ROWS)).map(|people| people.len()),
            Ok(MAX_ROWS)
        );
        let bad = read(&many(MAX_ROWS + 1)).expect_err("one too many");
        assert_eq!(
            bad.iter().map(|bad| bad.why).collect::<Vec<_>>(),
            [BadCell::TooLarge]
        );
        let large = "login\n".to_owned() + &"x".repeat(MAX_BYTES);
        assert_eq!(
            read(&large).expect_err("too large")[0].why,
            BadCell::TooLarge
        );
    }

    #[test]
    fn what_is_written_is_read_as_the_same_people() {
        let text = "login,name,email,group,role,password_hash\na,\"b\"\"c, d\",e@example.jp,総務,operator,{SSHA}ub91DZl/nKOBXrG6qXxvEMbL4lUxMjM0NTY3OA==\nf,,,,,\n";
        let people = read(text).expect("well formed");
        let again = read(&write(&people)).expect("well formed");
        assert_eq!(again, people);
        assert!(again[0].password.is_some());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "[login,name\"\r\na-cあ ]{0,80}") {
            let _ = read(&text);
        }

        #[test]
        fn decoding_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = decode(&bytes);
        }
    }
}
