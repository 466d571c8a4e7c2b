//! What an operator does to tenants, and an administrator to the own one's policy.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    permission::Operation,
    policy::{BadPolicy, Policy},
    refusal::Refusal,
    tenant::{BadSlug, Tenant, check_slug},
    user::check_name,
};
use warifu_storage::{StoreError, TenantRow};

use crate::{
    by::By,
    ctx::{Ctx, read_tenant},
    error::{Fault, FlowError},
    manage_users::{CheckedPerson, ManageError, NewPerson},
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
    let id = ctx
        .store
        .read_platform(async move |tx| tx.next_tenant_id().await)
        .await?;
    let tenant = Tenant {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        suspended: false,
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
        tx.insert_tenant(slug, name, &policy, act.now).await?;
        let added = AuditEvent::new(EventKind::TenantAdded, None).detail(name);
        act.audit(tx, added).await?;
        match &first {
            Some(first) => first.insert(tx, &act).await,
            None => Ok(()),
        }
    });
    match added.await {
        Ok(()) => Ok(tenant),
        Err(StoreError::Conflict) if ctx.tenant(slug).await?.is_some() => {
            Err(TenantError::SlugTaken(slug.to_owned()))
        }
        Err(StoreError::Conflict) => Err(TenantError::Overtaken),
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

/// Replaces a tenant's policy as a whole.
pub async fn set_policy(ctx: &Ctx, by: &By, slug: &str, policy: &str) -> Result<(), TenantError> {
    Policy::parse(policy)?;
    let before = show_tenant(ctx, slug).await?;
    let act = by.act(ctx, &Arc::new(read_tenant(before.clone())?));
    let (operation, kind) = (Operation::ChangePolicy, EventKind::PolicyChanged);
    by.permit(ctx, &act, operation, None, kind).await?;
    let (text, id, revision) = (policy.to_owned(), before.id, before.revision);
    let detail = match by.reason() {
        "" => format!("from revision {revision}"),
        reason => format!("from revision {revision}: {reason}"),
    };
    let event = AuditEvent::new(kind, None).detail(&detail);
    let changed = ctx.store.write(id, async move |tx| {
        let changed = tx.update_policy(revision, &text).await?;
        if changed {
            act.audit(tx, event.clone()).await?;
        }
        Ok(changed)
    });
    if changed.await? {
        Ok(())
    } else {
        Err(TenantError::Overtaken)
    }
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
    let event = by.event(kind, None);
    let changed = ctx.store.write(tenant.id, async move |tx| {
        let changed = tx.update_suspended(suspended).await?;
        if changed {
            if suspended {
                // Nothing of before comes back when the tenant is opened again (SEC-7).
                tx.delete_all_attempts().await?;
                tx.delete_all_sessions().await?;
            }
            act.audit(tx, event.clone()).await?;
        }
        Ok(changed)
    });
    Ok(changed.await?)
}
