//! `[mail]`: the relay that takes what Warifu sends.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::message::Mailbox;
use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::{limits, section::section};

section! {
    /// Mail that Warifu sends: notices to people about their own accounts. Nothing is sent, and none is written, before `server`
    /// and `sender` are set; `warifu mail test` shows whether it works.
    struct Mail {
        /// The relay's host name, which its certificate has to be for, or its address.
        server: Option<String> = None, for example "'smtp.example.jp'";
        /// Its port. By default that of the kind of TLS: 587 for `starttls`, 465 for `implicit`, 25 for `none`.
        #[serde(deserialize_with = "limits::optional::<1, 65_535, _, _>")]
        port: Option<u16> = None, for example "587";
        /// `starttls`: begins in the clear and refuses to go on without TLS. `implicit`: TLS from the first byte. `none`: only for a
        /// relay on this machine; anywhere else mails, and the password, could be read on the way.
        tls: MailTls = MailTls::Starttls;
        /// A PEM file with certificates of authorities that are believed instead of the system's, for a relay with a private one.
        authorities: Option<PathBuf> = None, for example "'/etc/warifu/tls/mail-ca.pem'";
        /// The name with which Warifu signs in at the relay; without it Warifu does not sign in.
        user: Option<String> = None, for example "'warifu'";
        /// A file with the password, which only Warifu's user should read. One of the two settings, not both.
        password_file: Option<PathBuf> = None, for example "'/etc/warifu/mail-password'";
        /// The name of an environment variable with the password, where a secret manager provides it.
        password_environment: Option<String> = None, for example "'WARIFU_MAIL_PASSWORD'";
        /// From whom the mails are: an address of your own, which exists, with a name if you like.
        sender: Option<String> = None, for example "'Warifu <warifu@example.jp>'";
        /// Seconds (1 to 120) after which a try to send one mail is given up; it is tried again a minute later, then at growing
        /// intervals of up to six hours, for three days.
        #[serde(deserialize_with = "limits::within::<1, 120, _, _>")]
        timeout_seconds: u64 = 30;
        /// Connections (1 to 16) to the relay at the same time.
        #[serde(deserialize_with = "limits::within::<1, 16, _, _>")]
        connections: usize = 4;
    }
}

/// How the connection to the relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(rename_all = "lowercase")]
pub(crate) enum MailTls {
    /// Begins in the clear; without TLS nothing is sent.
    Starttls,
    /// From the first byte.
    Implicit,
    /// Not at all, on this machine.
    None,
}

impl MailTls {
    /// The port that is used where none is set.
    fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }
}

impl fmt::Display for MailTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Starttls => "STARTTLS",
            Self::Implicit => "TLS",
            Self::None => "no TLS",
        })
    }
}

impl Mail {
    /// Whether mail is sent at all.
    pub(crate) fn is_on(&self) -> bool {
        self.server.is_some()
    }

    /// See the setting.
    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(self.tls.port())
    }

    /// Where mail goes and how that way is protected, for people; without secrets. `None`: mail is off.
    pub(crate) fn relay(&self) -> Option<String> {
        let server = self.server.as_ref()?;
        let user = self.user.as_ref().map(|user| format!(", as {user}"));
        let (port, user) = (self.port(), user.unwrap_or_default());
        Some(format!("{server}:{port}, {}{user}", self.tls))
    }

    /// [`Mail::timeout_seconds`] as a duration.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// The rules that take more than one setting.
    pub(super) fn check(&self, source: &Source<'_>) -> Result<(), ConfigError> {
        let error = |field, problem, mend| Err(source.error(field, problem, mend));
        let Some(server) = &self.server else {
            if self.sender.is_some() {
                let mend = "add server = '…' to [mail], or remove the section";
                return error("mail.sender", "`mail.server` is missing", mend);
            }
            return Ok(());
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
        let address = server.parse::<IpAddr>().ok();
        if address.is_none() && (server.is_empty() || !server.bytes().all(is_name)) {
            return error(
                "mail.server",
                "that is not a host name or address",
                "write the name alone, without a port: server = 'smtp.example.jp'",
            );
        }
        let is_here = address.map_or(server == "localhost", |address| address.is_loopback());
        if self.tls == MailTls::None && !is_here {
            return error(
                "mail.tls",
                "without TLS everybody on the way could read the mails",
                "write tls = 'starttls' or 'implicit'; 'none' is for a relay on this machine",
            );
        }
        match &self.sender {
            None => error(
                "mail.server",
                "`mail.sender` is missing: a mail has to be from somebody",
                "add sender = 'Warifu <warifu@example.jp>' to [mail]",
            ),
            Some(sender) if sender.parse::<Mailbox>().is_err() => error(
                "mail.sender",
                "that is not one mail address, with or without a name",
                "for example: sender = 'Warifu <warifu@example.jp>'",
            ),
            Some(_) => self.check_password(source),
        }
    }

    fn check_password(&self, source: &Source<'_>) -> Result<(), ConfigError> {
        let error = |field, problem, mend| Err(source.error(field, problem, mend));
        match (&self.user, &self.password_file, &self.password_environment) {
            (_, Some(_), Some(_)) => error(
                "mail.password_environment",
                "`mail.password_file` is set too, and only one password can be the right one",
                "remove one of the two",
            ),
            (Some(_), None, None) => error(
                "mail.user",
                "the password is missing",
                "add password_file or password_environment to [mail]",
            ),
            (None, Some(_), None) => error(
                "mail.password_file",
                "`mail.user` is missing",
                "add user = '…' to [mail]",
            ),
            (None, None, Some(_)) => error(
                "mail.password_environment",
                "`mail.user` is missing",
                "add user = '…' to [mail]",
            ),
            _ => Ok(()),
        }
    }
}
