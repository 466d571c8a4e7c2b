//! Login attempts between the right password and the end. The guess is counted here before any code is looked at.

use warifu_domain::{
    attempt::Pending, ids::UserId, refusal::Refusal, time::Timestamp, token::TokenHash,
};

use crate::store::{Row, StoreError, Tx};

/// What an attempt waits for, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// A code.
    SecondFactor,
    /// The first code of a new authenticator.
    Enrolment,
}

/// An attempt's row.
#[derive(Clone, Debug)]
pub struct AttemptRow {
    /// Whose, until when.
    pub pending: Pending,
    /// What it waits for.
    pub stage: StageKind,
    /// Guesses spent, the present one included.
    pub guesses: i64,
    /// Whether the person is disabled, or gone.
    pub shut: bool,
}

/// Why an attempt does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedAttempt {
    /// What the person is told.
    pub why: Refusal,
    /// Whose it is; `None`: there is no such attempt, or no more.
    pub user: Option<UserId>,
}

/// What [`attempt`] reads, in its order. Whether the person may still log in comes along: a guess needs no more of them.
macro_rules! attempt_columns {
    () => {
        "user_id, stage, remember, expires_at, guesses, \
         (SELECT disabled FROM person WHERE person.tenant_id = $1 AND person.id = login_attempt.user_id)"
    };
}

fn attempt(row: &Row<'_>) -> Result<AttemptRow, StoreError> {
    Ok(AttemptRow {
        pending: Pending {
            user: UserId(row.int(0)?),
            remember: row.int(2)? != 0,
            expires_at: Timestamp(row.int(3)?),
        },
        stage: if row.int(1)? == 0 {
            StageKind::SecondFactor
        } else {
            StageKind::Enrolment
        },
        guesses: row.int(4)?,
        shut: row.opt_int(5)? != Some(0),
    })
}

impl Tx<'_> {
    /// Writes a new attempt.
    pub async fn insert_attempt(
        &mut self,
        token: &TokenHash,
        pending: &Pending,
        stage: StageKind,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO login_attempt (tenant_id, token_hash, user_id, stage, remember, expires_at, guesses)
             VALUES ($1, $2, $3, $4, $5, $6, 0)",
            &[
                tenant.into(),
                (&token.0).into(),
                pending.user.into(),
                i64::from(stage == StageKind::Enrolment).into(),
                i64::from(pending.remember).into(),
                pending.expires_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Finds an open attempt, or says why there is none.
    pub async fn find_attempt(
        &mut self,
        token: &TokenHash,
        wrong_codes: i64,
        now: Timestamp,
    ) -> Result<Result<AttemptRow, ClosedAttempt>, StoreError> {
        let tenant = self.tenant;
        let found = self
            .find(
                concat!(
                    "SELECT ",
                    attempt_columns!(),
                    " FROM login_attempt WHERE tenant_id = $1 AND token_hash = $2"
                ),
                &[tenant.into(), (&token.0).into()],
                attempt,
            )
            .await?;
        let Some(row) = found else {
            return Ok(Err(ClosedAttempt {
                why: Refusal::AttemptOver,
                user: None,
            }));
        };
        let why = if row.guesses >= wrong_codes {
            Refusal::TooManyWrongCodes
        } else if row.pending.is_expired(now) {
            Refusal::AttemptExpired
        } else {
            return Ok(Ok(row));
        };
        Ok(Err(ClosedAttempt {
            why,
            user: Some(row.pending.user),
        }))
    }

    /// Counts a guess, before the code is judged: parallel guesses cannot outrun the limit (SEC-45).
    pub async fn spend_guess(
        &mut self,
        token: &TokenHash,
        wrong_codes: i64,
        now: Timestamp,
    ) -> Result<Result<AttemptRow, ClosedAttempt>, StoreError> {
        let tenant = self.tenant;
        let spent = self
            .find(
                concat!(
                    "UPDATE login_attempt SET guesses = guesses + 1
                      WHERE tenant_id = $1 AND token_hash = $2 AND stage = 0 AND guesses < $3 AND expires_at > $4
                     RETURNING ",
                    attempt_columns!()
                ),
                &[tenant.into(), (&token.0).into(), wrong_codes.into(), now.into()],
                attempt,
            )
            .await?;
        match spent {
            Some(row) => Ok(Ok(row)),
            // Only the reason is missing; an attempt that waits for an enrolment takes no code here.
            None => Ok(Err(
                match self.find_attempt(token, wrong_codes, now).await? {
                    Err(closed) => closed,
                    Ok(row) => ClosedAttempt {
                        why: Refusal::AttemptOver,
                        user: Some(row.pending.user),
                    },
                },
            )),
        }
    }

    /// Keeps an attempt from being ended by another transaction until this one ends. `false`: it is over.
    pub async fn lock_attempt(&mut self, token: &TokenHash) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql =
            "UPDATE login_attempt SET guesses = guesses WHERE tenant_id = $1 AND token_hash = $2";
        Ok(self.exec(sql, &[tenant.into(), (&token.0).into()]).await? == 1)
    }

    /// Ends an attempt. `false`: another request ended it first.
    pub async fn spend_attempt(&mut self, token: &TokenHash) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM login_attempt WHERE tenant_id = $1 AND token_hash = $2";
        Ok(self.exec(sql, &[tenant.into(), (&token.0).into()]).await? == 1)
    }

    /// Ends every attempt of the tenant.
    pub async fn delete_all_attempts(&mut self) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM login_attempt WHERE tenant_id = $1";
        self.exec(sql, &[tenant.into()]).await?;
        Ok(())
    }

    /// Ends every attempt of a person.
    pub async fn delete_attempts_of(&mut self, user: UserId) -> Result<(), StoreError> {
        self.exec(DELETE_ATTEMPTS_OF, &[self.tenant.into(), user.into()])
            .await?;
        Ok(())
    }

    /// Ends a person's attempts but the `keep` newest. Those whose time is over stay until they are swept, so that their pages
    /// can say so; as at most `keep` live to see that in the time of one attempt, there are never many.
    pub async fn delete_older_attempts(
        &mut self,
        user: UserId,
        keep: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            DELETE_OLDER_ATTEMPTS,
            &[tenant.into(), user.into(), now.into(), keep.into()],
        )
        .await?;
        Ok(())
    }
}

