//! `/admin/users/new`: adding one person.

use warifu_domain::{ids::GroupId, user::Role};
use warifu_flows::{
    By,
    manage_users::{self, NewPassword, Newcomer},
    session::SignedIn,
};

use super::{
    user::{group_choices, group_field},
    user_act::role_choices,
};
use crate::{
    http::{
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::views::{
        Notice,
        admin::{UserAdded, UserNew},
    },
};

/// A person as it is typed.
#[derive(Clone)]
pub(crate) struct NewForm {
    login: String,
    name: String,
    email: String,
    group: Option<GroupId>,
    role: Role,
    mails: bool,
}

impl Form for NewForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let role = fields.get("role").map(str::parse).transpose();
        let role = role.map_err(|_| BadForm::Malformed)?;
        Ok(Self {
            login: fields.text("login").trim().to_owned(),
            name: fields.text("name").trim().to_owned(),
            email: fields.text("email").trim().to_owned(),
            group: group_field(fields)?,
            role: role.and_then(Role::from_number).unwrap_or(Role::Member),
            mails: fields.text("first") == "mailed",
        })
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let own = who.role;
    let by = page.manager(who, "");
    manage_users::may_import(page.ctx(), page.tenant(), &by)?;
    let empty = NewForm {
        login: String::new(),
        name: String::new(),
        email: String::new(),
        group: None,
        role: Role::Member,
        mails: false,
    };
    write(page, &by, own, empty).await
}

pub(crate) async fn add(page: Page, who: SignedIn, form: Verified<NewForm>) -> Answer {
    let (own, form) = (who.role, form.into_inner());
    let by = page.manager(who, "");
    let new = Newcomer {
        login: form.login.clone(),
        name: form.name.clone(),
        email: Some(form.email.clone()).filter(|email| !email.is_empty()),
        group: form.group,
        role: form.role,
        password: match form.mails {
            true => NewPassword::Mailed,
            false => NewPassword::Shown,
        },
    };
    let added = match manage_users::add_person(page.ctx(), page.tenant(), &by, new).await {
        Ok(added) => added,
        Err(error) => return write(page.again(error)?, &by, own, form).await,
    };
    let Some(password) = added.password else {
        let path = format!("/admin/users/{}", added.id);
        return Ok(page.done(&path, Notice::UserInvited));
    };
    // Told once, so it stands in the answer to the form itself.
    Ok(page.show(|frame| UserAdded {
        frame,
        id: added.id.to_string(),
        login: added.login.as_str().to_owned(),
        password: password.to_string(),
    }))
}

async fn write(page: Page, by: &By, own: Role, form: NewForm) -> Answer {
    let groups = group_choices(&page, by, form.group).await?;
    let roles = role_choices(&page, form.role, own);
    let can_mail = manage_users::may_mail_first_passwords(page.ctx(), page.tenant());
    Ok(page.show(|frame| UserNew {
        frame,
        login: form.login,
        name: form.name,
        email: form.email,
        groups,
        roles,
        can_mail,
        mails: form.mails,
    }))
}
