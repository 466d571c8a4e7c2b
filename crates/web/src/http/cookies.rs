//! The cookies: their names, their attributes, and the reading of what a browser sends back. What a session or
//! an attempt is worth is not known here.

use axum::http::HeaderValue;
use warifu_domain::{time::Span, token::Token};

use crate::text::Language;

/// Longest `Cookie` header that is looked at; ours together stay far below it.
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// Longest value that is taken; the longest of ours, the mark of a known browser, stays below it.
const MAX_VALUE_BYTES: usize = 512;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A signed-in browser's token. One per tenant.
    Session,
    /// A login attempt's token. One per tenant; it never becomes the session (SEC-4).
    Attempt,
    /// The mark of a browser that logged in before (SEC-48). One per tenant; it opens nothing.
    Device,
    /// A random value that forms are bound to before anybody is signed in (SEC-72).
    Browser,
    /// The language that the visitor chose.
    Language,
    /// That this browser's login began at the administrators' own page (G2), to lead back there. One per tenant; it opens
    /// nothing.
    Door,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Session,
        Self::Attempt,
        Self::Device,
        Self::Browser,
        Self::Language,
        Self::Door,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Attempt => "attempt",
            Self::Device => "device",
            Self::Browser => "browser",
            Self::Language => "language",
            Self::Door => "door",
        }
    }

    fn is_per_tenant(self) -> bool {
        matches!(
            self,
            Self::Session | Self::Attempt | Self::Device | Self::Door
        )
    }
}

/// How long a browser keeps a cookie.
#[derive(Clone, Copy, Debug)]
pub enum Life {
    /// Until the browser is closed.
    Visit,
    /// This long.
    For(Span),
}

/// Names and attributes for one server.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    secure: bool,
}

/// What a request brought. A name that came twice counts as absent: one of the two may be planted.
#[derive(Debug, Default)]
pub struct Jar {
    /// See [`Kind::Session`].
    pub session: Option<Token>,
    /// See [`Kind::Attempt`].
    pub attempt: Option<Token>,
    /// See [`Kind::Device`].
    pub device: Option<String>,
    /// See [`Kind::Browser`].
    pub browser: Option<Token>,
    /// See [`Kind::Language`].
    pub language: Option<Language>,
    /// See [`Kind::Door`].
    pub door: bool,
}

impl Cookies {
    /// `https` pages get `__Host-` names and `Secure` (SEC-73). The demonstration on plain-HTTP loopback goes
    /// without both, since some clients do not keep such cookies there.
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// Reads the cookies of `tenant`'s pages from the `Cookie` fields of a request; without a tenant, those that belong to none.
    pub fn read<'h>(
        &self,
        tenant: Option<&str>,
        fields: impl IntoIterator<Item = &'h HeaderValue>,
    ) -> Jar {
        let mut found: [Found<'_>; Kind::ALL.len()] = Default::default();
        for header in fields {
            if header.len() > MAX_HEADER_BYTES {
                continue;
            }
            for pair in header.as_bytes().split(|byte| *byte == b';') {
                let pair = pair.trim_ascii();
                let Some(equals) = pair.iter().position(|byte| *byte == b'=') else {
                    continue;
                };
                if let Some(kind) = self.kind(tenant, &pair[..equals]) {
                    found[kind as usize].put(&pair[equals + 1..]);
                }
            }
        }
        let value = |kind: Kind| found[kind as usize].value();
        Jar {
            session: value(Kind::Session).and_then(Token::parse),
            attempt: value(Kind::Attempt).and_then(Token::parse),
            device: value(Kind::Device).map(str::to_owned),
            browser: value(Kind::Browser).and_then(Token::parse),
            language: value(Kind::Language).and_then(Language::parse),
            door: value(Kind::Door).is_some(),
        }
    }

    /// `Set-Cookie` for `value`, which consists of characters that a cookie may have.
    pub fn set(&self, kind: Kind, tenant: &str, value: &str, life: Life) -> HeaderValue {
        let mut text = String::with_capacity(160);
        text.push_str(self.prefix());
        if kind.is_per_tenant() {
            text.push_str(tenant);
            text.push('-');
        }
        text.push_str(kind.word());
        text.push('=');
        text.push_str(value);
        // Lax, so that a link in a mail finds its reader signed in; a form from elsewhere comes without it.
        text.push_str("; Path=/; HttpOnly; SameSite=Lax");
        if self.secure {
            text.push_str("; Secure");
        }
        if let Life::For(span) = life {
            text.push_str("; Max-Age=");
            text.push_str(&(span.0.max(0) / 1000).to_string());
        }
        HeaderValue::try_from(text).expect("names, slugs and our values are visible ASCII")
    }

    /// `Set-Cookie` that makes the browser forget.
    pub fn clear(&self, kind: Kind, tenant: &str) -> HeaderValue {
        self.set(kind, tenant, "", Life::For(Span(0)))
    }

    fn prefix(&self) -> &'static str {
        if self.secure {
            "__Host-warifu-"
        } else {
            "warifu-"
        }
    }

    fn kind(&self, tenant: Option<&str>, name: &[u8]) -> Option<Kind> {
        let name = name.strip_prefix(self.prefix().as_bytes())?;
        let of_tenant =
            tenant.and_then(|tenant| name.strip_prefix(tenant.as_bytes())?.strip_prefix(b"-"));
        Kind::ALL.into_iter().find(|kind| {
            let name = if kind.is_per_tenant() {
                of_tenant
            } else {
                Some(name)
            };
            name == Some(kind.word().as_bytes())
        })
    }
}

