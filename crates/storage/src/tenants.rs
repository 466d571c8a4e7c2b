//! Tenants: looking them up is the only thing that is not scoped to one.

use warifu_domain::{ids::TenantId, logo::LogoId, time::Timestamp};

use crate::store::{PlatformTx, Row, StoreError, Tx};

/// A tenant's row. Its policy is still text: who reads it keeps the parsed one as long as `revision` stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantRow {
    /// Its id.
    pub id: TenantId,
    /// Its first path segment.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its policy as TOML.
    pub policy: String,
    /// Grows with every change of name or policy.
    pub revision: i64,
    /// Nobody may log in.
    pub suspended: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it is deleted; `None`: it stays.
    pub delete_at: Option<Timestamp>,
    /// Its logo.
    pub logo: Option<LogoId>,
}

/// How many people a tenant has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TenantCounts {
    /// Accounts.
    pub people: i64,
    /// Those with a second factor that is set up.
    pub with_factor: i64,
    /// Sessions that are kept.
    pub sessions: i64,
}

/// What changes often enough to be asked for at every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantState {
    /// Its id.
    pub id: TenantId,
    /// See [`TenantRow::revision`].
    pub revision: i64,
    /// See [`TenantRow::suspended`].
    pub suspended: bool,
    /// See [`TenantRow::logo`].
    pub logo: Option<LogoId>,
}

/// What came of adding to a list that has a limit and names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is added.
    Yes,
    /// Another one has its name.
    NameTaken,
    /// There are as many as there can be.
    Full,
}

impl Added {
    /// What an `INSERT` that steps back from a conflict has done.
    pub(crate) fn from_rows(rows: u64) -> Self {
        match rows {
            0 => Self::NameTaken,
            _ => Self::Yes,
        }
    }
}

fn tenant(row: &Row<'_>) -> Result<TenantRow, StoreError> {
    Ok(TenantRow {
        id: TenantId(row.int(0)?),
        slug: row.text(1)?,
        name: row.text(2)?,
        policy: row.text(3)?,
        revision: row.int(4)?,
        suspended: row.int(5)? != 0,
        created_at: Timestamp(row.int(6)?),
        delete_at: row.opt_int(7)?.map(Timestamp),
        logo: row.opt_int(8)?.map(LogoId),
    })
}

/// The state of a transaction's own tenant.
pub(crate) const OWN_STATE: &str = "SELECT id, revision, suspended, logo FROM tenant WHERE id = $1";

pub(crate) fn tenant_state(row: &Row<'_>) -> Result<TenantState, StoreError> {
    Ok(TenantState {
        id: TenantId(row.int(0)?),
        revision: row.int(1)?,
        suspended: row.int(2)? != 0,
        logo: row.opt_int(3)?.map(LogoId),
    })
}

impl PlatformTx<'_> {
    /// Finds a tenant's id, revision and state by its slug.
    pub async fn find_tenant_state(
        &mut self,
        slug: &str,
    ) -> Result<Option<TenantState>, StoreError> {
        self.find(
            "SELECT id, revision, suspended, logo FROM tenant WHERE slug = $1",
            &[slug.into()],
            tenant_state,
        )
        .await
    }

    /// Finds a whole tenant by its slug.
    pub async fn find_tenant(&mut self, slug: &str) -> Result<Option<TenantRow>, StoreError> {
        self.find(
            "SELECT id, slug, name, policy, revision, suspended, created_at, delete_at, logo FROM tenant WHERE slug = $1",
            &[slug.into()],
            tenant,
        )
        .await
    }

    /// Lists up to `limit` tenants by slug, beginning behind `after`.
    pub async fn list_tenants(
        &mut self,
        after: &str,
        limit: i64,
    ) -> Result<Vec<TenantRow>, StoreError> {
        self.list(
            "SELECT id, slug, name, policy, revision, suspended, created_at, delete_at, logo FROM tenant
              WHERE slug > $1 ORDER BY slug LIMIT $2",
            &[after.into(), limit.into()],
            tenant,
        )
        .await
    }

    /// A number that no tenant has or had. Another node may take it first: then the insert says [`StoreError::Conflict`].
    pub async fn next_tenant_id(&mut self) -> Result<TenantId, StoreError> {
        let next = self
            .find(
                "SELECT 1 + COALESCE(MAX(id), 0) FROM
                    (SELECT id FROM tenant UNION ALL SELECT tenant_id FROM former_tenant) AS taken",
                &[],
                |row| row.int(0),
            )
            .await?;
        Ok(TenantId(next.unwrap_or(1)))
    }
}

impl Tx<'_> {
    /// The state of the tenant of this transaction; `None`: there is no such tenant any more.
    pub async fn find_own_state(&mut self) -> Result<Option<TenantState>, StoreError> {
        let tenant = self.tenant;
        self.find(OWN_STATE, &[tenant.into()], tenant_state).await
    }

    /// Whether the tenant has fewer than `most` of what `count` counts. Whoever else asks for room waits for the end of this
    /// transaction: what is counted behind the lock cannot grow in two transactions at once, so a limit on a tenant's rows holds on
    /// PostgreSQL too. A tenant that is no more has no room.
    ///
    /// For acts of administrators, and before anything else is written: no login may wait for this row.
    pub(crate) async fn lock_room(
        &mut self,
        count: &'static str,
        most: i64,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let lock = "UPDATE tenant SET revision = revision WHERE id = $1";
        if self.exec(lock, &[tenant.into()]).await? == 0 {
            return Ok(false);
        }
        let counted = self.find(count, &[tenant.into()], |row| row.int(0)).await?;
        Ok(counted.is_some_and(|counted| counted < most))
    }

    /// Adds the tenant of this transaction. [`StoreError::Conflict`]: the slug or the number is taken, if only by a tenant that was
    /// deleted.
    pub async fn insert_tenant(
        &mut self,
        slug: &str,
        name: &str,
        policy: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO tenant (id, slug, name, policy, revision, suspended, created_at)
             VALUES ($1, $2, $3, $4, 1, 0, $5)",
            &[
                tenant.into(),
                slug.into(),
                name.into(),
                policy.into(),
                now.into(),
            ],
        )
        .await?;
        // Behind the INSERT: while another transaction deletes the tenant of this slug, the INSERT waits for its end, and only what is
        // read then knows of it.
        let former = self
            .find(
                "SELECT tenant_id FROM former_tenant WHERE slug = $1",
                &[slug.into()],
                |row| row.int(0),
            )
            .await?;
        match former {
            Some(_) => Err(StoreError::Conflict),
            None => Ok(()),
        }
    }

    /// Replaces the tenant's policy if it is still at `revision`. `false`: somebody changed it meanwhile.
    pub async fn update_policy(&mut self, revision: i64, policy: &str) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE tenant SET policy = $3, revision = revision + 1 WHERE id = $1 AND revision = $2";
        let rows = self
            .exec(sql, &[tenant.into(), revision.into(), policy.into()])
            .await?;
        self.narrows_gate |= rows == 1;
        Ok(rows == 1)
    }

    /// Suspends the tenant or opens it again. `false`: it was so already.
    pub async fn update_suspended(&mut self, suspended: bool) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE tenant SET suspended = $2 WHERE id = $1 AND suspended <> $2";
        let rows = self
            .exec(sql, &[tenant.into(), i64::from(suspended).into()])
            .await?;
        self.narrows_gate |= rows == 1;
        Ok(rows == 1)
    }
}
