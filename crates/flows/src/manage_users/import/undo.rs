//! Taking an import back: everybody who came with it, is a member and never logged in is deleted. Whoever logged in has an account of
//! the own by now, and is deleted or disabled one by one, as administrators are.

use std::sync::Arc;

use warifu_domain::{audit::EventKind, permission::Operation, refusal::Refusal, tenant::Tenant};

use super::{Stage, show_import};
use crate::{by::By, ctx::Ctx, manage_users::ManageError};

/// People who are deleted in one transaction.
const SLICE: i64 = 100;

/// Whether an import can be taken back now, recorded with the reason; [`undo_import`] does it.
///
/// # Errors
/// [`Refusal::ImportOver`] if it is still running, or nobody is left to be deleted.
pub async fn begin_undo(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
) -> Result<i64, ManageError> {
    let (act, kind) = (by.act(ctx, tenant), EventKind::ImportUndone);
    by.permit(ctx, &act, Operation::DeleteUser, None, kind)
        .await?;
    let import = show_import(ctx, tenant, by, id, 0).await?;
    let untouched = import
        .filter(|import| matches!(import.stage, Stage::Done | Stage::Stopped))
        .map_or(0, |import| import.left.1);
    if untouched == 0 {
        return Err(act.deny(ctx, kind, None, Refusal::ImportOver).await.into());
    }
    let words = format!("import {id}: {untouched} people. {}", by.reason());
    let event = by.event(kind, None).detail(&words);
    ctx.store
        .write(tenant.id, async move |tx| {
            // One that stopped is not gone on with.
            tx.delete_import_parts(id, super::PEOPLE).await?;
            act.audit(tx, event.clone()).await
        })
        .await?;
    Ok(untouched)
}

/// Deletes those who came with an import and never logged in, a slice a transaction; says how many.
pub async fn undo_import(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
) -> Result<u64, ManageError> {
    let mut deleted = 0;
    loop {
        let act = by.act(ctx, tenant);
        let event = by.event(EventKind::UserDeleted, None);
        let slice = ctx.store.write(tenant.id, async move |tx| {
            let people = tx.list_untouched(id, SLICE).await?;
            for user in &people {
                if let Some(person) = tx.find_user(*user).await? {
                    tx.delete_user(&person).await?;
                    let mut event = event.clone();
                    event.user = Some(*user);
                    act.audit(tx, event).await?;
                }
            }
            Ok(people.len() as u64)
        });
        match slice.await? {
            0 => return Ok(deleted),
            count => deleted += count,
        }
    }
}
