//! The tenant's networks: where its policy skips the second factor (K2, SEC-51), and which addresses many people share.

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};

use super::check::{Allowed, OutOfRange, range};
use crate::network::{AddressRange, canonical};

/// Most networks that a tenant may list.
pub const MAX_NETWORKS: usize = 200;

/// Longest name, in characters.
pub const MAX_NAME_CHARS: usize = 60;

/// Longest comment, in characters.
pub const MAX_COMMENT_CHARS: usize = 200;

/// A block of addresses with a name. Of several that hold an address, the one with the longest prefix decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// An address or a block in CIDR notation, IPv4 or IPv6, without bits behind its prefix.
    pub cidr: String,
    /// What people call it, 1 to 60 characters.
    pub name: String,
    /// For those who keep the list, up to 200 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// The second factor is skipped there. `false`: an exception inside a trusted block, or a block that is only named.
    #[serde(default)]
    pub trusted: bool,
    /// Many people come from one address there: a carrier's NAT, eduroam.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

impl Network {
    /// Its addresses. A checked policy's networks all have some.
    pub fn range(&self) -> Option<AddressRange> {
        AddressRange::parse(&self.cidr)
    }
}

/// The network that decides about `address`: the one with the longest prefix. `None`: no network holds it.
pub fn find(networks: &[Network], address: IpAddr) -> Option<&Network> {
    let holding = networks.iter().filter_map(|network| {
        let range = network.range()?;
        range
            .contains(address)
            .then_some((range.prefix_len(), network))
    });
    holding
        .max_by_key(|(prefix, _)| *prefix)
        .map(|(_, network)| network)
}

/// Whether the policy skips the second factor at `address` (K2).
pub fn is_trusted(networks: &[Network], address: IpAddr) -> bool {
    find(networks, address).is_some_and(|network| network.trusted)
}

/// Every network that holds `address`, with its place in the list, the one that decides first.
pub fn holding(networks: &[Network], address: IpAddr) -> Vec<(usize, &Network)> {
    let holding = networks.iter().enumerate().filter_map(|(place, network)| {
        let range = network.range()?;
        range
            .contains(address)
            .then_some((range.prefix_len(), place, network))
    });
    let mut holding: Vec<_> = holding.collect();
    holding.sort_by_key(|(prefix, place, _)| (std::cmp::Reverse(*prefix), *place));
    holding
        .into_iter()
        .map(|(_, place, network)| (place, network))
        .collect()
}

/// An address inside `place` that the list trusts. `None`: it trusts none of them.
pub fn trusted_within(networks: &[Network], place: AddressRange) -> Option<IpAddr> {
    // Where one network ends and another begins is where the answer can change.
    let bounds = networks.iter().filter_map(Network::range);
    let bounds = bounds.flat_map(|range| [Some(range.first()), range.behind()]);
    std::iter::once(Some(place.first()))
        .chain(bounds)
        .flatten()
        .find(|address| place.contains(*address) && is_trusted(networks, *address))
}

/// What deserves a second thought about a trusted network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caution {
    /// Far more addresses than one organisation has.
    Huge,
    /// Private addresses, and nobody's word about the client is taken: whoever seems to come from there may be a proxy, and so
    /// everybody.
    Private,
}

impl Network {
    /// What deserves a second thought, on a server that takes the word of some proxy or of none.
    pub fn caution(&self, believes_a_proxy: bool) -> Option<Caution> {
        let range = self.range().filter(|_| self.trusted)?;
        let is_private = range.is_private();
        let least = match range.first() {
            IpAddr::V4(_) => 12,
            IpAddr::V6(_) => 28,
        };
        if is_private {
            (!believes_a_proxy).then_some(Caution::Private)
        } else {
            (range.prefix_len() < least).then_some(Caution::Huge)
        }
    }
}

