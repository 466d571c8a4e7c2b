//! What is kept about one person and asked for by nothing but the export of it (SEC-81): the rest is asked for where it is used.

use warifu_domain::{audit::EventKind, ids::UserId, time::Timestamp};

use crate::store::{Row, StoreError, Tx};

/// Rows of one kind that are listed: more than a person can have, but for work at the console.
const MOST: i64 = 200;

/// What waits, or was begun, for one person.
#[derive(Clone, Debug, Default)]
pub struct PersonRecords {
    /// Mail that waits to be sent: what it tells, and since when.
    pub waiting_mail: Vec<(EventKind, Timestamp)>,
    /// When open login attempts end.
    pub attempts: Vec<Timestamp>,
    /// When links of reset mails are void.
    pub password_links: Vec<Timestamp>,
    /// When a set-up was begun that is not confirmed.
    pub set_ups: Vec<Timestamp>,
    /// When pairings of an app by two typed codes end.
    pub pairings: Vec<Timestamp>,
    /// Connections of mail programs that wait to be ended at the mail server.
    pub mail_kicks: Vec<Timestamp>,
    /// When a code by mail was asked for that is not used.
    pub emailed_codes: Vec<Timestamp>,
    /// When a rescue was asked for that waits for a second operator.
    pub rescues: Vec<Timestamp>,
    /// When networks and browsers from where the person usually logs in were last seen; they themselves are not kept.
    pub familiar: Vec<Timestamp>,
    /// When the person was reminded last.
    pub reminded: Vec<Timestamp>,
    /// When work was begun that the person asked for at a console.
    pub console_work: Vec<Timestamp>,
}

fn time(row: &Row<'_>) -> Result<Timestamp, StoreError> {
    row.int(0).map(Timestamp)
}

impl Tx<'_> {
    /// Lists what waits, or was begun, for a person.
    pub async fn list_person_records(&mut self, user: UserId) -> Result<PersonRecords, StoreError> {
        let tenant = self.tenant;
        let params = [tenant.into(), user.into(), MOST.into()];
        let waiting = "SELECT kind, created_at FROM outbox WHERE tenant_id = $1 AND user_id = $2 ORDER BY id LIMIT $3";
        let waiting_mail = self
            .list(waiting, &params, |row| {
                let kind = EventKind::from_number(row.int(0)?);
                let kind = kind.ok_or_else(|| StoreError::corrupt("outbox.kind"))?;
                Ok((kind, Timestamp(row.int(1)?)))
            })
            .await?;
        let mut records = PersonRecords {
            waiting_mail,
            ..PersonRecords::default()
        };
        for (times, sql) in [
            (
                &mut records.attempts,
                "SELECT expires_at FROM login_attempt WHERE tenant_id = $1 AND user_id = $2 LIMIT $3",
            ),
            (
                &mut records.password_links,
                "SELECT expires_at FROM password_reset WHERE tenant_id = $1 AND user_id = $2 LIMIT $3",
            ),
            (
                &mut records.set_ups,
                "SELECT created_at FROM totp WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NULL LIMIT $3",
            ),
            (
                &mut records.pairings,
                "SELECT expires_at FROM pairing WHERE tenant_id = $1 AND user_id = $2 LIMIT $3",
            ),
            (
                &mut records.mail_kicks,
                "SELECT noted_at FROM mail_kick WHERE tenant_id = $1 AND user_id = $2 LIMIT $3",
            ),
            (
                &mut records.emailed_codes,
                "SELECT asked_at FROM emailed_code WHERE tenant_id = $1 AND user_id = $2 LIMIT $3",
            ),
            (
                &mut records.rescues,
                "SELECT asked_at FROM rescue WHERE tenant_id = $1 AND user_id = $2 LIMIT $3",
            ),
            (
                &mut records.familiar,
                "SELECT seen_at FROM familiar WHERE tenant_id = $1 AND user_id = $2 LIMIT $3",
            ),
            (
                &mut records.reminded,
                "SELECT sent_at FROM reminder WHERE tenant_id = $1 AND user_id = $2 LIMIT $3",
            ),
            (
                &mut records.console_work,
                "SELECT started_at FROM console_job WHERE tenant_id = $1 AND user_id = $2 LIMIT $3",
            ),
        ] {
            *times = self.list(sql, &params, time).await?;
        }
        Ok(records)
    }
}
