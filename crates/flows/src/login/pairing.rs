//! Pairing an app by two typed codes in a login that cannot end without a set-up (K4, K8).

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind, backup_code::BackupCode, refusal::Refusal, tenant::Tenant, token::Token,
};
use warifu_storage::PendingKind;

use super::{NewSession, set_up::owner};
use crate::{
    act::Origin,
    ctx::Ctx,
    enrol::{self, Starter},
    error::FlowError,
    pairing::{self, OpenPairing},
};

/// Begins a pairing in a login.
pub async fn start_pairing(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<(), FlowError> {
    let (act, user) = owner(ctx, tenant, origin, attempt, EventKind::PairingStarted).await?;
    pairing::begin(ctx, &act, user, Starter::Attempt(attempt.hash())).await
}

/// The pairing that this login began; `None`: none is open.
pub async fn find_pairing(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<Option<OpenPairing>, FlowError> {
    if tenant.policy.enrolment.pairing.order(true).is_none() {
        return Ok(None);
    }
    let (act, user) = owner(ctx, tenant, origin, attempt, EventKind::PairingStarted).await?;
    pairing::find_open(ctx, &act, user, Starter::Attempt(attempt.hash())).await
}

/// Takes the app code, and derives what both codes make.
pub async fn type_app_code(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    typed: &str,
    device: &str,
) -> Result<(), FlowError> {
    let (act, user) = owner(ctx, tenant, origin, attempt, EventKind::AppCodeTyped).await?;
    let starter = Starter::Attempt(attempt.hash());
    pairing::derive(ctx, &act, user, starter, typed, device).await
}

/// Confirms a pairing by a one-time code of the app, which finishes the login. The backup codes, if any, are told once (SEC-25).
pub async fn confirm_pairing(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let kind = EventKind::SetUpConfirmed;
    let (act, user) = owner(ctx, tenant, origin, attempt, kind).await?;
    if tenant.policy.enrolment.pairing.order(true).is_none() {
        return Err(act.deny(ctx, kind, Some(user), Refusal::NotOffered).await);
    }
    enrol::confirm_in_attempt(ctx, &act, user, attempt, PendingKind::Paired, code).await
}

/// Gives a pairing up; the login goes on.
pub async fn abandon_pairing(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<(), FlowError> {
    let (act, user) = owner(ctx, tenant, origin, attempt, EventKind::PairingAbandoned).await?;
    pairing::give_up(ctx, &act, user, Starter::Attempt(attempt.hash())).await
}
