//! Passwords and backup codes as they are stored: Argon2id, then HMAC-SHA-256 under the key ring (docs/decisions/0005). Imported
//! hashes are sealed until the first right password replaces them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use warifu_domain::{
    backup_code::{BackupCode, Verifier},
    emailed_code::{CodePurpose, EmailedCode},
    foreign_hash::ForeignHash,
    helpdesk_code::HelpdeskCode,
    ids::{TenantId, UserId},
    notification_address::AddressCode,
    password::Password,
};
use warifu_storage::{KeyRing, Purpose, SealedColumn, StoreError, UserRow, seal};
use zeroize::Zeroizing;

use crate::{
    act::Act,
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

/// What stands in the place of a password that another system hashed; the hash itself stands sealed beside it: a thief of the database
/// could guess at many of them faster than at ours.
pub(crate) const FOREIGN: [u8; 1] = [2];

/// An imported hash as it is stored, for one person of one tenant.
pub(crate) fn seal_foreign(
    ctx: &Ctx,
    keys: &KeyRing,
    (tenant, user): (TenantId, UserId),
    hash: &ForeignHash,
) -> Vec<u8> {
    let context = SealedColumn::Imported.context(tenant, user.0);
    seal::seal(keys, ctx.rng.bytes(), &context, hash.expose().as_bytes())
}

/// Reads an imported hash. `None`: the password is hashed by us.
fn open_foreign(
    keys: &KeyRing,
    tenant: TenantId,
    user: &UserRow,
) -> Result<Option<ForeignHash>, StoreError> {
    let Some(sealed) = &user.imported else {
        return Ok(None);
    };
    let context = SealedColumn::Imported.context(tenant, user.id.0);
    let text = seal::open(keys, &context, sealed)?;
    let hash = std::str::from_utf8(&text).ok().map(ForeignHash::parse);
    match hash {
        Some(Ok(hash)) => Ok(Some(hash)),
        _ => Err(StoreError::corrupt("person.imported")),
    }
}

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
    let keys = ctx.keys();
    let (key_id, key) = keys.active(Purpose::Pepper);
    Ok(Stored {
        key_id,
        cost,
        salt,
        tag: keyed(key, &hash),
    }
    .write())
}

/// Hashes a right password anew because its stored cost or key is outdated (SEC-75). The login does not wait for its luck:
/// if this fails, the next login tries again.
pub(crate) async fn hash_again(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    old: Vec<u8>,
    password: &Password,
) {
    let again = async {
        let new = hash(ctx, password).await?;
        ctx.store
            .write(act.tenant.id, async move |tx| {
                tx.update_password_hash(user, &old, &new).await
            })
            .await?;
        Ok::<(), Fault>(())
    };
    if let Err(fault) = again.await {
        tracing::warn!(%fault, user.id = user.0, "a password could not be hashed anew");
    }
}

/// What a check of a password found.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Verified {
    /// Right.
    Right,
    /// Right, and stored with a cost or a key that is no longer the present one.
    RightButOutdated,
    /// Right, and stored as another system hashed it; this takes its place.
    RightByForeign(Vec<u8>),
    /// Wrong, or there is nothing to compare with.
    Wrong,
}

