//! Further mail addresses for notices (SEC-43): how many, and the code that confirms one.

use std::fmt;

use crate::{
    backup_code::{BackupCode, Shape},
    refusal::Refusal,
    time::Span,
};

/// Addresses that a person may add to the one that the administrators keep.
pub const FURTHER: usize = 2;
/// How long the code that was mailed to an address can be typed.
pub const LIFETIME: Span = Span::minutes(30);
/// Wrong guesses that void it. With eight digits, that is a chance of 5 in 10^8.
pub const GUESSES: i64 = 5;

/// Eight digits that are mailed to an address, and typed by its owner.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressCode(BackupCode);

impl AddressCode {
    /// A code from sixteen random bytes; every code is equally likely (up to 2^-100).
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(BackupCode::from_random(Shape::Digits8, bytes))
    }

    /// Reads what people type: full-width digits, spaces, hyphens.
    ///
    /// # Errors
    /// [`Refusal::WrongAddressCode`] for anything but eight digits.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let digits = BackupCode::parse(Shape::Digits8, text);
        digits.map(Self).map_err(|_| Refusal::WrongAddressCode)
    }

    /// The eight digits: what is hashed.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// In two groups, as it is mailed.
    pub fn grouped(&self) -> String {
        self.0.grouped()
    }
}

impl fmt::Debug for AddressCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressCode(..)")
    }
}

/// What makes two spellings one address: case, and space around it.
pub fn folded(address: &str) -> String {
    address.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_078_a_code_shows_itself_only_where_it_is_asked_to() {
        let code = AddressCode::from_random([7; 16]);
        assert!(!format!("{code:?}").contains(code.expose()));
        assert_eq!(AddressCode::parse(&code.grouped()), Ok(code));
        for wrong in ["", "1234567", "123456789", "abcdefgh"] {
            assert_eq!(AddressCode::parse(wrong), Err(Refusal::WrongAddressCode));
        }
    }
}
