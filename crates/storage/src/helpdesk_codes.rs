//! Helpdesk codes: at most one a person, used once.

use warifu_domain::{helpdesk_code::GUESSES, ids::UserId, time::Timestamp};

use crate::store::{StoreError, Tx};

/// A code as stored: the flow that makes it says what the bytes are.
#[derive(Clone)]
pub struct HelpdeskCodeRow {
    /// The key that the verifier was made with.
    pub key_id: u32,
    /// The keyed hash of the code.
    pub verifier: [u8; 16],
}

impl Tx<'_> {
    /// Opens a code; one that was open before is void.
    pub async fn replace_helpdesk_code(
        &mut self,
        user: UserId,
        new: &HelpdeskCodeRow,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO helpdesk_code (tenant_id, user_id, key_id, verifier, issued_at, expires_at, failures)
             VALUES ($1, $2, $3, $4, $5, $6, 0)
             ON CONFLICT (tenant_id, user_id) DO UPDATE
                SET key_id = $3, verifier = $4, issued_at = $5, expires_at = $6, failures = 0",
            &[
                tenant.into(),
                user.into(),
                i64::from(new.key_id).into(),
                (&new.verifier).into(),
                now.into(),
                expires_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Until when a person's code is open; `None`: none is.
    pub async fn find_helpdesk_code(
        &mut self,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT expires_at FROM helpdesk_code
                    WHERE tenant_id = $1 AND user_id = $2 AND expires_at > $3 AND failures < $4";
        let open = self
            .find(
                sql,
                &[tenant.into(), user.into(), now.into(), GUESSES.into()],
                |row| row.int(0),
            )
            .await?;
        Ok(open.map(Timestamp))
    }

    /// Who has an open code among people with ids behind `after` up to `last`.
    pub async fn list_helpdesk_codes(
        &mut self,
        after: UserId,
        last: UserId,
        now: Timestamp,
    ) -> Result<Vec<UserId>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT user_id FROM helpdesk_code
              WHERE tenant_id = $1 AND user_id > $2 AND user_id <= $3 AND expires_at > $4 AND failures < $5",
            &[
                tenant.into(),
                after.into(),
                last.into(),
                now.into(),
                GUESSES.into(),
            ],
            |row| row.int(0).map(UserId),
        )
        .await
    }

    /// Counts a guess, before the code is judged (SEC-45). `None`: no code is open.
    pub async fn reserve_helpdesk_guess(
        &mut self,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<HelpdeskCodeRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE helpdesk_code SET failures = failures + 1
                    WHERE tenant_id = $1 AND user_id = $2 AND expires_at > $3 AND failures < $4
                   RETURNING key_id, verifier";
        self.find(
            sql,
            &[tenant.into(), user.into(), now.into(), GUESSES.into()],
            |row| {
                let verifier = row.with_bytes(1, |bytes| <[u8; 16]>::try_from(bytes))?;
                Ok(HelpdeskCodeRow {
                    key_id: row.int(0)? as u32,
                    verifier: verifier
                        .map_err(|_| StoreError::corrupt("helpdesk_code.verifier"))?,
                })
            },
        )
        .await
    }

    /// Uses a person's code up, or voids it. `false`: there was none.
    pub async fn spend_helpdesk_code(&mut self, user: UserId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM helpdesk_code WHERE tenant_id = $1 AND user_id = $2";
        Ok(self.exec(sql, &[tenant.into(), user.into()]).await? == 1)
    }
}
