//! Codes that are sent to a person's private mail address (K3, K6, K7). Where they are kept and counted is storage's business;
//! hashing and sending them is a flow's work.

use std::fmt;

use warifu_otp::OneTimeCode;
use zeroize::Zeroizing;

use crate::{
    domain_name::DomainName, policy::EmailCodeRules, refusal::Refusal, time::Span,
    user::check_email,
};

/// Wrong guesses that void a code (section 4 of the security requirements).
pub const GUESSES: i64 = 3;
/// Codes that are sent to one address in a day, whoever asks (SEC-29).
pub const TO_ADDRESS_IN_DAY: i64 = 10;
/// Codes that one client network asks for in an hour.
pub const OF_NETWORK_IN_HOUR: i64 = 60;
/// Codes that the people of one tenant ask for in an hour, all together.
pub const OF_TENANT_IN_HOUR: i64 = 20_000;
/// The span of the limits of an hour.
pub const HOUR: Span = Span::hours(1);
/// The span of the limits of a day.
pub const DAY: Span = Span::hours(24);

/// What a code is for. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// It stands in for the app: in a login, or in the fresh proof.
    Prove = 0,
    /// It confirms a new private address (K6).
    Confirm = 1,
}

/// A code that is sent by mail. Prints nothing of itself (SEC-78).
#[derive(Clone)]
pub struct EmailedCode(Zeroizing<String>);

impl EmailedCode {
    /// A code of 6 to 8 digits from sixteen random bytes; every code is equally likely (up to 2^-100).
    pub fn from_random(digits: u8, bytes: [u8; 16]) -> Self {
        let digits = usize::from(digits.clamp(6, 8));
        let value = u128::from_be_bytes(bytes) % 10_u128.pow(digits as u32);
        Self(Zeroizing::new(format!("{value:0digits$}")))
    }

    /// Reads what people type: full-width digits, spaces, hyphens.
    ///
    /// # Errors
    /// [`Refusal::MalformedEmailedCode`] for anything but so many digits (SEC-24).
    pub fn parse(digits: u8, text: &str) -> Result<Self, Refusal> {
        let code = OneTimeCode::parse(text).map_err(|_| Refusal::MalformedEmailedCode)?;
        if code.digits().count() != digits {
            return Err(Refusal::MalformedEmailedCode);
        }
        Ok(Self(code.expose()))
    }

    /// The digits: what is sent, and what is hashed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailedCode(..)")
    }
}

/// What tells one mail with a code from another, on the page and in the mail: four symbols. It is no secret.
pub fn request_name(bytes: [u8; 4]) -> String {
    const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let symbol = |byte: u8| char::from(SYMBOLS[usize::from(byte & 31)]);
    bytes.into_iter().map(symbol).collect()
}

/// A proof that the code that was sent to a person was typed and used up. Only [`judge`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct AcceptedEmailedCode(());

/// Judges a typed code: `fits` says whether its hash is that of the open one, in constant time.
///
/// # Errors
/// [`Refusal::WrongEmailedCode`].
pub fn judge(fits: bool) -> Result<AcceptedEmailedCode, Refusal> {
    if fits {
        Ok(AcceptedEmailedCode(()))
    } else {
        Err(Refusal::WrongEmailedCode)
    }
}

/// Reads a private address: `own` are the person's login ID and mail address at the tenant, in whose domains it may not lie
/// either (K6, SEC-27).
///
/// # Errors
/// [`Refusal::BadPrivateAddress`] for what is no mail address; [`Refusal::ProtectedAddress`] for one that this login protects.
pub fn read_address(rules: &EmailCodeRules, own: &[&str], typed: &str) -> Result<String, Refusal> {
    let typed = typed.trim();
    check_email(typed).map_err(|_| Refusal::BadPrivateAddress)?;
    let domain = domain_of(typed).ok_or(Refusal::BadPrivateAddress)?;
    let refused = rules.refused_domains.iter();
    let refused = refused.filter_map(|name| DomainName::parse(name).ok());
    let owns = own.iter().filter_map(|address| domain_of(address));
    let mut protected = refused.chain(owns);
    if protected.any(|name| lies_in(&domain, &name)) {
        return Err(Refusal::ProtectedAddress);
    }
    Ok(typed.to_owned())
}

