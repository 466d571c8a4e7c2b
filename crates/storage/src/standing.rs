//! What lists of people tell and are filtered by, kept in the person's own row by the statement that changes it, in the same
//! transaction (docs/decisions/0008). `Tx::find_true_standing` works it out from the tables that it is taken from.

use sha2::{Digest, Sha256};
use warifu_domain::{backup_code::FEW_CODES, ids::UserId, throttle::CLOSED_AT, time::Timestamp};

use crate::store::{Row, StoreError, Tx};

/// What a person has as second factor. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// Nothing.
    Off = 0,
    /// A set-up was begun and is neither confirmed nor swept away.
    Pending = 1,
    /// A confirmed authenticator app, or a confirmed private mail address (K6).
    On = 2,
}

/// When a budget opens that fifty failures have closed: not by itself.
pub const NEVER: Timestamp = Timestamp(i64::MAX);

/// What lists tell about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The second factor.
    pub factor: Factor,
    /// There is a set of backup codes with [`FEW_CODES`] left or fewer.
    pub codes_low: bool,
    /// Until when guesses at some budget of the account wait; [`NEVER`]: one is closed. In the past: none.
    pub blocked_until: Timestamp,
    /// The last login; `None`: there was none.
    pub last_login_at: Option<Timestamp>,
    /// The next login leads to a set-up, whatever the policy says (G8).
    pub must_enrol: bool,
    /// What the person switched the second factor to (K1). `None`: never touched.
    pub own_switch: Option<bool>,
    /// A private mail address is confirmed (K6).
    pub has_email: bool,
}

/// Reads a standing from seven columns that begin at `first`.
pub(crate) fn standing(row: &Row<'_>, first: usize) -> Result<Standing, StoreError> {
    Ok(Standing {
        factor: match row.int(first)? {
            0 => Factor::Off,
            1 => Factor::Pending,
            2 => Factor::On,
            _ => return Err(StoreError::corrupt("person.factor")),
        },
        codes_low: row.int(first + 1)? != 0,
        blocked_until: Timestamp(row.int(first + 2)?),
        last_login_at: match row.int(first + 3)? {
            0 => None,
            at => Some(Timestamp(at)),
        },
        must_enrol: row.int(first + 4)? != 0,
        own_switch: match row.int(first + 5)? {
            1 => Some(true),
            2 => Some(false),
            _ => None,
        },
        has_email: row.int(first + 6)? != 0,
    })
}

