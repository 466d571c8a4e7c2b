//! The second step of a login by a code that was sent by mail (K3, K7).

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind, emailed_code::CodePurpose, refusal::Refusal, tenant::Tenant, token::Token,
    typed::Typed,
};

use super::{NewSession, code::spend_guess, load_facts, open_session};
use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    emailed_code::judge_emailed_code,
    error::FlowError,
};

/// Checks a code that was sent by mail to whoever began this attempt (SEC-28).
pub async fn check_emailed_code(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<NewSession, FlowError> {
    let (act, attempt, code, token) = (
        Act::of(ctx, tenant, origin),
        attempt.clone(),
        Typed::from(code),
        ctx.rng.token(),
    );
    let verdict = ctx.store.write(tenant.id, async move |tx| {
        let (kind, started_by) = (EventKind::EmailedCodeChecked, attempt.hash());
        let guess = match spend_guess(tx, &act, &attempt, kind).await? {
            Ok(guess) => guess,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (user, purpose) = (guess.user(), CodePurpose::Prove);
        let facts = load_facts(tx, &act.tenant, user, None, act.now).await?;
        let judged = match facts.is_some_and(|facts| facts.may_use_email(&act.tenant.policy)) {
            true => judge_emailed_code(tx, &act, user, purpose, &started_by, &code).await?,
            false => Err(Refusal::MethodMissing),
        };
        match judged {
            Ok((accepted, _)) => {
                tx.spend_attempt(&started_by).await?;
                let proven = guess.row.pending.pass_emailed_code(accepted, act.now);
                Ok(Ok(open_session(tx, &act, &proven, token.clone()).await?))
            }
            Err(refusal) => Ok(Err(guess.refuse(tx, &act, refusal).await?)),
        }
    });
    Ok(verdict.await??)
}
