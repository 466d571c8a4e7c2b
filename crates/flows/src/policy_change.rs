//! Changing a tenant's policy with open eyes: what a draft would change for whom, the history, and the way back. The change
//! itself is `manage_tenants`.

mod comparison;
mod count;
mod tally;

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    ids::UserId,
    permission::Operation,
    policy::{BadPolicy, Policy},
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
};
use warifu_storage::{JobState, PolicyRevision, StoreError, Tx};

use crate::{
    by::By,
    console_job::{self, IfRunning, JobKind, Started},
    ctx::Ctx,
    error::{Fault, FlowError},
    networks,
};

pub use comparison::Change;
pub use tally::{Moved, Tally};

use comparison::Comparison;
use count::{BATCH, outlooks};

const KIND: JobKind = JobKind::PolicyPreview;

/// A policy that somebody thinks about, and what it would change.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The draft as TOML.
    pub text: String,
    /// The revision of the policy that it is to replace.
    pub revision: i64,
    /// Whether the counting goes on.
    pub state: JobState,
    /// How much of the counting is done, in per cent.
    pub percent: i64,
    /// What was counted so far.
    pub tally: Tally,
    /// For when the draft is counted: now, or when it begins to demand a second factor.
    pub then: Timestamp,
}

/// Why a draft is not taken.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// Not a policy.
    #[error(transparent)]
    BadPolicy(#[from] BadPolicy),
    /// Refused, or a fault.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl From<StoreError> for DraftError {
    fn from(error: StoreError) -> Self {
        Self::Flow(error.into())
    }
}

