//! Issuing backup codes.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    backup_code::{BackupCode, Shape, Verifier},
    ids::UserId,
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
};
use warifu_storage::{NewBackupSet, SealContext, SealedColumn, StoreError, Tx, seal};
use zeroize::Zeroizing;

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    passwords::{self, BackupHashing},
    session::SignedIn,
};

/// Backup codes made before a transaction, since hashing them takes longer than a transaction may.
#[derive(Clone)]
pub(super) struct FreshCodes {
    pub(super) codes: Vec<BackupCode>,
    verifiers: Vec<Verifier>,
    salt: [u8; 16],
    hashing: BackupHashing,
    /// The codes, where the policy lets their owner look at them again (C3).
    sealed: Option<Vec<u8>>,
}

/// Makes the codes of a new set, with the salt of the one before: the codes of that one can then be told apart from wrong ones.
pub(super) async fn make_codes(
    ctx: &Ctx,
    tenant: &Tenant,
    user: UserId,
) -> Result<FreshCodes, FlowError> {
    let rules = &tenant.policy.backup_codes;
    let before = ctx
        .store
        .read(tenant.id, async move |tx| tx.find_backup_set(user).await)
        .await?;
    let mut fresh = FreshCodes {
        codes: Vec::new(),
        verifiers: Vec::new(),
        salt: before.map_or_else(|| ctx.rng.bytes(), |row| row.set.salt),
        hashing: BackupHashing::of_new_sets(ctx),
        sealed: None,
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
        let verifier = passwords::backup_verifier(ctx, &code, &fresh.salt, fresh.hashing).await?;
        fresh.verifiers.push(verifier);
        fresh.codes.push(code);
    }
    if rules.viewable {
        let codes: Vec<&str> = fresh.codes.iter().map(BackupCode::expose).collect();
        let plain = Zeroizing::new(codes.join("\n"));
        let context = seal_context(tenant, user);
        let sealed = seal::seal(&ctx.keys(), ctx.rng.bytes(), &context, plain.as_bytes());
        fresh.sealed = Some(sealed);
    }
    Ok(fresh)
}

impl FreshCodes {
    /// Issues the codes; every earlier one is void. Fails if the set is not at `generation` any more.
    pub(super) async fn issue(
        &self,
        tx: &mut Tx<'_>,
        act: &Act,
        user: UserId,
        generation: i64,
    ) -> Result<(), StoreError> {
        let new = NewBackupSet {
            salt: &self.salt,
            hashing: &self.hashing.write(),
            codes: &self.verifiers,
            sealed: self.sealed.as_deref(),
        };
        if !tx
            .replace_backup_set(user, &new, generation, act.now)
            .await?
        {
            return Err(StoreError::Conflict);
        }
        let issued = AuditEvent::new(EventKind::BackupCodesIssued, Some(user));
        act.audit(tx, issued).await
    }
}

fn may_issue(tenant: &Tenant, who: &SignedIn, now: Timestamp) -> Result<(), Refusal> {
    if !tenant.policy.backup_codes.enabled {
        return Err(Refusal::NotOffered);
    }
    if !who.has_totp {
        return Err(Refusal::MethodMissing);
    }
    who.check_fresh_proof(now)
}

/// Issues a new set of backup codes; every earlier one is void (W3). `generation` is the set's that the page showed, so that
/// a form sent twice issues once (SEC-25). Needs the fresh proof; every other session ends (SEC-7).
pub async fn issue_backup_codes(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    generation: i64,
) -> Result<Vec<BackupCode>, FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    if let Err(refusal) = may_issue(tenant, who, act.now) {
        let kind = EventKind::BackupCodesIssued;
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let fresh = make_codes(ctx, tenant, user).await?;
    let codes = fresh.codes.clone();
    let issued = ctx.store.write(tenant.id, async move |tx| {
        let refusal = if !tx.lock_session(user, &token).await? {
            Some(Refusal::NotSignedIn)
        } else if tx.find_totp_state(user).await?.is_none() {
            Some(Refusal::MethodMissing)
        } else {
            let before = tx.lock_backup_set(user).await?;
            let is_seen = before.map_or(0, |row| row.set.generation) == generation;
            (!is_seen).then_some(Refusal::BackupCodesShown)
        };
        if let Some(refusal) = refusal {
            let event = AuditEvent::new(EventKind::BackupCodesIssued, Some(user));
            act.audit(tx, event.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
        fresh.issue(tx, &act, user, generation).await?;
        tx.delete_attempts_of(user).await?;
        tx.delete_sessions_of(user, Some(&token)).await?;
        act.notify(tx, user, EventKind::BackupCodesIssued).await?;
        Ok(Ok(()))
    });
    issued.await??;
    Ok(codes)
}

/// A backup code that is looked at again.
pub struct ViewedCode {
    /// The code.
    pub code: BackupCode,
    /// It opens nothing any more.
    pub is_used: bool,
}

/// The codes in force, used ones included, where the policy keeps them to be looked at (C3, section 7 of the security
/// requirements). Needs the fresh proof; every look is on record.
pub async fn view_backup_codes(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<Vec<ViewedCode>, FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let kind = EventKind::BackupCodesViewed;
    let may = match tenant.policy.backup_codes.viewable {
        true => may_issue(tenant, who, act.now),
        false => Err(Refusal::NotOffered),
    };
    if let Err(refusal) = may {
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let viewed = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        let found = match tx.lock_session(user, &token).await? {
            true => tx.find_sealed_backup_codes(user).await?,
            false => return Ok(Err(Refusal::NotSignedIn)),
        };
        let Some((sealed, used)) = found else {
            let refusal = Refusal::BackupCodesNotKept;
            act.audit(tx, event.refused(&refusal)).await?;
            return Ok(Err(refusal));
        };
        let plain = seal::open(&act.keys, &seal_context(&act.tenant, user), &sealed)?;
        let codes = read_codes(&plain, used)
            .ok_or_else(|| StoreError::corrupt("backup_code_set.sealed"))?;
        act.audit(tx, event).await?;
        Ok(Ok(codes))
    });
    Ok(viewed.await??)
}

/// Where sealed codes belong (SEC-77).
fn seal_context(tenant: &Tenant, user: UserId) -> SealContext<'static> {
    SealedColumn::BackupCodes.context(tenant.id, user.0)
}

/// Codes as they were sealed, one a line, in the shape that the policy had then.
fn read_codes(plain: &[u8], used: i64) -> Option<Vec<ViewedCode>> {
    let lines = std::str::from_utf8(plain).ok()?.split('\n').enumerate();
    let read = |text: &str| {
        [Shape::Symbols16, Shape::Digits8]
            .into_iter()
            .find_map(|shape| BackupCode::parse(shape, text).ok())
    };
    lines
        .map(|(index, text)| {
            Some(ViewedCode {
                code: read(text)?,
                is_used: used & 1 << index != 0,
            })
        })
        .collect()
}
