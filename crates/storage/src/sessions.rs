//! Sessions of browsers.

use std::net::IpAddr;

use warifu_domain::{
    ids::UserId,
    network::{address_bytes, address_from_bytes},
    session::{Evidence, Session},
    time::Timestamp,
    token::TokenHash,
};

use crate::{
    authenticators::{TOTP_STATE_OF_SESSION, TotpState, totp_state},
    store::{Row, StoreError, Tx},
    tenants::{OWN_STATE, TenantState, tenant_state},
    users::{PERSON_COLUMNS, UserRow, person_columns, user},
};

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

/// Who comes with a token, and to whom. Without a session there is no app.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The tenant as it is; `None`: it is gone.
    pub tenant: Option<TenantState>,
    /// The session and its person.
    pub session: Option<(SessionRow, UserRow)>,
    /// As [`Tx::find_totp_state`] gives it.
    pub totp: Option<TotpState>,
}

/// What [`session`] reads, in its order.
macro_rules! session_columns {
    () => {
        "token_hash, user_id, evidence, began_at, proved_at, seen_at, remembered, address, agent"
    };
}

/// Reads a session from columns that begin at `first`.
fn session(row: &Row<'_>, first: usize) -> Result<SessionRow, StoreError> {
    let token = row.with_bytes(first, |bytes| <[u8; 16]>::try_from(bytes))?;
    let address = row.with_bytes(first + 7, address_from_bytes)?;
    Ok(SessionRow {
        token: TokenHash(token.map_err(|_| StoreError::corrupt("browser_session.token_hash"))?),
        session: Session {
            user: UserId(row.int(first + 1)?),
            evidence: Evidence::from_number(row.int(first + 2)?),
            began_at: Timestamp(row.int(first + 3)?),
            proved_at: Timestamp(row.int(first + 4)?),
            seen_at: Timestamp(row.int(first + 5)?),
            remembered: row.int(first + 6)? != 0,
        },
        address: address.ok_or_else(|| StoreError::corrupt("browser_session.address"))?,
        agent: row.text(first + 8)?,
    })
}

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

    /// Finds a session by the hash of its token, with everything that every page asks about it.
    pub async fn find_entry(&mut self, token: &TokenHash) -> Result<Entry, StoreError> {
        let params = [self.tenant.into(), (&token.0).into()];
        let statements: [(_, &[_]); 3] = [
            (OWN_STATE, &params[..1]),
            (
                concat!(
                    "SELECT ",
                    person_columns!(),
                    ", ",
                    session_columns!(),
                    " FROM browser_session JOIN person ON person.tenant_id = $1 AND person.id = user_id
                      WHERE browser_session.tenant_id = $1 AND token_hash = $2"
                ),
                &params,
            ),
            (TOTP_STATE_OF_SESSION, &params),
        ];
        let mut entry = Entry {
            tenant: None,
            session: None,
            totp: None,
        };
        self.each_of(&statements, |number, row| {
            match number {
                0 => entry.tenant = Some(tenant_state(row)?),
                1 => entry.session = Some((session(row, PERSON_COLUMNS)?, user(row)?)),
                _ => entry.totp = Some(totp_state(row)?),
            }
            Ok(())
        })
        .await?;
        Ok(entry)
    }

    /// Lists a person's sessions, newest first; at most 100.
    pub async fn list_sessions(&mut self, user: UserId) -> Result<Vec<SessionRow>, StoreError> {
        let tenant = self.tenant;
        self.list(
            concat!(
                "SELECT ",
                session_columns!(),
                " FROM browser_session WHERE tenant_id = $1 AND user_id = $2 ORDER BY began_at DESC LIMIT 100"
            ),
            &[tenant.into(), user.into()],
            |row| session(row, 0),
        )
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
        let sql = "SELECT COUNT(*) FROM browser_session
                    WHERE tenant_id = $1 AND user_id = $2 AND ends_at > $3 AND (remembered = 1 OR seen_at > $4)";
        let count = self
            .find(
                sql,
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

    /// Ends a session, whosesoever it is; says whose it was. `None`: it had ended.
    pub async fn take_session(&mut self, token: &TokenHash) -> Result<Option<UserId>, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM browser_session WHERE tenant_id = $1 AND token_hash = $2 RETURNING user_id";
        self.find(sql, &[tenant.into(), (&token.0).into()], |row| {
            Ok(UserId(row.int(0)?))
        })
        .await
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