/// What is wrong with a text that should name a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadNetwork {
    /// Not an address, and no block.
    Unreadable,
    /// Bits behind the prefix: the text names an address inside the block.
    HostBits {
        /// The block as it should stand.
        block: String,
    },
    /// A number with a leading zero, which some programs read as octal.
    LeadingZeros,
    /// An interface, as in `fe80::1%eth0`.
    Zone,
    /// An IPv4 address in the form of an IPv6 one.
    Mapped {
        /// The address as it should stand.
        address: String,
    },
    /// More bits than an address has.
    Prefix {
        /// The most.
        most: u32,
    },
    /// It stands in the list already.
    Twice {
        /// Its line there, from 1.
        line: usize,
    },
    /// The whole Internet, trusted.
    Everything,
}

impl fmt::Display for BadNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("an address, or a block as in 192.0.2.0/24"),
            Self::HostBits { block } => {
                write!(
                    f,
                    "the blocks without bits behind the prefix, as in {block}"
                )
            }
            Self::LeadingZeros => f.write_str("addresses without leading zeros, as in 192.0.2.1"),
            Self::Zone => f.write_str("addresses without a zone, which is behind the % sign"),
            Self::Mapped { address } => {
                write!(f, "IPv4 addresses in their own form, as in {address}")
            }
            Self::Prefix { most } => write!(f, "prefixes of at most {most} bits"),
            Self::Twice { line } => write!(
                f,
                "networks, each listed once (it is number {line} already)"
            ),
            Self::Everything => f.write_str("less than the whole Internet where it is trusted"),
        }
    }
}

/// Reads an address or a block, which must be written in the one way that everybody reads alike.
pub fn read(text: &str) -> Result<AddressRange, BadNetwork> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    if address.contains('%') {
        return Err(BadNetwork::Zone);
    }
    let Ok(parsed) = address.parse::<IpAddr>() else {
        return Err(match has_leading_zeros(address) {
            true => BadNetwork::LeadingZeros,
            false => BadNetwork::Unreadable,
        });
    };
    if canonical(parsed) != parsed {
        let address = canonical(parsed).to_string();
        return Err(BadNetwork::Mapped { address });
    }
    let most = if parsed.is_ipv4() { 32 } else { 128 };
    match prefix {
        Some(bits) if bits.is_empty() || !bits.bytes().all(|b| b.is_ascii_digit()) => {
            return Err(BadNetwork::Unreadable);
        }
        Some(bits) if bits.len() > 1 && bits.starts_with('0') => {
            return Err(BadNetwork::LeadingZeros);
        }
        Some(bits) if bits.parse::<u32>().is_ok_and(|bits| bits > most) || bits.len() > 3 => {
            return Err(BadNetwork::Prefix { most });
        }
        _ => {}
    }
    let range = AddressRange::parse(text).ok_or(BadNetwork::Unreadable)?;
    if range.first() == parsed {
        Ok(range)
    } else {
        let block = range.to_string();
        Err(BadNetwork::HostBits { block })
    }
}

/// `192.0.02.1`
fn has_leading_zeros(address: &str) -> bool {
    let parts: Vec<&str> = address.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 4
        && parts.iter().all(is_number)
        && parts
            .iter()
            .any(|part| part.len() > 1 && part.starts_with('0'))
}

