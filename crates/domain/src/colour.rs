//! One colour of the tenant's on our pages: which shades of it can be read in both themes (WCAG 2.2, 1.4.3).

use std::fmt;

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// The least contrast of text with what is behind it (WCAG 2.2, 1.4.3).
pub const LEAST_CONTRAST: f64 = 4.5;

/// What is behind text in the light theme: `--surface` and `--ground` of the style sheet.
pub const LIGHT: [Colour; 2] = [Colour::new(0xff, 0xff, 0xff), Colour::new(0xf6, 0xf7, 0xf8)];
/// The same in the dark theme.
pub const DARK: [Colour; 2] = [Colour::new(0x1e, 0x21, 0x25), Colour::new(0x15, 0x17, 0x1a)];

/// The shades of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shades {
    /// Of links and buttons.
    pub accent: Colour,
    /// Of the same under the pointer: farther from what is behind.
    pub strong: Colour,
    /// Of text on a button.
    pub on_accent: Colour,
}

impl Colour {
    const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self { red, green, blue })
    }

    /// The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The shades for the light theme: this colour, darker where it could not be read.
    pub fn on_light(self) -> Shades {
        self.shades(&LIGHT, LIGHT[0], -1)
    }

    /// The shades for the dark theme: this colour, lighter where it could not be read.
    pub fn on_dark(self) -> Shades {
        self.shades(&DARK, DARK[1], 1)
    }

    /// Hue and saturation stay; the lightness goes in `direction` only as far as it has to.
    fn shades(self, behind: &[Self], on_accent: Self, direction: i32) -> Shades {
        let (hue, saturation, lightness) = self.hsl();
        let at = |lightness: i32| {
            Self::from_hsl(hue, saturation, f64::from(lightness.clamp(0, 255)) / 255.0)
        };
        let reads = |colour: Self| {
            let mut all = behind.iter().chain([&on_accent]);
            all.all(|other| colour.contrast(*other) >= LEAST_CONTRAST)
        };
        let mut step = (lightness * 255.0).round() as i32;
        let mut accent = self;
        while !reads(accent) && (1..255).contains(&step) {
            step += direction;
            accent = at(step);
        }
        if !reads(accent) {
            step += direction * 255;
            accent = at(step);
        }
        Shades {
            accent,
            strong: at(step + direction * 20),
            on_accent,
        }
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// Hue in sixths of the circle, saturation and lightness from 0 to 1 (CSS Color 4, 7.1).
    fn hsl(self) -> (f64, f64, f64) {
        let [red, green, blue] =
            [self.red, self.green, self.blue].map(|part| f64::from(part) / 255.0);
        let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
        let (spread, lightness) = (most - least, (most + least) / 2.0);
        if spread == 0.0 {
            return (0.0, 0.0, lightness);
        }
        let saturation = spread / (1.0 - (2.0 * lightness - 1.0).abs());
        let hue = if most == red {
            ((green - blue) / spread).rem_euclid(6.0)
        } else if most == green {
            (blue - red) / spread + 2.0
        } else {
            (red - green) / spread + 4.0
        };
        (hue, saturation, lightness)
    }

    fn from_hsl(hue: f64, saturation: f64, lightness: f64) -> Self {
        let spread = (1.0 - (2.0 * lightness - 1.0).abs()) * saturation;
        let second = spread * (1.0 - (hue.rem_euclid(2.0) - 1.0).abs());
        let (red, green, blue) = match hue as u8 {
            0 => (spread, second, 0.0),
            1 => (second, spread, 0.0),
            2 => (0.0, spread, second),
            3 => (0.0, second, spread),
            4 => (second, 0.0, spread),
            _ => (spread, 0.0, second),
        };
        let least = lightness - spread / 2.0;
        let byte = |part: f64| ((part + least) * 255.0).round().clamp(0.0, 255.0) as u8;
        Self::new(byte(red), byte(green), byte(blue))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_colour_is_six_hexadecimal_digits() {
        assert_eq!(Colour::parse("#1F4e79").unwrap().to_string(), "#1f4e79");
        for bad in [
            "", "#", "1f4e79", "#1f4e7", "#1f4e799", "#1f4e7g", "#+f4e79", "red", "#ｆｆ", "#fff;}",
        ] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let (black, white) = (Colour::new(0, 0, 0), Colour::new(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        assert!((white.contrast(white) - 1.0).abs() < 1e-9);
        let grey = Colour::parse("#767676").unwrap();
        assert!((grey.contrast(white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn what_can_be_read_stays_as_it_is() {
        let blue = Colour::parse("#1f4e79").unwrap();
        assert_eq!(blue.on_light().accent, blue);
        let pale = Colour::parse("#8ab8e6").unwrap();
        assert_eq!(pale.on_dark().accent, pale);
        let yellow = Colour::parse("#ffe000").unwrap();
        assert_ne!(yellow.on_light().accent, yellow);
        // The hue stays yellow: red and green go down together, blue stays away.
        let dark = yellow.on_light().accent;
        assert!(
            dark.red > 0x50 && dark.green > 0x50 && dark.blue < 0x10,
            "{dark}"
        );
    }

    proptest! {
        #[test]
        fn every_colour_can_be_read_in_both_themes(red: u8, green: u8, blue: u8) {
            let colour = Colour::new(red, green, blue);
            for (shades, behind) in [(colour.on_light(), LIGHT), (colour.on_dark(), DARK)] {
                for shade in [shades.accent, shades.strong] {
                    for other in behind.into_iter().chain([shades.on_accent]) {
                        prop_assert!(shade.contrast(other) >= LEAST_CONTRAST, "{colour} {shade} {other}");
                    }
                }
            }
        }
    }
}
