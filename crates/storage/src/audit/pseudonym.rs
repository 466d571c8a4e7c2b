//! What stands for the address of an old event (SEC-81). An event's place in its chain vouches for the pseudonym and never for the
//! address itself, so that the one can take the other's place (docs/decisions/0012).

use std::{borrow::Cow, net::IpAddr};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use warifu_domain::{
    event_address::{PSEUDONYM_BYTES, Pseudonym, address_in},
    ids::TenantId,
    network::address_bytes,
};

use crate::keyring::{KeyRing, Purpose};

/// Set apart from what is chained: that begins with the length of a head.
const ADDRESS: &[u8] = b"warifu pseudonym of an address";
const NETWORK: &[u8] = b"warifu pseudonym of a network";

impl KeyRing {
    /// What stands for an address in a tenant's trail. It is made under the oldest key of the ring, whose part for the trail stays
    /// for ever (docs/decisions/0007), so that an address keeps its pseudonym when keys change.
    pub fn pseudonym_of(&self, tenant: TenantId, address: IpAddr) -> Pseudonym {
        self.pseudonym(tenant, ADDRESS, &address_bytes(address))
    }

    fn pseudonym(&self, tenant: TenantId, what: &[u8], value: &[u8]) -> Pseudonym {
        let mut ids = self.ids();
        let key = ids.find_map(|id| self.key(id, Purpose::Audit));
        let key = key.expect("no key leaves the ring without what checks the trail");
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(what);
        mac.update(&tenant.0.to_be_bytes());
        mac.update(value);
        let whole = mac.finalize().into_bytes();
        let mut bytes = [0; PSEUDONYM_BYTES];
        bytes.copy_from_slice(&whole[..PSEUDONYM_BYTES]);
        Pseudonym::new(bytes)
    }

    /// An event's note as it is kept in the end: a pseudonym in the place of an address that it is or begins with.
    pub(crate) fn lasting_detail<'d>(&self, tenant: TenantId, detail: &'d str) -> Cow<'d, str> {
        match address_in(detail) {
            Some((address, rest)) => {
                let pseudonym = self.pseudonym(tenant, NETWORK, address.as_bytes());
                Cow::Owned(format!("{pseudonym}{rest}"))
            }
            None => Cow::Borrowed(detail),
        }
    }
}
