//! The fresh proof (SEC-37), and what it makes of a session: a new token, and what is proved from now on.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    backup_code::BackupCode,
    emailed_code::CodePurpose,
    ids::UserId,
    mail_limits::{GUESSES_NOTICES, GUESSES_TOLD, GUESSES_WINDOW},
    password::Password,
    refusal::Refusal,
    session::{Evidence, Level, Session},
    tenant::Tenant,
    token::{Token, TokenHash},
    typed::Typed,
    user::Login,
};
use warifu_storage::{BudgetKind, StoreError, Tx, budget_subject};

use super::SignedIn;
use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    device,
    emailed_code::judge_emailed_code,
    error::FlowError,
    first_factor::{self, Known},
    login::NewSession,
    mail_windows,
    second_factor::{
        TypedProof, hash_backup_code, judge_backup_code, judge_totp, reserve_backup_guess,
    },
};

/// The fresh proof: password, and a second factor where one is registered. The session gets a new token (SEC-4).
pub async fn prove(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    password: &str,
    proof: Option<TypedProof>,
) -> Result<NewSession, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    check_password(ctx, &act, who, password, EventKind::Proved).await?;
    match (who.has_second_factor(), proof) {
        (false, _) => prove_nothing_else(ctx, &act, who).await,
        (true, Some(TypedProof::Code(code))) => prove_code(ctx, &act, who, code).await,
        (true, Some(TypedProof::BackupCode(code))) => {
            prove_backup_code(ctx, &act, who, &code).await
        }
        (true, Some(TypedProof::EmailedCode(code))) => {
            prove_emailed_code(ctx, &act, who, code).await
        }
        (true, None) => {
            let (kind, missing) = (EventKind::Proved, Refusal::MalformedCode);
            Err(act.deny(ctx, kind, Some(who.user), missing).await)
        }
    }
}

/// Checks the password of a signed-in person against the budget of known browsers: this browser is one.
pub(crate) async fn check_password(
    ctx: &Ctx,
    act: &Act,
    who: &SignedIn,
    password: &str,
    kind: EventKind,
) -> Result<(), FlowError> {
    let wrong = Refusal::WrongPassword;
    let (typed, parsed) = (password, Password::parse(password));
    let (Some(password), Ok(login)) = (parsed, Login::parse(&who.login)) else {
        return Err(act.deny(ctx, kind, Some(who.user), wrong).await);
    };
    let (subject, user, now) = (budget_subject(&who.login), who.user, act.now);
    let reserved = ctx.store.write(act.tenant.id, async move |tx| {
        let open = tx
            .reserve_guess(BudgetKind::KnownBrowser, &subject, Some(user), now)
            .await?;
        Ok((open, tx.find_user(user).await?))
    });
    let (open, person) = reserved.await?;
    let whose = (&login, person.as_ref());
    let known = match first_factor::check(ctx, &act.tenant, whose, typed, &password, open).await {
        Ok(Some(known)) if open => known,
        Ok(_) => return Err(refuse_password(ctx, act, (user, subject), kind).await),
        Err(FlowError::Refused(refusal)) => {
            // Nothing was judged, so nothing was guessed.
            let returned = ctx.store.write(act.tenant.id, async move |tx| {
                tx.return_guess(BudgetKind::KnownBrowser, &subject).await?;
                tx.note_open(user).await
            });
            returned.await?;
            return Err(act.deny(ctx, kind, Some(user), refusal).await);
        }
        Err(fault) => return Err(fault),
    };
    ctx.store
        .write(act.tenant.id, async move |tx| {
            if let Known::Here {
                stored,
                ours: Some(ours),
                ..
            } = &known
            {
                tx.update_password_hash(user, stored, ours).await?;
            }
            tx.release_guesses(BudgetKind::KnownBrowser, &subject)
                .await?;
            tx.note_open(user).await
        })
        .await?;
    Ok(())
}

