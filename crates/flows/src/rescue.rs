//! Rescuing an administrator who is locked out, when nobody in the tenant can help (W7, SEC-42): an operator records how the
//! caller's identity was checked; where the server asks for it, a second operator approves.

use std::sync::Arc;

use warifu_domain::{
    audit::{Actor, AuditEvent, EventKind},
    ids::UserId,
    operating::{IdentityCheck, RESCUE_WAIT, Unfit},
    permission::Operation,
    refusal::Refusal,
    tenant::Tenant,
    user::{Login, Role},
};
use warifu_storage::{AdministratorRow, RescueRow, StoreError, Tx, UserRow};

use crate::{
    act::Act,
    by::By,
    ctx::Ctx,
    error::FlowError,
    manage_users::{ManageError, open_email},
};

/// People of one tenant who are looked through at most.
const ADMINISTRATORS: i64 = 200;

/// How many operators a rescue takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Approval {
    /// The one who checked the identity.
    #[default]
    One,
    /// Another one as well.
    Two,
}

/// What came of asking for a rescue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rescue {
    /// The person can log in with the password, and sets up a new second factor.
    Done,
    /// A second operator has to approve it.
    WaitsForSecond,
}

/// Lists those who manage a tenant.
pub async fn administrators(
    ctx: &Ctx,
    by: &By,
    tenant: &Arc<Tenant>,
) -> Result<Vec<AdministratorRow>, FlowError> {
    by.check(tenant, Operation::ListTenants, None, ctx.clock.now())?;
    let listed = ctx.store.read(tenant.id, async |tx| {
        tx.list_administrators(ADMINISTRATORS).await
    });
    Ok(listed.await?)
}

/// A rescue that waits for a second operator.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Whom it rescues, why, and until when it can be approved.
    pub rescue: RescueRow,
    /// The login ID of the operator who asked; `None`: the command line, or somebody who is gone.
    pub asked_by: Option<String>,
    /// Whoever looks at it asked, and so cannot approve it.
    pub is_own: bool,
}

/// Lists the rescues that wait for a second operator.
pub async fn waiting(ctx: &Ctx, by: &By, tenant: &Arc<Tenant>) -> Result<Vec<Waiting>, FlowError> {
    let now = ctx.clock.now();
    by.check(tenant, Operation::ListTenants, None, now)?;
    let listed = ctx
        .store
        .read(tenant.id, async move |tx| tx.list_rescues(now).await);
    let mut waiting = Vec::new();
    for rescue in listed.await? {
        let asker = match Actor::from_number(rescue.asked_by) {
            Actor::Administrator(user) | Actor::Operator(user) => Some(user),
            _ => None,
        };
        waiting.push(Waiting {
            asked_by: login_of(ctx, by, asker).await?,
            is_own: asker.is_some() && asker == by.user(),
            rescue,
        });
    }
    Ok(waiting)
}

/// The login ID of an operator, who is at home where the one who looks is.
async fn login_of(ctx: &Ctx, by: &By, asker: Option<UserId>) -> Result<Option<String>, FlowError> {
    let (Some(user), By::Person(manager)) = (asker, by) else {
        return Ok(None);
    };
    let found = ctx
        .store
        .read(manager.home, async move |tx| tx.find_user(user).await);
    Ok(found.await?.map(|person| person.login))
}

/// Records an identity check for `login`, and rescues the person, or leaves that to a second operator.
pub async fn ask(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    login: &Login,
    check: &IdentityCheck,
    approval: Approval,
) -> Result<Rescue, ManageError> {
    let kind = match approval {
        Approval::One => EventKind::AdministratorRescued,
        Approval::Two => EventKind::RescueAsked,
    };
    let (act, person) = begin(ctx, tenant, by, login, kind).await?;
    let user = person.id;
    let email = match &person.email {
        Some(sealed) => Some(open_email(ctx, tenant, user, sealed)?),
        None => None,
    };
    if let Err(unfit) = check.judge(&tenant.name, email.as_deref()) {
        let refusal = Refusal::Operating(unfit);
        return Err(act.deny(ctx, kind, Some(user), refusal).await.into());
    }
    let statement = check.record(email.is_some());
    let rescued = ctx.store.write(tenant.id, async move |tx| {
        if let Some(unfit) = who_can_help(tx, user).await? {
            let refusal = Refusal::Operating(unfit);
            let event = AuditEvent::new(kind, Some(user)).refused(&refusal);
            act.audit(tx, event).await?;
            return Ok(Err(refusal));
        }
        match approval {
            Approval::One => rescue(tx, &act, user, &statement).await?,
            Approval::Two => {
                let row = RescueRow {
                    user,
                    asked_by: act.actor().number(),
                    asked_at: act.now,
                    expires_at: act.now + RESCUE_WAIT,
                    statement: statement.clone(),
                };
                tx.put_rescue(&row).await?;
                let event = AuditEvent::new(kind, Some(user)).detail(&statement);
                act.audit(tx, event).await?;
            }
        }
        Ok(Ok(()))
    });
    rescued.await?.map_err(ManageError::Refused)?;
    Ok(match approval {
        Approval::One => Rescue::Done,
        Approval::Two => Rescue::WaitsForSecond,
    })
}

