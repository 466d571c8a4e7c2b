//! Work for a console that takes longer than a page: started, done beside the requests, stopped. How far it is stands in the
//! database, so that a reload or another node can show it. What the work is about is its own module's.
//!
//! A node that ends takes its work with it: what has said nothing for [`SILENCE`] counts as failed, and may be started again.

use std::{pin::pin, sync::Arc};

use tokio::sync::watch;
use warifu_domain::{
    ids::UserId,
    tenant::Tenant,
    time::{Span, Timestamp},
};
use warifu_storage::{JobRow, JobState, StoreError};

use crate::{
    by::By,
    ctx::Ctx,
    error::{Fault, FlowError},
};

/// A piece of work that has not said anything for so long is done by nobody any more. Work says something more often.
pub(crate) const SILENCE: Span = Span::minutes(2);

/// How often at most work writes down how far it is.
const SAYS_EVERY: Span = Span::seconds(1);

/// Which work it is. Numbers are stored, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Counting what a draft of a policy would change.
    PolicyPreview = 1,
    /// Checking the audit chains.
    AuditCheck = 2,
    /// Writing people from a file.
    UserImport = 3,
    /// Writing reminders to people without a second factor.
    Reminders = 8,
    /// Sealing stored values again under another key.
    Reseal = 9,
}

/// What happens where a piece of work of the same kind is being done for the tenant: there is one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfRunning {
    /// It goes on, and is what whoever asks gets.
    Join,
    /// It is stopped.
    Replace,
}

/// A piece of work as it is shown.
#[derive(Clone, Debug)]
pub struct Job {
    /// What it works on, as its kind wrote it.
    pub input: String,
    /// Whether it goes on.
    pub state: JobState,
    /// How much of it is done.
    pub done: i64,
    /// How much there is, about; at least 1.
    pub total: i64,
    /// What it found so far, as its kind wrote it.
    pub result: String,
    /// When it began.
    pub started_at: Timestamp,
}

impl Job {
    /// How much is done, in per cent.
    pub fn percent(&self) -> i64 {
        (self.done * 100 / self.total.max(1)).clamp(0, 100)
    }
}

/// Notes that a piece of work is to be done by [`run`], of which `result` says nothing yet; gives its id, or that of the one that
/// is being done. Whether `by` may is for the caller to ask.
pub async fn start(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    (kind, if_running): (JobKind, IfRunning),
    input: String,
    result: String,
) -> Result<Started, StoreError> {
    let act = by.act(ctx, tenant);
    let job = JobRow {
        id: act.row_id,
        kind: kind as i64,
        user: by.user().unwrap_or(UserId(0)),
        input,
        state: JobState::Running,
        done: 0,
        total: 1,
        result,
        started_at: act.now,
        seen_at: act.now,
    };
    let new = job.id;
    let id = ctx.store.write(tenant.id, async move |tx| {
        tx.write_off_jobs(job.kind, act.now - SILENCE).await?;
        if if_running == IfRunning::Replace
            && let Some(running) = tx.find_running_job(job.kind).await?
        {
            tx.cancel_job(job.kind, running.id).await?;
        }
        tx.begin_job(&job).await
    });
    let id = id.await?;
    Ok(match id == new {
        true => Started::New(id),
        false => Started::Joined(id),
    })
}

/// What [`start`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// It is to be done now.
    New(i64),
    /// One of its kind is being done already: this one.
    Joined(i64),
}

impl Started {
    /// Which work is to be shown.
    pub fn id(self) -> i64 {
        match self {
            Self::New(id) | Self::Joined(id) => id,
        }
    }
}

async fn find_row(
    ctx: &Ctx,
    tenant: &Tenant,
    kind: JobKind,
    id: i64,
) -> Result<Option<JobRow>, StoreError> {
    let found = ctx.store.read(tenant.id, async move |tx| {
        tx.find_job(kind as i64, id).await
    });
    found.await
}

/// A piece of work, as far as it is. `None`: there is none, or it was thrown away.
pub async fn find(
    ctx: &Ctx,
    tenant: &Tenant,
    kind: JobKind,
    id: i64,
) -> Result<Option<Job>, StoreError> {
    let now = ctx.clock.now();
    let row = find_row(ctx, tenant, kind, id).await?;
    Ok(row.map(|row| Job {
        state: match row.state {
            JobState::Running if now - row.seen_at > SILENCE => JobState::Failed,
            state => state,
        },
        input: row.input,
        done: row.done,
        total: row.total,
        result: row.result,
        started_at: row.started_at,
    }))
}

