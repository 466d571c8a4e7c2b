//! QR codes as the path of an inline SVG.

use qrcodegen::{DataTooLong, QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// Modules of white around the symbol that scanners need (ISO/IEC 18004).
const QUIET_ZONE: i32 = 4;

/// CSS pixels per side at least, for a scan at arm's length.
const LEAST_PIXELS: i32 = 220;

/// A QR code ready for `<svg viewBox="0 0 size size"><path d="path">`.
#[derive(Clone, Debug)]
pub struct Qr {
    /// Modules per side, quiet zone included.
    pub size: i32,
    /// The dark modules.
    pub path: String,
}

impl Qr {
    /// CSS pixels per side: a whole number for each module, because modules of uneven width defeat scanners.
    #[must_use]
    pub fn pixels(&self) -> i32 {
        self.size * ((LEAST_PIXELS + self.size - 1) / self.size)
    }

    /// Encodes `text` with error correction M, which survives a scratched or glaring screen without growing the symbol much.
    ///
    /// # Errors
    /// If `text` is longer than the largest QR code holds (2331 bytes).
    pub fn encode(text: &str) -> Result<Self, DataTooLong> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium)?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let run = (x..code.size())
                    .take_while(|&x| code.get_module(x, y))
                    .count();
                if run > 0 {
                    write!(
                        path,
                        "M{} {}h{run}v1h-{run}z",
                        x + QUIET_ZONE,
                        y + QUIET_ZONE
                    )
                    .expect("a String takes all");
                }
                x += run.max(1) as i32;
            }
        }
        Ok(Self {
            size: code.size() + 2 * QUIET_ZONE,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paints the path again, as a browser would.
    fn paint(qr: &Qr) -> Vec<(i32, i32)> {
        let mut dark = Vec::new();
        for run in qr.path.split('M').skip(1) {
            let numbers: Vec<i32> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter(|digits| !digits.is_empty())
                .map(|digits| digits.parse().unwrap())
                .collect();
            dark.extend((numbers[0]..numbers[0] + numbers[2]).map(|x| (x, numbers[1])));
        }
        dark
    }

    #[test]
    fn the_path_paints_exactly_the_dark_modules_inside_a_quiet_zone() {
        let text = "otpauth://totp/%E5%89%B2%E7%AC%A6:taro@example.jp?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=%E5%89%B2%E7%AC%A6";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let qr = Qr::encode(text).unwrap();
        assert_eq!(qr.size, code.size() + 8);
        assert!(qr.pixels() % qr.size == 0 && (220..=2 * 220).contains(&qr.pixels()));
        let dark = paint(&qr);
        for y in 0..qr.size {
            for x in 0..qr.size {
                assert_eq!(
                    dark.contains(&(x, y)),
                    code.get_module(x - 4, y - 4),
                    "{x},{y}"
                );
            }
        }
    }

    #[test]
    fn a_text_that_fits_no_symbol_is_an_error() {
        assert!(Qr::encode(&"x".repeat(3000)).is_err());
    }
}
