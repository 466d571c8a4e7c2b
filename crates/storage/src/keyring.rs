//! The key ring: secrets that live outside the database, and the keys derived from them (SEC-77).
//! It holds several keys, so that one can be replaced while values under the old one are still opened. A key whose time is over
//! leaves behind only what is still checked with it (docs/decisions/0007).

mod file;
mod text;

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

pub use file::KeyRingError;

/// Bytes of a secret and of every derived key.
const KEY_BYTES: usize = 32;

/// What a key is used for. Each purpose has a key of its own, derived from the secret of the ring's key, so that a
/// flaw in one use does not touch the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Sealing of secrets at rest.
    Seal,
    /// The pepper of password hashes and backup codes.
    Pepper,
    /// Tokens that bind a form to a session.
    FormToken,
    /// Recognising a browser that signed in before.
    Device,
    /// The chain of audit events.
    Audit,
}

impl Purpose {
    const ALL: [Self; 5] = [
        Self::Seal,
        Self::Pepper,
        Self::FormToken,
        Self::Device,
        Self::Audit,
    ];

    /// Goes into the derivation: a changed label is a lost key.
    fn label(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Pepper => "pepper",
            Self::FormToken => "form-token",
            Self::Device => "device",
            Self::Audit => "audit",
        }
    }
}

/// Keys by number, one of them active: new values use the active key, old ones name theirs. `Debug` shows the numbers
/// only, and the secrets are wiped when the ring is dropped.
pub struct KeyRing {
    active: u32,
    /// In ascending order of their ids, never empty.
    keys: Vec<Key>,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It has its secret: it can seal, and open what it sealed.
    Whole,
    /// Its secret is gone. What was derived from it for checking audit events is kept; `pepper`: that for checking passwords too.
    Retired {
        /// Passwords and backup codes that were made with it can still be checked.
        pepper: bool,
    },
}

type Secret = Zeroizing<[u8; KEY_BYTES]>;

struct Key {
    id: u32,
    /// `None`: the key is retired.
    secret: Option<Secret>,
    /// In the order of [`Purpose::ALL`]; derived once because some are wanted on every request.
    derived: Zeroizing<[Option<[u8; KEY_BYTES]>; Purpose::ALL.len()]>,
}

impl KeyRing {
    /// A ring of one key, number 1, from fresh random bytes.
    pub fn generate(random: [u8; KEY_BYTES]) -> Self {
        Self {
            active: 1,
            keys: vec![Key::new(1, Zeroizing::new(random))],
        }
    }

    /// Adds a key from fresh random bytes and returns its number. It becomes active only by [`KeyRing::activate`]:
    /// with several nodes, all must know it first.
    pub fn add_key(&mut self, random: [u8; KEY_BYTES]) -> u32 {
        let id = self.keys.last().map_or(0, |key| key.id) + 1;
        self.keys.push(Key::new(id, Zeroizing::new(random)));
        id
    }

    /// Makes `id` the key of new values.
    ///
    /// # Errors
    /// The ring has no such key, or it is retired.
    pub fn activate(&mut self, id: u32) -> Result<(), KeyRingError> {
        let key = self.find(id).ok_or(KeyRingError::NoSuchKey { id })?;
        if key.secret.is_none() {
            return Err(KeyRingError::RetiredKey { id });
        }
        self.active = id;
        Ok(())
    }

    /// Takes the secret of key `id` out of the ring. What was derived from it for the audit trail stays, because events are never
    /// written anew; that for passwords stays if `keep_pepper`. Derivation goes one way: neither opens what the key sealed.
    ///
    /// # Errors
    /// The ring has no such key, or it is the active one.
    pub fn retire(&mut self, id: u32, keep_pepper: bool) -> Result<(), KeyRingError> {
        if id == self.active {
            return Err(KeyRingError::ActiveKey { id });
        }
        let index = self.keys.binary_search_by_key(&id, |key| key.id);
        let key = &mut self.keys[index.map_err(|_| KeyRingError::NoSuchKey { id })?];
        key.secret = None;
        for purpose in Purpose::ALL {
            let stays = purpose == Purpose::Audit || (purpose == Purpose::Pepper && keep_pepper);
            if !stays {
                key.derived[purpose as usize].zeroize();
            }
        }
        Ok(())
    }

