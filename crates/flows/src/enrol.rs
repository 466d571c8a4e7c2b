//! Registering and removing authenticators: a pending secret, its first code, backup codes.

use std::sync::Arc;

use warifu_domain::{
    attempt::Pending,
    audit::{AuditEvent, EventKind},
    backup_code::{BackupCode, Verifier},
    ids::{AuthenticatorId, UserId},
    policy::{self, Enrolment, Policy, Reauthentication, Shown},
    refusal::Refusal,
    session::Level,
    tenant::Tenant,
    time::Timestamp,
    token::{Token, TokenHash},
    totp::{AcceptedStep, judge_code},
};
use warifu_otp::{Algorithm, Digits, OneTimeCode, Secret, TotpKey, TotpParams, otpauth_uri};
use warifu_storage::{PendingTotpRow, StoreError, Tx, seal, totp_plaintext};
use zeroize::Zeroizing;

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    login::{NewSession, load_facts, open_session},
    passwords,
    session::SignedIn,
};

/// A set-up that waits for its first code.
pub struct PendingTotp {
    /// For the QR code and the link on phones (SEC-18).
    pub uri: Zeroizing<String>,
    /// For typing, in groups of four (SEC-17).
    pub key_grouped: Zeroizing<String>,
    /// What the app calls us.
    pub issuer: String,
    /// What the app calls the account.
    pub account: String,
    /// When the secret is void.
    pub expires_at: Timestamp,
}

/// How new authenticators of a tenant make their codes.
fn totp_params(policy: &Policy) -> TotpParams {
    let algorithm = match policy.totp.algorithm {
        policy::Algorithm::SHA1 => Algorithm::Sha1,
        policy::Algorithm::SHA256 => Algorithm::Sha256,
        policy::Algorithm::SHA512 => Algorithm::Sha512,
    };
    let digits = Digits::new(policy.totp.digits).expect("a policy's digits are 6 to 8");
    TotpParams::new(algorithm, digits, policy.totp.period_seconds)
        .expect("a policy's period is within the crate's")
}

fn view(tenant: &Tenant, login: &str, row: &PendingTotpRow) -> PendingTotp {
    PendingTotp {
        uri: otpauth_uri(row.params, &row.secret, &tenant.name, login),
        key_grouped: row.secret.to_base32_grouped(),
        issuer: tenant.name.clone(),
        account: login.to_owned(),
        expires_at: row.expires_at,
    }
}

/// The pending secret that `started_by` may finish; a new one where there is none.
pub(crate) async fn show_pending(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    started_by: TokenHash,
) -> Result<PendingTotp, FlowError> {
    if act.tenant.policy.enrolment.keep_on_reload
        && let Some(pending) = find_pending(ctx, act, user, started_by).await?
    {
        return Ok(pending);
    }
    make_pending(ctx, act, user, started_by).await
}

async fn find_pending(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    started_by: TokenHash,
) -> Result<Option<PendingTotp>, FlowError> {
    let act = act.clone();
    let found = ctx.store.read(act.tenant.id, async move |tx| {
        let Some(row) = tx
            .find_pending_totp(&act.keys, user, &started_by, act.now)
            .await?
        else {
            return Ok(None);
        };
        Ok(tx
            .find_user(user)
            .await?
            .map(|person| view(&act.tenant, &person.login, &row)))
    });
    Ok(found.await?)
}

