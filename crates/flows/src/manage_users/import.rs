//! Adding many people from a file: all of them, or none.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use warifu_domain::{
    audit::EventKind,
    ids::{GroupId, UserId},
    password::PasswordTerm,
    permission::Operation,
    tenant::Tenant,
    user_import::{BadCell, BadRow, ImportedPerson, read},
};
use warifu_storage::{StoreError, seal};

use super::{CheckedPerson, ManageError, email_context};
use crate::{act::Act, by::By, ctx::Ctx};

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Rows that are wrong; nothing was written.
    #[error("{} rows cannot be imported", .0.len())]
    Rows(Vec<BadRow>),
    /// Refused, or a fault.
    #[error(transparent)]
    Other(#[from] ManageError),
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

/// A file that was read and fits the tenant as it is now.
struct Checked {
    people: Vec<ImportedPerson>,
    groups: HashMap<String, GroupId>,
}

/// Checks a file against the rules and against who is there; says how many people it would add. Nothing is written.
///
/// # Errors
/// Every row that is wrong.
pub async fn check_import(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    text: &str,
) -> Result<usize, ImportError> {
    Ok(check(ctx, tenant, by, text).await?.people.len())
}

async fn check(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    text: &str,
) -> Result<Checked, ImportError> {
    let (operation, now) = (Operation::AddUser, ctx.clock.now());
    by.check(tenant, operation, None, now)
        .map_err(ManageError::Refused)?;
    let people = read(text).map_err(ImportError::Rows)?;
    let wanted = people.clone();
    let (groups, taken) = ctx
        .store
        .read(tenant.id, async move |tx| {
            let groups = tx.list_groups().await?.into_iter();
            let groups: HashMap<String, GroupId> =
                groups.map(|group| (group.name, group.id)).collect();
            let mut taken = HashSet::new();
            for person in &wanted {
                if tx.find_user_by_login(&person.login).await?.is_some() {
                    taken.insert(person.line);
                }
            }
            Ok((groups, taken))
        })
        .await?;
    let mut bad = Vec::new();
    for person in &people {
        let mut note = |column, why| {
            bad.push(BadRow {
                line: person.line,
                column: Some(column),
                why,
            });
        };
        if taken.contains(&person.line) {
            note("login", BadCell::Taken);
        }
        let group = person.group.as_ref();
        if group.is_some_and(|group| !groups.contains_key(group.as_str())) {
            note("group", BadCell::NoGroup);
        }
        // Nobody makes somebody above the own role (SEC-69).
        if by.check(tenant, operation, Some(person.role), now).is_err() {
            note("role", BadCell::RoleAbove);
        }
    }
    if bad.is_empty() {
        Ok(Checked { people, groups })
    } else {
        Err(ImportError::Rows(bad))
    }
}

/// Adds everybody of a file in one transaction, each with an event of its own: a person's trail begins with who added the person.
/// Nobody has a password yet; a reset, or `user password`, gives one. Says how many were added.
///
/// # Errors
/// As [`check_import`]; also if somebody took one of the login IDs meanwhile. Then nothing is written.
pub async fn import_users(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    text: &str,
) -> Result<usize, ImportError> {
    let act = by.act(ctx, tenant);
    let Checked { people, groups } = check(ctx, tenant, by, text).await?;
    let count = people.len();
    let people: Vec<(CheckedPerson, Option<GroupId>)> = people
        .into_iter()
        .map(|person| {
            let group = person.group.as_ref();
            let group = group.and_then(|group| groups.get(group.as_str()).copied());
            (prepare(ctx, &act, person), group)
        })
        .collect();
    let by = by.clone();
    let added = ctx.store.write(tenant.id, async move |tx| {
        for (person, group) in &people {
            person.insert(tx, &act).await?;
            if group.is_some() {
                tx.update_group_of(person.id, *group).await?;
            }
        }
        let event = by.event(EventKind::UsersImported, None);
        act.audit(tx, event.detail(&format!("{} people", people.len())))
            .await
    });
    match added.await {
        Ok(()) => Ok(count),
        Err(StoreError::Conflict) => {
            let now_taken = check(ctx, tenant, &By::command_line(), text).await.err();
            Err(now_taken.unwrap_or(StoreError::Conflict.into()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Gives a person a number, and seals the mail address.
fn prepare(ctx: &Ctx, act: &Act, person: ImportedPerson) -> CheckedPerson {
    let id = UserId(ctx.rng.id(act.now));
    let context = email_context(&act.tenant, id);
    let seal = |email: String| seal::seal(&act.keys, ctx.rng.bytes(), &context, email.as_bytes());
    CheckedPerson {
        id,
        login: person.login,
        name: person.name,
        email: person.email.map(seal),
        role: person.role,
        password: None,
        password_term: PasswordTerm::Lasting,
    }
}
