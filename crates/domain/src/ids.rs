//! Names of rows: small typed numbers, so that a user's id can never stand where a tenant's belongs.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

id!(
    /// An organisation. Part of every key and every query (SEC-68).
    TenantId
);
id!(
    /// A person in one tenant.
    UserId
);
id!(
    /// A group of people in one tenant.
    GroupId
);
id!(
    /// One registered authenticator of a user.
    AuthenticatorId
);
id!(
    /// The name by which a session is listed and ended; not the token that opens it.
    SessionId
);

/// A request's name, shown on error pages and kept in logs and audit events, so that a helpdesk can
/// find what a user saw. 40 bits, shown as eight Crockford base-32 symbols: `7K3M-Q9TZ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reference(u64);

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Reference {
    /// A reference from five random bytes.
    pub fn from_random(bytes: [u8; 5]) -> Self {
        Self(
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        )
    }

    /// The number that is stored; always below 2^40.
    pub fn number(self) -> i64 {
        self.0 as i64
    }

    /// Reads a stored number; bits above the fortieth are dropped.
    pub fn from_number(number: i64) -> Self {
        Self(number as u64 & ((1 << 40) - 1))
    }

    /// Reads what a person types: case, hyphens and spaces do not matter; `I`, `L` and `O` are read as digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut number = 0_u64;
        let mut symbols = 0;
        for symbol in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
            let symbol = match symbol.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                other => other,
            };
            let value = CROCKFORD
                .iter()
                .position(|known| char::from(*known) == symbol)?;
            number = number << 5 | value as u64;
            symbols += 1;
            if symbols > 8 {
                return None;
            }
        }
        (symbols == 8).then_some(Self(number))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..8).rev() {
            let symbol = CROCKFORD[(self.0 >> (place * 5)) as usize & 31];
            write!(f, "{}", char::from(symbol))?;
            if place == 4 {
                f.write_str("-")?;
            }
        }
        Ok(())
    }
}

impl TenantId {
    /// No tenant's: what is counted where nobody knows yet whose it is. Tenants are numbered from 1.
    pub const NOBODYS: Self = Self(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_as_people_type_it() {
        let reference = Reference::from_random([0x3c, 0xc7, 0x4b, 0xa7, 0x5f]);
        let shown = reference.to_string();
        assert_eq!(shown.len(), 9);
        assert_eq!(
            Reference::parse(&shown.to_lowercase().replace('-', " ")),
            Some(reference)
        );
        assert_eq!(Reference::from_number(reference.number()), reference);
        assert_eq!(Reference::parse("7K3M-Q9T"), None);
        assert_eq!(Reference::parse("7K3M-Q9TZZ"), None);
        assert_eq!(Reference::parse("7K3M-Q9Tあ"), None);
    }
}
