//! What an administrator does to accounts, at the console or by the command line. Nobody here sees a password's hash, a seed or
//! a code of somebody's own (SEC-41). This file: who is meant, and adding people; the acts on them, their lists, their groups and
//! the import stand beside it.

mod act;
mod edit;
mod export;
mod groups;
mod helpdesk;
mod import;
mod list;
mod mail;
mod newcomer;
mod page;
mod show;

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::{GroupId, UserId},
    password::PasswordTerm,
    permission::Operation,
    tenant::Tenant,
    user::{BadPerson, Login, Role, check_email, check_name},
};
use warifu_storage::{
    KeyRing, NewUser, SealContext, SealedColumn, StoreError, Tx, UserRow, budget_subject, seal,
};

pub use act::{
    change_role, delete_user, disable_user, enable_user, end_sessions, may_act, reissue_two_factor,
    reset_two_factor, unlock_user,
};
pub use edit::{Edited, edit_user};
pub use export::{EVENTS_EXPORTED, UserExport, export_user};
pub use groups::{COUNTED, GroupForm, add_group, change_group, list_groups, remove_group};
pub use helpdesk::{OpenedCode, open_helpdesk_code};
pub use import::{
    Existing, FirstPassword, Import, Stage, Tally, begin_import, begin_undo, check_import,
    list_problems, may_import, may_mail_first_passwords, prepare_import, run_import, show_import,
    undo_import,
};
pub use list::{
    Bounds, Count, Cursor, Filter, Listed, Listing, Order, Page, list_people, list_users,
};
pub use mail::{UserMail, close_mail_windows};
pub use newcomer::{
    Added, NewPassword, Newcomer, PasswordLink, add_person, password_link, send_password_link,
};
pub use show::{UserDetails, show_user, user_details};

use crate::{
    account::check_password,
    act::Act,
    by::By,
    ctx::Ctx,
    error::{Fault, FlowError},
    passwords,
};

/// A person to be added.
#[derive(Clone)]
pub struct NewPerson {
    /// What the person types.
    pub login: Login,
    /// What the person is called; may be empty.
    pub name: String,
    /// Where notices go.
    pub email: Option<String>,
    /// The person's role.
    pub role: Role,
    /// The first password.
    pub password: String,
    /// Whether the person has to replace it after the first login (SEC-70).
    pub password_term: PasswordTerm,
}

/// Why an act on an account was not done.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// Nobody has this login ID.
    #[error("there is no user {0:?} in this tenant")]
    NoSuchUser(String),
    /// Somebody has this login ID.
    #[error("there is already a user {0:?} in this tenant")]
    LoginTaken(String),
    /// A name or a mail address that is none.
    #[error(transparent)]
    BadPerson(#[from] BadPerson),
    /// Refused, with the code of pages.
    #[error("refused: {}", .0.code())]
    Refused(warifu_domain::refusal::Refusal),
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<FlowError> for ManageError {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Refused(refusal) => Self::Refused(refusal),
            FlowError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<StoreError> for ManageError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

pub(crate) fn email_context(tenant: &Tenant, user: UserId) -> SealContext<'static> {
    SealedColumn::Email.context(tenant.id, user.0)
}

/// A person who is checked and hashed, to be written in a transaction.
pub(crate) struct CheckedPerson {
    id: UserId,
    login: Login,
    name: String,
    email: Option<Vec<u8>>,
    role: Role,
    /// Hashed; `None`: no password opens the account yet.
    password: Option<Vec<u8>>,
    password_term: PasswordTerm,
    group: Option<GroupId>,
}

impl CheckedPerson {
    /// Checks a person, hashes the password and seals the mail address.
    pub(crate) async fn new(ctx: &Ctx, act: &Act, new: NewPerson) -> Result<Self, ManageError> {
        let tenant = &act.tenant;
        check_name(&new.name)?;
        new.email.as_deref().map_or(Ok(()), check_email)?;
        let min = tenant
            .policy
            .min_password_chars(new.role >= Role::Administrator, act.now);
        let context = [new.login.as_str(), &new.name, &tenant.name, &tenant.slug];
        let password =
            check_password(&new.password, min, &context).map_err(ManageError::Refused)?;
        let id = UserId(act.row_id);
        let context = email_context(tenant, id);
        let nonce = ctx.rng.bytes();
        let email = new
            .email
            .map(|email| seal::seal(&act.keys, nonce, &context, email.as_bytes()));
        Ok(Self {
            id,
            login: new.login,
            name: new.name,
            email,
            role: new.role,
            password: Some(passwords::hash(ctx, &password).await?),
            password_term: new.password_term,
            group: None,
        })
    }

    /// Writes the person, with the event.
    pub(crate) async fn insert(&self, tx: &mut Tx<'_>, act: &Act) -> Result<(), StoreError> {
        let row = NewUser {
            id: self.id,
            login: &self.login,
            name: &self.name,
            email: self.email.clone(),
            role: self.role,
            password: self.password.clone(),
            password_term: self.password_term,
            group: self.group,
            imported: None,
        };
        tx.insert_user(&row, act.now).await?;
        let added = AuditEvent::new(EventKind::UserAdded, Some(self.id));
        act.audit(tx, added.detail(self.role.word())).await
    }
}

/// Adds a person.
pub async fn add_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    new: NewPerson,
) -> Result<UserId, ManageError> {
    let act = by.act(ctx, tenant);
    let (operation, kind) = (Operation::AddUser, EventKind::UserAdded);
    // Nobody makes somebody above the own role (SEC-69).
    if let Err(refusal) = by.check(tenant, operation, Some(new.role), act.now) {
        return Err(act.deny(ctx, kind, None, refusal).await.into());
    }
    let person = CheckedPerson::new(ctx, &act, new).await?;
    let (id, login) = (person.id, person.login.as_str().to_owned());
    let added = ctx
        .store
        .write(tenant.id, async move |tx| person.insert(tx, &act).await);
    match added.await {
        Ok(()) => Ok(id),
        Err(StoreError::Conflict) => Err(ManageError::LoginTaken(login)),
        Err(error) => Err(error.into()),
    }
}

