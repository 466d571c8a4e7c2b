//! Reminders to people who have no second factor yet: who would get one, and a round of them, which is done beside the requests and
//! gone on with where it stopped. Whoever is reminded is noted in the transaction that writes the mail to the outbox.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::{GroupId, UserId},
    permission::Operation,
    refusal::Refusal,
    reminder::{APART, Deadline, Note, QUIET, check_day},
    tenant::Tenant,
    time::Timestamp,
};
use warifu_storage::{
    GroupRow, JobRow, JobState, RemindableCount, ReminderCounts, ReminderPlace, ReminderRound,
    StoreError, Tx,
};

use crate::{
    act::Act,
    adoption::compulsory_from,
    by::By,
    console_job::{self, JobKind, SILENCE, Stop},
    ctx::{Ctx, MailMode},
    error::FlowError,
    mailing::{Reminder, recipients},
};

const KIND: JobKind = JobKind::Reminders;

/// People of one transaction: some milliseconds for which other writes wait.
const AT_ONCE: i64 = 100;

/// Rounds that are listed.
const LISTED: i64 = 10;

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
        let running = find_running(tx, now).await?;
        let rows = tx.list_reminder_rounds(LISTED).await?.into_iter();
        Ok(rows.map(|row| shown(row, running.as_ref())).collect())
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
    let Some(job) = tx.find_running_job(KIND as i64).await? else {
        return Ok(None);
    };
    let job = tx.find_job(KIND as i64, job).await?;
    Ok(job.filter(|job| now - job.seen_at <= SILENCE))
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

/// Begins a round: gives its number and that of the work, which [`run`] does.
///
/// # Errors
/// As [`is_possible`]; [`Refusal::BadReminderDay`]; [`Refusal::NobodyToRemind`]; [`Refusal::RemindersRunning`].
pub async fn begin(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    plan: Plan,
) -> Result<(i64, i64), FlowError> {
    let act = permitted(ctx, tenant, by).await?;
    let refuse = async |refusal| Err(act.deny(ctx, EventKind::RemindersSent, None, refusal).await);
    let day = plan.day.map_or(Ok(()), |day| check_day(day, act.now));
    if let Err(refusal) = is_possible(ctx, tenant).and(day) {
        return refuse(refusal).await;
    }
    let audience = audience(ctx, tenant, by, plan.group).await?;
    let reached = audience.reached(plan.group);
    if reached == 0 {
        return refuse(Refusal::NobodyToRemind).await;
    }
    let round = ReminderRound {
        id: act.row_id,
        actor: act.actor().number(),
        group: plan.group,
        day: plan.day,
        note: plan.note.as_str().to_owned(),
        begun_at: act.now,
        ended_at: None,
        people: audience.people(plan.group),
        counts: ReminderCounts::default(),
        after: ReminderPlace::start(),
        next_due: act.now,
    };
    let words = format!("round {}: {reached} people", round.id);
    let job = job(ctx, &act, by, round.id);
    let (id, event) = (round.id, told(by, &words));
    let begun = ctx.store.write(tenant.id, async move |tx| {
        if !begin_job(tx, &job).await? {
            return Ok(Err(Refusal::RemindersRunning));
        }
        tx.insert_reminder_round(&round).await?;
        act.audit(tx, event.clone()).await?;
        Ok(Ok(job.id))
    });
    Ok((id, begun.await??))
}

/// Goes on with a round that stopped: gives the number of the work, which [`run`] does.
///
/// # Errors
/// [`Refusal::RemindersOver`]; [`Refusal::RemindersRunning`]; as [`is_possible`].
pub async fn go_on(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By, round: i64) -> Result<i64, FlowError> {
    let act = permitted(ctx, tenant, by).await?;
    if let Err(refusal) = is_possible(ctx, tenant) {
        return Err(act.deny(ctx, EventKind::RemindersSent, None, refusal).await);
    }
    let job = job(ctx, &act, by, round);
    let event = told(by, &format!("round {round}: gone on with"));
    let begun = ctx.store.write(tenant.id, async move |tx| {
        let row = tx.find_reminder_round(round).await?;
        if row.is_none_or(|row| row.ended_at.is_some()) {
            return Ok(Err(Refusal::RemindersOver));
        }
        if !begin_job(tx, &job).await? {
            return Ok(Err(Refusal::RemindersRunning));
        }
        act.audit(tx, event.clone()).await?;
        Ok(Ok(job.id))
    });
    Ok(begun.await??)
}

