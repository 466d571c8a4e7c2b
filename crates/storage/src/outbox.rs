//! Mail to be sent, written in the transaction of the change that it announces: never lost, never sent for nothing.

use std::net::IpAddr;

use warifu_domain::{
    audit::EventKind,
    ids::UserId,
    network::{address_bytes, address_from_bytes},
    time::Timestamp,
};

use crate::store::{StoreError, Tx};

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
    /// From where it was done.
    pub address: Option<IpAddr>,
    /// When.
    pub created_at: Timestamp,
}

impl Tx<'_> {
    /// Writes a notice.
    pub async fn insert_notice(&mut self, notice: &Notice) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let address = notice.address.map(address_bytes);
        self.exec(
            "INSERT INTO outbox (tenant_id, id, user_id, kind, recipient, address, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                tenant.into(),
                notice.id.into(),
                notice.user.into(),
                notice.kind.number().into(),
                (&notice.recipient).into(),
                address.as_deref().into(),
                notice.created_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Lists up to `limit` notices by id, beginning behind `after`.
    pub async fn list_notices(
        &mut self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Notice>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT id, user_id, kind, recipient, address, created_at FROM outbox
              WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
            &[tenant.into(), after.into(), limit.into()],
            |row| {
                let kind = EventKind::from_number(row.int(2)?);
                Ok(Notice {
                    id: row.int(0)?,
                    user: UserId(row.int(1)?),
                    kind: kind.ok_or_else(|| StoreError::corrupt("outbox.kind"))?,
                    recipient: row.bytes(3)?,
                    address: row.opt_bytes(4)?.as_deref().and_then(address_from_bytes),
                    created_at: Timestamp(row.int(5)?),
                })
            },
        )
        .await
    }
}