/// Whether `by` may change the policy at all, and has proved it: asked before anything is typed. The reason comes later.
pub fn may_change(ctx: &Ctx, tenant: &Tenant, by: &By) -> Result<(), FlowError> {
    match by.check(tenant, Operation::ChangePolicy, None, ctx.clock.now()) {
        Ok(()) | Err(Refusal::ReasonMissing) => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Keeps a draft, to be counted by [`count`]; gives its id. The counting of an earlier draft stops; nothing else is changed.
pub async fn propose(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    revision: i64,
    text: &str,
) -> Result<Started, DraftError> {
    may_change(ctx, tenant, by)?;
    let draft = Policy::parse(text)?;
    networks::check_doors(ctx, by, &draft).map_err(FlowError::from)?;
    let (kind, input) = ((KIND, IfRunning::Replace), format!("{revision}\n{text}"));
    let result = Tally::default().write();
    Ok(console_job::start(ctx, tenant, by, kind, input, result).await?)
}

fn read_input(input: &str) -> Result<(i64, &str), StoreError> {
    let parts = input.split_once('\n');
    let parts = parts.and_then(|(revision, text)| Some((revision.parse().ok()?, text)));
    parts.ok_or_else(|| StoreError::corrupt("console_job.input"))
}

/// A draft and what was counted so far. `None`: there is none, or it was thrown away.
pub async fn preview(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
) -> Result<Option<Preview>, FlowError> {
    let now = ctx.clock.now();
    by.check(tenant, Operation::ShowPolicy, None, now)?;
    let Some(job) = console_job::find(ctx, tenant, KIND, id).await? else {
        return Ok(None);
    };
    let (revision, text) = read_input(&job.input)?;
    let draft = Policy::parse(text).map_err(|_| StoreError::corrupt("console_job.input"))?;
    Ok(Some(Preview {
        revision,
        state: job.state,
        percent: job.percent(),
        tally: Tally::read(&job.result).ok_or_else(|| StoreError::corrupt("console_job.result"))?,
        then: Comparison::new(tenant, draft, job.started_at).then,
        text: text.to_owned(),
    }))
}

/// Counts what a draft would change: over everybody, and over the logins of the last 30 days.
pub async fn count(ctx: &Ctx, tenant: &Arc<Tenant>, id: i64) -> Result<(), FlowError> {
    console_job::run(ctx, tenant, KIND, id, async |work| {
        let (_, text) = read_input(work.input())?;
        let draft = Policy::parse(text).map_err(|_| StoreError::corrupt("console_job.input"))?;
        let comparison = Comparison::new(tenant, draft, work.started_at());
        count::count_all(ctx, &comparison, work).await
    })
    .await
}

/// A person for whom a draft changes something.
#[derive(Clone, Debug)]
pub struct ChangedPerson {
    /// The person.
    pub user: UserId,
    /// The login ID.
    pub login: String,
    /// What changes.
    pub change: Change,
}

/// People that one page of the list looks at.
const LOOKED_AT: usize = 20_000;

/// Up to `limit` people for whom a draft changes something, by id, beginning behind `after`; and where the next page begins.
pub async fn changed_people(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    preview: &Preview,
    after: UserId,
    limit: usize,
) -> Result<(Vec<ChangedPerson>, Option<UserId>), FlowError> {
    let now = ctx.clock.now();
    by.check(tenant, Operation::ShowPolicy, None, now)?;
    let draft =
        Policy::parse(&preview.text).map_err(|_| StoreError::corrupt("console_job.input"))?;
    let comparison = Comparison::new(tenant, draft, now);
    let (mut found, mut after, mut looked_at) = (Vec::new(), after, 0);
    loop {
        let page = outlooks(ctx, &comparison, after, BATCH).await?;
        let is_last = page.len() < BATCH as usize;
        looked_at += page.len();
        for (user, outlook) in page {
            after = user;
            let change = outlook.elsewhere();
            if !change.is_one() {
                continue;
            }
            found.push((user, change));
            if found.len() == limit {
                return Ok((name(ctx, tenant, found).await?, Some(after)));
            }
        }
        if is_last || looked_at >= LOOKED_AT {
            return Ok((name(ctx, tenant, found).await?, (!is_last).then_some(after)));
        }
    }
}

async fn name(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    found: Vec<(UserId, Change)>,
) -> Result<Vec<ChangedPerson>, FlowError> {
    let users = found.iter().map(|(user, _)| *user).collect();
    let mut logins = crate::audit::logins(ctx, tenant, users).await?;
    let named = found.into_iter().filter_map(|(user, change)| {
        let login = logins.remove(&user)?;
        Some(ChangedPerson {
            user,
            login,
            change,
        })
    });
    Ok(named.collect())
}

/// Somebody whose logins a draft changes because of where they come from.
#[derive(Clone, Debug)]
pub struct MovedPerson {
    /// The person.
    pub user: UserId,
    /// The login ID.
    pub login: String,
    /// From where the person logged in.
    pub address: IpAddr,
    /// What changes there.
    pub change: Change,
}

/// The people of a preview whose logins change because of where they come from, the latest logins first; see [`Tally::moved`].
pub async fn moved_people(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    preview: &Preview,
) -> Result<Vec<MovedPerson>, FlowError> {
    by.check(tenant, Operation::ShowPolicy, None, ctx.clock.now())?;
    let moved = &preview.tally.moved;
    let users = moved.iter().map(|moved| moved.user).collect();
    let logins = crate::audit::logins(ctx, tenant, users).await?;
    let named = moved.iter().filter_map(|moved| {
        Some(MovedPerson {
            user: moved.user,
            login: logins.get(&moved.user)?.clone(),
            address: moved.address,
            change: moved.change,
        })
    });
    Ok(named.collect())
}

/// Whether a draft keeps somebody out who gets in now: whoever saves it could not mend it any more.
pub(crate) async fn locks_out(
    tx: &mut Tx<'_>,
    tenant: &Arc<Tenant>,
    draft: &Policy,
    user: UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let change = Comparison::new(tenant, draft.clone(), now)
        .of_one(tx, user)
        .await?;
    Ok(change.is_some_and(|change| change.after.is_closed()))
}

/// The texts that the policy had, newest first, beginning below `before`.
pub async fn history(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    before: i64,
    limit: i64,
) -> Result<Vec<PolicyRevision>, FlowError> {
    by.check(tenant, Operation::ShowPolicy, None, ctx.clock.now())?;
    let read = ctx.store.read(tenant.id, async move |tx| {
        tx.list_policy_revisions(before, limit).await
    });
    Ok(read.await?)
}

/// One text that the policy had, and the one before it. `None`: there is no such revision.
pub async fn revision(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    number: i64,
) -> Result<Option<(PolicyRevision, Option<PolicyRevision>)>, FlowError> {
    by.check(tenant, Operation::ShowPolicy, None, ctx.clock.now())?;
    let read = ctx.store.read(tenant.id, async move |tx| {
        let found = tx.find_policy_revision(number).await?;
        let Some(found) = found.filter(|found| found.revision == number) else {
            return Ok(None);
        };
        let before = tx.find_policy_revision(number - 1).await?;
        Ok(Some((found, before)))
    });
    Ok(read.await?)
}

/// The policy as it stands, with its revision: what a draft begins with.
pub async fn current(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By) -> Result<(i64, String), FlowError> {
    by.check(tenant, Operation::ShowPolicy, None, ctx.clock.now())?;
    let slug = tenant.slug.clone();
    let row = ctx
        .store
        .read_platform(async move |tx| tx.find_tenant(&slug).await)
        .await?;
    let row = row.ok_or_else(|| Fault::from(StoreError::corrupt("tenant")))?;
    Ok((row.revision, row.policy))
}
