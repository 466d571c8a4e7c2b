//! Password hashes that other systems made: which forms are accepted with imported people, at what cost, and which of them are
//! weak. What computes them is `flows`; each is replaced by one of ours at the next right password.

use std::fmt;

use data_encoding::{BASE64, BASE64_NOPAD, Encoding};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Longest text of a hash, in bytes: checked before anything else.
const MAX_BYTES: usize = 512;

/// Dearest bcrypt: about a second.
const MAX_BCRYPT_COST: u32 = 14;
/// Most rounds of SHA-crypt: about a second.
const MAX_CRYPT_ROUNDS: u32 = 1_000_000;
/// Most rounds of PBKDF2: about a second, and more than twice what OWASP recommends for SHA-256.
const MAX_PBKDF2_ROUNDS: u32 = 2_000_000;
/// Most memory of one hash, in KiB: what OWASP recommends for scrypt, twice the smaller recommendation of RFC 9106 for Argon2.
const MAX_MEMORY_KIB: u64 = 128 * 1024;
/// Most memory times passes of Argon2, in KiB: under a second.
const MAX_ARGON2_WORK: u64 = 1024 * 1024;
/// Most `N · r · p` of scrypt: twice OWASP's recommendation, about a second.
const MAX_SCRYPT_WORK: u64 = 1 << 21;
/// Most lanes of Argon2, and most blocks of scrypt.
const MAX_LANES: u32 = 16;

/// A password hash of another system, well formed and not too dear.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ForeignHash {
    text: String,
    #[zeroize(skip)]
    scheme: Scheme,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

/// How a hash is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Argon2 (RFC 9106).
    Argon2 {
        /// Which of its variants.
        variant: Argon2Variant,
        /// `false`: version 16, which came before the RFC.
        is_current: bool,
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over it.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// scrypt (RFC 7914).
    Scrypt {
        /// The logarithm of `N`.
        log_n: u8,
        /// Block size.
        r: u32,
        /// Parallelisation.
        p: u32,
    },
    /// PBKDF2 (RFC 8018) with HMAC.
    Pbkdf2 {
        /// Over this hash function.
        over: Pbkdf2Hash,
        /// Iterations.
        rounds: u32,
    },
    /// bcrypt; the text says all.
    Bcrypt,
    /// Salted SHA-1, as directories keep it (`{SSHA}`).
    SaltedSha1,
    /// SHA-crypt (`$5$`, `$6$`); the text says all.
    ShaCrypt,
}

/// A variant of Argon2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argon2Variant {
    /// Independent of data.
    I,
    /// Dependent on data.
    D,
    /// First the one, then the other.
    Id,
}

/// What PBKDF2 hashes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pbkdf2Hash {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// Why a text is no hash that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadForeignHash {
    /// Another scheme, or no hash at all.
    #[error(
        "a password hash is one of $argon2id$, $argon2i$, $argon2d$, $scrypt$, $pbkdf2-sha256$, $pbkdf2-sha512$, $pbkdf2-sha1$, $2a$, $2b$, $2y$, {{SSHA}}, $5$, $6$"
    )]
    Scheme,
    /// It begins like one, but a part is missing, too long or malformed.
    #[error("the password hash is cut off or malformed")]
    Malformed,
    /// Whoever sends logins for it could keep the server busy.
    #[error("the password hash needs too much time or memory to be checked")]
    TooDear,
}

impl fmt::Debug for ForeignHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForeignHash(..)")
    }
}

impl ForeignHash {
    /// Reads a hash, and judges its cost: an import file must not be able to stop the server (SEC-76).
    ///
    /// # Errors
    /// As [`BadForeignHash`] says.
    pub fn parse(text: &str) -> Result<Self, BadForeignHash> {
        if text.len() > MAX_BYTES || !text.is_ascii() {
            return Err(BadForeignHash::Malformed);
        }
        let (scheme, salt, digest) = if let Some(encoded) = text.strip_prefix("{SSHA}") {
            let (salt, digest) = salted_sha1(encoded).ok_or(BadForeignHash::Malformed)?;
            (Scheme::SaltedSha1, salt, digest)
        } else {
            let mut parts = text
                .strip_prefix('$')
                .ok_or(BadForeignHash::Scheme)?
                .split('$');
            let name = parts.next().unwrap_or_default();
            let parts: Vec<&str> = parts.collect();
            let read = match name {
                "argon2id" => argon2(Argon2Variant::Id, &parts),
                "argon2i" => argon2(Argon2Variant::I, &parts),
                "argon2d" => argon2(Argon2Variant::D, &parts),
                "scrypt" => scrypt(&parts),
                "pbkdf2-sha1" => pbkdf2(Pbkdf2Hash::Sha1, &parts),
                "pbkdf2-sha256" => pbkdf2(Pbkdf2Hash::Sha256, &parts),
                "pbkdf2-sha512" => pbkdf2(Pbkdf2Hash::Sha512, &parts),
                "2a" | "2b" | "2y" => bcrypt(&parts),
                "5" => sha_crypt(43, &parts),
                "6" => sha_crypt(86, &parts),
                _ => return Err(BadForeignHash::Scheme),
            };
            read.ok_or(BadForeignHash::Malformed)?
        };
        let hash = Self {
            text: text.to_owned(),
            scheme,
            salt,
            digest,
        };
        if hash.is_too_dear() {
            return Err(BadForeignHash::TooDear);
        }
        Ok(hash)
    }

