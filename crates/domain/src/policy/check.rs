//! Why a policy is refused: typed, so that pages say it in their language; `Display` is the command line's English.

use std::fmt;

use super::networks::BadNetwork;

/// Why a policy is refused: what, and where it stands.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BadPolicy {
    /// Not TOML, an unknown field, or a value of the wrong kind.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong there, in the reader's words; [`Mistake::of`] takes them apart.
        message: String,
    },
    /// A value outside its range.
    #[error("line {line}, column {column}: {field} = {value} is outside {allowed}")]
    Range {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// With its section, as in `login.wrong_codes`.
        field: String,
        /// What was given.
        value: String,
        /// What is allowed.
        allowed: Allowed,
    },
}

impl BadPolicy {
    /// Line and column of the mistake, both from 1, the column in characters.
    pub fn place(&self) -> (usize, usize) {
        match *self {
            Self::Syntax { line, column, .. } | Self::Range { line, column, .. } => (line, column),
        }
    }

    /// What is wrong, without the place.
    pub fn problem(&self) -> String {
        match self {
            Self::Syntax { message, .. } => message.clone(),
            Self::Range {
                field,
                value,
                allowed,
                ..
            } => format!("{field} = {value} is outside {allowed}"),
        }
    }
}

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// A whole number, both ends included.
    Number {
        /// The least.
        least: i64,
        /// The greatest.
        most: i64,
    },
    /// Characters without line breaks.
    Line {
        /// The fewest; 0: the text may be left out.
        least: usize,
        /// The most.
        most: usize,
    },
    /// Characters, line breaks among them.
    Text {
        /// The most; there is at least one.
        most: usize,
    },
    /// As many names.
    Names {
        /// The most.
        most: usize,
    },
    /// As many questions.
    Questions {
        /// The most.
        most: usize,
    },
    /// As many networks.
    Networks {
        /// The most.
        most: usize,
    },
    /// A text of so many KiB.
    Kibibytes {
        /// The most.
        most: usize,
    },
    /// The id of a question.
    QuestionId,
    /// A colour.
    Colour,
    /// A telephone number.
    Phone,
    /// A mail address.
    MailAddress,
    /// An address of the web.
    WebAddress,
    /// Mail domains.
    MailDomains,
    /// Host names or domains.
    HostNames,
    /// A time zone.
    TimeZone,
    /// As many digits as paired apps show, for the pages know one number.
    PairedDigits,
    /// A network, and what is wrong with the one that was given.
    Network(BadNetwork),
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { least, most } => write!(f, "{least} to {most}"),
            Self::Line { least: 0, most } => {
                write!(f, "up to {most} characters without line breaks")
            }
            Self::Line { least, most } => {
                write!(f, "{least} to {most} characters without line breaks")
            }
            Self::Text { most } => write!(f, "1 to {most} characters"),
            Self::Names { most } => write!(f, "{most} names at most"),
            Self::Questions { most } => write!(f, "{most} questions at most"),
            Self::Networks { most } => write!(f, "{most} networks at most"),
            Self::Kibibytes { most } => write!(f, "{most} KiB at most"),
            Self::PairedDigits => f.write_str(
                "6 where apps can be registered by app code (enrolment.pairing): such an app always shows 6 digits",
            ),
            Self::QuestionId => f.write_str("1 to 40 of a-z, 0-9 and hyphens, each once"),
            Self::Colour => f.write_str("colours written as #rrggbb"),
            Self::Phone => f.write_str("1 to 40 of digits, spaces and + - ( ) #"),
            Self::MailAddress => f.write_str("one mail address"),
            Self::WebAddress => f.write_str("addresses that begin with https://"),
            Self::MailDomains => f.write_str("mail domains"),
            Self::HostNames => f.write_str("names like example.jp, each once"),
            Self::TimeZone => f.write_str("the names of the IANA time zone database"),
            Self::Network(bad) => bad.fmt(f),
        }
    }
}

