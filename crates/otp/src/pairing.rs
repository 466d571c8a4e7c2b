//! Pairing by two typed codes (K4): an app's code and a page's code are each typed into the other side, and both sides compute
//! the same seed. Who may pair, how often and how long is for the crates above.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    Secret,
    typed::{fold_width, is_separator},
};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols of a code: fifteen random ones and a check symbol.
const SYMBOLS: usize = 16;
const SALT: &[u8] = b"warifu/pairing/v1";
const ITERATIONS: u32 = 600_000;

/// Which side made a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairingRole {
    /// The app; the code is typed into the page.
    App,
    /// The page; the code is typed into the app.
    User,
}

impl PairingRole {
    fn number(self) -> u8 {
        match self {
            Self::App => 1,
            Self::User => 2,
        }
    }
}

/// Why a text is no pairing code; told before anything is derived, so that a slip costs no attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPairingCode {
    /// A character that no code has.
    Character,
    /// Not sixteen symbols.
    Length,
    /// A code of the other side.
    WrongRole,
    /// A symbol is mistyped, or two are swapped.
    Check,
}

impl fmt::Display for BadPairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Character => "a pairing code has no such character",
            Self::Length => "a pairing code has 16 symbols",
            Self::WrongRole => "this is the code of the other side",
            Self::Check => "a symbol is mistyped",
        })
    }
}

impl std::error::Error for BadPairingCode {}

/// One side's code: 75 random bits and a check symbol. Wiped when dropped; prints nothing of itself (SEC-78).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct PairingCode {
    /// Values below 32.
    symbols: [u8; SYMBOLS],
    #[zeroize(skip)]
    role: PairingRole,
}

impl PairingCode {
    /// Longest text read, in characters.
    pub const MAX_TEXT_CHARS: usize = 64;

    /// A code of the first 75 of 80 random bits.
    pub fn from_random(role: PairingRole, bytes: [u8; 10]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let mut wide = [0; 16];
        wide[6..].copy_from_slice(&*bytes);
        let mut bits = u128::from_be_bytes(wide) >> 5;
        let mut symbols = [0; SYMBOLS];
        for symbol in symbols[..SYMBOLS - 1].iter_mut().rev() {
            *symbol = (bits & 31) as u8;
            bits >>= 5;
        }
        wide.zeroize();
        bits.zeroize();
        symbols[SYMBOLS - 1] = check_symbol(&symbols) ^ role.number();
        Self { symbols, role }
    }

    /// Reads what a person types: full-width, in small letters, with hyphens and spaces; `I` and `L` are read as `1`, `O` as `0`.
    ///
    /// # Errors
    /// See [`BadPairingCode`]; the first reason of character, length, role, check.
    pub fn parse(role: PairingRole, text: &str) -> Result<Self, BadPairingCode> {
        if text.chars().nth(Self::MAX_TEXT_CHARS).is_some() {
            return Err(BadPairingCode::Length);
        }
        let mut code = Self {
            symbols: [0; SYMBOLS],
            role,
        };
        let mut count = 0;
        for c in text.chars().map(fold_width) {
            if is_separator(c) || c == '_' {
                continue;
            }
            let value = value_of(c).ok_or(BadPairingCode::Character)?;
            if let Some(symbol) = code.symbols.get_mut(count) {
                *symbol = value;
            }
            count += 1;
        }
        if count != SYMBOLS {
            return Err(BadPairingCode::Length);
        }
        let computed = check_symbol(&code.symbols) ^ role.number();
        match code.symbols[SYMBOLS - 1] ^ computed {
            0 => Ok(code),
            // Both roles' numbers at once: it fits the other one.
            3 => Err(BadPairingCode::WrongRole),
            _ => Err(BadPairingCode::Check),
        }
    }

    /// Which side made it.
    pub fn role(&self) -> PairingRole {
        self.role
    }

    /// The code as it is shown: `XXXX-XXXX-XXXX-XXXX`.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS + 3));
        for (place, symbol) in self.symbols.iter().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*symbol)]));
        }
        text
    }

    /// The sixteen symbols in ASCII.
    fn canonical(&self) -> Zeroizing<[u8; SYMBOLS]> {
        Zeroizing::new(self.symbols.map(|symbol| ALPHABET[usize::from(symbol)]))
    }
}

impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingCode(..)")
    }
}

fn value_of(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| char::from(*known) == c)?;
    Some(place as u8)
}

/// `Σ αⁱ·d[i]` over the fifteen random symbols, in GF(32) with x⁵ + x² + 1 and α = 2: it differs after every single wrong symbol
/// and every swap of two.
fn check_symbol(symbols: &[u8; SYMBOLS]) -> u8 {
    // Horner's rule, from the last symbol to the first.
    symbols[..SYMBOLS - 1]
        .iter()
        .rev()
        .fold(0, |sum, symbol| times_alpha(sum ^ symbol))
}

fn times_alpha(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 32 == 0 {
        doubled
    } else {
        (doubled ^ 0b10_0101) & 31
    }
}

/// What two codes make together, the same on both sides.
pub struct Pairing {
    /// The seed of a plain TOTP: SHA-1, 6 digits, 30 s.
    pub seed: Secret,
    /// Four symbols that page and app show beside the device's name, so that a person with two phones knows which is which.
    pub tag: String,
}

/// Derives seed and tag from both codes. Takes about 0.3 s of one core, on purpose: whoever sees one code must guess the other.
///
/// # Panics
/// If a code stands in the place of the other side's.
pub fn derive_pairing(app: &PairingCode, user: &PairingCode) -> Pairing {
    assert!(
        app.role == PairingRole::App && user.role == PairingRole::User,
        "one code of each side"
    );
    let password = Zeroizing::new([*app.canonical(), *user.canonical()].concat());
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(&password, SALT, ITERATIONS, &mut *key);
    let expand = Hkdf::<Sha256>::new(None, &*key);
    let mut seed = Zeroizing::new([0; Secret::NEW_LENGTH]);
    let mut tag = [0; 3];
    for (info, out) in [
        ("warifu/pairing/v1/seed", &mut seed[..]),
        ("warifu/pairing/v1/tag", &mut tag[..]),
    ] {
        expand
            .expand(info.as_bytes(), out)
            .expect("HKDF gives up to 255 blocks");
    }
    let tag = u32::from_be_bytes([0, tag[0], tag[1], tag[2]]) >> 4;
    let symbol = |place: u32| char::from(ALPHABET[(tag >> (5 * place)) as usize & 31]);
    Pairing {
        seed: Secret::from_bytes(seed.to_vec()),
        tag: [3, 2, 1, 0].map(symbol).iter().collect(),
    }
}