/// Checks a password. `None` is hashed like any other, so that nobody can tell by the time (SEC-49).
///
/// A password that is stored as another system hashed it costs that check and one hash of ours, right or wrong: never less than
/// an unknown login ID. What remains: a dear imported hash (bcrypt of cost 12 takes ten times as long as ours) adds its own time, so
/// somebody who measures many guesses may learn of such an account that it was imported and its owner did not log in yet. That ends
/// with the first login. Making every unknown login ID as slow as the dearest hash would hand strangers a way to keep the pool
/// busy.
pub(crate) async fn verify(
    ctx: &Ctx,
    whose: TenantId,
    user: Option<&UserRow>,
    password: &Password,
) -> Result<Verified, FlowError> {
    let secret = Zeroizing::new(password.expose().to_vec());
    let stored = user.and_then(|user| Some((user, user.password.as_deref()?)));
    let Some((user, stored)) = stored else {
        ctx.hasher
            .argon2id(secret, [0; 16], ctx.hasher.cost())
            .await?;
        return Ok(Verified::Wrong);
    };
    if let Some(foreign) = open_foreign(&ctx.keys(), whose, user)? {
        let fits = ctx.hasher.fits(password.clone(), foreign).await?;
        let ours = hash(ctx, password).await?;
        return Ok(match fits {
            true => Verified::RightByForeign(ours),
            false => Verified::Wrong,
        });
    }
    let stored = Stored::read(stored).ok_or_else(|| StoreError::corrupt("person.password"))?;
    let keys = ctx.keys();
    let key = keys
        .key(stored.key_id, Purpose::Pepper)
        .ok_or(StoreError::KeyMissing {
            key_id: stored.key_id,
        })?;
    let hash = ctx
        .hasher
        .argon2id(secret, stored.salt, stored.cost)
        .await?;
    let right = bool::from(keyed(key, &hash).ct_eq(&stored.tag));
    let (active, _) = keys.active(Purpose::Pepper);
    Ok(match right {
        false => Verified::Wrong,
        true if stored.cost != ctx.hasher.cost() || stored.key_id != active => {
            Verified::RightButOutdated
        }
        true => Verified::Right,
    })
}

/// How the verifiers of a set of backup codes were made: `key id (4) ‖ memory in KiB (4) ‖ passes (1)`. A cost that is
/// raised counts for new sets; printed codes stay good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct BackupHashing {
    key_id: u32,
    cost: HashCost,
}

impl BackupHashing {
    /// How a set is made now.
    pub(crate) fn of_new_sets(ctx: &Ctx) -> Self {
        Self {
            key_id: ctx.keys().active_id(),
            cost: ctx.hasher.cost(),
        }
    }

    /// Reads what a set says, if the ring has its key.
    pub(crate) fn read(keys: &KeyRing, bytes: &[u8]) -> Result<Self, StoreError> {
        let parts = bytes
            .split_first_chunk::<4>()
            .and_then(|(key_id, rest)| Some((key_id, rest.split_first_chunk::<4>()?)));
        let Some((key_id, (memory, &[passes]))) = parts else {
            return Err(StoreError::corrupt("backup_code_set.hashing"));
        };
        let key_id = u32::from_be_bytes(*key_id);
        if keys.key(key_id, Purpose::Pepper).is_none() {
            return Err(StoreError::KeyMissing { key_id });
        }
        let cost = HashCost {
            memory_kib: u32::from_be_bytes(*memory),
            passes,
        };
        Ok(Self { key_id, cost })
    }

    pub(crate) fn write(self) -> Vec<u8> {
        let mut bytes = self.key_id.to_be_bytes().to_vec();
        bytes.extend(self.cost.memory_kib.to_be_bytes());
        bytes.push(self.cost.passes);
        bytes
    }
}

/// The verifier of a backup code, with one evaluation of Argon2id whatever the code is (SEC-23).
pub(crate) async fn backup_verifier(
    ctx: &Ctx,
    code: &BackupCode,
    salt: &[u8; 16],
    hashing: BackupHashing,
) -> Result<Verifier, FlowError> {
    let BackupHashing { key_id, cost } = hashing;
    let secret = code.expose().as_bytes().to_vec().into();
    let hash = ctx.hasher.argon2id(secret, *salt, cost).await?;
    let keys = ctx.keys();
    let key = keys
        .key(key_id, Purpose::Pepper)
        .ok_or(StoreError::KeyMissing { key_id })?;
    Ok(cut(keyed(key, &hash)))
}

fn cut(tag: [u8; 32]) -> Verifier {
    let mut half = [0; 16];
    half.copy_from_slice(&tag[..16]);
    half
}