/// Makes a new pending secret; one begun before is void (SEC-38).
async fn make_pending(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    started_by: TokenHash,
) -> Result<PendingTotp, FlowError> {
    let params = totp_params(&act.tenant.policy);
    let (bytes, nonce, act) = (
        Zeroizing::new(ctx.rng.bytes::<{ Secret::NEW_LENGTH }>()),
        ctx.rng.bytes::<24>(),
        act.clone(),
    );
    let made = ctx.store.write(act.tenant.id, async move |tx| {
        let Some(person) = tx.find_user(user).await? else {
            return Ok(Err(Refusal::NotSignedIn));
        };
        let secret = Secret::from_bytes(bytes.to_vec());
        let expires_at = act.now + act.tenant.policy.enrolment.lifetime();
        let sealed = seal::seal(
            &act.keys,
            nonce,
            &tx.totp_context(user),
            &totp_plaintext(params, &secret),
        );
        let id = AuthenticatorId(act.row_id);
        tx.replace_pending_totp(user, id, &sealed, &started_by, act.now, expires_at)
            .await?;
        act.audit(tx, AuditEvent::new(EventKind::SetUpStarted, Some(user)))
            .await?;
        Ok(Ok(view(
            &act.tenant,
            &person.login,
            &PendingTotpRow {
                id,
                params,
                secret,
                expires_at,
            },
        )))
    });
    Ok(made.await??)
}

/// Begins a set-up, or a replacement, for a signed-in person; needs the fresh proof (SEC-37).
pub async fn start_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    may_enrol(tenant, who, &act)?;
    make_pending(ctx, &act, who.user, who.token).await?;
    Ok(())
}

fn may_enrol(tenant: &Tenant, who: &SignedIn, act: &Act) -> Result<(), Refusal> {
    if tenant.policy.second_factor.enrolment == Enrolment::Off && !who.must_enrol() && !who.has_totp
    {
        return Err(Refusal::NotOffered);
    }
    if who.session.is_fresh(act.now) {
        Ok(())
    } else {
        Err(Refusal::ProofNeeded)
    }
}

/// The pending secret of a signed-in person; `None` where no set-up is open.
pub async fn pending_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<Option<PendingTotp>, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    match find_pending(ctx, &act, who.user, who.token).await? {
        // Leaving or reloading makes a new key; the abandoned one never works (P2).
        Some(_) if !tenant.policy.enrolment.keep_on_reload => {
            make_pending(ctx, &act, who.user, who.token).await.map(Some)
        }
        found => Ok(found),
    }
}

