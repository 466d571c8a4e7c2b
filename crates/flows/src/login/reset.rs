//! A forgotten password: a mail with a link that sets a new one (C4, SEC-40). It logs nobody in, and the second step stays.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    password::PasswordTerm,
    password_reset::{LINK, MAILS_IN_DAY, MAILS_IN_HOUR, MAILS_OF_NETWORK},
    refusal::Refusal,
    tenant::Tenant,
    time::Span,
    token::Token,
    user::{Login, Role},
};
use warifu_storage::{BudgetKind, StoreError, Tx, UserRow, budget_subject};

use super::password::network_of;
use crate::{
    account::check_password,
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    mailing::Enclosed,
    passwords,
};

/// Sends the reset mail, if there is such an account, it has an address, and it was not sent too often. The answer is the same
/// in any case, and so is the work (SEC-29, SEC-49).
pub async fn ask_reset(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    login: &str,
) -> Result<(), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let kind = EventKind::PasswordResetAsked;
    if !tenant.policy.login.password_reset {
        return Err(act.deny(ctx, kind, None, Refusal::NotOffered).await);
    }
    let Ok(login) = Login::parse(login) else {
        return Ok(());
    };
    let token = ctx.rng.token();
    // What a directory knows is reset there.
    let has_directory = ctx.directories.contains_key(&tenant.slug);
    let asked = ctx.store.write(tenant.id, async move |tx| {
        let is_open = reserve(tx, &act, &login).await?;
        let user = tx.find_user_by_login(&login).await?;
        let event = AuditEvent::new(kind, user.as_ref().map(|user| user.id));
        act.audit(tx, event).await?;
        let may = |user: &UserRow| {
            is_open
                && !user.disabled
                && !act.tenant.suspended
                && (user.password.is_some() || !has_directory)
        };
        if let Some(user) = user.filter(may) {
            tx.replace_password_reset(user.id, &token.hash(), act.now + LINK)
                .await?;
            if let Some(recipient) = user.email {
                let link = Enclosed::Link(token.clone());
                act.mail_asked(tx, user.id, kind, recipient, &link).await?;
            }
        }
        Ok(())
    });
    Ok(asked.await?)
}

/// Counts a mail against the account's and the network's budgets, whether the account exists or not.
async fn reserve(tx: &mut Tx<'_>, act: &Act, login: &Login) -> Result<bool, StoreError> {
    let (subject, network) = (budget_subject(login.as_str()), network_of(act));
    let budgets: [(BudgetKind, &[u8], i64, Span); 3] = [
        (
            BudgetKind::ResetsOfNetwork,
            network.bytes(),
            MAILS_OF_NETWORK,
            Span::hours(1),
        ),
        (
            BudgetKind::ResetsInHour,
            &subject,
            MAILS_IN_HOUR,
            Span::hours(1),
        ),
        (
            BudgetKind::ResetsInDay,
            &subject,
            MAILS_IN_DAY,
            Span::hours(24),
        ),
    ];
    for (kind, subject, most, window) in budgets {
        if !tx
            .reserve_in_window(kind, subject, most, window, act.now)
            .await?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the page of a link needs: the least length of the new password, in characters.
pub async fn reset_page(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    token: &Token,
) -> Result<usize, FlowError> {
    let user = owner(ctx, tenant, token).await?;
    Ok(min_chars(tenant, &user, ctx))
}

/// Sets a new password by a link, which is used up. Every session and attempt ends, budgets of wrong passwords open again
/// (section 4 of the security requirements); authenticators and their budgets stay as they are.
pub async fn reset(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    token: &Token,
    new_password: &str,
) -> Result<(), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let kind = EventKind::PasswordReset;
    let user = match owner(ctx, tenant, token).await {
        Ok(user) => user,
        Err(FlowError::Refused(refusal)) => return Err(act.deny(ctx, kind, None, refusal).await),
        Err(fault) => return Err(fault),
    };
    let context = [&*user.login, &user.name, &tenant.name, &tenant.slug];
    let password = match check_password(new_password, min_chars(tenant, &user, ctx), &context) {
        Ok(password) => password,
        Err(refusal) => return Err(act.deny(ctx, kind, Some(user.id), refusal).await),
    };
    let (hashed, token) = (passwords::hash(ctx, &password).await?, token.hash());
    let reset = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user.id));
        if !tx.spend_password_reset(&token, act.now).await? {
            let void = Refusal::ResetLinkVoid;
            act.audit(tx, event.refused(&void)).await?;
            return Ok(Err(void));
        }
        tx.update_password(user.id, &hashed, PasswordTerm::Lasting)
            .await?;
        tx.release_all_guesses(&budget_subject(&user.login)).await?;
        act.close_doors(tx, user.id, None).await?;
        act.audit(tx, event).await?;
        act.notify(tx, user.id, kind).await?;
        Ok(Ok(()))
    });
    Ok(reset.await??)
}

/// Whose password a link resets.
async fn owner(ctx: &Ctx, tenant: &Arc<Tenant>, token: &Token) -> Result<UserRow, FlowError> {
    let (offered, token, now) = (
        tenant.policy.login.password_reset,
        token.hash(),
        ctx.clock.now(),
    );
    let found = ctx.store.read(tenant.id, async move |tx| {
        match tx.find_password_reset(&token, now).await? {
            Some(user) if offered => tx.find_user(user).await,
            _ => Ok(None),
        }
    });
    let user = found
        .await?
        .filter(|user| !user.disabled && !tenant.suspended);
    user.ok_or(FlowError::Refused(Refusal::ResetLinkVoid))
}

fn min_chars(tenant: &Tenant, user: &UserRow, ctx: &Ctx) -> usize {
    let always = user.role >= Role::Administrator;
    tenant.policy.min_password_chars(always, ctx.clock.now())
}
