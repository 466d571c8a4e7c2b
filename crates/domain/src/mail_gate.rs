//! Whether a mail client may go on (K10, SEC-54): decided when it logs in, by the address that the mail server saw, from what
//! [`decide`](crate::decide::decide) says about the person and from the window there.

use std::net::IpAddr;

use crate::{
    decide::Decision,
    mail_window::MailWindow,
    network::canonical,
    policy::{MailProtocol, MailRules},
    time::{Span, Timestamp},
};

/// The service name by which Warifu's own login asks a mail server about a password. Its own gate always lets it pass: the second
/// factor is asked for right behind it.
pub const WEB_SERVICE: &str = "warifu-web";
/// A refusal of one person at one network is recorded at most this often, however often the client repeats it.
pub const RECORD_EVERY: Span = Span::hours(1);
/// Refusals of one person that are recorded within [`RECORD_EVERY`], from however many networks.
pub const RECORDED_AT_MOST: i64 = 30;
/// How long a recorded refusal is shown, and can be answered with "it was me".
pub const REFUSAL_MEMORY: Span = Span::hours(24);
/// A person is told by mail about refused mail clients at most this often.
pub const NOTICE_EVERY: Span = Span::hours(24);
/// The last use of a window is noted at most this often.
pub const NOTE_EVERY: Span = Span::minutes(5);

/// What asks for mail, as the mail server names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Warifu's own login.
    Web,
    /// A mail client.
    Client(MailProtocol),
    /// Anything else: treated like a mail client whose protocol needs a window.
    Other,
}

impl Service {
    /// Reads a service name as Dovecot and Postfix use them.
    pub fn parse(name: &str) -> Self {
        const NAMES: [(&str, Service); 11] = [
            ("imap", Service::Client(MailProtocol::Imap)),
            ("imaps", Service::Client(MailProtocol::Imap)),
            ("pop3", Service::Client(MailProtocol::Pop3)),
            ("pop3s", Service::Client(MailProtocol::Pop3)),
            ("submission", Service::Client(MailProtocol::Submission)),
            ("submissions", Service::Client(MailProtocol::Submission)),
            ("smtp", Service::Client(MailProtocol::Submission)),
            ("smtps", Service::Client(MailProtocol::Submission)),
            ("sieve", Service::Client(MailProtocol::ManageSieve)),
            ("managesieve", Service::Client(MailProtocol::ManageSieve)),
            (WEB_SERVICE, Service::Web),
        ];
        let named = NAMES
            .iter()
            .find(|(known, _)| name.eq_ignore_ascii_case(known));
        named.map_or(Self::Other, |(_, service)| *service)
    }

    /// Its place in a stored set of services.
    pub fn bit(self) -> i64 {
        match self {
            Self::Client(MailProtocol::Imap) => 1,
            Self::Client(MailProtocol::Pop3) => 2,
            Self::Client(MailProtocol::Submission) => 4,
            Self::Client(MailProtocol::ManageSieve) => 8,
            Self::Other => 16,
            Self::Web => 32,
        }
    }

    /// The services of a stored set.
    pub fn of_bits(bits: i64) -> impl Iterator<Item = Self> {
        let all = [
            Self::Client(MailProtocol::Imap),
            Self::Client(MailProtocol::Pop3),
            Self::Client(MailProtocol::Submission),
            Self::Client(MailProtocol::ManageSieve),
            Self::Other,
        ];
        all.into_iter()
            .filter(move |service| bits & service.bit() != 0)
    }

    /// The name that people and the audit trail read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Client(MailProtocol::Imap) => "IMAP",
            Self::Client(MailProtocol::Pop3) => "POP3",
            Self::Client(MailProtocol::Submission) => "SMTP",
            Self::Client(MailProtocol::ManageSieve) => "ManageSieve",
            Self::Other => "?",
        }
    }
}

/// What the gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on to the password.
    Allow,
    /// A second factor in a browser has to be passed from this address first.
    NeedsWindow,
    /// No, as to a wrong password.
    Refuse,
}

