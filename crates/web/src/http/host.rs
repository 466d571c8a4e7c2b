//! Our own addresses: which `Host` is ours (SEC-60), and whether a form was sent from one of our own pages
//! (SEC-72). What a proxy claims about either is not read.

use axum::http::{HeaderMap, Uri, header};
use warifu_domain::domain_name::DomainName;

/// The address under which people reach this server: a scheme and a host, no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    https: bool,
    host: String,
}

/// Why a text is no base URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadBaseUrl;

impl std::fmt::Display for BadBaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a base URL is http:// or https://, a host name or address, and perhaps :PORT, as in https://login.example.jp")
    }
}

impl std::error::Error for BadBaseUrl {}

impl BaseUrl {
    /// Reads `https://login.example.jp` or `http://127.0.0.1:8080`; a final slash is dropped.
    ///
    /// # Errors
    /// If there is a path, a query, a user, or no host.
    pub fn parse(text: &str) -> Result<Self, BadBaseUrl> {
        let (https, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(BadBaseUrl),
        };
        let host = normal_host(rest.strip_suffix('/').unwrap_or(rest), https).ok_or(BadBaseUrl)?;
        Ok(Self { https, host })
    }

    /// Whether pages are fetched over TLS, by us or by a proxy in front.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Host, and port where it is not the scheme's own.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The whole, without a final slash.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.host)
    }

    /// `:PORT` where it is not the scheme's own, else nothing.
    fn port(&self) -> &str {
        match self.host.rfind(':') {
            Some(at) if !self.host[at..].contains(']') => &self.host[at..],
            _ => "",
        }
    }

    fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }
}

/// The hosts whose pages we are.
#[derive(Clone, Debug)]
pub struct Hosts {
    base: BaseUrl,
    origins: Vec<Origin>,
}

/// Whom a request is addressed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressed {
    /// To the server itself.
    Ours(Origin),
    /// To a name that one of the tenants may have (G2); it is ours only if one has.
    Named(DomainName, Origin),
}

/// One of our hosts, and the `Origin` of its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    host: String,
    origin: String,
}

impl Hosts {
    /// The base URL's host and `further` ones, each with its port where it is not the scheme's own.
    ///
    /// # Errors
    /// If one of `further` is no host.
    pub fn new(base: BaseUrl, further: &[String]) -> Result<Self, BadBaseUrl> {
        let mut hosts = vec![base.host.clone()];
        for host in further {
            hosts.push(normal_host(host, base.https).ok_or(BadBaseUrl)?);
        }
        let origins = hosts
            .into_iter()
            .map(|host| Origin {
                origin: format!("{}://{host}", base.scheme()),
                host,
            })
            .collect();
        Ok(Self { base, origins })
    }

    /// The base URL.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Which host a request is addressed to. `None`: to none that could be ours, to several, or to nobody.
    pub fn addressed(&self, uri: &Uri, headers: &HeaderMap) -> Option<Addressed> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => Some(host.to_str().ok()?),
            (None, _) => None,
            (Some(_), Some(_)) => return None,
        };
        // HTTP/2 and requests to proxies name the authority in the address as well (RFC 9112, 3.2.2).
        let authority = uri.authority().map(|authority| authority.as_str());
        let named = self.without_own_port(host.or(authority)?);
        let agree = |other: &str| self.without_own_port(other).eq_ignore_ascii_case(named);
        if !authority.is_none_or(agree) {
            return None;
        }
        let known = |known: &&Origin| known.host.eq_ignore_ascii_case(named);
        match self.origins.iter().find(known) {
            Some(known) => Some(Addressed::Ours(known.clone())),
            None => self.named(named),
        }
    }

    /// A host that is not the server's own: a name, at the port of the base URL.
    fn named(&self, host: &str) -> Option<Addressed> {
        let name = host.strip_suffix(self.base.port())?;
        let name = DomainName::parse(name).ok()?;
        // `DomainName` maps other spellings to this one; browsers send no other.
        let host = format!("{}{}", name.as_str(), self.base.port());
        let origin = format!("{}://{host}", self.base.scheme());
        Some(Addressed::Named(name, Origin { host, origin }))
    }

    fn without_own_port<'h>(&self, host: &'h str) -> &'h str {
        let port = if self.base.https { ":443" } else { ":80" };
        host.strip_suffix(port).unwrap_or(host)
    }
}

