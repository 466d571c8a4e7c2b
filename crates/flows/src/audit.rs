//! Reading the audit trail.

use std::sync::Arc;

use warifu_domain::tenant::Tenant;
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

/// Checks that no event was changed, removed or put in (SEC-79).
pub async fn check_chain(ctx: &Ctx, tenant: &Arc<Tenant>) -> Result<ChainCheck, FlowError> {
    let keys = ctx.keys.clone();
    Ok(ctx
        .store
        .read(tenant.id, async move |tx| tx.check_audit_chain(&keys).await)
        .await?)
}