/// What is kept for a day of a wrong password, so that a mail program which repeats it is known again (SEC-48): as dear to guess at
/// as a stored password, and of use only for this account and network.
pub(crate) async fn stale_mark(
    ctx: &Ctx,
    tenant: TenantId,
    (account, network): (&[u8; 16], &[u8]),
    password: &Password,
) -> Result<Verifier, FlowError> {
    let keys = ctx.keys();
    let key = (keys.active_id(), Purpose::Pepper);
    let place = [account.as_slice(), network].concat();
    let salt = labelled(&keys, key, b"stale password", &[tenant.0], &place)?;
    let secret = Zeroizing::new(password.expose().to_vec());
    let cost = ctx.hasher.cost();
    let hash = ctx.hasher.argon2id(secret, salt, cost).await?;
    let (_, key) = keys.active(Purpose::Pepper);
    Ok(cut(keyed(key, &hash)))
}

/// The verifier of a helpdesk code: keyed, for one person of one tenant. It lives ten minutes and has no value without the key,
/// so a fast hash is enough; and it is judged inside the transaction that counts the guess.
pub(crate) fn helpdesk_verifier(
    keys: &KeyRing,
    key_id: u32,
    (tenant, user): (TenantId, UserId),
    code: &HelpdeskCode,
) -> Result<Verifier, StoreError> {
    let numbers = [tenant.0, user.0];
    let code = code.expose().as_bytes();
    labelled(
        keys,
        (key_id, Purpose::Pepper),
        b"helpdesk code",
        &numbers,
        code,
    )
}

/// The verifier of a code that was mailed to an address, for that address alone; as [`helpdesk_verifier`].
pub(crate) fn address_verifier(
    keys: &KeyRing,
    key_id: u32,
    (tenant, user, address): (TenantId, UserId, i64),
    code: &AddressCode,
) -> Result<Verifier, StoreError> {
    let numbers = [tenant.0, user.0, address];
    let code = code.expose().as_bytes();
    labelled(
        keys,
        (key_id, Purpose::Pepper),
        b"address code",
        &numbers,
        code,
    )
}

/// What a [`mark`] is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A mail address.
    Address,
    /// A network.
    Network,
    /// A browser's short name.
    Browser,
}

/// What is kept of something that is only to be known again: a keyed hash, for one tenant and, where one is named, one person.
pub(crate) fn mark(
    keys: &KeyRing,
    key_id: u32,
    (tenant, user): (TenantId, Option<UserId>),
    of: Mark,
    value: &[u8],
) -> Result<[u8; 16], StoreError> {
    let label: &[u8] = match of {
        Mark::Address => b"mail address",
        Mark::Network => b"network",
        Mark::Browser => b"browser",
    };
    let numbers = [tenant.0, user.map_or(0, |user| user.0)];
    labelled(keys, (key_id, Purpose::Device), label, &numbers, value)
}

/// Half of a keyed hash over numbers of fixed width and a value. No label begins another one.
fn labelled(
    keys: &KeyRing,
    (key_id, purpose): (u32, Purpose),
    label: &[u8],
    numbers: &[i64],
    value: &[u8],
) -> Result<Verifier, StoreError> {
    let key = keys
        .key(key_id, purpose)
        .ok_or(StoreError::KeyMissing { key_id })?;
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(label);
    for number in numbers {
        mac.update(&number.to_be_bytes());
    }
    mac.update(value);
    Ok(cut(mac.finalize().into_bytes().into()))
}

/// The verifier of a code by mail: keyed, for one person and one purpose. Which attempt or session it belongs to stands beside it.
pub(crate) fn emailed_verifier(
    keys: &KeyRing,
    key_id: u32,
    (tenant, user): (TenantId, UserId),
    purpose: CodePurpose,
    code: &EmailedCode,
) -> Result<Verifier, StoreError> {
    let key = keys
        .key(key_id, Purpose::Pepper)
        .ok_or(StoreError::KeyMissing { key_id })?;
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"code by mail");
    mac.update(&tenant.0.to_be_bytes());
    mac.update(&user.0.to_be_bytes());
    mac.update(&[purpose as u8]);
    mac.update(code.expose().as_bytes());
    Ok(cut(mac.finalize().into_bytes().into()))
}
