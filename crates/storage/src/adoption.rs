//! How many people have a second factor: counted now and then, kept a row a day and group, so that a page never counts.

use std::collections::{BTreeMap, btree_map::Entry};

use warifu_domain::{
    ids::{GroupId, UserId},
    time::Timestamp,
};

use crate::{
    groups::{GROUPS, GroupRow, MAX_GROUPS, group},
    jobs::{JobRow, RUNNING_JOB, job},
    reminders::{ROUNDS, ReminderRound, round},
    store::{Row, StoreError, Tx, Value},
};

/// Days of which the counts are listed.
const DAYS: i64 = 90;
/// People who are counted at once.
const SLICE: i64 = 5_000;

/// The people of one group, or of none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupAdoption {
    /// `None`: those who belong to no group.
    pub group: Option<GroupId>,
    /// People whose accounts are open.
    pub people: i64,
    /// Those of them with a second factor, of whatever kind.
    pub with_factor: i64,
    /// Those of them with a confirmed app.
    pub with_app: i64,
    /// Those of them with a confirmed private mail address (K6).
    pub with_email: i64,
    /// Those of them who began a set-up and did not finish it.
    pub begun: i64,
}

impl GroupAdoption {
    fn add(&mut self, more: &Self) {
        self.people += more.people;
        self.with_factor += more.with_factor;
        self.with_app += more.with_app;
        self.with_email += more.with_email;
        self.begun += more.begun;
    }
}

/// The people of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayAdoption {
    /// Days since 1970, in UTC.
    pub day: i64,
    /// People whose accounts were open.
    pub people: i64,
    /// Those of them with a second factor, of whatever kind.
    pub with_factor: i64,
    /// Those of them with a confirmed app.
    pub with_app: i64,
    /// Those of them with a confirmed private mail address.
    pub with_email: i64,
}

/// Somebody without a second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprotected {
    /// The person.
    pub user: UserId,
    /// The login ID.
    pub login: String,
    /// A set-up was begun and not finished.
    pub begun: bool,
    /// The person's group.
    pub group: Option<GroupId>,
}

/// See [`Tx::show_adoption`].
#[derive(Clone, Debug, Default)]
pub struct AdoptionRows {
    /// When people were counted last.
    pub counted_at: Option<Timestamp>,
    /// What was counted then.
    pub groups: Vec<GroupAdoption>,
    /// The days, oldest first.
    pub days: Vec<DayAdoption>,
    /// The groups by name.
    pub names: Vec<GroupRow>,
    /// People without a second factor whose accounts are open, those who began nothing first, by login ID.
    pub unprotected: Vec<Unprotected>,
    /// Reminders that are being sent, or seem to be.
    pub reminding: Option<JobRow>,
    /// Rounds of reminders, newest first.
    pub rounds: Vec<ReminderRound>,
}

const LAST_COUNT: &str =
    "SELECT counted_at, group_id, people, with_factor, with_app, with_email, begun FROM adoption_day
      WHERE tenant_id = $1 AND day = (SELECT MAX(day) FROM adoption_day WHERE tenant_id = $1)
      ORDER BY group_id";

const DAY_COUNTS: &str =
    "SELECT day, CAST(SUM(people) AS BIGINT), CAST(SUM(with_factor) AS BIGINT),
            CAST(SUM(with_app) AS BIGINT), CAST(SUM(with_email) AS BIGINT) FROM adoption_day
      WHERE tenant_id = $1 GROUP BY day ORDER BY day DESC LIMIT $2";

const UNPROTECTED: &str = "SELECT id, login, factor, group_id FROM person
      WHERE tenant_id = $1 AND factor < 2 AND (factor, login) > ($2, $3) AND disabled = 0
      ORDER BY factor, login LIMIT $4";

fn group_count(row: &Row<'_>) -> Result<GroupAdoption, StoreError> {
    let group = row.int(1)?;
    Ok(GroupAdoption {
        group: (group != 0).then_some(GroupId(group)),
        people: row.int(2)?,
        with_factor: row.int(3)?,
        with_app: row.int(4)?,
        with_email: row.int(5)?,
        begun: row.int(6)?,
    })
}

fn day_count(row: &Row<'_>) -> Result<DayAdoption, StoreError> {
    Ok(DayAdoption {
        day: row.int(0)?,
        people: row.int(1)?,
        with_factor: row.int(2)?,
        with_app: row.int(3)?,
        with_email: row.int(4)?,
    })
}

fn unprotected(row: &Row<'_>) -> Result<Unprotected, StoreError> {
    Ok(Unprotected {
        user: UserId(row.int(0)?),
        login: row.text(1)?,
        begun: row.int(2)? == 1,
        group: row.opt_int(3)?.map(GroupId),
    })
}

