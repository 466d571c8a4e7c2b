//! What people's keyboards and clipboards put between and instead of the characters of a code or a key.
//! Which characters then remain, and how many, is for `code` and `base32`.

/// The ASCII character that a full-width one (U+FF01 to U+FF5E) stands for; any other character unchanged.
///
/// A Japanese input method is often on while a code is typed.
pub(crate) fn fold_width(c: char) -> char {
    match c {
        // The two blocks run in parallel, 0xFEE0 apart (Unicode, Halfwidth and Fullwidth Forms).
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(c as u32 - 0xFEE0).expect("U+0021 to U+007E are characters")
        }
        _ => c,
    }
}

/// Whether `c` only separates or is invisible, so that dropping it loses nothing.
pub(crate) fn is_separator(c: char) -> bool {
    c.is_whitespace() || is_hyphen(c) || is_invisible(c)
}

/// Every hyphen, dash and minus sign, and the long-vowel marks and rules that a Japanese keyboard puts in their place.
fn is_hyphen(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{AD}' // soft hyphen
        | '\u{58A}' | '\u{5BE}' | '\u{1806}' // Armenian, Hebrew, Mongolian
        | '\u{2010}'
            ..='\u{2015}' | '\u{2043}' | '\u{2053}' | '\u{207B}' | '\u{208B}' | '\u{2212}'
        | '\u{2500}' | '\u{2501}' // box drawing, offered by Japanese input methods as a dash
        | '\u{2E3A}' | '\u{2E3B}' // two-em, three-em
        | '\u{301C}' | '\u{3030}' | '\u{30A0}' | '\u{30FC}' | '\u{FF70}' // wave dash, katakana hyphen, long-vowel marks
        | '\u{FE31}' | '\u{FE32}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' | '\u{FF5E}'
    )
}

/// Marks without width that come along when a code is copied: joiners, direction marks, byte order marks.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_ascii_folds_and_nothing_else_does() {
        assert_eq!(fold_width('０'), '0');
        assert_eq!(fold_width('９'), '9');
        assert_eq!(fold_width('Ａ'), 'A');
        assert_eq!(fold_width('ｚ'), 'z');
        assert_eq!(fold_width('＝'), '=');
        for c in ['7', '②', '七', '\u{FF00}', '\u{FF5F}', '\u{1D7D8}', '٣'] {
            assert_eq!(fold_width(c), c);
        }
    }

    #[test]
    fn separators_are_neither_digits_nor_letters() {
        let separators = (0..=0x10_FFFF)
            .filter_map(char::from_u32)
            .filter(|c| is_separator(*c));
        for c in separators {
            // The long-vowel marks are letters to Unicode, yet never part of a code.
            assert!(
                !c.is_alphanumeric() || matches!(c, '\u{30FC}' | '\u{FF70}'),
                "{c:?}"
            );
        }
    }
}
