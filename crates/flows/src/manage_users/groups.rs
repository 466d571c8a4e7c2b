//! Groups of people, with their own date from which the second factor is compulsory (W8).

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind, group::GroupName, ids::GroupId, permission::Operation, refusal::Refusal,
    tenant::Tenant, time::Timestamp,
};
use warifu_storage::{Added, GroupRow};

use crate::{act::Act, by::By, ctx::Ctx, error::FlowError};

/// People that one transaction takes out of a group that is removed.
const CLEARED_AT_ONCE: i64 = 1000;

/// Members that are counted.
pub const COUNTED: i64 = 10_000;

/// A group as an administrator types it.
#[derive(Clone, Debug)]
pub struct GroupForm {
    /// What it is called.
    pub name: String,
    /// From when the second factor is compulsory for its people; `None`: as for everybody.
    pub grace_until: Option<Timestamp>,
}

/// Lists the groups by name, with how many people each has, counted up to [`COUNTED`].
pub async fn list_groups(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
) -> Result<Vec<(GroupRow, i64)>, FlowError> {
    by.check(tenant, Operation::ListUsers, None, ctx.clock.now())?;
    Ok(ctx
        .store
        .read(tenant.id, async move |tx| {
            let mut counted = Vec::new();
            for group in tx.list_groups().await? {
                let members = tx.count_members(group.id, COUNTED).await?;
                counted.push((group, members));
            }
            Ok(counted)
        })
        .await?)
}

async fn begin(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    kind: EventKind,
) -> Result<Act, FlowError> {
    let act = by.act(ctx, tenant);
    by.permit(ctx, &act, Operation::ManageGroups, None, kind)
        .await?;
    Ok(act)
}

fn read(id: GroupId, form: GroupForm) -> Result<GroupRow, Refusal> {
    Ok(GroupRow {
        id,
        name: GroupName::parse(&form.name)?.as_str().to_owned(),
        grace_until: form.grace_until,
    })
}

/// Adds a group.
pub async fn add_group(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    form: GroupForm,
) -> Result<GroupId, FlowError> {
    let kind = EventKind::GroupAdded;
    let act = begin(ctx, tenant, by, kind).await?;
    let group = read(GroupId(act.row_id), form)?;
    let (id, by) = (group.id, by.clone());
    let added = ctx.store.write(tenant.id, async move |tx| {
        let event = by.event(kind, None).detail(&group.name);
        let outcome = match tx.insert_group(&group, act.now).await? {
            Added::Yes => Ok(()),
            Added::NameTaken => Err(Refusal::GroupTaken),
            Added::Full => Err(Refusal::TooManyGroups),
        };
        act.audit(tx, event.outcome(&outcome)).await?;
        Ok(outcome)
    });
    added.await??;
    Ok(id)
}

/// Changes a group's name and date.
pub async fn change_group(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: GroupId,
    form: GroupForm,
) -> Result<(), FlowError> {
    let kind = EventKind::GroupChanged;
    let act = begin(ctx, tenant, by, kind).await?;
    let group = read(id, form)?;
    let by = by.clone();
    let changed = ctx.store.write(tenant.id, async move |tx| {
        let Some(before) = tx.find_group(id).await? else {
            return Ok(Err(Refusal::GroupGone));
        };
        let changed = tx.update_group(&group).await?;
        let outcome = changed.then_some(()).ok_or(Refusal::GroupTaken);
        let words = format!("{}: {}", before.name, group.name);
        let event = by.event(kind, None).detail(&words);
        act.audit(tx, event.outcome(&outcome)).await?;
        Ok(outcome)
    });
    Ok(changed.await??)
}

/// Removes a group; its people stay, in no group. They are taken out a bounded number at a time: should the server stop in
/// between, the group is still there with the rest of them.
pub async fn remove_group(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: GroupId,
) -> Result<(), FlowError> {
    let kind = EventKind::GroupRemoved;
    let act = begin(ctx, tenant, by, kind).await?;
    loop {
        let cleared = ctx.store.write(tenant.id, async move |tx| {
            tx.clear_group(id, CLEARED_AT_ONCE).await
        });
        if cleared.await? < CLEARED_AT_ONCE as u64 {
            break;
        }
    }
    let by = by.clone();
    let removed = ctx.store.write(tenant.id, async move |tx| {
        let Some(group) = tx.find_group(id).await? else {
            return Ok(Err(Refusal::GroupGone));
        };
        // Whoever joined since.
        tx.clear_group(id, CLEARED_AT_ONCE).await?;
        tx.delete_group(id).await?;
        let event = by.event(kind, None).detail(&group.name);
        act.audit(tx, event).await?;
        Ok(Ok(()))
    });
    Ok(removed.await??)
}
