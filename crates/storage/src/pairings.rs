//! Pairings by two typed codes (K4): the newest of a person, its user code sealed, and how often codes were typed for it. What both
//! codes make waits among the pending secrets (`authenticators.rs`).

use warifu_domain::{
    ids::UserId,
    pairing::{APP_CODES, WRONG_CODES},
    time::Timestamp,
    token::TokenHash,
};

use crate::store::{StoreError, Tx};

/// A pairing as it stands, open or not.
#[derive(Clone)]
pub struct PairingRow {
    /// The session or attempt that began it, and may finish it.
    pub started_by: TokenHash,
    /// The user code, sealed; `None`: the pairing is ended.
    pub user_code: Option<Vec<u8>>,
    /// When it is void.
    pub expires_at: Timestamp,
    /// App codes that were typed.
    pub app_codes: i64,
    /// Wrong one-time codes that were typed.
    pub wrong_codes: i64,
}

/// An app code that was counted.
#[derive(Clone)]
pub struct ReservedAppCode {
    /// The user code that it goes with, sealed.
    pub user_code: Vec<u8>,
    /// Which app code of the pairing it is, from 1.
    pub number: i64,
    /// When the pairing is void.
    pub expires_at: Timestamp,
}

impl PairingRow {
    /// Whether it may go on for whoever asks.
    pub fn is_open(&self, asker: &TokenHash, now: Timestamp) -> bool {
        self.user_code.is_some() && self.started_by == *asker && now < self.expires_at
    }
}

impl Tx<'_> {
    /// Begins a pairing; the one before is ended, and what was derived in it is gone.
    pub async fn replace_pairing(
        &mut self,
        user: UserId,
        user_code: &[u8],
        started_by: &TokenHash,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.delete_pending_totp(user).await?;
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO pairing (tenant_id, user_id, started_by, user_code, expires_at, app_codes, wrong_codes)
             VALUES ($1, $2, $3, $4, $5, 0, 0)
             ON CONFLICT (tenant_id, user_id) DO UPDATE
                SET started_by = $3, user_code = $4, expires_at = $5, app_codes = 0, wrong_codes = 0",
            &[
                tenant.into(),
                user.into(),
                (&started_by.0).into(),
                user_code.into(),
                expires_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// A person's newest pairing, open or not.
    pub async fn find_pairing(&mut self, user: UserId) -> Result<Option<PairingRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT started_by, user_code, expires_at, app_codes, wrong_codes FROM pairing
                    WHERE tenant_id = $1 AND user_id = $2";
        self.find(sql, &[tenant.into(), user.into()], |row| {
            let started_by = row.with_bytes(0, |bytes| <[u8; 16]>::try_from(bytes))?;
            let started_by = started_by.map_err(|_| StoreError::corrupt("pairing.started_by"))?;
            Ok(PairingRow {
                started_by: TokenHash(started_by),
                user_code: row.opt_bytes(1)?,
                expires_at: Timestamp(row.int(2)?),
                app_codes: row.int(3)?,
                wrong_codes: row.int(4)?,
            })
        })
        .await
    }

    /// Counts an app code before anything is derived from it. `None`: the pairing is over, is somebody else's, or took as many as it
    /// takes.
    pub async fn reserve_app_code(
        &mut self,
        user: UserId,
        started_by: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<ReservedAppCode>, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE pairing SET app_codes = app_codes + 1
                    WHERE tenant_id = $1 AND user_id = $2 AND started_by = $3 AND user_code IS NOT NULL
                      AND expires_at > $4 AND app_codes < $5
                   RETURNING user_code, app_codes, expires_at";
        let params = [
            tenant.into(),
            user.into(),
            (&started_by.0).into(),
            now.into(),
            APP_CODES.into(),
        ];
        self.find(sql, &params, |row| {
            Ok(ReservedAppCode {
                user_code: row.bytes(0)?,
                number: row.int(1)?,
                expires_at: Timestamp(row.int(2)?),
            })
        })
        .await
    }

    /// Gives the `number`-th app code back that was counted and from which nothing was derived.
    pub async fn return_app_code(
        &mut self,
        user: UserId,
        started_by: &TokenHash,
        number: i64,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE pairing SET app_codes = app_codes - 1
                    WHERE tenant_id = $1 AND user_id = $2 AND started_by = $3 AND app_codes = $4";
        let params = [
            tenant.into(),
            user.into(),
            (&started_by.0).into(),
            number.into(),
        ];
        self.exec(sql, &params).await?;
        Ok(())
    }

    /// Holds a pairing until the end of this transaction, if the `number`-th app code is still its newest. `false`: it is over, or
    /// another app code was typed meanwhile.
    pub async fn lock_pairing(
        &mut self,
        user: UserId,
        started_by: &TokenHash,
        number: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE pairing SET app_codes = app_codes
                    WHERE tenant_id = $1 AND user_id = $2 AND started_by = $3 AND user_code IS NOT NULL
                      AND expires_at > $4 AND app_codes = $5";
        let params = [
            tenant.into(),
            user.into(),
            (&started_by.0).into(),
            now.into(),
            number.into(),
        ];
        Ok(self.exec(sql, &params).await? == 1)
    }

    /// Counts a one-time code as wrong before it is judged (SEC-45): how many there are now. `None`: the pairing is over, or is
    /// somebody else's.
    pub async fn reserve_pairing_guess(
        &mut self,
        user: UserId,
        started_by: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE pairing SET wrong_codes = wrong_codes + 1
                    WHERE tenant_id = $1 AND user_id = $2 AND started_by = $3 AND user_code IS NOT NULL
                      AND expires_at > $4 AND wrong_codes < $5
                   RETURNING wrong_codes";
        let params = [
            tenant.into(),
            user.into(),
            (&started_by.0).into(),
            now.into(),
            WRONG_CODES.into(),
        ];
        self.find(sql, &params, |row| row.int(0)).await
    }

    /// Ends a person's pairing for good; its row stays until it expires, to say why. The user code and what was derived are gone.
    pub async fn end_pairing(&mut self, user: UserId) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE pairing SET user_code = NULL WHERE tenant_id = $1 AND user_id = $2";
        self.exec(sql, &[tenant.into(), user.into()]).await?;
        self.delete_pending_totp(user).await?;
        Ok(())
    }

    /// Forgets a person's pairing. `false`: none was open.
    pub async fn delete_pairing(&mut self, user: UserId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM pairing WHERE tenant_id = $1 AND user_id = $2 RETURNING user_code";
        let user_code = self
            .find(sql, &[tenant.into(), user.into()], |row| row.opt_bytes(0))
            .await?;
        Ok(user_code.flatten().is_some())
    }

    /// Hands a pairing on to the new token of the session that began it.
    pub async fn hand_on_pairing(
        &mut self,
        user: UserId,
        old: &TokenHash,
        new: &TokenHash,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE pairing SET started_by = $4
                    WHERE tenant_id = $1 AND user_id = $2 AND started_by = $3";
        let params = [tenant.into(), user.into(), (&old.0).into(), (&new.0).into()];
        self.exec(sql, &params).await?;
        Ok(())
    }
}
