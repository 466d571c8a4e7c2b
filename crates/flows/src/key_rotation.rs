//! Changing keys while the server runs (SEC-77): add one everywhere, use it, seal what is stored again under it, and take the
//! secret of the old one out of the ring. The ring's file is the caller's; here is what may be done to it when.

pub mod console;
mod reseal;
mod servers;

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    tenant::Tenant,
};
use warifu_storage::{KeyRing, KeyRingError, KeyState, KeyUse, NodeRow, Purpose, StoreError};

use crate::{
    act::Act,
    ctx::Ctx,
    entrances,
    error::{Fault, FlowError},
    maintenance::every_tenant,
};

pub use reseal::{Resealed, reseal};
pub use servers::{ANNOUNCE_EVERY, GONE_AFTER, Server, announce, leave, servers};

/// Why the key ring may not be changed in that way, or a changed one not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyChangeError {
    /// The ring itself says no.
    #[error(transparent)]
    Ring(#[from] KeyRingError),
    /// Servers that run do not know the key: what others seal with it they could not open.
    #[error("{count} running server(s) do not have key {id} yet", count = .servers.len())]
    NotKnownToAll {
        /// The key.
        id: u32,
        /// Those servers.
        servers: Vec<NodeRow>,
    },
    /// Servers that run still make new values with the key.
    #[error("{count} running server(s) still use key {id} for new values", count = .servers.len())]
    UsedByServers {
        /// The key.
        id: u32,
        /// Those servers.
        servers: Vec<NodeRow>,
    },
    /// Values are stored that cannot be opened without it.
    #[error("key {id} is still needed; made with it: {}", listed(.used))]
    StillNeeded {
        /// The key.
        id: u32,
        /// What was made with it.
        used: Vec<KeyUse>,
    },
    /// The audit trail could not be checked without it.
    #[error("the audit trail is checked with key {id}, which the new key ring does not have")]
    NeededByAudit {
        /// The key.
        id: u32,
    },
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for KeyChangeError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

fn listed(used: &[KeyUse]) -> String {
    let each = used
        .iter()
        .map(|used| format!("{} ({})", used.what, used.values));
    each.collect::<Vec<_>>().join(", ")
}

/// A key of the ring and how much depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStanding {
    /// Its number.
    pub id: u32,
    /// `None`: values name it, but the ring does not have it.
    pub state: Option<KeyState>,
    /// Sealed values under it.
    pub sealed: i64,
    /// Keyed hashes made with it: passwords, backup codes.
    pub hashed: i64,
}