// Both name the attempts by their keys, which they take from the index: else SQLite walks through all of the tenant's.
const DELETE_ATTEMPTS_OF: &str = "DELETE FROM login_attempt WHERE tenant_id = $1 AND token_hash IN
    (SELECT token_hash FROM login_attempt WHERE tenant_id = $1 AND user_id = $2)";
const DELETE_OLDER_ATTEMPTS: &str =
    "DELETE FROM login_attempt WHERE tenant_id = $1 AND token_hash IN
    (SELECT token_hash FROM login_attempt WHERE tenant_id = $1 AND user_id = $2 AND expires_at > $3
      ORDER BY expires_at DESC, token_hash LIMIT 1000 OFFSET $4)";

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;
    use warifu_domain::ids::TenantId;

    use super::*;
    use crate::{Location, testing};

    const TENANT: TenantId = TenantId(1);

    fn token(number: u16) -> TokenHash {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        TokenHash(bytes)
    }

    #[tokio::test]
    async fn a_person_s_attempts_are_ended_without_looking_at_the_others() {
        for store in testing::stores().await {
            let filled = store.write(TENANT, async |tx| {
                for number in 0..10_000_u16 {
                    let pending = Pending {
                        user: UserId(i64::from(number % 1000)),
                        remember: false,
                        expires_at: Timestamp(i64::from(number)),
                    };
                    tx.insert_attempt(&token(number), &pending, StageKind::SecondFactor)
                        .await?;
                }
                Ok(())
            });
            filled.await.unwrap();
            if let Location::Sqlite(path) = store.location() {
                let connection = rusqlite::Connection::open(path).unwrap();
                for sql in [DELETE_ATTEMPTS_OF, DELETE_OLDER_ATTEMPTS] {
                    let mut statement = connection.prepare(&sql.replace('$', "?")).unwrap();
                    let (now, keep) = match sql == DELETE_OLDER_ATTEMPTS {
                        true => (Some(0), Some(3)),
                        false => (None, None),
                    };
                    let params = [Some(TENANT.0), Some(7), now, keep].into_iter().flatten();
                    connection.execute_batch("BEGIN").unwrap();
                    let gone = statement
                        .execute(rusqlite::params_from_iter(params))
                        .unwrap();
                    connection.execute_batch("ROLLBACK").unwrap();
                    assert_eq!(gone as i64, 10 - keep.unwrap_or(0));
                    // Instructions of its machine: some thirty for each that goes, and one at least for each that is looked at.
                    let steps = statement.get_status(StatementStatus::VmStep);
                    assert!(steps < 500, "{steps}: {sql}");
                }
            } else {
                let read = store.write(TENANT, async |tx| {
                    tx.exec("ANALYZE login_attempt", &[]).await?;
                    tx.delete_older_attempts(UserId(7), 3, Timestamp(0)).await?;
                    tx.delete_attempts_of(UserId(7)).await?;
                    let sql = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
                                WHERE relname = 'login_attempt'";
                    tx.find(sql, &[], |row| row.int(0)).await
                });
                let read = read.await.unwrap().unwrap();
                assert!(read < 100, "{read}");
            }
        }
    }

    #[tokio::test]
    async fn the_oldest_open_attempts_of_a_person_go_and_nobody_else_s() {
        for store in testing::stores().await {
            let left = store.write(TENANT, async |tx| {
                for number in 0..20_u16 {
                    let pending = Pending {
                        user: UserId(i64::from(number % 2)),
                        remember: false,
                        expires_at: Timestamp(i64::from(number)),
                    };
                    tx.insert_attempt(&token(number), &pending, StageKind::SecondFactor)
                        .await?;
                }
                tx.delete_older_attempts(UserId(1), 3, Timestamp(5)).await?;
                let sql = "SELECT expires_at FROM login_attempt ORDER BY user_id, expires_at";
                tx.list(sql, &[], |row| row.int(0)).await
            });
            let kept = [1, 3, 5, 15, 17, 19];
            let expected: Vec<i64> = (0..20).step_by(2).chain(kept).collect();
            assert_eq!(left.await, Ok(expected), "{}", store.engine());
        }
    }
}