/// Whether a mail may come from `address`: it lies in a domain that the tenant calls its own (SEC-30).
pub fn may_be_sender(rules: &EmailCodeRules, address: &str) -> bool {
    let Some(domain) = domain_of(address) else {
        return false;
    };
    let own = rules.refused_domains.iter();
    check_email(address).is_ok()
        && own
            .filter_map(|name| DomainName::parse(name).ok())
            .any(|name| lies_in(&domain, &name))
}

fn domain_of(address: &str) -> Option<DomainName> {
    let (_, domain) = address.rsplit_once('@')?;
    DomainName::parse(domain).ok()
}

fn lies_in(domain: &DomainName, parent: &DomainName) -> bool {
    let below = domain.as_str().strip_suffix(parent.as_str());
    below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// As much of an address as its owner needs to know it again: `h•••@example.com`.
pub fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> EmailCodeRules {
        EmailCodeRules {
            refused_domains: vec!["kit.example".to_owned(), "日本語.example".to_owned()],
            ..EmailCodeRules::default()
        }
    }

    #[test]
    fn sec_027_k6_a_private_address_lies_outside_what_the_tenant_protects() {
        let own = ["hana@campus.example", "hana"];
        for good in [
            "hana@home.example",
            " hana@home.example ",
            "hana@notkit.example",
            "hana@kit.example.net",
            "花子@例え.jp",
        ] {
            assert_eq!(read_address(&rules(), &own, good).unwrap(), good.trim());
        }
        for refused in [
            "hana@kit.example",
            "hana@KIT.Example",
            "hana@mail.kit.example",
            "hana@a.b.kit.example",
            "hana@ｋｉｔ.example",
            "hana@日本語.example",
            "hana@xn--wgv71a119e.example",
            "hana@sub.日本語.example",
            "taro@campus.example",
            "taro@www.Campus.example",
        ] {
            let verdict = read_address(&rules(), &own, refused);
            assert_eq!(verdict, Err(Refusal::ProtectedAddress), "{refused}");
        }
        for bad in [
            "",
            "hana",
            "hana@localhost",
            "hana@[192.0.2.1]",
            "hana@192.0.2.1",
            "hana@kit.example.",
            "a@b.example, c@d.example",
            "a@b.example\r\nBcc: c@d.example",
            "Hana <hana@home.example>",
        ] {
            let verdict = read_address(&rules(), &own, bad);
            assert_eq!(verdict, Err(Refusal::BadPrivateAddress), "{bad:?}");
        }
    }

    #[test]
    fn sec_030_only_the_tenant_s_own_domains_stand_in_a_from() {
        assert!(may_be_sender(&rules(), "hana@kit.example"));
        assert!(may_be_sender(&rules(), "hana@mail.kit.example"));
        for other in [
            "hana@home.example",
            "hana@notkit.example",
            "hana",
            "a@kit.example\r\nBcc: b@kit.example",
        ] {
            assert!(!may_be_sender(&rules(), other), "{other:?}");
        }
        assert!(!may_be_sender(
            &EmailCodeRules::default(),
            "hana@kit.example"
        ));
    }

    #[test]
    fn sec_024_an_emailed_code_is_read_as_people_type_it_and_nothing_else_is_one() {
        let code = EmailedCode::from_random(6, [0; 16]);
        assert_eq!(code.expose(), "000000");
        for typed in ["000000", "000 000", "０００－０００", " 000-000 "] {
            assert_eq!(EmailedCode::parse(6, typed).unwrap().expose(), "000000");
        }
        for bad in ["", "00000", "0000000", "abcdef", "0000\u{0}00"] {
            assert!(EmailedCode::parse(6, bad).is_err(), "{bad:?}");
        }
        assert_eq!(EmailedCode::from_random(8, [255; 16]).expose().len(), 8);
    }

    #[test]
    fn sec_078_a_code_prints_nothing_and_an_address_little() {
        let code = EmailedCode::from_random(6, [7; 16]);
        assert_eq!(format!("{code:?}"), "EmailedCode(..)");
        assert_eq!(masked("hanako.sato@home.example"), "h•••@home.example");
        assert_eq!(request_name([0, 31, 32, 255]), "0Z0Z");
    }
}
