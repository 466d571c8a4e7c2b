//! The private mail address to which codes are sent: registered by its owner, confirmed by a code, shown, changed, removed (K6).

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    emailed_code::{CodePurpose, read_address},
    policy::Enrolment,
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
    typed::Typed,
};
use warifu_storage::StoreError;

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    emailed_code::{AskedCode, Draw, Wanted, ask, asked_code, judge_emailed_code},
    error::FlowError,
    login::NewSession,
    manage_users::open_email,
    session::{SignedIn, step_up_by_mail},
};

/// What a person's page says about the private address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateAddress {
    /// The confirmed address and since when it is in use.
    pub current: Option<(String, Timestamp)>,
    /// A code that is to confirm another one, while it counts.
    pub asked: Option<AskedCode>,
}

/// Whether this tenant offers codes by mail to a signed-in person (SEC-26).
pub fn is_offered(tenant: &Tenant, who: &SignedIn) -> bool {
    tenant.policy.email_code.enabled
        && !who.must_have_second_factor()
        && (tenant.policy.second_factor.enrolment != Enrolment::Off || who.has_email)
}

/// Whether a signed-in person may register an address now; asked when the page is opened, and again with what was typed.
pub fn may_register(tenant: &Tenant, who: &SignedIn, now: Timestamp) -> Result<(), Refusal> {
    if !is_offered(tenant, who) {
        return Err(Refusal::NotOffered);
    }
    who.check_fresh_proof(now)
}

/// Whether a signed-in person may remove the address now: not where it is all that a compulsory second factor has left.
pub fn may_remove(tenant: &Tenant, who: &SignedIn, now: Timestamp) -> Result<(), Refusal> {
    let policy = &tenant.policy;
    let is_needed = policy.second_factor.is_required(false, now) || !policy.removal.by_user;
    if is_needed && !who.has_totp {
        return Err(Refusal::OnlyAdministrator);
    }
    may_register(tenant, who, now)
}

/// The state of a person's private address.
pub async fn find(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<PrivateAddress, FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let found = ctx.store.read(tenant.id, async move |tx| {
        let current = match tx.find_private_address(user).await? {
            Some(row) => Some((act.open_address(user, &row.sealed)?, row.confirmed_at)),
            None => None,
        };
        let open = tx.find_emailed_code(user, CodePurpose::Confirm).await?;
        let asked = match open
            .as_ref()
            .and_then(|row| Some((row, row.address.as_ref()?)))
        {
            Some((row, sealed)) => {
                let address = act.open_address(user, sealed)?;
                asked_code(&act, row, &token, address)
            }
            None => None,
        };
        Ok(PrivateAddress { current, asked })
    });
    Ok(found.await?)
}

/// Sends a code to an address that is to be registered, or to take the place of the one before.
pub async fn register(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    typed: &str,
) -> Result<(), FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let kind = EventKind::EmailedCodeSent;
    if let Err(refusal) = may_register(tenant, who, act.now) {
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let person = ctx
        .store
        .read(tenant.id, async move |tx| tx.find_user(user).await)
        .await?;
    let own = match person.and_then(|person| person.email) {
        Some(sealed) => open_email(ctx, tenant, user, &sealed)?,
        None => String::new(),
    };
    let read = read_address(&tenant.policy.email_code, &[&who.login, &own], typed);
    let address = match read {
        Ok(address) => address,
        Err(refusal) => return Err(act.deny(ctx, kind, Some(user), refusal).await),
    };
    let candidate = act.seal_address(user, ctx.rng.bytes(), &address);
    let draw = Draw::from(&ctx.rng);
    let asked = ctx.store.write(tenant.id, async move |tx| {
        if !tx.lock_session(user, &token).await? {
            return Ok(Err(Refusal::NotSignedIn));
        }
        let wanted = Wanted {
            purpose: CodePurpose::Confirm,
            started_by: token,
            address: &address,
            candidate: Some(candidate.clone()),
        };
        ask(tx, &act, user, wanted, &draw).await
    });
    Ok(asked.await??)
}

/// Takes an address into use whose code was typed. Every other session and every attempt ends (SEC-7); the person's mail says so
/// (SEC-43).
pub async fn confirm(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    typed: &str,
) -> Result<NewSession, FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let (session, new_token) = (who.session, ctx.rng.token());
    let kind = EventKind::PrivateAddressConfirmed;
    if let Err(refusal) = may_register(tenant, who, act.now) {
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let typed = Typed::from(typed);
    let confirmed = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        let purpose = CodePurpose::Confirm;
        let judged = match tx.lock_session(user, &token).await? {
            true => judge_emailed_code(tx, &act, user, purpose, &token, &typed).await?,
            false => Err(Refusal::NotSignedIn),
        };
        let sealed = match judged {
            Ok((_, Some(sealed))) => sealed,
            Ok((_, None)) => {
                return Err(StoreError::corrupt("emailed_code.address"));
            }
            Err(refusal) => {
                act.audit(tx, event.refused(&refusal)).await?;
                return Ok(Err(refusal));
            }
        };
        let former = tx.find_private_address(user).await?;
        tx.replace_private_address(user, &sealed, act.now).await?;
        act.close_doors(tx, user, Some(&token)).await?;
        act.audit(tx, event).await?;
        let former = former.as_ref().map(|row| row.sealed.as_slice());
        act.notify_with(tx, user, kind, former).await?;
        step_up_by_mail(tx, &act, &token, &session, new_token.clone()).await
    });
    Ok(confirmed.await??)
}

/// Removes a person's private address: no code is sent any more.
pub async fn remove(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let kind = EventKind::PrivateAddressRemoved;
    if let Err(refusal) = may_remove(tenant, who, act.now) {
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let removed = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        let refusal = if !tx.lock_session(user, &token).await? {
            Refusal::NotSignedIn
        } else if let Some(former) = tx.find_private_address(user).await? {
            tx.delete_private_address(user).await?;
            act.close_doors(tx, user, Some(&token)).await?;
            act.audit(tx, event).await?;
            act.notify_with(tx, user, kind, Some(&former.sealed))
                .await?;
            return Ok(Ok(()));
        } else {
            Refusal::MethodMissing
        };
        act.audit(tx, event.refused(&refusal)).await?;
        Ok(Err(refusal))
    });
    Ok(removed.await??)
}
