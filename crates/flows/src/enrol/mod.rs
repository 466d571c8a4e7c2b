//! Registering and removing authenticators. This file: a pending secret, from its making to its showing; confirming it, removing
//! it and backup codes stand beside it.

mod backup_codes;
mod confirm;
mod removal;

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    decide::{Decision, decide},
    ids::{AuthenticatorId, UserId},
    policy::{self, Enrolment, Policy, SetUpProof},
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
    token::TokenHash,
};
use warifu_otp::{Algorithm, Digits, Secret, TotpParams, otpauth_uri};
use warifu_storage::{
    NewTotp, PendingKind, PendingTotpRow, StageKind, StoreError, Tx, seal, totp_plaintext,
};
use zeroize::Zeroizing;

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    login::{NewSession, load_facts},
    session::{self, SignedIn, TypedProof},
};

pub use backup_codes::{ViewedCode, issue_backup_codes, view_backup_codes};
pub use confirm::confirm_totp;
pub(crate) use confirm::{confirm_in_attempt, confirm_in_session};
pub use removal::{may_remove, reactivate_totp, remove_totp};

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

/// Who began a set-up and may finish it.
#[derive(Clone, Copy)]
pub(crate) enum Starter {
    /// A signed-in browser.
    Session(TokenHash),
    /// A login that cannot end without it.
    Attempt(TokenHash),
}

impl Starter {
    /// What the pending secret belongs to.
    pub(crate) fn token(self) -> TokenHash {
        match self {
            Self::Session(token) | Self::Attempt(token) => token,
        }
    }

    /// Whether the set-up may go on, until the end of this transaction. An attempt may only while `decide` still demands
    /// one: with an app registered meanwhile, it would let the password alone replace that app.
    pub(crate) async fn lock(
        self,
        tx: &mut Tx<'_>,
        act: &Act,
        user: UserId,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let token = match self {
            Self::Session(token) => {
                let is_open = tx.lock_session(user, &token).await?;
                return Ok(is_open.then_some(()).ok_or(Refusal::NotSignedIn));
            }
            Self::Attempt(token) => token,
        };
        let policy = &act.tenant.policy;
        if !tx.lock_attempt(&token).await? {
            return Ok(Err(Refusal::AttemptOver));
        }
        let row = tx
            .find_attempt(&token, policy.login.wrong_codes, act.now)
            .await?;
        let facts = load_facts(tx, &act.tenant, user, None, act.now).await?;
        let must_enrol = facts
            .is_some_and(|facts| matches!(decide(policy, &facts, act.now), Decision::Enrol { .. }));
        Ok(match row {
            Err(closed) => Err(closed.why),
            Ok(row) if row.stage == StageKind::Enrolment && must_enrol => Ok(()),
            Ok(_) => Err(Refusal::AttemptOver),
        })
    }
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
    let key = shown_key(tenant, login, row.params, &row.secret);
    PendingTotp {
        uri: key.uri,
        key_grouped: key.key_grouped,
        issuer: key.issuer,
        account: key.account,
        expires_at: row.expires_at,
    }
}

/// The key of a registered app, shown again for a further device (G6).
pub struct ShownKey {
    /// See [`PendingTotp::uri`].
    pub uri: Zeroizing<String>,
    /// See [`PendingTotp::key_grouped`].
    pub key_grouped: Zeroizing<String>,
    /// See [`PendingTotp::issuer`].
    pub issuer: String,
    /// See [`PendingTotp::account`].
    pub account: String,
}

pub(crate) fn shown_key(
    tenant: &Tenant,
    login: &str,
    params: TotpParams,
    secret: &Secret,
) -> ShownKey {
    ShownKey {
        uri: otpauth_uri(params, secret, &tenant.name, login),
        key_grouped: secret.to_base32_grouped(),
        issuer: tenant.name.clone(),
        account: login.to_owned(),
    }
}

/// The pending secret that `starter` may finish; a new one where there is none.
pub(crate) async fn show_pending(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    starter: Starter,
) -> Result<PendingTotp, FlowError> {
    let keep = act.tenant.policy.enrolment.keep_on_reload;
    if keep && let Some(pending) = find_pending(ctx, act, user, starter).await? {
        return Ok(pending);
    }
    make_pending(ctx, act, user, starter, keep).await
}

/// The pending secret that `starter` has begun, if it is not over.
pub(crate) async fn find_pending(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    starter: Starter,
) -> Result<Option<PendingTotp>, FlowError> {
    let act = act.clone();
    let found = ctx.store.read(act.tenant.id, async move |tx| {
        let Some(row) = tx
            .find_pending_totp(
                &act.keys,
                user,
                &starter.token(),
                PendingKind::Shown,
                act.now,
            )
            .await?
        else {
            return Ok(None);
        };
        let person = tx.find_user(user).await?.filter(|person| !person.disabled);
        let shown = person.filter(|_| !act.tenant.suspended);
        Ok(shown.map(|person| view(&act.tenant, &person.login, &row)))
    });
    Ok(found.await?)
}

