//! Acts on one account: closing and opening it, clearing its second factor, ending its sessions, its role, its end.

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind, permission::Operation, refusal::Refusal, tenant::Tenant, user::Role,
};
use warifu_storage::{GuessedMethod, StoreError, Tx, UserRow, budget_subject};

use super::{ManageError, Whom, begin};
use crate::{act::Act, by::By, ctx::Ctx, pairing};

/// What an operation on a person is recorded as.
fn kind_of(operation: Operation) -> EventKind {
    use Operation as O;
    match operation {
        O::DisableUser => EventKind::UserDisabled,
        O::EnableUser => EventKind::UserEnabled,
        O::UnlockUser => EventKind::UserUnlocked,
        O::RemoveSecondFactor => EventKind::SecondFactorReset,
        O::ReissueSecondFactor => EventKind::SecondFactorReissued,
        O::EndSessions => EventKind::SessionsEnded,
        O::CloseMailWindows => EventKind::MailWindowClosed,
        O::ChangeRole => EventKind::RoleChanged,
        O::DeleteUser => EventKind::UserDeleted,
        O::IssueHelpdeskCode => EventKind::HelpdeskCodeIssued,
        O::ExportUser => EventKind::UserExported,
        O::SendPasswordReset => EventKind::PasswordResetAsked,
        _ => EventKind::UserEdited,
    }
}

/// Whether an operation is one that nobody does to the own account at the console: there are other ways for the owner, which ask
/// for what an owner has to prove, or it would be a mistake.
fn spares_oneself(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::DisableUser
            | O::RemoveSecondFactor
            | O::ReissueSecondFactor
            | O::IssueHelpdeskCode
            | O::ChangeRole
            | O::DeleteUser
    )
}

/// Begins an act, with what is never done to the own account.
pub(super) async fn begin_act(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: &Whom,
    operation: Operation,
) -> Result<(Act, UserRow), ManageError> {
    let kind = kind_of(operation);
    let (act, user) = begin(ctx, tenant, by, whom, operation, kind).await?;
    if spares_oneself(operation) && by.is(tenant, user.id) {
        let own = Refusal::OwnAccount;
        return Err(act.deny(ctx, kind, Some(user.id), own).await.into());
    }
    Ok((act, user))
}

/// Whether an act on a person may be asked for, and on whom it would be: what its page needs before anything is typed. Nothing is
/// recorded, and the reason is asked for only when it is done.
pub async fn may_act(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
    operation: Operation,
) -> Result<UserRow, ManageError> {
    let user = super::find(ctx, tenant, &whom.into()).await?;
    let now = ctx.clock.now();
    match by.check(tenant, operation, Some(user.role), now) {
        Ok(()) | Err(Refusal::ReasonMissing) => {}
        Err(refusal) => return Err(ManageError::Refused(refusal)),
    }
    if spares_oneself(operation) && by.is(tenant, user.id) {
        return Err(ManageError::Refused(Refusal::OwnAccount));
    }
    Ok(user)
}

/// Refuses what would leave a tenant without an administrator. The command line may: whoever has to close the only administrator's
/// account, because somebody else got hold of it, adds the next one there.
async fn keeps_an_administrator(
    tx: &mut Tx<'_>,
    by: &By,
    user: &UserRow,
) -> Result<Result<(), Refusal>, StoreError> {
    if matches!(by, By::CommandLine(_)) || user.role < Role::Administrator {
        return Ok(Ok(()));
    }
    let others = tx.lock_other_administrators(user.id).await?;
    Ok(others.then_some(()).ok_or(Refusal::LastAdministrator))
}

/// Disables an account: every session and attempt ends (SEC-84). `false`: it was disabled already.
pub async fn disable_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
) -> Result<bool, ManageError> {
    let operation = Operation::DisableUser;
    let (act, user) = begin_act(ctx, tenant, by, &whom.into(), operation).await?;
    let by = by.clone();
    let disabled = ctx.store.write(tenant.id, async move |tx| {
        let event = by.event(kind_of(operation), Some(user.id));
        if let Err(last) = keeps_an_administrator(tx, &by, &user).await? {
            act.audit(tx, event.refused(&last)).await?;
            return Ok(Err(last));
        }
        if !tx.update_disabled(user.id, true).await? {
            return Ok(Ok(false));
        }
        close_doors(tx, &act, &user).await?;
        act.audit(tx, event).await?;
        Ok(Ok(true))
    });
    disabled.await?.map_err(ManageError::Refused)
}

/// Ends everything by which a person is in, or on the way in.
async fn close_doors(tx: &mut Tx<'_>, act: &Act, user: &UserRow) -> Result<(), StoreError> {
    tx.spend_helpdesk_code(user.id).await?;
    act.close_doors(tx, user.id, None).await?;
    Ok(())
}

/// Enables a disabled account and opens its password budgets. `false`: it was enabled already.
pub async fn enable_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
) -> Result<bool, ManageError> {
    let operation = Operation::EnableUser;
    let (act, user) = begin_act(ctx, tenant, by, &whom.into(), operation).await?;
    let event = by.event(kind_of(operation), Some(user.id));
    let enabled = ctx.store.write(tenant.id, async move |tx| {
        tx.release_all_guesses(&budget_subject(&user.login)).await?;
        tx.note_open(user.id).await?;
        let was_disabled = tx.update_disabled(user.id, false).await?;
        let unlocked = "was not disabled; passwords may be guessed at again";
        let event = match was_disabled {
            true => event.clone(),
            false => event.clone().detail(unlocked),
        };
        act.audit(tx, event).await?;
        Ok(was_disabled)
    });
    Ok(enabled.await?)
}

