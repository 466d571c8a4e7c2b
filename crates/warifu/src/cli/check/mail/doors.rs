//! The doors of a mail server, what is tried at each, and what is to be made of it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::mechanism::{Mechanism, Probe};
use super::talk::{Begins, Outcome, Protocol, Talk};
use super::wire::{Broken, Target};

/// A port at which mail programs log in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Door {
    pub(super) name: &'static str,
    pub(super) protocol: Protocol,
    pub(super) port: u16,
    pub(super) begins: Begins,
}

/// What is thought of one way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verdict {
    /// The gate decides here.
    Gated,
    /// The gate refuses, and the mail server lets in.
    Open,
    /// Nobody comes in here.
    Closed,
    /// Nothing could be tried.
    NotReachable,
    /// What was tried does not show it.
    Unknown,
}

impl Verdict {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Gated => "gated",
            Self::Open => "OPEN",
            Self::Closed => "closed",
            Self::NotReachable => "not reachable",
            Self::Unknown => "cannot tell",
        }
    }
}

/// One way in, and what is thought of it.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) door: Door,
    pub(super) mechanism: String,
    pub(super) verdict: Verdict,
    /// Why, where that is not plain.
    pub(super) says: String,
    /// What to do about it; may be empty.
    pub(super) mend: &'static str,
}

type Tried = Result<Outcome, Broken>;

/// A door after the first round.
pub(super) struct Seen {
    door: Door,
    /// Every mechanism that is offered; those that can be tried, with what came of it.
    offered: Result<Vec<(Mechanism, Option<Tried>)>, Broken>,
}

/// The first round: the gate refuses the account.
pub(super) fn look(target: &Target, probe: &Probe, doors: Vec<Door>) -> Vec<Seen> {
    let look_at = |door: Door| {
        let talk = Talk::begin(target, door.protocol, door.port, door.begins);
        let offered = talk.map(|talk| {
            let offered: BTreeSet<Mechanism> = talk.mechanisms();
            let tried = |mechanism: Mechanism| {
                let tried =
                    can_try(&mechanism, probe).then(|| try_door(target, probe, door, &mechanism));
                (mechanism, tried)
            };
            offered.into_iter().map(tried).collect()
        });
        Seen { door, offered }
    };
    doors.into_iter().map(look_at).collect()
}

fn can_try(mechanism: &Mechanism, probe: &Probe) -> bool {
    match mechanism {
        Mechanism::Other(_) => false,
        mechanism => !mechanism.takes_token() || probe.token.is_some(),
    }
}

/// One login with a connection of its own: after a refusal some servers hang up.
fn try_door(target: &Target, probe: &Probe, door: Door, mechanism: &Mechanism) -> Tried {
    Talk::begin(target, door.protocol, door.port, door.begins)?.log_in(mechanism, probe)
}

/// The second round, in which the gate lets the account go on: what was refused is tried again.
pub(super) fn look_again(target: &Target, probe: &Probe, seen: Vec<Seen>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Seen { door, offered } in seen {
        let offered = match offered {
            Ok(offered) if offered.is_empty() => {
                findings.push(closed(door, "it offers no way to log in"));
                continue;
            }
            Ok(offered) => offered,
            Err(Broken::Closed) => {
                findings.push(closed(door, ""));
                continue;
            }
            Err(Broken::Unreachable(says)) => {
                findings.push(not_reachable(door, "-", says));
                continue;
            }
        };
        for (mechanism, first) in offered {
            let is_refused =
                matches!(first, Some(Ok(Outcome::Refused(_)))) && mechanism != Mechanism::None;
            let second = is_refused.then(|| try_door(target, probe, door, &mechanism));
            findings.push(judge(door, &mechanism, first, second));
        }
    }
    findings
}

fn closed(door: Door, says: &str) -> Finding {
    Finding {
        door,
        mechanism: "-".to_owned(),
        verdict: Verdict::Closed,
        says: says.to_owned(),
        mend: "",
    }
}

fn not_reachable(door: Door, mechanism: &str, says: String) -> Finding {
    Finding {
        door,
        mechanism: mechanism.to_owned(),
        verdict: Verdict::NotReachable,
        says,
        mend: "look at the port, at a firewall between here and there, and at the certificate (--ca)",
    }
}

/// Mechanisms in which the mail server itself finds out who it is, without a question to the gate before.
const UNSEEN: [&str; 4] = ["ANONYMOUS", "EXTERNAL", "GSSAPI", "GSS-SPNEGO"];

