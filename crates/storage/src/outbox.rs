//! Mail to be sent, written in the transaction of the change that it announces: never lost, never sent for nothing. As a queue it
//! knows one number, when a notice is due; a node that sends one moves that time forward, which is its lease.

use std::net::IpAddr;

use warifu_domain::{
    audit::EventKind,
    ids::{TenantId, UserId},
    network::{address_bytes, address_from_bytes},
    time::Timestamp,
};

use crate::store::{PlatformTx, Row, StoreError, Tx};

/// A notice to a person about the own account (SEC-43).
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its id; grows with time.
    pub id: i64,
    /// To whom.
    pub user: UserId,
    /// What happened.
    pub kind: EventKind,
    /// Sealed mail address, as it was then.
    pub recipient: Vec<u8>,
    /// Sealed text that this mail alone tells, such as a code that confirms its address.
    pub enclosed: Option<Vec<u8>>,
    /// From where it was done.
    pub address: Option<IpAddr>,
    /// With which browser it was done, in short.
    pub agent: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// Not to be sent before.
    pub due_at: Timestamp,
    /// How many further notices it stands for; 0: it is one of its own (SEC-29).
    pub joined: i64,
    /// Not to be sent from then on, because what it encloses is void. Such a mail goes before others.
    pub void_at: Option<Timestamp>,
}

/// A notice whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNotice {
    /// Whose it is.
    pub tenant: TenantId,
    /// The tenant's first path segment.
    pub slug: String,
    /// The notice.
    pub id: i64,
    /// Since when it is due. Whoever sends it first moves this time.
    pub due_at: Timestamp,
}

/// How much mail waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxState {
    /// Notices that are not sent yet.
    pub waiting: i64,
    /// When the oldest of them was written.
    pub oldest: Option<Timestamp>,
    /// Those that were tried at least once.
    pub tried: i64,
}

fn notice(row: &Row<'_>) -> Result<Notice, StoreError> {
    let kind = EventKind::from_number(row.int(2)?);
    Ok(Notice {
        id: row.int(0)?,
        user: UserId(row.int(1)?),
        kind: kind.ok_or_else(|| StoreError::corrupt("outbox.kind"))?,
        recipient: row.bytes(3)?,
        enclosed: row.opt_bytes(4)?,
        address: row.opt_bytes(5)?.as_deref().and_then(address_from_bytes),
        agent: row.opt_text(6)?,
        created_at: Timestamp(row.int(7)?),
        due_at: Timestamp(row.int(8)?),
        joined: row.int(9)?,
        void_at: row.opt_int(10)?.map(Timestamp),
    })
}

fn due_notice(row: &Row<'_>) -> Result<DueNotice, StoreError> {
    Ok(DueNotice {
        tenant: TenantId(row.int(0)?),
        slug: row.text(1)?,
        id: row.int(2)?,
        due_at: Timestamp(row.int(3)?),
    })
}

