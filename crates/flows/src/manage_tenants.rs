//! What an operator does to tenants, and an administrator to the own one's policy.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    operating::{DELETION_WAIT, Unfit},
    permission::Operation,
    policy::{BadPolicy, BadSchedule, Policy, require_second_factor},
    refusal::Refusal,
    tenant::{BadSlug, Tenant, check_slug},
    time::Timestamp,
    user::check_name,
};
use warifu_storage::{PolicyRevision, StoreError, TenantCounts, TenantRow, Tx};

use crate::{
    act::Act,
    by::By,
    ctx::{Ctx, read_tenant},
    entrances,
    error::{Fault, FlowError},
    manage_users::{CheckedPerson, ManageError, NewPerson},
    networks,
    policy_change::locks_out,
};

/// Why an act on a tenant was not done.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// Not a slug.
    #[error(transparent)]
    BadSlug(#[from] BadSlug),
    /// Not a policy.
    #[error(transparent)]
    BadPolicy(#[from] BadPolicy),
    /// Not a name.
    #[error("a tenant's name has 1 to 100 characters and no line breaks or control characters")]
    BadName,
    /// The first person is refused.
    #[error(transparent)]
    BadPerson(#[from] ManageError),
    /// Another tenant has this slug.
    #[error("there is already a tenant {0:?}")]
    SlugTaken(String),
    /// Another tenant has this host name or domain.
    #[error("another tenant has the name {0:?} among its entrances")]
    NameTaken(String),
    /// There is no such tenant.
    #[error("there is no tenant {0:?}")]
    NoSuchTenant(String),
    /// Somebody else did something alike at the same moment.
    #[error("somebody else changed this at the same moment; look at it and try again")]
    Overtaken,
    /// Refused, with the code of pages.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl TenantError {
    /// The same for a page: what whoever typed it can mend is a refusal there.
    pub fn into_flow_error(self) -> FlowError {
        let unfit = match self {
            Self::Fault(fault) => return FlowError::Fault(fault),
            Self::Refused(refusal) => return FlowError::Refused(refusal),
            Self::BadPerson(ManageError::Fault(fault)) => return FlowError::Fault(fault),
            Self::BadPerson(ManageError::Refused(refusal)) => return FlowError::Refused(refusal),
            Self::BadPerson(_) => Unfit::FirstPerson,
            Self::BadSlug(_) => Unfit::Slug,
            Self::BadName => Unfit::TenantName,
            Self::SlugTaken(_) => Unfit::SlugTaken,
            Self::NameTaken(_) => return FlowError::Refused(Refusal::NameTaken),
            Self::BadPolicy(_) | Self::Overtaken | Self::NoSuchTenant(_) => Unfit::Overtaken,
        };
        FlowError::Refused(Refusal::Operating(unfit))
    }
}

impl From<Unfit> for TenantError {
    fn from(unfit: Unfit) -> Self {
        Self::Refused(Refusal::Operating(unfit))
    }
}

impl From<StoreError> for TenantError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<FlowError> for TenantError {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Fault(fault) => Self::Fault(fault),
            FlowError::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

/// Adds a tenant with a policy written as TOML (a preset's text, or an own one). The policy is kept as it was written, with
/// its comments.
pub async fn add_tenant(
    ctx: &Ctx,
    by: &By,
    slug: &str,
    name: &str,
    policy: &str,
) -> Result<Arc<Tenant>, TenantError> {
    insert_tenant(ctx, by, slug, name, policy, None).await
}

/// Adds a tenant together with its first person, or neither.
pub async fn found_tenant(
    ctx: &Ctx,
    by: &By,
    slug: &str,
    name: &str,
    policy: &str,
    first: NewPerson,
) -> Result<Arc<Tenant>, TenantError> {
    insert_tenant(ctx, by, slug, name, policy, Some(first)).await
}

async fn insert_tenant(
    ctx: &Ctx,
    by: &By,
    slug: &str,
    name: &str,
    policy: &str,
    first: Option<NewPerson>,
) -> Result<Arc<Tenant>, TenantError> {
    check_slug(slug)?;
    if name.trim().is_empty() || check_name(name).is_err() {
        return Err(TenantError::BadName);
    }
    let parsed = Policy::parse(policy)?;
    networks::check_doors(ctx, by, &parsed).map_err(TenantError::Refused)?;
    let id = ctx
        .store
        .read_platform(async move |tx| tx.next_tenant_id().await)
        .await?;
    let tenant = Tenant {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        suspended: false,
        logo: None,
        policy: Arc::new(parsed),
    };
    let (tenant, policy) = (Arc::new(tenant), policy.to_owned());
    let act = by.act(ctx, &tenant);
    by.check(&tenant, Operation::AddTenant, None, act.now)
        .map_err(TenantError::Refused)?;
    let first = match first {
        Some(first) => Some(CheckedPerson::new(ctx, &act, first).await?),
        None => None,
    };
    let added = ctx.store.write(id, async move |tx| {
        let Tenant { slug, name, .. } = &*act.tenant;
        let rules = &act.tenant.policy.entrances;
        if let Some(taken) = entrances::taken_name(tx, rules).await? {
            return Ok(Some(taken));
        }
        tx.insert_tenant(slug, name, &policy, act.now).await?;
        tx.insert_policy_revision(&new_text(&act, 1, &policy, ""))
            .await?;
        entrances::claim(tx, rules).await?;
        let added = AuditEvent::new(EventKind::TenantAdded, None).detail(name);
        act.audit(tx, added).await?;
        if let Some(first) = &first {
            first.insert(tx, &act).await?;
        }
        Ok(None)
    });
    match added.await {
        Ok(None) => Ok(tenant),
        Ok(Some(taken)) => Err(TenantError::NameTaken(taken)),
        // Also where a tenant that was deleted had it.
        Err(StoreError::Conflict) => Err(TenantError::SlugTaken(slug.to_owned())),
        Err(error) => Err(error.into()),
    }
}

/// Finds a tenant that must exist.
pub async fn find_tenant(ctx: &Ctx, slug: &str) -> Result<Arc<Tenant>, TenantError> {
    ctx.tenant(slug)
        .await?
        .ok_or_else(|| TenantError::NoSuchTenant(slug.to_owned()))
}

/// The row behind a tenant: its policy as it was written, and its revision.
pub async fn show_tenant(ctx: &Ctx, slug: &str) -> Result<TenantRow, TenantError> {
    let wanted = slug.to_owned();
    let row = ctx
        .store
        .read_platform(async move |tx| tx.find_tenant(&wanted).await)
        .await?;
    row.ok_or_else(|| TenantError::NoSuchTenant(slug.to_owned()))
}

/// Lists tenants by slug, beginning behind `after`.
pub async fn list_tenants(ctx: &Ctx, after: &str, limit: i64) -> Result<Vec<Tenant>, TenantError> {
    let after = after.to_owned();
    let rows = ctx
        .store
        .read_platform(async move |tx| tx.list_tenants(&after, limit).await)
        .await?;
    Ok(rows
        .into_iter()
        .map(read_tenant)
        .collect::<Result<_, _>>()?)
}

/// Replaces a tenant's policy as a whole, whatever it is now.
pub async fn set_policy(ctx: &Ctx, by: &By, slug: &str, policy: &str) -> Result<(), TenantError> {
    let before = show_tenant(ctx, slug).await?;
    replace_policy(ctx, by, before, policy).await
}

/// Replaces a tenant's policy as a whole if it is still at `revision`; else [`Refusal::PolicyOvertaken`].
pub async fn set_policy_at(
    ctx: &Ctx,
    by: &By,
    slug: &str,
    revision: i64,
    policy: &str,
) -> Result<(), TenantError> {
    let before = show_tenant(ctx, slug).await?;
    match replace_policy(ctx, by, TenantRow { revision, ..before }, policy).await {
        Err(TenantError::Overtaken) => Err(TenantError::Refused(Refusal::PolicyOvertaken)),
        other => other,
    }
}

async fn replace_policy(
    ctx: &Ctx,
    by: &By,
    before: TenantRow,
    policy: &str,
) -> Result<(), TenantError> {
    let draft = Arc::new(Policy::parse(policy)?);
    let act = by.act(ctx, &Arc::new(read_tenant(before.clone())?));
    let (operation, kind) = (Operation::ChangePolicy, EventKind::PolicyChanged);
    by.permit(ctx, &act, operation, None, kind).await?;
    if !entrances::same_names(&act.tenant.policy.entrances, &draft.entrances) {
        by.permit(ctx, &act, Operation::GiveNames, None, kind)
            .await?;
    }
    if let Err(refusal) = networks::check_doors(ctx, by, &draft) {
        return Err(act.deny(ctx, kind, None, refusal).await.into());
    }
    let (id, revision, saver) = (before.id, before.revision, by.at_home(&act.tenant));
    let detail = match by.reason() {
        "" => format!("from revision {revision}"),
        reason => format!("from revision {revision}: {reason}"),
    };
    let event = AuditEvent::new(kind, None).detail(&detail);
    let text = new_text(&act, revision + 1, policy, by.reason());
    let changed = ctx.store.write(id, async move |tx| {
        if let Some(saver) = saver
            && locks_out(tx, &act.tenant, &draft, saver, act.now).await?
        {
            let refusal = Refusal::WouldLockOutSaver;
            act.audit(tx, event.clone().refused(&refusal)).await?;
            return Ok(Err(TenantError::Refused(refusal)));
        }
        if let Some(taken) = entrances::taken_name(tx, &draft.entrances).await? {
            return Ok(Err(TenantError::NameTaken(taken)));
        }
        if !replace_text(tx, &text).await? {
            return Ok(Err(TenantError::Overtaken));
        }
        entrances::claim(tx, &draft.entrances).await?;
        act.audit(tx, event.clone()).await?;
        Ok(Ok(()))
    });
    match changed.await {
        Ok(outcome) => outcome,
        Err(StoreError::Conflict) => Err(TenantError::Overtaken),
        Err(error) => Err(error.into()),
    }
}

/// A policy's text as it goes into the history.
pub(crate) fn new_text(act: &Act, revision: i64, policy: &str, reason: &str) -> PolicyRevision {
    PolicyRevision {
        revision,
        policy: policy.to_owned(),
        at: act.now,
        actor: act.actor().number(),
        reason: reason.to_owned(),
    }
}

/// Replaces the policy's text and keeps it in the history. `false`: somebody changed it meanwhile.
pub(crate) async fn replace_text(
    tx: &mut Tx<'_>,
    text: &PolicyRevision,
) -> Result<bool, StoreError> {
    let changed = tx.update_policy(text.revision - 1, &text.policy).await?;
    if changed {
        tx.insert_policy_revision(text).await?;
    }
    Ok(changed)
}

/// Suspends a tenant, or opens it again (SEC-84). `false`: it was so already.
pub async fn set_suspended(
    ctx: &Ctx,
    by: &By,
    slug: &str,
    suspended: bool,
) -> Result<bool, TenantError> {
    let tenant = find_tenant(ctx, slug).await?;
    if tenant.suspended == suspended {
        return Ok(false);
    }
    let act = by.act(ctx, &tenant);
    let kind = if suspended {
        EventKind::TenantSuspended
    } else {
        EventKind::TenantResumed
    };
    by.permit(ctx, &act, Operation::SuspendTenant, None, kind)
        .await?;
    if suspended {
        check_not_own(by, &tenant)?;
    }
    let event = by.event(kind, None);
    let changed = ctx.store.write(tenant.id, async move |tx| {
        let changed = tx.update_suspended(suspended).await?;
        if changed {
            if suspended {
                // Nothing of before comes back when the tenant is opened again (SEC-7).
                tx.delete_all_attempts().await?;
                tx.delete_all_sessions().await?;
                act.close_all_mail_windows(tx).await?;
            }
            act.audit(tx, event.clone()).await?;
        }
        Ok(changed)
    });
    Ok(changed.await?)
}

/// Makes the second factor compulsory for everybody in a tenant from the beginning of `day` there, or at once if `day` is empty
/// (G1). What else stands in the policy, and its comments, stay.
pub async fn schedule_second_factor(
    ctx: &Ctx,
    by: &By,
    slug: &str,
    day: &str,
) -> Result<(), TenantError> {
    let before = show_tenant(ctx, slug).await?;
    let act = by.act(ctx, &Arc::new(read_tenant(before.clone())?));
    let (operation, kind) = (
        Operation::ScheduleSecondFactor,
        EventKind::SecondFactorScheduled,
    );
    by.permit(ctx, &act, operation, None, kind).await?;
    let text = match require_second_factor(&before.policy, day, act.now) {
        Ok(text) => text,
        Err(BadSchedule::Date) => return Err(Unfit::Date.into()),
        Err(BadSchedule::Policy(error)) => return Err(error.into()),
    };
    let from = match day.trim() {
        "" => "at once",
        day => day,
    };
    let event = AuditEvent::new(kind, None).detail(&with_reason(from, by));
    let text = new_text(&act, before.revision + 1, &text, by.reason());
    let changed = ctx.store.write(before.id, async move |tx| {
        let changed = replace_text(tx, &text).await?;
        if changed {
            act.audit(tx, event.clone()).await?;
        }
        Ok(changed)
    });
    match changed.await? {
        true => Ok(()),
        false => Err(TenantError::Overtaken),
    }
}

fn with_reason(what: &str, by: &By) -> String {
    match by.reason() {
        "" => what.to_owned(),
        reason => format!("{what}: {reason}"),
    }
}

/// Marks a tenant for deletion after a waiting time, and closes it at once: whoever is missing it says so while it can be taken
/// back. `typed` is the slug once more. Says when it is deleted. The trail of no tenant says it too: the tenant's own goes with it.
pub async fn mark_for_deletion(
    ctx: &Ctx,
    by: &By,
    slug: &str,
    typed: &str,
) -> Result<Timestamp, TenantError> {
    let tenant = find_tenant(ctx, slug).await?;
    let act = by.act(ctx, &tenant);
    let kind = EventKind::TenantDeletionSet;
    by.permit(ctx, &act, Operation::DeleteTenant, None, kind)
        .await?;
    check_not_own(by, &tenant)?;
    if typed.trim() != slug {
        return Err(Unfit::NotConfirmed.into());
    }
    let (event, delete_at) = (by.event(kind, None), act.now + DELETION_WAIT);
    let lasting = AuditEvent::new(kind, None).detail(&with_reason(slug, by));
    let marked = ctx.store.write(tenant.id, async move |tx| {
        let marked = tx.mark_for_deletion(delete_at).await?;
        if marked {
            tx.delete_all_attempts().await?;
            tx.delete_all_sessions().await?;
            act.close_all_mail_windows(tx).await?;
            act.audit(tx, event.clone()).await?;
            act.audit_at_server(tx, lasting.clone()).await?;
        }
        Ok(marked)
    });
    marked.await?;
    let row = show_tenant(ctx, slug).await?;
    row.delete_at.ok_or(TenantError::Overtaken)
}

/// Takes the mark back as long as the waiting time is not over. The tenant stays suspended. `false`: it was not marked.
pub async fn keep(ctx: &Ctx, by: &By, slug: &str) -> Result<bool, TenantError> {
    let tenant = find_tenant(ctx, slug).await?;
    let act = by.act(ctx, &tenant);
    let kind = EventKind::TenantKept;
    by.permit(ctx, &act, Operation::DeleteTenant, None, kind)
        .await?;
    if show_tenant(ctx, slug).await?.delete_at.is_none() {
        return Ok(false);
    }
    let event = by.event(kind, None);
    let lasting = AuditEvent::new(kind, None).detail(&with_reason(slug, by));
    let kept = ctx.store.write(tenant.id, async move |tx| {
        let kept = tx.unmark_for_deletion(act.now).await?;
        if kept {
            act.audit(tx, event.clone()).await?;
            act.audit_at_server(tx, lasting.clone()).await?;
        }
        Ok(kept)
    });
    match kept.await? {
        true => Ok(true),
        false => Err(Unfit::DeletionBegun.into()),
    }
}

/// Nobody saws off the branch that all operators sit on.
fn check_not_own(by: &By, tenant: &Tenant) -> Result<(), TenantError> {
    match by {
        By::Person(manager) if manager.home == tenant.id => Err(Unfit::OwnTenant.into()),
        _ => Ok(()),
    }
}

/// How many people a tenant has, for an operator.
pub async fn count_people(
    ctx: &Ctx,
    by: &By,
    tenant: &Arc<Tenant>,
) -> Result<TenantCounts, FlowError> {
    by.check(tenant, Operation::ListTenants, None, ctx.clock.now())?;
    let counts = ctx
        .store
        .read(tenant.id, async |tx| tx.tenant_counts().await);
    Ok(counts.await?)
}

/// Whether `by` may do `operation` to `tenant` now; asked before a page puts the question, so that nothing typed is lost.
pub fn check(ctx: &Ctx, by: &By, tenant: &Tenant, operation: Operation) -> Result<(), Refusal> {
    match by.check(tenant, operation, None, ctx.clock.now()) {
        // The form asks for it.
        Err(Refusal::ReasonMissing) => Ok(()),
        answer => answer,
    }
}