/// Judges a mail client at `now`. A window stands in for a second factor that exists; whoever has to set one up first has none
/// that a window could stand in for.
pub fn judge(
    decision: Decision,
    rules: &MailRules,
    service: Service,
    window: Option<&MailWindow>,
    now: Timestamp,
) -> Verdict {
    let is_gated = match service {
        Service::Web => return Verdict::Allow,
        Service::Client(protocol) => rules.is_gated(protocol),
        Service::Other => rules.windows,
    };
    match decision {
        Decision::Refuse(_) => Verdict::Refuse,
        _ if !is_gated => Verdict::Allow,
        Decision::Allow => Verdict::Allow,
        Decision::Enrol {
            may_skip_until: Some(_),
        } => Verdict::Allow,
        Decision::Challenge { .. } if window.is_some_and(|window| window.is_open(rules, now)) => {
            Verdict::Allow
        }
        Decision::Challenge { .. }
        | Decision::Enrol {
            may_skip_until: None,
        } => Verdict::NeedsWindow,
    }
}

/// What would let a mail client in, for whoever is asked at the helpdesk why it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing has to be done: it would be let in now.
    Nothing,
    /// A login with the second factor, in a browser at the same network.
    Login,
    /// The same at another network: so many people share this one that no window is opened there.
    OtherNetwork,
    /// A second factor has to be set up first.
    SetUp,
    /// The account, or the whole tenant, has to be opened.
    Reopening,
}

/// What would let a mail client in of which [`judge`] says `verdict` by `decision`. `would_open` is the window that a second factor
/// would open there now.
pub fn remedy(decision: Decision, verdict: Verdict, would_open: Option<MailWindow>) -> Remedy {
    match (verdict, decision) {
        (Verdict::Allow, _) => Remedy::Nothing,
        (Verdict::Refuse, _) => Remedy::Reopening,
        (Verdict::NeedsWindow, Decision::Enrol { .. }) => Remedy::SetUp,
        (Verdict::NeedsWindow, _) if would_open.is_none() => Remedy::OtherNetwork,
        (Verdict::NeedsWindow, _) => Remedy::Login,
    }
}

