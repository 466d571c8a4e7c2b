//! Deleting a whole tenant: marked first, then removed in slices, each a transaction of its own, so that nobody waits for it and
//! an end in the middle is gone on with. Its row goes last.

use warifu_domain::{ids::TenantId, time::Timestamp};

use crate::store::{PlatformTx, StoreError, Tx};

/// How far the deletion of a tenant is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantRemoval {
    /// There is more to delete.
    GoesOn,
    /// That was the last of it; what its slug was.
    Gone(String),
    /// Nothing is deleted: its time is not over, or somebody else has deleted it.
    NotDue,
}

/// Rows of one table that go in one transaction.
const SLICE: i64 = 1_000;

macro_rules! tables {
    ($($table:literal by $key:literal,)*) => {
        /// Every table of tenants with what tells its rows apart within one; the tenant's own row is not among them.
        const TABLES: &[(&str, &str)] = &[$((
            $table,
            concat!(
                "DELETE FROM ", $table, " WHERE tenant_id = $1 AND (", $key, ") IN (SELECT ", $key, " FROM ", $table,
                " WHERE tenant_id = $1 LIMIT $2)"
            ),
        ),)*];
    };
}

tables! {
    "outbox" by "id",
    "reminder" by "user_id",
    "reminder_round" by "id",
    "person_address" by "user_id, id",
    "familiar" by "user_id, kind, hash",
    "rescue" by "user_id",
    "tenant_logo" by "id",
    "gate_mark" by "mark",
    "browser_session" by "token_hash",
    "login_attempt" by "token_hash",
    "throttle" by "kind, subject",
    "totp" by "user_id, id",
    "backup_code_set" by "user_id",
    "policy_revision" by "revision",
    "console_job" by "id",
    "import_part" by "job_id, part",
    "helpdesk_code" by "user_id",
    "private_address" by "user_id",
    "emailed_code" by "user_id, purpose",
    "pairing" by "user_id",
    "password_reset" by "token_hash",
    "mail_window" by "user_id, network",
    "mail_refusal" by "user_id, network",
    "mail_kick" by "user_id, network",
    "gate_key" by "id",
    "person_word" by "user_id, word",
    "person" by "id",
    "person_group" by "id",
    "adoption_day" by "day, group_id",
    "entrance" by "kind, name",
    "audit_event" by "at, lane, seq",
    "audit_head" by "lane",
    "audit_base" by "lane",
    "retention" by "due_at",
}

impl Tx<'_> {
    /// Marks the tenant for deletion, and suspends it. `false`: it is marked already.
    pub async fn mark_for_deletion(&mut self, delete_at: Timestamp) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql =
            "UPDATE tenant SET delete_at = $2, suspended = 1 WHERE id = $1 AND delete_at IS NULL";
        let rows = self.exec(sql, &[tenant.into(), delete_at.into()]).await?;
        self.narrows_gate |= rows == 1;
        Ok(rows == 1)
    }

    /// Takes the mark back as long as nothing is deleted. `false`: there is none, or the time is over.
    pub async fn unmark_for_deletion(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE tenant SET delete_at = NULL WHERE id = $1 AND delete_at > $2";
        Ok(self.exec(sql, &[tenant.into(), now.into()]).await? == 1)
    }

    /// Deletes a slice of the tables of a tenant whose time is over; with the last one goes the tenant's row.
    pub async fn remove_tenant_slice(
        &mut self,
        now: Timestamp,
    ) -> Result<TenantRemoval, StoreError> {
        let tenant = self.tenant;
        let slug = self
            .find(
                "SELECT slug FROM tenant WHERE id = $1 AND delete_at <= $2",
                &[tenant.into(), now.into()],
                |row| row.text(0),
            )
            .await?;
        let Some(slug) = slug else {
            return Ok(TenantRemoval::NotDue);
        };
        for (_, sql) in TABLES {
            if self.exec(sql, &[tenant.into(), SLICE.into()]).await? > 0 {
                return Ok(TenantRemoval::GoesOn);
            }
        }
        let rows = self
            .exec("DELETE FROM tenant WHERE id = $1", &[tenant.into()])
            .await?;
        if rows == 0 {
            return Ok(TenantRemoval::NotDue);
        }
        self.exec(
            "INSERT INTO former_tenant (tenant_id, slug, removed_at) VALUES ($1, $2, $3)",
            &[tenant.into(), (&slug).into(), now.into()],
        )
        .await?;
        Ok(TenantRemoval::Gone(slug))
    }
}

