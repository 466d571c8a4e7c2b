//! Windows for mail clients (K9, SEC-52): what a real second factor in a browser opens for one person at one source network, and
//! how long it lasts. Use never prolongs it.

use std::net::{IpAddr, Ipv6Addr};

use crate::{
    network::canonical,
    policy::{MailRules, Network, networks},
    session::{Evidence, Level},
    time::Timestamp,
};

/// Windows that one person may hold at a time; the one that ends first goes when another is opened.
pub const MAX_WINDOWS: i64 = 50;

/// Where mail comes from, as a window knows it: an IPv4 address, or as much of an IPv6 address as policy says.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceNetwork {
    bytes: [u8; 17],
    length: u8,
}

impl SourceNetwork {
    /// The network of `address`, with `ipv6_prefix` bits of an IPv6 address.
    pub fn of(address: IpAddr, ipv6_prefix: u8) -> Self {
        let mut bytes = [0; 17];
        let length = match canonical(address) {
            IpAddr::V4(v4) => {
                bytes[..4].copy_from_slice(&v4.octets());
                4
            }
            IpAddr::V6(v6) => {
                let behind = u128::MAX.checked_shr(ipv6_prefix.into()).unwrap_or(0);
                // The prefix is part of the key: a window of a /64 is none for the address that its first address is.
                bytes[0] = ipv6_prefix.min(128);
                bytes[1..].copy_from_slice(&(v6.to_bits() & !behind).to_be_bytes());
                17
            }
        };
        Self { bytes, length }
    }

    /// The key of its windows: four bytes, or the prefix's length and sixteen bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length.into()]
    }

    /// Whether `address` is in it.
    pub fn covers(&self, address: IpAddr) -> bool {
        let ipv6_prefix = match self.length {
            4 => 128,
            _ => self.bytes[0],
        };
        Self::of(address, ipv6_prefix) == *self
    }

    /// Its first address.
    pub fn first_address(&self) -> IpAddr {
        let [a, b, c, d, ..] = self.bytes;
        let [_, v6 @ ..] = self.bytes;
        match self.length {
            4 => [a, b, c, d].into(),
            _ => v6.into(),
        }
    }

    /// Reads a stored key.
    pub fn from_bytes(stored: &[u8]) -> Option<Self> {
        let known = matches!((stored.len(), stored.first()), (4, _) | (17, Some(0..=128)));
        let mut bytes = [0; 17];
        bytes.get_mut(..stored.len())?.copy_from_slice(stored);
        known.then_some(Self {
            bytes,
            length: u8::try_from(stored.len()).ok()?,
        })
    }
}

impl std::fmt::Display for SourceNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [first, rest @ ..] = self.bytes;
        match self.length {
            4 => write!(f, "{first}.{}.{}.{}", rest[0], rest[1], rest[2]),
            _ if first == 128 => write!(f, "{}", Ipv6Addr::from(rest)),
            _ => write!(f, "{}/{first}", Ipv6Addr::from(rest)),
        }
    }
}

impl std::fmt::Debug for SourceNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SourceNetwork({self})")
    }
}

/// Whether a login or a fresh proof with this evidence opens a window. Whatever passes the second step of a login counts: a code of
/// the app, a code by mail, and also a backup or helpdesk code, for a person without the phone reads mail too. The password alone
/// never does, wherever it was typed.
pub fn opens(evidence: Evidence) -> bool {
    evidence.level() >= Level::EmailedCode
}

/// Whether many people come from `address`: policy says so, or as many `others` hold an open window there as policy takes for a
/// crowd.
pub fn is_shared(rules: &MailRules, listed: &[Network], address: IpAddr, others: i64) -> bool {
    let is_listed = networks::find(listed, address).is_some_and(|network| network.shared);
    is_listed || (rules.crowd > 0 && others >= rules.crowd)
}

/// A window of one person at one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailWindow {
    /// When the second factor was passed.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

impl MailWindow {
    /// The window that a second factor opens at `now`. `None`: none is opened there.
    pub fn open(rules: &MailRules, on_shared: bool, now: Timestamp) -> Option<Self> {
        let span = rules.window(on_shared)?;
        Some(Self {
            since: now,
            until: now + span,
        })
    }

    /// When it ends under the rules of now: hours that policy took away count at once, hours that it added do not.
    pub fn ends_at(&self, rules: &MailRules) -> Timestamp {
        match rules.window(false) {
            Some(span) => self.until.min(self.since + span),
            None => self.since,
        }
    }

