//! One-time codes and their formats: HOTP, TOTP, base32, otpauth URIs, pairing. Bytes and times in, codes out:
//! no clock, no randomness and no I/O. What Warifu accepts, and how often, is for the crates above.
//!
//! ```
//! use warifu_otp::{OneTimeCode, Secret, Step, TotpKey, TotpParams};
//!
//! let secret = Secret::from_base32("gezd gnbv gy3t qojq gezd gnbv gy3t qojq")?;
//! let key = TotpKey::new(TotpParams::default(), &secret);
//! let typed = OneTimeCode::parse("２８７　０８２")?;
//! assert_eq!(key.matching_step(&typed, 59, 1), Some(Step(1)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod base32;
mod code;
mod counter_mac;
mod hotp;
mod otpauth;
mod pairing;
mod secret;
mod totp;
mod typed;

pub use base32::MalformedBase32;
pub use code::{MalformedCode, OneTimeCode};
pub use hotp::{Algorithm, Digits, hotp};
pub use otpauth::{MAX_ACCOUNT_CHARS, MAX_ISSUER_CHARS, otpauth_uri};
pub use pairing::{BadPairingCode, Pairing, PairingCode, PairingRole, derive_pairing};
pub use secret::Secret;
pub use totp::{MAX_SKEW_STEPS, PeriodOutOfRange, Step, TotpKey, TotpParams};