/// Approves, as a second operator, what another one asked for.
pub async fn approve(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    login: &Login,
) -> Result<(), ManageError> {
    let kind = EventKind::AdministratorRescued;
    let (act, person) = begin(ctx, tenant, by, login, kind).await?;
    let (user, me) = (person.id, act.actor().number());
    let approved = ctx.store.write(tenant.id, async move |tx| {
        let unfit = match who_can_help(tx, user).await? {
            Some(unfit) => unfit,
            None => match tx.spend_rescue(user, me, act.now).await? {
                Some(statement) => {
                    rescue(tx, &act, user, &statement).await?;
                    return Ok(Ok(()));
                }
                None => why_not(tx, &act, user).await?,
            },
        };
        let refusal = Refusal::Operating(unfit);
        let event = AuditEvent::new(kind, Some(user)).refused(&refusal);
        act.audit(tx, event).await?;
        Ok(Err(refusal))
    });
    approved.await?.map_err(ManageError::Refused)
}

/// Takes a rescue back that waits. `false`: there is none.
pub async fn withdraw(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    login: &Login,
) -> Result<bool, ManageError> {
    let kind = EventKind::RescueWithdrawn;
    let (act, person) = begin(ctx, tenant, by, login, kind).await?;
    let event = by.event(kind, Some(person.id));
    let withdrawn = ctx.store.write(tenant.id, async move |tx| {
        let withdrawn = tx.delete_rescue(person.id).await?;
        if withdrawn {
            act.audit(tx, event.clone()).await?;
        }
        Ok(withdrawn)
    });
    Ok(withdrawn.await?)
}

async fn begin(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    login: &Login,
    kind: EventKind,
) -> Result<(Act, UserRow), ManageError> {
    let (act, wanted) = (by.act(ctx, tenant), login.clone());
    let found = ctx.store.read(tenant.id, async move |tx| {
        tx.find_user_by_login(&wanted).await
    });
    let person = found
        .await?
        .ok_or_else(|| ManageError::NoSuchUser(login.as_str().to_owned()))?;
    let target = Some((person.id, person.role));
    let operation = Operation::RescueAdministrator;
    by.permit(ctx, &act, operation, target, kind).await?;
    Ok((act, person))
}

/// Nobody is rescued whom somebody in the tenant could help (SEC-42): a member's administrator, another administrator's console.
async fn who_can_help(tx: &mut Tx<'_>, user: UserId) -> Result<Option<Unfit>, StoreError> {
    let administrators = tx.list_administrators(ADMINISTRATORS).await?;
    let is_one = administrators
        .iter()
        .any(|row| row.id == user && row.role >= Role::Administrator && !row.disabled);
    let another = administrators
        .iter()
        .any(|row| row.id != user && row.has_app && !row.disabled);
    Ok((!is_one || another).then_some(Unfit::AnotherCanHelp))
}

/// Why a rescue cannot be approved by this actor.
async fn why_not(tx: &mut Tx<'_>, act: &Act, user: UserId) -> Result<Unfit, StoreError> {
    let waiting = tx.list_rescues(act.now).await?;
    let own = waiting
        .iter()
        .any(|row| row.user == user && row.asked_by == act.actor().number());
    Ok(match own {
        true => Unfit::SameOperator,
        false => Unfit::NothingToApprove,
    })
}

/// Clears the second factor, ends what is open, and tells everybody who manages the tenant. The next login leads to the set-up:
/// administrators always need a second factor (SEC-70).
async fn rescue(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    statement: &str,
) -> Result<(), StoreError> {
    tx.delete_totp(user).await?;
    tx.void_backup_set(user).await?;
    act.close_doors(tx, user, None).await?;
    let kind = EventKind::AdministratorRescued;
    let event = AuditEvent::new(kind, Some(user)).detail(statement);
    act.audit(tx, event).await?;
    for row in tx.list_administrators(ADMINISTRATORS).await? {
        act.notify(tx, row.id, kind).await?;
    }
    Ok(())
}