/// Opens every budget of an account that wrong guesses closed: password, app and backup codes. Password and second factor stay
/// as they are. `false`: none was closed.
pub async fn unlock_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
) -> Result<bool, ManageError> {
    let operation = Operation::UnlockUser;
    let (act, user) = begin_act(ctx, tenant, by, &whom.into(), operation).await?;
    let event = by.event(kind_of(operation), Some(user.id));
    let unlocked = ctx.store.write(tenant.id, async move |tx| {
        let standing = tx.find_user(user.id).await?.map(|user| user.standing);
        tx.release_all_guesses(&budget_subject(&user.login)).await?;
        tx.reopen_methods(GuessedMethod::ALL, user.id).await?;
        pairing::release(tx, user.id).await?;
        tx.note_open(user.id).await?;
        act.audit(tx, event.clone()).await?;
        Ok(standing.is_some_and(|standing| standing.blocked_until > act.now))
    });
    Ok(unlocked.await?)
}

/// Clears a person's authenticators and backup codes, ends sessions and attempts, and tells the person (SEC-41). The next
/// login leads to the set-up where the policy demands one. `false`: there was nothing to clear.
pub async fn reset_two_factor(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
) -> Result<bool, ManageError> {
    clear_two_factor(ctx, tenant, by, whom.into(), Operation::RemoveSecondFactor).await
}

/// Re-issues a person's second factor: the old one stops at once, and the next login leads to a new set-up, also where the policy
/// leaves that to the person (G8). `false`: there was nothing to clear.
pub async fn reissue_two_factor(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
) -> Result<bool, ManageError> {
    clear_two_factor(ctx, tenant, by, whom.into(), Operation::ReissueSecondFactor).await
}

async fn clear_two_factor(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: Whom,
    operation: Operation,
) -> Result<bool, ManageError> {
    let (act, user) = begin_act(ctx, tenant, by, &whom, operation).await?;
    let event = by.event(kind_of(operation), Some(user.id));
    let must_enrol = operation == Operation::ReissueSecondFactor;
    let cleared = ctx.store.write(tenant.id, async move |tx| {
        let had_app = tx.delete_totp(user.id).await?;
        // Whoever lost the device may have lost the mailbox with it (SEC-41).
        let had = tx.delete_private_address(user.id).await? || had_app;
        tx.void_backup_set(user.id).await?;
        pairing::release(tx, user.id).await?;
        tx.update_must_enrol(user.id, must_enrol).await?;
        tx.note_open(user.id).await?;
        close_doors(tx, &act, &user).await?;
        act.audit(tx, event.clone()).await?;
        act.notify(tx, user.id, event.kind).await?;
        Ok(had)
    });
    Ok(cleared.await?)
}

/// Ends every session and every login attempt of a person (SEC-8); says how many sessions.
pub async fn end_sessions(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
) -> Result<u64, ManageError> {
    let operation = Operation::EndSessions;
    let (act, user) = begin_act(ctx, tenant, by, &whom.into(), operation).await?;
    let event = by.event(kind_of(operation), Some(user.id));
    let ended = ctx.store.write(tenant.id, async move |tx| {
        let ended = act.close_doors(tx, user.id, None).await?;
        act.audit(tx, event.clone()).await?;
        Ok(ended)
    });
    Ok(ended.await?)
}

/// Gives a person another role; neither the old nor the new one may be above the own (SEC-69). Sessions end (SEC-7). `false`: the
/// person has it already.
pub async fn change_role(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
    role: Role,
) -> Result<bool, ManageError> {
    let operation = Operation::ChangeRole;
    let (act, user) = begin_act(ctx, tenant, by, &whom.into(), operation).await?;
    let kind = kind_of(operation);
    // Nobody makes somebody above the own role.
    by.permit(ctx, &act, operation, Some((user.id, role)), kind)
        .await?;
    let by = by.clone();
    let changed = ctx.store.write(tenant.id, async move |tx| {
        if user.role == role {
            return Ok(Ok(false));
        }
        let words = format!("{} to {}. {}", user.role.word(), role.word(), by.reason());
        let event = by.event(kind, Some(user.id)).detail(&words);
        if role < Role::Administrator
            && let Err(last) = keeps_an_administrator(tx, &by, &user).await?
        {
            act.audit(tx, event.refused(&last)).await?;
            return Ok(Err(last));
        }
        tx.update_role(user.id, role).await?;
        close_doors(tx, &act, &user).await?;
        act.audit(tx, event).await?;
        act.notify(tx, user.id, kind).await?;
        Ok(Ok(true))
    });
    changed.await?.map_err(ManageError::Refused)
}

/// Deletes a person and everything that is kept about the person (SEC-81). The audit trail stays; it names a number that nobody
/// has any more.
pub async fn delete_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
) -> Result<(), ManageError> {
    let operation = Operation::DeleteUser;
    let (act, user) = begin_act(ctx, tenant, by, &whom.into(), operation).await?;
    let by = by.clone();
    let deleted = ctx.store.write(tenant.id, async move |tx| {
        let event = by.event(kind_of(operation), Some(user.id));
        if let Err(last) = keeps_an_administrator(tx, &by, &user).await? {
            act.audit(tx, event.refused(&last)).await?;
            return Ok(Err(last));
        }
        // As it is now: the words to be taken out of the search may have changed.
        if let Some(user) = tx.find_user(user.id).await? {
            act.close_mail_windows(tx, user.id).await?;
            tx.delete_user(&user).await?;
            act.audit(tx, event).await?;
        }
        Ok(Ok(()))
    });
    deleted.await?.map_err(ManageError::Refused)
}
