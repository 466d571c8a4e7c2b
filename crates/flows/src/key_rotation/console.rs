//! Sealing again from the operators' console: beside the requests, one at a time, with progress (SEC-77).

use std::sync::Arc;

use tokio::sync::watch;
use warifu_domain::{audit::EventKind, permission::Operation, tenant::Tenant};
use warifu_storage::JobState;

use super::reseal;
use crate::{
    by::By,
    console_job::{self, IfRunning, Job, JobKind, Started},
    ctx::Ctx,
    error::FlowError,
};

const KIND: JobKind = JobKind::Reseal;

/// Sealing again, as a page shows it.
#[derive(Clone, Debug)]
pub struct ResealJob {
    /// How far it is, in values.
    pub job: Job,
    /// The key under which values are then.
    pub key: u32,
    /// Values that cannot be opened.
    pub unreadable: i64,
}

/// Whether `by` may seal again: asked when the form is opened, so that nothing typed is lost.
pub fn check(ctx: &Ctx, home: &Tenant, by: &By) -> Result<(), FlowError> {
    Ok(by.check(home, Operation::RotateKeys, None, ctx.clock.now())?)
}

/// Notes that values are to be sealed again by [`run`]. `home` is the tenant of whoever asks. Where it is being done already,
/// nothing new is begun.
pub async fn begin(ctx: &Ctx, home: &Arc<Tenant>, by: &By) -> Result<Started, FlowError> {
    let act = by.act(ctx, home);
    let kind = EventKind::KeysResealed;
    by.permit(ctx, &act, Operation::RotateKeys, None, kind)
        .await?;
    let kind = (KIND, IfRunning::Join);
    let key = ctx.keys().active_id().to_string();
    Ok(console_job::start(ctx, home, by, kind, key, String::new()).await?)
}

/// Seals again, and keeps how far it is.
pub async fn run(ctx: &Ctx, home: &Arc<Tenant>, by: &By, id: i64) -> Result<(), FlowError> {
    console_job::run(ctx, home, KIND, id, async |work| {
        let (teller, progress) = watch::channel((0, 1));
        let done = work.watch(progress, reseal(ctx, by, teller)).await??;
        work.result = done.unreadable.to_string();
        Ok(())
    })
    .await
}

/// Sealing again, as far as it is. `None`: nobody asked for that.
pub async fn show(
    ctx: &Ctx,
    home: &Arc<Tenant>,
    by: &By,
    id: i64,
) -> Result<Option<ResealJob>, FlowError> {
    by.check(home, Operation::ShowServer, None, ctx.clock.now())?;
    let found = console_job::find(ctx, home, KIND, id).await?;
    Ok(found.map(|job| ResealJob {
        key: job.input.parse().unwrap_or_default(),
        unreadable: job.result.parse().unwrap_or_default(),
        job,
    }))
}

/// Stops it; what was sealed again stays so. `false`: it is over already.
pub async fn cancel(ctx: &Ctx, home: &Arc<Tenant>, by: &By, id: i64) -> Result<bool, FlowError> {
    by.check(home, Operation::ShowServer, None, ctx.clock.now())?;
    Ok(console_job::cancel(ctx, home, KIND, id).await?)
}

impl ResealJob {
    /// Whether it goes on.
    pub fn goes_on(&self) -> bool {
        matches!(self.job.state, JobState::Waiting | JobState::Running)
    }
}
