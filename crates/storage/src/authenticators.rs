//! Authenticator apps: pending and confirmed TOTP secrets, sealed.

use warifu_domain::{
    ids::{AuthenticatorId, UserId},
    pairing::PairedName,
    throttle::CLOSED_AT,
    time::Timestamp,
    token::TokenHash,
};
use warifu_otp::{Algorithm, Digits, Secret, Step, TotpKey, TotpParams};

use crate::{
    keyring::KeyRing,
    seal::{SealContext, open},
    sealed::SealedColumn,
    store::{Row, StoreError, Tx},
};

/// A confirmed authenticator app, unsealed for one judgement.
pub struct ConfirmedTotp {
    /// Its id.
    pub id: AuthenticatorId,
    /// What its codes are judged with.
    pub key: TotpKey,
    /// The newest step spent so far.
    pub last_step: Option<Step>,
    /// Failures in a row, the present guess included.
    pub failures: i64,
}

/// A set-up that is not confirmed yet.
pub struct PendingTotpRow {
    /// Its id.
    pub id: AuthenticatorId,
    /// How its codes are made.
    pub params: TotpParams,
    /// Its secret, to be shown until the set-up is confirmed or over.
    pub secret: Secret,
    /// When it is void.
    pub expires_at: Timestamp,
    /// What page and app call it, if it was paired.
    pub paired: Option<PairedName>,
}

/// How a pending secret came to be. One of the other kind is not found: what was derived is never shown, and its first code is
/// guessed at as often as a pairing allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PendingKind {
    /// Made here, and shown as a QR code.
    Shown = 0,
    /// Derived from the two codes of a pairing (K4).
    Paired = 1,
}

/// A set-up that begins.
pub struct NewTotp<'a> {
    /// Its id.
    pub id: AuthenticatorId,
    /// What [`totp_plaintext`] makes, sealed.
    pub sealed: &'a [u8],
    /// The session or attempt that may finish it.
    pub started_by: &'a TokenHash,
    /// When it is void unless confirmed.
    pub expires_at: Timestamp,
    /// What page and app call it, if it was paired.
    pub paired: Option<&'a PairedName>,
}

fn paired_name(row: &Row<'_>, first: usize) -> Result<Option<PairedName>, StoreError> {
    Ok(match row.opt_text(first)? {
        Some(tag) => Some(PairedName {
            tag,
            device: row.opt_text(first + 1)?.unwrap_or_default(),
        }),
        None => None,
    })
}

/// What a person's page says about an authenticator app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotpState {
    /// Its id.
    pub id: AuthenticatorId,
    /// What page and app call it, if it was paired.
    pub paired: Option<PairedName>,
    /// When it was confirmed.
    pub confirmed_at: Timestamp,
    /// When a code was last accepted.
    pub used_at: Option<Timestamp>,
    /// Failures in a row.
    pub failures: i64,
    /// No guess is looked at before this time.
    pub blocked_until: Timestamp,
    /// When its owner said that the device is lost (SEC-44).
    pub suspended_at: Option<Timestamp>,
}

/// What is sealed: algorithm, digits, period (two bytes), then the secret.
pub fn totp_plaintext(params: TotpParams, secret: &Secret) -> zeroize::Zeroizing<Vec<u8>> {
    let algorithm = match params.algorithm() {
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha512 => 3,
    };
    let mut plain = zeroize::Zeroizing::new(Vec::with_capacity(4 + secret.expose().len()));
    plain.extend([algorithm, params.digits().count()]);
    plain.extend(params.period_seconds().to_be_bytes());
    plain.extend(secret.expose());
    plain
}

/// [`Tx::find_totp_state`] of the person whose session has the token `$2`.
pub(crate) const TOTP_STATE_OF_SESSION: &str =
    "SELECT id, confirmed_at, used_at, failures, blocked_until, suspended_at, tag, device FROM totp
      WHERE tenant_id = $1 AND confirmed_at IS NOT NULL
        AND user_id = (SELECT user_id FROM browser_session WHERE tenant_id = $1 AND token_hash = $2)
      ORDER BY id DESC LIMIT 1";

