//! "I lost my device": the password suspends the authenticator app at once (SEC-44).

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    decide::{Decision, decide},
    refusal::Refusal,
    tenant::Tenant,
    token::Token,
};
use warifu_storage::StageKind;

use super::load_facts;
use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
};

/// Suspends the app of the person whose password began this attempt, and ends the person's sessions.
///
/// It opens nothing: codes of the app are refused from now on, whoever has them. The attempt stays open for a backup code;
/// logged in by one, the person takes the app into use again, sets another up or switches two-factor off. Without one, only an
/// administrator helps. Somebody who knows the password can do this to its owner; that costs the owner a backup code or a call,
/// and is announced by mail.
pub async fn report_lost(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<(), FlowError> {
    let (act, attempt) = (Act::of(ctx, tenant, origin), attempt.hash());
    let kind = EventKind::SecondFactorSuspended;
    let reported = ctx.store.write(tenant.id, async move |tx| {
        let policy = &act.tenant.policy;
        if !tx.lock_attempt(&attempt).await? {
            return Ok(Err(Refusal::AttemptOver));
        }
        let found = tx
            .find_attempt(&attempt, policy.login.wrong_codes, act.now)
            .await?;
        let row = match found {
            Ok(row) => row,
            Err(closed) => {
                act.audit_closed(tx, kind, closed).await?;
                return Ok(Err(closed.why));
            }
        };
        let user = row.pending.user;
        let facts = load_facts(tx, &act.tenant, user, None, act.now).await?;
        let decision = facts.map(|facts| decide(policy, &facts, act.now));
        let is_asked = matches!(decision, Some(Decision::Challenge { .. }));
        if row.stage != StageKind::SecondFactor || !is_asked {
            let over = Refusal::AttemptOver;
            act.audit(tx, AuditEvent::new(kind, Some(user)).refused(&over))
                .await?;
            return Ok(Err(over));
        }
        // Said twice, it is announced once.
        if tx.suspend_totp(user, act.now).await? {
            tx.delete_sessions_of(user, None).await?;
            act.close_mail_windows(tx, user).await?;
            act.audit(tx, AuditEvent::new(kind, Some(user))).await?;
            act.notify(tx, user, kind).await?;
        }
        Ok(Ok(()))
    });
    Ok(reported.await??)
}
