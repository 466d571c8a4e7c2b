//! Which passwords may be chosen (NIST SP 800-63B-4 3.1.1.2; SEC-74): long enough, not on the block list, nothing else.

use std::{collections::HashSet, fmt, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Longest password in bytes, checked before anything is computed (SEC-76).
pub const MAX_BYTES: usize = 1024;
/// Shortest password in characters where the password alone opens the account.
pub const MIN_CHARS_ALONE: usize = 15;
/// Shortest password in characters where every login also needs a second factor.
pub const MIN_CHARS_WITH_SECOND_FACTOR: usize = 8;

/// A password in NFC, so that each keyboard makes the same bytes. Never truncated, never trimmed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Password {
    normal: String,
    /// As it was typed, where that is something else.
    typed: Option<String>,
}

impl Password {
    /// Takes a typed password; `None` where it is longer than [`MAX_BYTES`].
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > MAX_BYTES {
            return None;
        }
        let normal: String = typed.nfc().collect();
        let differs = normal != typed;
        Some(Self {
            typed: differs.then(|| typed.to_owned()),
            normal,
        })
    }

    /// The bytes that are hashed.
    pub fn expose(&self) -> &[u8] {
        self.normal.as_bytes()
    }

    /// The bytes that another system may have hashed: as they came from a keyboard first, then in NFC if that is something else.
    pub fn expose_candidates(&self) -> impl Iterator<Item = &[u8]> {
        let typed = self.typed.iter().map(String::as_bytes);
        typed.chain([self.expose()])
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// How long a password is meant to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordTerm {
    /// Until its owner changes it.
    Lasting,
    /// For one login, after which its owner chooses another: somebody else set or saw it (SEC-70).
    Temporary,
}

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPassword {
    /// Fewer characters than needed.
    TooShort {
        /// Characters needed.
        min: usize,
    },
    /// More than [`MAX_BYTES`] bytes.
    TooLong,
    /// On the list of passwords that attackers try first, or one character or sequence over and over.
    Common,
    /// Little more than the login ID, the person's name or the organisation's.
    ContainsName,
    /// The password that is in use now.
    Unchanged,
}

/// Checks a new password. `context` holds the login ID, the person's name and the tenant's name and slug.
pub fn check_new(
    password: &Password,
    min_chars: usize,
    context: &[&str],
) -> Result<(), BadPassword> {
    let text = &password.normal;
    if text.chars().count() < min_chars {
        return Err(BadPassword::TooShort { min: min_chars });
    }
    let folded = fold(text);
    if is_monotonous(text)
        || COMMON.contains(folded.as_str())
        || COMMON.contains(strip_tail(&folded))
    {
        return Err(BadPassword::Common);
    }
    let rest = context
        .iter()
        .flat_map(|name| words(name))
        .fold(folded.clone(), |rest, word| rest.replace(&word, ""));
    let mostly_names = rest.len() < folded.len() && rest.chars().count() < 6;
    if mostly_names {
        Err(BadPassword::ContainsName)
    } else {
        Ok(())
    }
}

/// The list, and each word of it without the letters that [`strip_tail`] would take from it.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let words = include_str!("common_passwords.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let stems = |word| {
        [word, strip_tail(word)]
            .into_iter()
            .filter(|stem| stem.len() >= 4)
    };
    words.flat_map(stems).collect()
});

/// Lower case, with the digits and signs that stand for letters turned back: `P@ssw0rd` is `password`.
fn fold(text: &str) -> String {
    let unleet = |c| match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    };
    text.nfkc()
        .flat_map(char::to_lowercase)
        .map(unleet)
        .filter(|c| !matches!(c, ' ' | '-' | '_' | '.'))
        .collect()
}

/// Without the year or number that people put behind a word when asked for more characters (already folded).
fn strip_tail(folded: &str) -> &str {
    folded.trim_end_matches(|c: char| {
        c.is_ascii_digit() || c.is_ascii_punctuation() || "oieasti".contains(c)
    })
}

/// A few characters over and over, or a plain run like `abcdefgh`, `87654321`.
fn is_monotonous(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let distinct: HashSet<char> = chars.iter().copied().collect();
    let steps: HashSet<i64> = chars
        .windows(2)
        .map(|pair| pair[1] as i64 - pair[0] as i64)
        .collect();
    let repeats = (1..=4).any(|period| {
        chars.len() >= 3 * period && chars.windows(period + 1).all(|w| w[0] == w[period])
    });
    distinct.len() <= 2 || repeats || (steps.len() == 1 && steps.iter().all(|step| step.abs() <= 1))
}

/// The parts of a name that are worth looking for.
fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric())
        .map(fold)
        .filter(|word| word.chars().count() >= 4)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, min: usize) -> Result<(), BadPassword> {
        let password = Password::parse(text).expect("short enough");
        check_new(
            &password,
            min,
            &[
                "taro.yamada@example.jp",
                "山田 太郎",
                "Midori Trading",
                "midori",
            ],
        )
    }

    #[test]
    fn sec_074_length_counts_characters_and_nothing_else_is_demanded() {
        assert_eq!(
            check("ninechars", 15),
            Err(BadPassword::TooShort { min: 15 })
        );
        assert_eq!(check("correct horse battery", 15), Ok(()));
        assert_eq!(check("すももももももももものうち", 8), Ok(()));
        assert_eq!(check("🐢🦊🐼🐸🦉🐝🦀🐙", 8), Ok(()));
        assert_eq!(check("🐢🦊🐼", 8), Err(BadPassword::TooShort { min: 8 }));
        assert_eq!(check(&"長い合言葉".repeat(20), 15), Ok(()));
    }

    #[test]
    fn sec_074_common_passwords_are_refused_in_their_usual_disguises() {
        for bad in [
            "password",
            "P@ssw0rd",
            "Password2026!",
            "qwertyuiop",
            "aaaaaaaaaaaa",
            "abcdefgh",
            "87654321",
            "123123123123",
            "sunshine2024",
            "Sakura-2026",
            "iloveyou!!",
            "Welcome12345",
            "pass-word-1234",
        ] {
            assert_eq!(check(bad, 8), Err(BadPassword::Common), "{bad}");
        }
    }

    #[test]
    fn sec_074_names_of_the_person_and_the_organisation_are_refused() {
        for bad in [
            "taro.yamada",
            "Yamada2026",
            "midori-trading",
            "yamada-12345",
        ] {
            assert_eq!(check(bad, 8), Err(BadPassword::ContainsName), "{bad}");
        }
        assert_eq!(check("yamada climbs mountains", 8), Ok(()));
    }

    #[test]
    fn sec_074_composed_and_decomposed_kana_are_one_password_and_nothing_is_cut() {
        let composed = Password::parse("ガギグゲゴ").expect("short enough");
        let decomposed = Password::parse("カ\u{3099}キ\u{3099}ク\u{3099}ケ\u{3099}コ\u{3099}")
            .expect("short enough");
        assert_eq!(composed.expose(), decomposed.expose());
        assert_eq!(composed.expose_candidates().count(), 1);
        let candidates: Vec<&[u8]> = decomposed.expose_candidates().collect();
        assert_eq!(candidates[1], composed.expose());
        assert!(candidates[0].len() > candidates[1].len());
        let long = "x".repeat(MAX_BYTES);
        assert_eq!(
            Password::parse(&long).expect("at the limit").expose().len(),
            MAX_BYTES
        );
        assert!(Password::parse(&"x".repeat(MAX_BYTES + 1)).is_none());
        assert_eq!(Password::parse(" a ").expect("short").expose(), b" a ");
    }
}
