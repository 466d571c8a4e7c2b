//! What a test's Dovecot has in its configuration besides the files that are shipped, in the words of each series.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use super::install::Series;
use crate::relay::free_port;

/// Where each way in is.
pub(crate) struct Ports {
    pub(crate) imap: u16,
    pub(crate) imaps: u16,
    pub(crate) pop3: u16,
    pub(crate) pop3s: u16,
    pub(crate) submission: u16,
    pub(crate) submissions: u16,
    pub(crate) sieve: u16,
    pub(crate) doveadm: u16,
}

impl Ports {
    pub(super) fn draw() -> Self {
        Self {
            imap: free_port(),
            imaps: free_port(),
            pop3: free_port(),
            pop3s: free_port(),
            submission: free_port(),
            submissions: free_port(),
            sieve: free_port(),
            doveadm: free_port(),
        }
    }

    pub(super) fn all(&self) -> [u16; 8] {
        [
            self.imap,
            self.imaps,
            self.pop3,
            self.pop3s,
            self.submission,
            self.submissions,
            self.sieve,
            self.doveadm,
        ]
    }

    fn services(&self) -> String {
        let plain =
            |name: &str, port: u16| format!("  inet_listener {name} {{\n    port = {port}\n  }}\n");
        let tls = |name: &str, port: u16| {
            format!("  inet_listener {name} {{\n    port = {port}\n    ssl = yes\n  }}\n")
        };
        let service = |name: &str, doors: &[String]| {
            let doors = doors.concat();
            format!("service {name}-login {{\n  chroot =\n{doors}}}\n")
        };
        [
            service(
                "imap",
                &[plain("imap", self.imap), tls("imaps", self.imaps)],
            ),
            service(
                "pop3",
                &[plain("pop3", self.pop3), tls("pop3s", self.pop3s)],
            ),
            service(
                "submission",
                &[
                    plain("submission", self.submission),
                    tls("submissions", self.submissions),
                ],
            ),
            service("managesieve", &[plain("sieve", self.sieve)]),
        ]
        .concat()
    }
}

impl Series {
    /// The beginning of the configuration of a Dovecot that does nothing but know the passwords in the file `users`. `at` is the folder of
    /// everything it has, as Dovecot sees it.
    pub(crate) fn only_passwords(self, at: &Path) -> String {
        let at = at.display();
        let passwords = match self {
            Self::V2_3 => format!(
                "passdb {{\n  driver = passwd-file\n  args = {at}/users\n}}\n\
                 userdb {{\n  driver = static\n  args = uid=65534 gid=65534 home={at}\n}}\n"
            ),
            Self::V2_4 => format!(
                "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n\
                 passdb passwd-file {{\n  passwd_file_path = {at}/users\n}}\n\
                 userdb static {{\n  fields {{\n    uid = 65534\n    gid = 65534\n    home = {at}\n  }}\n}}\n"
            ),
        };
        format!(
            "{passwords}base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nprotocols =\nssl = no\n\
             auth_failure_delay = 0\n"
        )
    }
}

/// What differs from one test to the next.
pub(super) struct Own<'a> {
    pub(super) ports: &'a Ports,
    /// Where mail is passed on to.
    pub(super) relay: u16,
    pub(super) mechanisms: &'a str,
    /// Who knows access tokens (RFC 7662), if they are taken.
    pub(super) introspection: Option<SocketAddr>,
}

/// Beside `dovecot.conf`, for the series that has these settings in a file of their own.
pub(super) const TOKENS_FILE: &str = "tokens.conf";

impl Own<'_> {
    /// All of it. `at` is the folder of `users`, certificate and key, as Dovecot sees it.
    pub(super) fn settings(&self, series: Series, at: &Path) -> String {
        let at = at.display();
        let mut text = match series {
            Series::V2_3 => format!(
                "disable_plaintext_auth = no\nmail_location = maildir:~/Maildir\n\
                 ssl_cert = <{at}/relay-certificate.pem\nssl_key = <{at}/relay-key.pem\n\
                 userdb {{\n  driver = static\n  args = uid=nobody gid=nogroup home={at}/mail/%u\n}}\n\
                 passdb {{\n  driver = passwd-file\n  mechanisms = plain login cram-md5\n  args = {at}/users\n}}\n"
            ),
            Series::V2_4 => format!(
                "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n\
                 auth_allow_cleartext = yes\nmail_driver = maildir\nmail_path = ~/Maildir\n\
                 ssl_server_cert_file = {at}/relay-certificate.pem\nssl_server_key_file = {at}/relay-key.pem\n\
                 userdb static {{\n  fields {{\n    uid = nobody\n    gid = nogroup\n    home = {at}/mail/%{{user}}\n  }}\n}}\n\
                 passdb passwd-file {{\n  mechanisms_filter = plain login cram-md5\n  passwd_file_path = {at}/users\n}}\n"
            ),
        };
        let _ = write!(
            text,
            "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nauth_verbose = yes\n\
             protocols = imap pop3 submission sieve\nlisten = 127.0.0.1, ::1\nssl = yes\nfirst_valid_uid = 100\n\
             auth_mechanisms = {}\nauth_failure_delay = 0\n\
             default_internal_user = nobody\ndefault_internal_group = nogroup\ndefault_login_user = nobody\n\
             submission_relay_host = 127.0.0.1\nsubmission_relay_port = {}\n\
             service anvil {{\n  chroot =\n  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n\
             service stats {{\n  chroot =\n}}\n{}",
            self.mechanisms,
            self.relay,
            self.ports.services(),
        );
        match (series, self.tokens()) {
            (_, None) => {}
            (Series::V2_3, Some(_)) => {
                let _ = write!(
                    text,
                    "passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {at}/{TOKENS_FILE}\n}}\n"
                );
            }
            (Series::V2_4, Some(tokens)) => {
                let _ = write!(
                    text,
                    "oauth2 {{\n{tokens}}}\npassdb oauth2 {{\n  mechanisms_filter = xoauth2 oauthbearer\n}}\n"
                );
            }
        }
        text
    }

    /// How access tokens are looked up, in the same words for each series.
    pub(super) fn tokens(&self) -> Option<String> {
        let address = self.introspection?;
        Some(format!(
            "introspection_url = http://{address}/introspect\nintrospection_mode = post\nforce_introspection = yes\n\
             client_id = dovecot\nclient_secret = unused\nusername_attribute = username\n\
             active_attribute = active\nactive_value = true\nscope = mail\n"
        ))
    }
}
