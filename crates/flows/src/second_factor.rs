//! Judging a second factor inside a write job: counted first, judged, then spent. Login and fresh proof share it, so
//! there is one budget for both (SEC-12, SEC-45).

use subtle::ConstantTimeEq;
use warifu_domain::{
    backup_code::{AcceptedBackupCode, BackupCode, Verifier},
    helpdesk_code::{self, AcceptedHelpdeskCode, HelpdeskCode},
    ids::UserId,
    refusal::Refusal,
    throttle::{Budget, judge},
    time::Timestamp,
    totp::{AcceptedStep, judge_code},
    typed::Typed,
};
use warifu_otp::OneTimeCode;
use warifu_storage::{GuessedMethod, HelpdeskCodeRow, StoreError, Tx};

use crate::{
    act::Act,
    ctx::Ctx,
    error::FlowError,
    passwords::{self, BackupHashing},
};

/// A second factor as a person types it.
#[derive(Clone)]
pub enum TypedProof {
    /// A code of an authenticator app.
    Code(Typed),
    /// A backup code.
    BackupCode(Typed),
    /// A code that was sent by mail.
    EmailedCode(Typed),
}

/// Judges a typed code of an authenticator app and spends its step. A malformed code is counted like a wrong one (SEC-24).
pub(crate) async fn judge_totp(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    typed: &str,
) -> Result<Result<AcceptedStep, Refusal>, StoreError> {
    let apps = tx.reserve_totp_guess(&act.keys, user, act.now).await?;
    let Some(failures) = apps.iter().map(|app| app.failures).max() else {
        return Ok(Err(why_no_totp(tx, act, user).await?));
    };
    let skew = act.tenant.policy.totp.skew_steps;
    let mut verdict = Err(Refusal::MalformedCode);
    if let Ok(code) = OneTimeCode::parse(typed) {
        for app in &apps {
            verdict = judge_code(&app.key, app.last_step, &code, act.now, skew);
            if let Ok(accepted) = verdict {
                if !tx
                    .spend_step(user, app.id, accepted.step(), act.now)
                    .await?
                {
                    verdict = Err(Refusal::CodeAlreadyUsed); // A twin request came first.
                }
                break;
            }
        }
    }
    if verdict.is_err() {
        tx.delay_method(GuessedMethod::App, user, failures, act.now)
            .await?;
        return Ok(verdict);
    }
    // One right proof opens the other methods again (section 4: "unlocked with another factor").
    let others = [GuessedMethod::BackupCodes, GuessedMethod::EmailedCode];
    match apps.len() {
        1 => tx.reopen_methods(&others, user).await?,
        _ => tx.reopen_methods(GuessedMethod::ALL, user).await?,
    }
    Ok(verdict)
}

async fn why_no_totp(tx: &mut Tx<'_>, act: &Act, user: UserId) -> Result<Refusal, StoreError> {
    let Some(state) = tx.find_totp_state(user).await? else {
        return Ok(Refusal::MethodMissing);
    };
    if state.suspended_at.is_some() {
        return Ok(Refusal::AppSuspended);
    }
    Ok(closed(state.failures, state.blocked_until, act))
}

/// What a budget that took no guess says to the person.
pub(crate) fn closed(failures: i64, blocked_until: Timestamp, act: &Act) -> Refusal {
    match judge(failures, blocked_until, act.now) {
        Budget::WaitUntil(until) => Refusal::MethodPaused { until },
        Budget::Closed => Refusal::MethodDisabled,
        // Another proof opened it between the two statements; the next try is looked at.
        Budget::Open => Refusal::MethodPaused { until: act.now },
    }
}

/// A backup code that was typed, hashed for the set that took the guess.
#[derive(Clone, Copy)]
pub(crate) struct TypedBackupCode {
    verifier: Verifier,
    /// The set's number then.
    generation: i64,
}

/// A guess at a backup code that was counted, and what is needed to hash the code.
pub(crate) struct ReservedBackupGuess {
    salt: [u8; 16],
    hashing: BackupHashing,
    generation: i64,
}

