//! What the server does by itself, and what `warifu check` asks about the state as a whole.

use warifu_domain::{
    audit::{Actor, AuditEvent, EventKind},
    ids::TenantId,
    policy::Policy,
    time::Timestamp,
};
use warifu_storage::{AuditFilter, KeyUse, StoreError, TenantRemoval, TenantRow};

use crate::{adoption, ctx::Ctx, error::Fault, mail_kicks, retention};

/// Tenants that are read at once.
const PAGE: i64 = 100;

/// Sweeps away what time has made useless, in every tenant; says how many rows went. A tenant that cannot be swept does not
/// keep the others from it: the last such fault is returned at the end.
pub async fn sweep(ctx: &Ctx) -> Result<u64, Fault> {
    let (mut swept, mut fault): (_, Option<Fault>) = (0, None);
    ctx.gate_desk.sweep(ctx.clock.now());
    let tenants = every_tenant(ctx).await?;
    for tenant in &tenants {
        // Before their windows are swept away.
        if let Err(error) = mail_kicks::end_shortened(ctx, &tenant.slug).await {
            fault = Some(error);
        }
    }
    let tenants = tenants.into_iter().map(|tenant| (tenant.id, tenant.policy));
    // Guesses at login IDs that lead to no tenant are counted, too.
    for (tenant, policy) in tenants.chain([(TenantId::NOBODYS, String::new())]) {
        let now = ctx.clock.now();
        // A policy that cannot be read says nothing of how long to keep anything: the usual time then.
        let rules = Policy::parse(&policy).unwrap_or_default().retention;
        let devices = rules.devices();
        let sweeping = ctx
            .store
            .write(tenant, async move |tx| tx.sweep(now, devices).await);
        match sweeping.await {
            Ok(rows) => swept += rows,
            Err(error) => fault = Some(error.into()),
        }
        match retention::run(ctx, tenant, &rules).await {
            Ok(rows) => swept += rows,
            Err(error) => fault = Some(error.into()),
        }
        if tenant != TenantId::NOBODYS
            && let Err(error) = adoption::count(ctx, tenant).await
        {
            fault = Some(error.into());
        }
    }
    ctx.note_sweep();
    fault.map_or(Ok(swept), Err)
}

/// Deletes, slice by slice, the tenants whose waiting time is over; says how many are gone. An end in the middle is gone on with at
/// the next call. With the last slice, the trail of no tenant says which one it was.
pub async fn remove_tenants(ctx: &Ctx) -> Result<u64, Fault> {
    let now = ctx.clock.now();
    let due = ctx
        .store
        .read_platform(async move |tx| tx.list_tenants_to_remove(now, PAGE).await)
        .await?;
    let mut removed = 0;
    for tenant in due {
        loop {
            match remove_slice(ctx, tenant, now).await? {
                TenantRemoval::GoesOn => continue,
                TenantRemoval::Gone(slug) => {
                    tracing::warn!(tenant.id = tenant.0, %slug, "a tenant is deleted, as it was ordered");
                    removed += 1;
                }
                TenantRemoval::NotDue => {}
            }
            break;
        }
    }
    Ok(removed)
}

async fn remove_slice(
    ctx: &Ctx,
    tenant: TenantId,
    now: Timestamp,
) -> Result<TenantRemoval, StoreError> {
    let keys = ctx.keys();
    let removing = ctx.store.write(tenant, async move |tx| {
        let removal = tx.remove_tenant_slice(now).await?;
        if let TenantRemoval::Gone(slug) = &removal {
            let event = AuditEvent {
                actor: Actor::Server,
                ..AuditEvent::new(EventKind::TenantDeleted, None).detail(slug)
            };
            tx.append_server_audit(&keys, &event, now).await?;
        }
        Ok(removal)
    });
    removing.await
}

/// Every tenant, with its policy as it is stored, readable or not.
pub async fn every_tenant(ctx: &Ctx) -> Result<Vec<TenantRow>, StoreError> {
    let mut all: Vec<TenantRow> = Vec::new();
    loop {
        let after = all.last().map_or(String::new(), |last| last.slug.clone());
        let page = ctx
            .store
            .read_platform(async move |tx| tx.list_tenants(&after, PAGE).await)
            .await?;
        let is_last = page.len() < PAGE as usize;
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

/// Which keys stored values name, and whether the ring has them.
pub async fn key_use(ctx: &Ctx) -> Result<Vec<(KeyUse, bool)>, StoreError> {
    let used = ctx
        .store
        .read_platform(async |tx| tx.list_key_use().await)
        .await?;
    let keys = ctx.keys();
    let known = |used: &KeyUse| keys.key(used.key_id, used.purpose).is_some();
    Ok(used
        .into_iter()
        .map(|key| {
            let known = known(&key);
            (key, known)
        })
        .collect())
}

/// Whether database and key ring belong together: a tenant's first event was written under a key of the ring. One tenant
/// is looked at, so that this is cheap enough for every start; a database without tenants belongs to any ring.
pub async fn keys_belong(ctx: &Ctx) -> Result<bool, StoreError> {
    let first = ctx
        .store
        .read_platform(async |tx| tx.list_tenants("", 1).await)
        .await?;
    let Some(tenant) = first.first() else {
        return Ok(true);
    };
    let keys = ctx.keys();
    ctx.store
        .read(tenant.id, async move |tx| tx.check_audit_start(&keys).await)
        .await
}

/// When the newest audit event of any tenant was written: a clock that is behind it has been set back.
pub async fn newest_event(ctx: &Ctx) -> Result<Option<Timestamp>, StoreError> {
    let mut newest = None;
    for tenant in every_tenant(ctx).await? {
        let last = ctx
            .store
            .read(tenant.id, async |tx| {
                let filter = AuditFilter {
                    limit: 1,
                    ..AuditFilter::default()
                };
                tx.list_audit(&filter).await
            })
            .await?;
        newest = newest.max(last.first().map(|event| event.at));
    }
    Ok(newest)
}
