//! From when to when a certificate is good (RFC 5280, 4.1.2.5): the one thing in it that `rustls` checks for clients but does
//! not tell servers about their own.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use warifu_domain::time::Timestamp;

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

impl Validity {
    /// Reads it out of a certificate in DER. `None`: it is not one.
    pub(crate) fn of(certificate: &[u8]) -> Option<Self> {
        let (certificate, _) = expect(SEQUENCE, certificate)?;
        let (mut rest, _) = expect(SEQUENCE, certificate)?;
        if rest.first() == Some(&VERSION) {
            rest = element(rest)?.2;
        }
        // Serial number, signature algorithm, issuer.
        for _ in 0..3 {
            rest = element(rest)?.2;
        }
        let (validity, _) = expect(SEQUENCE, rest)?;
        let (tag, from, rest) = element(validity)?;
        let (until_tag, until, _) = element(rest)?;
        Some(Self {
            from: time(tag, from)?,
            until: time(until_tag, until)?,
        })
    }
}

/// Content and what follows of an element that must have this tag.
fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(bytes)?;
    (found == tag).then_some((content, rest))
}

/// Tag, content, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, bytes) = bytes.split_first()?;
    let (&first, mut bytes) = bytes.split_first()?;
    let mut length = usize::from(first & 0x7f);
    if first & 0x80 != 0 {
        let digits = bytes
            .split_at_checked(length)
            .filter(|_| (1..=4).contains(&length))?;
        length = digits
            .0
            .iter()
            .fold(0, |sum, digit| sum << 8 | usize::from(*digit));
        bytes = digits.1;
    }
    let (content, rest) = bytes.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDhhmmssZ` up to 2049, `YYYYMMDDhhmmssZ` from then on.
fn time(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    let (year, rest) = match tag {
        UTC_TIME => {
            let year: i16 = text.get(..2)?.parse().ok()?;
            (year + if year < 50 { 2000 } else { 1900 }, text.get(2..)?)
        }
        GENERALIZED_TIME => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let rest = rest.strip_suffix('Z').filter(|rest| rest.len() == 10)?;
    let part = |index: usize| rest.get(2 * index..2 * index + 2)?.parse::<i8>().ok();
    let at = DateTime::new(year, part(0)?, part(1)?, part(2)?, part(3)?, part(4)?, 0).ok()?;
    let at = at.to_zoned(TimeZone::UTC).ok()?;
    Some(Timestamp(at.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    fn certificate() -> CertificateDer<'static> {
        let pem = include_bytes!("../../tests/cli/files/good-certificate.pem");
        CertificateDer::from_pem_slice(pem).unwrap()
    }

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let validity = Validity::of(&certificate()).unwrap();
        assert_eq!(
            crate::cli::output::utc(validity.from),
            "2026-01-01T00:00:00Z"
        );
        assert_eq!(
            crate::cli::output::utc(validity.until),
            "2125-12-31T23:59:59Z"
        );
    }

    #[test]
    fn what_is_cut_off_or_altered_is_no_certificate() {
        let whole = certificate();
        for end in 0..whole.len() {
            assert_eq!(Validity::of(&whole[..end]), None);
        }
        // Whatever a byte is changed to, reading ends with an answer.
        for index in 0..whole.len().min(300) {
            let mut altered = whole.to_vec();
            altered[index] ^= 0xff;
            let _ = Validity::of(&altered);
        }
        assert_eq!(time(UTC_TIME, b"261301000000Z"), None);
        assert_eq!(time(UTC_TIME, b"2601010000Z"), None);
        assert_eq!(
            time(GENERALIZED_TIME, "２０２６0101000000Z".as_bytes()),
            None
        );
    }
}
