//! What is not kept for ever (SEC-81): whose turn it is to see to it, and the addresses of old events.

use std::collections::BTreeSet;

use warifu_domain::{
    event_address::{EventAddress, address_in},
    time::Timestamp,
};

use crate::{
    audit::AuditPlace,
    keyring::KeyRing,
    store::{StoreError, Tx},
};

/// What putting pseudonyms in the place of addresses came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masked {
    /// Events whose address is a pseudonym now.
    pub events: u64,
    /// Where the next ones are. `None`: that was the last.
    pub next: Option<AuditPlace>,
}

impl Tx<'_> {
    /// Takes the tenant's turn until the end of a lease; gives the time before which no event shows an address. `None`: it is not
    /// due yet, or another node has it.
    pub async fn claim_retention(
        &mut self,
        now: Timestamp,
        lease_ends: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "INSERT INTO retention (tenant_id, due_at, masked_to) VALUES ($1, $3, $4)
             ON CONFLICT (tenant_id) DO UPDATE SET due_at = $3 WHERE retention.due_at <= $2
             RETURNING masked_to",
            &[
                tenant.into(),
                now.into(),
                lease_ends.into(),
                i64::MIN.into(),
            ],
            |row| row.int(0).map(Timestamp),
        )
        .await
    }

    /// Keeps the turn until `due_at`, or gives it back to be taken then. `false`: the lease was over, and another node has it.
    pub async fn renew_retention(
        &mut self,
        lease_ends: Timestamp,
        due_at: Timestamp,
        masked_to: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql =
            "UPDATE retention SET due_at = $3, masked_to = $4 WHERE tenant_id = $1 AND due_at = $2";
        let params = [
            tenant.into(),
            lease_ends.into(),
            due_at.into(),
            masked_to.into(),
        ];
        Ok(self.exec(sql, &params).await? == 1)
    }

    /// Puts pseudonyms in the place of addresses in up to `limit` events from a place on, and from before a time. The chains do not
    /// notice: they vouch for the pseudonym.
    pub async fn mask_addresses(
        &mut self,
        keys: &KeyRing,
        from: AuditPlace,
        before: Timestamp,
        limit: i64,
    ) -> Result<Masked, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .list(
                "SELECT at, lane, seq, address, detail FROM audit_event
                  WHERE tenant_id = $1 AND (at, lane, seq) >= ($2, $3, $4) AND at < $5
                  ORDER BY at, lane, seq LIMIT $6",
                &[
                    tenant.into(),
                    from.0.into(),
                    from.1.into(),
                    from.2.into(),
                    before.into(),
                    limit.into(),
                ],
                |row| {
                    let place = (Timestamp(row.int(0)?), row.int(1)?, row.int(2)?);
                    Ok((place, row.opt_bytes(3)?, row.opt_text(4)?))
                },
            )
            .await?;
        let (Some((first, ..)), Some((last, ..))) = (rows.first(), rows.last()) else {
            return Ok(Masked {
                events: 0,
                next: None,
            });
        };
        let (first, last) = (first.0, *last);
        let next = (rows.len() as i64 == limit).then(|| (last.0, last.1, last.2.saturating_add(1)));
        let (mut addresses, mut details) = (BTreeSet::new(), BTreeSet::new());
        for (_, address, detail) in rows {
            let address = address.as_deref().and_then(EventAddress::from_bytes);
            addresses.extend(address.and_then(|address| address.clear()));
            details.extend(detail.filter(|detail| address_in(detail).is_some()));
        }
        let mut events = 0;
        // Few networks make many events: a statement for each address, not for each event.
        for address in addresses {
            let sql = "UPDATE audit_event SET address = $4 WHERE tenant_id = $1 AND at >= $2 AND at <= $3 AND address = $5";
            let masked = EventAddress::Pseudonym(keys.pseudonym_of(tenant, address)).bytes();
            let clear = EventAddress::Clear(address).bytes();
            let params = [
                tenant.into(),
                first.into(),
                last.0.into(),
                (&masked).into(),
                (&clear).into(),
            ];
            events += self.exec(sql, &params).await?;
        }
        for detail in details {
            let sql = "UPDATE audit_event SET detail = $4 WHERE tenant_id = $1 AND at >= $2 AND at <= $3 AND detail = $5";
            let masked = keys.lasting_detail(tenant, &detail).into_owned();
            let params = [
                tenant.into(),
                first.into(),
                last.0.into(),
                (&masked).into(),
                (&detail).into(),
            ];
            self.exec(sql, &params).await?;
        }
        Ok(Masked { events, next })
    }
}
