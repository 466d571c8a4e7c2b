//! The client's address where trusted proxies stand in between (SEC-50). No header but `X-Forwarded-For` is
//! read, and that one only as far as trusted proxies wrote it.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;
use warifu_domain::network::canonical;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The networks of proxies that may speak for a client. Empty, the default, trusts nobody.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// A trusted proxy passed on a hop that is no address. What stands to the left of it may be anybody's words,
/// so the request is refused instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableHop;

impl TrustedProxies {
    /// Trusts these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// The rightmost hop that is not a trusted proxy, counting the connection's `peer` as the last one.
    /// `::ffff:192.0.2.1` is read as the IPv4 address it is.
    ///
    /// # Errors
    /// If a trusted proxy wrote something that is no address.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Result<IpAddr, UnreadableHop> {
        let mut client = canonical(peer);
        // Several headers are one list in their order (RFC 9110, 5.3).
        for header in headers.get_all(FORWARDED_FOR).iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let hops = header.to_str().map_err(|_| UnreadableHop)?;
            for hop in hops.rsplit(',') {
                if !self.trusts(client) {
                    return Ok(client);
                }
                client = address(hop.trim()).ok_or(UnreadableHop)?;
            }
        }
        Ok(client)
    }

    /// The networks, for people.
    pub fn listed(&self) -> Vec<String> {
        self.0.iter().map(IpNet::to_string).collect()
    }

    /// Whether a proxy at `address` is believed.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Reads a hop; some proxies add the port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let address = match bare {
        Some(v6) => IpAddr::V6(v6.parse().ok()?),
        None => hop
            .parse()
            .or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()))
            .ok()?,
    };
    Some(canonical(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn check(proxies: &[&str], peer: &str, forwarded: &[&str], expected: Option<&str>) {
        let proxies =
            TrustedProxies::new(proxies.iter().map(|text| text.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(
                FORWARDED_FOR,
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        for (name, value) in [
            ("forwarded", "for=198.51.100.66"),
            ("x-real-ip", "198.51.100.66"),
            ("x-client-ip", "198.51.100.66"),
            ("true-client-ip", "198.51.100.66"),
            ("cf-connecting-ip", "198.51.100.66"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let expected = expected
            .map(|text| text.parse().unwrap())
            .ok_or(UnreadableHop);
        let client = proxies.client(peer.parse().unwrap(), &headers);
        assert_eq!(client, expected, "{peer} {forwarded:?}");
    }

    #[test]
    fn sec_050_by_default_nobody_speaks_for_a_client() {
        for forwarded in [
            &[][..],
            &["198.51.100.1"],
            &["::1"],
            &["unknown"],
            &["\u{e9}"],
        ] {
            check(&[], "192.0.2.1", forwarded, Some("192.0.2.1"));
            check(&[], "127.0.0.1", forwarded, Some("127.0.0.1"));
            check(&["10.0.0.0/8"], "192.0.2.1", forwarded, Some("192.0.2.1"));
        }
    }

    #[test]
    fn sec_050_the_client_is_the_rightmost_hop_that_is_no_trusted_proxy() {
        let proxies = &["10.0.0.0/8", "fd00::/8"];
        for (forwarded, client) in [
            (&["198.51.100.1"][..], "198.51.100.1"),
            (&["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
            (&["198.51.100.1, 10.0.0.7"], "198.51.100.1"),
            (
                &["203.0.113.9,198.51.100.1,10.0.0.7,fd00::2"],
                "198.51.100.1",
            ),
            // Several headers are joined in their order.
            (&["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
            (&["203.0.113.9, 198.51.100.1", "10.0.0.7"], "198.51.100.1"),
            // What a client wrote before the proxy's own hop is never read, however it looks.
            (&["unknown, 198.51.100.1"], "198.51.100.1"),
            (&["\u{e9}", "198.51.100.1"], "198.51.100.1"),
            (&["::ffff:198.51.100.1"], "198.51.100.1"),
            (&["198.51.100.1:4711"], "198.51.100.1"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            // All of it is ours: the client is the leftmost.
            (&["10.1.1.1, 10.0.0.7"], "10.1.1.1"),
            // A proxy that asks for itself.
            (&[], "10.0.0.1"),
        ] {
            check(proxies, "10.0.0.1", forwarded, Some(client));
        }
        check(
            proxies,
            "::ffff:10.0.0.1",
            &["198.51.100.1"],
            Some("198.51.100.1"),
        );
    }

    #[test]
    fn sec_050_an_unreadable_hop_from_a_trusted_proxy_is_refused() {
        for forwarded in [
            &["unknown"][..],
            &[""],
            &["198.51.100.1,"],
            &["198.51.100.1, ,10.0.0.7"],
            &["198.51.100.1, nonsense, 10.0.0.7"],
            &["198.51.100.1", "nonsense"],
            &["198.51.100.1 10.0.0.7"],
            &["198.51.100.256"],
            &["[198.51.100.1]"],
            &["\u{e9}"],
        ] {
            check(&["10.0.0.0/8"], "10.0.0.1", forwarded, None);
        }
    }
}