/// What is wrong in a text that is no policy, as far as it can be said in other words than the reader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake<'m> {
    /// A field that no policy has there.
    UnknownField(&'m str),
    /// A word that is none of those allowed.
    UnknownWord {
        /// The word.
        word: &'m str,
        /// Those allowed, each between grave accents.
        known: &'m str,
    },
    /// A value of another kind: a text for a number.
    WrongKind,
    /// A field that must be there.
    MissingField(&'m str),
    /// A name that stands twice.
    Twice,
    /// Not a time with its offset.
    NotATime,
    /// Not TOML.
    NotToml,
}

impl<'m> Mistake<'m> {
    /// Reads the message of a [`BadPolicy::Syntax`].
    pub fn of(message: &'m str) -> Self {
        let quoted = |start: &str| {
            let rest = message.strip_prefix(start)?.strip_prefix('`')?;
            rest.split_once('`')
        };
        if let Some((field, _)) = quoted("unknown field ") {
            return Self::UnknownField(field);
        }
        if let Some((word, rest)) = quoted("unknown variant ") {
            let known = rest.trim_start_matches(", expected ");
            let known = known.strip_prefix("one of ").unwrap_or(known);
            return Self::UnknownWord { word, known };
        }
        if let Some((field, _)) = quoted("missing field ") {
            return Self::MissingField(field);
        }
        match message {
            _ if message.starts_with("invalid type") || message.starts_with("invalid value") => {
                Self::WrongKind
            }
            _ if message.starts_with("duplicate key") => Self::Twice,
            NOT_A_TIME => Self::NotATime,
            _ => Self::NotToml,
        }
    }
}

/// What is said of a time that is none.
pub(super) const NOT_A_TIME: &str =
    "expected a time with its offset, as in 2027-04-01T00:00:00+09:00";

/// A value outside its range, wherever it stands.
#[derive(Debug)]
pub(super) struct OutOfRange {
    pub(super) field: String,
    pub(super) value: String,
    pub(super) allowed: Allowed,
}

/// Refuses the `value` of `field` (as in `login.wrong_codes`) where it is not `ok`.
pub(super) fn range(
    ok: bool,
    field: &str,
    value: &dyn ToString,
    allowed: Allowed,
) -> Result<(), OutOfRange> {
    if ok {
        Ok(())
    } else {
        Err(OutOfRange {
            field: field.to_owned(),
            value: value.to_string(),
            allowed,
        })
    }
}

/// Refuses the `value` of `field` where it does not lie between `least` and `most`.
pub(super) fn number(
    field: &str,
    value: impl Into<i64>,
    (least, most): (i64, i64),
) -> Result<(), OutOfRange> {
    let value = value.into();
    let ok = (least..=most).contains(&value);
    range(ok, field, &value, Allowed::Number { least, most })
}

#[cfg(test)]
mod tests {
    use super::{super::Policy, *};

    #[test]
    fn what_the_reader_says_is_taken_apart() {
        let check = |text: &str, expected: Mistake<'_>| match Policy::parse(text) {
            Err(BadPolicy::Syntax { message, .. }) => {
                assert_eq!(Mistake::of(&message), expected, "{message}");
            }
            other => panic!("{text}: {other:?}"),
        };
        check(
            "[login]\nwrong_cods = 3",
            Mistake::UnknownField("wrong_cods"),
        );
        check("login = 3", Mistake::WrongKind);
        check("[login]\nwrong_codes = \"three\"", Mistake::WrongKind);
        check("[totp]\ndigits = 300", Mistake::WrongKind);
        check("[totp]\ndigits = -6", Mistake::WrongKind);
        check(
            "[backup_codes]\nshown = \"paper\"",
            Mistake::UnknownWord {
                word: "paper",
                known: "`page` or `download`",
            },
        );
        check(
            "[[networks]]\ncidr = \"192.0.2.0/24\"",
            Mistake::MissingField("name"),
        );
        check("[login]\n[login]", Mistake::Twice);
        check(
            "[second_factor]\nrequired_from = \"tomorrow\"",
            Mistake::NotATime,
        );
        check("[login", Mistake::NotToml);
        check("\u{0}", Mistake::NotToml);
    }
}
