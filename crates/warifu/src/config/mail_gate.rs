//! `[[mail_gate]]`: sockets at which a Postfix on this machine asks about mail clients.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::section::section;

section! {
    /// A socket at which a Postfix on this machine asks about the mail clients of a tenant; one section for each. See `deploy/postfix`.
    /// Dovecot needs none: it asks over HTTP (`deploy/dovecot`), and a Postfix that has its passwords from Dovecot with it.
    struct MailGate {
        /// The tenant's slug.
        tenant: String = String::new(), for example "'campus'";
        /// `policy`: whether a client that has logged in may send (Postfix: `check_policy_service`). `sasl`: the login itself, for a
        /// Postfix without Dovecot (`smtpd_sasl_type = dovecot`); passwords are checked as at the tenant's login page.
        protocol: Option<GateProtocol> = None, for example "'policy'";
        /// `unix:` and a path, which Postfix's user may reach; or an address and port of this machine's own, which every local
        /// program can ask.
        listen: Option<GateAddress> = None, for example "'unix:/var/spool/postfix/warifu/policy'";
        /// Who may write to the unix socket, in octal.
        mode: SocketMode = SocketMode(0o660), for example "'0660'";
        /// The unix socket's group, by name or number, of which Warifu's user has to be a member. By default that of its folder, if
        /// the folder is `g+s`, or else of Warifu's user.
        group: Option<String> = None, for example "'postfix'";
    }
}

/// What is spoken at a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum GateProtocol {
    /// Postfix's policy delegation.
    Policy,
    /// Dovecot's authentication protocol.
    Sasl,
}

impl fmt::Display for GateProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Policy => "policy",
            Self::Sasl => "sasl",
        })
    }
}

/// Where a socket is. Never on the network: whoever reaches one needs no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GateAddress {
    /// A file.
    Unix(PathBuf),
    /// A loopback address.
    Loopback(SocketAddr),
}

impl FromStr for GateAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path {
                "" => Err("the path is missing".to_owned()),
                path => Ok(Self::Unix(path.into())),
            };
        }
        let address: SocketAddr = text.parse().map_err(|_| {
            format!("`{text}` is neither `unix:` and a path nor an address with a port")
        })?;
        match address.ip().is_loopback() {
            true => Ok(Self::Loopback(address)),
            false => Err(format!(
                "`{address}` is reachable from the network, and this socket asks for no key"
            )),
        }
    }
}

impl fmt::Display for GateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Loopback(address) => address.fmt(f),
        }
    }
}

/// The rights on a unix socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SocketMode(pub(crate) u32);

impl FromStr for SocketMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_octal =
            matches!(text.len(), 3 | 4) && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
        match u32::from_str_radix(text, 8) {
            Ok(mode) if is_octal && mode & 0o600 == 0o600 && mode <= 0o777 => Ok(Self(mode)),
            _ => Err(format!("`{text}` is not a mode between 0600 and 0777")),
        }
    }
}

impl MailGate {
    /// The path that is named.
    pub(super) fn file(&mut self) -> Option<&mut PathBuf> {
        match &mut self.listen {
            Some(GateAddress::Unix(path)) => Some(path),
            _ => None,
        }
    }
}

/// The rules that take more than one setting.
pub(super) fn check(sections: &[MailGate], source: &Source<'_>) -> Result<(), ConfigError> {
    for (index, section) in sections.iter().enumerate() {
        let name = |field: &str| format!("mail_gate.{}.{field}", index + 1);
        let missing = |field: &str, mend| {
            // Where nothing is written there is no place to show but another line of the section.
            let written = ["tenant", "protocol", "listen"];
            let place = written
                .map(name)
                .into_iter()
                .find(|name| source.mentions(name));
            let place = place.unwrap_or_else(|| "mail_gate".to_owned());
            Err(source.error(&place, &format!("`{field}` is missing beside it"), mend))
        };
        if section.tenant.is_empty() {
            return missing("tenant", "write the tenant's slug: tenant = 'campus'");
        }
        if section.protocol.is_none() {
            return missing("protocol", "write protocol = 'policy' or protocol = 'sasl'");
        }
        let Some(listen) = &section.listen else {
            return missing(
                "listen",
                "for example listen = 'unix:/var/spool/postfix/warifu/policy'",
            );
        };
        let is_tcp = matches!(listen, GateAddress::Loopback(_));
        for field in ["mode", "group"] {
            if is_tcp && source.mentions(&name(field)) {
                let problem = "only a unix socket has such a right";
                return Err(source.error(&name(field), problem, "remove it, or listen on unix:/…"));
            }
        }
        let is_taken = |other: &MailGate| other.listen.as_ref() == Some(listen);
        let is_any = matches!(listen, GateAddress::Loopback(address) if address.port() == 0);
        if sections[..index].iter().any(is_taken) && !is_any {
            let problem = "another section listens there";
            return Err(source.error(&name("listen"), problem, "choose another path or port"));
        }
    }
    Ok(())
}
