//! Reminders to people who have no second factor yet: who would get one, and a round of them, which is done beside the requests and
//! gone on with where it stopped. Whoever is reminded is noted in the transaction that writes the mail to the outbox.

mod run;

use std::sync::Arc;

use warifu_domain::{
    ids::GroupId,
    permission::Operation,
    refusal::Refusal,
    reminder::{Deadline, Note, QUIET},
    tenant::Tenant,
    time::Timestamp,
};
use warifu_storage::{GroupRow, JobRow, RemindableCount, ReminderRound, StoreError, Tx};

use crate::{
    adoption::compulsory_from,
    by::By,
    console_job::{JobKind, SILENCE},
    ctx::{Ctx, MailMode},
    error::FlowError,
};

pub use run::{begin, go_on, run, stop};

const KIND: JobKind = JobKind::Reminders;

/// Rounds that are listed.
const LISTED: i64 = 10;

/// The kind of work that a round is, and how many of them are listed.
pub(crate) const LISTING: (i64, i64) = (KIND as i64, LISTED);

/// What a round says, and to whom, as an administrator typed it.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// To the people of one group; `None`: to everybody.
    pub group: Option<GroupId>,
    /// A day that is asked for; it does not make anything compulsory.
    pub day: Option<Timestamp>,
    /// A sentence of the administrator.
    pub note: Note,
}

/// Who would get a reminder now.
#[derive(Clone, Debug)]
pub struct Audience {
    /// People without a second factor, by group and by what they lack.
    pub counts: Vec<RemindableCount>,
    /// Those of the wanted group who got one lately, by when that was, newest first.
    pub lately: Vec<(Timestamp, i64)>,
    /// The groups by name.
    pub names: Vec<GroupRow>,
}

impl Audience {
    /// The people of one group, or of all.
    pub fn of(&self, group: Option<GroupId>) -> impl Iterator<Item = &RemindableCount> {
        let counts = self.counts.iter();
        counts.filter(move |count| group.is_none() || count.group == group)
    }

    /// How many of them would get one.
    pub fn reached(&self, group: Option<GroupId>) -> i64 {
        let reached = |count: &RemindableCount| count.people - count.recent - count.no_address;
        self.of(group).map(reached).sum()
    }

    /// All people without a second factor.
    fn people(&self, group: Option<GroupId>) -> i64 {
        self.of(group).map(|count| count.people).sum()
    }
}

/// How a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundState {
    /// It is being done.
    Running,
    /// It was stopped, or whoever did it is gone; it can be gone on with.
    Stopped,
    /// Everybody was looked at.
    Done,
}

/// A round as it is shown.
#[derive(Clone, Debug)]
pub struct Round {
    /// Its row.
    pub row: ReminderRound,
    /// How it stands.
    pub state: RoundState,
}

/// Whether reminders may be sent by `by`, as far as that is known before a reason is typed.
fn may(ctx: &Ctx, tenant: &Tenant, by: &By) -> Result<(), Refusal> {
    match by.check(tenant, Operation::SendReminders, None, ctx.clock.now()) {
        Err(Refusal::ReasonMissing) => Ok(()),
        checked => checked,
    }
}

/// Whether a reminder would be any use here: people can set up a second factor, and mail is sent.
///
/// # Errors
/// [`Refusal::NotOffered`], [`Refusal::NoMail`].
pub fn is_possible(ctx: &Ctx, tenant: &Tenant) -> Result<(), Refusal> {
    if !tenant.policy.second_factor.is_offered() {
        return Err(Refusal::NotOffered);
    }
    match ctx.mail {
        MailMode::Keep => Ok(()),
        MailMode::Off => Err(Refusal::NoMail),
    }
}

/// Counts who would get a reminder now.
pub async fn audience(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    group: Option<GroupId>,
) -> Result<Audience, FlowError> {
    may(ctx, tenant, by)?;
    let quiet_since = ctx.clock.now() - QUIET;
    let counted = ctx.store.read(tenant.id, async move |tx| {
        Ok(Audience {
            counts: tx.count_remindable(quiet_since).await?,
            lately: tx.list_reminded_lately(group, quiet_since).await?,
            names: tx.list_groups().await?,
        })
    });
    Ok(counted.await?)
}

/// What a reminder tells the people of a group.
pub fn deadline(
    tenant: &Tenant,
    group: Option<&GroupRow>,
    day: Option<Timestamp>,
    now: Timestamp,
) -> Deadline {
    Deadline::of(compulsory_from(tenant, group), day, now)
}

/// Lists the last rounds, newest first.
pub async fn list(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By) -> Result<Vec<Round>, FlowError> {
    by.check(tenant, Operation::ShowAdoption, None, ctx.clock.now())?;
    let now = ctx.clock.now();
    let listed = ctx.store.read(tenant.id, async move |tx| {
        let running = tx.find_running_job(KIND as i64).await?;
        let rows = tx.list_reminder_rounds(LISTED).await?;
        Ok(shown_at(now, rows, running))
    });
    Ok(listed.await?)
}

/// A round as far as it is. `None`: there is none of this number.
pub async fn show(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
) -> Result<Option<Round>, FlowError> {
    by.check(tenant, Operation::ShowAdoption, None, ctx.clock.now())?;
    let now = ctx.clock.now();
    let found = ctx.store.read(tenant.id, async move |tx| {
        let running = find_running(tx, now).await?;
        let row = tx.find_reminder_round(id).await?;
        Ok(row.map(|row| shown(row, running.as_ref())))
    });
    Ok(found.await?)
}

/// The groups by name.
pub async fn group_names(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
) -> Result<Vec<GroupRow>, FlowError> {
    by.check(tenant, Operation::ShowAdoption, None, ctx.clock.now())?;
    let groups = ctx.store.read(tenant.id, async |tx| tx.list_groups().await);
    Ok(groups.await?)
}

/// The work that is being done, by somebody who is still there.
async fn find_running(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<JobRow>, StoreError> {
    let job = tx.find_running_job(KIND as i64).await?;
    Ok(job.filter(|job| is_alive(job, now)))
}

fn is_alive(job: &JobRow, now: Timestamp) -> bool {
    now - job.seen_at <= SILENCE
}

/// Rounds as they are shown, when `job` is what seems to be done.
pub(crate) fn shown_at(
    now: Timestamp,
    rows: Vec<ReminderRound>,
    job: Option<JobRow>,
) -> Vec<Round> {
    let running = job.filter(|job| is_alive(job, now));
    let rows = rows.into_iter();
    rows.map(|row| shown(row, running.as_ref())).collect()
}

fn shown(row: ReminderRound, running: Option<&JobRow>) -> Round {
    let is_running = running.is_some_and(|job| job.input == row.id.to_string());
    let state = match row.ended_at {
        Some(_) => RoundState::Done,
        None if is_running => RoundState::Running,
        None => RoundState::Stopped,
    };
    Round { row, state }
}