/// Counts a guess at a person's backup codes. A malformed code is counted like a wrong one (SEC-24).
pub(crate) async fn reserve_backup_guess(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    is_malformed: bool,
) -> Result<Result<ReservedBackupGuess, Refusal>, StoreError> {
    if !act.tenant.policy.backup_codes.enabled {
        return Ok(Err(Refusal::MethodMissing));
    }
    let Some(row) = tx.reserve_backup_guess(user, act.now).await? else {
        return Ok(Err(why_no_backup_code(tx, act, user).await?));
    };
    if is_malformed {
        return Ok(Err(Refusal::MalformedBackupCode));
    }
    Ok(Ok(ReservedBackupGuess {
        salt: row.set.salt,
        hashing: BackupHashing::read(&act.keys, &row.hashing)?,
        generation: row.set.generation,
    }))
}

async fn why_no_backup_code(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
) -> Result<Refusal, StoreError> {
    let Some(row) = tx.find_backup_set(user).await? else {
        return Ok(Refusal::MethodMissing);
    };
    Ok(closed(row.failures, row.blocked_until, act))
}

/// Hashes a backup code, outside any transaction: once, whatever the code is (SEC-23).
pub(crate) async fn hash_backup_code(
    ctx: &Ctx,
    code: &BackupCode,
    guess: &ReservedBackupGuess,
) -> Result<TypedBackupCode, FlowError> {
    Ok(TypedBackupCode {
        verifier: passwords::backup_verifier(ctx, code, &guess.salt, guess.hashing).await?,
        generation: guess.generation,
    })
}

/// Judges a hashed backup code and spends it.
pub(crate) async fn judge_backup_code(
    tx: &mut Tx<'_>,
    user: UserId,
    typed: TypedBackupCode,
) -> Result<Result<AcceptedBackupCode, Refusal>, StoreError> {
    let Some(row) = tx.lock_backup_set(user).await? else {
        return Ok(Err(Refusal::MethodMissing));
    };
    // While the code was hashed, another request issued new codes or voided all of them.
    if row.set.generation != typed.generation {
        return Ok(Err(Refusal::BackupCodeSuperseded));
    }
    let verdict = row.set.judge(&typed.verifier);
    if let Ok(accepted) = verdict {
        if !tx.spend_backup_code(user, accepted).await? {
            return Ok(Err(Refusal::BackupCodeUsed));
        }
        // One right proof opens the other methods again.
        let others = [GuessedMethod::App, GuessedMethod::EmailedCode];
        tx.reopen_methods(&others, user).await?;
    }
    Ok(verdict)
}

/// Judges a typed helpdesk code and uses it up. A malformed one is counted like a wrong one (SEC-24).
pub(crate) async fn judge_helpdesk_code(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    typed: &str,
) -> Result<Result<AcceptedHelpdeskCode, Refusal>, StoreError> {
    let Some(open) = tx.reserve_helpdesk_guess(user, act.now).await? else {
        return Ok(Err(Refusal::HelpdeskCodeOver));
    };
    let fits = match HelpdeskCode::parse(typed) {
        Ok(code) => fits(act, user, &code, &open)?,
        Err(malformed) => return Ok(Err(malformed)),
    };
    let verdict = helpdesk_code::judge(fits);
    if verdict.is_ok() {
        if !tx.spend_helpdesk_code(user).await? {
            return Ok(Err(Refusal::HelpdeskCodeOver)); // A twin request came first.
        }
        // One right proof opens the other methods again.
        tx.reopen_methods(GuessedMethod::ALL, user).await?;
    }
    Ok(verdict)
}

fn fits(
    act: &Act,
    user: UserId,
    code: &HelpdeskCode,
    open: &HelpdeskCodeRow,
) -> Result<bool, StoreError> {
    let (key_id, owner) = (open.key_id, (act.tenant.id, user));
    let typed = passwords::helpdesk_verifier(&act.keys, key_id, owner, code)?;
    Ok(typed.ct_eq(&open.verifier).into())
}
