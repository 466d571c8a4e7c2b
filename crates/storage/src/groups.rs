//! Groups of a tenant's people.

use warifu_domain::{ids::GroupId, ids::UserId, time::Timestamp};

use crate::{
    store::{Row, StoreError, Tx},
    tenants::Added,
};

/// A group's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// Its id.
    pub id: GroupId,
    /// What it is called.
    pub name: String,
    /// From when the second factor is compulsory for its people (W8); `None`: as for everybody.
    pub grace_until: Option<Timestamp>,
}

/// Most groups of a tenant: the pages show all of them at once.
pub const MAX_GROUPS: i64 = 500;

/// All of them by name.
pub(crate) const GROUPS: &str =
    "SELECT id, name, grace_until FROM person_group WHERE tenant_id = $1 ORDER BY name LIMIT $2";

pub(crate) fn group(row: &Row<'_>) -> Result<GroupRow, StoreError> {
    Ok(GroupRow {
        id: GroupId(row.int(0)?),
        name: row.text(1)?,
        grace_until: row.opt_int(2)?.map(Timestamp),
    })
}

impl Tx<'_> {
    /// Lists the groups by name.
    pub async fn list_groups(&mut self) -> Result<Vec<GroupRow>, StoreError> {
        let tenant = self.tenant;
        self.list(GROUPS, &[tenant.into(), MAX_GROUPS.into()], group)
            .await
    }

    /// Finds a group.
    pub async fn find_group(&mut self, id: GroupId) -> Result<Option<GroupRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT id, name, grace_until FROM person_group WHERE tenant_id = $1 AND id = $2";
        self.find(sql, &[tenant.into(), id.into()], group).await
    }

    /// Adds a group, of which there are [`MAX_GROUPS`] at most. The count is true because the tenant is locked.
    pub async fn insert_group(
        &mut self,
        new: &GroupRow,
        now: Timestamp,
    ) -> Result<Added, StoreError> {
        let tenant = self.tenant;
        let count = "SELECT COUNT(*) FROM person_group WHERE tenant_id = $1";
        if !self.lock_room(count, MAX_GROUPS).await? {
            return Ok(Added::Full);
        }
        let sql = "INSERT INTO person_group (tenant_id, id, name, grace_until, created_at)
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, name) DO NOTHING";
        let rows = self
            .exec(
                sql,
                &[
                    tenant.into(),
                    new.id.into(),
                    (&new.name).into(),
                    new.grace_until.map(|at| at.0).into(),
                    now.into(),
                ],
            )
            .await?;
        Ok(Added::from_rows(rows))
    }

    /// Changes a group's name and date. `false`: another group has the name, or it is gone.
    pub async fn update_group(&mut self, changed: &GroupRow) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person_group SET name = $3, grace_until = $4 WHERE tenant_id = $1 AND id = $2
                      AND NOT EXISTS (SELECT 1 FROM person_group AS other
                                       WHERE other.tenant_id = $1 AND other.name = $3 AND other.id <> $2)";
        let rows = self
            .exec(
                sql,
                &[
                    tenant.into(),
                    changed.id.into(),
                    (&changed.name).into(),
                    changed.grace_until.map(|at| at.0).into(),
                ],
            )
            .await?;
        Ok(rows == 1)
    }

    /// Puts up to `limit` people of a group into none; says how many.
    pub async fn clear_group(&mut self, id: GroupId, limit: i64) -> Result<u64, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET group_id = NULL WHERE tenant_id = $1 AND id IN
                    (SELECT id FROM person WHERE tenant_id = $1 AND group_id = $2 AND group_id IS NOT NULL LIMIT $3)";
        self.exec(sql, &[tenant.into(), id.into(), limit.into()])
            .await
    }

    /// Removes a group that nobody belongs to. `false`: it was gone.
    pub async fn delete_group(&mut self, id: GroupId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM person_group WHERE tenant_id = $1 AND id = $2";
        Ok(self.exec(sql, &[tenant.into(), id.into()]).await? == 1)
    }

    /// How many people belong to a group, counted up to `limit`.
    pub async fn count_members(&mut self, id: GroupId, limit: i64) -> Result<i64, StoreError> {
        let tenant = self.tenant;
        let sql =
            "SELECT COUNT(*) FROM (SELECT 1 FROM person WHERE tenant_id = $1 AND group_id = $2
                    AND group_id IS NOT NULL LIMIT $3) AS member";
        let count = self
            .find(sql, &[tenant.into(), id.into(), limit.into()], |row| {
                row.int(0)
            })
            .await?;
        Ok(count.unwrap_or(0))
    }

    /// Puts a person into a group, or into none.
    pub async fn update_group_of(
        &mut self,
        user: UserId,
        group: Option<GroupId>,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET group_id = $3 WHERE tenant_id = $1 AND id = $2";
        let group = group.map(|group| group.0);
        self.exec(sql, &[tenant.into(), user.into(), group.into()])
            .await?;
        Ok(())
    }
}