    /// How it is computed.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The hash as it was written; for what stores it, sealed, and for what reads the whole text.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The salt; empty where the text says it.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// What the password has to hash to; empty where the text says it.
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// Cost of bcrypt, or rounds of SHA-crypt, as the text says it.
    fn number_in_text(&self) -> u32 {
        let part = |number: usize| self.text.split('$').nth(number).unwrap_or_default();
        match self.scheme {
            Scheme::Bcrypt => part(2).parse().unwrap_or(u32::MAX),
            _ => match part(2).strip_prefix("rounds=") {
                Some(rounds) => rounds.parse().unwrap_or(u32::MAX),
                None => 5_000,
            },
        }
    }

    fn is_too_dear(&self) -> bool {
        match self.scheme {
            Scheme::Argon2 {
                memory_kib,
                passes,
                lanes,
                ..
            } => {
                let memory = u64::from(memory_kib);
                memory > MAX_MEMORY_KIB
                    || memory * u64::from(passes) > MAX_ARGON2_WORK
                    || lanes > MAX_LANES
            }
            Scheme::Scrypt { log_n, r, p } => {
                let (n, r, p) = (1_u64 << log_n.min(40), u64::from(r), u64::from(p));
                // RFC 7914, 2: 128 · N · r bytes.
                n * r / 8 > MAX_MEMORY_KIB
                    || n * r * p > MAX_SCRYPT_WORK
                    || p > u64::from(MAX_LANES)
            }
            Scheme::Pbkdf2 { rounds, .. } => rounds > MAX_PBKDF2_ROUNDS,
            Scheme::Bcrypt => self.number_in_text() > MAX_BCRYPT_COST,
            Scheme::ShaCrypt => self.number_in_text() > MAX_CRYPT_ROUNDS,
            Scheme::SaltedSha1 => false,
        }
    }

    /// Whether guessing at it costs a thief less than OWASP's Password Storage Cheat Sheet asks for its scheme; SHA-crypt, which is
    /// not in it, is held to rounds that take as long. It is accepted all the same: the next login replaces it.
    pub fn is_weak(&self) -> bool {
        match self.scheme {
            Scheme::Argon2 {
                memory_kib, passes, ..
            } => u64::from(memory_kib) * u64::from(passes) < 35_840,
            Scheme::Scrypt { log_n, r, p } => (u64::from(r * p) << log_n) < 655_360,
            Scheme::Pbkdf2 { over, rounds } => {
                rounds
                    < match over {
                        Pbkdf2Hash::Sha1 => 1_300_000,
                        Pbkdf2Hash::Sha256 => 600_000,
                        Pbkdf2Hash::Sha512 => 210_000,
                    }
            }
            Scheme::Bcrypt => self.number_in_text() < 10,
            Scheme::ShaCrypt => self.number_in_text() < 100_000,
            Scheme::SaltedSha1 => true,
        }
    }
}

type Parts = (Scheme, Vec<u8>, Vec<u8>);

