//! Helpdesk codes: made here, typed at the second step of a login (`login::check_helpdesk_code`).

use std::sync::Arc;

use warifu_domain::{
    helpdesk_code::{HelpdeskCode, LIFETIME},
    permission::Operation,
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
};
use warifu_storage::{HelpdeskCodeRow, Purpose};

use super::{ManageError, Whom, act::begin_act};
use crate::{by::By, ctx::Ctx, login::load_facts, passwords::helpdesk_verifier};

/// A code to be read out. It is told once.
#[derive(Clone, Debug)]
pub struct OpenedCode {
    /// The digits.
    pub code: HelpdeskCode,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// Opens a helpdesk code for a person whose second factor is on, by the app or by mail (K3); one that was open before is void. The
/// second factor stays on, and the person is told.
pub async fn open_helpdesk_code(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
) -> Result<OpenedCode, ManageError> {
    let operation = Operation::IssueHelpdeskCode;
    let (act, user) = begin_act(ctx, tenant, by, &whom.into(), operation).await?;
    let code = HelpdeskCode::from_random(ctx.rng.bytes());
    let expires_at = act.now + LIFETIME;
    let keys = ctx.keys();
    let (key_id, _) = keys.active(Purpose::Pepper);
    let row = HelpdeskCodeRow {
        key_id,
        verifier: helpdesk_verifier(&keys, key_id, (tenant.id, user.id), &code)?,
    };
    let by = by.clone();
    let opened = ctx.store.write(tenant.id, async move |tx| {
        let kind = warifu_domain::audit::EventKind::HelpdeskCodeIssued;
        let event = by.event(kind, Some(user.id));
        let facts = load_facts(tx, &act.tenant, user.id, None, act.now).await?;
        let is_on = facts.is_some_and(|facts| facts.has_second_factor(&act.tenant.policy));
        if !is_on {
            let missing = Refusal::SecondFactorMissing;
            act.audit(tx, event.refused(&missing)).await?;
            return Ok(Err(missing));
        }
        tx.replace_helpdesk_code(user.id, &row, act.now, expires_at)
            .await?;
        act.audit(tx, event).await?;
        act.notify(tx, user.id, kind).await?;
        Ok(Ok(()))
    });
    opened.await?.map_err(ManageError::Refused)?;
    Ok(OpenedCode { code, expires_at })
}
