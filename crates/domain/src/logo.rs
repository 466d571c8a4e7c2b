//! A tenant's logo: what it is called, and how large one may be (SEC-71). Reading a picture is the flow's.

use std::fmt;

/// A picture, named by its content: 63 bits of the SHA-256 of the PNG that we wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogoId(pub i64);

impl LogoId {
    /// The name of a picture with this SHA-256.
    pub fn of(sha256: [u8; 32]) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = sha256;
        Self(i64::from_be_bytes([a, b, c, d, e, f, g, h]) & i64::MAX)
    }

    /// Reads what [`Self`] is shown as.
    pub fn parse(text: &str) -> Option<Self> {
        let shape =
            text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let number = i64::from_str_radix(text, 16).ok();
        number.filter(|_| shape).map(Self)
    }
}

impl fmt::Display for LogoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Largest file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 2 * 1024 * 1024;

/// Widest and highest picture that is read, in pixels. Decoded it takes 64 MiB at most.
pub const MAX_SIDE: u32 = 4096;

/// What a logo is made to fit in, in pixels: four times the height at which it is shown, for sharp screens.
pub const BOX: (u32, u32) = (480, 160);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_shown_and_in_no_other_way() {
        let id = LogoId::of([0xfa; 32]);
        assert_eq!(id.to_string(), "7afafafafafafafa");
        assert_eq!(LogoId::parse(&id.to_string()), Some(id));
        for text in [
            "",
            "1",
            "7AFAFAFAFAFAFAFA",
            "fafafafafafafafa",
            "+afafafafafafafa",
            "-afafafafafafafa",
            "7afafafafafafafa0",
        ] {
            assert_eq!(LogoId::parse(text), None, "{text}");
        }
    }
}
