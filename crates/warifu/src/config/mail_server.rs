//! `[[mail_server]]`: mail servers that can be told to end the connections of mail clients.

use std::path::PathBuf;
use std::time::Duration;

use super::error::{ConfigError, Source};
use super::{limits, section::section};

section! {
    /// A Dovecot that is told to end what mail clients have open when their window is over or closed; one section for each mail
    /// server. Warifu speaks to its doveadm over HTTP (`deploy/dovecot` has its settings), and asks its own gate about each connection
    /// again before it ends one. Without this section connections stay open until the client closes them. `warifu check` asks each one.
    struct MailServer {
        /// The slug of the tenant whose mail is there.
        tenant: String = String::new(), for example "'campus'";
        /// Where doveadm listens. Plain http only on this machine: the key goes with each question.
        doveadm: String = String::new(), for example "'https://mail.example.jp:8443'";
        /// A file with the `doveadm_api_key` of that Dovecot, which only Warifu's user should read. One of the two settings, not both.
        key_file: Option<PathBuf> = None, for example "'/etc/warifu/doveadm-key'";
        /// The name of an environment variable with it, where a secret manager provides it.
        key_environment: Option<String> = None, for example "'WARIFU_DOVEADM_KEY'";
        /// A PEM file with certificates of authorities that are believed instead of the system's.
        authorities: Option<PathBuf> = None, for example "'/etc/warifu/tls/mail-ca.pem'";
        /// Seconds (1 to 30) for one answer. What could not be ended is tried again after 10 seconds, then at growing intervals of up
        /// to ten minutes, for a day.
        #[serde(deserialize_with = "limits::within::<1, 30, _, _>")]
        timeout_seconds: u64 = 5, for example "5";
    }
}

/// An address of doveadm, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DoveadmAddress {
    /// Over TLS.
    pub(crate) is_https: bool,
    /// A name, or an address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl DoveadmAddress {
    /// Reads `https://name:port`, with or without a slash behind it; nothing else fits.
    fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let is_https = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (rest, if is_https { 443 } else { 80 }),
        };
        let inner = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let is_address = inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok());
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
        let fits = is_address || (!host.is_empty() && host.bytes().all(is_name));
        fits.then(|| Self {
            is_https,
            host: inner.unwrap_or(host).to_owned(),
            port,
        })
    }

    fn is_here(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        address.map_or(self.host == "localhost", |address| address.is_loopback())
    }
}

impl MailServer {
    /// [`MailServer::timeout_seconds`] as a duration.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// [`MailServer::doveadm`], taken apart.
    pub(crate) fn address(&self) -> Option<DoveadmAddress> {
        DoveadmAddress::parse(&self.doveadm)
    }

    /// The files that are named.
    pub(super) fn files(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.key_file, &mut self.authorities]
            .into_iter()
            .flatten()
    }

    /// The rules that take more than one setting.
    fn check(&self, number: usize, source: &Source<'_>) -> Result<(), ConfigError> {
        let error = |field: &str, problem, mend| {
            Err(source.error(&format!("mail_server.{number}.{field}"), problem, mend))
        };
        if self.tenant.is_empty() {
            let mend = "write the tenant's slug: tenant = 'campus'";
            return error("tenant", "it is missing", mend);
        }
        match self.address() {
            None if self.doveadm.is_empty() => {
                let mend = "add doveadm = 'https://mail.example.jp:8443'";
                return error("tenant", "`doveadm` is missing", mend);
            }
            None => {
                return error(
                    "doveadm",
                    "that is not http:// or https:// with a name and a port",
                    "for example: doveadm = 'https://mail.example.jp:8443'",
                );
            }
            Some(address) if !address.is_https && !address.is_here() => {
                return error(
                    "doveadm",
                    "without TLS everybody on the way could read the key, and end connections",
                    "write https://; plain http is for a Dovecot on this machine",
                );
            }
            Some(_) => {}
        }
        match (&self.key_file, &self.key_environment) {
            (Some(_), Some(_)) => error(
                "key_environment",
                "`key_file` is set too, and only one key can be the right one",
                "remove one of the two",
            ),
            (None, None) => error(
                "tenant",
                "the key is missing",
                "add key_file or key_environment, with what doveadm_api_key says there",
            ),
            _ => Ok(()),
        }
    }
}

/// Checks every section.
pub(super) fn check(sections: &[MailServer], source: &Source<'_>) -> Result<(), ConfigError> {
    let mut numbered = sections.iter().enumerate();
    numbered.try_for_each(|(index, section)| section.check(index + 1, source))
}
