//! Gate keys: the secrets with which mail servers ask the gate of one tenant (SEC-56). Each is shown once and stored as a hash.

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind, permission::Operation, refusal::Refusal, tenant::Tenant, token::Token,
};
use warifu_storage::{Added, GateKeyRow};

use crate::{act::Act, by::By, ctx::Ctx, error::FlowError};

/// Longest name of a key, in characters.
pub const MAX_NAME_CHARS: usize = 60;

/// Every key of a tenant by name.
pub async fn list(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By) -> Result<Vec<GateKeyRow>, FlowError> {
    by.check(tenant, Operation::ShowMailGate, None, ctx.clock.now())?;
    let keys = ctx
        .store
        .read(tenant.id, async move |tx| tx.list_gate_keys().await);
    Ok(keys.await?)
}

/// Whether `by` may give and take keys, and has proved it: asked before anything is typed.
pub fn may_manage(ctx: &Ctx, tenant: &Tenant, by: &By) -> Result<(), FlowError> {
    let now = ctx.clock.now();
    Ok(by.check(tenant, Operation::ManageGateKeys, None, now)?)
}

/// Makes a key for a mail server; it is told once.
pub async fn add(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By, name: &str) -> Result<Token, FlowError> {
    let kind = EventKind::GateKeyAdded;
    let act = begin(ctx, tenant, by, kind).await?;
    let name = name.trim().to_owned();
    let fits = !name.is_empty()
        && name.chars().count() <= MAX_NAME_CHARS
        && !name.contains(char::is_control);
    if !fits {
        return Err(act.deny(ctx, kind, None, Refusal::BadGateKeyName).await);
    }
    let (key, by) = (ctx.rng.token(), by.clone());
    let hash = key.hash();
    let added = ctx.store.write(tenant.id, async move |tx| {
        let added = tx
            .insert_gate_key(act.row_id, &hash, &name, act.now)
            .await?;
        let outcome = match added {
            Added::Yes => Ok(()),
            Added::NameTaken => Err(Refusal::BadGateKeyName),
            Added::Full => Err(Refusal::TooManyGateKeys),
        };
        let event = by.event(kind, None).detail(&name);
        act.audit(tx, event.outcome(&outcome)).await?;
        Ok(outcome)
    });
    added.await??;
    Ok(key)
}

/// Takes a key away: whoever has it is a stranger from now on. `false`: there is none.
pub async fn remove(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By, id: i64) -> Result<bool, FlowError> {
    let kind = EventKind::GateKeyRemoved;
    let act = begin(ctx, tenant, by, kind).await?;
    let by = by.clone();
    let removed = ctx.store.write(tenant.id, async move |tx| {
        let Some(name) = tx.delete_gate_key(id).await? else {
            return Ok(false);
        };
        act.audit(tx, by.event(kind, None).detail(&name)).await?;
        Ok(true)
    });
    Ok(removed.await?)
}

async fn begin(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    kind: EventKind,
) -> Result<Act, FlowError> {
    let act = by.act(ctx, tenant);
    by.permit(ctx, &act, Operation::ManageGateKeys, None, kind)
        .await?;
    Ok(act)
}