#[derive(Default)]
enum Found<'a> {
    #[default]
    Nothing,
    Once(&'a [u8]),
    Several,
}

impl<'a> Found<'a> {
    fn put(&mut self, value: &'a [u8]) {
        *self = match self {
            Self::Nothing => Self::Once(value),
            Self::Once(_) | Self::Several => Self::Several,
        };
    }

    fn value(&self) -> Option<&'a str> {
        match self {
            Self::Once(value) if value.len() <= MAX_VALUE_BYTES => std::str::from_utf8(value).ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(lines: &[&[u8]]) -> Vec<HeaderValue> {
        let line = |line: &&[u8]| HeaderValue::from_bytes(line).unwrap();
        lines.iter().map(line).collect()
    }

    fn token(byte: u8) -> String {
        Token::from_random([byte; 32]).expose()
    }

    #[test]
    fn sec_073_cookies_carry_their_attributes() {
        let text = |value: HeaderValue| value.to_str().unwrap().to_owned();
        let cookies = Cookies::new(true);
        assert_eq!(
            text(cookies.set(Kind::Session, "workspace", "v", Life::Visit)),
            "__Host-warifu-workspace-session=v; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            text(cookies.set(
                Kind::Language,
                "workspace",
                "ja",
                Life::For(Span::minutes(1))
            )),
            "__Host-warifu-language=ja; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60"
        );
        assert_eq!(
            text(Cookies::new(false).clear(Kind::Attempt, "default")),
            "warifu-default-attempt=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }

    #[test]
    fn every_kind_reads_back_for_its_tenant_only() {
        let cookies = Cookies::new(true);
        let (session, attempt, browser) = (token(1), token(2), token(3));
        let line = format!(
            "a=b; __Host-warifu-x-session={session};__Host-warifu-x-attempt={attempt}; __Host-warifu-browser={browser}"
        );
        let other = b"theme=dark; __Host-warifu-x-device=d1; __Host-warifu-language=en; broken; =";
        let headers = headers(&[line.as_bytes(), other]);
        let jar = cookies.read(Some("x"), &headers);
        assert_eq!(jar.session, Token::parse(&session));
        assert_eq!(jar.attempt, Token::parse(&attempt));
        assert_eq!(jar.browser, Token::parse(&browser));
        assert_eq!(jar.device.as_deref(), Some("d1"));
        assert_eq!(jar.language, Some(Language::En));
        // Another tenant's pages, pages of none, and a server with other names see only what is theirs.
        for tenant in [Some("y"), Some("x-session"), Some(""), None] {
            let jar = cookies.read(tenant, &headers);
            assert!(jar.session.is_none() && jar.attempt.is_none() && jar.device.is_none());
            assert!(jar.browser.is_some());
        }
        assert!(
            Cookies::new(false)
                .read(Some("x"), &headers)
                .session
                .is_none()
        );
    }

    #[test]
    fn a_cookie_that_came_twice_or_is_malformed_counts_as_absent() {
        let cookies = Cookies::new(false);
        let (one, two) = (token(1), token(2));
        let absent = |lines: &[&[u8]]| {
            assert!(
                cookies.read(Some("x"), &headers(lines)).session.is_none(),
                "{lines:?}"
            );
        };
        absent(&[format!("warifu-x-session={one}; warifu-x-session={two}").as_bytes()]);
        absent(&[format!("warifu-x-session={one}; warifu-x-session={one}").as_bytes()]);
        absent(&[
            format!("warifu-x-session={one}").as_bytes(),
            b"warifu-x-session=",
        ]);
        absent(&[format!("warifu-x-session=\"{one}\"").as_bytes()]);
        absent(&[format!("warifu-x-session={}", &one[1..]).as_bytes()]);
        absent(&[format!("WARIFU-X-SESSION={one}").as_bytes()]);
        absent(&[b"warifu-x-session=\xff\xfe"]);
        absent(&[format!("warifu-x-session={}", "a".repeat(4096)).as_bytes()]);
        absent(&[format!("warifu-x-session={one}; {}", "a".repeat(20_000)).as_bytes()]);
    }

    proptest! {
        #[test]
        fn reading_never_panics(line in proptest::collection::vec(0x20_u8..0x7f, 0..200)) {
            Cookies::new(false).read(Some("x"), &headers(&[&line]));
        }
    }
}
