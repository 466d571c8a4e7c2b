//! Why a policy is refused, with the place of the mistake.

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
        /// What is wrong there.
        message: String,
    },
    /// A value outside its range.
    #[error("line {line}, column {column}: {field} = {value} is outside {range}")]
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
        range: &'static str,
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
                range,
                ..
            } => format!("{field} = {value} is outside {range}"),
        }
    }
}

/// A value outside its range, wherever it stands.
#[derive(Debug)]
pub(super) struct OutOfRange {
    pub(super) field: String,
    pub(super) value: String,
    pub(super) range: &'static str,
}

/// Refuses the `value` of `field` (as in `login.wrong_codes`) where it is not `ok`.
pub(super) fn range(
    ok: bool,
    field: &str,
    value: &dyn ToString,
    range: &'static str,
) -> Result<(), OutOfRange> {
    if ok {
        Ok(())
    } else {
        Err(OutOfRange {
            field: field.to_owned(),
            value: value.to_string(),
            range,
        })
    }
}
