//! The key shared between Warifu and a phone. Drawing one at random and sealing it at rest are for the crates above.

use std::fmt;

use zeroize::Zeroizing;

use crate::base32::{self, MalformedBase32};

/// A shared key of HOTP or TOTP. Wiped when dropped; prints nothing of itself (SEC-78).
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Length of a new key in bytes: the 160 bits that RFC 4226 recommends (section 4, R6; SEC-17).
    pub const NEW_LENGTH: usize = 20;

    /// Takes a key of any length; HMAC accepts them all.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads a key as a person may type or paste it: either case, full-width letters, spaces, hyphens, `=` at the end.
    ///
    /// # Errors
    /// When what remains is not the base32 of at least one byte, or the text is longer than any key.
    pub fn from_base32(text: &str) -> Result<Self, MalformedBase32> {
        base32::decode(text).map(Self)
    }

    /// The bytes themselves, to seal them or to check with another tool.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Upper-case base32 without padding: 32 characters for a new key (SEC-17).
    pub fn to_base32(&self) -> Zeroizing<String> {
        base32::encode(&self.0)
    }

    /// [`to_base32`](Self::to_base32) in groups of 4 with a space between, to be typed from a screen (SEC-17).
    pub fn to_base32_grouped(&self) -> Zeroizing<String> {
        let letters = self.to_base32();
        let mut grouped = Zeroizing::new(String::with_capacity(letters.len() * 5 / 4));
        for (position, letter) in letters.chars().enumerate() {
            if position > 0 && position % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(letter);
        }
        grouped
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