/// `v=19$m=65536,t=3,p=4$salt$hash`; without `v`, version 16.
fn argon2(variant: Argon2Variant, parts: &[&str]) -> Option<Parts> {
    let (is_current, parts) = match parts {
        ["v=19", rest @ ..] => (true, rest),
        ["v=16", rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let [settings, salt, digest] = parts else {
        return None;
    };
    let [memory_kib, passes, lanes] = numbers(settings, ["m", "t", "p"])?;
    // RFC 9106, 3.1: at least eight blocks a lane.
    let is_sound = passes >= 1 && lanes >= 1 && memory_kib / 8 >= lanes;
    is_sound.then_some(())?;
    let scheme = Scheme::Argon2 {
        variant,
        is_current,
        memory_kib,
        passes,
        lanes,
    };
    Some((
        scheme,
        salt_in(BASE64_NOPAD, salt)?,
        digest_in(BASE64_NOPAD, digest)?,
    ))
}

/// `ln=17,r=8,p=1$salt$hash`
fn scrypt(parts: &[&str]) -> Option<Parts> {
    let [settings, salt, digest] = parts else {
        return None;
    };
    let [log_n, r, p] = numbers(settings, ["ln", "r", "p"])?;
    let log_n = u8::try_from(log_n)
        .ok()
        .filter(|log_n| (1..64).contains(log_n))?;
    // Larger ones than any in use would only overflow the arithmetic of the limits.
    let is_sound = (1..=1024).contains(&r) && (1..=1024).contains(&p);
    is_sound.then_some(())?;
    let scheme = Scheme::Scrypt { log_n, r, p };
    Some((
        scheme,
        salt_in(BASE64_NOPAD, salt)?,
        digest_in(BASE64_NOPAD, digest)?,
    ))
}

/// `i=600000,l=32$salt$hash` as the PHC format has it, or `600000$salt$hash` as passlib writes it, with `.` for `+`.
fn pbkdf2(over: Pbkdf2Hash, parts: &[&str]) -> Option<Parts> {
    let [settings, salt, digest] = parts else {
        return None;
    };
    let plus = |text: &str| text.replace('.', "+");
    let digest = digest_in(BASE64_NOPAD, &plus(digest))?;
    let rounds = if settings.contains('=') {
        let (rounds, length) = settings.split_once(',').unwrap_or((settings, ""));
        let is_as_long = match length.strip_prefix("l=") {
            Some(length) => number(length)? as usize == digest.len(),
            None => length.is_empty(),
        };
        is_as_long.then_some(())?;
        number(rounds.strip_prefix("i=")?)?
    } else {
        number(settings)?
    };
    (rounds >= 1).then_some(())?;
    let salt = salt_in(BASE64_NOPAD, &plus(salt))?;
    Some((Scheme::Pbkdf2 { over, rounds }, salt, digest))
}

/// `12$` and 53 characters of its own base64.
fn bcrypt(parts: &[&str]) -> Option<Parts> {
    let [cost, rest] = parts else { return None };
    let is_sound = cost.len() == 2
        && (4..=31).contains(&number(cost)?)
        && rest.len() == 53
        && rest.bytes().all(is_crypt_character)
        // Bits that the last characters of salt and hash leave over are zero; otherwise something was cut or changed.
        && b".Oeu".contains(&rest.as_bytes()[21])
        && b".CGKOSWaeimquy26".contains(&rest.as_bytes()[52]);
    is_sound.then(|| (Scheme::Bcrypt, Vec::new(), Vec::new()))
}

/// `rounds=5000$salt$hash`, or without the rounds.
fn sha_crypt(length: usize, parts: &[&str]) -> Option<Parts> {
    let (rounds, salt, digest) = match parts {
        [rounds, salt, digest] => (number(rounds.strip_prefix("rounds=")?)?, salt, digest),
        [salt, digest] => (5_000, salt, digest),
        _ => return None,
    };
    let is_sound = rounds >= 1_000
        && (1..=16).contains(&salt.len())
        && salt.bytes().all(is_crypt_character)
        && digest.len() == length
        && digest.bytes().all(is_crypt_character)
        // The last character stands for four bits, or for two.
        && match length {
            43 => b"./0123456789ABCD".contains(&digest.as_bytes()[42]),
            _ => b"./01".contains(&digest.as_bytes()[85]),
        };
    is_sound.then(|| (Scheme::ShaCrypt, Vec::new(), Vec::new()))
}

/// Base64 of twenty bytes of SHA-1 and the salt.
fn salted_sha1(encoded: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut digest = BASE64.decode(encoded.as_bytes()).ok()?;
    let salt = (digest.len() > 20).then(|| digest.split_off(20))?;
    (salt.len() <= 64).then_some((salt, digest))
}

fn is_crypt_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'/'
}

/// Digits and nothing else: `parse` alone would take a sign.
fn number(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok())?
}

/// `m=4096,t=3,p=1`, in this order.
fn numbers(settings: &str, names: [&str; 3]) -> Option<[u32; 3]> {
    let mut found = [0; 3];
    let mut parts = settings.split(',');
    for (place, name) in found.iter_mut().zip(names) {
        let (known, value) = parts.next()?.split_once('=')?;
        *place = (known == name).then(|| number(value))??;
    }
    parts.next().is_none().then_some(found)
}

fn salt_in(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
    let salt = encoding.decode(text.as_bytes()).ok()?;
    (8..=64).contains(&salt.len()).then_some(salt)
}

fn digest_in(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
    let digest = encoding.decode(text.as_bytes()).ok()?;
    (16..=64).contains(&digest.len()).then_some(digest)
}

#[cfg(test)]
mod tests;
