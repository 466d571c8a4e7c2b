//! Who logs in: names, roles, states.

/// What a person may do. Ordered: a higher role includes the lower ones' pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Logs in and manages the own authenticators.
    Member,
    /// Manages a tenant's users. Always needs a second factor (SEC-70).
    Administrator,
    /// Runs the server. Always needs a second factor (SEC-70).
    Operator,
}

impl Role {
    /// The number that is stored.
    pub fn number(self) -> i64 {
        match self {
            Role::Member => 0,
            Role::Administrator => 1,
            Role::Operator => 2,
        }
    }

    /// Reads a stored number.
    pub fn from_number(number: i64) -> Option<Self> {
        [Role::Member, Role::Administrator, Role::Operator]
            .into_iter()
            .find(|role| role.number() == number)
    }

    /// The word the command line uses.
    pub fn word(self) -> &'static str {
        match self {
            Role::Member => "member",
            Role::Administrator => "administrator",
            Role::Operator => "operator",
        }
    }
}

/// A login ID in the one form in which it is stored and looked up: trimmed, NFKC, lower case, the domain of a mail address as
/// people read it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Login(String);

/// Why a text is no login ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLogin {
    /// Nothing is left after trimming.
    #[error("a login ID must not be empty")]
    Empty,
    /// More than [`Login::MAX_CHARS`] characters.
    #[error("a login ID has at most 190 characters")]
    TooLong,
    /// White space or a control character inside.
    #[error("a login ID must not contain white space or control characters")]
    BadCharacter,
}

impl Login {
    /// RFC 5321 allows 254 bytes for an address; 190 characters keep every index within one page.
    pub const MAX_CHARS: usize = 190;

    /// Folds `text` to the canonical form. Full-width letters and capitals are folded, since a Japanese
    /// input method produces them without the user seeing it.
    pub fn parse(text: &str) -> Result<Self, BadLogin> {
        use unicode_normalization::UnicodeNormalization;
        if text.len() > 4 * Self::MAX_CHARS + 64 {
            return Err(BadLogin::TooLong);
        }
        // ASCII is its own compatibility form.
        let folded = match text.is_ascii() {
            true => text.trim().to_ascii_lowercase(),
            false => text.nfkc().collect::<String>().trim().to_lowercase(),
        };
        let folded = shown_domain(folded);
        if folded.is_empty() {
            Err(BadLogin::Empty)
        } else if folded.chars().count() > Self::MAX_CHARS {
            Err(BadLogin::TooLong)
        } else if folded.chars().any(|c| c.is_whitespace() || c.is_control()) {
            Err(BadLogin::BadCharacter)
        } else {
            Ok(Self(folded))
        }
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The domain of a mail address in U-labels: `taro@xn--wgv71a119e.example` is `taro@日本語.example` (G2).
fn shown_domain(login: String) -> String {
    let Some((local, domain)) = login.rsplit_once('@') else {
        return login;
    };
    // Longer than any name: mapping it would be work for nothing.
    if !domain.contains("xn--") || domain.len() > 254 {
        return login;
    }
    match idna::domain_to_unicode(domain) {
        (shown, Ok(())) => format!("{local}@{shown}"),
        _ => login,
    }
}

/// Why a person cannot be added with these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPerson {
    /// A line break in a name could forge a line of a mail (SEC-30), a control character one of a list.
    #[error("a name has at most 100 characters and no line breaks or control characters")]
    Name,
    /// Not one plain mail address.
    #[error("that is not a mail address like taro@example.jp")]
    Email,
}

/// Longest name, in characters.
const MAX_NAME_CHARS: usize = 100;

/// Longest mail address, in bytes (RFC 5321, 4.5.3.1.3, without the angle brackets).
const MAX_EMAIL_BYTES: usize = 254;

/// Checks what a person is called; empty is fine.
pub fn check_name(name: &str) -> Result<(), BadPerson> {
    let ok = name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control);
    if ok { Ok(()) } else { Err(BadPerson::Name) }
}

/// Checks that a text is one mail address and nothing that a header or an SMTP command could take for more.
pub fn check_email(address: &str) -> Result<(), BadPerson> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c);
    let ok = address.len() <= MAX_EMAIL_BYTES
        && !address.contains(forbidden)
        && address.split_once('@').is_some_and(|(local, domain)| {
            (1..=64).contains(&local.len())
                && !domain.contains('@')
                && domain.split('.').all(|label| {
                    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
                })
        });
    if ok { Ok(()) } else { Err(BadPerson::Email) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_030_names_and_addresses_hold_nothing_that_a_mail_could_take_for_more() {
        for good in ["", "佐藤 花子", "O'Neil, Jr."] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["a\nb", "a\rb", "\u{1b}[2J", "\0", &"あ".repeat(101)] {
            assert_eq!(check_name(bad), Err(BadPerson::Name), "{bad:?}");
        }
        for good in [
            "hanako.sato@example.jp",
            "a+b@x.y.z",
            "root@localhost",
            "花子@例え.jp",
        ] {
            assert_eq!(check_email(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "hanako",
            "@example.jp",
            "hanako@",
            "hanako@.jp",
            "hanako@example..jp",
            "hanako@-example.jp",
            "a@b@c",
            "a b@example.jp",
            "a@example.jp\r\nBcc: b@example.jp",
            "Hanako <a@example.jp>",
            "a@example.jp,b@example.jp",
            "a@example.jp\0",
            &format!("{}@example.jp", "a".repeat(65)),
        ] {
            assert_eq!(check_email(bad), Err(BadPerson::Email), "{bad:?}");
        }
    }

    #[test]
    fn a_login_id_is_folded_to_one_form() {
        for typed in [
            "Taro@Example.JP",
            "  taro@example.jp ",
            "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ",
        ] {
            assert_eq!(
                Login::parse(typed).map(|l| l.as_str().to_owned()),
                Ok("taro@example.jp".to_owned())
            );
        }
        for typed in [
            "taro@日本語.example",
            "taro@xn--wgv71a119e.example",
            "Taro@XN--WGV71A119E.example",
        ] {
            assert_eq!(
                Login::parse(typed).map(|l| l.as_str().to_owned()),
                Ok("taro@日本語.example".to_owned())
            );
        }
        // What only looks like a spelling of something stays what it is.
        assert_eq!(
            Login::parse("taro@xn--a.example").map(|l| l.as_str().to_owned()),
            Ok("taro@xn--a.example".to_owned())
        );
        assert_eq!(Login::parse(" \u{3000} "), Err(BadLogin::Empty));
        assert_eq!(Login::parse("a b"), Err(BadLogin::BadCharacter));
        assert_eq!(Login::parse("a\0b"), Err(BadLogin::BadCharacter));
        assert_eq!(Login::parse(&"x".repeat(191)), Err(BadLogin::TooLong));
        assert_eq!(Login::parse(&"x".repeat(1 << 20)), Err(BadLogin::TooLong));
    }
}