/// Drops an unfinished set-up.
pub async fn abandon_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let (act, user) = (Act::of(ctx, tenant, origin), who.user);
    ctx.store
        .write(tenant.id, async move |tx| {
            if tx.delete_pending_totp(user).await? {
                act.audit(tx, AuditEvent::new(EventKind::SetUpAbandoned, Some(user)))
                    .await?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Backup codes made before a transaction, since hashing them takes longer than a transaction may.
#[derive(Clone)]
struct FreshCodes {
    codes: Vec<BackupCode>,
    verifiers: Vec<Verifier>,
    salt: [u8; 16],
    generation: i64,
}

async fn make_codes(ctx: &Ctx, tenant: &Tenant, user: UserId) -> Result<FreshCodes, FlowError> {
    let rules = &tenant.policy.backup_codes;
    let before = ctx
        .store
        .read(tenant.id, async move |tx| tx.find_backup_set(user).await)
        .await?;
    let (salt, generation) = before.map_or_else(
        || (ctx.rng.bytes(), 0),
        |row| (row.set.salt, row.set.generation),
    );
    let mut fresh = FreshCodes {
        codes: Vec::new(),
        verifiers: Vec::new(),
        salt,
        generation,
    };
    while fresh.codes.len() < usize::from(rules.count) {
        let code = BackupCode::from_random(rules.shape, ctx.rng.bytes());
        if fresh
            .codes
            .iter()
            .any(|other| other.expose() == code.expose())
        {
            continue; // Printed twice, it would still open once only.
        }
        fresh
            .verifiers
            .push(passwords::backup_verifier(ctx, &code, &salt).await?);
        fresh.codes.push(code);
    }
    Ok(fresh)
}

/// Judges the first code of a pending secret.
async fn judge_first_code(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    started_by: &TokenHash,
    typed: &str,
) -> Result<Result<(AuthenticatorId, AcceptedStep), Refusal>, StoreError> {
    let Some(row) = tx
        .find_pending_totp(&act.keys, user, started_by, act.now)
        .await?
    else {
        return Ok(Err(Refusal::SetUpOver));
    };
    let skew = act.tenant.policy.totp.skew_steps;
    let verdict = OneTimeCode::parse(typed)
        .map_err(|_| Refusal::MalformedCode)
        .and_then(|code| {
            judge_code(
                &TotpKey::new(row.params, &row.secret),
                None,
                &code,
                act.now,
                skew,
            )
        });
    Ok(verdict.map(|accepted| (row.id, accepted)))
}

/// Confirms a set-up inside a write job: the app becomes active, older ones and their backup codes are void (SEC-22), all
/// sessions but `keep` end (SEC-7).
async fn confirm(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    started_by: &TokenHash,
    typed: &str,
    fresh: Option<&FreshCodes>,
) -> Result<Result<AcceptedStep, Refusal>, StoreError> {
    let event = AuditEvent::new(EventKind::SetUpConfirmed, Some(user));
    let (id, accepted) = match judge_first_code(tx, act, user, started_by, typed).await? {
        Ok(judged) => judged,
        Err(refusal) => {
            if let Some(row) = tx
                .find_pending_totp(&act.keys, user, started_by, act.now)
                .await?
            {
                tx.count_set_up_failure(user, row.id).await?;
            }
            act.audit(tx, event.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
    };
    // The first code after a replacement may be one that the old app of the same secret never made: steps are per secret.
    if !tx.confirm_totp(user, id, accepted.step(), act.now).await? {
        return Ok(Err(Refusal::SetUpOver));
    }
    match fresh {
        Some(fresh)
            if tx
                .replace_backup_set(
                    user,
                    &fresh.salt,
                    &fresh.verifiers,
                    fresh.generation,
                    act.now,
                )
                .await? =>
        {
            act.audit(
                tx,
                AuditEvent::new(EventKind::BackupCodesIssued, Some(user)),
            )
            .await?;
        }
        // Codes were issued elsewhere between the two steps: start again from there.
        Some(_) => return Err(StoreError::Conflict),
        None => tx.void_backup_set(user).await?,
    }
    tx.delete_sessions_of(user, Some(started_by)).await?;
    act.audit(tx, event).await?;
    act.notify(tx, user, EventKind::SetUpConfirmed).await?;
    Ok(Ok(accepted))
}

/// Codes to be issued with the confirmation, if the policy shows them there and the code is right so far.
async fn codes_for_confirmation(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    started_by: TokenHash,
    typed: &str,
) -> Result<Option<FreshCodes>, FlowError> {
    let rules = &act.tenant.policy.backup_codes;
    if !rules.enabled || rules.shown != Shown::Page {
        return Ok(None);
    }
    let (looking, typed) = (act.clone(), typed.to_owned());
    let looks_right = ctx
        .store
        .read(act.tenant.id, async move |tx| {
            Ok(judge_first_code(tx, &looking, user, &started_by, &typed)
                .await?
                .is_ok())
        })
        .await?;
    if looks_right {
        make_codes(ctx, &act.tenant, user).await.map(Some)
    } else {
        Ok(None)
    }
}

/// Confirms a set-up of a signed-in person. The codes, if any, are told once (SEC-25).
pub async fn confirm_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    may_enrol(tenant, who, &act)?;
    let (user, old, token, typed) = (who.user, who.token, ctx.rng.token(), code.to_owned());
    let fresh = codes_for_confirmation(ctx, &act, user, old, code).await?;
    let (session, codes) = (who.session, fresh.as_ref().map(|fresh| fresh.codes.clone()));
    let confirmed = ctx.store.write(tenant.id, async move |tx| {
        if let Err(refusal) = confirm(tx, &act, user, &old, &typed, fresh.as_ref()).await? {
            return Ok(Err(refusal));
        }
        crate::session::step_up(tx, &act, &old, &session, token.clone()).await
    });
    Ok((confirmed.await??, codes))
}

/// Confirms a forced set-up, which finishes the login.
pub(crate) async fn confirm_in_attempt(
    ctx: &Ctx,
    act: &Act,
    pending: Pending,
    attempt: &Token,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let (act, user, attempt, token, typed) = (
        act.clone(),
        pending.user,
        attempt.hash(),
        ctx.rng.token(),
        code.to_owned(),
    );
    let fresh = codes_for_confirmation(ctx, &act, user, attempt, code).await?;
    let codes = fresh.as_ref().map(|fresh| fresh.codes.clone());
    let confirmed = ctx.store.write(act.tenant.id, async move |tx| {
        match load_facts(tx, &act.tenant, user).await? {
            Some(facts) if !facts.disabled && !facts.tenant_suspended => {}
            _ => return Ok(Err(Refusal::AttemptOver)),
        }
        let accepted = match confirm(tx, &act, user, &attempt, &typed, fresh.as_ref()).await? {
            Ok(accepted) => accepted,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !tx.spend_attempt(&attempt).await? {
            return Err(StoreError::Conflict); // Another request finished it: nothing of this one stays.
        }
        let proven = pending.clone().pass_totp(accepted, act.now);
        Ok(Ok(open_session(tx, &act, &proven, token.clone()).await?))
    });
    Ok((confirmed.await??, codes))
}

/// Whether a signed-in person may switch two-factor off now; asked before the question is put, and again with the answer.
pub fn may_remove(tenant: &Tenant, who: &SignedIn, now: Timestamp) -> Result<(), Refusal> {
    let policy = &tenant.policy;
    let required = policy.second_factor.enrolment == Enrolment::Required;
    if !policy.removal.by_user || required || who.must_have_second_factor() {
        return Err(Refusal::OnlyAdministrator);
    }
    let proved = match policy.removal.reauthentication {
        // Only a session that itself passed the second factor (security.md, section 7).
        Reauthentication::Confirm => who.session.level(&policy.session, now) >= Level::Mfa,
        Reauthentication::Proof => who.session.is_fresh(now),
    };
    if proved {
        Ok(())
    } else {
        Err(Refusal::ProofNeeded)
    }
}

/// Switches two-factor off for a signed-in person, as the policy allows (W5, C6, P4).
pub async fn remove_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    may_remove(tenant, who, act.now)?;
    let (user, keep) = (who.user, who.token);
    let removed = ctx.store.write(tenant.id, async move |tx| {
        if !tx.delete_totp(user).await? {
            return Ok(Err(Refusal::MethodMissing));
        }
        tx.void_backup_set(user).await?;
        tx.delete_attempts_of(user).await?;
        tx.delete_sessions_of(user, Some(&keep)).await?;
        act.audit(
            tx,
            AuditEvent::new(EventKind::SecondFactorRemoved, Some(user)),
        )
        .await?;
        act.notify(tx, user, EventKind::SecondFactorRemoved).await?;
        Ok(Ok(()))
    });
    Ok(removed.await??)
}

/// Issues a new set of backup codes; every earlier one is void (W3). `generation` is the set's that the page showed, so that
/// a form sent twice issues once (SEC-25). Needs the fresh proof.
pub async fn issue_backup_codes(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    generation: i64,
) -> Result<Vec<BackupCode>, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    if !tenant.policy.backup_codes.enabled {
        return Err(Refusal::NotOffered.into());
    }
    if !who.has_totp {
        return Err(Refusal::MethodMissing.into());
    }
    if !who.session.is_fresh(act.now) {
        return Err(Refusal::ProofNeeded.into());
    }
    let fresh = make_codes(ctx, tenant, who.user).await?;
    if fresh.generation != generation {
        return Err(Refusal::BackupCodesShown.into());
    }
    let (user, codes) = (who.user, fresh.codes.clone());
    let issued = ctx.store.write(tenant.id, async move |tx| {
        if !tx
            .replace_backup_set(user, &fresh.salt, &fresh.verifiers, generation, act.now)
            .await?
        {
            return Ok(Err(Refusal::BackupCodesShown));
        }
        act.audit(
            tx,
            AuditEvent::new(EventKind::BackupCodesIssued, Some(user)),
        )
        .await?;
        act.notify(tx, user, EventKind::BackupCodesIssued).await?;
        Ok(Ok(()))
    });
    issued.await??;
    Ok(codes)
}
