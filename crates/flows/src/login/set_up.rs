//! The forced set-up, which takes the place of the second step (G3).

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind, backup_code::BackupCode, ids::UserId, tenant::Tenant, token::Token,
};

use super::NewSession;
use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    enrol::{self, PendingTotp, Starter},
    error::FlowError,
};

/// The pending secret of a forced set-up; made at the first visit, shown again until it is over (G3).
pub async fn pending_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<PendingTotp, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let user = owner(ctx, &act, EventKind::SetUpStarted, attempt).await?;
    enrol::show_pending(ctx, &act, user, Starter::Attempt(attempt.hash())).await
}

/// Confirms a forced set-up, which finishes the login (G3). The codes, if any, are told once (SEC-25).
pub async fn confirm_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let user = owner(ctx, &act, EventKind::SetUpConfirmed, attempt).await?;
    enrol::confirm_in_attempt(ctx, &act, user, attempt, code).await
}

/// Whose attempt it is, if it is open. That it waits for a set-up is asked in the transaction that goes on with it.
async fn owner(
    ctx: &Ctx,
    act: &Act,
    kind: EventKind,
    attempt: &Token,
) -> Result<UserId, FlowError> {
    let (tenant, token, now) = (act.tenant.clone(), attempt.hash(), act.now);
    let found = ctx.store.read(tenant.id, async move |tx| {
        let wrong_codes = tenant.policy.login.wrong_codes;
        tx.find_attempt(&token, wrong_codes, now).await
    });
    match found.await? {
        Ok(row) => Ok(row.pending.user),
        Err(closed) if closed.user.is_none() => Err(closed.why.into()),
        Err(closed) => Err(act.deny(ctx, kind, closed.user, closed.why).await),
    }
}
