//! Links of reset mails (SEC-40): written, spent once, void with every change of the password.

use warifu_domain::{ids::UserId, time::Timestamp, token::TokenHash};

use crate::store::{StoreError, Tx};

impl Tx<'_> {
    /// Writes a link; one sent before is void.
    pub async fn replace_password_reset(
        &mut self,
        user: UserId,
        token: &TokenHash,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.void_password_resets(user).await?;
        let sql = "INSERT INTO password_reset (tenant_id, token_hash, user_id, expires_at)
                   VALUES ($1, $2, $3, $4)";
        self.exec(
            sql,
            &[
                tenant.into(),
                (&token.0).into(),
                user.into(),
                expires_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Whose password a link resets; `None`: it was used, is void or too old.
    pub async fn find_password_reset(
        &mut self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<UserId>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT user_id FROM password_reset
              WHERE tenant_id = $1 AND token_hash = $2 AND expires_at > $3",
            &[tenant.into(), (&token.0).into(), now.into()],
            |row| row.int(0).map(UserId),
        )
        .await
    }

    /// Uses a link up. `false`: another request was first, or it is void or too old.
    pub async fn spend_password_reset(
        &mut self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM password_reset
                    WHERE tenant_id = $1 AND token_hash = $2 AND expires_at > $3";
        let rows = self
            .exec(sql, &[tenant.into(), (&token.0).into(), now.into()])
            .await?;
        Ok(rows == 1)
    }

    /// Makes a person's links void.
    pub async fn void_password_resets(&mut self, user: UserId) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM password_reset WHERE tenant_id = $1 AND user_id = $2";
        self.exec(sql, &[tenant.into(), user.into()]).await?;
        Ok(())
    }
}
