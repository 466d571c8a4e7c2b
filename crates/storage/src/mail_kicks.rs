//! Whose mail clients have to be disconnected, written in the transaction of what makes it necessary. As a queue it knows one
//! number, when it is due, as the outbox does.

use warifu_domain::{ids::UserId, mail_window::SourceNetwork, time::Timestamp};

use crate::store::{Row, StoreError, Tx};

/// Somebody's mail clients, which may be connected still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailKick {
    /// Who.
    pub user: UserId,
    /// Where. `None`: wherever they are.
    pub network: Option<SourceNetwork>,
    /// The login ID, which is known even when the person is not any more.
    pub login: String,
    /// Since when they should be gone.
    pub noted_at: Timestamp,
    /// Which try this is, from 1.
    pub tries: i64,
    /// Connections that were ended by earlier tries.
    pub ended: i64,
    /// Until when this process has it for itself.
    pub lease_ends: Timestamp,
}

/// One whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueMailKick {
    /// Who.
    pub user: UserId,
    /// Where.
    pub network: Option<SourceNetwork>,
    /// Since when it is due. Whoever takes it first moves this time.
    pub due_at: Timestamp,
}

/// Statements about the windows whose time `$column` is over: one that notes them, one that takes them away.
macro_rules! over {
    ($column:literal) => {
        [
            concat!(
                "INSERT INTO mail_kick (tenant_id, user_id, network, login, noted_at, due_at, tries, ended)
                 SELECT mail_window.tenant_id, user_id, network, login, $3, $3, 0, 0
                   FROM mail_window JOIN person ON person.tenant_id = mail_window.tenant_id AND person.id = user_id
                  WHERE mail_window.tenant_id = $1 AND ", $column, " <= $2
                 ON CONFLICT (tenant_id, user_id, network) DO UPDATE
                    SET noted_at = excluded.noted_at, due_at = excluded.due_at, tries = 0"
            ),
            concat!("DELETE FROM mail_window WHERE tenant_id = $1 AND ", $column, " <= $2"),
        ]
    };
}

/// Empty for wherever they are.
fn key(network: &Option<SourceNetwork>) -> &[u8] {
    network.as_ref().map_or(&[], SourceNetwork::bytes)
}

fn network(row: &Row<'_>, column: usize) -> Result<Option<SourceNetwork>, StoreError> {
    let read = |bytes: &[u8]| match bytes {
        [] => Some(None),
        _ => SourceNetwork::from_bytes(bytes).map(Some),
    };
    row.with_bytes(column, read)?
        .ok_or_else(|| StoreError::corrupt("mail_kick.network"))
}