/// Stops a round; it can be gone on with. Whoever does it notices within a second.
pub async fn stop(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By, round: i64) -> Result<(), FlowError> {
    may(ctx, tenant, by)?;
    let (act, event) = (
        by.act(ctx, tenant),
        told(by, &format!("round {round}: stopped")),
    );
    let stopped = ctx.store.write(tenant.id, async move |tx| {
        let running = find_running(tx, act.now).await?;
        let running = running.filter(|job| job.input == round.to_string());
        if let Some(job) = running
            && tx.cancel_job(job.kind, job.id).await?
        {
            act.audit(tx, event.clone()).await?;
        }
        Ok(())
    });
    Ok(stopped.await?)
}

async fn permitted(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By) -> Result<Act, FlowError> {
    let act = by.act(ctx, tenant);
    let (operation, kind) = (Operation::SendReminders, EventKind::RemindersSent);
    by.permit(ctx, &act, operation, None, kind).await?;
    Ok(act)
}

/// The event of a round, with the reason behind what is said.
fn told(by: &By, words: &str) -> AuditEvent {
    let event = by.event(EventKind::RemindersSent, None);
    match by.reason() {
        "" => event.detail(words),
        reason => event.detail(&format!("{words}; {reason}")),
    }
}

fn job(ctx: &Ctx, act: &Act, by: &By, round: i64) -> JobRow {
    JobRow {
        id: ctx.rng.id(act.now),
        kind: KIND as i64,
        user: by.user().unwrap_or(UserId(0)),
        input: round.to_string(),
        state: JobState::Running,
        done: 0,
        total: 1,
        result: String::new(),
        started_at: act.now,
        seen_at: act.now,
    }
}

/// `false`: another round is being done.
async fn begin_job(tx: &mut Tx<'_>, job: &JobRow) -> Result<bool, StoreError> {
    tx.write_off_jobs(job.kind, job.seen_at - SILENCE).await?;
    Ok(tx.begin_job(job).await? == job.id)
}

/// Does the work of a round, and says in the database how far it is.
pub async fn run(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By, job: i64) -> Result<(), FlowError> {
    console_job::run(ctx, tenant, KIND, job, async |work| {
        let round: i64 = work
            .input()
            .parse()
            .map_err(|_| StoreError::corrupt("console_job.input"))?;
        while let Some(row) = step(ctx, tenant, by, round).await? {
            work.say(row.counts.seen(), row.people).await?;
        }
        Ok::<(), Stop>(())
    })
    .await
}

/// Writes to the next people of a round. `None`: there are none left, or the round is over.
async fn step(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    round: i64,
) -> Result<Option<ReminderRound>, StoreError> {
    let (act, by) = (by.act(ctx, tenant), by.clone());
    let stepped = ctx.store.write(tenant.id, async move |tx| {
        let Some(row) = tx.find_reminder_round(round).await? else {
            return Ok(None);
        };
        if row.ended_at.is_some() {
            return Ok(None);
        }
        let people = tx.list_remindable(row.group, &row.after, AT_ONCE).await?;
        let Some(last) = people.last() else {
            if tx.end_reminder_round(round, act.now).await? {
                let words = format!("round {round}: {}", in_words(&row.counts));
                act.audit(tx, told(&by, &words)).await?;
            }
            return Ok(None);
        };
        // Whoever moves the round has these people to itself; a second node goes on with the next.
        if !tx
            .move_reminder_round(round, &row.after, &last.place)
            .await?
        {
            return Ok(Some(row));
        }
        let groups = tx.list_groups().await?;
        let (mut more, mut due) = (ReminderCounts::default(), row.next_due.max(act.now));
        for person in people {
            let quiet_since = act.now - QUIET;
            let is_recent = |(at, last)| at > quiet_since || last == round;
            if person.reminded.is_some_and(is_recent) {
                more.recent += 1;
                continue;
            }
            let Some(recipient) = recipients(tx, person.user).await?.into_iter().next() else {
                more.no_address += 1;
                continue;
            };
            let group = groups.iter().find(|group| Some(group.id) == person.group);
            let reminder = Reminder {
                deadline: deadline(&act.tenant, group, row.day, act.now),
                note: row.note.clone(),
            };
            if !act
                .mail_reminder(tx, person.user, recipient, reminder, due)
                .await?
            {
                more.crowded += 1;
                continue;
            }
            // Nobody else can have written to the person meanwhile: if so, nothing of this is kept.
            if !tx
                .note_reminder(person.user, round, act.now, quiet_since)
                .await?
            {
                return Err(StoreError::Contended);
            }
            more.sent += 1;
            due = due + APART;
        }
        tx.count_reminders(round, more, due).await?;
        tx.find_reminder_round(round).await
    });
    stepped.await
}

/// A round's counts for whoever reads the trail.
fn in_words(counts: &ReminderCounts) -> String {
    let ReminderCounts {
        sent,
        recent,
        no_address,
        crowded,
    } = counts;
    format!(
        "{sent} sent, {recent} reminded lately, {no_address} without address, {crowded} with a shared address that is full"
    )
}
