//! Those who manage a tenant, and rescues of them that wait for a second operator (SEC-42).

use warifu_domain::{ids::UserId, time::Timestamp, user::Role};

use crate::{
    store::{StoreError, Tx},
    tenants::TenantCounts,
};

/// A person who manages the tenant.
#[derive(Clone, Debug)]
pub struct AdministratorRow {
    /// Its id.
    pub id: UserId,
    /// What the person types.
    pub login: String,
    /// What the person is called; may be empty.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// The account is closed.
    pub disabled: bool,
    /// An authenticator app is set up.
    pub has_app: bool,
}

/// A rescue that waits for a second operator.
#[derive(Clone, Debug)]
pub struct RescueRow {
    /// Whom it rescues.
    pub user: UserId,
    /// [`warifu_domain::audit::Actor`]'s number of whoever asked.
    pub asked_by: i64,
    /// When.
    pub asked_at: Timestamp,
    /// Until when it can be approved.
    pub expires_at: Timestamp,
    /// The identity check, as the trail keeps it.
    pub statement: String,
}

impl Tx<'_> {
    /// Lists up to `limit` people who manage the tenant.
    pub async fn list_administrators(
        &mut self,
        limit: i64,
    ) -> Result<Vec<AdministratorRow>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT id, login, name, role, disabled,
                    CASE WHEN EXISTS (SELECT 1 FROM totp WHERE totp.tenant_id = person.tenant_id
                         AND totp.user_id = person.id AND totp.confirmed_at IS NOT NULL)
                         THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END
               FROM person WHERE tenant_id = $1 AND role > 0 ORDER BY login LIMIT $2",
            &[tenant.into(), limit.into()],
            |row| {
                let role = Role::from_number(row.int(3)?);
                Ok(AdministratorRow {
                    id: UserId(row.int(0)?),
                    login: row.text(1)?,
                    name: row.text(2)?,
                    role: role.ok_or_else(|| StoreError::corrupt("person.role"))?,
                    disabled: row.int(4)? != 0,
                    has_app: row.int(5)? != 0,
                })
            },
        )
        .await
    }

    /// Keeps a rescue until a second operator approves it; takes the place of an earlier one for the same person.
    pub async fn put_rescue(&mut self, rescue: &RescueRow) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO rescue (tenant_id, user_id, asked_by, asked_at, expires_at, statement)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tenant_id, user_id) DO UPDATE
                SET asked_by = $3, asked_at = $4, expires_at = $5, statement = $6",
            &[
                tenant.into(),
                rescue.user.into(),
                rescue.asked_by.into(),
                rescue.asked_at.into(),
                rescue.expires_at.into(),
                (&rescue.statement).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Rescues that wait, oldest first.
    pub async fn list_rescues(&mut self, now: Timestamp) -> Result<Vec<RescueRow>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT user_id, asked_by, asked_at, expires_at, statement FROM rescue
              WHERE tenant_id = $1 AND expires_at > $2 ORDER BY asked_at, user_id LIMIT 100",
            &[tenant.into(), now.into()],
            |row| {
                Ok(RescueRow {
                    user: UserId(row.int(0)?),
                    asked_by: row.int(1)?,
                    asked_at: Timestamp(row.int(2)?),
                    expires_at: Timestamp(row.int(3)?),
                    statement: row.text(4)?,
                })
            },
        )
        .await
    }

    /// Spends a rescue, as one who is not `not_by`; gives back the identity check. `None`: there is none that this actor may
    /// approve.
    pub async fn spend_rescue(
        &mut self,
        user: UserId,
        not_by: i64,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "DELETE FROM rescue WHERE tenant_id = $1 AND user_id = $2 AND asked_by <> $3 AND expires_at > $4
             RETURNING statement",
            &[tenant.into(), user.into(), not_by.into(), now.into()],
            |row| row.text(0),
        )
        .await
    }

    /// Takes a rescue back. `false`: there is none.
    pub async fn delete_rescue(&mut self, user: UserId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM rescue WHERE tenant_id = $1 AND user_id = $2";
        Ok(self.exec(sql, &[tenant.into(), user.into()]).await? == 1)
    }

    /// Counts the tenant's people and sessions. Reads an index of each table: for an operator's page, not for logins.
    pub async fn tenant_counts(&mut self) -> Result<TenantCounts, StoreError> {
        let tenant = self.tenant;
        let counts = self
            .find(
                "SELECT (SELECT COUNT(*) FROM person WHERE tenant_id = $1),
                        (SELECT COUNT(*) FROM person WHERE tenant_id = $1 AND factor = 2),
                        (SELECT COUNT(*) FROM browser_session WHERE tenant_id = $1)",
                &[tenant.into()],
                |row| {
                    Ok(TenantCounts {
                        people: row.int(0)?,
                        with_factor: row.int(1)?,
                        sessions: row.int(2)?,
                    })
                },
            )
            .await?;
        Ok(counts.unwrap_or_default())
    }
}
