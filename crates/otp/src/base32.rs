//! Base32 as authenticator apps exchange keys (RFC 4648, section 6): written strictly, read leniently.
//! Grouping for display is in `secret`.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::{BASE32_NOPAD, Encoding, Specification};
use zeroize::Zeroizing;

use crate::typed::{fold_width, is_separator};

/// Longest text read, in characters: a 512-bit key takes 103; the rest is room for separators and padding.
const MAX_TEXT_CHARS: usize = 512;

/// A text that is not the base32 of at least one byte.
///
/// Carries nothing of the text: it may be most of a key (SEC-78).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedBase32;

impl fmt::Display for MalformedBase32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a base32 key")
    }
}

impl std::error::Error for MalformedBase32 {}

/// Upper case, without padding.
pub(crate) fn encode(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(BASE32_NOPAD.encode(bytes))
}

/// Reads either case, full-width letters, and text with separators or with `=` at its end.
pub(crate) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, MalformedBase32> {
    if text.chars().nth(MAX_TEXT_CHARS).is_some() {
        return Err(MalformedBase32);
    }
    // Reserved in full: growing would leave copies of the key behind.
    let mut letters = Zeroizing::new(String::with_capacity(text.len()));
    letters.extend(text.chars().filter(|c| !is_separator(*c)).map(fold_width));
    let unpadded = letters.trim_end_matches('=');
    if unpadded.is_empty() {
        return Err(MalformedBase32);
    }
    // The decoder's own error names a position and is dropped with the text.
    LENIENT
        .decode(unpadded.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| MalformedBase32)
}

/// Upper and lower case alike. Bits left over in the last character are ignored: issuers exist whose keys have
/// them set, and the common apps ignore them too.
static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification: Specification = BASE32_NOPAD.specification();
    specification.check_trailing_bits = false;
    specification
        .translate
        .from
        .push_str("abcdefghijklmnopqrstuvwxyz");
    specification
        .translate
        .to
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification
        .encoding()
        .expect("base32 with a letter-for-letter translation is well-formed")
});