/// Stops a piece of work; whoever does it notices when it says something next. `false`: it is over already.
pub async fn cancel(
    ctx: &Ctx,
    tenant: &Tenant,
    kind: JobKind,
    id: i64,
) -> Result<bool, StoreError> {
    let cancelled = ctx.store.write(tenant.id, async move |tx| {
        tx.cancel_job(kind as i64, id).await
    });
    cancelled.await
}

/// Why work ends before it is done.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Somebody stopped it, or it was written off.
    #[error("it was stopped")]
    Cancelled,
    /// It cannot be done.
    #[error(transparent)]
    Failed(#[from] FlowError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault.into())
    }
}

/// A piece of work in the hands of whoever does it.
pub struct Work<'a> {
    ctx: &'a Ctx,
    tenant: &'a Tenant,
    row: JobRow,
    /// When it last wrote down how far it is.
    said_at: Option<Timestamp>,
    /// What it found so far; shown with the next [`Self::say`], and kept when it is over.
    pub result: String,
}

impl Work<'_> {
    /// What it works on.
    pub fn input(&self) -> &str {
        &self.row.input
    }

    /// When it began.
    pub fn started_at(&self) -> Timestamp {
        self.row.started_at
    }

    /// Says how far it is. To be called often, at least every minute; written once a second.
    ///
    /// # Errors
    /// [`Stop::Cancelled`]: nobody wants it any more.
    pub async fn say(&mut self, done: i64, total: i64) -> Result<(), Stop> {
        let now = self.ctx.clock.now();
        (self.row.done, self.row.total) = (done.min(total), total.max(1));
        if self.said_at.is_some_and(|said| now - said < SAYS_EVERY) {
            return Ok(());
        }
        self.said_at = Some(now);
        self.row.seen_at = now;
        match self.write().await? {
            true => Ok(()),
            false => Err(Stop::Cancelled),
        }
    }

    async fn write(&mut self) -> Result<bool, StoreError> {
        self.row.result.clone_from(&self.result);
        let row = self.row.clone();
        let written = self
            .ctx
            .store
            .write(self.tenant.id, async move |tx| tx.update_job(&row).await);
        written.await
    }

    /// Waits for something that tells how far it is as pairs of what is done and how much there is, and passes that on.
    pub async fn watch<T>(
        &mut self,
        mut progress: watch::Receiver<(i64, i64)>,
        outcome: impl Future<Output = T>,
    ) -> Result<T, Stop> {
        let mut outcome = pin!(outcome);
        loop {
            tokio::select! {
                value = &mut outcome => {
                    // What was told last may not have been heard yet.
                    let (done, total) = *progress.borrow();
                    (self.row.done, self.row.total) = (done.min(total), total.max(1));
                    return Ok(value);
                }
                Ok(()) = progress.changed() => {
                    let (done, total) = *progress.borrow_and_update();
                    self.say(done, total).await?;
                }
            }
        }
    }
}

/// Does a piece of work with `body`, and keeps what came of it. Does nothing where it is over already.
pub async fn run<F>(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    kind: JobKind,
    id: i64,
    body: F,
) -> Result<(), FlowError>
where
    F: AsyncFnOnce(&mut Work<'_>) -> Result<(), Stop>,
{
    let row = find_row(ctx, tenant, kind, id).await?;
    let Some(row) = row.filter(|row| row.state == JobState::Running) else {
        return Ok(());
    };
    let result = row.result.clone();
    let mut work = Work {
        ctx,
        tenant,
        row,
        said_at: None,
        result,
    };
    let outcome = body(&mut work).await;
    work.row.state = match &outcome {
        Ok(()) => JobState::Finished,
        Err(Stop::Cancelled) => return Ok(()),
        Err(Stop::Failed(_)) => JobState::Failed,
    };
    if outcome.is_ok() {
        work.row.done = work.row.total;
    }
    work.row.seen_at = ctx.clock.now();
    work.write().await?;
    match outcome {
        Err(Stop::Failed(error)) => Err(error),
        _ => Ok(()),
    }
}
