//! What an administrator does to accounts, at the console or by the command line. Nobody here sees a password's hash, a seed or
//! a code (SEC-41).

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    decide::{Decision, decide},
    ids::UserId,
    password::PasswordTerm,
    permission::Operation,
    tenant::Tenant,
    user::{BadPerson, Login, Role, check_email, check_name},
};
use warifu_storage::{ListedUser, NewUser, SealContext, StoreError, TotpState, Tx, UserRow, seal};

use crate::{
    account::check_password,
    act::Act,
    by::By,
    ctx::Ctx,
    error::{Fault, FlowError},
    login::{load_facts, subject_of},
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

/// Everything an administrator sees of one person.
#[derive(Clone, Debug)]
pub struct UserDetails {
    /// The account.
    pub user: UserRow,
    /// Where notices go.
    pub email: Option<String>,
    /// The authenticator app.
    pub totp: Option<TotpState>,
    /// Backup codes that still count.
    pub backup_codes_left: u32,
    /// Open sessions.
    pub sessions: i64,
    /// What the right password would lead to now.
    pub decision: Decision,
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

fn email_context(tenant: &Tenant, user: UserId) -> SealContext<'static> {
    SealContext {
        tenant: tenant.id,
        purpose: "email",
        owner: user.0,
    }
}

/// A person who is checked and hashed, to be written in a transaction.
pub(crate) struct CheckedPerson {
    id: UserId,
    login: Login,
    name: String,
    email: Option<Vec<u8>>,
    role: Role,
    password: Vec<u8>,
    password_term: PasswordTerm,
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
            password: passwords::hash(ctx, &password).await?,
            password_term: new.password_term,
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
            password: Some(self.password.clone()),
            password_term: self.password_term,
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

/// Lists people by login ID, beginning behind `after`.
pub async fn list_users(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    after: &str,
    limit: i64,
) -> Result<Vec<ListedUser>, FlowError> {
    by.check(tenant, Operation::ListUsers, None, ctx.clock.now())?;
    let after = after.to_owned();
    Ok(ctx
        .store
        .read(tenant.id, async move |tx| {
            tx.list_users(&after, limit).await
        })
        .await?)
}

async fn find(ctx: &Ctx, tenant: &Arc<Tenant>, login: &Login) -> Result<UserRow, ManageError> {
    let wanted = login.clone();
    let found = ctx
        .store
        .read(tenant.id, async move |tx| {
            tx.find_user_by_login(&wanted).await
        })
        .await?;
    found.ok_or_else(|| ManageError::NoSuchUser(login.as_str().to_owned()))
}

/// Begins an act on a person: finds the person, and asks whether it is allowed.
async fn begin(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    login: &Login,
    operation: Operation,
    kind: EventKind,
) -> Result<(Act, UserRow), ManageError> {
    let act = by.act(ctx, tenant);
    let user = find(ctx, tenant, login).await?;
    let target = Some((user.id, user.role));
    by.permit(ctx, &act, operation, target, kind).await?;
    Ok((act, user))
}

/// Everything about one person.
pub async fn show_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    login: &Login,
) -> Result<UserDetails, ManageError> {
    let user = find(ctx, tenant, login).await?;
    let (kept, id, now) = (tenant.clone(), user.id, ctx.clock.now());
    let (totp, facts, sessions) = ctx
        .store
        .read(tenant.id, async move |tx| {
            let totp = tx.find_totp_state(id).await?;
            Ok((
                totp,
                load_facts(tx, &kept, id).await?,
                tx.count_sessions(id, now, now - kept.policy.session.idle())
                    .await?,
            ))
        })
        .await?;
    let facts = facts.ok_or_else(|| ManageError::NoSuchUser(login.as_str().to_owned()))?;
    let email = match &user.email {
        Some(sealed) => Some(open_email(ctx, tenant, user.id, sealed)?),
        None => None,
    };
    Ok(UserDetails {
        email,
        totp,
        backup_codes_left: facts.backup_codes_left,
        sessions,
        decision: decide(&tenant.policy, &facts, ctx.clock.now()),
        user,
    })
}

/// Opens a sealed mail address.
pub(crate) fn open_email(
    ctx: &Ctx,
    tenant: &Tenant,
    user: UserId,
    sealed: &[u8],
) -> Result<String, StoreError> {
    let plain = seal::open(&ctx.keys, &email_context(tenant, user), sealed)?;
    String::from_utf8(plain.to_vec()).map_err(|_| StoreError::corrupt("person.email"))
}

/// Disables an account: every session and attempt ends (SEC-84). `false`: it was disabled already.
pub async fn disable_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    login: &Login,
) -> Result<bool, ManageError> {
    let kind = EventKind::UserDisabled;
    let (act, user) = begin(ctx, tenant, by, login, Operation::DisableUser, kind).await?;
    let (user, event) = (user.id, by.event(kind, Some(user.id)));
    let disabled = ctx.store.write(tenant.id, async move |tx| {
        if !tx.update_disabled(user, true).await? {
            return Ok(false);
        }
        tx.delete_attempts_of(user).await?;
        tx.delete_sessions_of(user, None).await?;
        act.audit(tx, event.clone()).await?;
        Ok(true)
    });
    Ok(disabled.await?)
}

/// Enables a disabled account and opens its password budgets. `false`: it was enabled already.
pub async fn enable_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    login: &Login,
) -> Result<bool, ManageError> {
    let kind = EventKind::UserEnabled;
    let (act, user) = begin(ctx, tenant, by, login, Operation::EnableUser, kind).await?;
    let event = by.event(kind, Some(user.id));
    let enabled = ctx.store.write(tenant.id, async move |tx| {
        tx.release_all_guesses(&subject_of(&user.login)).await?;
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

/// Clears a person's authenticators and backup codes, ends sessions and attempts, and tells the person (SEC-41). The next
/// login leads to the set-up where the policy demands one. `false`: there was nothing to clear.
pub async fn reset_two_factor(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    login: &Login,
) -> Result<bool, ManageError> {
    let (operation, kind) = (Operation::RemoveSecondFactor, EventKind::SecondFactorReset);
    let (act, user) = begin(ctx, tenant, by, login, operation, kind).await?;
    let (user, event) = (user.id, by.event(kind, Some(user.id)));
    let reset = ctx.store.write(tenant.id, async move |tx| {
        let had = tx.delete_totp(user).await?;
        tx.void_backup_set(user).await?;
        tx.delete_attempts_of(user).await?;
        tx.delete_sessions_of(user, None).await?;
        act.audit(tx, event.clone()).await?;
        act.notify(tx, user, EventKind::SecondFactorReset).await?;
        Ok(had)
    });
    Ok(reset.await?)
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
        find(ctx, tenant, login).await?,
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
            tx.release_all_guesses(&subject_of(&user.login)).await?;
            tx.delete_attempts_of(user.id).await?;
            tx.delete_sessions_of(user.id, None).await?;
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