fn judge(
    door: Door,
    mechanism: &Mechanism,
    first: Option<Tried>,
    second: Option<Tried>,
) -> Finding {
    let finding = |verdict, says: String, mend| Finding {
        door,
        mechanism: mechanism.name().to_owned(),
        verdict,
        says,
        mend,
    };
    let Some(first) = first else {
        return match mechanism {
            Mechanism::Other(name) if UNSEEN.contains(&name.as_str()) => finding(
                Verdict::Open,
                "Warifu is not asked before a login of this kind".to_owned(),
                "take it out of auth_mechanisms in Dovecot (or smtpd_sasl_mechanism_filter in Postfix)",
            ),
            Mechanism::Other(_) => finding(
                Verdict::Unknown,
                "this check does not speak it".to_owned(),
                "take it out of auth_mechanisms in Dovecot, or try it by hand with a disabled account",
            ),
            _ => finding(
                Verdict::Unknown,
                "it takes an access token".to_owned(),
                "name a file with one: --token-file",
            ),
        };
    };
    let unreachable = |broken| match broken {
        Broken::Closed => not_reachable(
            door,
            mechanism.name(),
            "it takes no more connections".to_owned(),
        ),
        Broken::Unreachable(says) => not_reachable(door, mechanism.name(), says),
    };
    match (first, second) {
        (Err(broken), _) | (_, Some(Err(broken))) => unreachable(broken),
        (Ok(Outcome::In), _) if *mechanism == Mechanism::None => finding(
            Verdict::Open,
            "it takes mail from here without any login".to_owned(),
            "let no permit_… stand before Warifu's question (deploy/postfix/main.cf); mynetworks lets in whoever is there",
        ),
        (Ok(Outcome::In), _) => finding(
            Verdict::Open,
            "an account is in that Warifu refuses".to_owned(),
            "the mail server does not ask Warifu, or goes on without its answer: compare its configuration with deploy/dovecot or deploy/postfix",
        ),
        (Ok(Outcome::Refused(_)), None) => finding(Verdict::Closed, String::new(), ""),
        (Ok(Outcome::Refused(_)), Some(Ok(Outcome::In))) => {
            finding(Verdict::Gated, String::new(), "")
        }
        (Ok(Outcome::Refused(_)), Some(Ok(Outcome::Refused(words)))) => finding(
            Verdict::Unknown,
            format!("refused also while Warifu lets the account in: {words}"),
            "is that its password at the mail server? Does it need a second factor from here? Does the mail server have the right key of the gate?",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_055_a_door_is_gated_only_if_both_rounds_say_so() {
        let door = Door {
            name: "imap",
            protocol: Protocol::Imap,
            port: 143,
            begins: Begins::Starttls,
        };
        let is_in = || Some(Ok(Outcome::In));
        let refused = || Some(Ok(Outcome::Refused("NO".to_owned())));
        let broken = || Some(Err(Broken::Unreachable("x".to_owned())));
        let other = |name: &str| Mechanism::Other(name.to_owned());
        for (mechanism, first, second, expected) in [
            (Mechanism::Plain, refused(), is_in(), Verdict::Gated),
            (Mechanism::Plain, refused(), refused(), Verdict::Unknown),
            (Mechanism::Plain, refused(), broken(), Verdict::NotReachable),
            (
                Mechanism::Plain,
                refused(),
                Some(Err(Broken::Closed)),
                Verdict::NotReachable,
            ),
            (Mechanism::Plain, broken(), None, Verdict::NotReachable),
            (Mechanism::Plain, is_in(), None, Verdict::Open),
            (Mechanism::None, is_in(), None, Verdict::Open),
            (Mechanism::None, refused(), None, Verdict::Closed),
            (Mechanism::Xoauth2, None, None, Verdict::Unknown),
            (Mechanism::Xoauth2, refused(), is_in(), Verdict::Gated),
            (other("SCRAM-SHA-256"), None, None, Verdict::Unknown),
            (other("EXTERNAL"), None, None, Verdict::Open),
            (other("GSSAPI"), None, None, Verdict::Open),
        ] {
            let found = judge(door, &mechanism, first, second);
            assert_eq!(found.verdict, expected, "{mechanism:?}");
            let is_plain = matches!(expected, Verdict::Gated | Verdict::Closed);
            assert_eq!(found.says.is_empty(), is_plain, "{mechanism:?}");
            assert_eq!(found.mend.is_empty(), is_plain, "{mechanism:?}");
        }
    }
}
