//! The second step of a login: a code of the app, or a backup code.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    backup_code::BackupCode,
    ids::UserId,
    mail_limits::{GUESSES_NOTICES, GUESSES_TOLD, GUESSES_WINDOW},
    refusal::Refusal,
    tenant::Tenant,
    token::Token,
    typed::Typed,
};
use warifu_storage::{AttemptRow, BudgetKind, StoreError, Tx};

use super::{NewSession, load_facts, open_session};
use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    enrol::{ShownKey, shown_key},
    error::FlowError,
    second_factor::{
        hash_backup_code, judge_backup_code, judge_helpdesk_code, judge_totp, reserve_backup_guess,
    },
};

/// Checks a code of an authenticator app. Pages, API and gates all come through here.
pub async fn check_code(
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
        let guess = match spend_guess(tx, &act, &attempt, EventKind::CodeChecked).await? {
            Ok(guess) => guess,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match judge_totp(tx, &act, guess.user(), &code).await? {
            Ok(accepted) => {
                tx.spend_attempt(&attempt.hash()).await?;
                let proven = guess.row.pending.pass_totp(accepted, act.now);
                Ok(Ok(open_session(tx, &act, &proven, token.clone()).await?))
            }
            Err(refusal) => Ok(Err(guess.refuse(tx, &act, refusal).await?)),
        }
    });
    Ok(verdict.await??)
}