impl Origin {
    /// Whether a browser says that the form came from a page of this very host. A browser too old to say anything
    /// is let through: the form token decides alone then.
    pub fn sent(&self, headers: &HeaderMap) -> bool {
        let one = |name: &str| {
            let mut all = headers.get_all(name).iter();
            match (all.next(), all.next()) {
                (value, None) => Ok(value.map(|value| value.as_bytes())),
                (_, Some(_)) => Err(()),
            }
        };
        let (Ok(origin), Ok(site)) = (one("origin"), one("sec-fetch-site")) else {
            return false;
        };
        let same_site = site.map(|site| site == b"same-origin");
        match origin {
            Some(origin) if origin == self.origin.as_bytes() => same_site != Some(false),
            // Some privacy settings blank the origin of our own pages too.
            Some(b"null") => same_site == Some(true),
            Some(_) => false,
            None => same_site != Some(false),
        }
    }
}

/// `host[:port]` in lower case without the scheme's own port; `None` if it is anything else.
fn normal_host(text: &str, https: bool) -> Option<String> {
    let own_port = if https { ":443" } else { ":80" };
    let text = text
        .strip_suffix(own_port)
        .unwrap_or(text)
        .to_ascii_lowercase();
    let authority: axum::http::uri::Authority = text.parse().ok()?;
    // `http` takes ports that are no numbers; a user would stand before the host.
    let port = text.strip_prefix(authority.host())?;
    let port_reads = port.is_empty() || port.strip_prefix(':')?.parse::<u16>().is_ok();
    (!authority.host().is_empty() && port_reads).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn hosts(base: &str, further: &[&str]) -> Hosts {
        let further: Vec<String> = further.iter().map(|host| (*host).to_owned()).collect();
        Hosts::new(BaseUrl::parse(base).unwrap(), &further).unwrap()
    }

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }

    #[test]
    fn a_base_url_is_a_scheme_and_a_host() {
        for (text, origin) in [
            ("https://login.example.jp", "https://login.example.jp"),
            ("https://Login.Example.JP:443/", "https://login.example.jp"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().origin(), origin);
        }
        for bad in [
            "",
            "login.example.jp",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a:",
            "https://a:port",
            "https://a:99999",
            "https://a b",
            "HTTPS://a",
            "https:// a",
        ] {
            assert_eq!(BaseUrl::parse(bad), Err(BadBaseUrl), "{bad}");
        }
    }

    #[test]
    fn sec_060_only_our_own_hosts_are_answered() {
        let hosts = hosts("https://login.example.jp", &["sso.example.jp:8443"]);
        let addressed = |uri: &str, lines: &[(&str, &str)]| {
            let uri: Uri = uri.parse().unwrap();
            match hosts.addressed(&uri, &headers(lines)) {
                Some(Addressed::Ours(origin)) => Some(origin.origin),
                _ => None,
            }
        };
        for good in [
            "login.example.jp",
            "LOGIN.example.JP",
            "login.example.jp:443",
        ] {
            assert_eq!(
                addressed("/", &[("host", good)]).as_deref(),
                Some("https://login.example.jp")
            );
        }
        assert_eq!(
            addressed("/", &[("host", "sso.example.jp:8443")]).as_deref(),
            Some("https://sso.example.jp:8443")
        );
        assert!(addressed("https://login.example.jp/", &[]).is_some());
        for bad in [
            "",
            "evil.example",
            "login.example.jp.evil.example",
            "evil.login.example.jp",
            "login.example.jp:80",
            "login.example.jp:8443",
            "sso.example.jp",
            "login.example.jp.",
            "a@login.example.jp",
            "login.example.jp,evil.example",
            "login.example.jp/..",
            "127.0.0.1",
            "\u{e9}",
        ] {
            assert_eq!(addressed("/", &[("host", bad)]), None, "{bad}");
            let forwarded = [("host", bad), ("x-forwarded-host", "login.example.jp")];
            assert_eq!(addressed("/", &forwarded), None, "{bad}");
        }
        assert_eq!(addressed("/", &[]), None);
        let good = ("host", "login.example.jp");
        assert_eq!(addressed("/", &[good, good]), None);
        assert_eq!(addressed("https://evil.example/", &[good]), None);
        assert_eq!(addressed("https://sso.example.jp:8443/", &[good]), None);
        assert!(addressed("/", &[good, ("x-forwarded-host", "evil.example")]).is_some());
    }

    #[test]
    fn sec_060_a_tenants_host_is_a_name_at_the_servers_own_port() {
        let uri: Uri = "/".parse().unwrap();
        let named = |base: &str, host: &str| match hosts(base, &[])
            .addressed(&uri, &headers(&[("host", host)]))
        {
            Some(Addressed::Named(name, origin)) => Some((name.as_str().to_owned(), origin.origin)),
            _ => None,
        };
        for (base, host, origin) in [
            (
                "https://login.example.jp",
                "Login.Midori.example",
                "https://login.midori.example",
            ),
            (
                "https://login.example.jp",
                "login.midori.example:443",
                "https://login.midori.example",
            ),
            (
                "http://127.0.0.1:8080",
                "login.midori.example:8080",
                "http://login.midori.example:8080",
            ),
            (
                "http://[::1]:8080",
                "login.midori.example:8080",
                "http://login.midori.example:8080",
            ),
            (
                "http://[::1]",
                "login.midori.example",
                "http://login.midori.example",
            ),
        ] {
            let name = "login.midori.example".to_owned();
            assert_eq!(
                named(base, host),
                Some((name, origin.to_owned())),
                "{base} {host}"
            );
        }
        for (base, host) in [
            ("https://login.example.jp", "login.midori.example:8443"),
            ("https://login.example.jp", "login.midori.example:80"),
            ("http://127.0.0.1:8080", "login.midori.example"),
            ("http://127.0.0.1:8080", "127.0.0.1:8081"),
            ("https://login.example.jp", "login.example.jp"),
            ("https://login.example.jp", "10.0.0.1"),
            ("https://login.example.jp", "login.midori.example."),
            ("https://login.example.jp", "a@login.midori.example"),
        ] {
            assert_eq!(named(base, host), None, "{base} {host}");
        }
    }

    #[test]
    fn sec_072_a_form_comes_from_our_own_page() {
        let hosts = hosts("https://login.example.jp", &["sso.example.jp"]);
        let uri: Uri = "/".parse().unwrap();
        let sent = |lines: &[(&str, &str)]| {
            let ours = hosts.addressed(&uri, &headers(&[("host", "login.example.jp")]));
            let Some(Addressed::Ours(origin)) = ours else {
                panic!("it is ours: {ours:?}");
            };
            origin.sent(&headers(lines))
        };
        let (own, site) = (("origin", "https://login.example.jp"), "sec-fetch-site");
        for good in [
            &[own][..],
            &[own, (site, "same-origin")],
            &[("origin", "null"), (site, "same-origin")],
            &[(site, "same-origin")],
            &[],
        ] {
            assert!(sent(good), "{good:?}");
        }
        for bad in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "https://evil.example"), (site, "same-origin")],
            &[("origin", "https://sso.example.jp")],
            &[("origin", "http://login.example.jp")],
            &[("origin", "https://login.example.jp:8443")],
            &[("origin", "https://login.example.jp.evil.example")],
            &[("origin", "")],
            &[("origin", "null")],
            &[("origin", "null"), (site, "cross-site")],
            &[own, (site, "cross-site")],
            &[own, (site, "same-site")],
            &[(site, "cross-site")],
            &[(site, "same-site")],
            &[(site, "none")],
            &[own, own],
            &[own, ("origin", "https://evil.example")],
            &[(site, "same-origin"), (site, "cross-site")],
        ] {
            assert!(!sent(bad), "{bad:?}");
        }
    }
}
