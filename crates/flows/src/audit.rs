//! Reading the audit trail.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use warifu_domain::{ids::UserId, tenant::Tenant};
use warifu_storage::{AuditFilter, AuditRow, ChainCheck};

use crate::{ctx::Ctx, error::FlowError};

/// Lists events, newest first.
pub async fn list(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    filter: AuditFilter,
) -> Result<Vec<AuditRow>, FlowError> {
    Ok(ctx
        .store
        .read(tenant.id, async move |tx| tx.list_audit(&filter).await)
        .await?)
}

/// The login IDs of people, as far as they are still there.
pub async fn logins(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    users: BTreeSet<UserId>,
) -> Result<HashMap<UserId, String>, FlowError> {
    Ok(ctx
        .store
        .read(tenant.id, async move |tx| {
            let mut logins = HashMap::new();
            for id in &users {
                if let Some(user) = tx.find_user(*id).await? {
                    logins.insert(*id, user.login);
                }
            }
            Ok(logins)
        })
        .await?)
}

/// Checks that no event was changed, removed or put in (SEC-79).
pub async fn check_chain(ctx: &Ctx, tenant: &Arc<Tenant>) -> Result<ChainCheck, FlowError> {
    let keys = ctx.keys.clone();
    Ok(ctx
        .store
        .read(tenant.id, async move |tx| tx.check_audit_chain(&keys).await)
        .await?)
}
