//! The history of a tenant's policy. Written in the transaction of the change, never changed.

use warifu_domain::time::Timestamp;

use crate::store::{Row, StoreError, Tx};

/// One text that the policy had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRevision {
    /// The tenant's revision since.
    pub revision: i64,
    /// The policy as TOML.
    pub policy: String,
    /// Since when.
    pub at: Timestamp,
    /// [`warifu_domain::audit::Actor`]'s number.
    pub actor: i64,
    /// Why; may be empty.
    pub reason: String,
}

fn revision(row: &Row<'_>) -> Result<PolicyRevision, StoreError> {
    Ok(PolicyRevision {
        revision: row.int(0)?,
        policy: row.text(1)?,
        at: Timestamp(row.int(2)?),
        actor: row.int(3)?,
        reason: row.text(4)?,
    })
}

impl Tx<'_> {
    /// Keeps a text of the policy. Its revision must be new.
    pub async fn insert_policy_revision(&mut self, new: &PolicyRevision) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO policy_revision (tenant_id, revision, policy, at, actor, reason)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                tenant.into(),
                new.revision.into(),
                (&new.policy).into(),
                new.at.into(),
                new.actor.into(),
                (&new.reason).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Lists up to `limit` revisions below `before`, newest first.
    pub async fn list_policy_revisions(
        &mut self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<PolicyRevision>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT revision, policy, at, actor, reason FROM policy_revision
              WHERE tenant_id = $1 AND revision < $2 ORDER BY revision DESC LIMIT $3",
            &[tenant.into(), before.into(), limit.into()],
            revision,
        )
        .await
    }

    /// Finds the text that was in force at a revision, which may have changed something else than the policy.
    pub async fn find_policy_revision(
        &mut self,
        number: i64,
    ) -> Result<Option<PolicyRevision>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT revision, policy, at, actor, reason FROM policy_revision
              WHERE tenant_id = $1 AND revision <= $2 ORDER BY revision DESC LIMIT 1",
            &[tenant.into(), number.into()],
            revision,
        )
        .await
    }
}
