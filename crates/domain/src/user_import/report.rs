//! What is wrong with rows, as lines that are kept until somebody has read them.

use super::{BadCell, BadRow, COLUMNS};
use crate::{
    foreign_hash::BadForeignHash,
    user::{BadLogin, BadPerson},
};

/// Every reason without numbers of its own, with its word.
const WORDS: [(&str, BadCell); 17] = [
    ("too-large", BadCell::TooLarge),
    ("encoding", BadCell::Encoding),
    ("heading", BadCell::Heading),
    ("quote", BadCell::Quote),
    ("login-empty", BadCell::Login(BadLogin::Empty)),
    ("login-long", BadCell::Login(BadLogin::TooLong)),
    ("login", BadCell::Login(BadLogin::BadCharacter)),
    ("name", BadCell::Person(BadPerson::Name)),
    ("email", BadCell::Person(BadPerson::Email)),
    ("group", BadCell::Group),
    ("role", BadCell::Role),
    ("role-above", BadCell::RoleAbove),
    ("hash-scheme", BadCell::Hash(BadForeignHash::Scheme)),
    ("hash-malformed", BadCell::Hash(BadForeignHash::Malformed)),
    ("hash-dear", BadCell::Hash(BadForeignHash::TooDear)),
    ("taken", BadCell::Taken),
    ("no-group", BadCell::NoGroup),
];

impl BadCell {
    /// Its word, and the numbers that belong to it.
    pub fn word(self) -> (&'static str, Vec<usize>) {
        match self {
            Self::Cells { found, expected } => ("cells", vec![found, expected]),
            Self::Twice { line } => ("twice", vec![line]),
            plain => {
                let known = WORDS.iter().find(|(_, why)| *why == plain);
                (known.map_or("", |(word, _)| word), Vec::new())
            }
        }
    }

    fn from_word(word: &str, numbers: &[usize]) -> Option<Self> {
        match (word, numbers) {
            ("cells", [found, expected]) => Some(Self::Cells {
                found: *found,
                expected: *expected,
            }),
            ("twice", [line]) => Some(Self::Twice { line: *line }),
            (word, []) => WORDS
                .iter()
                .find(|(known, _)| *known == word)
                .map(|(_, why)| *why),
            _ => None,
        }
    }
}

impl BadRow {
    /// One line, which [`Self::read`] reads.
    pub fn write(&self) -> String {
        let (word, numbers) = self.why.word();
        let mut line = format!("{} {} {word}", self.line, self.column.unwrap_or("-"));
        for number in numbers {
            line.push_str(&format!(" {number}"));
        }
        line
    }

    /// Reads a line of [`Self::write`].
    pub fn read(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let (line, column, word) = (parts.next()?, parts.next()?, parts.next()?);
        let numbers: Option<Vec<usize>> = parts.map(|part| part.parse().ok()).collect();
        let column = match column {
            "-" => None,
            name => Some(*COLUMNS.iter().find(|column| **column == name)?),
        };
        Some(Self {
            line: line.parse().ok()?,
            column,
            why: BadCell::from_word(word, &numbers?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_as_it_was_written() {
        let numbered = [
            BadCell::Twice { line: 7 },
            BadCell::Cells {
                found: 1,
                expected: 6,
            },
        ];
        for why in WORDS.iter().map(|(_, why)| *why).chain(numbered) {
            for column in [None, Some(COLUMNS[5])] {
                let bad = BadRow {
                    line: 12,
                    column,
                    why,
                };
                assert_eq!(BadRow::read(&bad.write()), Some(bad));
            }
        }
        for bad in [
            "",
            "1",
            "x - heading",
            "1 nothing heading",
            "1 - nothing",
            "1 - twice",
        ] {
            assert_eq!(BadRow::read(bad), None, "{bad}");
        }
    }
}