impl PlatformTx<'_> {
    /// Up to `limit` tenants whose time is over.
    pub async fn list_tenants_to_remove(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<TenantId>, StoreError> {
        self.list(
            "SELECT id FROM tenant WHERE delete_at <= $1 ORDER BY id LIMIT $2",
            &[now.into(), limit.into()],
            |row| Ok(TenantId(row.int(0)?)),
        )
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Notify;
    use warifu_domain::{ids::TenantId, time::Timestamp};

    use super::{TABLES, TenantRemoval};
    use crate::{StoreError, schema, testing};

    /// A table that is missing here would keep people's data after their tenant is gone.
    #[test]
    fn sec_081_every_table_of_tenants_is_emptied() {
        let schema = schema::text();
        let tables = schema.split("CREATE TABLE ").skip(1).map(|rest| {
            let (name, columns) = rest.split_once(" (").unwrap();
            (name, columns.split_once("\n)").unwrap().0)
        });
        for (name, columns) in tables {
            let is_of_tenants = columns.contains("tenant_id BIGINT");
            let stays = name == "former_tenant";
            let emptied = TABLES.iter().any(|(table, _)| *table == name);
            assert_eq!(emptied, is_of_tenants && !stays, "{name}");
        }
    }
    /// Whether another transaction waits for this one, asked for at most five seconds long.
    const IS_WAITED_FOR: &str = "SELECT 1 FROM pg_locks
        WHERE NOT granted AND locktype = 'transactionid' AND transactionid = pg_current_xact_id()::xid";
    const TRIES: usize = 500;

    /// On PostgreSQL another server may ask for the slug while the transaction that deletes its tenant is still open.
    #[tokio::test]
    async fn sec_081_a_slug_is_not_given_again_while_its_tenant_is_being_deleted() {
        const GOING: TenantId = TenantId(1);
        let now = Timestamp(1_000);
        for store in testing::stores().await {
            let marked = store.write(GOING, async move |tx| {
                tx.insert_tenant("univ", "University", "", now).await?;
                tx.mark_for_deletion(now).await
            });
            assert!(marked.await.unwrap());
            // All but the last one.
            let slice = store.write(GOING, async move |tx| tx.remove_tenant_slice(now).await);
            assert_eq!(slice.await.unwrap(), TenantRemoval::GoesOn);
            let deleted = Arc::new(Notify::new());
            let (tell, is_server) = (deleted.clone(), store.engine() == "postgres");
            let removing = store.write(GOING, async move |tx| {
                let outcome = tx.remove_tenant_slice(now).await?;
                tell.notify_one();
                let mut tries = if is_server { TRIES } else { 0 };
                while tries > 0 && tx.find(IS_WAITED_FOR, &[], |_| Ok(())).await?.is_none() {
                    tx.find("SELECT pg_sleep(0.01)", &[], |_| Ok(())).await?;
                    tries -= 1;
                }
                Ok((outcome, is_server && tries == 0))
            });
            let asking = async {
                deleted.notified().await;
                let insert = store.write(TenantId(2), async move |tx| {
                    tx.insert_tenant("univ", "Another university", "", now)
                        .await
                });
                insert.await
            };
            let (removed, given) = tokio::join!(removing, asking);
            let (removed, alone) = removed.unwrap();
            assert_eq!(removed, TenantRemoval::Gone("univ".to_owned()));
            assert!(!alone, "nobody asked while the transaction was open");
            assert_eq!(given, Err(StoreError::Conflict), "{}", store.engine());
            let found = store.read_platform(async |tx| tx.find_tenant("univ").await);
            assert!(found.await.unwrap().is_none(), "{}", store.engine());
        }
    }
}
