//! The known-browser cookie (SEC-48): says that a browser once logged in as this user, and grants nothing but the second
//! budget of password failures.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use warifu_domain::{
    ids::{TenantId, UserId},
    time::{Span, Timestamp},
};
use warifu_storage::{KeyRing, Purpose};

/// How long a browser stays known.
const LIFETIME: Span = Span::days(400);

fn mac(key: &[u8; 32], tenant: TenantId, user: UserId, since: Timestamp) -> Hmac<Sha256> {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    for number in [tenant.0, user.0, since.0] {
        mac.update(&number.to_be_bytes());
    }
    mac
}

/// A cookie for a browser that logged in just now: `user (8) ‖ since (8) ‖ tag (16)`.
pub(crate) fn sign(keys: &KeyRing, tenant: TenantId, user: UserId, now: Timestamp) -> String {
    let (_, key) = keys.active(Purpose::Device);
    let tag = mac(key, tenant, user, now).finalize().into_bytes();
    BASE64URL_NOPAD.encode(&[&user.0.to_be_bytes()[..], &now.0.to_be_bytes(), &tag[..16]].concat())
}

/// Whether `cookie` says that this browser logged in as `user` before.
pub(crate) fn is_known(
    keys: &KeyRing,
    tenant: TenantId,
    user: UserId,
    cookie: &str,
    now: Timestamp,
) -> bool {
    let Ok(bytes) = BASE64URL_NOPAD.decode(cookie.as_bytes()) else {
        return false;
    };
    let Some((claimed, rest)) = bytes.split_first_chunk::<8>() else {
        return false;
    };
    let Some((since, tag)) = rest.split_first_chunk::<8>() else {
        return false;
    };
    let since = Timestamp(i64::from_be_bytes(*since));
    let fits = |id| {
        keys.key(id, Purpose::Device).is_some_and(|key| {
            mac(key, tenant, user, since)
                .verify_truncated_left(tag)
                .is_ok()
        })
    };
    i64::from_be_bytes(*claimed) == user.0
        && tag.len() == 16
        && since <= now
        && now - since < LIFETIME
        && keys.ids().any(fits)
}
