//! The person's own switch: whether the second factor is used, apart from what is registered (K1).

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
};

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    mailing::Enclosed,
    session::SignedIn,
};

/// Whether a signed-in person may switch the second factor `on` or off now; asked before the question is put, and again with the
/// answer. Where a second factor is compulsory, and for those who manage, there is nothing to switch off.
pub fn may_switch(
    tenant: &Tenant,
    who: &SignedIn,
    on: bool,
    now: Timestamp,
) -> Result<(), Refusal> {
    let rules = &tenant.policy.second_factor;
    if !rules.own_switch {
        return Err(Refusal::NotOffered);
    }
    if !on && (who.must_have_second_factor() || rules.is_required(false, now)) {
        return Err(Refusal::OnlyAdministrator);
    }
    who.check_fresh_proof(now)
}

/// Switches the use of the second factor on or off. What is registered stays; every other session and every attempt ends (SEC-7).
pub async fn switch(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    on: bool,
) -> Result<(), FlowError> {
    let (act, user, keep) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let kind = EventKind::OwnSwitchChanged;
    if let Err(refusal) = may_switch(tenant, who, on, act.now) {
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let switched = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user)).detail(if on { "on" } else { "off" });
        if !tx.lock_session(user, &keep).await? {
            let gone = Refusal::NotSignedIn;
            act.audit(tx, event.refused(&gone)).await?;
            return Ok(Err(gone));
        }
        tx.update_own_switch(user, on).await?;
        act.close_doors(tx, user, Some(&keep)).await?;
        act.audit(tx, event).await?;
        let told = Enclosed::OwnSwitch { on };
        act.notify_telling(tx, user, kind, &told).await?;
        Ok(Ok(()))
    });
    Ok(switched.await??)
}