/// Checks a code of an authenticator app and shows its key again, so that a further device can be added (G6). The code is
/// spent and proves both factors, so it finishes the login as well; a wrong one shows nothing (SEC-39).
pub async fn show_again(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<(NewSession, ShownKey), FlowError> {
    let (act, attempt, code, token) = (
        Act::of(ctx, tenant, origin),
        attempt.clone(),
        Typed::from(code),
        ctx.rng.token(),
    );
    let kind = EventKind::SecondFactorShown;
    let verdict = ctx.store.write(tenant.id, async move |tx| {
        let guess = match spend_guess(tx, &act, &attempt, kind).await? {
            Ok(guess) => guess,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let user = guess.user();
        let judged = match act.tenant.policy.enrolment.show_again {
            true => judge_totp(tx, &act, user, &code).await?,
            false => Err(Refusal::NotOffered),
        };
        let accepted = match judged {
            Ok(accepted) => accepted,
            Err(refusal) => return Ok(Err(guess.refuse(tx, &act, refusal).await?)),
        };
        let (key, person) = (
            tx.find_totp_key(&act.keys, user).await?,
            tx.find_user(user).await?,
        );
        let (Some((params, secret)), Some(person)) = (key, person) else {
            return Err(StoreError::Conflict); // The code of an app that is gone was not accepted.
        };
        tx.spend_attempt(&attempt.hash()).await?;
        act.audit(tx, guess.event()).await?;
        act.notify(tx, user, kind).await?;
        let proven = guess.row.pending.pass_totp(accepted, act.now);
        let session = open_session(tx, &act, &proven, token.clone()).await?;
        let key = shown_key(&act.tenant, &person.login, params, &secret);
        Ok(Ok((session, key)))
    });
    Ok(verdict.await??)
}

/// Checks a backup code: counts the guess, hashes outside the transaction, then judges and spends.
pub async fn check_backup_code(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<NewSession, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let parsed = BackupCode::parse(tenant.policy.backup_codes.shape, code);
    let (reserving, hash, is_malformed) = (act.clone(), attempt.clone(), parsed.is_err());
    let reserved = ctx.store.write(tenant.id, async move |tx| {
        let (act, kind) = (&reserving, EventKind::BackupCodeChecked);
        let guess = match spend_guess(tx, act, &hash, kind).await? {
            Ok(guess) => guess,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match reserve_backup_guess(tx, act, guess.user(), is_malformed).await? {
            Ok(reserved) => Ok(Ok((guess, reserved))),
            Err(refusal) => Ok(Err(guess.refuse(tx, act, refusal).await?)),
        }
    });
    let (guess, reserved) = reserved.await??;
    let typed = hash_backup_code(ctx, &parsed?, &reserved).await?;
    let (attempt, token) = (attempt.hash(), ctx.rng.token());
    let verdict = ctx.store.write(tenant.id, async move |tx| {
        // The attempt first: a code that comes too late for it stays unused.
        let checked = if tx.lock_attempt(&attempt).await? {
            judge_backup_code(tx, guess.user(), typed).await?
        } else {
            Err(Refusal::AttemptOver)
        };
        let accepted = match checked {
            Ok(accepted) => accepted,
            Err(refusal) => return Ok(Err(guess.refuse(tx, &act, refusal).await?)),
        };
        tx.spend_attempt(&attempt).await?;
        act.audit(tx, guess.event()).await?;
        let pending = guess.row.pending.clone();
        let proven = pending.pass_backup_code(accepted, act.now);
        Ok(Ok(open_session(tx, &act, &proven, token.clone()).await?))
    });
    Ok(verdict.await??)
}

/// Checks a code that an administrator read out.
pub async fn check_helpdesk_code(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<NewSession, FlowError> {
    let (act, attempt, code, token) = (
        Act::of(ctx, tenant, origin),
        attempt.clone(),
        code.to_owned(),
        ctx.rng.token(),
    );
    let verdict = ctx.store.write(tenant.id, async move |tx| {
        let kind = EventKind::HelpdeskCodeChecked;
        let guess = match spend_guess(tx, &act, &attempt, kind).await? {
            Ok(guess) => guess,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // One that stands in for nothing any more, because the policy took codes by mail away, opens nothing either.
        let user = guess.user();
        let facts = load_facts(tx, &act.tenant, user, None, act.now).await?;
        let judged = match facts.is_some_and(|facts| facts.helpdesk_code) {
            true => judge_helpdesk_code(tx, &act, user, &code).await?,
            false => Err(Refusal::HelpdeskCodeOver),
        };
        match judged {
            Ok(accepted) => {
                tx.spend_attempt(&attempt.hash()).await?;
                act.audit(tx, guess.event()).await?;
                let proven = guess.row.pending.pass_helpdesk_code(accepted, act.now);
                Ok(Ok(open_session(tx, &act, &proven, token.clone()).await?))
            }
            Err(refusal) => Ok(Err(guess.refuse(tx, &act, refusal).await?)),
        }
    });
    Ok(verdict.await??)
}

/// A guess that an attempt has paid for.
pub(super) struct Guess {
    pub(super) row: AttemptRow,
    kind: EventKind,
    /// The policy allows no further one.
    is_last: bool,
}

/// Pays for a guess before any code is judged: parallel guesses cannot outrun the limit.
pub(super) async fn spend_guess(
    tx: &mut Tx<'_>,
    act: &Act,
    attempt: &Token,
    kind: EventKind,
) -> Result<Result<Guess, Refusal>, StoreError> {
    let wrong_codes = act.tenant.policy.login.wrong_codes;
    let spent = tx
        .spend_guess(&attempt.hash(), wrong_codes, act.now)
        .await?;
    let row = match spent {
        Ok(row) => row,
        Err(closed) => {
            act.audit_closed(tx, kind, closed).await?;
            return Ok(Err(closed.why));
        }
    };
    let guess = Guess {
        is_last: row.guesses >= wrong_codes,
        kind,
        row,
    };
    // Disabled, or the tenant suspended, since the password step (SEC-84).
    if act.tenant.suspended || guess.row.shut {
        let over = Refusal::AttemptOver;
        act.audit(tx, guess.event().refused(&over)).await?;
        return Ok(Err(over));
    }
    Ok(Ok(guess))
}

impl Guess {
    pub(super) fn user(&self) -> UserId {
        self.row.pending.user
    }

    fn event(&self) -> AuditEvent {
        AuditEvent::new(self.kind, Some(self.user()))
    }

    /// Records a wrong guess. The last one that the policy allows ends the attempt, and is answered so (G7).
    pub(super) async fn refuse(
        &self,
        tx: &mut Tx<'_>,
        act: &Act,
        refusal: Refusal,
    ) -> Result<Refusal, StoreError> {
        self.warn(tx, act).await?;
        if !self.is_last {
            act.audit(tx, self.event().refused(&refusal)).await?;
            return Ok(refusal);
        }
        let ended = Refusal::TooManyWrongCodes;
        let event = self.event().refused(&ended).detail(refusal.code());
        act.audit(tx, event).await?;
        Ok(ended)
    }

    /// Tells the owner that somebody knows the password and guesses at codes: at the end of an attempt, and where the wrong codes of
    /// several attempts in a row are as many. Not more than once a day (SEC-43).
    async fn warn(&self, tx: &mut Tx<'_>, act: &Act) -> Result<(), StoreError> {
        let user = self.user();
        let failures = tx
            .find_totp_state(user)
            .await?
            .map_or(0, |app| app.failures);
        if !self.is_last && failures < GUESSES_TOLD {
            return Ok(());
        }
        let (budget, subject) = (BudgetKind::GuessesTold, user.0.to_be_bytes());
        let told = tx.reserve_in_window(budget, &subject, GUESSES_NOTICES, GUESSES_WINDOW, act.now);
        if told.await? {
            let kind = EventKind::CodesGuessed;
            act.audit(tx, AuditEvent::new(kind, Some(user))).await?;
            act.notify(tx, user, kind).await?;
        }
        Ok(())
    }
}
