//! Checking the chains of a long trail from a console: beside the requests, with the outcome in the database, so that a reload or
//! another node can show it (SEC-79).

use std::sync::Arc;

use warifu_domain::{ids::UserId, permission::Operation, tenant::Tenant, time::Timestamp};
use warifu_storage::{ChainCheck, JobRow, JobState};

use crate::{audit::check_chain, by::By, ctx::Ctx, error::FlowError};

/// The number of this kind of work.
const KIND: i64 = 2;

/// A check that somebody asked for.
#[derive(Clone, Debug)]
pub struct Check {
    /// Whether it goes on.
    pub state: JobState,
    /// When it began.
    pub started_at: Timestamp,
    /// What it found.
    pub outcome: Option<ChainCheck>,
}

/// Notes that the chains are to be checked by [`run`]; gives the check's id.
pub async fn begin(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By) -> Result<i64, FlowError> {
    let act = by.act(ctx, tenant);
    by.check(tenant, Operation::ShowAudit, None, act.now)?;
    let job = JobRow {
        id: act.row_id,
        kind: KIND,
        user: by.user().unwrap_or(UserId(0)),
        input: String::new(),
        state: JobState::Running,
        done: 0,
        total: 1,
        result: String::new(),
        started_at: act.now,
        seen_at: act.now,
    };
    let id = job.id;
    ctx.store
        .write(tenant.id, async move |tx| tx.insert_job(&job).await)
        .await?;
    Ok(id)
}

/// Checks the chains, and keeps what was found.
pub async fn run(ctx: &Ctx, tenant: &Arc<Tenant>, id: i64) -> Result<(), FlowError> {
    let Some(mut job) = find(ctx, tenant, id).await? else {
        return Ok(());
    };
    let checked = check_chain(ctx, tenant).await;
    (job.state, job.result) = match &checked {
        Ok(ChainCheck::Whole(events)) => (JobState::Finished, format!("whole {events}")),
        Ok(ChainCheck::Broken { lane, seq }) => {
            (JobState::Finished, format!("broken {lane} {seq}"))
        }
        Err(_) => (JobState::Failed, String::new()),
    };
    (job.done, job.seen_at) = (1, ctx.clock.now());
    ctx.store
        .write(tenant.id, async move |tx| tx.update_job(&job).await)
        .await?;
    checked.map(drop)
}

async fn find(ctx: &Ctx, tenant: &Tenant, id: i64) -> Result<Option<JobRow>, FlowError> {
    let found = ctx
        .store
        .read(tenant.id, async move |tx| tx.find_job(KIND, id).await);
    Ok(found.await?)
}

/// A check, as far as it is. `None`: there is none.
pub async fn show(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
) -> Result<Option<Check>, FlowError> {
    by.check(tenant, Operation::ShowAudit, None, ctx.clock.now())?;
    let found = find(ctx, tenant, id).await?;
    Ok(found.map(|job| Check {
        state: job.state,
        started_at: job.started_at,
        outcome: read_outcome(&job.result),
    }))
}

fn read_outcome(text: &str) -> Option<ChainCheck> {
    let mut parts = text.split(' ');
    let word = parts.next()?;
    let numbers: Vec<i64> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match (word, numbers.as_slice()) {
        ("whole", [events]) => Some(ChainCheck::Whole(events.unsigned_abs())),
        ("broken", [lane, seq]) => Some(ChainCheck::Broken {
            lane: *lane,
            seq: *seq,
        }),
        _ => None,
    }
}
