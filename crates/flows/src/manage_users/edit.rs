//! Changing what is known about a person: name, mail address, group.

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind,
    ids::{GroupId, UserId},
    permission::Operation,
    refusal::Refusal,
    tenant::Tenant,
    user::{check_email, check_name},
};
use warifu_storage::seal;

use super::{ManageError, act::begin_act, email_context, open_email};
use crate::{by::By, ctx::Ctx};

/// What a person is to be from now on.
#[derive(Clone, Debug)]
pub struct Edited {
    /// What the person is called; may be empty.
    pub name: String,
    /// Where notices go.
    pub email: Option<String>,
    /// The group that the person belongs to.
    pub group: Option<GroupId>,
}

/// Changes a person. A change of the mail address is announced to the old and to the new one (SEC-43).
pub async fn edit_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    user: UserId,
    edited: Edited,
) -> Result<(), ManageError> {
    let operation = Operation::EditUser;
    let (act, person) = begin_act(ctx, tenant, by, &user.into(), operation).await?;
    check_name(&edited.name)?;
    edited.email.as_deref().map_or(Ok(()), check_email)?;
    let before = match &person.email {
        Some(sealed) => Some(open_email(ctx, tenant, user, sealed)?),
        None => None,
    };
    let new_address = before != edited.email;
    let (context, nonce) = (email_context(tenant, user), ctx.rng.bytes());
    let email = edited
        .email
        .as_ref()
        .map(|email| seal::seal(&act.keys, nonce, &context, email.as_bytes()));
    let by = by.clone();
    let changed = ctx.store.write(tenant.id, async move |tx| {
        let kind = EventKind::UserEdited;
        let mut changes = Vec::new();
        let Some(person) = tx.find_user(user).await? else {
            return Ok(Err(Refusal::NotAllowed));
        };
        if let Some(group) = edited.group
            && tx.find_group(group).await?.is_none()
        {
            return Ok(Err(Refusal::GroupGone));
        }
        if person.name != edited.name {
            changes.push("name");
        }
        if person.group != edited.group {
            changes.push("group");
            tx.update_group_of(user, edited.group).await?;
        }
        if new_address {
            changes.push("mail address");
            act.notify(tx, user, kind).await?;
        }
        if person.name != edited.name || new_address {
            let kept = match new_address {
                true => email.as_deref(),
                false => person.email.as_deref(),
            };
            tx.update_person(&person, &edited.name, kept).await?;
        }
        if new_address {
            act.notify(tx, user, kind).await?;
        }
        if !changes.is_empty() {
            let event = by.event(kind, Some(user)).detail(&changes.join(", "));
            act.audit(tx, event).await?;
        }
        Ok(Ok(()))
    });
    changed.await?.map_err(ManageError::Refused)
}
