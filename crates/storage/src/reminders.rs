//! Reminders to people without a second factor: rounds of them, who got one when, who would get one. Who is skipped, and why, is
//! decided elsewhere.

use warifu_domain::{
    ids::{GroupId, UserId},
    time::Timestamp,
};

use crate::store::{Row, StoreError, Tx};

/// Rounds that a person's own reminders are told apart by, at most.
const LATELY: i64 = 20;

/// A round of reminders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReminderRound {
    /// Its id; grows with time.
    pub id: i64,
    /// Who began it: an actor's number.
    pub actor: i64,
    /// To whom; `None`: to everybody.
    pub group: Option<GroupId>,
    /// The day that was typed.
    pub day: Option<Timestamp>,
    /// What the administrator added; may be empty.
    pub note: String,
    /// When it began.
    pub begun_at: Timestamp,
    /// When everybody had been looked at.
    pub ended_at: Option<Timestamp>,
    /// People without a second factor when it began.
    pub people: i64,
    /// Those of them who got one so far, and those who did not.
    pub counts: ReminderCounts,
    /// Whom it came to last.
    pub after: ReminderPlace,
    /// When its next mail may leave.
    pub next_due: Timestamp,
}

/// What became of the people of a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReminderCounts {
    /// They were written to.
    pub sent: i64,
    /// They got a reminder lately.
    pub recent: i64,
    /// They have no mail address.
    pub no_address: i64,
    /// Their address, which others share, got as many as it may.
    pub crowded: i64,
}

impl ReminderCounts {
    /// Everybody who was looked at.
    pub fn seen(&self) -> i64 {
        self.sent + self.recent + self.no_address + self.crowded
    }
}

/// Whom a round came to: those who began nothing first, by login ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReminderPlace {
    /// 0: nothing was begun; 1: a set-up was.
    pub factor: i64,
    /// The login ID.
    pub login: String,
}

impl ReminderPlace {
    /// Before everybody.
    pub fn start() -> Self {
        Self {
            factor: -1,
            login: String::new(),
        }
    }
}

/// Somebody without a second factor whose account is open.
#[derive(Clone, Debug)]
pub struct Remindable {
    /// The person.
    pub user: UserId,
    /// Where the person stands in the order of a round.
    pub place: ReminderPlace,
    /// The person's group.
    pub group: Option<GroupId>,
    /// When the person was reminded last, and in which round.
    pub reminded: Option<(Timestamp, i64)>,
}

/// People without a second factor, of one group and in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemindableCount {
    /// `None`: those who belong to no group.
    pub group: Option<GroupId>,
    /// A set-up was begun and not finished.
    pub begun: bool,
    /// All of them.
    pub people: i64,
    /// Those who got a reminder lately.
    pub recent: i64,
    /// Those of the others who have no mail address.
    pub no_address: i64,
}

const ROUND: &str = "SELECT id, actor, group_id, day, note, begun_at, ended_at, people, sent, recent, no_address, crowded,
    after_factor, after_login, next_due FROM reminder_round WHERE tenant_id = $1 AND id = $2";

/// Rounds, newest first.
pub(crate) const ROUNDS: &str =
    "SELECT id, actor, group_id, day, note, begun_at, ended_at, people, sent, recent, no_address, crowded,
            after_factor, after_login, next_due FROM reminder_round
      WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2";

pub(crate) fn round(row: &Row<'_>) -> Result<ReminderRound, StoreError> {
    Ok(ReminderRound {
        id: row.int(0)?,
        actor: row.int(1)?,
        group: row.opt_int(2)?.map(GroupId),
        day: row.opt_int(3)?.map(Timestamp),
        note: row.text(4)?,
        begun_at: Timestamp(row.int(5)?),
        ended_at: row.opt_int(6)?.map(Timestamp),
        people: row.int(7)?,
        counts: ReminderCounts {
            sent: row.int(8)?,
            recent: row.int(9)?,
            no_address: row.int(10)?,
            crowded: row.int(11)?,
        },
        after: ReminderPlace {
            factor: row.int(12)?,
            login: row.text(13)?,
        },
        next_due: Timestamp(row.int(14)?),
    })
}

