//! Pairing an app by two typed codes (K4): its limits, and what people type for it. What both codes make is the otp crate's; where
//! a pairing is kept and counted is storage's business.

use warifu_otp::{BadPairingCode, PairingCode, PairingRole, TotpParams};

use crate::{refusal::Refusal, time::Span};

/// How long a pairing is open.
pub const LIFETIME: Span = Span::minutes(10);
/// App codes that one pairing takes; each costs about 0.3 s of one core.
pub const APP_CODES: i64 = 5;
/// Wrong one-time codes that end a pairing, over all its app codes.
pub const WRONG_CODES: i64 = 5;
/// Pairings that come to nothing in a day before no further one is begun.
pub const VAIN_IN_DAY: i64 = 10;
/// The span in which they are counted.
pub const DAY: Span = Span::hours(24);
/// Longest name of a device that is kept, in characters.
pub const MAX_DEVICE_CHARS: usize = 40;

/// Which code comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The page shows its user code, then asks for the app code.
    UserCodeFirst,
    /// The page asks for the app code, then shows its user code.
    AppCodeFirst,
}

/// What page and app call a paired app, so that a person with two devices knows which is which. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairedName {
    /// Four symbols that both codes make.
    pub tag: String,
    /// What its owner calls the device; may be empty.
    pub device: String,
}

/// How the codes of every paired app are made, whatever the policy says about others: the app knows nothing of a policy.
pub fn totp_params() -> TotpParams {
    TotpParams::default()
}

/// Reads an app code as it was typed.
///
/// # Errors
/// Says which slip it is. No slip costs an attempt.
pub fn read_app_code(typed: &str) -> Result<PairingCode, Refusal> {
    PairingCode::parse(PairingRole::App, typed).map_err(|slip| match slip {
        BadPairingCode::Character => Refusal::AppCodeCharacter,
        BadPairingCode::Length => Refusal::AppCodeLength,
        BadPairingCode::WrongRole => Refusal::AppCodeOfPage,
        BadPairingCode::Check => Refusal::AppCodeMistyped,
    })
}

/// What a person calls the device, as it is kept: one line without control characters, cut at [`MAX_DEVICE_CHARS`]. It may be empty.
pub fn device_name(typed: &str) -> String {
    let plain: String = typed.chars().filter(|c| !c.is_control()).collect();
    let short: String = plain.trim().chars().take(MAX_DEVICE_CHARS).collect();
    short.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k4_each_slip_has_its_own_refusal() {
        let check = |typed| read_app_code(typed).map(|code| code.grouped().to_string());
        for right in [
            "G58E-6H3P-N01D-ENP0",
            "g58e6h3pnoldenpo",
            "Ｇ５８Ｅー６Ｈ３Ｐ　Ｎ０１Ｄ＿ＥＮＰ０",
        ] {
            assert_eq!(check(right).unwrap(), "G58E-6H3P-N01D-ENP0", "{right}");
        }
        for (typed, slip) in [
            ("G58E-6H3P-N01D-ENPU", Refusal::AppCodeCharacter),
            ("G58E-6H3P-N01D-ENP", Refusal::AppCodeLength),
            ("", Refusal::AppCodeLength),
            // The code that the page shows.
            ("T5MK-RHG6-63Q3-5C91", Refusal::AppCodeOfPage),
            ("G58E-6H3P-N01D-ENP1", Refusal::AppCodeMistyped),
            ("5G8E-6H3P-N01D-ENP0", Refusal::AppCodeMistyped),
        ] {
            assert_eq!(check(typed), Err(slip), "{typed}");
        }
    }

    #[test]
    fn sec_032_both_codes_together_carry_more_than_112_bits() {
        // Fifteen of a code's sixteen symbols are random, with five bits each.
        let one = (15 * 32_u32.ilog2()) as usize;
        assert!(2 * one >= 112);
        for role in [PairingRole::App, PairingRole::User] {
            for byte in 0..10 {
                // Every one of the first 75 bits changes the code.
                let bits = if byte == 9 { 5..8 } else { 0..8 };
                for bit in bits {
                    let mut bytes = [0; 10];
                    bytes[byte] = 1 << bit;
                    let (zero, other) = ([0; 10], bytes);
                    let text = |bytes| PairingCode::from_random(role, bytes).grouped().to_string();
                    assert_ne!(text(zero), text(other), "byte {byte}, bit {bit}");
                }
            }
        }
    }

    #[test]
    fn a_device_s_name_is_one_short_line() {
        for (typed, kept) in [
            ("  私のスマホ ", "私のスマホ"),
            ("a\r\nb\u{7}", "ab"),
            ("", ""),
        ] {
            assert_eq!(device_name(typed), kept);
        }
        let long = "あ".repeat(100);
        assert_eq!(device_name(&long).chars().count(), MAX_DEVICE_CHARS);
    }
}
