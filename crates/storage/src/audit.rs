//! The audit trail: appended in the transaction of the change, chained by a keyed hash, never changed (SEC-79).

mod append_many;
mod base;
mod check;
mod pseudonym;
mod search;
#[cfg(test)]
mod tests;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use warifu_domain::{
    audit::{AuditEvent, EventKind},
    event_address::EventAddress,
    ids::{Reference, TenantId, UserId},
    time::Timestamp,
};

use crate::{
    keyring::{KeyRing, Purpose},
    store::{Row, StoreError, Tx},
};

pub use base::Removed;
pub use check::ChainCheck;
pub use search::{AuditFilter, AuditPlace, Outcome};

/// Chains of one tenant, so that PostgreSQL's writers do not queue on one row (docs/decisions/0004).
pub const LANES: i64 = 16;

/// An event with its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// When it happened.
    pub at: Timestamp,
    /// Which chain it belongs to.
    pub lane: i64,
    /// Its place there, from 1.
    pub seq: i64,
    /// What happened.
    pub kind: EventKind,
    /// To whom.
    pub user: Option<UserId>,
    /// [`warifu_domain::audit::Actor`]'s number.
    pub actor: i64,
    /// The refusal's code.
    pub refusal: Option<String>,
    /// From where; after a while what stands for it (SEC-81).
    pub address: Option<EventAddress>,
    /// The request it belongs to.
    pub reference: Option<Reference>,
    /// A short text for people.
    pub detail: Option<String>,
    mac: Vec<u8>,
}

fn audit_row(row: &Row<'_>) -> Result<AuditRow, StoreError> {
    let address = row.opt_bytes(7)?;
    Ok(AuditRow {
        at: Timestamp(row.int(0)?),
        lane: row.int(1)?,
        seq: row.int(2)?,
        kind: EventKind::from_number(row.int(3)?)
            .ok_or_else(|| StoreError::corrupt("audit_event.kind"))?,
        user: row.opt_int(4)?.map(UserId),
        actor: row.int(5)?,
        refusal: row.opt_text(6)?,
        address: address.as_deref().and_then(EventAddress::from_bytes),
        reference: row.opt_int(8)?.map(Reference::from_number),
        detail: row.opt_text(9)?,
        mac: row.bytes(10)?,
    })
}

impl AuditRow {
    /// The keyed hash over this event and the head that the one before it left. Every field has its length, so that none can
    /// run into the next. The event keeps the first half, the head of the chain the whole: somebody who writes to the
    /// database can cut events off, but not make an earlier one the head. `lasting` stands in the place of what is not kept for ever.
    fn chained(
        &self,
        key: &[u8; 32],
        tenant: TenantId,
        previous: &[u8],
        lasting: &Lasting,
    ) -> [u8; 32] {
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        let mut field = |bytes: &[u8]| {
            mac.update(&(bytes.len() as u32).to_be_bytes());
            mac.update(bytes);
        };
        field(previous);
        for number in [
            tenant.0,
            self.at.0,
            self.lane,
            self.seq,
            self.kind.number(),
            self.actor,
        ] {
            field(&number.to_be_bytes());
        }
        for number in [
            self.user.map(|user| user.0),
            self.reference.map(Reference::number),
        ] {
            field(
                number
                    .map(i64::to_be_bytes)
                    .as_ref()
                    .map_or(&[], |bytes| bytes),
            );
        }
        field(&lasting.address);
        for text in [&self.refusal, &lasting.detail] {
            // A leading byte tells an empty text from none.
            field(
                text.as_ref()
                    .map(|text| format!("={text}"))
                    .unwrap_or_default()
                    .as_bytes(),
            );
        }
        mac.finalize().into_bytes().into()
    }

    /// The head that this event leaves, if one of the keys made it here.
    fn head_after(&self, keys: &KeyRing, tenant: TenantId, previous: &[u8]) -> Option<[u8; 32]> {
        let lasting = self.lasting(keys, tenant);
        let heads = keys.ids().filter_map(|id| {
            let key = keys.key(id, Purpose::Audit)?;
            Some(self.chained(key, tenant, previous, &lasting))
        });
        let mut fitting = heads.filter(|head| event_mac(head).ct_eq(&self.mac).into());
        fitting.next()
    }
}

