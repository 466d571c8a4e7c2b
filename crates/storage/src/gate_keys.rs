//! Gate keys: what mail servers prove themselves with (SEC-56). Only hashes of them are here.

use warifu_domain::{time::Timestamp, token::TokenHash};

use crate::{
    store::{Row, StoreError, Tx},
    tenants::Added,
};

/// Gate keys that a tenant has at most.
pub const MAX_GATE_KEYS: i64 = 50;

/// A gate key, as it is listed.
#[derive(Clone, Debug)]
pub struct GateKeyRow {
    /// Its id.
    pub id: i64,
    /// What the administrator calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a mail server used it last, to the hour.
    pub used_at: Option<Timestamp>,
}

fn gate_key(row: &Row<'_>) -> Result<GateKeyRow, StoreError> {
    let used_at = row.int(3)?;
    Ok(GateKeyRow {
        id: row.int(0)?,
        name: row.text(1)?,
        created_at: Timestamp(row.int(2)?),
        used_at: (used_at > 0).then_some(Timestamp(used_at)),
    })
}

impl Tx<'_> {
    /// Adds a key, of which there are [`MAX_GATE_KEYS`] at most. The count is true because the tenant is locked.
    pub async fn insert_gate_key(
        &mut self,
        id: i64,
        secret: &TokenHash,
        name: &str,
        now: Timestamp,
    ) -> Result<Added, StoreError> {
        let tenant = self.tenant;
        let count = "SELECT COUNT(*) FROM gate_key WHERE tenant_id = $1";
        if !self.lock_room(count, MAX_GATE_KEYS).await? {
            return Ok(Added::Full);
        }
        let sql = "INSERT INTO gate_key (tenant_id, id, secret_hash, name, created_at, used_at)
                   VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT DO NOTHING";
        let added = self
            .exec(
                sql,
                &[
                    tenant.into(),
                    id.into(),
                    (&secret.0).into(),
                    name.into(),
                    now.into(),
                ],
            )
            .await?;
        Ok(Added::from_rows(added))
    }

    /// The key with this secret's hash. The hash is looked up, so the time tells nothing about the secret.
    pub async fn find_gate_key(
        &mut self,
        secret: &TokenHash,
    ) -> Result<Option<GateKeyRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT id, name, created_at, used_at FROM gate_key
                    WHERE tenant_id = $1 AND secret_hash = $2";
        self.find(sql, &[tenant.into(), (&secret.0).into()], gate_key)
            .await
    }

    /// Every key by name.
    pub async fn list_gate_keys(&mut self) -> Result<Vec<GateKeyRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT id, name, created_at, used_at FROM gate_key
                    WHERE tenant_id = $1 ORDER BY name LIMIT $2";
        self.list(sql, &[tenant.into(), MAX_GATE_KEYS.into()], gate_key)
            .await
    }

    /// Notes that a key was used, unless that was noted after `before`.
    pub async fn note_gate_key(
        &mut self,
        id: i64,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql =
            "UPDATE gate_key SET used_at = $3 WHERE tenant_id = $1 AND id = $2 AND used_at <= $4";
        self.exec(sql, &[tenant.into(), id.into(), now.into(), before.into()])
            .await?;
        Ok(())
    }

    /// Removes a key; says its name. `None`: there is none.
    pub async fn delete_gate_key(&mut self, id: i64) -> Result<Option<String>, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM gate_key WHERE tenant_id = $1 AND id = $2 RETURNING name";
        let name = self
            .find(sql, &[tenant.into(), id.into()], |row| row.text(0))
            .await?;
        self.narrows_gate |= name.is_some();
        Ok(name)
    }
}