/// Makes a new pending secret; one begun before is void (SEC-38). With `keep`, one that another request of this starter made
/// meanwhile is shown instead: two pages loaded at once show one secret.
async fn make_pending(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    starter: Starter,
    keep: bool,
) -> Result<PendingTotp, FlowError> {
    let params = totp_params(&act.tenant.policy);
    let (bytes, nonce, act) = (
        Zeroizing::new(ctx.rng.bytes::<{ Secret::NEW_LENGTH }>()),
        ctx.rng.bytes::<24>(),
        act.clone(),
    );
    let made = ctx.store.write(act.tenant.id, async move |tx| {
        let event = AuditEvent::new(EventKind::SetUpStarted, Some(user));
        let may = starter.lock(tx, &act, user).await?;
        let person = match (may, tx.find_user(user).await?) {
            (Ok(()), Some(person)) => person,
            (Ok(()), None) => return Ok(Err(Refusal::NotSignedIn)),
            (Err(refusal), _) => {
                act.audit(tx, event.refused(&refusal)).await?;
                return Ok(Err(refusal));
            }
        };
        if keep
            && let Some(row) = tx
                .find_pending_totp(
                    &act.keys,
                    user,
                    &starter.token(),
                    PendingKind::Shown,
                    act.now,
                )
                .await?
        {
            return Ok(Ok(view(&act.tenant, &person.login, &row)));
        }
        let secret = Secret::from_bytes(bytes.to_vec());
        let expires_at = act.now + act.tenant.policy.enrolment.lifetime();
        let sealed = seal::seal(
            &act.keys,
            nonce,
            &tx.totp_context(user),
            &totp_plaintext(params, &secret),
        );
        let id = AuthenticatorId(act.row_id);
        // One set-up at a time, in whichever way.
        tx.delete_pairing(user).await?;
        let new = NewTotp {
            id,
            sealed: &sealed,
            started_by: &starter.token(),
            expires_at,
            paired: None,
        };
        tx.replace_pending_totp(user, &new, act.now).await?;
        act.audit(tx, event).await?;
        let row = PendingTotpRow {
            id,
            params,
            secret,
            expires_at,
            paired: None,
        };
        Ok(Ok(view(&act.tenant, &person.login, &row)))
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
    if let Err(refusal) = may_start(tenant, who, act.now) {
        let kind = EventKind::SetUpStarted;
        return Err(act.deny(ctx, kind, Some(who.user), refusal).await);
    }
    let starter = Starter::Session(who.token);
    make_pending(ctx, &act, who.user, starter, false).await?;
    Ok(())
}

/// Proves everything there is to prove, for the very act of setting an app up, and begins the set-up.
pub async fn prove_and_start_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    password: &str,
    proof: Option<TypedProof>,
) -> Result<NewSession, FlowError> {
    // Before the session is renewed: from then on a refusal would keep its new token from the browser.
    let act = Act::of(ctx, tenant, origin);
    if let Err(refusal) = may_prove_to_start(tenant, who) {
        let kind = EventKind::SetUpStarted;
        return Err(act.deny(ctx, kind, Some(who.user), refusal).await);
    }
    let session = session::prove(ctx, tenant, origin, who, password, proof).await?;
    let starter = Starter::Session(session.token.hash());
    make_pending(ctx, &act, who.user, starter, false).await?;
    Ok(session)
}

/// Whether a signed-in person may begin a set-up now. The first app may ask for the password again, however fresh the login is (C1);
/// a replacement asks for the second factor.
pub(crate) fn may_start(tenant: &Tenant, who: &SignedIn, now: Timestamp) -> Result<(), Refusal> {
    let needs_password = tenant.policy.enrolment.reauthentication == SetUpProof::Password;
    match may_enrol(tenant, who, now) {
        Ok(()) if needs_password && !who.has_totp => Err(Refusal::ProofNeeded),
        may => may,
    }
}

/// Whether a signed-in person may prove everything for the very act of a set-up.
pub(crate) fn may_prove_to_start(tenant: &Tenant, who: &SignedIn) -> Result<(), Refusal> {
    match is_offered(tenant, who) {
        Ok(()) if who.must_choose_password() => Err(Refusal::PasswordTemporary),
        may => may,
    }
}

/// Whether a signed-in person may set an app up now.
pub(crate) fn may_enrol(tenant: &Tenant, who: &SignedIn, now: Timestamp) -> Result<(), Refusal> {
    is_offered(tenant, who)?;
    who.check_fresh_proof(now)
}

fn is_offered(tenant: &Tenant, who: &SignedIn) -> Result<(), Refusal> {
    let is_off = tenant.policy.second_factor.enrolment == Enrolment::Off;
    if is_off && !who.must_enrol() && !who.has_totp {
        return Err(Refusal::NotOffered);
    }
    Ok(())
}

/// The pending secret of a signed-in person; `None` where no set-up is open.
pub async fn pending_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<Option<PendingTotp>, FlowError> {
    let (act, starter) = (Act::of(ctx, tenant, origin), Starter::Session(who.token));
    match find_pending(ctx, &act, who.user, starter).await? {
        // Leaving or reloading makes a new key; the abandoned one never works (P2).
        Some(_) if !tenant.policy.enrolment.keep_on_reload => {
            let made = make_pending(ctx, &act, who.user, starter, false).await?;
            Ok(Some(made))
        }
        found => Ok(found),
    }
}

/// The pending secret whose code was refused: its page goes on, and so does the key that the app has just read, also where
/// a visit makes a new one (P2). `None` where no set-up is open any more.
pub async fn kept_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<Option<PendingTotp>, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    find_pending(ctx, &act, who.user, Starter::Session(who.token)).await
}

/// Drops an unfinished set-up.
pub async fn abandon_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let abandoned = ctx.store.write(tenant.id, async move |tx| {
        if !tx.lock_session(user, &token).await? {
            return Ok(Err(Refusal::NotSignedIn));
        }
        if tx.delete_pending_totp(user).await? {
            act.audit(tx, AuditEvent::new(EventKind::SetUpAbandoned, Some(user)))
                .await?;
        }
        Ok(Ok(()))
    });
    Ok(abandoned.await??)
}
