//! Who knows a person's password: Warifu, or a directory that is asked at each login. A person with a password stored here is
//! always checked here, so that an administrator can come in while the directory is down; everybody else of a tenant with a
//! directory is checked there, and appears here with the first right password.

use std::{collections::HashMap, pin::Pin, sync::Arc};

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::UserId,
    password::{Password, PasswordTerm},
    refusal::Refusal,
    tenant::Tenant,
    user::{Login, Role, check_email, check_name},
};
use warifu_storage::{NewUser, StoreError, Tx, UserRow, seal};

use crate::{
    act::Act,
    ctx::Ctx,
    error::FlowError,
    manage_users::email_context,
    passwords::{self, Verified},
};

/// What a directory says of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is right, and this is whose it is.
    Right(Entry),
    /// It is wrong, or nobody has that login ID.
    Wrong,
}

/// What a directory knows of a person. What is no name or no mail address is not taken over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What the person is called.
    pub name: Option<String>,
    /// Where notices go.
    pub email: Option<String>,
}

/// The directory cannot be asked, or does not answer what was asked. In words for the log, without secrets.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// A question under way.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Answer, Unreachable>> + Send + 'a>>;

/// Something outside that knows passwords.
pub trait Directory: Send + Sync {
    /// Asks whether `password`, exactly as it was typed and not empty, is the one of `login`.
    fn ask<'a>(&'a self, login: &'a Login, password: &'a str) -> Asking<'a>;
}

/// The directories of this server, by the slug of their tenant.
pub type Directories = HashMap<String, Arc<dyn Directory>>;

/// A password that was right, and where.
#[derive(Clone)]
pub(crate) enum Known {
    /// Here.
    Here {
        /// The hash that it was compared with.
        stored: Vec<u8>,
        /// What takes its place where another system hashed it.
        ours: Option<Vec<u8>>,
        /// It is to be made anew (SEC-75).
        outdated: bool,
    },
    /// In the tenant's directory.
    Directory(Entry),
}

/// Checks what was typed as the password of `login`, who is `user` if known here. Nothing is asked of a directory unless the
/// guess was counted (`open`), so that nobody guesses through us what the directory would not let them guess (SEC-45).
///
/// # Errors
/// [`Refusal::DirectoryAway`]: the directory could not say. The caller gives the guess back.
pub(crate) async fn check(
    ctx: &Ctx,
    tenant: &Tenant,
    (login, user): (&Login, Option<&UserRow>),
    typed: &str,
    password: &Password,
    open: bool,
) -> Result<Option<Known>, FlowError> {
    let stored = user.and_then(|user| user.password.as_deref());
    let directory = ctx.directories.get(&tenant.slug);
    let (None, Some(directory)) = (stored, directory) else {
        let verified = passwords::verify(ctx, tenant.id, user, password).await?;
        let here = |ours, outdated| {
            stored.map(|stored| Known::Here {
                stored: stored.to_owned(),
                ours,
                outdated,
            })
        };
        return Ok(match verified {
            Verified::Wrong => None,
            Verified::Right => here(None, false),
            Verified::RightButOutdated => here(None, true),
            Verified::RightByForeign(ours) => here(Some(ours), false),
        });
    };
    // An empty password is no question: to many directories it is a login of nobody (RFC 4513, 5.1.2).
    if !open || typed.is_empty() {
        passwords::verify(ctx, tenant.id, None, password).await?;
        return Ok(None);
    }
    match directory.ask(login, typed).await {
        Ok(Answer::Right(entry)) => Ok(Some(Known::Directory(entry))),
        Ok(Answer::Wrong) => Ok(None),
        Err(unreachable) => {
            tracing::error!(tenant = tenant.slug, %unreachable, "the directory cannot be asked");
            Err(Refusal::DirectoryAway.into())
        }
    }
}

/// The person whom a directory vouched for, as its entry says: added if this is the first login, brought up to date if not.
///
/// [`StoreError::Conflict`]: somebody with this login ID was added at the same moment.
pub(crate) async fn meet(
    tx: &mut Tx<'_>,
    act: &Act,
    login: &Login,
    known: Option<&UserRow>,
    entry: &Entry,
) -> Result<UserId, StoreError> {
    let name = entry.name.as_deref().map(str::trim);
    let name = name.filter(|name| check_name(name).is_ok());
    let email = entry
        .email
        .as_deref()
        .filter(|email| check_email(email).is_ok());
    let id = known.map_or(UserId(act.row_id), |user| user.id);
    let context = email_context(&act.tenant, id);
    let seal_email =
        |email: &str| seal::seal(&act.keys, act.rng.bytes(), &context, email.as_bytes());
    let Some(user) = known else {
        let new = NewUser {
            id,
            login,
            name: name.unwrap_or_default(),
            email: email.map(seal_email),
            role: Role::Member,
            password: None,
            imported: None,
            group: None,
            password_term: PasswordTerm::Lasting,
        };
        tx.insert_user(&new, act.now).await?;
        let appeared = AuditEvent::new(EventKind::UserAppeared, Some(id));
        act.audit(tx, appeared).await?;
        return Ok(id);
    };
    let before = match &user.email {
        Some(sealed) => Some(seal::open(&act.keys, &context, sealed)?),
        None => None,
    };
    let is_new = |email: &&str| {
        before
            .as_ref()
            .is_none_or(|before| **before != *email.as_bytes())
    };
    let new_name = name.filter(|name| *name != user.name);
    let new_email = email.filter(is_new);
    if new_name.is_some() || new_email.is_some() {
        let sealed = new_email.map(seal_email);
        let (name, email) = (
            new_name.unwrap_or(&user.name),
            sealed.as_deref().or(user.email.as_deref()),
        );
        let kind = EventKind::UserEdited;
        // The old address is told too (SEC-43).
        if new_email.is_some() {
            act.notify(tx, id, kind).await?;
        }
        tx.update_person(user, name, email).await?;
        if new_email.is_some() {
            act.notify(tx, id, kind).await?;
        }
        let event = AuditEvent::new(kind, Some(id)).detail("as the directory says");
        act.audit(tx, event).await?;
    }
    Ok(id)
}
