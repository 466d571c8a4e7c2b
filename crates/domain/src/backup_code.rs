//! Backup codes (look-up secrets): their shapes, and which code of a set is accepted. Hashing them is a flow's work.

use std::fmt;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::refusal::Refusal;

/// Most codes in a set: their used marks are bits of one stored number.
pub const MAX_COUNT: usize = 40;

/// Codes left at which the person is asked to issue a new set (SEC-22).
pub const FEW_CODES: u32 = 3;

/// The shape of a tenant's backup codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Sixteen Crockford base-32 symbols, 80 bits: our recommendation.
    Symbols16,
    /// Eight digits, 26 bits: printed codes in use today (security.md, section 7).
    Digits8,
}

const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Shape {
    /// Characters without separators.
    pub fn length(self) -> usize {
        match self {
            Self::Symbols16 => 16,
            Self::Digits8 => 8,
        }
    }
}

/// One code in canonical form: digits, or upper-case symbols, without separators.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct BackupCode(String);

impl BackupCode {
    /// A code from sixteen random bytes; every code is equally likely (up to 2^-100 for digits).
    pub fn from_random(shape: Shape, bytes: [u8; 16]) -> Self {
        let number = u128::from_be_bytes(bytes);
        match shape {
            Shape::Digits8 => Self(format!("{:08}", number % 100_000_000)),
            Shape::Symbols16 => Self(
                (0..16)
                    .map(|place| char::from(SYMBOLS[(number >> (5 * place)) as usize & 31]))
                    .collect(),
            ),
        }
    }

    /// Reads what people type: full-width characters, any case, spaces, hyphens; `I`, `L`, `O` are read as digits.
    pub fn parse(shape: Shape, text: &str) -> Result<Self, Refusal> {
        // Longer than any spelling of a code; nothing is folded before this is known (SEC-76).
        if text.len() > 256 {
            return Err(Refusal::MalformedBackupCode);
        }
        let mut code = Self(String::with_capacity(shape.length()));
        for symbol in text.nfkc().filter(|c| !is_separator(*c)) {
            let symbol = match (shape, symbol.to_ascii_uppercase()) {
                (Shape::Symbols16, 'I' | 'L') => '1',
                (Shape::Symbols16, 'O') => '0',
                (_, other) => other,
            };
            let allowed = match shape {
                Shape::Digits8 => symbol.is_ascii_digit(),
                Shape::Symbols16 => symbol.is_ascii() && SYMBOLS.contains(&(symbol as u8)),
            };
            if !allowed || code.0.len() == shape.length() {
                return Err(Refusal::MalformedBackupCode);
            }
            code.0.push(symbol);
        }
        if code.0.len() == shape.length() {
            Ok(code)
        } else {
            Err(Refusal::MalformedBackupCode)
        }
    }

    /// The canonical text: what is hashed.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// In groups of four, as it is shown, printed and downloaded.
    pub fn grouped(&self) -> String {
        let groups: Vec<&str> = (0..self.0.len())
            .step_by(4)
            .map(|at| &self.0[at..at + 4])
            .collect();
        groups.join("-")
    }
}

/// White space and what an input method makes of a hyphen (after NFKC).
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}'
        )
}

impl fmt::Debug for BackupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackupCode(..)")
    }
}

/// The salted, keyed hash of a code, cut to 128 bits: what a set stores (SEC-23).
pub type Verifier = [u8; 16];

/// A user's codes as stored: the current set, and the verifiers of the set before it, which only serve to say
/// "superseded" instead of "wrong". One salt per user, so that one attempt costs one evaluation.
#[derive(Clone)]
pub struct BackupSet {
    /// Of all verifiers.
    pub salt: [u8; 16],
    /// Grows with every issue and removal.
    pub generation: i64,
    /// Codes that count; empty after two-factor was switched off.
    pub current: Vec<Verifier>,
    /// Bit i: code i is used.
    pub used: i64,
    /// Codes of the set before.
    pub superseded: Vec<Verifier>,
}

