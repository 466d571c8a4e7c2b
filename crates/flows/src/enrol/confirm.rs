//! The first code of a pending secret: it makes the app the person's second factor, whether its key was shown or both sides derived
//! it from the codes of a pairing.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    backup_code::BackupCode,
    ids::{AuthenticatorId, UserId},
    pairing::PairedName,
    policy::Shown,
    refusal::Refusal,
    tenant::Tenant,
    token::{Token, TokenHash},
    totp::{AcceptedStep, judge_code},
    typed::Typed,
};
use warifu_otp::{OneTimeCode, TotpKey};
use warifu_storage::{PendingKind, StoreError, Tx};

use super::{
    Starter,
    backup_codes::{FreshCodes, make_codes},
    may_enrol,
};
use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    login::{NewSession, open_session},
    pairing,
    session::{self, SignedIn},
};

/// Confirms a set-up of a signed-in person. The codes, if any, are told once (SEC-25).
pub async fn confirm_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let may = may_enrol(tenant, who, act.now);
    confirm_in_session(ctx, &act, who, may, PendingKind::Shown, code).await
}

/// Confirms a set-up of a signed-in person, if the person `may`.
pub(crate) async fn confirm_in_session(
    ctx: &Ctx,
    act: &Act,
    who: &SignedIn,
    may: Result<(), Refusal>,
    pending: PendingKind,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let (user, old, typed) = (who.user, who.token, Typed::from(code));
    if let Err(refusal) = may {
        let kind = EventKind::SetUpConfirmed;
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let fresh = codes_for_confirmation(ctx, act, user, old, pending, code).await?;
    let codes = fresh.as_ref().map(|fresh| fresh.codes.clone());
    let (act, session, token) = (act.clone(), who.session, ctx.rng.token());
    let confirmed = ctx.store.write(act.tenant.id, async move |tx| {
        let starter = Starter::Session(old);
        match confirm(tx, &act, user, starter, pending, &typed, fresh.as_ref()).await? {
            Ok(_) => session::step_up(tx, &act, &old, &session, token.clone()).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    });
    Ok((confirmed.await??, codes))
}

/// Confirms a forced set-up, which finishes the login.
pub(crate) async fn confirm_in_attempt(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    attempt: &Token,
    pending: PendingKind,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let (act, attempt, token, typed) = (
        act.clone(),
        attempt.hash(),
        ctx.rng.token(),
        Typed::from(code),
    );
    let fresh = codes_for_confirmation(ctx, &act, user, attempt, pending, code).await?;
    let codes = fresh.as_ref().map(|fresh| fresh.codes.clone());
    let confirmed = ctx.store.write(act.tenant.id, async move |tx| {
        let wrong_codes = act.tenant.policy.login.wrong_codes;
        let found = tx.find_attempt(&attempt, wrong_codes, act.now).await?;
        let starter = Starter::Attempt(attempt);
        let confirmed = confirm(tx, &act, user, starter, pending, &typed, fresh.as_ref());
        let accepted = match confirmed.await? {
            Ok(accepted) => accepted,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Ok(row) = found else {
            return Err(StoreError::Conflict); // It was over before, so nothing was confirmed by it.
        };
        let proven = row.pending.pass_totp(accepted, act.now);
        Ok(Ok(open_session(tx, &act, &proven, token.clone()).await?))
    });
    Ok((confirmed.await??, codes))
}

/// Codes to be issued with the confirmation, if the policy shows them there and the code is right so far.
async fn codes_for_confirmation(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    started_by: TokenHash,
    pending: PendingKind,
    typed: &str,
) -> Result<Option<FreshCodes>, FlowError> {
    let rules = &act.tenant.policy.backup_codes;
    if !rules.enabled || rules.shown != Shown::Page {
        return Ok(None);
    }
    let (looking, typed) = (act.clone(), Typed::from(typed));
    let looks_right = ctx
        .store
        .read(act.tenant.id, async move |tx| {
            let judged = judge_first_code(tx, &looking, user, &started_by, pending, &typed).await?;
            Ok(judged.is_ok())
        })
        .await?;
    if looks_right {
        make_codes(ctx, &act.tenant, user).await.map(Some)
    } else {
        Ok(None)
    }
}

/// What the first code of a pending secret was right for.
struct FirstCode {
    app: AuthenticatorId,
    accepted: AcceptedStep,
    paired: Option<PairedName>,
}

/// Judges the first code of a pending secret.
async fn judge_first_code(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    started_by: &TokenHash,
    pending: PendingKind,
    typed: &str,
) -> Result<Result<FirstCode, Refusal>, StoreError> {
    let Some(row) = tx
        .find_pending_totp(&act.keys, user, started_by, pending, act.now)
        .await?
    else {
        return Ok(Err(Refusal::SetUpOver));
    };
    let skew = act.tenant.policy.totp.skew_steps;
    let verdict = OneTimeCode::parse(typed)
        .map_err(|_| Refusal::MalformedCode)
        .and_then(|code| {
            let key = TotpKey::new(row.params, &row.secret);
            judge_code(&key, None, &code, act.now, skew)
        });
    Ok(verdict.map(|accepted| FirstCode {
        app: row.id,
        accepted,
        paired: row.paired,
    }))
}

/// Confirms a set-up inside a write job: the app becomes active, older ones and their backup codes are void (SEC-22), all
/// attempts end, and all sessions but the one that began it (SEC-7).
async fn confirm(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    starter: Starter,
    pending: PendingKind,
    typed: &str,
    fresh: Option<&FreshCodes>,
) -> Result<Result<AcceptedStep, Refusal>, StoreError> {
    let event = AuditEvent::new(EventKind::SetUpConfirmed, Some(user));
    let token = starter.token();
    // The guess at a pairing is paid for before the code is judged.
    let may = match (starter.lock(tx, act, user).await?, pending) {
        (Ok(()), PendingKind::Paired) => pairing::reserve_guess(tx, act, user, &token).await?,
        (may, _) => may.map(|()| 0),
    };
    let guess = match may {
        Ok(guess) => guess,
        Err(refusal) => {
            act.audit(tx, event.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
    };
    let judged = judge_first_code(tx, act, user, &token, pending, typed).await?;
    let confirmed = match judged {
        Ok(first) => {
            let step = first.accepted.step();
            match tx.confirm_totp(user, first.app, step, act.now).await? {
                true => Ok(first),
                false => Err(Refusal::SetUpOver),
            }
        }
        Err(refusal) => Err(refusal),
    };
    let first = match confirmed {
        Ok(first) => first,
        Err(refusal) => {
            let refusal = match pending {
                PendingKind::Shown => {
                    tx.count_set_up_failure(user, &token).await?;
                    refusal
                }
                PendingKind::Paired => pairing::note_wrong(tx, act, user, guess, refusal).await?,
            };
            act.audit(tx, event.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
    };
    if pending == PendingKind::Paired {
        pairing::note_confirmed(tx, user).await?;
    }
    tx.void_backup_set(user).await?;
    if let Some(fresh) = fresh {
        let voided = tx.lock_backup_set(user).await?;
        let generation = voided.map_or(0, |row| row.set.generation);
        fresh.issue(tx, act, user, generation).await?;
    }
    // Of an app before this one; what this code opens comes with the session that it finishes or renews.
    act.close_doors(tx, user, Some(&token)).await?;
    let event = match &first.paired {
        Some(paired) => event.detail(&pairing::words(paired)),
        None => event,
    };
    act.audit(tx, event).await?;
    act.notify(tx, user, EventKind::SetUpConfirmed).await?;
    Ok(Ok(first.accepted))
}
