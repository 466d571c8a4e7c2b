//! Sealing of secrets before they reach the database: XChaCha20-Poly1305, bound to where the value belongs, so that
//! one moved to another user, tenant or purpose does not open (SEC-77).

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use warifu_domain::ids::TenantId;
use zeroize::Zeroizing;

use crate::StoreError;
use crate::keyring::{KeyRing, Purpose};

/// Bytes of a nonce: long enough to be drawn at random for ever, on any number of nodes.
pub const NONCE_BYTES: usize = 24;

/// Bytes of the key's number at the front.
const KEY_ID_BYTES: usize = 4;

/// Where a sealed value belongs.
#[derive(Debug, Clone, Copy)]
pub struct SealContext<'a> {
    /// The tenant whose row holds it.
    pub tenant: TenantId,
    /// What it is, such as `"totp"`; distinct for each column.
    pub purpose: &'a str,
    /// The user or row it belongs to.
    pub owner: i64,
}

impl SealContext<'_> {
    /// The associated data: fixed widths first, so that no two contexts look the same.
    fn associated_data(&self, key_id: u32) -> Vec<u8> {
        [
            b"warifu seal v1".as_slice(),
            &key_id.to_be_bytes(),
            &self.tenant.0.to_be_bytes(),
            &self.owner.to_be_bytes(),
            self.purpose.as_bytes(),
        ]
        .concat()
    }
}

/// Seals `plaintext` with the active key. `nonce` is fresh from the random generator, never used twice.
///
/// The result is `key id (4 bytes, big endian) ‖ nonce ‖ ciphertext ‖ tag`.
pub fn seal(
    ring: &KeyRing,
    nonce: [u8; NONCE_BYTES],
    context: &SealContext<'_>,
    plaintext: &[u8],
) -> Vec<u8> {
    let (key_id, key) = ring.active(Purpose::Seal);
    let aad = context.associated_data(key_id);
    let ciphertext = XChaCha20Poly1305::new(key.into())
        .encrypt(
            &XNonce::from(nonce),
            Payload {
                msg: plaintext,
                aad: &aad,
            },
        )
        .expect("only a plaintext of 256 GiB is too long");
    [key_id.to_be_bytes().as_slice(), &nonce, &ciphertext].concat()
}

/// The number of the key that a value names. `None`: it is cut off.
pub fn key_of(sealed: &[u8]) -> Option<u32> {
    sealed
        .first_chunk::<KEY_ID_BYTES>()
        .map(|id| u32::from_be_bytes(*id))
}

/// Opens what [`seal`] made in the same context.
///
/// # Errors
/// [`StoreError::KeyMissing`] if the ring lacks its key; [`StoreError::Sealed`] if it was altered, cut off, or sealed
/// in another context.
pub fn open(
    ring: &KeyRing,
    context: &SealContext<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let (key_id, rest) = sealed
        .split_first_chunk::<KEY_ID_BYTES>()
        .ok_or(StoreError::Sealed)?;
    let (nonce, ciphertext) = rest
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or(StoreError::Sealed)?;
    let key_id = u32::from_be_bytes(*key_id);
    let key = ring
        .key(key_id, Purpose::Seal)
        .ok_or(StoreError::KeyMissing { key_id })?;
    let aad = context.associated_data(key_id);
    XChaCha20Poly1305::new(key.into())
        .decrypt(
            &XNonce::from(*nonce),
            Payload {
                msg: ciphertext,
                aad: &aad,
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| StoreError::Sealed)
}

#[cfg(test)]
mod tests;
