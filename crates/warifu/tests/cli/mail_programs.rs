//! Mail programs that others wrote, with TLS as people have it: curl, and swaks, which sends only. What they show is what a person
//! reads.

use std::process::Command;

use crate::place::run;

const CERTIFICATE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cli/files/relay-certificate.pem"
);
const MECHANISMS: [&str; 2] = ["PLAIN", "LOGIN"];
/// How the words of a refusal begin (`gate-needs-window`).
const JAPANESE: &str = "先にブラウザーでログインしてください。";
const ENGLISH: &str = "Please sign in with a browser first: http";

/// Somebody who looks into the inbox, or sends a mail to Taro, from `source` at a port of 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor<'a> {
    pub(crate) source: &'a str,
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
}

/// What one program made of one try.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Program, protocol, mechanism.
    what: String,
    is_done: bool,
    text: String,
}

impl Visitor<'_> {
    /// By `imap`, `pop3` or `smtp`, with every program that speaks it and each mechanism.
    pub(crate) fn try_all(&self, protocol: &str, port: u16) -> Vec<Shown> {
        let mut shown = Vec::new();
        for mechanism in MECHANISMS {
            let mut programs = vec![("curl", self.curl(protocol, port, mechanism))];
            if protocol == "smtp" {
                programs.push(("swaks", self.swaks(port, mechanism)));
            }
            for (name, command) in programs {
                let outcome = run(command, "Subject: hello\r\n\r\nhello\r\n");
                shown.push(Shown {
                    what: format!("{self:?} {name} {protocol} {mechanism}"),
                    is_done: outcome.status.success(),
                    text: outcome.out + &outcome.err,
                });
            }
        }
        shown
    }

    fn curl(&self, protocol: &str, port: u16, mechanism: &str) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--verbose", "--max-time", "30"])
            .args(["--ssl-reqd", "--cacert", CERTIFICATE])
            .args(["--interface", self.source])
            .args(["--user", &format!("{}:{}", self.user, self.password)])
            .args(["--login-options", &format!("AUTH={mechanism}")]);
        if protocol == "smtp" {
            curl.args(["--mail-from", "hana@example.jp"]).args([
                "--mail-rcpt",
                "taro@example.jp",
                "--upload-file",
                "-",
            ]);
        }
        curl.arg(format!("{protocol}://127.0.0.1:{port}/"));
        curl
    }

    fn swaks(&self, port: u16, mechanism: &str) -> Command {
        let mut swaks = Command::new("swaks");
        swaks
            .args(["--server", "127.0.0.1", "--port", &port.to_string()])
            .args(["--local-interface", self.source, "--tls"])
            .args(["--auth", mechanism, "--auth-user", self.user])
            .args(["--auth-password", self.password])
            .args(["--helo", "client.example.jp", "--from", "hana@example.jp"])
            .args(["--to", "taro@example.jp", "--timeout", "30"]);
        swaks
    }
}

/// All of them did what they were told to.
#[track_caller]
pub(crate) fn all_done(shown: &[Shown]) {
    for one in shown {
        assert!(one.is_done, "{}\n{}", one.what, one.text);
    }
}

/// None of them did, and each shows where to log in; in Japanese as well, where the protocol lets it.
#[track_caller]
pub(crate) fn all_refused_with_words(shown: &[Shown]) {
    for one in shown {
        let where_to = one.text.split(ENGLISH).nth(1);
        let is_said = where_to.is_some_and(|rest| {
            let address = rest.split_whitespace().next().unwrap_or_default();
            address.ends_with("/uni/login")
        });
        let is_japanese = one.text.contains(JAPANESE);
        assert_eq!(is_japanese, !one.what.contains(" smtp "), "{}", one.text);
        assert!(!one.is_done && is_said, "{}\n{}", one.what, one.text);
    }
}
