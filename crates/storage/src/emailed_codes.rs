//! Private mail addresses and the codes that are sent to them: what is open, for whom, and how often it was guessed at.

use warifu_domain::{
    emailed_code::{CodePurpose, GUESSES},
    ids::UserId,
    throttle::CLOSED_AT,
    time::Timestamp,
    token::TokenHash,
};

use crate::store::{Row, StoreError, Tx};

/// A person's confirmed private address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateAddressRow {
    /// The address, sealed.
    pub sealed: Vec<u8>,
    /// Since when it is in use.
    pub confirmed_at: Timestamp,
    /// When a code was last accepted.
    pub used_at: Option<Timestamp>,
    /// Failures in a row.
    pub failures: i64,
    /// No guess is looked at before this time.
    pub blocked_until: Timestamp,
}

/// A code as stored: the flow that makes it says what the bytes are.
#[derive(Clone)]
pub struct EmailedCodeRow {
    /// The attempt or session that asked for it, and takes it.
    pub started_by: TokenHash,
    /// What the page and the mail call it.
    pub request: String,
    /// The address that it confirms, sealed.
    pub address: Option<Vec<u8>>,
    /// The key that the verifier was made with.
    pub key_id: u32,
    /// The keyed hash of the code.
    pub verifier: [u8; 16],
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it is void.
    pub expires_at: Timestamp,
}

/// What [`code`] reads, in its order.
macro_rules! code_columns {
    () => {
        "started_by, request, address, key_id, verifier, asked_at, expires_at"
    };
}

fn code(row: &Row<'_>) -> Result<EmailedCodeRow, StoreError> {
    let started_by = row.with_bytes(0, |bytes| <[u8; 16]>::try_from(bytes))?;
    let verifier = row.with_bytes(4, |bytes| <[u8; 16]>::try_from(bytes))?;
    Ok(EmailedCodeRow {
        started_by: TokenHash(
            started_by.map_err(|_| StoreError::corrupt("emailed_code.started_by"))?,
        ),
        request: row.text(1)?,
        address: row.opt_bytes(2)?,
        key_id: row.int(3)? as u32,
        verifier: verifier.map_err(|_| StoreError::corrupt("emailed_code.verifier"))?,
        asked_at: Timestamp(row.int(5)?),
        expires_at: Timestamp(row.int(6)?),
    })
}