pub(super) fn check(networks: &[Network]) -> Result<(), OutOfRange> {
    let at_most = Allowed::Networks { most: MAX_NETWORKS };
    let count = networks.len();
    range(count <= MAX_NETWORKS, "networks", &count, at_most)?;
    let mut known: Vec<AddressRange> = Vec::with_capacity(count);
    for (index, network) in networks.iter().enumerate() {
        let field = |name: &str| format!("networks.{}.{name}", index + 1);
        let Network {
            cidr,
            name,
            comment,
            trusted,
            shared: _,
        } = network;
        let judged = read(cidr).and_then(|range| {
            if let Some(place) = known.iter().position(|other| *other == range) {
                return Err(BadNetwork::Twice { line: place + 1 });
            }
            match *trusted && range.prefix_len() == 0 {
                true => Err(BadNetwork::Everything),
                false => Ok(range),
            }
        });
        known.push(judged.map_err(|bad| OutOfRange {
            field: field("cidr"),
            value: cidr.clone(),
            allowed: Allowed::Network(bad),
        })?);
        let fits =
            |text: &str, most| text.chars().count() <= most && !text.contains(char::is_control);
        let named = !name.trim().is_empty() && fits(name, MAX_NAME_CHARS);
        let (least, most) = (1, MAX_NAME_CHARS);
        let allowed = Allowed::Line { least, most };
        range(named, &field("name"), name, allowed)?;
        let (least, most) = (0, MAX_COMMENT_CHARS);
        let allowed = Allowed::Line { least, most };
        range(fits(comment, most), &field("comment"), comment, allowed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(cidr: &str, trusted: bool) -> Network {
        Network {
            cidr: cidr.to_owned(),
            name: cidr.to_owned(),
            comment: String::new(),
            trusted,
            shared: false,
        }
    }

    #[test]
    fn k2_the_longest_prefix_decides_whatever_the_order() {
        let mut networks = vec![
            network("192.0.2.0/24", true),
            network("192.0.2.128/25", false),
            network("192.0.2.200", true),
            network("2001:db8::/32", true),
            network("2001:db8:1::/48", false),
        ];
        for _ in 0..networks.len() {
            networks.rotate_left(1);
            for (address, trusted) in [
                ("192.0.2.1", true),
                ("192.0.2.127", true),
                ("192.0.2.128", false),
                ("192.0.2.199", false),
                ("192.0.2.200", true),
                ("192.0.2.201", false),
                ("192.0.3.0", false),
                ("::ffff:192.0.2.1", true),
                ("::ffff:192.0.2.129", false),
                ("2001:db8::1", true),
                ("2001:db8:1::1", false),
                ("2001:db9::", false),
                ("::1", false),
            ] {
                let address = address.parse().unwrap();
                assert_eq!(is_trusted(&networks, address), trusted, "{address}");
            }
        }
    }

    #[test]
    fn sec_051_a_list_that_says_something_else_than_it_seems_to_is_refused() {
        let block = |text: &str| BadNetwork::HostBits { block: text.into() };
        let mapped = |text: &str| BadNetwork::Mapped {
            address: text.into(),
        };
        for (cidr, bad) in [
            ("192.0.2.1/24", block("192.0.2.0/24")),
            ("192.0.2.1/0", block("0.0.0.0/0")),
            ("2001:db8::1/64", block("2001:db8::/64")),
            ("192.0.2.0/33", BadNetwork::Prefix { most: 32 }),
            ("2001:db8::/129", BadNetwork::Prefix { most: 128 }),
            ("192.0.2.0/99999999999", BadNetwork::Prefix { most: 32 }),
            ("192.0.02.1", BadNetwork::LeadingZeros),
            ("010.0.0.0/8", BadNetwork::LeadingZeros),
            ("192.0.2.0/024", BadNetwork::LeadingZeros),
            ("fe80::1%eth0", BadNetwork::Zone),
            ("fe80::%1/10", BadNetwork::Zone),
            ("::ffff:192.0.2.0/120", mapped("192.0.2.0")),
            ("::FFFF:c000:0201", mapped("192.0.2.1")),
            ("192.0.2", BadNetwork::Unreadable),
            ("192.0.2.0/", BadNetwork::Unreadable),
            ("192.0.2.0/+24", BadNetwork::Unreadable),
            ("192.0.2.0/255.255.255.0", BadNetwork::Unreadable),
            ("192.0.2.0-192.0.2.255", BadNetwork::Unreadable),
            ("0x7f.1", BadNetwork::Unreadable),
            ("example.com", BadNetwork::Unreadable),
            ("", BadNetwork::Unreadable),
            (" 192.0.2.0/24", BadNetwork::Unreadable),
            ("0.0.0.0/0", BadNetwork::Everything),
            ("::/0", BadNetwork::Everything),
        ] {
            let refused = check(&[network(cidr, true)]).unwrap_err();
            assert_eq!(refused.allowed, Allowed::Network(bad), "{cidr}");
        }
        for cidr in [
            "192.0.2.0/24",
            "192.0.2.7",
            "192.0.2.7/32",
            "2001:db8::/32",
            "::1",
        ] {
            assert!(check(&[network(cidr, true)]).is_ok(), "{cidr}");
        }
        assert!(check(&[network("0.0.0.0/0", false)]).is_ok());
        let twice = check(&[network("192.0.2.7", true), network("192.0.2.7/32", false)]);
        let bad = BadNetwork::Twice { line: 1 };
        assert_eq!(twice.unwrap_err().allowed, Allowed::Network(bad));
        let many = |count: u32| -> Vec<Network> {
            let address = |n| std::net::Ipv4Addr::from(0x0A00_0000 + n).to_string();
            (0..count).map(|n| network(&address(n), false)).collect()
        };
        assert!(check(&many(200)).is_ok());
        assert!(check(&many(201)).is_err());
    }

    #[test]
    fn sec_051_one_trusted_address_is_found_in_any_place() {
        let networks = [
            network("10.0.0.0/8", true),
            network("10.1.0.0/16", false),
            network("10.1.2.3", true),
            network("2001:db8::/32", true),
        ];
        for (place, found) in [
            ("10.0.0.1", Some("10.0.0.1")),
            ("10.1.0.1", None),
            ("10.1.0.0/24", None),
            ("10.1.0.0/16", Some("10.1.2.3")),
            ("10.1.2.3", Some("10.1.2.3")),
            ("10.1.2.4/30", None),
            ("10.1.255.0/24", None),
            ("0.0.0.0/0", Some("10.0.0.0")),
            ("192.0.2.0/24", None),
            ("::/0", Some("2001:db8::")),
            ("::1", None),
            ("127.0.0.0/8", None),
        ] {
            let place = AddressRange::parse(place).unwrap();
            let found = found.map(|address| address.parse().unwrap());
            assert_eq!(trusted_within(&networks, place), found, "{place}");
        }
        let all = [network("0.0.0.0/1", true), network("128.0.0.0/1", true)];
        let end = AddressRange::parse("255.255.255.255").unwrap();
        assert_eq!(trusted_within(&all, end), Some(end.first()));
    }

    #[test]
    fn k2_those_that_hold_an_address_stand_with_the_one_that_decides_first() {
        let networks = [
            network("192.0.2.0/24", true),
            network("198.51.100.0/24", true),
            network("192.0.2.128/25", false),
        ];
        let held = |address: &str| -> Vec<usize> {
            let found = holding(&networks, address.parse().unwrap());
            found.into_iter().map(|(place, _)| place).collect()
        };
        assert_eq!(held("192.0.2.130"), [2, 0]);
        assert_eq!(held("192.0.2.1"), [0]);
        assert_eq!(held("203.0.113.1"), [0; 0]);
    }

    #[test]
    fn sec_051_huge_and_private_ranges_deserve_a_second_thought() {
        for (cidr, alone, behind_a_proxy) in [
            ("0.0.0.0/1", Some(Caution::Huge), Some(Caution::Huge)),
            ("192.0.0.0/11", Some(Caution::Huge), Some(Caution::Huge)),
            ("192.0.2.0/24", None, None),
            ("133.0.0.0/12", None, None),
            ("10.0.0.0/8", Some(Caution::Private), None),
            ("172.16.0.0/12", Some(Caution::Private), None),
            ("192.168.1.7", Some(Caution::Private), None),
            ("100.64.0.0/10", Some(Caution::Private), None),
            ("169.254.0.0/16", Some(Caution::Private), None),
            ("fd00::/8", Some(Caution::Private), None),
            ("2000::/3", Some(Caution::Huge), Some(Caution::Huge)),
            ("2001:db8::/32", None, None),
        ] {
            let trusted = network(cidr, true);
            assert_eq!(trusted.caution(false), alone, "{cidr}");
            assert_eq!(trusted.caution(true), behind_a_proxy, "{cidr}");
            assert_eq!(network(cidr, false).caution(false), None, "{cidr}");
        }
    }
}
