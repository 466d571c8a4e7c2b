//! Checking the chains of a long trail from a console: beside the requests, with the outcome in the database, so that a reload or
//! another node can show it (SEC-79).

use std::sync::Arc;

use tokio::sync::watch;
use warifu_domain::tenant::Tenant;
use warifu_storage::{ChainCheck, StoreError};

use crate::{
    audit::{check_chain_telling, reading},
    by::By,
    console_job::{self, IfRunning, Job, JobKind, Started, Stop},
    ctx::Ctx,
    error::FlowError,
};

const KIND: JobKind = JobKind::AuditCheck;

/// A check that somebody asked for.
#[derive(Clone, Debug)]
pub struct Check {
    /// How far it is, in events.
    pub job: Job,
    /// What it found.
    pub outcome: Option<ChainCheck>,
}

/// Notes that the chains are to be checked by [`run`]; gives the check's id. Where they are being checked already, nothing new is
/// begun.
pub async fn begin(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By) -> Result<Started, FlowError> {
    by.check(tenant, reading(tenant), None, ctx.clock.now())?;
    let kind = (KIND, IfRunning::Join);
    Ok(console_job::start(ctx, tenant, by, kind, String::new(), String::new()).await?)
}

/// Checks the chains, and keeps what was found.
pub async fn run(ctx: &Ctx, tenant: &Arc<Tenant>, id: i64) -> Result<(), FlowError> {
    console_job::run(ctx, tenant, KIND, id, async |work| {
        let (teller, progress) = watch::channel((0, 1));
        // A task of its own: SQLite reads on the thread of whoever asks, to the end.
        let checking = tokio::spawn(check_chain_telling(ctx, tenant.id, teller));
        let checked = work.watch(progress, checking).await?;
        let checked =
            checked.map_err(|_| StoreError::Other("a check of the trail panicked".into()))?;
        work.result = match checked? {
            Some(ChainCheck::Whole(events)) => format!("whole {events}"),
            Some(ChainCheck::Broken { lane, seq }) => format!("broken {lane} {seq}"),
            None => return Err(Stop::Cancelled),
        };
        Ok(())
    })
    .await
}

/// A check, as far as it is. `None`: there is none.
pub async fn show(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
) -> Result<Option<Check>, FlowError> {
    by.check(tenant, reading(tenant), None, ctx.clock.now())?;
    let found = console_job::find(ctx, tenant, KIND, id).await?;
    Ok(found.map(|job| Check {
        outcome: read_outcome(&job.result),
        job,
    }))
}

/// Stops a check. `false`: it is over already, or there is none.
pub async fn cancel(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By, id: i64) -> Result<bool, FlowError> {
    by.check(tenant, reading(tenant), None, ctx.clock.now())?;
    Ok(console_job::cancel(ctx, tenant, KIND, id).await?)
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
