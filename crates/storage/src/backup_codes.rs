//! Backup code sets: one row a user.

use warifu_domain::{
    backup_code::{AcceptedBackupCode, BackupSet, Verifier},
    ids::UserId,
    throttle::CLOSED_AT,
    time::Timestamp,
};

use crate::{
    guess_budgets::GuessedMethod,
    store::{Row, StoreError, Tx},
};

/// A set with its budget of failures.
#[derive(Clone)]
pub struct BackupSetRow {
    /// The codes.
    pub set: BackupSet,
    /// With which key and at what cost the verifiers were made, as the flow that made them writes it; it begins with the
    /// key's number.
    pub hashing: Vec<u8>,
    /// Failures in a row.
    pub failures: i64,
    /// No guess is looked at before this time.
    pub blocked_until: Timestamp,
    /// When the set was issued, or voided.
    pub issued_at: Timestamp,
}

/// What `replace_backup_set` needs.
#[derive(Clone, Copy)]
pub struct NewBackupSet<'a> {
    /// Of all verifiers.
    pub salt: &'a [u8; 16],
    /// See [`BackupSetRow::hashing`].
    pub hashing: &'a [u8],
    /// The codes.
    pub codes: &'a [Verifier],
    /// The codes themselves, sealed; `None` where they are shown once.
    pub sealed: Option<&'a [u8]>,
}

fn verifiers(bytes: &[u8]) -> Vec<Verifier> {
    bytes
        .chunks_exact(16)
        .map(|chunk| chunk.try_into().expect("chunks of sixteen"))
        .collect()
}

fn backup_set(row: &Row<'_>) -> Result<BackupSetRow, StoreError> {
    let salt = row.with_bytes(0, |bytes| <[u8; 16]>::try_from(bytes))?;
    Ok(BackupSetRow {
        set: BackupSet {
            salt: salt.map_err(|_| StoreError::corrupt("backup_code_set.salt"))?,
            generation: row.int(1)?,
            current: row.with_bytes(2, verifiers)?,
            used: row.int(3)?,
            superseded: row.with_bytes(4, verifiers)?,
        },
        failures: row.int(5)?,
        blocked_until: Timestamp(row.int(6)?),
        issued_at: Timestamp(row.int(7)?),
        hashing: row.bytes(8)?,
    })
}

