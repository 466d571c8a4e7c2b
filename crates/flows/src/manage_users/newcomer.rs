//! Adding one person at the console, and the mailed link by which somebody chooses a password. An administrator never chooses
//! somebody's password (SEC-41): we make one that is seen once and good for one login (SEC-70), or its owner gets a link.

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind,
    ids::{GroupId, UserId},
    password::{Password, PasswordTerm},
    password_reset::{MAILS_IN_DAY, MAILS_IN_HOUR},
    permission::Operation,
    refusal::Refusal,
    tenant::Tenant,
    time::Span,
    user::{Login, Role, check_email, check_name},
};
use warifu_storage::{BudgetKind, StoreError, UserRow, budget_subject, seal};
use zeroize::Zeroizing;

use super::{
    CheckedPerson, ManageError,
    act::begin_act,
    email_context,
    import::{invite, may_mail_first_passwords},
};
use crate::{by::By, ctx::Ctx, first_password, passwords};

/// A person as an administrator types it.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The login ID.
    pub login: String,
    /// What the person is called; may be empty.
    pub name: String,
    /// Where notices go.
    pub email: Option<String>,
    /// The group that the person belongs to.
    pub group: Option<GroupId>,
    /// The person's role.
    pub role: Role,
    /// How the person gets a password.
    pub password: NewPassword,
}

/// How a person gets the first password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPassword {
    /// We make one; whoever adds the person sees it once. It is replaced after the first login (SEC-70).
    Shown,
    /// The person chooses one by a mailed link.
    Mailed,
}

/// Somebody who was added.
pub struct Added {
    /// The person's number.
    pub id: UserId,
    /// The login ID as it is kept.
    pub login: Login,
    /// The password, told once.
    pub password: Option<Zeroizing<String>>,
}

/// Adds a person.
///
/// # Errors
/// As the rules for login ID, name and mail address say; [`Refusal::NotOffered`] if no link can be mailed here.
pub async fn add_person(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    new: Newcomer,
) -> Result<Added, ManageError> {
    let act = by.act(ctx, tenant);
    let (operation, kind) = (Operation::AddUser, EventKind::UserAdded);
    // Nobody makes somebody above the own role (SEC-69).
    if let Err(refusal) = by.check(tenant, operation, Some(new.role), act.now) {
        return Err(act.deny(ctx, kind, None, refusal).await.into());
    }
    let login = Login::parse(&new.login).map_err(|_| ManageError::Refused(Refusal::BadLogin))?;
    check_name(&new.name)?;
    new.email.as_deref().map_or(Ok(()), check_email)?;
    let is_mailed = new.password == NewPassword::Mailed;
    if is_mailed && !may_mail_first_passwords(ctx, tenant) {
        return Err(ManageError::Refused(Refusal::NotOffered));
    }
    if is_mailed && new.email.is_none() {
        return Err(ManageError::Refused(Refusal::BadEmail));
    }
    let made = (!is_mailed).then(|| first_password::random(&ctx.rng));
    let hashed = match made.as_ref().and_then(|made| Password::parse(made)) {
        Some(password) => Some(passwords::hash(ctx, &password).await?),
        None => None,
    };
    let id = UserId(act.row_id);
    let context = email_context(tenant, id);
    let seal = |email: String| seal::seal(&act.keys, ctx.rng.bytes(), &context, email.as_bytes());
    let person = CheckedPerson {
        id,
        login: login.clone(),
        name: new.name,
        email: new.email.map(seal),
        role: new.role,
        password: hashed,
        password_term: PasswordTerm::Temporary,
        group: new.group,
    };
    let added = ctx.store.write(tenant.id, async move |tx| {
        if let Some(group) = person.group
            && tx.find_group(group).await?.is_none()
        {
            return Ok(Err(Refusal::GroupGone));
        }
        person.insert(tx, &act).await?;
        if is_mailed {
            invite(tx, &act, id).await?;
        }
        Ok(Ok(()))
    });
    match added.await {
        Ok(Ok(())) => Ok(Added {
            id,
            login,
            password: made,
        }),
        Ok(Err(refusal)) => Err(ManageError::Refused(refusal)),
        Err(StoreError::Conflict) => Err(ManageError::Refused(Refusal::LoginTaken)),
        Err(error) => Err(error.into()),
    }
}

/// Whether a person can be mailed a link by which to choose a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordLink {
    /// Yes.
    Possible,
    /// The policy has no such links, or no mail is sent.
    NotOffered,
    /// The person has no mail address.
    NoAddress,
    /// The account is closed.
    Disabled,
}

/// Whether `user` can be mailed a link, and if not, why.
pub fn password_link(ctx: &Ctx, tenant: &Tenant, user: &UserRow) -> PasswordLink {
    if !may_mail_first_passwords(ctx, tenant) {
        PasswordLink::NotOffered
    } else if user.disabled {
        PasswordLink::Disabled
    } else if user.email.is_none() {
        PasswordLink::NoAddress
    } else {
        PasswordLink::Possible
    }
}

/// Mails a person a link by which to choose a password (SEC-40). The one in use stays good until then, and the second step in any
/// case.
///
/// # Errors
/// [`Refusal::NotOffered`] where [`password_link`] says no; [`Refusal::MailedTooOften`] (SEC-29).
pub async fn send_password_link(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    user: UserId,
) -> Result<(), ManageError> {
    let operation = Operation::SendPasswordReset;
    let (act, user) = begin_act(ctx, tenant, by, &user.into(), operation).await?;
    let kind = EventKind::PasswordInvited;
    if password_link(ctx, tenant, &user) != PasswordLink::Possible {
        let no = Refusal::NotOffered;
        return Err(act.deny(ctx, kind, Some(user.id), no).await.into());
    }
    let asked = by.event(EventKind::PasswordResetAsked, Some(user.id));
    let sent = ctx.store.write(tenant.id, async move |tx| {
        let subject = budget_subject(&user.login);
        // The same budgets as the person's own wishes: an address is not to be flooded by anybody.
        for (kind, most, window) in [
            (BudgetKind::ResetsInHour, MAILS_IN_HOUR, Span::hours(1)),
            (BudgetKind::ResetsInDay, MAILS_IN_DAY, Span::hours(24)),
        ] {
            if !tx
                .reserve_in_window(kind, &subject, most, window, act.now)
                .await?
            {
                let often = Refusal::MailedTooOften;
                act.audit(tx, asked.clone().refused(&often)).await?;
                return Ok(Err(often));
            }
        }
        act.audit(tx, asked.clone()).await?;
        invite(tx, &act, user.id).await?;
        Ok(Ok(()))
    });
    sent.await?.map_err(ManageError::Refused)
}
