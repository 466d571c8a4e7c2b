//! Where a chain begins, once its oldest events are gone (SEC-81): the place of the last one that was removed, and the head that it
//! left, sealed. Whoever writes to the database can neither move it nor read the head, which would let them cut the chain back to it.

use std::collections::BTreeMap;

use warifu_domain::{ids::TenantId, time::Timestamp};

use super::{AuditPlace, AuditRow, LANES, audit_row};
use crate::{
    keyring::KeyRing,
    seal::{self, NONCE_BYTES},
    sealed::SealedColumn,
    store::{StoreError, Tx},
};

/// The oldest events from a place on. Those of a chain that stand before an older one wait until that may go too.
const OLDEST: &str =
    "SELECT at, lane, seq, kind, user_id, actor, refusal, address, reference, detail, mac FROM audit_event
      WHERE tenant_id = $1 AND (at, lane, seq) >= ($2, $3, $4) AND at < $5 ORDER BY at, lane, seq LIMIT $6";

/// Where a chain begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Base {
    /// The place of the last event that was removed; 0: none was.
    pub(super) seq: i64,
    /// The head that it left; empty before the first event.
    pub(super) head: Vec<u8>,
}

impl Base {
    fn seal(
        &self,
        keys: &KeyRing,
        nonce: [u8; NONCE_BYTES],
        tenant: TenantId,
        lane: i64,
    ) -> Vec<u8> {
        let plain = [self.seq.to_be_bytes().as_slice(), &self.head].concat();
        let context = SealedColumn::AuditBase.context(tenant, lane);
        seal::seal(keys, nonce, &context, &plain)
    }

    fn open(
        keys: &KeyRing,
        tenant: TenantId,
        lane: i64,
        sealed: &[u8],
    ) -> Result<Self, StoreError> {
        let plain = seal::open(keys, &SealedColumn::AuditBase.context(tenant, lane), sealed)?;
        let (seq, head) = plain.split_first_chunk().ok_or(StoreError::Sealed)?;
        Ok(Self {
            seq: i64::from_be_bytes(*seq),
            head: head.to_vec(),
        })
    }
}

/// What a removal came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Events that are gone.
    pub events: u64,
    /// The first event that does not fit its chain: it stays, and all behind it, as evidence.
    pub broken: Option<(i64, i64)>,
    /// Where there may be more to remove: behind all that was looked at, gone or not, so that events which stay hold up no others.
    pub next: Option<AuditPlace>,
}

