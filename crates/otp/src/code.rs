//! A one-time code as people type it. Computing one is in `hotp` and `totp`; backup codes are not one-time codes.

use std::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::hotp::Digits;
use crate::typed::{fold_width, is_separator};

/// A code of 6 to 8 digits. Wiped when dropped; prints nothing of itself (SEC-78); compared in constant time (SEC-16).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct OneTimeCode {
    value: u32,
    #[zeroize(skip)]
    digits: Digits,
}

impl OneTimeCode {
    /// Longest text read, in characters: 8 digits with several separators around each.
    pub const MAX_TEXT_CHARS: usize = 64;

    pub(crate) fn new(value: u32, digits: Digits) -> Self {
        Self { value, digits }
    }

    /// Reads a code with full-width digits, white space, hyphens of every kind and invisible marks among the digits.
    ///
    /// All spellings of a code give equal values, so nothing later depends on how it was typed.
    ///
    /// # Errors
    /// Anything else than 6 to 8 digits, and any text longer than [`MAX_TEXT_CHARS`](Self::MAX_TEXT_CHARS), which is
    /// refused before its characters are looked at (SEC-24).
    pub fn parse(text: &str) -> Result<Self, MalformedCode> {
        if text.chars().nth(Self::MAX_TEXT_CHARS).is_some() {
            return Err(MalformedCode);
        }
        let (mut value, mut count) = (0_u32, 0_u8);
        for c in text.chars() {
            match fold_width(c).to_digit(10) {
                Some(_) if count == Digits::Eight.count() => return Err(MalformedCode),
                Some(digit) => {
                    value = value * 10 + digit;
                    count += 1;
                }
                None if is_separator(c) => {}
                None => return Err(MalformedCode),
            }
        }
        let digits = Digits::new(count).ok_or(MalformedCode)?;
        Ok(Self { value, digits })
    }

    pub(crate) fn value(&self) -> u32 {
        self.value
    }

    /// How many digits it has.
    pub fn digits(&self) -> Digits {
        self.digits
    }

    /// The digits as text, leading zeros included: to send, print or compare with another tool.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(format!(
            "{:0width$}",
            self.value,
            width = usize::from(self.digits.count())
        ))
    }
}

impl ConstantTimeEq for OneTimeCode {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.value.ct_eq(&other.value) & self.digits.count().ct_eq(&other.digits.count())
    }
}

impl PartialEq for OneTimeCode {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for OneTimeCode {}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(..)")
    }
}

/// A text that is not a code of 6 to 8 digits.
///
/// Carries nothing of the text: it may be a code with one slip (SEC-78).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedCode;

impl fmt::Display for MalformedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a code of 6 to 8 digits")
    }
}

impl std::error::Error for MalformedCode {}
