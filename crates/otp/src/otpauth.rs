//! Writes `otpauth://` URIs, which phone apps read from a QR code (Key URI format). Does not draw the QR code.

use std::fmt::Write;

use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::totp::TotpParams;

/// Longest issuer in a URI, in characters. A Japanese character takes 9 bytes of the URI and the issuer stands there
/// twice; with both limits the QR code stays within what a phone reads from a screen (SEC-18).
pub const MAX_ISSUER_CHARS: usize = 32;

/// Longest account name in a URI, in characters (SEC-18).
pub const MAX_ACCOUNT_CHARS: usize = 64;

/// The URI that hands `secret` to a phone app under the names `issuer` and `account`:
///
/// `otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER&algorithm=SHA1&digits=6&period=30` (SEC-18)
///
/// Names are percent-encoded UTF-8, space as `%20`. Colons in them become spaces, since the first one ends the issuer;
/// control and direction characters are removed; long names are cut. A name of which nothing is left becomes `-`.
pub fn otpauth_uri(
    params: TotpParams,
    secret: &Secret,
    issuer: &str,
    account: &str,
) -> Zeroizing<String> {
    let issuer = percent_encoded(&clean_name(issuer, MAX_ISSUER_CHARS));
    let account = percent_encoded(&clean_name(account, MAX_ACCOUNT_CHARS));
    let key = secret.to_base32();
    // Reserved in full, the numbers included: growing would leave copies of the key behind.
    let mut uri = Zeroizing::new(String::with_capacity(
        2 * issuer.len() + account.len() + key.len() + 128,
    ));
    write!(
        uri,
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm={}&digits={}&period={}",
        key.as_str(),
        params.algorithm().name(),
        params.digits().count(),
        params.period_seconds(),
    )
    .expect("writing to a string does not fail");
    uri
}

/// `name` on one line without colons and invisible orders, at most `max_chars` long, never empty.
fn clean_name(name: &str, max_chars: usize) -> String {
    let mut clean = String::new();
    for c in name.chars().filter_map(name_char) {
        // No space at the start, no two in a row.
        if c == ' ' && (clean.is_empty() || clean.ends_with(' ')) {
            continue;
        }
        clean.push(c);
    }
    let cut: String = clean.chars().take(max_chars).collect();
    match cut.trim() {
        "" => "-".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

fn name_char(c: char) -> Option<char> {
    match c {
        ':' | '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        // Direction marks, embeddings, overrides and isolates reorder what stands beside them on the phone.
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            None
        }
        // Characters without any width, which make two names look alike.
        '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}' => None,
        _ if c.is_control() => None,
        _ => Some(c),
    }
}

/// RFC 3986, section 2: everything but unreserved characters is written as the bytes of its UTF-8.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => write!(encoded, "%{byte:02X}").expect("writing to a string does not fail"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        assert_eq!(clean_name(name, 8), expected, "{name:?}");
    }

    #[test]
    fn sec_018_names_are_cleaned_and_cut_by_characters() {
        check("Example", "Example");
        check("山田 太郎", "山田 太郎");
        check("東京\u{3000}大学", "東京\u{3000}大学");
        check("12345678", "12345678");
        check("123456789", "12345678");
        check("一二三四五六七八九", "一二三四五六七八");
        check("1234567 9", "1234567"); // no space at the end
        check("a:b", "a b");
        check("a: b", "a b");
        check(":a:", "a");
        check("a\r\n\tb", "a b");
        check("a\0\u{7F}\u{9B}b", "ab");
        check("a\u{202E}b\u{2066}c\u{200F}", "abc");
        check("\u{FEFF}a\u{200B}b\u{E0041}", "ab");
        check(" a ", "a");
    }

    #[test]
    fn sec_018_a_name_of_which_nothing_is_left_becomes_a_hyphen() {
        for name in ["", " ", ":", "::: :", "\u{202E}", "\0\n", "\u{3000}"] {
            check(name, "-");
        }
    }

    #[test]
    fn sec_018_percent_encoding_keeps_unreserved_characters_only() {
        assert_eq!(percent_encoded("aZ09-._~"), "aZ09-._~");
        assert_eq!(percent_encoded(" +&?#%/@:"), "%20%2B%26%3F%23%25%2F%40%3A");
        assert_eq!(percent_encoded("é漢😀"), "%C3%A9%E6%BC%A2%F0%9F%98%80");
    }
}