impl Tx<'_> {
    /// Counts everybody: goes through all people, in slices, since SQLite sorts what it groups in memory.
    pub async fn count_adoption(&mut self) -> Result<Vec<GroupAdoption>, StoreError> {
        let mut groups: BTreeMap<i64, GroupAdoption> = BTreeMap::new();
        let mut after = i64::MIN;
        loop {
            let last = self.end_of_slice(after).await?;
            for (group, counted) in self.count_slice(after, last.unwrap_or(i64::MAX)).await? {
                match groups.entry(group) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(counted);
                    }
                    Entry::Occupied(mut occupied) => occupied.get_mut().add(&counted),
                }
            }
            let Some(last) = last else { break };
            after = last;
        }
        Ok(groups.into_values().collect())
    }

    /// The id of the last person of a slice; `None`: the slice is the last one.
    async fn end_of_slice(&mut self, after: i64) -> Result<Option<i64>, StoreError> {
        let tenant = self.tenant;
        let sql =
            "SELECT id FROM person WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT 1 OFFSET $3";
        self.find(sql, &[tenant.into(), after.into(), SLICE.into()], |row| {
            row.int(0)
        })
        .await
    }

    async fn count_slice(
        &mut self,
        after: i64,
        last: i64,
    ) -> Result<Vec<(i64, GroupAdoption)>, StoreError> {
        let tenant = self.tenant;
        // Who has no address has the factor by an app; only of those who have one the apps are looked up.
        self.list(
            "SELECT COALESCE(group_id, 0), COUNT(*), COUNT(CASE WHEN factor >= 2 THEN 1 END),
                    COUNT(CASE WHEN factor >= 2 AND (has_email = 0 OR EXISTS
                                    (SELECT 1 FROM totp WHERE totp.tenant_id = $1 AND totp.user_id = person.id
                                        AND totp.confirmed_at IS NOT NULL)) THEN 1 END),
                    COUNT(CASE WHEN has_email = 1 THEN 1 END), COUNT(CASE WHEN factor = 1 THEN 1 END)
               FROM person WHERE tenant_id = $1 AND id > $2 AND id <= $3 AND disabled = 0
              GROUP BY COALESCE(group_id, 0)",
            &[tenant.into(), after.into(), last.into()],
            |row| {
                let group = row.int(0)?;
                let counted = GroupAdoption {
                    group: (group != 0).then_some(GroupId(group)),
                    people: row.int(1)?,
                    with_factor: row.int(2)?,
                    with_app: row.int(3)?,
                    with_email: row.int(4)?,
                    begun: row.int(5)?,
                };
                Ok((group, counted))
            },
        )
        .await
    }

    /// Keeps the counts of a day in place of what was counted earlier on it.
    pub async fn keep_adoption(
        &mut self,
        day: i64,
        counts: &[GroupAdoption],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM adoption_day WHERE tenant_id = $1 AND day = $2";
        self.exec(sql, &[tenant.into(), day.into()]).await?;
        for count in counts {
            self.exec(
                "INSERT INTO adoption_day
                    (tenant_id, day, group_id, people, with_factor, with_app, with_email, begun, counted_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 ON CONFLICT (tenant_id, day, group_id) DO NOTHING",
                &[
                    tenant.into(),
                    day.into(),
                    count.group.map_or(0, |group| group.0).into(),
                    count.people.into(),
                    count.with_factor.into(),
                    count.with_app.into(),
                    count.with_email.into(),
                    count.begun.into(),
                    now.into(),
                ],
            )
            .await?;
        }
        Ok(())
    }

    /// When people were counted last.
    pub async fn find_adoption_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let tenant = self.tenant;
        let sql =
            "SELECT counted_at FROM adoption_day WHERE tenant_id = $1 ORDER BY day DESC LIMIT 1";
        self.find(sql, &[tenant.into()], |row| Ok(Timestamp(row.int(0)?)))
            .await
    }

    /// Everything for a page: what was counted last, the counts of the last ninety days that were counted, up to `limit` people whom the
    /// day would stop, behind a place, and the last rounds of reminders, which are work of the kind `reminders`.
    pub async fn show_adoption(
        &mut self,
        after: (bool, &str),
        limit: i64,
        (reminders, rounds): (i64, i64),
    ) -> Result<AdoptionRows, StoreError> {
        let tenant: Value<'_> = self.tenant.into();
        let begun = i64::from(after.0).into();
        let statements: [(_, &[_]); 6] = [
            (LAST_COUNT, &[tenant]),
            (DAY_COUNTS, &[tenant, DAYS.into()]),
            (GROUPS, &[tenant, MAX_GROUPS.into()]),
            (UNPROTECTED, &[tenant, begun, after.1.into(), limit.into()]),
            (RUNNING_JOB, &[tenant, reminders.into()]),
            (ROUNDS, &[tenant, rounds.into()]),
        ];
        let mut rows = AdoptionRows::default();
        self.each_of(&statements, |number, row| {
            match number {
                0 => {
                    rows.counted_at = Some(Timestamp(row.int(0)?));
                    rows.groups.push(group_count(row)?);
                }
                1 => rows.days.push(day_count(row)?),
                2 => rows.names.push(group(row)?),
                3 => rows.unprotected.push(unprotected(row)?),
                4 => rows.reminding = Some(job(row)?),
                _ => rows.rounds.push(round(row)?),
            }
            Ok(())
        })
        .await?;
        rows.days.reverse();
        Ok(rows)
    }
}