    /// Whether mail clients may pass.
    pub fn is_open(&self, rules: &MailRules, now: Timestamp) -> bool {
        now < self.ends_at(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn rules() -> MailRules {
        MailRules {
            windows: true,
            ..MailRules::default()
        }
    }

    fn of(address: &str, prefix: u8) -> SourceNetwork {
        SourceNetwork::of(address.parse().unwrap(), prefix)
    }

    #[test]
    fn sec_052_a_source_network_is_an_ipv4_address_or_a_prefix_of_an_ipv6_one() {
        assert_eq!(of("192.0.2.1", 64), of("::ffff:192.0.2.1", 128));
        assert_ne!(of("192.0.2.1", 64), of("192.0.2.2", 64));
        assert_eq!(of("2001:db8::1", 64), of("2001:DB8::ffff", 64));
        assert_ne!(of("2001:db8::1", 64), of("2001:db8:0:1::1", 64));
        assert_ne!(of("2001:db8::1", 128), of("2001:db8::2", 128));
        assert_ne!(of("2001:db8::", 64), of("2001:db8::", 128));
        assert_eq!(of("2001:db8::4", 126), of("2001:db8::7", 126));
        for (address, prefix, shown) in [
            ("192.0.2.1", 64, "192.0.2.1"),
            ("2001:db8::1", 64, "2001:db8::/64"),
            ("2001:db8::1", 128, "2001:db8::1"),
            ("2001:db8::ff:1", 120, "2001:db8::ff:0/120"),
        ] {
            let network = of(address, prefix);
            assert_eq!(network.to_string(), shown);
            assert_eq!(SourceNetwork::from_bytes(network.bytes()), Some(network));
            assert!(network.covers(address.parse().unwrap()), "{address}");
            assert!(!network.covers("203.0.113.1".parse().unwrap()));
        }
        assert!(of("192.0.2.1", 64).covers("::ffff:192.0.2.1".parse().unwrap()));
        assert!(of("2001:db8::1", 64).covers("2001:db8::ffff".parse().unwrap()));
        assert!(!of("2001:db8::1", 128).covers("2001:db8::2".parse().unwrap()));
        let wrong: [&[u8]; 4] = [b"", b"12345", &[129; 17], &[0; 18]];
        for stored in wrong {
            assert_eq!(SourceNetwork::from_bytes(stored), None);
        }
    }

    #[test]
    fn k9_a_window_lasts_fourteen_hours_to_the_second() {
        let (rules, second) = (rules(), Span::seconds(1));
        let window = MailWindow::open(&rules, false, NOW).unwrap();
        assert!(window.is_open(&rules, NOW));
        assert!(window.is_open(&rules, NOW + Span::hours(14) - second));
        assert!(!window.is_open(&rules, NOW + Span::hours(14)));
    }

    #[test]
    fn sec_052_policy_can_shorten_open_windows_and_never_prolongs_them() {
        let mut rules = rules();
        let window = MailWindow::open(&rules, false, NOW).unwrap();
        rules.window_hours = 2;
        assert!(window.is_open(&rules, NOW + Span::hours(2) - Span(1)));
        assert!(!window.is_open(&rules, NOW + Span::hours(2)));
        rules.window_hours = 24;
        assert!(!window.is_open(&rules, NOW + Span::hours(14)));
        rules.windows = false;
        assert!(!window.is_open(&rules, NOW));
        assert_eq!(MailWindow::open(&rules, false, NOW), None);
    }

    #[test]
    fn a_crowd_shortens_windows_or_allows_none() {
        let mut rules = rules();
        let until = |rules: &MailRules, shared| {
            MailWindow::open(rules, shared, NOW).map(|window| window.until - NOW)
        };
        rules.crowd_hours = 2;
        assert_eq!(until(&rules, true), Some(Span::hours(2)));
        assert_eq!(until(&rules, false), Some(Span::hours(14)));
        rules.crowd_hours = 24;
        assert_eq!(until(&rules, true), Some(Span::hours(14)));
        rules.crowd_hours = 0;
        assert_eq!(until(&rules, true), None);

        let nat = Network {
            cidr: "192.0.2.0/24".into(),
            name: "NAT".into(),
            comment: String::new(),
            trusted: false,
            shared: true,
        };
        let shared = |rules: &MailRules, address: &str, others| {
            let address = address.parse().unwrap();
            is_shared(rules, std::slice::from_ref(&nat), address, others)
        };
        assert!(shared(&rules, "192.0.2.9", 0));
        assert!(!shared(&rules, "198.51.100.1", 10_000));
        rules.crowd = 3;
        assert!(!shared(&rules, "198.51.100.1", 2));
        assert!(shared(&rules, "198.51.100.1", 3));
    }

    #[test]
    fn sec_052_only_a_second_factor_opens_a_window() {
        let password = Evidence::PASSWORD;
        for factor in [
            Evidence::TOTP,
            Evidence::BACKUP_CODE,
            Evidence::HELPDESK_CODE,
            Evidence::EMAILED_CODE,
        ] {
            assert!(opens(password.and(factor)));
            assert!(!opens(factor));
        }
        assert!(!opens(password));
    }
}
