//! Passwords at the command line: read without an echo or from standard input, never from arguments or the environment, where
//! other users of the machine could see them; and made by us, to be typed once.

use std::io::{self, IsTerminal as _, Read as _};

use warifu_domain::password::{BadPassword, MAX_BYTES};
use warifu_domain::refusal::Refusal;
use warifu_flows::rng::Rng;
use zeroize::Zeroizing;

use crate::cli::exit::{Exit, Failure};

/// Reads a new password: asked for twice at a terminal, else the one line on standard input.
pub(crate) fn read_new(whose: &str) -> Result<Zeroizing<String>, Failure> {
    if io::stdin().is_terminal() {
        let first = prompt(&format!("New password of {whose}: "))?;
        let second = prompt("The same again: ")?;
        if first != second {
            return Err(Failure::failed(
                "the two are not the same; nothing is changed",
            ));
        }
        return Ok(first);
    }
    // Room for the longest password with its line end, and one byte by which a longer one is known.
    let limit = MAX_BYTES + 3;
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit));
    let unreadable = |why: &dyn std::fmt::Display| {
        let problem = format!("cannot read the password from standard input: {why}");
        Failure::new(Exit::Usage, problem)
    };
    io::stdin()
        .lock()
        .take(limit as u64)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() == limit {
        return Err(Refusal::Password(BadPassword::TooLong).into());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable(&"it is not UTF-8"))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Failure::new(Exit::Usage, "standard input has no password")
            .mend("write it there as one line, or run the command at a terminal to be asked"));
    }
    if line.contains('\n') {
        return Err(Failure::new(
            Exit::Usage,
            "standard input has more than one line",
        ));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn prompt(text: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(text)
        .map(Zeroizing::new)
        .map_err(|error| Failure::failed(format!("cannot ask for the password: {error}")))
}

/// Words of a random password: 60 bits, enough where every guess costs a budget and an Argon2id.
const WORDS: usize = 5;

/// A random password that can be read out and typed: `kobu-tami-…`. Two syllables a word, each of 6 bits.
pub(crate) fn random(rng: &Rng) -> Zeroizing<String> {
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
