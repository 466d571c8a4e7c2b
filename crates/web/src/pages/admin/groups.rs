//! `/admin/groups`: groups of people, with their own date from which the second factor is compulsory (W8).

use warifu_domain::{ids::GroupId, permission::Operation, refusal::Refusal, time::Timestamp};
use warifu_flows::{
    By, manage_tenants,
    manage_users::{self, GroupForm},
    session::SignedIn,
};
use warifu_storage::GroupRow as Stored;

use crate::{
    http::{
        errors::{Failure, Rejection},
        forms::{BadForm, Button, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::views::{
        Notice,
        admin::{Group, GroupFields, GroupRemove, GroupRow, Groups},
    },
};

impl Form for GroupFields {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            name: fields.text("name"),
            grace_until: fields.text("grace_until").trim().to_owned(),
        })
    }
}

/// A group as it is typed; the date begins at midnight in the tenant's zone.
fn read(page: &Page, fields: &GroupFields) -> Result<GroupForm, Refusal> {
    let grace_until = match fields.grace_until.as_str() {
        "" => None,
        date => Some(page.site().times.parse(date).ok_or(Refusal::BadDate)?),
    };
    Ok(GroupForm {
        name: fields.name.clone(),
        grace_until: grace_until.map(Timestamp),
    })
}

fn typed(page: &Page, group: &Stored) -> GroupFields {
    let date = group.grace_until.map(|at| page.site().times.date(at.0));
    GroupFields {
        name: group.name.clone(),
        grace_until: date.unwrap_or_default(),
    }
}

/// The group that the address names, with how many people belong to it.
async fn named(page: &Page, by: &By) -> Result<(Stored, i64), Failure> {
    let id = page
        .segment("group")
        .parse()
        .map_err(|_| Rejection::NotFound)?;
    let groups = manage_users::list_groups(page.ctx(), page.tenant(), by).await?;
    let group = groups
        .into_iter()
        .find(|(group, _)| group.id == GroupId(id));
    Ok(group.ok_or(Rejection::NotFound)?)
}

/// Whether groups may be changed now: the proof that it takes is asked for before anything is typed.
fn may_manage(page: &Page, by: &By) -> Result<(), Refusal> {
    manage_tenants::check(page.ctx(), by, page.tenant(), Operation::ManageGroups)
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    may_manage(&page, &by)?;
    list(page, &by, GroupFields::default()).await
}

async fn list(page: Page, by: &By, form: GroupFields) -> Answer {
    let groups = manage_users::list_groups(page.ctx(), page.tenant(), by).await?;
    let rows = groups.into_iter();
    let rows = rows
        .map(|(group, members)| GroupRow {
            id: group.id.to_string(),
            name: group.name,
            grace_until: group.grace_until.map(|at| page.minute(at)),
            members,
        })
        .collect();
    Ok(page.show(|frame| Groups { frame, rows, form }))
}

pub(crate) async fn add(page: Page, who: SignedIn, form: Verified<GroupFields>) -> Answer {
    let (by, fields) = (page.manager(who, ""), form.into_inner());
    let added = match read(&page, &fields) {
        Ok(form) => manage_users::add_group(page.ctx(), page.tenant(), &by, form).await,
        Err(refusal) => Err(refusal.into()),
    };
    match added {
        Ok(_) => Ok(page.done("/admin/groups", Notice::GroupAdded)),
        Err(error) => list(page.again(error)?, &by, fields).await,
    }
}

pub(crate) async fn edit(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    may_manage(&page, &by)?;
    let (group, _) = named(&page, &by).await?;
    let form = typed(&page, &group);
    Ok(write(page, group.id, form))
}

fn write(page: Page, id: GroupId, form: GroupFields) -> axum::response::Response {
    page.show(|frame| Group {
        frame,
        id: id.to_string(),
        form,
    })
}

pub(crate) async fn save(page: Page, who: SignedIn, form: Verified<GroupFields>) -> Answer {
    let (by, fields) = (page.manager(who, ""), form.into_inner());
    let (group, _) = named(&page, &by).await?;
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let changed = match read(&page, &fields) {
        Ok(form) => manage_users::change_group(ctx, tenant, &by, group.id, form).await,
        Err(refusal) => Err(refusal.into()),
    };
    match changed {
        Ok(()) => Ok(page.done("/admin/groups", Notice::GroupChanged)),
        Err(error) => Ok(write(page.again(error)?, group.id, fields)),
    }
}

pub(crate) async fn ask(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    may_manage(&page, &by)?;
    let (group, members) = named(&page, &by).await?;
    Ok(page.show(|frame| GroupRemove {
        frame,
        id: group.id.to_string(),
        name: group.name,
        members,
    }))
}

pub(crate) async fn remove(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    let by = page.manager(who, "");
    let (group, _) = named(&page, &by).await?;
    manage_users::remove_group(page.ctx(), page.tenant(), &by, group.id).await?;
    Ok(page.done("/admin/groups", Notice::GroupRemoved))
}
