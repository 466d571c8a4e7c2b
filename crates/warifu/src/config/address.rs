//! Addresses in the configuration: the public one, host names, networks. Parsed here once, so that nothing later asks again.

use std::fmt;
use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Visitor};

/// A host name or address, with its port if it is not the scheme's own: what a browser sends as `Host`. Lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Host(String);

impl Host {
    /// As in the `Host` header.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, port) = if let Some(rest) = text.strip_prefix('[') {
            let (address, after) = rest.split_once(']').ok_or("the ] is missing")?;
            address
                .parse::<std::net::Ipv6Addr>()
                .map_err(|_| format!("`{address}` is not an IPv6 address"))?;
            (
                &text[..address.len() + 2],
                after
                    .strip_prefix(':')
                    .or(if after.is_empty() { None } else { Some("") }),
            )
        } else {
            match text.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (text, None),
            }
        };
        if let Some(port) = port
            && (port.parse::<u16>().is_err() || port.starts_with('+'))
        {
            return Err(format!("`{port}` is not a port"));
        }
        if !name.is_ascii() {
            return Err(format!(
                "`{name}`: write the name as it is in the DNS, in its xn-- form"
            ));
        }
        let is_name = name.len() <= 253
            && name.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            });
        if !is_name && !name.starts_with('[') {
            return Err(format!("`{name}` is not a host name"));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// The address that people type: `https://login.example.jp`, without a path or a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct BaseUrl {
    https: bool,
    host: Host,
}

impl BaseUrl {
    /// The address of a server on loopback that has been given no other.
    pub(crate) fn plain(listen: SocketAddr) -> Self {
        Self {
            https: false,
            host: Host(listen.to_string()),
        }
    }

    /// Whether browsers reach it encrypted, so that cookies can be `Secure` (SEC-73).
    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    /// Its host, and the port if it is not the scheme's own.
    pub(crate) fn host(&self) -> &Host {
        &self.host
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host.0)
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (https, rest, own_port) = if let Some(rest) = text.strip_prefix("https://") {
            (true, rest, ":443")
        } else if let Some(rest) = text.strip_prefix("http://") {
            (false, rest, ":80")
        } else {
            return Err("it does not begin with https://".to_owned());
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(
                "only scheme, host and port: Warifu needs a host of its own, not a path on another"
                    .to_owned(),
            );
        }
        if rest.contains('@') {
            return Err("a public address holds no user name or password".to_owned());
        }
        // Browsers leave the scheme's own port out of `Host` and `Origin`.
        let host = rest.strip_suffix(own_port).unwrap_or(rest).parse()?;
        Ok(Self { https, host })
    }
}

/// Lets serde read a type by its `FromStr`. The error is made inside the visitor, where the TOML reader still knows the place of
/// the very entry, not only that of the list around it.
struct Parsed<T>(PhantomData<T>);

impl<T: FromStr<Err = String>> Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! deserialize_by_from_str {
    ($($type:ty),*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
                source.deserialize_str(Parsed(PhantomData))
            }
        }
    )*};
}
deserialize_by_from_str!(Host, BaseUrl, Network);

/// One entry of a list of networks: a CIDR block, or a single address.
struct Network(IpNet);

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.into()));
        }
        let network: IpNet = text.parse().map_err(|_| {
            format!("`{text}` is neither an address nor a CIDR block like 192.0.2.0/24")
        })?;
        // 10.1.2.3/8 could mean the host or the network. One of them would trust 16 million strangers.
        if network.addr() != network.network() {
            return Err(format!(
                "`{text}` has bits behind its prefix: is it {} or {}?",
                network.trunc(),
                network.addr()
            ));
        }
        if network.prefix_len() == 0 {
            return Err(format!("`{text}` is every address there is"));
        }
        Ok(Self(network))
    }
}

/// Reads a list of CIDR blocks and single addresses.
pub(super) fn networks<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<IpNet>, D::Error> {
    let list = Vec::<Network>::deserialize(source)?;
    Ok(list.into_iter().map(|Network(network)| network).collect())
}
