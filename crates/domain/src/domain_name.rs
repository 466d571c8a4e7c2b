//! Host names and mail domains in the one form in which they are stored and compared, whichever way they were written.

use crate::user::Login;

/// A name of at least two labels, in A-labels and lower case (RFC 5890, 2.3.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DomainName(String);

/// Why a text is no domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is not a domain name like example.jp or 日本語.example")]
pub struct BadDomainName;

impl DomainName {
    /// Reads a name in either spelling, `日本語.example` or `xn--wgv71a119e.example`.
    pub fn parse(text: &str) -> Result<Self, BadDomainName> {
        // Longer than any name: mapping it would be work for nothing.
        if text.len() > 1000 {
            return Err(BadDomainName);
        }
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_| BadDomainName)?;
        let last = ascii.rsplit('.').next().unwrap_or_default();
        // A last label of digits is an address, not a name (RFC 3696, 2).
        let is_name = ascii.contains('.') && !last.bytes().all(|b| b.is_ascii_digit());
        is_name.then_some(Self(ascii)).ok_or(BadDomainName)
    }

    /// The domain of a login ID that is a mail address.
    pub fn of_login(login: &Login) -> Option<Self> {
        let (_, domain) = login.as_str().rsplit_once('@')?;
        Self::parse(domain).ok()
    }

    /// In A-labels, as it is stored and as a `Host` field has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        idna::domain_to_unicode(&self.0).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g2_a_japanese_name_is_one_name_in_either_spelling() {
        for spelling in [
            "日本語.example",
            "xn--wgv71a119e.example",
            "XN--WGV71A119E.Example",
            "日本語。example",
            "日本語．ｅｘａｍｐｌｅ",
        ] {
            let name = DomainName::parse(spelling).unwrap();
            assert_eq!(name.as_str(), "xn--wgv71a119e.example", "{spelling}");
            assert_eq!(name.shown(), "日本語.example");
        }
        let login = Login::parse("taro@日本語.example").unwrap();
        let name = DomainName::of_login(&login).unwrap();
        assert_eq!(name.as_str(), "xn--wgv71a119e.example");
        assert_eq!(DomainName::of_login(&Login::parse("taro").unwrap()), None);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in [
            "",
            ".",
            "localhost",
            "example.jp.",
            ".example.jp",
            "a..b",
            "-a.example",
            "a_b.example",
            "a b.example",
            "a@b.example",
            "example.jp:8080",
            "127.0.0.1",
            "[::1]",
            "example.jp/login",
            "xn--a.example",
            "xn--wgv71a119e\u{200d}.example",
            &format!("{}.example", "a".repeat(64)),
            &"a.".repeat(100_000),
        ] {
            assert_eq!(DomainName::parse(bad), Err(BadDomainName), "{bad}");
        }
    }
}