/// Reads the client's address as a mail server writes it: any spelling of RFC 4291, in canonical form. `None`: it is refused, for
/// nobody can say which network it is (leading zeros in IPv4, a zone, a host name).
pub fn read_address(text: &str) -> Option<IpAddr> {
    let text = text.strip_prefix("IPv6:").unwrap_or(text);
    text.parse().ok().map(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decide::Methods, refusal::Refusal};

    const NOW: Timestamp = Timestamp(1_000_000);
    const PROTOCOLS: [MailProtocol; 4] = [
        MailProtocol::Imap,
        MailProtocol::Pop3,
        MailProtocol::Submission,
        MailProtocol::ManageSieve,
    ];

    fn decisions() -> [(Decision, bool, bool); 5] {
        let methods = Methods {
            totp: true,
            email: false,
            backup_code: false,
            helpdesk_code: false,
        };
        let enrol = |may_skip_until| Decision::Enrol { may_skip_until };
        // The decision, whether it passes without a window, and with one.
        [
            (Decision::Allow, true, true),
            (enrol(Some(NOW + Span::hours(1))), true, true),
            (Decision::Challenge { methods }, false, true),
            (enrol(None), false, false),
            (Decision::Refuse(Refusal::WrongLogin), false, false),
        ]
    }

    #[test]
    fn k10_every_decision_with_every_window_for_every_service() {
        let rules = MailRules {
            windows: true,
            ..MailRules::default()
        };
        let open = MailWindow::open(&rules, false, NOW - Span::hours(1)).unwrap();
        let over = MailWindow::open(&rules, false, NOW - Span::hours(14)).unwrap();
        let gated = PROTOCOLS.map(Service::Client).into_iter();
        for service in gated.chain([Service::Other]) {
            for (decision, without, with) in decisions() {
                let is = |window: Option<&MailWindow>| {
                    judge(decision, &rules, service, window, NOW) == Verdict::Allow
                };
                assert_eq!(is(None), without, "{decision:?}");
                assert_eq!(is(Some(&over)), without, "{decision:?}");
                assert_eq!(is(Some(&open)), with, "{decision:?}");
            }
        }
        for (decision, ..) in decisions() {
            let web = judge(decision, &rules, Service::Web, None, NOW);
            assert_eq!(web, Verdict::Allow);
        }
    }

    #[test]
    fn k10_a_remedy_is_named_for_every_refusal_and_follows_the_gate() {
        let rules = MailRules {
            windows: true,
            ..MailRules::default()
        };
        let service = Service::Client(MailProtocol::Imap);
        let opens = MailWindow::open(&rules, false, NOW);
        let expected = [
            (Remedy::Nothing, Remedy::Nothing),
            (Remedy::Nothing, Remedy::Nothing),
            (Remedy::Login, Remedy::OtherNetwork),
            (Remedy::SetUp, Remedy::SetUp),
            (Remedy::Reopening, Remedy::Reopening),
        ];
        for ((decision, passes, _), (alone, crowded)) in decisions().into_iter().zip(expected) {
            let verdict = judge(decision, &rules, service, None, NOW);
            assert_eq!(remedy(decision, verdict, opens), alone, "{decision:?}");
            assert_eq!(remedy(decision, verdict, None), crowded, "{decision:?}");
            assert_eq!(alone == Remedy::Nothing, passes, "{decision:?}");
        }
    }

    #[test]
    fn k10_a_protocol_that_needs_no_window_refuses_only_the_disabled() {
        let open = |rules: &MailRules, service| {
            for (decision, ..) in decisions() {
                let expected = match decision {
                    Decision::Refuse(_) => Verdict::Refuse,
                    _ => Verdict::Allow,
                };
                assert_eq!(judge(decision, rules, service, None, NOW), expected);
            }
        };
        for protocol in PROTOCOLS {
            let service = Service::Client(protocol);
            open(&MailRules::default(), service);
            let mut rules = MailRules {
                windows: true,
                ..MailRules::default()
            };
            match protocol {
                MailProtocol::Imap => rules.imap = false,
                MailProtocol::Pop3 => rules.pop3 = false,
                MailProtocol::Submission => rules.submission = false,
                MailProtocol::ManageSieve => rules.managesieve = false,
            }
            open(&rules, service);
        }
        open(&MailRules::default(), Service::Other);
    }

    #[test]
    fn services_are_read_as_mail_servers_name_them() {
        for (name, service) in [
            ("imap", Service::Client(MailProtocol::Imap)),
            ("IMAP", Service::Client(MailProtocol::Imap)),
            ("pop3", Service::Client(MailProtocol::Pop3)),
            ("smtp", Service::Client(MailProtocol::Submission)),
            ("submission", Service::Client(MailProtocol::Submission)),
            ("sieve", Service::Client(MailProtocol::ManageSieve)),
            ("managesieve", Service::Client(MailProtocol::ManageSieve)),
            ("warifu-web", Service::Web),
            ("warifu-web ", Service::Other),
            ("lmtp", Service::Other),
            ("", Service::Other),
        ] {
            assert_eq!(Service::parse(name), service, "{name}");
        }
        let names: Vec<_> = Service::of_bits(1 | 4).map(Service::name).collect();
        assert_eq!(names, ["IMAP", "SMTP"]);
    }

    #[test]
    fn sec_054_addresses_in_every_spelling_are_canonical_or_none() {
        for (text, read) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("::FFFF:C000:201", Some("192.0.2.1")),
            ("2001:0DB8:0000::0001", Some("2001:db8::1")),
            ("IPv6:2001:db8::1", Some("2001:db8::1")),
            ("::1", Some("::1")),
            ("192.0.02.1", None),
            ("0300.0.2.1", None),
            ("3221225985", None),
            ("fe80::1%eth0", None),
            ("[2001:db8::1]", None),
            (" 192.0.2.1", None),
            ("192.0.2.1/24", None),
            ("unknown", None),
            ("", None),
        ] {
            let read = read.map(|address| address.parse().unwrap());
            assert_eq!(read_address(text), read, "{text}");
        }
    }
}
