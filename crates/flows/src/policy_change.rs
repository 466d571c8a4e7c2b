//! Changing a tenant's policy with open eyes: what a draft would change for whom, the history, and the way back. The change
//! itself is `manage_tenants`.

mod comparison;

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind,
    effect::Effect,
    ids::UserId,
    permission::Operation,
    policy::{BadPolicy, Policy},
    refusal::Refusal,
    tenant::Tenant,
    time::{Span, Timestamp},
};
use warifu_storage::{AuditFilter, JobState, PolicyRevision, StoreError, Tx};

use crate::{
    by::By,
    console_job::{self, IfRunning, JobKind, Started, Stop, Work},
    ctx::Ctx,
    error::{Fault, FlowError},
    login::load_facts_of_many,
};
use comparison::{Comparison, Outlook};

pub use comparison::Change;

const KIND: JobKind = JobKind::PolicyPreview;

/// People whose facts are loaded at once: what bounds the memory of a preview.
const BATCH: i64 = 500;

/// Events that are looked at at once.
const EVENTS: i64 = 5_000;

/// How far back recorded logins count.
const LOGINS: Span = Span::days(30);

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

/// What a draft would change, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// People by effect under the present policy, in the order of [`Effect::ALL`].
    pub before: [i64; 6],
    /// The same under the draft.
    pub after: [i64; 6],
    /// People for whom something changes.
    pub changed: i64,
    /// People who get in now and would not.
    pub locked_out: i64,
    /// Logins of the last 30 days.
    pub logins: i64,
    /// Those of them that would be asked for something else.
    pub logins_changed: i64,
}

impl Tally {
    fn count(&mut self, change: Change) {
        for (counts, effect) in [
            (&mut self.before, change.before),
            (&mut self.after, change.after),
        ] {
            let place = Effect::ALL.iter().position(|known| *known == effect);
            counts[place.unwrap_or_default()] += 1;
        }
        self.changed += i64::from(change.is_one());
        self.locked_out += i64::from(!change.before.is_closed() && change.after.is_closed());
    }

    fn write(&self) -> String {
        let rest = [
            self.changed,
            self.locked_out,
            self.logins,
            self.logins_changed,
        ];
        let numbers = self.before.iter().chain(&self.after).chain(&rest);
        numbers.map(i64::to_string).collect::<Vec<_>>().join(" ")
    }

    fn read(text: &str) -> Option<Self> {
        let numbers: Vec<i64> = text
            .split(' ')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        let [before @ .., changed, locked_out, logins, logins_changed] = numbers.as_slice() else {
            return None;
        };
        let (before, after) = before.split_at_checked(6)?;
        Some(Self {
            before: before.try_into().ok()?,
            after: after.try_into().ok()?,
            changed: *changed,
            locked_out: *locked_out,
            logins: *logins,
            logins_changed: *logins_changed,
        })
    }
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
    Policy::parse(text)?;
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
        count_all(ctx, tenant, work).await
    })
    .await
}

async fn count_all(ctx: &Ctx, tenant: &Arc<Tenant>, work: &mut Work<'_>) -> Result<(), Stop> {
    let (_, text) = read_input(work.input())?;
    let draft = Policy::parse(text).map_err(|_| StoreError::corrupt("console_job.input"))?;
    let comparison = Comparison::new(tenant, draft, work.started_at());
    let people = ctx
        .store
        .read(tenant.id, async |tx| tx.count_everybody().await)
        .await?;
    // The logins count as much as the people, so that the last hour does not look like the last minute.
    let total = 2 * people.max(1);
    let (mut tally, mut done) = (Tally::default(), 0);
    let mut everybody: Vec<(UserId, Outlook)> = Vec::new();
    loop {
        let after = everybody.last().map_or(UserId(i64::MIN), |(user, _)| *user);
        let page = outlooks(ctx, &comparison, after, BATCH).await?;
        if page.is_empty() {
            break;
        }
        done = (done + page.len() as i64).min(people);
        page.iter()
            .for_each(|(_, outlook)| tally.count(outlook.elsewhere()));
        everybody.extend(page);
        work.result = tally.write();
        work.say(done, total).await?;
    }
    let oldest = (comparison.now - LOGINS, 0, 0);
    let mut before = (comparison.now + Span(1), 0, 0);
    while before > oldest {
        let (logins, changed, next) =
            count_logins(ctx, &comparison, &everybody, oldest, before).await?;
        tally.logins += logins;
        tally.logins_changed += changed;
        before = next;
        let past = (comparison.now - before.0).0.min(LOGINS.0);
        work.result = tally.write();
        work.say(people + people.max(1) * past / LOGINS.0, total)
            .await?;
    }
    Ok(())
}

/// What up to `limit` people behind `after` are asked for, by id.
async fn outlooks(
    ctx: &Ctx,
    comparison: &Comparison,
    after: UserId,
    limit: i64,
) -> Result<Vec<(UserId, Outlook)>, StoreError> {
    let (tenant, comparison) = (comparison.tenant.id, comparison.clone());
    let read = ctx.store.read(tenant, async move |tx| {
        let asking = comparison.asking();
        let people = load_facts_of_many(tx, &asking, after, limit, comparison.now).await?;
        let outlooks = people.into_iter();
        Ok(outlooks
            .map(|(user, facts)| (user, comparison.of(&facts)))
            .collect())
    });
    read.await
}

type Place = (Timestamp, i64, i64);

/// Counts the logins of the next events before a place: how many, how many of them change, and where it came to. `everybody` is
/// ordered; a login of somebody who is gone changes nothing.
async fn count_logins(
    ctx: &Ctx,
    comparison: &Comparison,
    everybody: &[(UserId, Outlook)],
    oldest: Place,
    before: Place,
) -> Result<(i64, i64, Place), StoreError> {
    let read = ctx.store.read(comparison.tenant.id, async move |tx| {
        let end = tx.audit_steps_back(before, EVENTS).await?;
        let from = end.map_or(oldest, |end| end.max(oldest));
        let filter = AuditFilter {
            kind: Some(EventKind::SignedIn),
            from,
            before,
            limit: EVENTS,
            ..AuditFilter::default()
        };
        Ok((tx.list_audit(&filter).await?, from))
    });
    let (events, from) = read.await?;
    let (mut logins, mut changed) = (0, 0);
    for (user, address) in events
        .iter()
        .filter_map(|row| Some((row.user?, row.address)))
    {
        let place = everybody.binary_search_by_key(&user, |(user, _)| *user);
        let change = place.map(|place| comparison.from(&everybody[place].1, address));
        logins += 1;
        changed += i64::from(change.is_ok_and(Change::is_one));
    }
    Ok((logins, changed, from))
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
