//! Many events of one transaction: each chain's head is locked and moved once.

use std::sync::LazyLock;

use warifu_domain::{
    audit::AuditEvent, event_address::EventAddress, ids::Reference, time::Timestamp,
};

use super::{AuditRow, LANES, event_mac};
use crate::{
    keyring::{KeyRing, Purpose},
    store::{StoreError, Tx, Value, for_rows},
};

/// Events of one statement.
const ROWS: usize = 50;

const COLUMNS: usize = 12;
const EVENTS: &str = "INSERT INTO audit_event (tenant_id, at, lane, seq, kind, user_id, actor, refusal, address, reference,
    detail, mac) VALUES";

static MANY: LazyLock<String> = LazyLock::new(|| for_rows(EVENTS, ROWS, COLUMNS, ""));
static ONE: LazyLock<String> = LazyLock::new(|| for_rows(EVENTS, 1, COLUMNS, ""));

impl Tx<'_> {
    /// Appends events to their chains, in their order: what [`Tx::append_audit`] does for each of them.
    pub async fn append_audits(
        &mut self,
        keys: &KeyRing,
        events: &[AuditEvent],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(events.len());
        // In the order of the lanes, so that two of these do not wait for each other.
        for lane in 0..LANES {
            let of_lane =
                |event: &&AuditEvent| event.user.map_or(0, |user| user.0.rem_euclid(LANES)) == lane;
            let events: Vec<&AuditEvent> = events.iter().filter(of_lane).collect();
            if !events.is_empty() {
                self.chain(keys, lane, &events, now, &mut rows).await?;
            }
        }
        let tenant = self.tenant;
        let addresses: Vec<Option<Vec<u8>>> = rows
            .iter()
            .map(|row| row.address.map(|address| address.bytes()))
            .collect();
        let params: Vec<[Value<'_>; COLUMNS]> = rows
            .iter()
            .zip(&addresses)
            .map(|(row, address)| {
                [
                    tenant.into(),
                    row.at.into(),
                    row.lane.into(),
                    row.seq.into(),
                    row.kind.number().into(),
                    row.user.map(|user| user.0).into(),
                    row.actor.into(),
                    row.refusal.as_deref().into(),
                    address.as_deref().into(),
                    row.reference.map(Reference::number).into(),
                    row.detail.as_deref().into(),
                    (&row.mac).into(),
                ]
            })
            .collect();
        for rows in params.chunks(ROWS) {
            if rows.len() == ROWS {
                self.exec(&MANY, rows.as_flattened()).await?;
            } else {
                for row in rows {
                    self.exec(&ONE, row).await?;
                }
            }
        }
        Ok(())
    }

    /// Gives the events of one lane their places, and moves its head behind them.
    async fn chain(
        &mut self,
        keys: &KeyRing,
        lane: i64,
        events: &[&AuditEvent],
        now: Timestamp,
        rows: &mut Vec<AuditRow>,
    ) -> Result<(), StoreError> {
        let (tenant, count) = (self.tenant, events.len() as i64);
        let (last, mut head) = self
            .find(
                "INSERT INTO audit_head (tenant_id, lane, seq, mac) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (tenant_id, lane) DO UPDATE SET seq = audit_head.seq + $3
                 RETURNING seq, mac",
                &[
                    tenant.into(),
                    lane.into(),
                    count.into(),
                    (&[] as &[u8]).into(),
                ],
                |row| Ok((row.int(0)?, row.bytes(1)?)),
            )
            .await?
            .ok_or_else(|| StoreError::corrupt("audit_head: an upsert returned no row"))?;
        let (_, key) = keys.active(Purpose::Audit);
        for (seq, event) in (last - count + 1..).zip(events) {
            let mut row = AuditRow {
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
            let lasting = row.lasting(keys, tenant);
            head = row.chained(key, tenant, &head, &lasting).to_vec();
            row.mac = event_mac(&head[..]).to_vec();
            rows.push(row);
        }
        let sql = "UPDATE audit_head SET mac = $3 WHERE tenant_id = $1 AND lane = $2";
        self.exec(sql, &[tenant.into(), lane.into(), (&head).into()])
            .await?;
        Ok(())
    }
}