/// Records a wrong password. Where several in a row were wrong, somebody else may sit at the open session: its owner is told, not more
/// than once a day (SEC-43).
async fn refuse_password(
    ctx: &Ctx,
    act: &Act,
    (user, subject): (UserId, [u8; 16]),
    kind: EventKind,
) -> FlowError {
    let (act, wrong) = (act.clone(), Refusal::WrongPassword);
    let event = AuditEvent::new(kind, Some(user)).refused(&wrong);
    let recorded = ctx.store.write(act.tenant.id, async move |tx| {
        act.audit(tx, event.clone()).await?;
        let failures = tx.count_guesses(BudgetKind::KnownBrowser, &subject).await?;
        let (budget, whose) = (BudgetKind::ProofGuessesTold, user.0.to_be_bytes());
        if failures >= GUESSES_TOLD
            && tx
                .reserve_in_window(budget, &whose, GUESSES_NOTICES, GUESSES_WINDOW, act.now)
                .await?
        {
            let kind = EventKind::ProofGuessed;
            act.audit(tx, AuditEvent::new(kind, Some(user))).await?;
            act.notify(tx, user, kind).await?;
        }
        Ok(())
    });
    match recorded.await {
        Ok(()) => wrong.into(),
        Err(error) => error.into(),
    }
}

/// A person without a second factor proves all there is with the password.
async fn prove_nothing_else(ctx: &Ctx, act: &Act, who: &SignedIn) -> Result<NewSession, FlowError> {
    let (act, who, token) = (act.clone(), who.clone(), ctx.rng.token());
    let proved = ctx.store.write(act.tenant.id, async move |tx| {
        finish(tx, &act, &who, Evidence::PASSWORD, token.clone()).await
    });
    Ok(proved.await??)
}

async fn prove_code(
    ctx: &Ctx,
    act: &Act,
    who: &SignedIn,
    code: Typed,
) -> Result<NewSession, FlowError> {
    let (act, who, token) = (act.clone(), who.clone(), ctx.rng.token());
    let proved = ctx.store.write(act.tenant.id, async move |tx| {
        // The session first: a code that comes too late for it stays unused.
        let judged = match tx.lock_session(who.user, &who.token).await? {
            true => judge_totp(tx, &act, who.user, &code).await?.map(drop),
            false => Err(Refusal::NotSignedIn),
        };
        if let Err(refusal) = judged {
            return refuse(tx, &act, &who, refusal).await;
        }
        let evidence = Evidence::PASSWORD.and(Evidence::TOTP);
        finish(tx, &act, &who, evidence, token.clone()).await
    });
    Ok(proved.await??)
}

async fn prove_emailed_code(
    ctx: &Ctx,
    act: &Act,
    who: &SignedIn,
    code: Typed,
) -> Result<NewSession, FlowError> {
    let (act, who, token) = (act.clone(), who.clone(), ctx.rng.token());
    let proved = ctx.store.write(act.tenant.id, async move |tx| {
        let (user, started_by, purpose) = (who.user, &who.token, CodePurpose::Prove);
        let judged = match tx.lock_session(user, started_by).await? {
            true if who.has_email => {
                let judged = judge_emailed_code(tx, &act, user, purpose, started_by, &code);
                judged.await?.map(drop)
            }
            true => Err(Refusal::MethodMissing),
            false => Err(Refusal::NotSignedIn),
        };
        if let Err(refusal) = judged {
            return refuse(tx, &act, &who, refusal).await;
        }
        let evidence = Evidence::PASSWORD.and(Evidence::EMAILED_CODE);
        finish(tx, &act, &who, evidence, token.clone()).await
    });
    Ok(proved.await??)
}

async fn prove_backup_code(
    ctx: &Ctx,
    act: &Act,
    who: &SignedIn,
    typed: &str,
) -> Result<NewSession, FlowError> {
    let parsed = BackupCode::parse(act.tenant.policy.backup_codes.shape, typed);
    let (reserving, reserver, is_malformed) = (act.clone(), who.clone(), parsed.is_err());
    let reserved = ctx.store.write(act.tenant.id, async move |tx| {
        let (act, who) = (&reserving, &reserver);
        match reserve_backup_guess(tx, act, who.user, is_malformed).await? {
            Ok(guess) => Ok(Ok(guess)),
            Err(refusal) => refuse(tx, act, who, refusal).await,
        }
    });
    // Counted and recorded first: what is malformed is a guess too (SEC-24).
    let guess = reserved.await??;
    let typed = hash_backup_code(ctx, &parsed?, &guess).await?;
    let (act, who, token) = (act.clone(), who.clone(), ctx.rng.token());
    let proved = ctx.store.write(act.tenant.id, async move |tx| {
        let judged = match tx.lock_session(who.user, &who.token).await? {
            true => judge_backup_code(tx, who.user, typed).await?.map(drop),
            false => Err(Refusal::NotSignedIn),
        };
        if let Err(refusal) = judged {
            return refuse(tx, &act, &who, refusal).await;
        }
        let evidence = Evidence::PASSWORD.and(Evidence::BACKUP_CODE);
        finish(tx, &act, &who, evidence, token.clone()).await
    });
    Ok(proved.await??)
}