impl Tx<'_> {
    /// Writes a round that begins.
    pub async fn insert_reminder_round(&mut self, new: &ReminderRound) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO reminder_round (tenant_id, id, actor, group_id, day, note, begun_at, people, sent, recent, no_address,
                                         crowded, after_factor, after_login, next_due)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, $9, $10, $11)",
            &[
                tenant.into(),
                new.id.into(),
                new.actor.into(),
                new.group.into(),
                new.day.into(),
                (&new.note).into(),
                new.begun_at.into(),
                new.people.into(),
                new.after.factor.into(),
                (&new.after.login).into(),
                new.next_due.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Finds a round.
    pub async fn find_reminder_round(
        &mut self,
        id: i64,
    ) -> Result<Option<ReminderRound>, StoreError> {
        let tenant = self.tenant;
        self.find(ROUND, &[tenant.into(), id.into()], round).await
    }

    /// Lists rounds, newest first.
    pub async fn list_reminder_rounds(
        &mut self,
        limit: i64,
    ) -> Result<Vec<ReminderRound>, StoreError> {
        let tenant = self.tenant;
        self.list(ROUNDS, &[tenant.into(), limit.into()], round)
            .await
    }

    /// Takes the people between `from` and `to` for whoever runs this transaction. `false`: another one has them, or the round
    /// is over.
    pub async fn move_reminder_round(
        &mut self,
        id: i64,
        from: &ReminderPlace,
        to: &ReminderPlace,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .exec(
                "UPDATE reminder_round SET after_factor = $5, after_login = $6
                  WHERE tenant_id = $1 AND id = $2 AND after_factor = $3 AND after_login = $4 AND ended_at IS NULL",
                &[
                    tenant.into(),
                    id.into(),
                    from.factor.into(),
                    (&from.login).into(),
                    to.factor.into(),
                    (&to.login).into(),
                ],
            )
            .await?;
        Ok(rows == 1)
    }

    /// Adds to a round's counts, and says when its next mail may leave.
    pub async fn count_reminders(
        &mut self,
        id: i64,
        more: ReminderCounts,
        next_due: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "UPDATE reminder_round SET sent = sent + $3, recent = recent + $4, no_address = no_address + $5,
                    crowded = crowded + $6, next_due = $7
              WHERE tenant_id = $1 AND id = $2",
            &[
                tenant.into(),
                id.into(),
                more.sent.into(),
                more.recent.into(),
                more.no_address.into(),
                more.crowded.into(),
                next_due.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Says that a round is over. `false`: it was already.
    pub async fn end_reminder_round(
        &mut self,
        id: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE reminder_round SET ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";
        let rows = self
            .exec(sql, &[tenant.into(), id.into(), now.into()])
            .await?;
        Ok(rows == 1)
    }

    /// Notes that a person is reminded now. `false`: the person was since `quiet_since`, or in this very round.
    pub async fn note_reminder(
        &mut self,
        user: UserId,
        round: i64,
        now: Timestamp,
        quiet_since: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .exec(
                "INSERT INTO reminder (tenant_id, user_id, round_id, sent_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (tenant_id, user_id) DO UPDATE SET round_id = $3, sent_at = $4
                  WHERE reminder.sent_at <= $5 AND reminder.round_id <> $3",
                &[
                    tenant.into(),
                    user.into(),
                    round.into(),
                    now.into(),
                    quiet_since.into(),
                ],
            )
            .await?;
        Ok(rows == 1)
    }

    /// When a person was reminded last.
    pub async fn find_reminder(&mut self, user: UserId) -> Result<Option<Timestamp>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT sent_at FROM reminder WHERE tenant_id = $1 AND user_id = $2";
        self.find(sql, &[tenant.into(), user.into()], |row| {
            row.int(0).map(Timestamp)
        })
        .await
    }

    /// People behind a place in the order of a round.
    pub async fn list_remindable(
        &mut self,
        group: Option<GroupId>,
        after: &ReminderPlace,
        limit: i64,
    ) -> Result<Vec<Remindable>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT person.id, person.factor, person.login, person.group_id, reminder.sent_at, reminder.round_id
               FROM person LEFT JOIN reminder ON reminder.tenant_id = person.tenant_id AND reminder.user_id = person.id
              WHERE person.tenant_id = $1 AND person.factor < 2 AND (person.factor, person.login) > ($2, $3)
                AND person.disabled = 0 AND (CAST($4 AS BIGINT) IS NULL OR person.group_id = $4)
              ORDER BY person.factor, person.login LIMIT $5",
            &[
                tenant.into(),
                after.factor.into(),
                (&after.login).into(),
                group.into(),
                limit.into(),
            ],
            |row| {
                Ok(Remindable {
                    user: UserId(row.int(0)?),
                    place: ReminderPlace {
                        factor: row.int(1)?,
                        login: row.text(2)?,
                    },
                    group: row.opt_int(3)?.map(GroupId),
                    reminded: row.opt_int(4)?.map(Timestamp).zip(row.opt_int(5)?),
                })
            },
        )
        .await
    }

    /// Counts people without a second factor: goes through all of them.
    pub async fn count_remindable(
        &mut self,
        quiet_since: Timestamp,
    ) -> Result<Vec<RemindableCount>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT COALESCE(person.group_id, 0), person.factor, COUNT(*), COUNT(CASE WHEN reminder.sent_at > $2 THEN 1 END),
                    COUNT(CASE WHEN (reminder.sent_at IS NULL OR reminder.sent_at <= $2) AND person.email IS NULL
                                AND NOT EXISTS (SELECT 1 FROM person_address
                                                 WHERE person_address.tenant_id = person.tenant_id
                                                   AND person_address.user_id = person.id
                                                   AND person_address.confirmed_at IS NOT NULL)
                               THEN 1 END)
               FROM person LEFT JOIN reminder ON reminder.tenant_id = person.tenant_id AND reminder.user_id = person.id
              WHERE person.tenant_id = $1 AND person.factor < 2 AND person.disabled = 0
              GROUP BY COALESCE(person.group_id, 0), person.factor",
            &[tenant.into(), quiet_since.into()],
            |row| {
                let group = row.int(0)?;
                Ok(RemindableCount {
                    group: (group != 0).then_some(GroupId(group)),
                    begun: row.int(1)? == 1,
                    people: row.int(2)?,
                    recent: row.int(3)?,
                    no_address: row.int(4)?,
                })
            },
        )
        .await
    }

    /// When those of a group who are not to be reminded again yet got theirs, newest first: a round each.
    pub async fn list_reminded_lately(
        &mut self,
        group: Option<GroupId>,
        quiet_since: Timestamp,
    ) -> Result<Vec<(Timestamp, i64)>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT MIN(reminder.sent_at), COUNT(*)
               FROM person JOIN reminder ON reminder.tenant_id = person.tenant_id AND reminder.user_id = person.id
              WHERE person.tenant_id = $1 AND person.factor < 2 AND person.disabled = 0 AND reminder.sent_at > $2
                AND (CAST($3 AS BIGINT) IS NULL OR person.group_id = $3)
              GROUP BY reminder.round_id ORDER BY MIN(reminder.sent_at) DESC LIMIT $4",
            &[tenant.into(), quiet_since.into(), group.into(), LATELY.into()],
            |row| Ok((Timestamp(row.int(0)?), row.int(1)?)),
        )
        .await
    }
}
