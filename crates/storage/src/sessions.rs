//! Sessions of browsers.

use std::net::IpAddr;

use warifu_domain::{
    ids::UserId,
    network::{address_bytes, address_from_bytes},
    session::{Evidence, Session},
    time::Timestamp,
    token::TokenHash,
};

use crate::store::{Row, StoreError, Tx};

/// A session as its user sees it.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// What it was looked up by.
    pub token: TokenHash,
    /// What was proved, and when.
    pub session: Session,
    /// Where the login came from.
    pub address: IpAddr,
    /// A short name of the browser.
    pub agent: String,
}

fn session(row: &Row<'_>) -> Result<SessionRow, StoreError> {
    let token = row.with_bytes(0, |bytes| <[u8; 16]>::try_from(bytes))?;
    let address = row.with_bytes(7, address_from_bytes)?;
    Ok(SessionRow {
        token: TokenHash(token.map_err(|_| StoreError::corrupt("browser_session.token_hash"))?),
        session: Session {
            user: UserId(row.int(1)?),
            evidence: Evidence::from_number(row.int(2)?),
            began_at: Timestamp(row.int(3)?),
            proved_at: Timestamp(row.int(4)?),
            seen_at: Timestamp(row.int(5)?),
            remembered: row.int(6)? != 0,
        },
        address: address.ok_or_else(|| StoreError::corrupt("browser_session.address"))?,
        agent: row.text(8)?,
    })
}

// A person's sessions are found in the index, which is joined to the table. Asked for both at once, SQLite takes the rows
// of a tenant for a handful and reads all of them: on every account page, everybody's sessions.
const LIST_SESSIONS: &str =
    "SELECT s.token_hash, s.user_id, s.evidence, s.began_at, s.proved_at, s.seen_at, s.remembered,
        s.address, s.agent
   FROM browser_session AS own
   JOIN browser_session AS s ON s.tenant_id = own.tenant_id AND s.token_hash = own.token_hash
  WHERE own.tenant_id = $1 AND own.user_id = $2 ORDER BY s.began_at DESC LIMIT 100";
const COUNT_SESSIONS: &str = "SELECT COUNT(*)
   FROM browser_session AS own
   JOIN browser_session AS s ON s.tenant_id = own.tenant_id AND s.token_hash = own.token_hash
  WHERE own.tenant_id = $1 AND own.user_id = $2 AND s.ends_at > $3 AND (s.remembered = 1 OR s.seen_at > $4)";

