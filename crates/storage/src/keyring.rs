//! The key ring: secrets that live outside the database, and the keys derived from them (SEC-77).
//! It holds several keys, so that one can be replaced while values under the old one are still opened.

use std::fmt;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use serde::Deserialize;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of a secret and of every derived key.
const KEY_BYTES: usize = 32;

/// A ring has a handful of keys of under 100 bytes; a larger file is not one.
const TEXT_LIMIT: u64 = 64 * 1024;

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

struct Key {
    id: u32,
    secret: Zeroizing<[u8; KEY_BYTES]>,
    /// In the order of [`Purpose::ALL`]; derived once because some are wanted on every request.
    derived: Zeroizing<[[u8; KEY_BYTES]; Purpose::ALL.len()]>,
}

/// Why a key ring cannot be used, and what to do about it. Never quotes the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// The file is missing or unreadable.
    #[error("cannot read the key ring {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The path is a folder, a device or a pipe.
    #[error("the key ring {} is not a regular file: give the path of a file made by `warifu`", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// Others than the owner may read or change the file.
    #[error("the key ring {0} is open to other users (mode {mode:04o}): run `chmod 600 {0}`", path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file belongs to somebody else.
    #[error(
        "the key ring {0} belongs to user id {owner}, but this process runs as {user}: \
         run it as user id {owner}, or run `chown {user} {0}`",
        path.display()
    )]
    ForeignOwner {
        /// The file.
        path: PathBuf,
        /// The user id it belongs to.
        owner: u32,
        /// The user id of this process.
        user: u32,
    },
    /// The text is not a key ring.
    #[error(
        "the key ring is malformed in line {line}: it holds `active = <id>` and `[[key]]` with `id` and `secret`"
    )]
    Malformed {
        /// Counted from 1.
        line: usize,
    },
    /// A secret has the wrong form.
    #[error("key {id} of the key ring: the secret is not 32 bytes in base64url")]
    MalformedSecret {
        /// The key.
        id: u32,
    },
    /// Two keys have the same id.
    #[error("the key ring has key {id} twice")]
    DuplicateKey {
        /// The key.
        id: u32,
    },
    /// The active key is not in the ring.
    #[error("the key ring names key {id} as active, but does not have it")]
    NoSuchKey {
        /// The key.
        id: u32,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RingText {
    active: u32,
    key: Vec<KeyText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyText {
    id: u32,
    secret: String,
}

impl Drop for KeyText {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl KeyRing {
    /// Reads a ring from a file that only this process's user can read.
    ///
    /// # Errors
    /// A missing, foreign, too open or malformed file; the message names the remedy.
    pub fn load(path: &Path) -> Result<Self, KeyRingError> {
        let unreadable = |error: std::io::Error| KeyRingError::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        // Asked before opening, which would wait for ever on a pipe.
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(KeyRingError::NotAFile {
                path: path.to_owned(),
            });
        }
        let file = fs::File::open(path).map_err(unreadable)?;
        check_access(path, &file.metadata().map_err(unreadable)?)?;
        let mut text = Zeroizing::new(String::with_capacity(4096));
        file.take(TEXT_LIMIT)
            .read_to_string(&mut text)
            .map_err(unreadable)?;
        Self::parse(&text)
    }

    /// Reads a ring from the text of an environment variable; the text is that of the file.
    ///
    /// # Errors
    /// A malformed text.
    pub fn from_env_text(text: &str) -> Result<Self, KeyRingError> {
        Self::parse(text)
    }

    /// A ring of one key, number 1, from fresh random bytes.
    pub fn generate(random: [u8; KEY_BYTES]) -> Self {
        Self {
            active: 1,
            keys: vec![Key::new(1, Zeroizing::new(random))],
        }
    }

    /// The text of the file, secrets included.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64 + 128 * self.keys.len()));
        text.push_str(&format!("active = {}\n", self.active));
        for key in &self.keys {
            let secret = Zeroizing::new(BASE64URL_NOPAD.encode(&*key.secret));
            text.push_str(&format!("\n[[key]]\nid = {}\nsecret = \"", key.id));
            text.push_str(&secret);
            text.push_str("\"\n");
        }
        text
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
    /// The ring has no such key.
    pub fn activate(&mut self, id: u32) -> Result<(), KeyRingError> {
        self.find(id).ok_or(KeyRingError::NoSuchKey { id })?;
        self.active = id;
        Ok(())
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
            .expect("every way to make a ring checks that the active key is in it");
        (self.active, key)
    }

    /// The key of `purpose` under key `id`; `None` if the ring has no such key.
    pub fn key(&self, id: u32, purpose: Purpose) -> Option<&[u8; KEY_BYTES]> {
        self.find(id).map(|key| &key.derived[purpose as usize])
    }

    /// A key for a purpose that is not one of [`Purpose`]; `None` if the ring has no key `id`.
    pub fn derive(&self, id: u32, purpose: &str) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
        let info = ["warifu v1 other ", purpose].concat();
        self.find(id).map(|key| expand(&key.secret, &info))
    }

    fn find(&self, id: u32) -> Option<&Key> {
        self.keys
            .binary_search_by_key(&id, |key| key.id)
            .ok()
            .map(|index| &self.keys[index])
    }

    fn parse(text: &str) -> Result<Self, KeyRingError> {
        // The parser's message quotes the line, and with it perhaps a secret.
        let parsed: RingText = toml::from_str(text).map_err(|error| {
            let before = error
                .span()
                .and_then(|span| text.get(..span.start))
                .unwrap_or_default();
            KeyRingError::Malformed {
                line: before.matches('\n').count() + 1,
            }
        })?;
        let mut keys = Vec::with_capacity(parsed.key.len());
        for key in &parsed.key {
            let bytes = BASE64URL_NOPAD
                .decode(key.secret.as_bytes())
                .map(Zeroizing::new);
            let secret = bytes
                .ok()
                .and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok());
            let secret = secret.ok_or(KeyRingError::MalformedSecret { id: key.id })?;
            keys.push(Key::new(key.id, Zeroizing::new(secret)));
        }
        keys.sort_unstable_by_key(|key| key.id);
        if let Some(twice) = keys.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(KeyRingError::DuplicateKey { id: twice[0].id });
        }
        let mut ring = Self {
            active: parsed.active,
            keys,
        };
        ring.activate(parsed.active)?;
        Ok(ring)
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
    fn new(id: u32, secret: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let mut derived = Zeroizing::new([[0; KEY_BYTES]; Purpose::ALL.len()]);
        for purpose in Purpose::ALL {
            let info = ["warifu v1 ", purpose.label()].concat();
            derived[purpose as usize] = *expand(&secret, &info);
        }
        Self {
            id,
            secret,
            derived,
        }
    }
}

/// HKDF with SHA-256 (RFC 5869). The secret is uniformly random, so it needs no salt.
fn expand(secret: &[u8; KEY_BYTES], info: &str) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    Hkdf::<Sha256>::new(None, secret)
        .expand(info.as_bytes(), &mut *key)
        .expect("32 bytes are less than the 8160 that HKDF can give");
    key
}

/// A secret that others could have read or replaced is none.
fn check_access(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyRingError> {
    let mode = metadata.mode() & 0o7777;
    if mode & 0o7177 != 0 {
        return Err(KeyRingError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    match effective_user() {
        Some(user) if user != metadata.uid() => Err(KeyRingError::ForeignOwner {
            path: path.to_owned(),
            owner: metadata.uid(),
            user,
        }),
        _ => Ok(()),
    }
}

/// The user id this process acts as, where the system tells without a system call of its own (Linux).
fn effective_user() -> Option<u32> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    ids.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests;
