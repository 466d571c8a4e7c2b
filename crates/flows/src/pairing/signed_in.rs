//! Pairing from the own account. A login that cannot end without the set-up comes in through `login/pairing.rs`.

use std::sync::Arc;

use warifu_domain::{audit::EventKind, backup_code::BackupCode, tenant::Tenant};
use warifu_storage::PendingKind;

use super::{OpenPairing, begin, check_lock, derive, find_open, give_up};
use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    enrol::{self, Starter, may_enrol},
    error::FlowError,
    login::NewSession,
    session::{self, SignedIn, TypedProof},
};

/// Whether a signed-in person is offered this way to register an app, besides the QR code.
pub fn is_offered(tenant: &Tenant) -> bool {
    tenant.policy.enrolment.pairing.order(false).is_some()
}

/// Begins a pairing, or a replacement of the app by one, for a signed-in person; needs the fresh proof (SEC-37).
pub async fn start(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let (act, starter) = (Act::of(ctx, tenant, origin), Starter::Session(who.token));
    if let Err(refusal) = enrol::may_start(tenant, who, act.now) {
        let kind = EventKind::PairingStarted;
        return Err(act.deny(ctx, kind, Some(who.user), refusal).await);
    }
    begin(ctx, &act, who.user, starter).await
}

/// Proves everything there is to prove, for the very act of pairing, and goes on with the pairing that this browser began, or
/// begins one.
pub async fn prove_and_go_on(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    password: &str,
    proof: Option<TypedProof>,
) -> Result<NewSession, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    // Before the session is renewed: from then on a refusal would keep its new token from the browser.
    let may = enrol::may_prove_to_start(tenant, who)
        .and_then(|()| Starter::Session(who.token).order(tenant));
    let is_open = find_open(ctx, &act, who.user, Starter::Session(who.token)).await?;
    let may = match (may, is_open) {
        (Ok(_), None) => {
            let (act, user) = (act.clone(), who.user);
            let asked = ctx
                .store
                .read(tenant.id, async move |tx| check_lock(tx, &act, user).await);
            asked.await?
        }
        (may, _) => may.map(drop),
    };
    if let Err(refusal) = may {
        let kind = EventKind::PairingStarted;
        return Err(act.deny(ctx, kind, Some(who.user), refusal).await);
    }
    let session = session::prove(ctx, tenant, origin, who, password, proof).await?;
    let starter = Starter::Session(session.token.hash());
    if find_open(ctx, &act, who.user, starter).await?.is_none() {
        begin(ctx, &act, who.user, starter).await?;
    }
    Ok(session)
}

/// The pairing that a signed-in person began in this browser; `None`: none is open.
pub async fn find(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<Option<OpenPairing>, FlowError> {
    let (act, starter) = (Act::of(ctx, tenant, origin), Starter::Session(who.token));
    find_open(ctx, &act, who.user, starter).await
}

/// Takes the app code of a signed-in person, and derives what both codes make.
pub async fn type_app_code(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    typed: &str,
    device: &str,
) -> Result<(), FlowError> {
    let (act, starter) = (Act::of(ctx, tenant, origin), Starter::Session(who.token));
    if let Err(refusal) = may_enrol(tenant, who, act.now) {
        let kind = EventKind::AppCodeTyped;
        return Err(act.deny(ctx, kind, Some(who.user), refusal).await);
    }
    derive(ctx, &act, who.user, starter, typed, device).await
}

/// Confirms a pairing of a signed-in person by a one-time code of the app. The backup codes, if any, are told once (SEC-25).
pub async fn confirm(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let (act, starter) = (Act::of(ctx, tenant, origin), Starter::Session(who.token));
    let may = may_enrol(tenant, who, act.now).and_then(|()| starter.order(tenant));
    enrol::confirm_in_session(ctx, &act, who, may.map(drop), PendingKind::Paired, code).await
}

/// Gives a pairing up; nothing of it is left.
pub async fn abandon(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let (act, starter) = (Act::of(ctx, tenant, origin), Starter::Session(who.token));
    give_up(ctx, &act, who.user, starter).await
}
