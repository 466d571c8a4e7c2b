//! HOTP (RFC 4226) and the two knobs it shares with TOTP: the hash and the number of digits.

use crate::code::OneTimeCode;
use crate::counter_mac::CounterMac;
use crate::secret::Secret;

/// The hash below HMAC (RFC 6238, section 1.2). Most phone apps know SHA-1 only, whatever they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// HMAC-SHA-1, the only one of RFC 4226. Collisions in SHA-1 do not weaken HMAC.
    #[default]
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

impl Algorithm {
    /// The name that otpauth URIs give it: `SHA1`, `SHA256`, `SHA512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// The algorithm that [`name`](Self::name) calls exactly so.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha512]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }
}

/// How many digits a code has (RFC 4226, section 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Digits {
    /// What every phone app knows.
    #[default]
    Six,
    /// Seldom supported.
    Seven,
    /// The longest: the 31 bits below a code make no ninth digit of full value.
    Eight,
}

impl Digits {
    /// 6, 7 or 8; `None` for any other count.
    pub fn new(count: u8) -> Option<Self> {
        match count {
            6 => Some(Self::Six),
            7 => Some(Self::Seven),
            8 => Some(Self::Eight),
            _ => None,
        }
    }

    /// The number itself.
    pub fn count(self) -> u8 {
        match self {
            Self::Six => 6,
            Self::Seven => 7,
            Self::Eight => 8,
        }
    }

    /// Cuts the 31 bits of an HMAC down to the value of a code.
    pub(crate) fn cut(self, bits: u32) -> u32 {
        // Constant divisors become multiplications: a division's time may depend on its operands (SEC-16).
        match self {
            Self::Six => bits % 1_000_000,
            Self::Seven => bits % 10_000_000,
            Self::Eight => bits % 100_000_000,
        }
    }
}

/// The HOTP value of `counter` (RFC 4226, section 5.3), with the hashes that RFC 6238 adds.
pub fn hotp(secret: &Secret, algorithm: Algorithm, digits: Digits, counter: u64) -> OneTimeCode {
    let mac = CounterMac::new(algorithm, secret.expose());
    OneTimeCode::new(digits.cut(mac.truncated(counter)), digits)
}
