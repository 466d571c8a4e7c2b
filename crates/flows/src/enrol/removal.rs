//! Switching two-factor off.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    policy::Reauthentication,
    refusal::Refusal,
    session::Level,
    tenant::Tenant,
    time::Timestamp,
};

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    session::{self, SignedIn},
};

/// Whether a signed-in person may switch two-factor off now; asked before the question is put, and again with the answer.
pub fn may_remove(tenant: &Tenant, who: &SignedIn, now: Timestamp) -> Result<(), Refusal> {
    let policy = &tenant.policy;
    let required = policy.second_factor.is_required(false, now);
    if !policy.removal.by_user || required || who.must_have_second_factor() {
        return Err(Refusal::OnlyAdministrator);
    }
    if who.must_choose_password() {
        return Err(Refusal::PasswordTemporary);
    }
    match policy.removal.reauthentication {
        // A confirmation, or the password, is enough only where the session itself passed the second factor.
        Reauthentication::Confirm | Reauthentication::Password
            if who.session.level(&policy.session, now) >= Level::EmailedCode =>
        {
            Ok(())
        }
        Reauthentication::Confirm | Reauthentication::Password => Err(Refusal::ProofNeeded),
        Reauthentication::Proof => who.check_fresh_proof(now),
    }
}

/// Switches two-factor off for a signed-in person, as the policy allows (W5, C6, P4). `password` is what was typed for this
/// act; it is looked at where the policy asks for it.
pub async fn remove_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    password: &str,
) -> Result<(), FlowError> {
    let (act, user, keep) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let kind = EventKind::SecondFactorRemoved;
    if let Err(refusal) = may_remove(tenant, who, act.now) {
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    if tenant.policy.removal.reauthentication == Reauthentication::Password {
        session::check_password(ctx, &act, who, password, kind).await?;
    }
    let removed = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        let refusal = if !tx.lock_session(user, &keep).await? {
            Some(Refusal::NotSignedIn)
        } else if tx.find_totp_state(user).await?.is_none() {
            Some(Refusal::MethodMissing)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            act.audit(tx, event.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
        tx.delete_totp(user).await?;
        tx.void_backup_set(user).await?;
        act.close_doors(tx, user, Some(&keep)).await?;
        act.audit(tx, event).await?;
        act.notify(tx, user, EventKind::SecondFactorRemoved).await?;
        Ok(Ok(()))
    });
    Ok(removed.await??)
}

/// Takes an app into use again that its owner had reported lost (SEC-44). Needs the fresh proof, which a backup code gives.
pub async fn reactivate_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let (act, user, keep) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let kind = EventKind::SecondFactorReactivated;
    if let Err(refusal) = who.check_fresh_proof(act.now) {
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let reactivated = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        let refusal = if !tx.lock_session(user, &keep).await? {
            Refusal::NotSignedIn
        } else if tx.reactivate_totp(user).await? {
            tx.delete_attempts_of(user).await?;
            tx.delete_sessions_of(user, Some(&keep)).await?;
            act.audit(tx, event).await?;
            act.notify(tx, user, kind).await?;
            return Ok(Ok(()));
        } else {
            Refusal::MethodMissing
        };
        act.audit(tx, event.refused(&refusal)).await?;
        Ok(Err(refusal))
    });
    Ok(reactivated.await??)
}