    /// What became of key `id`; `None` if the ring has no such key.
    pub fn state(&self, id: u32) -> Option<KeyState> {
        self.find(id).map(|key| match key.secret {
            Some(_) => KeyState::Whole,
            None => KeyState::Retired {
                pepper: key.derived[Purpose::Pepper as usize].is_some(),
            },
        })
    }

    /// What `older` can do and this ring cannot.
    ///
    /// # Errors
    /// A key of the same number is another one: the rings are not two ages of one.
    pub fn lost_since(&self, older: &Self) -> Result<Vec<(u32, Purpose)>, KeyRingError> {
        let mut lost = Vec::new();
        for id in older.ids() {
            for purpose in Purpose::ALL {
                match (older.key(id, purpose), self.key(id, purpose)) {
                    (Some(before), Some(now)) if !bool::from(before.ct_eq(now)) => {
                        return Err(KeyRingError::ChangedKey { id });
                    }
                    (Some(_), None) => lost.push((id, purpose)),
                    _ => {}
                }
            }
        }
        Ok(lost)
    }

    /// The number of the key of new values.
    pub fn active_id(&self) -> u32 {
        self.active
    }

    /// The numbers of all keys, ascending.
    pub fn ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.keys.iter().map(|key| key.id)
    }

    /// The key of `purpose` under the active key, with its number.
    pub fn active(&self, purpose: Purpose) -> (u32, &[u8; KEY_BYTES]) {
        let key = self
            .key(self.active, purpose)
            .expect("every way to make a ring checks that the active key is in it, and whole");
        (self.active, key)
    }

    /// The key of `purpose` under key `id`; `None` if the ring has no such key, or it is retired and does not keep that.
    pub fn key(&self, id: u32, purpose: Purpose) -> Option<&[u8; KEY_BYTES]> {
        self.find(id)
            .and_then(|key| key.derived[purpose as usize].as_ref())
    }

    /// A key for a purpose that is not one of [`Purpose`]; `None` if the ring has no key `id`, or it is retired.
    pub fn derive(&self, id: u32, purpose: &str) -> Option<Secret> {
        let info = ["warifu v1 other ", purpose].concat();
        let secret = self.find(id)?.secret.as_ref()?;
        Some(expand(secret, &info))
    }

    fn find(&self, id: u32) -> Option<&Key> {
        self.keys
            .binary_search_by_key(&id, |key| key.id)
            .ok()
            .map(|index| &self.keys[index])
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<u32> = self.ids().collect();
        f.debug_struct("KeyRing")
            .field("active", &self.active)
            .field("ids", &ids)
            .finish_non_exhaustive()
    }
}

impl Key {
    fn new(id: u32, secret: Secret) -> Self {
        let mut derived = Zeroizing::new([None; Purpose::ALL.len()]);
        for purpose in Purpose::ALL {
            let info = ["warifu v1 ", purpose.label()].concat();
            derived[purpose as usize] = Some(*expand(&secret, &info));
        }
        Self {
            id,
            secret: Some(secret),
            derived,
        }
    }

    fn retired(id: u32, audit: &Secret, pepper: Option<&Secret>) -> Self {
        let mut derived = Zeroizing::new([None; Purpose::ALL.len()]);
        derived[Purpose::Audit as usize] = Some(**audit);
        derived[Purpose::Pepper as usize] = pepper.map(|pepper| **pepper);
        Self {
            id,
            secret: None,
            derived,
        }
    }
}

/// HKDF with SHA-256 (RFC 5869). The secret is uniformly random, so it needs no salt.
fn expand(secret: &[u8; KEY_BYTES], info: &str) -> Secret {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    Hkdf::<Sha256>::new(None, secret)
        .expand(info.as_bytes(), &mut *key)
        .expect("32 bytes are less than the 8160 that HKDF can give");
    key
}

#[cfg(test)]
mod tests;