/// A proof that a backup code was right and unused. Only [`BackupSet::judge`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedBackupCode(usize);

impl AcceptedBackupCode {
    /// The used mark that the code spends.
    pub fn bit(self) -> i64 {
        1 << self.0
    }
}

impl BackupSet {
    /// Codes that still count.
    pub fn left(&self) -> u32 {
        self.current.len() as u32 - (self.used & ((1 << self.current.len()) - 1)).count_ones()
    }

    /// Decides whether the code behind `verifier` is accepted, in constant time over all codes.
    pub fn judge(&self, verifier: &Verifier) -> Result<AcceptedBackupCode, Refusal> {
        match position(&self.current, verifier) {
            Some(index) if self.used & 1 << index == 0 => Ok(AcceptedBackupCode(index)),
            Some(_) => Err(Refusal::BackupCodeUsed),
            None if position(&self.superseded, verifier).is_some() => {
                Err(Refusal::BackupCodeSuperseded)
            }
            None => Err(Refusal::WrongBackupCode),
        }
    }
}

/// Where `wanted` stands in `all`; every entry is compared.
fn position(all: &[Verifier], wanted: &Verifier) -> Option<usize> {
    let (mut found, mut at) = (Choice::from(0), 0_u32);
    for (index, verifier) in all.iter().enumerate() {
        let same = verifier.ct_eq(wanted);
        at.conditional_assign(&(index as u32), same);
        found |= same;
    }
    bool::from(found).then_some(at as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_as_people_type_it() {
        let code = BackupCode::from_random(Shape::Digits8, [0xab; 16]);
        let grouped = code.grouped();
        assert_eq!(grouped.len(), 9);
        let wide: String = grouped
            .chars()
            .map(|c| {
                if c == '-' {
                    'ー'
                } else {
                    char::from_u32(c as u32 + 0xfee0).expect("full-width")
                }
            })
            .collect();
        for typed in [
            grouped.as_str(),
            code.expose(),
            wide.as_str(),
            &grouped.replace('-', "\u{3000}"),
        ] {
            assert_eq!(
                BackupCode::parse(Shape::Digits8, typed),
                Ok(code.clone()),
                "{typed}"
            );
        }
        let code = BackupCode::from_random(Shape::Symbols16, *b"0123456789abcdef");
        assert_eq!(
            BackupCode::parse(Shape::Symbols16, &code.grouped().to_lowercase()),
            Ok(code.clone())
        );
        assert_eq!(format!("{code:?}"), "BackupCode(..)");
    }

    #[test]
    fn sec_024_malformed_backup_codes_are_refused() {
        let too_long = "1".repeat(100_000);
        for bad in [
            "",
            " ",
            "1234567",
            "123456789",
            "1234567a",
            "null",
            "[]",
            "１２３",
            "12345678\0",
            &too_long,
        ] {
            assert_eq!(
                BackupCode::parse(Shape::Digits8, bad),
                Err(Refusal::MalformedBackupCode),
                "{bad:.20}"
            );
        }
    }

    #[test]
    fn each_kind_of_wrong_is_told_apart() {
        let set = BackupSet {
            salt: [0; 16],
            generation: 1,
            current: vec![[1; 16], [2; 16], [3; 16]],
            used: 0b010,
            superseded: vec![[9; 16]],
        };
        assert_eq!(set.judge(&[1; 16]).map(AcceptedBackupCode::bit), Ok(1));
        assert_eq!(set.judge(&[3; 16]).map(AcceptedBackupCode::bit), Ok(4));
        assert_eq!(set.judge(&[2; 16]), Err(Refusal::BackupCodeUsed));
        assert_eq!(set.judge(&[9; 16]), Err(Refusal::BackupCodeSuperseded));
        assert_eq!(set.judge(&[7; 16]), Err(Refusal::WrongBackupCode));
        assert_eq!(set.left(), 2);
    }
}
