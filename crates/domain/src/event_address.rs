//! The address of an audit event: in clear, or, after the time that the tenant keeps addresses, the pseudonym that stands in its place
//! (SEC-81). Which pseudonym an address has is storage's to say: it needs a key.

use std::{fmt, net::IpAddr};

use data_encoding::HEXLOWER;

use crate::network::{AddressRange, address_bytes, address_from_bytes};

/// Bytes of a pseudonym: neither those of an IPv4 nor of an IPv6 address, so that a stored value tells by its length what it is.
pub const PSEUDONYM_BYTES: usize = 12;

/// What a pseudonym begins with wherever it is read, so that nobody takes it for an address.
const MARK: &str = "pseudonym:";

/// What stands for one address, or network, of one tenant: always the same, and nothing that it can be worked out from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pseudonym([u8; PSEUDONYM_BYTES]);

impl Pseudonym {
    /// Of these bytes.
    pub fn new(bytes: [u8; PSEUDONYM_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; PSEUDONYM_BYTES] {
        &self.0
    }

    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix(MARK)?;
        let bytes = HEXLOWER.decode(digits.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}", HEXLOWER.encode(&self.0))
    }
}

/// From where something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventAddress {
    /// The address itself.
    Clear(IpAddr),
    /// What stands for it now.
    Pseudonym(Pseudonym),
}

impl EventAddress {
    /// Reads stored bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match <[u8; PSEUDONYM_BYTES]>::try_from(bytes) {
            Ok(bytes) => Some(Self::Pseudonym(Pseudonym(bytes))),
            Err(_) => address_from_bytes(bytes).map(Self::Clear),
        }
    }

    /// As it is stored.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Clear(address) => address_bytes(*address),
            Self::Pseudonym(pseudonym) => pseudonym.0.to_vec(),
        }
    }

    /// The address, as long as it is known.
    pub fn clear(&self) -> Option<IpAddr> {
        match self {
            Self::Clear(address) => Some(*address),
            Self::Pseudonym(_) => None,
        }
    }
}

impl fmt::Display for EventAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clear(address) => address.fmt(f),
            Self::Pseudonym(pseudonym) => pseudonym.fmt(f),
        }
    }
}

/// The address or network that an event's note is, or begins with (`192.0.2.1: 3`, `192.0.2.1. He asked for it`), and what follows it:
/// notes about windows for mail clients are written so. That part is kept no longer than addresses are.
pub fn address_in(detail: &str) -> Option<(&str, &str)> {
    let ends = [": ", "; ", ". "].map(|end| detail.find(end).unwrap_or(detail.len()));
    let (address, rest) = detail.split_at(ends.into_iter().min()?);
    AddressRange::parse(address).map(|_| (address, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_081_a_stored_value_tells_whether_it_is_an_address() {
        let pseudonym = Pseudonym::new([7; PSEUDONYM_BYTES]);
        for address in [
            EventAddress::Clear("192.0.2.1".parse().unwrap()),
            EventAddress::Clear("2001:db8::1".parse().unwrap()),
            EventAddress::Pseudonym(pseudonym),
        ] {
            assert_eq!(EventAddress::from_bytes(&address.bytes()), Some(address));
        }
        assert_eq!(EventAddress::from_bytes(&[1; 11]), None);
        let text = pseudonym.to_string();
        assert_eq!(text, "pseudonym:070707070707070707070707");
        assert_eq!(Pseudonym::parse(&text), Some(pseudonym));
        for bad in [
            "070707070707070707070707",
            "pseudonym:07",
            "pseudonym:zz",
            "",
        ] {
            assert_eq!(Pseudonym::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn sec_081_a_note_that_begins_with_an_address_is_told_from_others() {
        for (address, rest) in [
            ("192.0.2.0/24", ""),
            ("2001:db8::/64", ""),
            ("::1", ""),
            ("192.0.2.1", ": 3"),
            ("2001:db8::/64", ": its kick failed with code 77: x"),
            ("2001:db8::", ": 3"),
            ("192.0.2.1", "; lost phone: see ticket"),
            ("2001:db8::/64", ". Lost phone. See ticket 7"),
        ] {
            let detail = format!("{address}{rest}");
            assert_eq!(address_in(&detail), Some((address, rest)));
        }
        let masked = Pseudonym::new([7; PSEUDONYM_BYTES]).to_string();
        for other in ["phone lost", "", "all: 3", &masked, &format!("{masked}: 3")] {
            assert_eq!(address_in(other), None, "{other}");
        }
    }
}
