//! Checking passwords against hashes that other systems made. Runs on the threads of the hashing pool only.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use pbkdf2::pbkdf2_hmac;
use sha_crypt::{PasswordVerifier, ShaCrypt};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;
use warifu_domain::foreign_hash::{Argon2Variant, ForeignHash, Pbkdf2Hash, Scheme};
use zeroize::Zeroizing;

/// Whether a password is the one that was hashed. What cannot be computed fits nothing.
pub(crate) fn fits(hash: &ForeignHash, password: &[u8], memory: &mut Vec<Block>) -> bool {
    match hash.scheme() {
        // Takes the first 72 bytes and a zero behind shorter ones, as every bcrypt does.
        Scheme::Bcrypt => bcrypt::verify(password, hash.expose()).unwrap_or(false),
        Scheme::ShaCrypt => ShaCrypt::default()
            .verify_password(password, hash.expose())
            .is_ok(),
        _ => {
            let mut digest = Zeroizing::new(vec![0; hash.digest().len()]);
            let computed = compute(hash, password, memory, &mut digest);
            computed.is_some() && digest.ct_eq(hash.digest()).into()
        }
    }
}

/// The schemes whose digest is compared here.
fn compute(
    hash: &ForeignHash,
    password: &[u8],
    memory: &mut Vec<Block>,
    digest: &mut [u8],
) -> Option<()> {
    let salt = hash.salt();
    match hash.scheme() {
        Scheme::Argon2 {
            variant,
            is_current,
            memory_kib,
            passes,
            lanes,
        } => {
            let algorithm = match variant {
                Argon2Variant::I => Algorithm::Argon2i,
                Argon2Variant::D => Algorithm::Argon2d,
                Argon2Variant::Id => Algorithm::Argon2id,
            };
            let version = match is_current {
                true => Version::V0x13,
                false => Version::V0x10,
            };
            let params = Params::new(memory_kib, passes, lanes, Some(digest.len())).ok()?;
            memory.resize(params.block_count(), Block::default());
            Argon2::new(algorithm, version, params)
                .hash_password_into_with_memory(password, salt, digest, &mut memory[..])
                .ok()
        }
        Scheme::Scrypt { log_n, r, p } => {
            let params = scrypt::Params::new(log_n, r, p).ok()?;
            scrypt::scrypt(password, salt, &params, digest).ok()
        }
        Scheme::Pbkdf2 { over, rounds } => {
            match over {
                Pbkdf2Hash::Sha1 => pbkdf2_hmac::<Sha1>(password, salt, rounds, digest),
                Pbkdf2Hash::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, rounds, digest),
                Pbkdf2Hash::Sha512 => pbkdf2_hmac::<Sha512>(password, salt, rounds, digest),
            }
            Some(())
        }
        Scheme::SaltedSha1 => {
            let salted = Sha1::new_with_prefix(password).chain_update(salt);
            digest.copy_from_slice(&salted.finalize());
            Some(())
        }
        Scheme::Bcrypt | Scheme::ShaCrypt => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_the_standards_and_of_other_programs_fit_their_password_and_no_other() {
        let vectors = include_str!("../tests/data/foreign_hashes.tsv");
        let mut memory = Vec::new();
        let mut seen = 0;
        for line in vectors.lines().filter(|line| !line.starts_with('#')) {
            let [made_by, password, text] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("three parts: {line}");
            };
            let hash = ForeignHash::parse(text).unwrap_or_else(|why| panic!("{line}: {why}"));
            let mut fits = |password: &str| fits(&hash, password.as_bytes(), &mut memory);
            assert!(fits(password), "{made_by}: {text}");
            assert!(!fits(&format!("x{password}")), "{made_by}: {text}");
            seen += 1;
        }
        assert!(seen > 25, "{seen}");
    }

    #[test]
    fn bcrypt_looks_at_72_bytes_as_the_system_did_that_made_the_hash() {
        let hash = "$2b$05$DCq7YPn5Rq63x1Lad4cll.wRjVEut/m0T0gQ5z9dP.xZH85ZMjR1.";
        let hash = ForeignHash::parse(hash).unwrap();
        let long = "long".repeat(18);
        assert!(fits(
            &hash,
            format!("{long} and more").as_bytes(),
            &mut Vec::new()
        ));
        assert!(!fits(&hash, &long.as_bytes()[..71], &mut Vec::new()));
    }
}