impl Tx<'_> {
    /// A person's confirmed private address.
    pub async fn find_private_address(
        &mut self,
        user: UserId,
    ) -> Result<Option<PrivateAddressRow>, StoreError> {
        let tenant = self.tenant;
        let sql =
            "SELECT sealed, confirmed_at, used_at, failures, blocked_until FROM private_address
                    WHERE tenant_id = $1 AND user_id = $2";
        self.find(sql, &[tenant.into(), user.into()], |row| {
            Ok(PrivateAddressRow {
                sealed: row.bytes(0)?,
                confirmed_at: Timestamp(row.int(1)?),
                used_at: row.opt_int(2)?.map(Timestamp),
                failures: row.int(3)?,
                blocked_until: Timestamp(row.int(4)?),
            })
        })
        .await
    }

    /// Takes a confirmed private address into use, in place of one before.
    pub async fn replace_private_address(
        &mut self,
        user: UserId,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO private_address (tenant_id, user_id, sealed, confirmed_at, used_at, failures, blocked_until)
             VALUES ($1, $2, $3, $4, NULL, 0, 0)
             ON CONFLICT (tenant_id, user_id) DO UPDATE
                SET sealed = $3, confirmed_at = $4, used_at = NULL, failures = 0, blocked_until = 0",
            &[tenant.into(), user.into(), sealed.into(), now.into()],
        )
        .await?;
        self.note_email(user, true).await
    }

    /// Forgets a person's private address, and every code that was sent. `false`: there was none.
    pub async fn delete_private_address(&mut self, user: UserId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM emailed_code WHERE tenant_id = $1 AND user_id = $2";
        self.exec(sql, &[tenant.into(), user.into()]).await?;
        let sql = "DELETE FROM private_address WHERE tenant_id = $1 AND user_id = $2";
        let was_there = self.exec(sql, &[tenant.into(), user.into()]).await? == 1;
        if was_there {
            self.note_email(user, false).await?;
        }
        Ok(was_there)
    }

    async fn note_email(&mut self, user: UserId, has_email: bool) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET has_email = $3 WHERE tenant_id = $1 AND id = $2";
        let has_email = i64::from(has_email);
        self.exec(sql, &[tenant.into(), user.into(), has_email.into()])
            .await?;
        self.narrows_gate = true;
        self.note_factor(user).await
    }

    /// Sets what a person switched the second factor to (K1).
    pub async fn update_own_switch(&mut self, user: UserId, on: bool) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET own_switch = $3 WHERE tenant_id = $1 AND id = $2";
        let number = if on { 1_i64 } else { 2 };
        self.exec(sql, &[tenant.into(), user.into(), number.into()])
            .await?;
        self.narrows_gate = true;
        Ok(())
    }

    /// The code of a purpose that was asked for last, open or not.
    pub async fn find_emailed_code(
        &mut self,
        user: UserId,
        purpose: CodePurpose,
    ) -> Result<Option<EmailedCodeRow>, StoreError> {
        let tenant = self.tenant;
        let sql = concat!(
            "SELECT ",
            code_columns!(),
            " FROM emailed_code WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3"
        );
        let params = [tenant.into(), user.into(), (purpose as i64).into()];
        self.find(sql, &params, code).await
    }

    /// Opens a code; one that was open before is void. `false`: one was asked for after `since`, and stays.
    pub async fn replace_emailed_code(
        &mut self,
        user: UserId,
        purpose: CodePurpose,
        new: &EmailedCodeRow,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .exec(
                "INSERT INTO emailed_code (tenant_id, user_id, purpose, started_by, request, address, key_id, verifier,
                                           asked_at, expires_at, failures)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)
                 ON CONFLICT (tenant_id, user_id, purpose) DO UPDATE
                    SET started_by = $4, request = $5, address = $6, key_id = $7, verifier = $8, asked_at = $9,
                        expires_at = $10, failures = 0
                  WHERE emailed_code.asked_at <= $11",
                &[
                    tenant.into(),
                    user.into(),
                    (purpose as i64).into(),
                    (&new.started_by.0).into(),
                    (&new.request).into(),
                    new.address.as_deref().into(),
                    i64::from(new.key_id).into(),
                    (&new.verifier).into(),
                    new.asked_at.into(),
                    new.expires_at.into(),
                    since.into(),
                ],
            )
            .await?;
        Ok(rows == 1)
    }

    /// Notes a code that was asked for and is not sent: the one before stays good, and the page tells no difference (SEC-29).
    /// `false`: this attempt or session has none before.
    pub async fn touch_emailed_code(
        &mut self,
        user: UserId,
        purpose: CodePurpose,
        new: &EmailedCodeRow,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE emailed_code SET request = $5, asked_at = $6
                    WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND started_by = $4 AND expires_at > $6";
        let params = [
            tenant.into(),
            user.into(),
            (purpose as i64).into(),
            (&new.started_by.0).into(),
            (&new.request).into(),
            new.asked_at.into(),
        ];
        Ok(self.exec(sql, &params).await? == 1)
    }

    /// Counts a guess at a code, before it is judged (SEC-45). `None`: no code is open to whoever asks.
    pub async fn reserve_emailed_guess(
        &mut self,
        user: UserId,
        purpose: CodePurpose,
        started_by: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<EmailedCodeRow>, StoreError> {
        let tenant = self.tenant;
        let sql = concat!(
            "UPDATE emailed_code SET failures = failures + 1
              WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND started_by = $4 AND expires_at > $5 AND failures < $6
             RETURNING ",
            code_columns!()
        );
        let params = [
            tenant.into(),
            user.into(),
            (purpose as i64).into(),
            (&started_by.0).into(),
            now.into(),
            GUESSES.into(),
        ];
        self.find(sql, &params, code).await
    }

    /// Uses a code up; when it was asked for is kept, for the wait before the next. `false`: a twin request came first.
    pub async fn spend_emailed_code(
        &mut self,
        user: UserId,
        purpose: CodePurpose,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE emailed_code SET expires_at = 0, address = NULL
                    WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND expires_at > 0";
        let params = [tenant.into(), user.into(), (purpose as i64).into()];
        Ok(self.exec(sql, &params).await? == 1)
    }

    /// Hands open codes on to the new token of the session that asked for them.
    pub async fn hand_on_emailed_codes(
        &mut self,
        user: UserId,
        old: &TokenHash,
        new: &TokenHash,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE emailed_code SET started_by = $4
                    WHERE tenant_id = $1 AND user_id = $2 AND started_by = $3";
        let params = [tenant.into(), user.into(), (&old.0).into(), (&new.0).into()];
        self.exec(sql, &params).await?;
        Ok(())
    }

    /// Counts a guess against the budget of codes by mail, which outlives every code (SEC-45): how many there are in a row. `None`:
    /// the method waits, is closed, or is not there.
    pub async fn reserve_address_guess(
        &mut self,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE private_address SET failures = failures + 1
                    WHERE tenant_id = $1 AND user_id = $2 AND failures < $3 AND blocked_until <= $4
                   RETURNING failures";
        let params = [tenant.into(), user.into(), CLOSED_AT.into(), now.into()];
        self.find(sql, &params, |row| row.int(0)).await
    }

    /// Notes that a code by mail was right, which gives the guesses back.
    pub async fn note_address_used(
        &mut self,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE private_address SET failures = 0, blocked_until = 0, used_at = $3
                    WHERE tenant_id = $1 AND user_id = $2";
        self.exec(sql, &[tenant.into(), user.into(), now.into()])
            .await?;
        Ok(())
    }
}
