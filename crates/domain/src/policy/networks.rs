//! The tenant's networks: where its policy skips the second factor (K2, SEC-51), and which addresses many people share.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::check::{OutOfRange, range};
use crate::network::AddressRange;

/// Most networks that a tenant may list.
pub const MAX_NETWORKS: usize = 200;

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

pub(super) fn check(networks: &[Network]) -> Result<(), OutOfRange> {
    let at_most = "200 networks at most";
    range(
        networks.len() <= MAX_NETWORKS,
        "networks",
        &networks.len(),
        at_most,
    )?;
    for (index, network) in networks.iter().enumerate() {
        let field = |name: &str| format!("networks.{}.{name}", index + 1);
        let Network {
            cidr,
            name,
            comment,
            trusted,
            shared: _,
        } = network;
        let parsed = network.range();
        let is_exact = parsed.is_some_and(|range| range.begins_at(cidr));
        let says = "an address or a block as in 192.0.2.0/24, without bits behind its prefix";
        range(is_exact, &field("cidr"), cidr, says)?;
        let is_first = networks[..index]
            .iter()
            .all(|other| other.range() != parsed);
        range(is_first, &field("cidr"), cidr, "networks, each listed once")?;
        let is_everything = parsed.is_some_and(|range| range.prefix_len() == 0);
        let says = "less than the whole Internet where it is trusted";
        range(!(*trusted && is_everything), &field("cidr"), cidr, says)?;
        let fits =
            |text: &str, most| text.chars().count() <= most && !text.contains(char::is_control);
        let named = !name.trim().is_empty() && fits(name, 60);
        range(
            named,
            &field("name"),
            name,
            "1 to 60 characters without line breaks",
        )?;
        let says = "up to 200 characters without line breaks";
        range(fits(comment, 200), &field("comment"), comment, says)?;
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
        for cidr in [
            "192.0.2.1/24",
            "192.0.2.0/33",
            "192.0.2",
            "192.0.02.1",
            "example.com",
            "",
            " 192.0.2.0/24",
            "2001:db8::1/64",
            "fe80::1%eth0",
            "::ffff:192.0.2.0/120",
            "0.0.0.0/0",
            "::/0",
        ] {
            assert!(check(&[network(cidr, true)]).is_err(), "{cidr}");
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
        assert!(check(&[network("192.0.2.7", true), network("192.0.2.7/32", false)]).is_err());
        let many = |count: u32| -> Vec<Network> {
            let address = |n| std::net::Ipv4Addr::from(0x0A00_0000 + n).to_string();
            (0..count).map(|n| network(&address(n), false)).collect()
        };
        assert!(check(&many(200)).is_ok());
        assert!(check(&many(201)).is_err());
    }
}
