//! Addresses as budgets and pages see them. Where a client's address comes from is the web crate's business.

use std::net::{IpAddr, Ipv6Addr};

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
    fn addresses_read_back() {
        for text in ["192.0.2.1", "2001:db8::1", "::1"] {
            let address: IpAddr = text.parse().expect("an address");
            assert_eq!(address_from_bytes(&address_bytes(address)), Some(address));
        }
        assert_eq!(address_from_bytes(b"12345"), None);
    }
}