/// Every key of the ring, and every other that values name. Counts all values: for people who look at keys, not for requests.
pub async fn standings(ctx: &Ctx) -> Result<Vec<KeyStanding>, Fault> {
    let used = ctx.store.read_platform(async |tx| tx.list_key_use().await);
    let (used, keys) = (used.await?, ctx.keys());
    let mut ids: Vec<u32> = keys.ids().chain(used.iter().map(|of| of.key_id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let total = |id, purpose| {
        let of_key = used
            .iter()
            .filter(|of| (of.key_id, of.purpose) == (id, purpose));
        of_key.map(|of| of.values).sum()
    };
    let standing = |id| KeyStanding {
        id,
        state: keys.state(id),
        sealed: total(id, Purpose::Seal),
        hashed: total(id, Purpose::Pepper),
    };
    Ok(ids.into_iter().map(standing).collect())
}

/// Whether `id` may become the key of new values: the ring has it, and every server that runs knows it.
pub async fn check_activation(ctx: &Ctx, ring: &KeyRing, id: u32) -> Result<(), KeyChangeError> {
    match ring.state(id) {
        None => return Err(KeyRingError::NoSuchKey { id }.into()),
        Some(KeyState::Retired { .. }) => return Err(KeyRingError::RetiredKey { id }.into()),
        Some(KeyState::Whole) => {}
    }
    let mut servers = servers(ctx).await?;
    servers.retain(|server| !server.keys.contains(&id));
    if servers.is_empty() {
        return Ok(());
    }
    Err(KeyChangeError::NotKnownToAll { id, servers })
}

/// What retiring `id` leaves in the ring, if it may be retired: no server uses it any more, and nothing is sealed under it.
/// Passwords and backup codes cannot be made anew by us; as long as some name the key, what checks them stays.
pub async fn check_retirement(
    ctx: &Ctx,
    ring: &KeyRing,
    id: u32,
) -> Result<KeyState, KeyChangeError> {
    if ring.state(id).is_none() {
        return Err(KeyRingError::NoSuchKey { id }.into());
    }
    if id == ring.active_id() {
        return Err(KeyRingError::ActiveKey { id }.into());
    }
    // Asked before the values are counted: whoever stopped using it a moment ago has written what it wrote.
    let mut servers = servers(ctx).await?;
    servers.retain(|server| server.active == id);
    if !servers.is_empty() {
        return Err(KeyChangeError::UsedByServers { id, servers });
    }
    let used = ctx.store.read_platform(async |tx| tx.list_key_use().await);
    let used = used.await?.into_iter().filter(|of| of.key_id == id);
    let (used, hashed): (Vec<_>, Vec<_>) = used.partition(|of| of.purpose == Purpose::Seal);
    if !used.is_empty() {
        return Err(KeyChangeError::StillNeeded { id, used });
    }
    Ok(KeyState::Retired {
        pepper: !hashed.is_empty(),
    })
}

/// Records in every trail, and in that of no tenant, that the key ring is about to be changed: a key protects all of them.
pub async fn record(ctx: &Ctx, kind: EventKind, id: u32) -> Result<(), Fault> {
    for tenant in everything_sealed(ctx).await? {
        let act = Act::by_command_line(ctx, &tenant);
        let event = AuditEvent::new(kind, None).detail(&format!("key {id}"));
        let recorded = ctx.store.write(tenant.id, async move |tx| {
            act.audit(tx, event.clone()).await
        });
        recorded.await?;
    }
    Ok(())
}

/// Every tenant whose rules can be read, and what belongs to none: its trail, too, is made and begins with values of ours.
async fn everything_sealed(ctx: &Ctx) -> Result<Vec<Arc<Tenant>>, Fault> {
    let mut all = Vec::new();
    for row in every_tenant(ctx).await? {
        all.extend(readable(ctx, &row.slug).await?);
    }
    all.push(entrances::nobodys());
    Ok(all)
}

/// A tenant, unless its rules cannot be read: keys are changed all the same, and `check` tells of the rules.
async fn readable(ctx: &Ctx, slug: &str) -> Result<Option<Arc<Tenant>>, Fault> {
    match ctx.tenant(slug).await {
        Ok(tenant) => Ok(tenant),
        Err(FlowError::Fault(Fault::Policy { .. })) => Ok(None),
        Err(FlowError::Fault(fault)) => Err(fault),
        Err(FlowError::Refused(_)) => Ok(None),
    }
}

/// Takes a ring that was read again, while the server runs. One that lost a key on which anything stored depends, or is not an age
/// of the same ring at all, is refused, and the one before stays in use. `false`: it is as it was.
pub async fn take_ring(ctx: &Ctx, ring: KeyRing) -> Result<bool, KeyChangeError> {
    let before = ctx.keys();
    let lost = ring.lost_since(&before)?;
    if let Some((id, _)) = lost.iter().find(|(_, purpose)| *purpose == Purpose::Audit) {
        return Err(KeyChangeError::NeededByAudit { id: *id });
    }
    if !lost.is_empty() {
        let used = ctx.store.read_platform(async |tx| tx.list_key_use().await);
        let mut used = used.await?;
        used.retain(|of| lost.contains(&(of.key_id, of.purpose)));
        if let Some(first) = used.first() {
            let id = first.key_id;
            used.retain(|of| of.key_id == id);
            return Err(KeyChangeError::StillNeeded { id, used });
        }
    }
    let gained = before.lost_since(&ring)?;
    let is_same = lost.is_empty() && gained.is_empty() && ring.active_id() == before.active_id();
    if !is_same {
        ctx.replace_keys(ring);
    }
    Ok(!is_same)
}