impl Tx<'_> {
    /// Writes a new session. `ends_at` only serves to sweep it away; [`Session::is_over`] decides.
    pub async fn insert_session(
        &mut self,
        new: &SessionRow,
        ends_at: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let Session {
            user,
            evidence,
            began_at,
            proved_at,
            seen_at,
            remembered,
        } = new.session;
        self.exec(
            "INSERT INTO browser_session (tenant_id, token_hash, user_id, evidence, began_at, proved_at, seen_at,
                                          remembered, ends_at, address, agent)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                tenant.into(),
                (&new.token.0).into(),
                user.into(),
                evidence.number().into(),
                began_at.into(),
                proved_at.into(),
                seen_at.into(),
                i64::from(remembered).into(),
                ends_at.into(),
                (&address_bytes(new.address)).into(),
                new.agent.as_str().into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Finds a session by the hash of its token.
    pub async fn find_session(
        &mut self,
        token: &TokenHash,
    ) -> Result<Option<SessionRow>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT token_hash, user_id, evidence, began_at, proved_at, seen_at, remembered, address, agent
               FROM browser_session WHERE tenant_id = $1 AND token_hash = $2",
            &[tenant.into(), (&token.0).into()],
            session,
        )
        .await
    }

    /// Lists a person's sessions, newest first; at most 100.
    pub async fn list_sessions(&mut self, user: UserId) -> Result<Vec<SessionRow>, StoreError> {
        let tenant = self.tenant;
        self.list(LIST_SESSIONS, &[tenant.into(), user.into()], session)
            .await
    }

    /// Notes that a request was seen, and what the session's proofs still are.
    pub async fn update_seen(
        &mut self,
        token: &TokenHash,
        evidence: Evidence,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE browser_session SET seen_at = $3, evidence = $4
                    WHERE tenant_id = $1 AND token_hash = $2 AND seen_at < $3";
        self.exec(
            sql,
            &[
                tenant.into(),
                (&token.0).into(),
                now.into(),
                evidence.number().into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Keeps a session of `user` from being ended by another transaction until this one ends. `false`: it has ended.
    pub async fn lock_session(
        &mut self,
        user: UserId,
        token: &TokenHash,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE browser_session SET seen_at = seen_at
                    WHERE tenant_id = $1 AND token_hash = $2 AND user_id = $3";
        let rows = self
            .exec(sql, &[tenant.into(), (&token.0).into(), user.into()])
            .await?;
        Ok(rows == 1)
    }

    /// Gives a session a new token and notes what was proved, and when (SEC-4). `false`: the session ended meanwhile.
    pub async fn renew_session(
        &mut self,
        old: &TokenHash,
        new: &TokenHash,
        evidence: Evidence,
        proved_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .exec(
                "UPDATE browser_session SET token_hash = $3, evidence = $4, proved_at = $5, seen_at = $6
                  WHERE tenant_id = $1 AND token_hash = $2",
                &[
                    tenant.into(),
                    (&old.0).into(),
                    (&new.0).into(),
                    evidence.number().into(),
                    proved_at.into(),
                    now.into(),
                ],
            )
            .await?;
        Ok(rows == 1)
    }

    /// How many sessions of `user` are open: not ended, and remembered or seen after `idle_since`.
    pub async fn count_sessions(
        &mut self,
        user: UserId,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<i64, StoreError> {
        let tenant = self.tenant;
        let count = self
            .find(
                COUNT_SESSIONS,
                &[tenant.into(), user.into(), now.into(), idle_since.into()],
                |row| row.int(0),
            )
            .await?;
        Ok(count.unwrap_or(0))
    }

    /// Ends one session of `user`. `false`: it had ended, or is somebody else's.
    pub async fn delete_session(
        &mut self,
        user: UserId,
        token: &TokenHash,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql =
            "DELETE FROM browser_session WHERE tenant_id = $1 AND token_hash = $2 AND user_id = $3";
        Ok(self
            .exec(sql, &[tenant.into(), (&token.0).into(), user.into()])
            .await?
            == 1)
    }

    /// Ends every session of the tenant; says how many.
    pub async fn delete_all_sessions(&mut self) -> Result<u64, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM browser_session WHERE tenant_id = $1";
        self.exec(sql, &[tenant.into()]).await
    }

    /// Ends every session of `user` except `keep`; says how many.
    pub async fn delete_sessions_of(
        &mut self,
        user: UserId,
        keep: Option<&TokenHash>,
    ) -> Result<u64, StoreError> {
        let tenant = self.tenant;
        // No token hash is empty, so an empty one keeps nothing.
        let keep: &[u8] = keep.map_or(&[], |token| &token.0);
        let sql = "DELETE FROM browser_session WHERE tenant_id = $1 AND user_id = $2 AND token_hash <> $3";
        self.exec(sql, &[tenant.into(), user.into(), keep.into()])
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MIGRATIONS;

    #[test]
    fn a_persons_sessions_are_found_without_reading_everybodys() {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        for migration in MIGRATIONS {
            database.execute_batch(migration.sql).unwrap();
        }
        for sql in [LIST_SESSIONS, COUNT_SESSIONS] {
            let explain = format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"));
            let mut plan = database.prepare(&explain).unwrap();
            let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3));
            let steps: Vec<String> = steps.collect::<Result<_, _>>().unwrap();
            assert!(
                steps[0].contains("browser_session_user (tenant_id=? AND user_id=?)"),
                "{steps:?}"
            );
            assert!(steps[1].contains("token_hash=?"), "{steps:?}");
        }
    }
}