/// What an event's keyed hash is made over where the event itself changes with time: pseudonyms from the first day on, so that an
/// address can give way to its own without a trace (docs/decisions/0012).
struct Lasting {
    address: Vec<u8>,
    detail: Option<String>,
}

impl AuditRow {
    fn lasting(&self, keys: &KeyRing, tenant: TenantId) -> Lasting {
        let address = self.address.map(|address| match address {
            EventAddress::Clear(address) => *keys.pseudonym_of(tenant, address).bytes(),
            EventAddress::Pseudonym(pseudonym) => *pseudonym.bytes(),
        });
        let detail = self.detail.as_deref();
        Lasting {
            address: address.map(Vec::from).unwrap_or_default(),
            detail: detail.map(|detail| keys.lasting_detail(tenant, detail).into_owned()),
        }
    }
}

/// What an event keeps of its keyed hash.
fn event_mac(head: &[u8]) -> &[u8] {
    &head[..16]
}

impl Tx<'_> {
    /// Appends an event to its chain.
    pub async fn append_audit(
        &mut self,
        keys: &KeyRing,
        event: &AuditEvent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let lane = event.user.map_or(0, |user| user.0.rem_euclid(LANES));
        // Locks the chain's head until the end of this transaction: appends to one lane follow each other.
        let (seq, previous) = self
            .find(
                "INSERT INTO audit_head (tenant_id, lane, seq, mac) VALUES ($1, $2, 1, $3)
                 ON CONFLICT (tenant_id, lane) DO UPDATE SET seq = audit_head.seq + 1
                 RETURNING seq, mac",
                &[tenant.into(), lane.into(), (&[] as &[u8]).into()],
                |row| Ok((row.int(0)?, row.bytes(1)?)),
            )
            .await?
            .ok_or_else(|| StoreError::corrupt("audit_head: an upsert returned no row"))?;
        let row = AuditRow {
            at: now,
            lane,
            seq,
            kind: event.kind,
            user: event.user,
            actor: event.actor.number(),
            refusal: event.refusal.map(str::to_owned),
            address: event.address.map(EventAddress::Clear),
            reference: event.reference,
            detail: event.detail.clone(),
            mac: Vec::new(),
        };
        let (_, key) = keys.active(Purpose::Audit);
        let head = row.chained(key, tenant, &previous, &row.lasting(keys, tenant));
        let address = row.address.map(|address| address.bytes());
        let sql = "INSERT INTO audit_event (tenant_id, at, lane, seq, kind, user_id, actor, refusal, address, reference,
                                            detail, mac)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let params = [
            tenant.into(),
            now.into(),
            lane.into(),
            seq.into(),
            event.kind.number().into(),
            event.user.map(|user| user.0).into(),
            event.actor.number().into(),
            event.refusal.into(),
            address.as_deref().into(),
            event.reference.map(Reference::number).into(),
            event.detail.as_deref().into(),
            event_mac(&head).into(),
        ];
        let note_head = "UPDATE audit_head SET mac = $3 WHERE tenant_id = $1 AND lane = $2";
        let head_params = [tenant.into(), lane.into(), (&head).into()];
        self.exec_both((sql, &params), (note_head, &head_params))
            .await
    }

    /// Appends an event to the trail of no tenant, in the same transaction: what has to be told when the tenant is gone.
    pub async fn append_server_audit(
        &mut self,
        keys: &KeyRing,
        event: &AuditEvent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = std::mem::replace(&mut self.tenant, TenantId::NOBODYS);
        let appended = self.append_audit(keys, event, now).await;
        self.tenant = tenant;
        appended
    }

    /// Whether the tenant's very first event was written under a key of this ring: a cheap way to see that database and
    /// ring belong together.
    pub async fn check_audit_start(&mut self, keys: &KeyRing) -> Result<bool, StoreError> {
        if let Some(belongs) = self.audit_base_belongs(keys).await? {
            return Ok(belongs);
        }
        let tenant = self.tenant;
        let first = self
            .find(
                "SELECT at, lane, seq, kind, user_id, actor, refusal, address, reference, detail, mac FROM audit_event
                  WHERE tenant_id = $1 AND seq = 1 ORDER BY at, lane LIMIT 1",
                &[tenant.into()],
                audit_row,
            )
            .await?;
        Ok(first.is_none_or(|event| event.head_after(keys, tenant, &[]).is_some()))
    }
}
