//! Bearer secrets: what a browser holds, and the hash of it that the database holds (SEC-5).

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::ids::SessionId;

/// 256 random bits that open a session or a login attempt. It has no `Display`: [`Token::expose`] is
/// called where a cookie is written, and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// The first half of the SHA-256 of a [`Token`]: what is stored and looked up. A dump of these opens nothing, and 128 bits
/// are as hard to hit as to guess a token of SEC-5.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 16]);

impl Token {
    /// A token from the operating system's random bytes.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a cookie's value. Anything but 43 base64url characters is no token.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 43 {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The cookie's value.
    pub fn expose(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// What the database stores.
    pub fn hash(&self) -> TokenHash {
        let digest: [u8; 32] = Sha256::digest(self.0).into();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        TokenHash(half)
    }
}

impl TokenHash {
    /// The name by which a session is listed and ended: half of the hash, which opens nothing.
    pub fn session_id(&self) -> SessionId {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[..8]);
        SessionId(i64::from_be_bytes(bytes))
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_prints_nothing() {
        let token = Token::from_random([7; 32]);
        assert_eq!(Token::parse(&token.expose()), Some(token.clone()));
        assert_eq!(
            format!("{token:?} {:?}", token.hash()),
            "Token(..) TokenHash(..)"
        );
        for bad in ["", "a", &"a".repeat(44), &"é".repeat(22), &"=".repeat(43)] {
            assert_eq!(Token::parse(bad), None, "{bad}");
        }
    }
}
