//! `[[first_factor]]`: what outside Warifu knows the passwords of a tenant's people.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::{limits, section::section};

section! {
    /// A directory that knows the passwords of a tenant's people; one section for each such tenant. They appear in Warifu at their
    /// first login. Who has a password in Warifu itself is checked there, so that an administrator can come in while the directory
    /// is down. `warifu check` asks each one.
    struct FirstFactor {
        /// The tenant's slug.
        tenant: String = String::new(), for example "'campus'";
        /// `ldap`: a server that is searched and bound to. `dovecot`: the mail server on this machine, by its `auth-client` socket.
        kind: FirstFactorKind = FirstFactorKind::Ldap, for example "'ldap'";
        /// ldap: where it is. `ldaps://` is TLS from the first byte; plain `ldap://` needs `starttls`, but for this machine.
        url: Option<String> = None, for example "'ldap://ldap.example.jp'";
        /// ldap: begins in the clear and refuses to go on without TLS.
        starttls: bool = false, for example "true";
        /// ldap: a PEM file with certificates of authorities that are believed instead of the system's.
        authorities: Option<PathBuf> = None, for example "'/etc/warifu/tls/ldap-ca.pem'";
        /// ldap: the account that may search; without it the search is anonymous.
        bind_dn: Option<String> = None, for example "'cn=warifu,dc=example,dc=jp'";
        /// ldap: a file with its password, which only Warifu's user should read.
        bind_password_file: Option<PathBuf> = None, for example "'/etc/warifu/ldap-password'";
        /// ldap: where people are, with everything below.
        base: Option<String> = None, for example "'ou=people,dc=example,dc=jp'";
        /// ldap: who somebody is; `{login}` is what was typed. Groups can be demanded here.
        filter: String = "(uid={login})".to_owned(), for example "'(&(uid={login})(memberOf=cn=staff,dc=example,dc=jp))'";
        /// ldap: the attribute that is the login ID.
        login_attribute: String = "uid".to_owned(), for example "'uid'";
        /// ldap: the attribute that is the name.
        name_attribute: String = "cn".to_owned(), for example "'displayName'";
        /// ldap: the attribute that is the mail address for notices.
        email_attribute: String = "mail".to_owned(), for example "'mail'";
        /// dovecot: its `auth-client` socket, which Warifu's user may write to.
        socket: Option<PathBuf> = None, for example "'/run/dovecot/auth-client'";
        /// dovecot: the service name of these questions. Warifu's own gate lets it through, whatever network it comes from.
        service: String = "warifu-web".to_owned(), for example "'warifu-web'";
        /// dovecot: notices go to login ID @ this domain.
        email_domain: Option<String> = None, for example "'example.jp'";
        /// Seconds (1 to 30) after which a person is told to try again later.
        #[serde(deserialize_with = "limits::within::<1, 30, _, _>")]
        timeout_seconds: u64 = 5, for example "5";
    }
}

/// What knows the passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FirstFactorKind {
    /// A directory that speaks LDAP.
    Ldap,
    /// A Dovecot on this machine.
    Dovecot,
}

impl fmt::Display for FirstFactorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ldap => "LDAP",
            Self::Dovecot => "Dovecot",
        })
    }
}

impl FirstFactor {
    /// [`FirstFactor::timeout_seconds`] as a duration.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// The files that are named.
    pub(super) fn files(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [
            &mut self.authorities,
            &mut self.bind_password_file,
            &mut self.socket,
        ]
        .into_iter()
        .flatten()
    }

    /// The rules that take more than one setting.
    fn check(&self, number: usize, source: &Source<'_>) -> Result<(), ConfigError> {
        let error = |field: &str, problem, mend| {
            Err(source.error(&format!("first_factor.{number}.{field}"), problem, mend))
        };
        if self.tenant.is_empty() {
            return error(
                "tenant",
                "it is missing",
                "write the tenant's slug: tenant = 'campus'",
            );
        }
        if self.kind == FirstFactorKind::Dovecot {
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            return match &self.socket {
                None => error(
                    "kind",
                    "`socket` is missing",
                    "add socket = '/run/dovecot/auth-client'",
                ),
                Some(_) if self.service.is_empty() || !self.service.bytes().all(is_word) => error(
                    "service",
                    "letters, digits and hyphens only",
                    "write service = 'warifu-web'",
                ),
                Some(_) => Ok(()),
            };
        }
        let Some(url) = &self.url else {
            return error("kind", "`url` is missing", "add url = 'ldaps://…'");
        };
        let (scheme, host) = url.split_once("://").unwrap_or_default();
        let name = host
            .rsplit_once(':')
            .map_or(host, |(name, _)| name)
            .trim_end_matches('/');
        let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
        match scheme {
            _ if name.is_empty() => {
                return error(
                    "url",
                    "that is not ldaps:// or ldap:// and a name",
                    "for example ldaps://ldap.example.jp",
                );
            }
            "ldaps" if self.starttls => {
                return error(
                    "starttls",
                    "ldaps:// has TLS already",
                    "remove it, or write ldap://",
                );
            }
            "ldaps" => {}
            "ldap" if self.starttls || is_here => {}
            "ldap" => {
                return error(
                    "url",
                    "without TLS everybody on the way could read the passwords",
                    "write ldaps://, or add starttls = true",
                );
            }
            _ => {
                return error(
                    "url",
                    "that is not ldaps:// or ldap:// and a name",
                    "for example ldaps://ldap.example.jp",
                );
            }
        }
        if self.base.as_deref().unwrap_or_default().is_empty() {
            return error("kind", "`base` is missing", "add base = 'ou=people,…'");
        }
        if !self.filter.contains("{login}") {
            return error(
                "filter",
                "without {login} everybody would be the same person",
                "write filter = '(uid={login})'",
            );
        }
        match (&self.bind_dn, &self.bind_password_file) {
            (Some(_), None) => error(
                "bind_dn",
                "the password is missing",
                "add bind_password_file",
            ),
            (None, Some(_)) => error("bind_password_file", "`bind_dn` is missing", "add bind_dn"),
            _ => Ok(()),
        }
    }
}

/// Checks every section, and that no tenant has two.
pub(super) fn check(sections: &[FirstFactor], source: &Source<'_>) -> Result<(), ConfigError> {
    for (index, section) in sections.iter().enumerate() {
        section.check(index + 1, source)?;
        let is_first = sections[..index]
            .iter()
            .all(|other| other.tenant != section.tenant);
        if !is_first {
            let problem = "a tenant has two, and only one can be the right one";
            return Err(source.error(
                &format!("first_factor.{}.tenant", index + 1),
                problem,
                "remove one of the two",
            ));
        }
    }
    Ok(())
}