async fn refuse<T>(
    tx: &mut Tx<'_>,
    act: &Act,
    who: &SignedIn,
    refusal: Refusal,
) -> Result<Result<T, Refusal>, StoreError> {
    let event = AuditEvent::new(EventKind::Proved, Some(who.user));
    act.audit(tx, event.refused(&refusal)).await?;
    Ok(Err(refusal))
}

async fn finish(
    tx: &mut Tx<'_>,
    act: &Act,
    who: &SignedIn,
    evidence: Evidence,
    token: Token,
) -> Result<Result<NewSession, Refusal>, StoreError> {
    let session = Session {
        evidence,
        proved_at: act.now,
        ..who.session
    };
    let renewed = renew(tx, act, &who.token, &session, token).await?;
    tx.note_open(who.user).await?;
    let event = AuditEvent::new(EventKind::Proved, Some(who.user));
    act.audit(tx, event.outcome(&renewed)).await?;
    if renewed.is_ok() {
        mail_windows::note_proof(tx, act, who.user, evidence).await?;
    }
    Ok(renewed)
}

/// A session whose owner just confirmed a new authenticator: both factors are proved.
pub(crate) async fn step_up(
    tx: &mut Tx<'_>,
    act: &Act,
    old: &TokenHash,
    session: &Session,
    token: Token,
) -> Result<Result<NewSession, Refusal>, StoreError> {
    let session = Session {
        evidence: Evidence::PASSWORD.and(Evidence::TOTP),
        proved_at: act.now,
        ..*session
    };
    renew_proved(tx, act, old, &session, token).await
}

/// A session whose owner just typed the code that confirms a private address: with the password it proves as much as that method
/// is worth, unless the session proved more.
pub(crate) async fn step_up_by_mail(
    tx: &mut Tx<'_>,
    act: &Act,
    old: &TokenHash,
    session: &Session,
    token: Token,
) -> Result<Result<NewSession, Refusal>, StoreError> {
    let rules = &act.tenant.policy.session;
    let session = match session.level(rules, act.now) {
        Level::Password => Session {
            evidence: Evidence::PASSWORD.and(Evidence::EMAILED_CODE),
            proved_at: act.now,
            ..*session
        },
        _ => *session,
    };
    renew_proved(tx, act, old, &session, token).await
}

/// As [`renew`], for a session that has just proved a second factor: it opens the window for mail programs, too.
async fn renew_proved(
    tx: &mut Tx<'_>,
    act: &Act,
    old: &TokenHash,
    session: &Session,
    token: Token,
) -> Result<Result<NewSession, Refusal>, StoreError> {
    let renewed = renew(tx, act, old, session, token).await?;
    if renewed.is_ok() {
        mail_windows::note_proof(tx, act, session.user, session.evidence).await?;
    }
    Ok(renewed)
}

/// Gives a session a new token, and what `session` says was proved and when (SEC-4). A set-up that it began goes with it.
pub(crate) async fn renew(
    tx: &mut Tx<'_>,
    act: &Act,
    old: &TokenHash,
    session: &Session,
    token: Token,
) -> Result<Result<NewSession, Refusal>, StoreError> {
    let Session {
        user,
        evidence,
        proved_at,
        ..
    } = *session;
    let new = token.hash();
    if !tx
        .renew_session(old, &new, evidence, proved_at, act.now)
        .await?
    {
        return Ok(Err(Refusal::NotSignedIn));
    }
    tx.hand_on_pending_totp(user, old, &new).await?;
    tx.hand_on_pairing(user, old, &new).await?;
    tx.hand_on_emailed_codes(user, old, &new).await?;
    let rules = &act.tenant.policy.session;
    Ok(Ok(NewSession {
        token,
        known_browser: device::sign(&act.keys, act.tenant.id, user, act.now),
        remembered_until: session.remembered.then(|| session.ends_at(rules)),
    }))
}