/// The key of an account's password budgets: the same shape whether the account exists or not.
pub fn budget_subject(login: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(login.as_bytes()).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

// Conditions about the login ID lead SQLite to the indexes: without them it reads everybody, at each sweep.

/// Waits that are over.
const WAITS_OVER: &str = "UPDATE person SET blocked_until = 0
                           WHERE tenant_id = $1 AND blocked_until > 0 AND blocked_until <= $2 AND login > ''";
/// Set-ups that were swept away.
const SET_UPS_GONE: &str = "UPDATE person SET factor = 0
                             WHERE tenant_id = $1 AND factor = 1 AND login > '' AND NOT EXISTS
                                   (SELECT 1 FROM totp WHERE totp.tenant_id = $1 AND totp.user_id = person.id)";

impl Tx<'_> {
    /// Notes what a person has as second factor now.
    pub(crate) async fn note_factor(&mut self, user: UserId) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "UPDATE person SET factor = CASE
                WHEN EXISTS (SELECT 1 FROM totp WHERE totp.tenant_id = $1 AND totp.user_id = $2
                                AND totp.confirmed_at IS NOT NULL) THEN 2
                WHEN has_email = 1 THEN 2
                WHEN EXISTS (SELECT 1 FROM totp WHERE totp.tenant_id = $1 AND totp.user_id = $2) THEN 1
                ELSE 0 END
              WHERE tenant_id = $1 AND id = $2",
            &[tenant.into(), user.into()],
        )
        .await?;
        Ok(())
    }

    /// Notes whether a person's backup codes run low now.
    pub(crate) async fn note_codes(&mut self, user: UserId) -> Result<(), StoreError> {
        let low = self.codes_are_low(user).await?;
        let tenant = self.tenant;
        let sql =
            "UPDATE person SET codes_low = $3 WHERE tenant_id = $1 AND id = $2 AND codes_low <> $3";
        self.exec(sql, &[tenant.into(), user.into(), i64::from(low).into()])
            .await?;
        Ok(())
    }

    async fn codes_are_low(&mut self, user: UserId) -> Result<bool, StoreError> {
        let row = self.find_backup_set(user).await?;
        Ok(row.is_some_and(|row| !row.set.current.is_empty() && row.set.left() <= FEW_CODES))
    }

    /// Notes that guesses at a person's account wait until a time, or, with [`CLOSED_AT`] failures, for good.
    pub(crate) async fn note_blocked(
        &mut self,
        user: UserId,
        failures: i64,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let until = if failures >= CLOSED_AT { NEVER } else { until };
        let tenant = self.tenant;
        let sql = "UPDATE person SET blocked_until = $3 WHERE tenant_id = $1 AND id = $2 AND blocked_until < $3";
        self.exec(sql, &[tenant.into(), user.into(), until.into()])
            .await?;
        Ok(())
    }

    /// Notes a login. Says until when guesses at the account were noted to wait: with a login, that may be over.
    pub async fn note_login(
        &mut self,
        user: UserId,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET last_login_at = $3 WHERE tenant_id = $1 AND id = $2
                   RETURNING blocked_until, logged_in";
        let params = [tenant.into(), user.into(), now.into()];
        let noted = self.find(sql, &params, |row| Ok((row.int(0)?, row.int(1)?)));
        let Some((blocked, logged_in)) = noted.await? else {
            return Ok(Timestamp(0));
        };
        // Apart, because SQLite writes an index anew whenever its column is named.
        if logged_in == 0 {
            let sql = "UPDATE person SET logged_in = 1 WHERE tenant_id = $1 AND id = $2";
            self.exec(sql, &[tenant.into(), user.into()]).await?;
        }
        Ok(Timestamp(blocked))
    }

    /// Notes which budgets of an account are still closed, after some were opened.
    pub async fn note_open(&mut self, user: UserId) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT login FROM person WHERE tenant_id = $1 AND id = $2 AND blocked_until > 0";
        let Some(login) = self
            .find(sql, &[tenant.into(), user.into()], |row| row.text(0))
            .await?
        else {
            return Ok(());
        };
        let until = self.find_blocked_until(user, &login).await?;
        let sql = "UPDATE person SET blocked_until = $3 WHERE tenant_id = $1 AND id = $2";
        self.exec(sql, &[tenant.into(), user.into(), until.into()])
            .await?;
        Ok(())
    }

    /// Until when guesses at some budget of an account wait.
    async fn find_blocked_until(
        &mut self,
        user: UserId,
        login: &str,
    ) -> Result<Timestamp, StoreError> {
        let tenant = self.tenant;
        let until = self
            .find(
                "SELECT COALESCE(MAX(CASE WHEN failures >= $4 THEN $5 ELSE blocked_until END), 0) FROM
                    (SELECT failures, blocked_until FROM throttle
                      WHERE tenant_id = $1 AND kind IN (1, 2) AND subject = $3
                     UNION ALL
                     SELECT failures, blocked_until FROM totp
                      WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL
                     UNION ALL
                     SELECT failures, blocked_until FROM private_address
                      WHERE tenant_id = $1 AND user_id = $2
                     UNION ALL
                     SELECT failures, blocked_until FROM backup_code_set
                      WHERE tenant_id = $1 AND user_id = $2) AS budget",
                &[
                    tenant.into(),
                    user.into(),
                    (&budget_subject(login)).into(),
                    CLOSED_AT.into(),
                    NEVER.into(),
                ],
                |row| row.int(0),
            )
            .await?;
        Ok(Timestamp(until.unwrap_or(0)))
    }

    /// Sets whether the next login leads to a set-up, whatever the policy says (G8).
    pub async fn update_must_enrol(
        &mut self,
        user: UserId,
        must_enrol: bool,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET must_enrol = $3 WHERE tenant_id = $1 AND id = $2 AND must_enrol <> $3";
        let must = i64::from(must_enrol);
        let key = [tenant.into(), user.into(), must.into()];
        self.narrows_gate |= self.exec(sql, &key).await? > 0;
        Ok(())
    }

    /// Notes what time has changed: waits that are over, set-ups that were swept away.
    pub(crate) async fn note_time(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(WAITS_OVER, &[tenant.into(), now.into()]).await?;
        self.exec(SET_UPS_GONE, &[tenant.into()]).await?;
        Ok(())
    }

    /// What lists should tell about a person, from the tables that it is taken from; the last login and the demand of a set-up
    /// are nowhere else. `None`: nobody has this id.
    pub async fn find_true_standing(
        &mut self,
        user: UserId,
    ) -> Result<Option<Standing>, StoreError> {
        let Some(person) = self.find_user(user).await? else {
            return Ok(None);
        };
        let tenant = self.tenant;
        let sql = "SELECT confirmed_at FROM totp WHERE tenant_id = $1 AND user_id = $2";
        let apps = self
            .list(sql, &[tenant.into(), user.into()], |row| row.opt_int(0))
            .await?;
        let has_email = self.find_private_address(user).await?.is_some();
        let factor = match has_email || apps.iter().any(Option::is_some) {
            true => Factor::On,
            false if apps.is_empty() => Factor::Off,
            false => Factor::Pending,
        };
        Ok(Some(Standing {
            factor,
            codes_low: self.codes_are_low(user).await?,
            blocked_until: self.find_blocked_until(user, &person.login).await?,
            has_email,
            ..person.standing
        }))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, config::DbConfig};

    use super::*;

    /// A sweep that reads a million people keeps logins waiting, and its pages in memory.
    #[test]
    fn a_sweep_finds_by_an_index_whom_time_has_changed() {
        let database = Connection::open_in_memory().unwrap();
        database
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .unwrap();
        database.execute_batch(&crate::schema::text()).unwrap();
        for (sql, index) in [
            (WAITS_OVER, "person_blocked"),
            (SET_UPS_GONE, "person_factor"),
        ] {
            let mut plan = database
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let mut steps = plan.raw_query();
            let first: String = steps.next().unwrap().unwrap().get(3).unwrap();
            assert!(first.contains(index), "{sql}\n{first}");
        }
    }
}