pub(crate) fn totp_state(row: &Row<'_>) -> Result<TotpState, StoreError> {
    Ok(TotpState {
        id: AuthenticatorId(row.int(0)?),
        confirmed_at: Timestamp(row.int(1)?),
        used_at: row.opt_int(2)?.map(Timestamp),
        failures: row.int(3)?,
        blocked_until: Timestamp(row.int(4)?),
        suspended_at: row.opt_int(5)?.map(Timestamp),
        paired: paired_name(row, 6)?,
    })
}

impl Tx<'_> {
    /// The context under which a person's TOTP secrets are sealed (SEC-77).
    pub fn totp_context(&self, user: UserId) -> SealContext<'static> {
        SealedColumn::Totp.context(self.tenant, user.0)
    }

    fn unseal(
        &self,
        keys: &KeyRing,
        user: UserId,
        sealed: &[u8],
    ) -> Result<(TotpParams, Secret), StoreError> {
        let plain = open(keys, &self.totp_context(user), sealed)?;
        let corrupt = || StoreError::corrupt("totp.sealed");
        let [algorithm, digits, period_high, period_low, secret @ ..] = plain.as_slice() else {
            return Err(corrupt());
        };
        let algorithm = match algorithm {
            1 => Algorithm::Sha1,
            2 => Algorithm::Sha256,
            3 => Algorithm::Sha512,
            _ => return Err(corrupt()),
        };
        let digits = Digits::new(*digits).ok_or_else(corrupt)?;
        let period = u16::from_be_bytes([*period_high, *period_low]);
        let params = TotpParams::new(algorithm, digits, period).map_err(|_| corrupt())?;
        Ok((params, Secret::from_bytes(secret.to_vec())))
    }

    /// Counts a guess against every confirmed app of a person and unseals them for the judgement (SEC-45). Empty:
    /// there is none, or the method waits, is disabled or suspended; [`Tx::find_totp_state`] says which.
    pub async fn reserve_totp_guess(
        &mut self,
        keys: &KeyRing,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<ConfirmedTotp>, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .list(
                "UPDATE totp SET failures = failures + 1
                  WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL AND failures < $3
                    AND blocked_until <= $4 AND suspended_at IS NULL
                 RETURNING id, sealed, last_step, failures",
                &[tenant.into(), user.into(), CLOSED_AT.into(), now.into()],
                |row| Ok((AuthenticatorId(row.int(0)?), row.bytes(1)?, row.opt_int(2)?, row.int(3)?)),
            )
            .await?;
        rows.into_iter()
            .map(|(id, sealed, last_step, failures)| {
                let (params, secret) = self.unseal(keys, user, &sealed)?;
                let last_step = last_step.map(|step| Step(step as u64));
                Ok(ConfirmedTotp {
                    id,
                    key: TotpKey::new(params, &secret),
                    last_step,
                    failures,
                })
            })
            .collect()
    }

    /// Spends a step and gives the guess back. `false`: another request spent it first (SEC-13).
    pub async fn spend_step(
        &mut self,
        user: UserId,
        id: AuthenticatorId,
        step: Step,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .exec(
                "UPDATE totp SET last_step = $4, used_at = $5, failures = 0, blocked_until = 0
                  WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND (last_step IS NULL OR last_step < $4)",
                &[tenant.into(), user.into(), id.into(), (step.0 as i64).into(), now.into()],
            )
            .await?;
        Ok(rows == 1)
    }

    /// The state of a person's confirmed app; the newest, should there be several. Ids grow with time and stand in the key:
    /// any other order would make SQLite sort, on every page of a signed-in person.
    pub async fn find_totp_state(&mut self, user: UserId) -> Result<Option<TotpState>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT id, confirmed_at, used_at, failures, blocked_until, suspended_at, tag, device FROM totp
              WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL
              ORDER BY id DESC LIMIT 1",
            &[tenant.into(), user.into()],
            totp_state,
        )
        .await
    }

    /// The apps in use of people with ids behind `after` up to `last`; of each, the newest comes last.
    pub async fn list_totp_states(
        &mut self,
        after: UserId,
        last: UserId,
    ) -> Result<Vec<(UserId, TotpState)>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT id, confirmed_at, used_at, failures, blocked_until, suspended_at, tag, device, user_id FROM totp
              WHERE tenant_id = $1 AND user_id > $2 AND user_id <= $3 AND confirmed_at IS NOT NULL
              ORDER BY user_id, id",
            &[tenant.into(), after.into(), last.into()],
            |row| Ok((UserId(row.int(8)?), totp_state(row)?)),
        )
        .await
    }

    /// The key of a person's app in use; the newest, should there be several. Only [`Tx::spend_step`] makes it anybody's to see.
    pub async fn find_totp_key(
        &mut self,
        keys: &KeyRing,
        user: UserId,
    ) -> Result<Option<(TotpParams, Secret)>, StoreError> {
        let tenant = self.tenant;
        let sealed = self
            .find(
                "SELECT sealed FROM totp
                  WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL AND suspended_at IS NULL
                  ORDER BY confirmed_at DESC LIMIT 1",
                &[tenant.into(), user.into()],
                |row| row.bytes(0),
            )
            .await?;
        sealed
            .map(|sealed| self.unseal(keys, user, &sealed))
            .transpose()
    }

    /// Suspends a person's apps, because the device is lost. `false`: none is confirmed and in use.
    pub async fn suspend_totp(&mut self, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE totp SET suspended_at = $3
                    WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL AND suspended_at IS NULL";
        let rows = self
            .exec(sql, &[tenant.into(), user.into(), now.into()])
            .await?;
        self.narrows_gate |= rows > 0;
        Ok(rows > 0)
    }

    /// Takes a person's suspended apps into use again. `false`: none is suspended.
    pub async fn reactivate_totp(&mut self, user: UserId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE totp SET suspended_at = NULL
                    WHERE tenant_id = $1 AND user_id = $2 AND suspended_at IS NOT NULL";
        let changed = self.exec(sql, &[tenant.into(), user.into()]).await? > 0;
        self.narrows_gate |= changed;
        Ok(changed)
    }

    /// Until when the person's group may put a compulsory set-up off (W8).
    pub async fn find_grace(&mut self, user: UserId) -> Result<Option<Timestamp>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT person_group.grace_until FROM person JOIN person_group
                       ON person_group.tenant_id = person.tenant_id AND person_group.id = person.group_id
                    WHERE person.tenant_id = $1 AND person.id = $2";
        let found = self
            .find(sql, &[tenant.into(), user.into()], |row| row.opt_int(0))
            .await?;
        Ok(found.flatten().map(Timestamp))
    }

    /// Begins a set-up; one begun before is void (SEC-38).
    pub async fn replace_pending_totp(
        &mut self,
        user: UserId,
        new: &NewTotp<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO totp (tenant_id, user_id, id, sealed, created_at, confirmed_at, expires_at, started_by,
                               last_step, used_at, failures, blocked_until, tag, device)
             VALUES ($1, $2, $3, $4, $5, NULL, $6, $7, NULL, NULL, 0, 0, $8, $9)
             ON CONFLICT (tenant_id, user_id) WHERE confirmed_at IS NULL DO UPDATE
                SET id = $3, sealed = $4, created_at = $5, expires_at = $6, started_by = $7, failures = 0, tag = $8,
                    device = $9",
            &[
                tenant.into(),
                user.into(),
                new.id.into(),
                new.sealed.into(),
                now.into(),
                new.expires_at.into(),
                (&new.started_by.0).into(),
                new.paired.map(|paired| &*paired.tag).into(),
                new.paired.map(|paired| &*paired.device).into(),
            ],
        )
        .await?;
        self.note_factor(user).await
    }

    /// Finds the set-up of this kind that `started_by` began and that is not over.
    pub async fn find_pending_totp(
        &mut self,
        keys: &KeyRing,
        user: UserId,
        started_by: &TokenHash,
        kind: PendingKind,
        now: Timestamp,
    ) -> Result<Option<PendingTotpRow>, StoreError> {
        let tenant = self.tenant;
        let found = self
            .find(
                "SELECT id, sealed, expires_at, tag, device FROM totp
                  WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NULL AND started_by = $3
                    AND expires_at > $4 AND failures < $5
                    AND CASE WHEN tag IS NULL THEN 0 ELSE 1 END = CAST($6 AS BIGINT)",
                &[
                    tenant.into(),
                    user.into(),
                    (&started_by.0).into(),
                    now.into(),
                    SET_UP_GUESSES.into(),
                    (kind as i64).into(),
                ],
                |row| {
                    Ok((
                        AuthenticatorId(row.int(0)?),
                        row.bytes(1)?,
                        Timestamp(row.int(2)?),
                        paired_name(row, 3)?,
                    ))
                },
            )
            .await?;
        let Some((id, sealed, expires_at, paired)) = found else {
            return Ok(None);
        };
        let (params, secret) = self.unseal(keys, user, &sealed)?;
        Ok(Some(PendingTotpRow {
            id,
            params,
            secret,
            expires_at,
            paired,
        }))
    }

    /// Counts a wrong code of the set-up that `started_by` began; after [`SET_UP_GUESSES`] it is over.
    pub async fn count_set_up_failure(
        &mut self,
        user: UserId,
        started_by: &TokenHash,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE totp SET failures = failures + 1
                    WHERE tenant_id = $1 AND user_id = $2 AND started_by = $3 AND confirmed_at IS NULL";
        self.exec(sql, &[tenant.into(), user.into(), (&started_by.0).into()])
            .await?;
        Ok(())
    }

    /// Makes a pending secret the person's only authenticator app, its first step spent. `false`: it is pending no more.
    pub async fn confirm_totp(
        &mut self,
        user: UserId,
        id: AuthenticatorId,
        step: Step,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .exec(
                "UPDATE totp SET confirmed_at = $4, expires_at = NULL, started_by = NULL, last_step = $5,
                                 used_at = NULL, failures = 0
                  WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND confirmed_at IS NULL",
                &[tenant.into(), user.into(), id.into(), now.into(), (step.0 as i64).into()],
            )
            .await?;
        if rows == 0 {
            return Ok(false);
        }
        let others = "DELETE FROM totp WHERE tenant_id = $1 AND user_id = $2 AND id <> $3";
        self.exec(others, &[tenant.into(), user.into(), id.into()])
            .await?;
        self.narrows_gate = true;
        // What a re-issue demanded is done (G8).
        self.update_must_enrol(user, false).await?;
        self.note_factor(user).await?;
        Ok(true)
    }

    /// Drops a set-up that is not confirmed. `false`: there was none.
    pub async fn delete_pending_totp(&mut self, user: UserId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM totp WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NULL";
        let dropped = self.exec(sql, &[tenant.into(), user.into()]).await? > 0;
        if dropped {
            self.note_factor(user).await?;
        }
        Ok(dropped)
    }

    /// Drops every authenticator app of a person, pending ones too, and the pairing that is open. `false`: none was confirmed.
    pub async fn delete_totp(&mut self, user: UserId) -> Result<bool, StoreError> {
        self.delete_pairing(user).await?;
        let tenant = self.tenant;
        let sql = "DELETE FROM totp WHERE tenant_id = $1 AND user_id = $2 RETURNING confirmed_at";
        let dropped = self
            .list(sql, &[tenant.into(), user.into()], |row| row.opt_int(0))
            .await?;
        self.note_factor(user).await?;
        let was_confirmed = dropped.iter().any(Option::is_some);
        self.narrows_gate |= was_confirmed;
        Ok(was_confirmed)
    }

    /// Hands an unfinished set-up on to the new token of the session that began it.
    pub async fn hand_on_pending_totp(
        &mut self,
        user: UserId,
        old: &TokenHash,
        new: &TokenHash,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE totp SET started_by = $4
                    WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NULL AND started_by = $3";
        self.exec(
            sql,
            &[tenant.into(), user.into(), (&old.0).into(), (&new.0).into()],
        )
        .await?;
        Ok(())
    }
}

/// Wrong codes that end a set-up. Nothing is guessed there; the bound is one of the many that every boundary has.
pub const SET_UP_GUESSES: i64 = 20;
