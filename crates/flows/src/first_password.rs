//! A password that we make for somebody, to be typed once (SEC-70).

use zeroize::Zeroizing;

use crate::rng::Rng;

/// Words of a random password: 60 bits, enough where every guess costs a budget and an Argon2id.
const WORDS: usize = 5;

/// A random password that can be read out and typed: `kobu-tami-…`. Two syllables a word, each of 6 bits.
pub fn random(rng: &Rng) -> Zeroizing<String> {
    const CONSONANTS: &[u8; 16] = b"bdfghjkmnprstvwz";
    const VOWELS: &[u8; 4] = b"aiou";
    let bytes = Zeroizing::new(rng.bytes::<{ 2 * WORDS }>());
    let mut password = Zeroizing::new(String::with_capacity(5 * WORDS));
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % 2 == 0 {
            password.push('-');
        }
        password.push(CONSONANTS[usize::from(byte >> 2 & 15)].into());
        password.push(VOWELS[usize::from(byte & 3)].into());
    }
    password
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use warifu_domain::password::{MIN_CHARS_ALONE, Password, check_new};

    use super::*;

    #[test]
    fn sec_070_made_passwords_are_long_readable_and_never_the_same() {
        let rng = Rng::seeded(7);
        let mut seen = HashSet::new();
        for _ in 0..1000 {
            let made = random(&rng);
            assert!(made.len() == 24 && made.bytes().all(|b| b == b'-' || b.is_ascii_lowercase()));
            let password = Password::parse(&made).unwrap();
            let context = ["operator", "Operator", "default", "sato@example.jp"];
            assert_eq!(
                check_new(&password, MIN_CHARS_ALONE, &context),
                Ok(()),
                "{}",
                *made
            );
            assert!(seen.insert(made.to_string()));
        }
    }
}