/// Whom an act is on.
#[derive(Clone, Debug)]
pub enum Whom {
    /// Whoever has this login ID.
    Login(Login),
    /// Whoever has this number.
    Id(UserId),
}

impl From<&Login> for Whom {
    fn from(login: &Login) -> Self {
        Self::Login(login.clone())
    }
}

impl From<UserId> for Whom {
    fn from(id: UserId) -> Self {
        Self::Id(id)
    }
}

impl Whom {
    /// Finds the person inside a transaction.
    pub(crate) async fn find_in(&self, tx: &mut Tx<'_>) -> Result<Option<UserRow>, StoreError> {
        match self {
            Self::Login(login) => tx.find_user_by_login(login).await,
            Self::Id(id) => tx.find_user(*id).await,
        }
    }

    pub(crate) fn missing(&self) -> ManageError {
        ManageError::NoSuchUser(match self {
            Self::Login(login) => login.as_str().to_owned(),
            Self::Id(id) => id.to_string(),
        })
    }
}

pub(crate) async fn find(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    whom: &Whom,
) -> Result<UserRow, ManageError> {
    let wanted = whom.clone();
    let found = ctx
        .store
        .read(tenant.id, async move |tx| wanted.find_in(tx).await)
        .await?;
    found.ok_or_else(|| whom.missing())
}

/// Begins an act on a person: finds the person, and asks whether it is allowed.
pub(crate) async fn begin(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: &Whom,
    operation: Operation,
    kind: EventKind,
) -> Result<(Act, UserRow), ManageError> {
    let act = by.act(ctx, tenant);
    let user = find(ctx, tenant, whom).await?;
    let target = Some((user.id, user.role));
    by.permit(ctx, &act, operation, target, kind).await?;
    Ok((act, user))
}

/// Opens a sealed mail address.
pub(crate) fn open_email(
    ctx: &Ctx,
    tenant: &Tenant,
    user: UserId,
    sealed: &[u8],
) -> Result<String, StoreError> {
    open_sealed_email(&ctx.keys(), tenant, user, sealed)
}

/// [`open_email`], with a key ring.
pub(crate) fn open_sealed_email(
    keys: &KeyRing,
    tenant: &Tenant,
    user: UserId,
    sealed: &[u8],
) -> Result<String, StoreError> {
    let plain = seal::open(keys, &email_context(tenant, user), sealed)?;
    String::from_utf8(plain.to_vec()).map_err(|_| StoreError::corrupt("person.email"))
}

/// Sets a password: sessions and attempts end, the second step stays in place (SEC-40). A temporary one is replaced after the
/// next login (SEC-70).
pub async fn set_password(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    login: &Login,
    new_password: &str,
    term: PasswordTerm,
) -> Result<(), ManageError> {
    let (act, user) = (
        Act::by_command_line(ctx, tenant),
        find(ctx, tenant, &login.into()).await?,
    );
    let min = tenant
        .policy
        .min_password_chars(user.role >= Role::Administrator, act.now);
    let context = [user.login.as_str(), &user.name, &tenant.name, &tenant.slug];
    let password = check_password(new_password, min, &context).map_err(ManageError::Refused)?;
    let hashed = passwords::hash(ctx, &password).await?;
    ctx.store
        .write(tenant.id, async move |tx| {
            tx.update_password(user.id, &hashed, term).await?;
            tx.release_all_guesses(&budget_subject(&user.login)).await?;
            tx.note_open(user.id).await?;
            act.close_doors(tx, user.id, None).await?;
            act.audit(
                tx,
                AuditEvent::new(EventKind::PasswordChanged, Some(user.id)),
            )
            .await?;
            act.notify(tx, user.id, EventKind::PasswordChanged).await
        })
        .await?;
    Ok(())
}
