//! Passwords and backup codes as they are stored: Argon2id, then HMAC-SHA-256 under the key ring (docs/decisions/0005).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use warifu_domain::{
    backup_code::{BackupCode, Verifier},
    password::Password,
};
use warifu_storage::{Purpose, StoreError};
use zeroize::Zeroizing;

use crate::{
    ctx::Ctx,
    error::{Fault, FlowError},
    hasher::HashCost,
};

/// `1 ‖ key id (4) ‖ memory in KiB (4) ‖ passes (1) ‖ salt (16) ‖ tag (32)`.
struct Stored {
    key_id: u32,
    cost: HashCost,
    salt: [u8; 16],
    tag: [u8; 32],
}

const VERSION: u8 = 1;
const LENGTH: usize = 58;

impl Stored {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (&[version], bytes) = bytes.split_first_chunk::<1>()?;
        let (key_id, bytes) = bytes.split_first_chunk::<4>()?;
        let (memory, bytes) = bytes.split_first_chunk::<4>()?;
        let (&[passes], bytes) = bytes.split_first_chunk::<1>()?;
        let (salt, bytes) = bytes.split_first_chunk::<16>()?;
        let tag: [u8; 32] = bytes.try_into().ok()?;
        let cost = HashCost {
            memory_kib: u32::from_be_bytes(*memory),
            passes,
        };
        (version == VERSION).then_some(Self {
            key_id: u32::from_be_bytes(*key_id),
            cost,
            salt: *salt,
            tag,
        })
    }

    fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(VERSION);
        bytes.extend(self.key_id.to_be_bytes());
        bytes.extend(self.cost.memory_kib.to_be_bytes());
        bytes.push(self.cost.passes);
        bytes.extend(self.salt);
        bytes.extend(self.tag);
        bytes
    }
}

fn keyed(key: &[u8; 32], hash: &[u8; 32]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(hash);
    mac.finalize().into_bytes().into()
}

/// Hashes a new password for storing.
pub(crate) async fn hash(ctx: &Ctx, password: &Password) -> Result<Vec<u8>, Fault> {
    let (salt, cost) = (ctx.rng.bytes::<16>(), ctx.hasher.cost());
    let hash = ctx
        .hasher
        .argon2id(password.expose().to_vec().into(), salt, cost)
        .await?;
    let (key_id, key) = ctx.keys.active(Purpose::Pepper);
    Ok(Stored {
        key_id,
        cost,
        salt,
        tag: keyed(key, &hash),
    }
    .write())
}

/// What a check of a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verified {
    /// Right.
    Right,
    /// Right, and stored with a cost or a key that is no longer the present one.
    RightButOutdated,
    /// Wrong, or there is nothing to compare with.
    Wrong,
}

/// Checks a password. `None` is hashed like any other, so that nobody can tell by the time (SEC-49).
pub(crate) async fn verify(
    ctx: &Ctx,
    stored: Option<&[u8]>,
    password: &Password,
) -> Result<Verified, FlowError> {
    let secret = Zeroizing::new(password.expose().to_vec());
    let Some(stored) = stored else {
        ctx.hasher
            .argon2id(secret, [0; 16], ctx.hasher.cost())
            .await?;
        return Ok(Verified::Wrong);
    };
    let stored = Stored::read(stored).ok_or_else(|| StoreError::corrupt("person.password"))?;
    let key = ctx
        .keys
        .key(stored.key_id, Purpose::Pepper)
        .ok_or(StoreError::KeyMissing {
            key_id: stored.key_id,
        })?;
    let hash = ctx
        .hasher
        .argon2id(secret, stored.salt, stored.cost)
        .await?;
    let right = bool::from(keyed(key, &hash).ct_eq(&stored.tag));
    let (active, _) = ctx.keys.active(Purpose::Pepper);
    Ok(match right {
        false => Verified::Wrong,
        true if stored.cost != ctx.hasher.cost() || stored.key_id != active => {
            Verified::RightButOutdated
        }
        true => Verified::Right,
    })
}

/// The verifier of a backup code under the active key: what a new set stores.
pub(crate) async fn backup_verifier(
    ctx: &Ctx,
    code: &BackupCode,
    salt: &[u8; 16],
) -> Result<Verifier, Fault> {
    let hash = backup_hash(ctx, code, salt).await?;
    let (_, key) = ctx.keys.active(Purpose::Pepper);
    Ok(cut(keyed(key, &hash)))
}

/// A backup code's verifiers under every key of the ring: one evaluation of Argon2id whatever the outcome (SEC-23).
pub(crate) async fn backup_candidates(
    ctx: &Ctx,
    code: &BackupCode,
    salt: &[u8; 16],
) -> Result<Vec<Verifier>, Fault> {
    let hash = backup_hash(ctx, code, salt).await?;
    let under = |id| {
        ctx.keys
            .key(id, Purpose::Pepper)
            .map(|key| cut(keyed(key, &hash)))
    };
    Ok(ctx.keys.ids().filter_map(under).collect())
}

async fn backup_hash(
    ctx: &Ctx,
    code: &BackupCode,
    salt: &[u8; 16],
) -> Result<Zeroizing<[u8; 32]>, Fault> {
    ctx.hasher
        .argon2id(
            code.expose().as_bytes().to_vec().into(),
            *salt,
            ctx.hasher.cost(),
        )
        .await
}

fn cut(tag: [u8; 32]) -> Verifier {
    let mut half = [0; 16];
    half.copy_from_slice(&tag[..16]);
    half
}
