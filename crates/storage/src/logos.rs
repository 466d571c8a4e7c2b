//! Pictures of a tenant: its logo, and the last few that were only looked at.

use warifu_domain::{logo::LogoId, time::Timestamp};

use crate::store::{StoreError, Tx};

/// Pictures that are kept besides the logo, for previews that are still open.
const KEPT: i64 = 5;

impl Tx<'_> {
    /// Keeps a picture. The oldest ones that are not the logo make room.
    pub async fn keep_logo(
        &mut self,
        id: LogoId,
        png: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO tenant_logo (tenant_id, id, png, kept_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id, id) DO UPDATE SET kept_at = excluded.kept_at",
            &[tenant.into(), id.0.into(), png.into(), now.into()],
        )
        .await?;
        self.exec(
            "DELETE FROM tenant_logo WHERE tenant_id = $1
                AND id NOT IN (SELECT logo FROM tenant WHERE id = $1 AND logo IS NOT NULL)
                AND id NOT IN (SELECT id FROM tenant_logo WHERE tenant_id = $1
                                ORDER BY kept_at DESC, id LIMIT $2)",
            &[tenant.into(), KEPT.into()],
        )
        .await?;
        Ok(())
    }

    /// Finds a picture as PNG.
    pub async fn find_logo(&mut self, id: LogoId) -> Result<Option<Vec<u8>>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT png FROM tenant_logo WHERE tenant_id = $1 AND id = $2",
            &[tenant.into(), id.0.into()],
            |row| row.bytes(0),
        )
        .await
    }

    /// Makes a picture the tenant's logo. `false`: it is not kept any more.
    pub async fn update_logo(&mut self, id: LogoId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE tenant SET logo = $2 WHERE id = $1
                      AND EXISTS (SELECT 1 FROM tenant_logo WHERE tenant_id = $1 AND id = $2)";
        Ok(self.exec(sql, &[tenant.into(), id.0.into()]).await? == 1)
    }

    /// Takes the logo away, and every picture with it.
    pub async fn delete_logo(&mut self) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "UPDATE tenant SET logo = NULL WHERE id = $1",
            &[tenant.into()],
        )
        .await?;
        self.exec(
            "DELETE FROM tenant_logo WHERE tenant_id = $1",
            &[tenant.into()],
        )
        .await?;
        Ok(())
    }
}
