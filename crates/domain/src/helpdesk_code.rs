//! Helpdesk codes: digits that an administrator reads out over the phone, and that stand in for the second factor once. Where the
//! count of failures lives is storage's business; hashing them is a flow's work.

use std::fmt;

use crate::{
    backup_code::{BackupCode, Shape},
    refusal::Refusal,
    time::Span,
};

/// How long a helpdesk code is good for: as long as a call and a login attempt take.
pub const LIFETIME: Span = Span::minutes(10);

/// Wrong guesses that void a code. With eight digits and the password known, that is a chance of 5 in 10^8.
pub const GUESSES: i64 = 5;

/// Eight digits, shown and read out in two groups of four.
#[derive(Clone, PartialEq, Eq)]
pub struct HelpdeskCode(BackupCode);

impl HelpdeskCode {
    /// A code from sixteen random bytes; every code is equally likely (up to 2^-100).
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(BackupCode::from_random(Shape::Digits8, bytes))
    }

    /// Reads what people type: full-width digits, spaces, hyphens.
    ///
    /// # Errors
    /// [`Refusal::MalformedHelpdeskCode`] for anything but eight digits (SEC-24).
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let digits = BackupCode::parse(Shape::Digits8, text);
        digits.map(Self).map_err(|_| Refusal::MalformedHelpdeskCode)
    }

    /// The eight digits: what is hashed.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// In two groups, as it is shown and read out.
    pub fn grouped(&self) -> String {
        self.0.grouped()
    }
}

impl fmt::Debug for HelpdeskCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HelpdeskCode(..)")
    }
}

/// A proof that a person's open helpdesk code was typed and used up. Only [`judge`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct AcceptedHelpdeskCode(());

/// Judges a typed code: `fits` says whether its hash is that of the open one, in constant time.
///
/// # Errors
/// [`Refusal::WrongHelpdeskCode`].
pub fn judge(fits: bool) -> Result<AcceptedHelpdeskCode, Refusal> {
    if fits {
        Ok(AcceptedHelpdeskCode(()))
    } else {
        Err(Refusal::WrongHelpdeskCode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_024_a_helpdesk_code_is_read_as_people_type_it_and_nothing_else_is_one() {
        let code = HelpdeskCode::from_random([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 7]);
        assert_eq!(code.grouped(), "3355-4439");
        for typed in ["33554439", "3355-4439", " ３３５５ ４４３９ ", "3355ー4439"] {
            assert_eq!(HelpdeskCode::parse(typed), Ok(code.clone()), "{typed}");
        }
        for bad in [
            "",
            "3355443",
            "335544390",
            "abcdefgh",
            "3355\u{0}4439",
            &"3".repeat(300),
        ] {
            let refused = Err(Refusal::MalformedHelpdeskCode);
            assert_eq!(HelpdeskCode::parse(bad), refused, "{bad:?}");
        }
    }

    #[test]
    fn sec_078_a_code_prints_nothing() {
        let code = HelpdeskCode::from_random([7; 16]);
        assert_eq!(format!("{code:?}"), "HelpdeskCode(..)");
    }
}
