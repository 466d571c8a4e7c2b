//! The forced set-up, which takes the place of the second step (G3).

use std::sync::Arc;

use warifu_domain::{
    attempt::MaySkip,
    audit::{AuditEvent, EventKind},
    backup_code::BackupCode,
    decide::decide,
    ids::UserId,
    refusal::Refusal,
    tenant::Tenant,
    token::Token,
};
use warifu_storage::{PendingKind, StageKind};

use super::{NewSession, load_facts, open_session};
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
    let (act, user) = owner(ctx, tenant, origin, attempt, EventKind::SetUpStarted).await?;
    enrol::show_pending(ctx, &act, user, Starter::Attempt(attempt.hash())).await
}

/// The pending secret of a forced set-up whose code was refused: the same, also where a visit makes a new one (P2).
pub async fn kept_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<PendingTotp, FlowError> {
    let (act, user) = owner(ctx, tenant, origin, attempt, EventKind::SetUpStarted).await?;
    let starter = Starter::Attempt(attempt.hash());
    match enrol::find_pending(ctx, &act, user, starter).await? {
        Some(pending) => Ok(pending),
        None => enrol::show_pending(ctx, &act, user, starter).await,
    }
}

/// Confirms a forced set-up, which finishes the login (G3). The codes, if any, are told once (SEC-25).
pub async fn confirm_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let (act, user) = owner(ctx, tenant, origin, attempt, EventKind::SetUpConfirmed).await?;
    enrol::confirm_in_attempt(ctx, &act, user, attempt, PendingKind::Shown, code).await
}

/// Puts a set-up off that is not compulsory yet; the password finishes the login (W8). Whether it may be put off is decided
/// again, now.
pub async fn skip(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<NewSession, FlowError> {
    let kind = EventKind::SetUpSkipped;
    let (act, user) = owner(ctx, tenant, origin, attempt, kind).await?;
    let (attempt, token) = (attempt.hash(), ctx.rng.token());
    let skipped = ctx.store.write(tenant.id, async move |tx| {
        let (policy, event) = (&act.tenant.policy, AuditEvent::new(kind, Some(user)));
        if !tx.lock_attempt(&attempt).await? {
            return Ok(Err(Refusal::AttemptOver));
        }
        let row = tx
            .find_attempt(&attempt, policy.login.wrong_codes, act.now)
            .await?;
        let facts = load_facts(tx, &act.tenant, user, None, act.now).await?;
        let may = facts.and_then(|facts| MaySkip::of(decide(policy, &facts, act.now)));
        let refusal = match (row, may) {
            (Ok(row), Some(may)) if row.stage == StageKind::Enrolment => {
                tx.spend_attempt(&attempt).await?;
                act.audit(tx, event).await?;
                let proven = row.pending.skip(may, act.now);
                return Ok(Ok(open_session(tx, &act, &proven, token.clone()).await?));
            }
            (Ok(row), None) if row.stage == StageKind::Enrolment => Refusal::NoLongerSkipped,
            (Ok(_), _) => Refusal::AttemptOver,
            (Err(closed), _) => closed.why,
        };
        act.audit(tx, event.refused(&refusal)).await?;
        Ok(Err(refusal))
    });
    Ok(skipped.await??)
}

/// Begins an act in an attempt, of the person whose attempt it is, if it is open. That it waits for a set-up is asked in the
/// transaction that goes on with it.
pub(super) async fn owner(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    kind: EventKind,
) -> Result<(Act, UserId), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let (of, token, now) = (tenant.clone(), attempt.hash(), act.now);
    let found = ctx.store.read(tenant.id, async move |tx| {
        let wrong_codes = of.policy.login.wrong_codes;
        tx.find_attempt(&token, wrong_codes, now).await
    });
    match found.await? {
        Ok(row) => Ok((act, row.pending.user)),
        Err(closed) if closed.user.is_none() => Err(closed.why.into()),
        Err(closed) => Err(act.deny(ctx, kind, closed.user, closed.why).await),
    }
}
