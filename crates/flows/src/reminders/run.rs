//! A round of reminders: begun, done a piece at a time, stopped, gone on with.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::UserId,
    permission::Operation,
    refusal::Refusal,
    reminder::{APART, QUIET, check_day},
    tenant::Tenant,
};
use warifu_storage::{
    JobRow, JobState, ReminderCounts, ReminderPlace, ReminderRound, StoreError, Tx,
};

use super::{KIND, Plan, audience, deadline, find_running, is_possible, may};
use crate::{
    act::Act,
    by::By,
    console_job::{self, SILENCE, Stop},
    ctx::Ctx,
    error::FlowError,
    mailing::{Reminder, recipients},
};

/// People of one transaction: some milliseconds for which other writes wait.
const AT_ONCE: i64 = 100;

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
    let (act, event) = (
        by.act(ctx, tenant),
        told(by, &format!("round {round}: stopped")),
    );
    if let Err(refusal) = may(ctx, tenant, by) {
        return Err(act.deny(ctx, EventKind::RemindersSent, None, refusal).await);
    }
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