impl Tx<'_> {
    /// The sealed codes of a person's set, and the bits of those that are used. `None`: no set in force was kept so.
    pub async fn find_sealed_backup_codes(
        &mut self,
        user: UserId,
    ) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT sealed, used FROM backup_code_set
              WHERE tenant_id = $1 AND user_id = $2 AND sealed IS NOT NULL",
            &[tenant.into(), user.into()],
            |row| Ok((row.bytes(0)?, row.int(1)?)),
        )
        .await
    }

    /// Finds a person's set.
    pub async fn find_backup_set(
        &mut self,
        user: UserId,
    ) -> Result<Option<BackupSetRow>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT salt, generation, verifiers, used, superseded, failures, blocked_until, issued_at,
                    hashing FROM backup_code_set
              WHERE tenant_id = $1 AND user_id = $2",
            &[tenant.into(), user.into()],
            backup_set,
        )
        .await
    }

    /// The sets of people with ids behind `after` up to `last`.
    pub async fn list_backup_sets(
        &mut self,
        after: UserId,
        last: UserId,
    ) -> Result<Vec<(UserId, BackupSetRow)>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT salt, generation, verifiers, used, superseded, failures, blocked_until, issued_at,
                    hashing, user_id FROM backup_code_set
              WHERE tenant_id = $1 AND user_id > $2 AND user_id <= $3",
            &[tenant.into(), after.into(), last.into()],
            |row| Ok((UserId(row.int(9)?), backup_set(row)?)),
        )
        .await
    }

    /// Counts a guess, before the code is hashed (SEC-45). `None`: no set, or it waits, or it is disabled.
    pub async fn reserve_backup_guess(
        &mut self,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<BackupSetRow>, StoreError> {
        let tenant = self.tenant;
        let reserved = self
            .find(
                "UPDATE backup_code_set SET failures = failures + 1
                  WHERE tenant_id = $1 AND user_id = $2 AND failures < $3 AND blocked_until <= $4
                 RETURNING salt, generation, verifiers, used, superseded, failures, blocked_until, issued_at,
                           hashing",
                &[tenant.into(), user.into(), CLOSED_AT.into(), now.into()],
                backup_set,
            )
            .await?;
        if let Some(row) = &reserved {
            self.delay_method(GuessedMethod::BackupCodes, user, row.failures, now)
                .await?;
        }
        Ok(reserved)
    }

    /// Reads a set and keeps other transactions from changing it until this one ends.
    pub async fn lock_backup_set(
        &mut self,
        user: UserId,
    ) -> Result<Option<BackupSetRow>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "UPDATE backup_code_set SET generation = generation WHERE tenant_id = $1 AND user_id = $2
             RETURNING salt, generation, verifiers, used, superseded, failures, blocked_until, issued_at,
                           hashing",
            &[tenant.into(), user.into()],
            backup_set,
        )
        .await
    }

    /// Marks a code as used and gives the guesses back. `false`: another request used it first (SEC-20).
    pub async fn spend_backup_code(
        &mut self,
        user: UserId,
        code: AcceptedBackupCode,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .exec(
                "UPDATE backup_code_set SET used = used | $3, failures = 0, blocked_until = 0
                  WHERE tenant_id = $1 AND user_id = $2 AND (used & $3) = 0",
                &[tenant.into(), user.into(), code.bit().into()],
            )
            .await?;
        self.note_codes(user).await?;
        Ok(rows == 1)
    }

    /// Issues a new set; the one before is superseded (SEC-22). `generation` is the set's that the caller saw, 0 where
    /// there was none. `false`: another issue came first.
    ///
    /// Codes of the set before are still told apart from wrong ones if they were made with the same salt and in the same
    /// way: more than one evaluation for an attempt would tell by its time what kind of code it was (SEC-23).
    pub async fn replace_backup_set(
        &mut self,
        user: UserId,
        new: &NewBackupSet<'_>,
        generation: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let issued = self
            .find(
                "INSERT INTO backup_code_set (tenant_id, user_id, salt, generation, verifiers, used, superseded,
                                              issued_at, failures, blocked_until, hashing, sealed)
                 VALUES ($1, $2, $3, 1, $4, 0, $5, $6, 0, 0, $8, $9)
                 ON CONFLICT (tenant_id, user_id) DO UPDATE
                    SET superseded = CASE WHEN backup_code_set.salt <> $3 OR backup_code_set.hashing <> $8 THEN $5
                                          WHEN length(backup_code_set.verifiers) = 0 THEN backup_code_set.superseded
                                          ELSE backup_code_set.verifiers END,
                        salt = $3, verifiers = $4, used = 0, generation = backup_code_set.generation + 1,
                        issued_at = $6, failures = 0, blocked_until = 0, hashing = $8, sealed = $9
                  WHERE backup_code_set.generation = $7
                 RETURNING generation",
                &[
                    tenant.into(),
                    user.into(),
                    new.salt.into(),
                    (&new.codes.concat()).into(),
                    (&[] as &[u8]).into(),
                    now.into(),
                    generation.into(),
                    new.hashing.into(),
                    new.sealed.into(),
                ],
                |row| row.int(0),
            )
            .await?;
        self.note_codes(user).await?;
        Ok(issued.is_some_and(|now_at| now_at == generation + 1))
    }

    /// Makes every code void, used or not (SEC-22); they are kept only to be told "superseded".
    pub async fn void_backup_set(&mut self, user: UserId) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "UPDATE backup_code_set SET superseded = verifiers, verifiers = $3, used = 0, failures = 0,
                                        blocked_until = 0, generation = generation + 1, sealed = NULL
              WHERE tenant_id = $1 AND user_id = $2 AND length(verifiers) > 0",
            &[tenant.into(), user.into(), (&[] as &[u8]).into()],
        )
        .await?;
        self.note_codes(user).await
    }
}