impl Tx<'_> {
    async fn find_audit_base(&mut self, lane: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT sealed FROM audit_base WHERE tenant_id = $1 AND lane = $2";
        self.find(sql, &[tenant.into(), lane.into()], |row| row.bytes(0))
            .await
    }

    /// Where the chains begin that do not begin with their first event. `Err`: the lane of one that somebody else wrote.
    pub(super) async fn audit_bases(
        &mut self,
        keys: &KeyRing,
    ) -> Result<Result<BTreeMap<i64, Base>, i64>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT lane, sealed FROM audit_base WHERE tenant_id = $1 ORDER BY lane LIMIT $2";
        // One more than there can be: it is found to be no lane.
        let params = [tenant.into(), (LANES + 1).into()];
        let rows = self
            .list(sql, &params, |row| Ok((row.int(0)?, row.bytes(1)?)))
            .await?;
        let opened = rows.into_iter().map(|(lane, sealed)| {
            let base = Base::open(keys, tenant, lane, &sealed).map_err(|_| lane)?;
            (0..LANES)
                .contains(&lane)
                .then_some((lane, base))
                .ok_or(lane)
        });
        Ok(opened.collect())
    }

    /// Whether a chain's beginning was sealed under a key of this ring. `None`: no event was ever removed.
    pub(super) async fn audit_base_belongs(
        &mut self,
        keys: &KeyRing,
    ) -> Result<Option<bool>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT lane, sealed FROM audit_base WHERE tenant_id = $1 ORDER BY lane LIMIT 1";
        let base = self
            .find(sql, &[tenant.into()], |row| {
                Ok((row.int(0)?, row.bytes(1)?))
            })
            .await?;
        Ok(base.map(|(lane, sealed)| Base::open(keys, tenant, lane, &sealed).is_ok()))
    }

    /// Removes up to `limit` of the oldest events from a place on and from before a time, and moves the beginnings of their chains
    /// behind them. Each is checked before it goes: where one does not fit, it and what follows it stay. `nonce` gives fresh random
    /// bytes.
    pub async fn remove_old_audit(
        &mut self,
        keys: &KeyRing,
        from: AuditPlace,
        before: Timestamp,
        limit: i64,
        nonce: impl Fn() -> [u8; NONCE_BYTES],
    ) -> Result<Removed, StoreError> {
        let tenant = self.tenant;
        let params = [
            tenant.into(),
            from.0.into(),
            from.1.into(),
            from.2.into(),
            before.into(),
            limit.into(),
        ];
        let oldest = self.list(OLDEST, &params, audit_row).await?;
        let last = oldest.last().filter(|_| oldest.len() as i64 == limit);
        let mut removed = Removed {
            next: last.map(|last| (last.at, last.lane, last.seq.saturating_add(1))),
            ..Removed::default()
        };
        let mut lanes: BTreeMap<i64, BTreeMap<i64, AuditRow>> = BTreeMap::new();
        for row in oldest {
            if !(0..LANES).contains(&row.lane) {
                removed.broken = Some((row.lane, row.seq));
                continue;
            }
            lanes.entry(row.lane).or_default().insert(row.seq, row);
        }
        for (lane, rows) in lanes {
            let old = self.find_audit_base(lane).await?;
            let base = match &old {
                Some(sealed) => Base::open(keys, tenant, lane, sealed),
                None => Ok(Base::default()),
            };
            let Ok(base) = base else {
                removed.broken = Some((lane, 0));
                continue;
            };
            let (moved, newest, broken) = passed(keys, tenant, &base, rows);
            if let Some(seq) = broken {
                removed.broken = Some((lane, seq));
            }
            if moved.seq > base.seq {
                let place = (lane, base.seq, moved.seq);
                self.delete_audit(place, newest).await?;
                let sealed = moved.seal(keys, nonce(), tenant, lane);
                self.move_audit_base(lane, old, sealed).await?;
                removed.events += (moved.seq - base.seq).unsigned_abs();
            }
        }
        Ok(removed)
    }

    /// Removes the events of a chain behind one place and up to another, none of which is newer than `newest`.
    async fn delete_audit(
        &mut self,
        (lane, behind, up_to): (i64, i64, i64),
        newest: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM audit_event WHERE tenant_id = $1 AND at <= $2 AND lane = $3 AND seq > $4 AND seq <= $5";
        let params = [
            tenant.into(),
            newest.into(),
            lane.into(),
            behind.into(),
            up_to.into(),
        ];
        let gone = self.exec(sql, &params).await?;
        match gone == (up_to - behind).unsigned_abs() {
            true => Ok(()),
            // Another node removes them, too.
            false => Err(StoreError::Contended),
        }
    }

    async fn move_audit_base(
        &mut self,
        lane: i64,
        old: Option<Vec<u8>>,
        new: Vec<u8>,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let moved = match &old {
            Some(old) => {
                let sql = "UPDATE audit_base SET sealed = $4 WHERE tenant_id = $1 AND lane = $2 AND sealed = $3";
                self.exec(
                    sql,
                    &[tenant.into(), lane.into(), old.into(), (&new).into()],
                )
                .await?
            }
            None => {
                let sql = "INSERT INTO audit_base (tenant_id, lane, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
                self.exec(sql, &[tenant.into(), lane.into(), (&new).into()])
                    .await?
            }
        };
        match moved {
            1 => Ok(()),
            _ => Err(StoreError::Contended),
        }
    }
}

/// How far a chain may be removed: its new beginning, the time of the newest of the events that go, and the first one that does not
/// fit.
fn passed(
    keys: &KeyRing,
    tenant: TenantId,
    base: &Base,
    mut rows: BTreeMap<i64, AuditRow>,
) -> (Base, Timestamp, Option<i64>) {
    let (mut moved, mut newest) = (base.clone(), Timestamp(i64::MIN));
    // At or behind the beginning there can be none: somebody put it there.
    if let Some((seq, _)) = rows.range(..=base.seq).next() {
        return (moved, newest, Some(*seq));
    }
    while let Some(row) = rows.remove(&(moved.seq + 1)) {
        let Some(head) = row.head_after(keys, tenant, &moved.head) else {
            return (moved, newest, Some(row.seq));
        };
        newest = newest.max(row.at);
        moved = Base {
            seq: row.seq,
            head: head.to_vec(),
        };
    }
    (moved, newest, None)
}
