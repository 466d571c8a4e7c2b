//! Addresses as budgets and pages see them. Where a client's address comes from is the web crate's business.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The part of an address that one person is taken to own: an IPv4 address, or an IPv6 /64 (SEC-46).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientNetwork([u8; 8], u8);

/// `::ffff:192.0.2.1` is the IPv4 address that a dual-stack socket saw; everything else stays.
pub fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

impl ClientNetwork {
    /// The network of `address`.
    pub fn of(address: IpAddr) -> Self {
        match canonical(address) {
            IpAddr::V4(v4) => {
                let mut bytes = [0; 8];
                bytes[..4].copy_from_slice(&v4.octets());
                Self(bytes, 4)
            }
            IpAddr::V6(v6) => {
                let mut bytes = [0; 8];
                bytes.copy_from_slice(&v6.octets()[..8]);
                Self(bytes, 8)
            }
        }
    }

    /// Four bytes for IPv4, eight for IPv6: the key of its budget.
    pub fn bytes(&self) -> &[u8] {
        &self.0[..usize::from(self.1)]
    }
}

/// The surroundings of an address that stay the same when a connection is made anew: IPv4 /24, IPv6 /48.
pub fn neighbourhood(address: IpAddr) -> Vec<u8> {
    let bytes = address_bytes(address);
    bytes[..bytes.len() * 3 / if bytes.len() == 4 { 4 } else { 8 }].to_vec()
}

/// A range of addresses that somebody looks for: one address, or a network in CIDR notation (RFC 4632, RFC 4291).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

impl AddressRange {
    /// Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`; bits behind the prefix do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text.trim(), None),
        };
        match (canonical(address.parse().ok()?), prefix) {
            (address, None) => Some(Self {
                first: address,
                last: address,
            }),
            (IpAddr::V4(v4), Some(prefix @ 0..=32)) => {
                let behind = u32::MAX.checked_shr(prefix).unwrap_or(0);
                Some(Self {
                    first: Ipv4Addr::from(u32::from(v4) & !behind).into(),
                    last: Ipv4Addr::from(u32::from(v4) | behind).into(),
                })
            }
            (IpAddr::V6(v6), Some(prefix @ 0..=128)) => {
                let behind = u128::MAX.checked_shr(prefix).unwrap_or(0);
                Some(Self {
                    first: Ipv6Addr::from(u128::from(v6) & !behind).into(),
                    last: Ipv6Addr::from(u128::from(v6) | behind).into(),
                })
            }
            _ => None,
        }
    }

    /// Whether it holds `address`.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, self.last, canonical(address)) {
            (IpAddr::V4(first), IpAddr::V4(last), IpAddr::V4(v4)) => (first..=last).contains(&v4),
            (IpAddr::V6(first), IpAddr::V6(last), IpAddr::V6(v6)) => (first..=last).contains(&v6),
            _ => false,
        }
    }

    /// Bits of its prefix: the more, the narrower.
    pub fn prefix_len(&self) -> u32 {
        match (self.first, self.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                (first.to_bits() ^ last.to_bits()).leading_zeros()
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                (first.to_bits() ^ last.to_bits()).leading_zeros()
            }
            _ => 0,
        }
    }

    /// Its first address.
    pub fn first(&self) -> IpAddr {
        self.first
    }

    /// The address behind its last one; none behind the last of all.
    pub fn behind(&self) -> Option<IpAddr> {
        match self.last {
            IpAddr::V4(v4) => v4
                .to_bits()
                .checked_add(1)
                .map(|next| Ipv4Addr::from(next).into()),
            IpAddr::V6(v6) => v6
                .to_bits()
                .checked_add(1)
                .map(|next| Ipv6Addr::from(next).into()),
        }
    }

    /// Whether all of it is for use inside organisations: RFC 1918, RFC 6598, RFC 4193, and the addresses of links.
    pub fn is_private(&self) -> bool {
        let block = |text: &str| Self::parse(text).expect("it is written here");
        PRIVATE
            .iter()
            .map(|text| block(text))
            .any(|block| block.contains(self.first) && block.contains(self.last))
    }

    /// The address, if it is a single one.
    pub fn single(&self) -> Option<IpAddr> {
        (self.first == self.last).then_some(self.first)
    }

    /// The first and the last address, as they are stored: of one length.
    pub fn bounds(&self) -> (Vec<u8>, Vec<u8>) {
        (address_bytes(self.first), address_bytes(self.last))
    }
}

impl From<IpAddr> for AddressRange {
    fn from(address: IpAddr) -> Self {
        let address = canonical(address);
        Self {
            first: address,
            last: address,
        }
    }
}

/// Addresses for use inside organisations and links.
const PRIVATE: [&str; 7] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
];

impl std::fmt::Display for AddressRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}/{}", self.first, self.prefix_len()),
        }
    }
}

/// An address as it is stored: four or sixteen bytes.
pub fn address_bytes(address: IpAddr) -> Vec<u8> {
    match canonical(address) {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// Reads a stored address.
pub fn address_from_bytes(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::from(v4));
    }
    <[u8; 16]>::try_from(bytes)
        .ok()
        .map(|v6| IpAddr::V6(Ipv6Addr::from(v6)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_is_an_ipv4_address_or_an_ipv6_64() {
        let of = |text: &str| ClientNetwork::of(text.parse().expect("an address"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        // An IPv4 address never shares a budget with an IPv6 network that begins with the same bytes.
        assert_ne!(of("32.1.13.184"), of("2001:db8::"));
    }

    #[test]
    fn a_range_is_an_address_or_a_network() {
        let bounds = |text: &str| {
            let (first, last) = AddressRange::parse(text)?.bounds();
            let read = |bytes: &[u8]| address_from_bytes(bytes).map(|address| address.to_string());
            Some((read(&first)?, read(&last)?))
        };
        for (text, first, last) in [
            ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
            (" 192.0.2.7/24 ", "192.0.2.0", "192.0.2.255"),
            ("192.0.2.7/32", "192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/0", "0.0.0.0", "255.255.255.255"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
            ("2001:db8::1/126", "2001:db8::", "2001:db8::3"),
            ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            assert_eq!(bounds(text), Some((first.into(), last.into())), "{text}");
        }
        for text in [
            "",
            "192.0.2",
            "192.0.2.0/33",
            "::/129",
            "192.0.2.0/-1",
            "a/8",
            "192.0.2.0/",
            "/24",
        ] {
            assert_eq!(bounds(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_read_back() {
        for text in ["192.0.2.1", "2001:db8::1", "::1"] {
            let address: IpAddr = text.parse().expect("an address");
            assert_eq!(address_from_bytes(&address_bytes(address)), Some(address));
        }
        assert_eq!(address_from_bytes(b"12345"), None);
    }
}