impl Tx<'_> {
    /// Notes that a person's mail clients at a network, or wherever they are, have to be disconnected now.
    pub async fn note_mail_kick(
        &mut self,
        user: UserId,
        network: Option<SourceNetwork>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "INSERT INTO mail_kick (tenant_id, user_id, network, login, noted_at, due_at, tries, ended)
                   SELECT tenant_id, id, $3, login, $4, $4, 0, 0 FROM person WHERE tenant_id = $1 AND id = $2
                   ON CONFLICT (tenant_id, user_id, network) DO UPDATE
                      SET noted_at = excluded.noted_at, due_at = excluded.due_at, tries = 0";
        let params = [tenant.into(), user.into(), key(&network).into(), now.into()];
        self.exec(sql, &params).await?;
        Ok(())
    }

    /// The same for everybody of the tenant who holds a window.
    pub async fn note_mail_kicks_of_all(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "INSERT INTO mail_kick (tenant_id, user_id, network, login, noted_at, due_at, tries, ended)
                   SELECT tenant_id, id, $2, login, $3, $3, 0, 0 FROM person WHERE tenant_id = $1 AND id IN
                          (SELECT user_id FROM mail_window WHERE tenant_id = $1)
                   ON CONFLICT (tenant_id, user_id, network) DO UPDATE
                      SET noted_at = excluded.noted_at, due_at = excluded.due_at, tries = 0";
        let params = [tenant.into(), key(&None).into(), now.into()];
        self.exec(sql, &params).await?;
        Ok(())
    }

    /// Takes away the windows that ended by `by`, and notes that their mail clients have to be disconnected; says how many.
    pub async fn end_mail_windows(
        &mut self,
        by: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.end_windows(over!("until"), by, now).await
    }

    /// The same for windows that began by `by`: policy has shortened them.
    pub async fn end_mail_windows_since(
        &mut self,
        by: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let ended = self.end_windows(over!("since"), by, now).await?;
        self.narrows_gate |= ended > 0;
        Ok(ended)
    }

    async fn end_windows(
        &mut self,
        [note, delete]: [&'static str; 2],
        by: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let tenant = self.tenant;
        self.exec(note, &[tenant.into(), by.into(), now.into()])
            .await?;
        self.exec(delete, &[tenant.into(), by.into()]).await
    }

    /// Whether a window ended by `now` and stands there still.
    pub async fn has_ended_mail_window(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT 1 FROM mail_window WHERE tenant_id = $1 AND until <= $2 LIMIT 1";
        let found = self
            .find(sql, &[tenant.into(), now.into()], |_| Ok(()))
            .await?;
        Ok(found.is_some())
    }

    /// Lists up to `limit` that are due, longest due first.
    pub async fn list_due_mail_kicks(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueMailKick>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT user_id, network, due_at FROM mail_kick
                    WHERE tenant_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3";
        self.list(sql, &[tenant.into(), now.into(), limit.into()], |row| {
            Ok(DueMailKick {
                user: UserId(row.int(0)?),
                network: network(row, 1)?,
                due_at: Timestamp(row.int(2)?),
            })
        })
        .await
    }

    /// Takes one that is due until the end of a lease, and counts the try. `None`: another node has it, or it is gone.
    pub async fn claim_mail_kick(
        &mut self,
        due: &DueMailKick,
        lease_ends: Timestamp,
    ) -> Result<Option<MailKick>, StoreError> {
        let tenant = self.tenant;
        let (user, place) = (due.user, due.network);
        let sql = "UPDATE mail_kick SET due_at = $5, tries = tries + 1
                    WHERE tenant_id = $1 AND user_id = $2 AND network = $3 AND due_at = $4
                   RETURNING login, noted_at, tries, ended";
        let params = [
            tenant.into(),
            user.into(),
            key(&place).into(),
            due.due_at.into(),
            lease_ends.into(),
        ];
        self.find(sql, &params, |row| {
            Ok(MailKick {
                user,
                network: place,
                login: row.text(0)?,
                noted_at: Timestamp(row.int(1)?),
                tries: row.int(2)?,
                ended: row.int(3)?,
                lease_ends,
            })
        })
        .await
    }

    /// Puts a claimed one back until `due_at`. `false`: the lease is over, or it was noted anew meanwhile.
    pub async fn postpone_mail_kick(
        &mut self,
        kick: &MailKick,
        ended: i64,
        due_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE mail_kick SET due_at = $5, ended = $6
                    WHERE tenant_id = $1 AND user_id = $2 AND network = $3 AND due_at = $4";
        let params = [
            tenant.into(),
            kick.user.into(),
            key(&kick.network).into(),
            kick.lease_ends.into(),
            due_at.into(),
            ended.into(),
        ];
        Ok(self.exec(sql, &params).await? == 1)
    }

    /// Removes a claimed one: it is done, or given up. `false`: the lease is over, or it was noted anew meanwhile.
    pub async fn delete_mail_kick(&mut self, kick: &MailKick) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM mail_kick WHERE tenant_id = $1 AND user_id = $2 AND network = $3 AND due_at = $4";
        let params = [
            tenant.into(),
            kick.user.into(),
            key(&kick.network).into(),
            kick.lease_ends.into(),
        ];
        Ok(self.exec(sql, &params).await? == 1)
    }
}
