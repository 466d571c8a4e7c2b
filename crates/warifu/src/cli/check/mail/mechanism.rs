//! The mechanisms by which mail programs log in: what a server offers, and what a client says in each.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::talk::Protocol;

/// How a client logs in. The two last are commands of their own, beside SASL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mechanism {
    Plain,
    Login,
    Xoauth2,
    OAuthBearer,
    /// One that this program does not speak.
    Other(String),
    ImapLogin,
    PopUser,
    /// Sending without any login.
    None,
}

impl Mechanism {
    fn read(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "PLAIN" => Self::Plain,
            "LOGIN" => Self::Login,
            "XOAUTH2" => Self::Xoauth2,
            "OAUTHBEARER" => Self::OAuthBearer,
            other => Self::Other(other.to_owned()),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::Xoauth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::Other(name) => name,
            Self::ImapLogin => "LOGIN command",
            Self::PopUser => "USER command",
            Self::None => "no login",
        }
    }

    /// Whether a token is used instead of the password.
    pub(super) fn takes_token(&self) -> bool {
        matches!(self, Self::Xoauth2 | Self::OAuthBearer)
    }
}

/// Who logs in.
pub(super) struct Probe {
    pub(super) login: String,
    pub(super) password: Zeroizing<String>,
    pub(super) token: Option<Zeroizing<String>>,
    /// From and to whom a mail would go; none does.
    pub(super) address: String,
}

/// What a server of this kind offers to log in with, by what it says of itself.
pub(super) fn offered(protocol: Protocol, capabilities: &[String]) -> BTreeSet<Mechanism> {
    let mut offered = BTreeSet::new();
    let lines = capabilities.iter().map(|line| line.to_ascii_uppercase());
    for line in lines {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match protocol {
            Protocol::Imap if words.starts_with(&["*", "CAPABILITY"]) => {
                let names = words.iter().filter_map(|word| word.strip_prefix("AUTH="));
                offered.extend(names.map(Mechanism::read));
                if !words.contains(&"LOGINDISABLED") {
                    offered.insert(Mechanism::ImapLogin);
                }
            }
            Protocol::Pop3 => match words.split_first() {
                Some((&"SASL", names)) => {
                    offered.extend(names.iter().copied().map(Mechanism::read))
                }
                Some((&"USER", _)) => drop(offered.insert(Mechanism::PopUser)),
                _ => {}
            },
            Protocol::ManageSieve => {
                if let Some(names) = line.strip_prefix("\"SASL\"") {
                    let names = names.trim().trim_matches('"').split_ascii_whitespace();
                    offered.extend(names.map(Mechanism::read));
                }
            }
            Protocol::Submission => {
                // "AUTH=" is how old clients want to see it.
                let rest = line
                    .get(4..)
                    .unwrap_or_default()
                    .replacen("AUTH=", "AUTH ", 1);
                if let Some(names) = rest.strip_prefix("AUTH ") {
                    offered.extend(names.split_ascii_whitespace().map(Mechanism::read));
                }
            }
            Protocol::Imap => {}
        }
    }
    if protocol == Protocol::Submission {
        offered.insert(Mechanism::None);
    }
    offered
}

/// An IMAP string (RFC 9051, 4.3).
pub(super) fn quoted(text: &str) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}

/// What the client says, step by step, before base64.
pub(super) fn steps(mechanism: &Mechanism, probe: &Probe) -> Vec<Zeroizing<String>> {
    let login = &probe.login;
    let token = probe.token.as_deref().map_or("", String::as_str);
    match mechanism {
        Mechanism::Plain => vec![Zeroizing::new(format!("\0{login}\0{}", *probe.password))],
        Mechanism::Login => vec![Zeroizing::new(login.clone()), probe.password.clone()],
        Mechanism::Xoauth2 => vec![Zeroizing::new(format!(
            "user={login}\x01auth=Bearer {token}\x01\x01"
        ))],
        Mechanism::OAuthBearer => vec![Zeroizing::new(format!(
            "n,a={login},\x01auth=Bearer {token}\x01\x01"
        ))],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_kind_of_server_offers() {
        for (protocol, said, expected) in [
            (
                Protocol::Imap,
                "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=GSSAPI\nb OK done",
                "PLAIN, XOAUTH2, GSSAPI, LOGIN command",
            ),
            (
                Protocol::Imap,
                "* CAPABILITY IMAP4rev1 LOGINDISABLED\nb OK",
                "",
            ),
            (
                Protocol::Pop3,
                "+OK\nUSER\nSASL LOGIN plain OAUTHBEARER\n.",
                "PLAIN, LOGIN, OAUTHBEARER, USER command",
            ),
            (Protocol::Pop3, "-ERR unknown", ""),
            (
                Protocol::ManageSieve,
                "\"IMPLEMENTATION\" \"x\"\n\"SASL\" \"PLAIN LOGIN\"\nOK \"done\"",
                "PLAIN, LOGIN",
            ),
            (Protocol::ManageSieve, "\"SASL\" \"\"\nOK", ""),
            (
                Protocol::Submission,
                "250-mail.example.jp\n250-AUTH PLAIN LOGIN\n250-AUTH=PLAIN EXTERNAL\n250 AUTHX NTLM",
                "PLAIN, LOGIN, EXTERNAL, no login",
            ),
        ] {
            let lines: Vec<String> = said.lines().map(str::to_owned).collect();
            let found = offered(protocol, &lines);
            let names: Vec<&str> = found.iter().map(Mechanism::name).collect();
            assert_eq!(names.join(", "), expected, "{said}");
        }
    }

    #[test]
    fn what_is_said_in_each_mechanism() {
        let probe = Probe {
            login: "hana".to_owned(),
            password: Zeroizing::new("a \"b\\c".to_owned()),
            token: Some(Zeroizing::new("ey.J".to_owned())),
            address: String::new(),
        };
        let said = |mechanism| {
            let steps = steps(&mechanism, &probe);
            steps
                .iter()
                .map(|step| step.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(said(Mechanism::Plain), ["\0hana\0a \"b\\c"]);
        assert_eq!(said(Mechanism::Login), ["hana", "a \"b\\c"]);
        let token = "auth=Bearer ey.J\x01\x01";
        assert_eq!(said(Mechanism::Xoauth2), [format!("user=hana\x01{token}")]);
        assert_eq!(
            said(Mechanism::OAuthBearer),
            [format!("n,a=hana,\x01{token}")]
        );
        assert_eq!(*quoted(&probe.password), "\"a \\\"b\\\\c\"");
    }
}
