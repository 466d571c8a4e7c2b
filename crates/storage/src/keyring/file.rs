//! The file of a key ring: who may read it, and why it cannot be used.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::KeyRing;

/// A ring has a handful of keys of under 100 bytes; a larger file is not one.
const TEXT_LIMIT: u64 = 64 * 1024;

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
    #[error(
        "key {id} of the key ring: its secret (or, of a retired key, `audit` and `pepper`) is not 32 bytes in base64url"
    )]
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
    /// The ring has no such key.
    #[error("the key ring has no key {id}")]
    NoSuchKey {
        /// The key.
        id: u32,
    },
    /// The key has no secret any more, so nothing new can be made with it.
    #[error("key {id} of the key ring is retired")]
    RetiredKey {
        /// The key.
        id: u32,
    },
    /// The key is that of new values.
    #[error("key {id} of the key ring is the active one")]
    ActiveKey {
        /// The key.
        id: u32,
    },
    /// Two rings have different keys of one number.
    #[error("key {id} of the key ring is another one than before")]
    ChangedKey {
        /// The key.
        id: u32,
    },
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
