//! Addresses in the configuration: the public one, host names, networks. What a host is, is said by `warifu_web`; here are the
//! words for those who wrote something else.

use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Visitor};
use warifu_web::http::host::{BaseUrl, Hosts};

use super::mail_gate::{GateAddress, SocketMode};

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
deserialize_by_from_str!(PublicUrl, Host, Network, GateAddress, SocketMode);

/// `server.base_url`.
struct PublicUrl(BaseUrl);

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let explain = |_| {
            let Some((_, place)) = text.split_once("://") else {
                return "it does not begin with https://".to_owned();
            };
            let place = place.strip_suffix('/').unwrap_or(place);
            if place.contains(['/', '?', '#']) {
                "only scheme, host and port: Warifu needs a host of its own, not a path on another"
                    .to_owned()
            } else if place.contains('@') {
                "a public address holds no user name or password".to_owned()
            } else if !text.starts_with("http") {
                "it does not begin with https://".to_owned()
            } else {
                no_host(place)
            }
        };
        BaseUrl::parse(text).map(Self).map_err(explain)
    }
}

fn no_host(text: &str) -> String {
    if text.is_ascii() {
        format!("`{text}` is not a host name or address, with a port if need be")
    } else {
        format!("`{text}`: write the name as it is in the DNS, in its xn-- form")
    }
}

/// Reads a base URL.
pub(super) fn base_url<'de, D: Deserializer<'de>>(source: D) -> Result<Option<BaseUrl>, D::Error> {
    let PublicUrl(url) = PublicUrl::deserialize(source)?;
    Ok(Some(url))
}

/// One entry of `server.hosts`.
struct Host(String);

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let base = BaseUrl::parse("https://localhost").expect("it is one");
        match Hosts::new(base, &[text.to_owned()]) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(no_host(text)),
        }
    }
}

/// Reads a list of hosts, each with its port if it is not the scheme's own.
pub(super) fn hosts<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<String>, D::Error> {
    let list = Vec::<Host>::deserialize(source)?;
    Ok(list.into_iter().map(|Host(host)| host).collect())
}

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
