//! The hidden field `form_token`: proof that a form came from a page we made for this browser (SEC-72).
//! Where the request came from is `origin.rs`; reading the form is `forms.rs`.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use warifu_domain::{ids::TenantId, token::TokenHash};

/// Name of the hidden field.
pub const FIELD: &str = "form_token";

/// Makes and checks form tokens. Keys are those of the key ring, so that every node takes every node's forms.
#[derive(Clone)]
pub struct FormTokens {
    /// Ready-keyed; the first one signs, all are tried when checking.
    keys: Arc<[Hmac<Sha256>]>,
}

/// What a form is bound to besides tenant and browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// Nobody yet.
    Visitor,
    /// This login attempt.
    Attempt(TokenHash),
    /// This session.
    Session(TokenHash),
}

impl FormTokens {
    /// Takes the keys that may have signed, the one that signs first.
    ///
    /// # Panics
    /// Without a key.
    pub fn new<'k>(keys: impl IntoIterator<Item = &'k [u8; 32]>) -> Self {
        let keys: Arc<[_]> = keys
            .into_iter()
            .map(|key| Hmac::new_from_slice(key).expect("HMAC takes keys of every length"))
            .collect();
        assert!(!keys.is_empty(), "a key ring has an active key");
        Self { keys }
    }

    /// The token for forms on pages of `tenant`, shown to `browser` as `bearer`.
    pub fn issue(&self, tenant: TenantId, browser: &TokenHash, bearer: Bearer) -> String {
        let mac = message(&self.keys[0], tenant, browser, bearer);
        BASE64URL_NOPAD.encode(&mac.finalize().into_bytes())
    }

    /// Whether `token` is one that [`issue`](Self::issue) made for the same values; in constant time.
    pub fn verify(
        &self,
        tenant: TenantId,
        browser: &TokenHash,
        bearer: Bearer,
        token: &str,
    ) -> bool {
        // 43 characters decode to 33 bytes at most: the buffer is the length check.
        let mut mac = [0; 32];
        if token.len() != 43
            || BASE64URL_NOPAD
                .decode_mut(token.as_bytes(), &mut mac)
                .is_err()
        {
            return false;
        }
        self.keys.iter().any(|key| {
            message(key, tenant, browser, bearer)
                .verify_slice(&mac)
                .is_ok()
        })
    }
}

/// Every part has a fixed length or a distinct first byte, so that no two bindings give one message.
fn message(
    key: &Hmac<Sha256>,
    tenant: TenantId,
    browser: &TokenHash,
    bearer: Bearer,
) -> Hmac<Sha256> {
    let mut mac = key.clone();
    mac.update(&tenant.0.to_be_bytes());
    mac.update(&browser.0);
    match bearer {
        Bearer::Visitor => mac.update(&[0]),
        Bearer::Attempt(hash) => {
            mac.update(&[1]);
            mac.update(&hash.0);
        }
        Bearer::Session(hash) => {
            mac.update(&[2]);
            mac.update(&hash.0);
        }
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use warifu_domain::token::Token;

    fn hash(byte: u8) -> TokenHash {
        Token::from_random([byte; 32]).hash()
    }

    #[test]
    fn sec_072_a_form_token_is_bound_to_tenant_browser_and_bearer() {
        let tokens = FormTokens::new([&[1; 32], &[2; 32]]);
        let bearers = [
            Bearer::Visitor,
            Bearer::Attempt(hash(3)),
            Bearer::Session(hash(3)),
            Bearer::Session(hash(4)),
        ];
        for issued_to in bearers {
            let token = tokens.issue(TenantId(1), &hash(9), issued_to);
            for used_by in bearers {
                let good = tokens.verify(TenantId(1), &hash(9), used_by, &token);
                assert_eq!(good, issued_to == used_by, "{issued_to:?} {used_by:?}");
            }
            assert!(!tokens.verify(TenantId(2), &hash(9), issued_to, &token));
            assert!(!tokens.verify(TenantId(1), &hash(8), issued_to, &token));
        }
    }

    #[test]
    fn a_token_of_an_older_key_of_the_ring_still_counts() {
        let (old, new) = ([1; 32], [2; 32]);
        let token = FormTokens::new([&old]).issue(TenantId(1), &hash(9), Bearer::Visitor);
        let check = |keys: &[&[u8; 32]]| {
            FormTokens::new(keys.iter().copied()).verify(
                TenantId(1),
                &hash(9),
                Bearer::Visitor,
                &token,
            )
        };
        assert!(check(&[&new, &old]));
        assert!(!check(&[&new]));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let tokens = FormTokens::new([&[1; 32]]);
        let good = tokens.issue(TenantId(1), &hash(9), Bearer::Visitor);
        for bad in [
            String::new(),
            good[1..].to_owned(),
            format!("{good}="),
            good.to_ascii_uppercase(),
            "é".repeat(22),
            "a".repeat(1 << 20),
        ] {
            assert!(!tokens.verify(TenantId(1), &hash(9), Bearer::Visitor, &bad));
        }
    }
}