impl Tx<'_> {
    /// Writes a notice, to be sent when it is due.
    pub async fn insert_notice(&mut self, notice: &Notice) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let address = notice.address.map(address_bytes);
        self.exec(
            "INSERT INTO outbox (tenant_id, id, user_id, kind, recipient, enclosed, address, agent, created_at, due_at, joined, tries, void_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)",
            &[
                tenant.into(),
                notice.id.into(),
                notice.user.into(),
                notice.kind.number().into(),
                (&notice.recipient).into(),
                notice.enclosed.as_deref().into(),
                address.as_deref().into(),
                notice.agent.as_deref().into(),
                notice.created_at.into(),
                notice.due_at.into(),
                notice.joined.into(),
                notice.void_at.map(|at| at.0).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Counts one more in a notice that stands for several and is not being sent yet. `false`: there is none.
    pub async fn join_notice(
        &mut self,
        user: UserId,
        kind: EventKind,
        recipient: &[u8],
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE outbox SET joined = joined + 1
                    WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND recipient = $4 AND tries = 0";
        let params = [
            tenant.into(),
            user.into(),
            kind.number().into(),
            recipient.into(),
        ];
        Ok(self.exec(sql, &params).await? > 0)
    }

    /// Lists up to `limit` notices by id, beginning behind `after`.
    pub async fn list_notices(
        &mut self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Notice>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT id, user_id, kind, recipient, enclosed, address, agent, created_at, due_at, joined, void_at FROM outbox
              WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
            &[tenant.into(), after.into(), limit.into()],
            notice,
        )
        .await
    }

    /// Takes a notice that is due since `due_at` until the end of a lease, and counts the try; says which one that is, from 1.
    /// `None`: another node has it, or it is gone.
    pub async fn claim_notice(
        &mut self,
        id: i64,
        due_at: Timestamp,
        lease_ends: Timestamp,
    ) -> Result<Option<(Notice, i64)>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "UPDATE outbox SET due_at = $4, tries = tries + 1
              WHERE tenant_id = $1 AND id = $2 AND due_at = $3
             RETURNING id, user_id, kind, recipient, enclosed, address, agent, created_at, due_at, joined, void_at, tries",
            &[tenant.into(), id.into(), due_at.into(), lease_ends.into()],
            |row| Ok((notice(row)?, row.int(11)?)),
        )
        .await
    }

    /// Puts a claimed notice back until `due_at`. `false`: the lease is over, and another node has it.
    pub async fn postpone_notice(
        &mut self,
        id: i64,
        lease_ends: Timestamp,
        due_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE outbox SET due_at = $4 WHERE tenant_id = $1 AND id = $2 AND due_at = $3";
        let rows = self
            .exec(
                sql,
                &[tenant.into(), id.into(), lease_ends.into(), due_at.into()],
            )
            .await?;
        Ok(rows == 1)
    }

    /// Removes a notice, whoever has it: it is sent, or there is nobody to be told.
    pub async fn delete_notice(&mut self, id: i64) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM outbox WHERE tenant_id = $1 AND id = $2";
        self.exec(sql, &[tenant.into(), id.into()]).await?;
        Ok(())
    }

    /// Removes a claimed notice that is given up. `false`: the lease is over, and another node has it.
    pub async fn delete_claimed_notice(
        &mut self,
        id: i64,
        lease_ends: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM outbox WHERE tenant_id = $1 AND id = $2 AND due_at = $3";
        let rows = self
            .exec(sql, &[tenant.into(), id.into(), lease_ends.into()])
            .await?;
        Ok(rows == 1)
    }
}

impl PlatformTx<'_> {
    /// Lists up to `limit` notices of any tenant that are due, longest due first.
    pub async fn list_due_notices(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueNotice>, StoreError> {
        self.list(
            "SELECT outbox.tenant_id, tenant.slug, outbox.id, outbox.due_at
               FROM outbox JOIN tenant ON tenant.id = outbox.tenant_id
              WHERE outbox.due_at <= $1 ORDER BY outbox.due_at, outbox.tenant_id, outbox.id LIMIT $2",
            &[now.into(), limit.into()],
            due_notice,
        )
        .await
    }

    /// Lists up to `limit` notices of any tenant that are due and void after a while, longest due first.
    pub async fn list_urgent_notices(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueNotice>, StoreError> {
        self.list(
            "SELECT outbox.tenant_id, tenant.slug, outbox.id, outbox.due_at
               FROM outbox JOIN tenant ON tenant.id = outbox.tenant_id
              WHERE outbox.due_at <= $1 AND outbox.void_at IS NOT NULL
              ORDER BY outbox.due_at, outbox.tenant_id, outbox.id LIMIT $2",
            &[now.into(), limit.into()],
            due_notice,
        )
        .await
    }

    /// How much mail waits, of all tenants. Reads the whole queue, which is short where mail is sent.
    pub async fn outbox_state(&mut self) -> Result<OutboxState, StoreError> {
        let state = self
            .find(
                "SELECT COUNT(*), MIN(created_at),
                        COUNT(CASE WHEN tries > 0 THEN 1 END) FROM outbox",
                &[],
                |row| {
                    Ok(OutboxState {
                        waiting: row.int(0)?,
                        oldest: row.opt_int(1)?.map(Timestamp),
                        tried: row.int(2)?,
                    })
                },
            )
            .await?;
        Ok(state.unwrap_or_default())
    }
}
