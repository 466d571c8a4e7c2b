//! `/admin/users/{user}`: one person, and what an administrator can change about the person.

use warifu_domain::{
    ids::{GroupId, UserId},
    permission::Operation,
    time::Timestamp,
};
use warifu_flows::{
    By,
    manage_users::{self, Edited, PasswordLink, UserDetails},
    session::{ListedSession, SignedIn},
};
use warifu_storage::{Factor, NEVER};

use crate::{
    http::{
        errors::{Failure, Rejection},
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::{
        audit::search::event_rows,
        mail_programs,
        pairing::paired_app,
        views::{
            Notice, SessionRow,
            admin::{
                Blocked, GroupChoice, User, UserAddress, UserApp, UserEdit, UserMail, next_login,
                remedy_text, role_name,
            },
            audit::Trail,
        },
    },
};

/// The person whom the address names.
pub(super) fn named(page: &Page) -> Result<UserId, Failure> {
    let id = page
        .segment("user")
        .parse()
        .map_err(|_| Rejection::NotFound)?;
    Ok(UserId(id))
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let oneself = who.user;
    let by = page.manager(who, "");
    let user = named(&page)?;
    let details = manage_users::user_details(page.ctx(), page.tenant(), &by, user).await?;
    let UserDetails { user, totp, .. } = &details;
    let minute = |at: Timestamp| page.minute(at);
    let standing = &user.standing;
    let blocked = match standing.blocked_until {
        NEVER => Some(Blocked::Closed),
        until if until > page.now() => Some(Blocked::Until(minute(until))),
        _ => None,
    };
    let app = totp.as_ref().map(|totp| UserApp {
        paired: totp.paired.clone().map(paired_app),
        since: minute(totp.confirmed_at),
        last_used: totp.used_at.map(minute),
        is_lost: totp.suspended_at.is_some(),
    });
    let is_address_known = details.private_address.is_some() || details.awaited_address.is_some();
    let offers_email = page.tenant().policy.email_code.enabled;
    let address = (offers_email || is_address_known).then(|| UserAddress {
        current: details
            .private_address
            .clone()
            .map(|(address, since)| (address, minute(since))),
        awaited: details.awaited_address.clone(),
        counts: details.may_use_email,
    });
    let mail = details.mail.as_ref().map(|mail| mail_of(&page, mail));
    let next_login = next_login(page.texts(), details.why, minute);
    let role = role_name(page.texts(), user.role).to_owned();
    let codes = details.backup_codes_since.map(minute);
    let codes = codes.map(|since| (details.backup_codes_left, since));
    let sessions = details.open_sessions.iter();
    let sessions = sessions.map(|session| row(&page, session)).collect();
    let (added, last_login) = (minute(user.created_at), standing.last_login_at.map(minute));
    let events = event_rows(&page, Trail::Tenant, &details.events).await?;
    let helpdesk_until = details.helpdesk_until.map(minute);
    let texts = page.texts();
    let no_password_link = match manage_users::password_link(page.ctx(), page.tenant(), user) {
        PasswordLink::Possible => None,
        PasswordLink::NotOffered => Some(texts.msg("user-no-link-policy").to_owned()),
        PasswordLink::NoAddress => Some(texts.msg("user-no-link-address").to_owned()),
        PasswordLink::Disabled => Some(texts.msg("user-no-link-disabled").to_owned()),
    };
    Ok(page.show(|frame| User {
        frame,
        id: user.id.to_string(),
        login: user.login.clone(),
        name: user.name.clone(),
        email: details.email.clone(),
        group: details.group.as_ref().map(|group| group.name.clone()),
        role,
        added,
        last_login,
        is_oneself: user.id == oneself,
        disabled: user.disabled,
        blocked,
        next_login,
        has_factor: standing.factor == Factor::On,
        offers_helpdesk_code: details.has_second_factor,
        app,
        address,
        is_pending: standing.factor == Factor::Pending,
        codes,
        helpdesk_until,
        no_password_link,
        sessions,
        mail,
        events,
    }))
}

fn mail_of(page: &Page, mail: &manage_users::UserMail) -> UserMail {
    let windows = mail.open.iter();
    let refused = mail.refused.iter().map(|(row, remedy)| {
        let tell = remedy_text(page.texts(), *remedy).to_owned();
        (mail_programs::program(page, row), tell)
    });
    UserMail {
        windows: windows
            .map(|row| mail_programs::window(page, row, false))
            .collect(),
        refused: refused.collect(),
    }
}

fn row(page: &Page, session: &ListedSession) -> SessionRow {
    SessionRow {
        id: session.id.to_string(),
        current: false,
        agent: session.agent.clone(),
        address: session.address.to_string(),
        since: page.minute(session.began_at),
        last_seen: page.minute(session.seen_at),
    }
}

/// What can be changed about a person.
pub(crate) struct EditForm {
    name: String,
    email: String,
    group: Option<GroupId>,
}

impl Form for EditForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            name: fields.text("name").trim().to_owned(),
            email: fields.text("email").trim().to_owned(),
            group: group_field(fields)?,
        })
    }
}

/// The group that a form chooses; none, if it says so.
pub(super) fn group_field(fields: &Fields) -> Result<Option<GroupId>, BadForm> {
    match fields.get("group").unwrap_or_default() {
        "" => Ok(None),
        id => Ok(Some(GroupId(id.parse().map_err(|_| BadForm::Malformed)?))),
    }
}

pub(crate) async fn edit(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let user = named(&page)?;
    manage_users::may_act(ctx, tenant, &by, user, Operation::EditUser).await?;
    let details = manage_users::user_details(ctx, tenant, &by, user).await?;
    let form = EditForm {
        name: details.user.name.clone(),
        email: details.email.clone().unwrap_or_default(),
        group: details.user.group,
    };
    write_edit(page, &by, &details.user.login, form).await
}

pub(crate) async fn save(page: Page, who: SignedIn, form: Verified<EditForm>) -> Answer {
    let by = page.manager(who, "");
    let (ctx, tenant, form) = (page.ctx(), page.tenant(), form.into_inner());
    let user = named(&page)?;
    let edited = Edited {
        name: form.name.clone(),
        email: Some(form.email.clone()).filter(|email| !email.is_empty()),
        group: form.group,
    };
    match manage_users::edit_user(ctx, tenant, &by, user, edited).await {
        Ok(()) => {
            let path = format!("/admin/users/{user}");
            Ok(page.done(&path, Notice::UserEdited))
        }
        Err(error) => {
            let page = page.again(error)?;
            let details = manage_users::user_details(page.ctx(), page.tenant(), &by, user).await?;
            write_edit(page, &by, &details.user.login, form).await
        }
    }
}

async fn write_edit(page: Page, by: &By, login: &str, form: EditForm) -> Answer {
    let groups = group_choices(&page, by, form.group).await?;
    let id = named(&page)?.to_string();
    Ok(page.show(|frame| UserEdit {
        frame,
        id,
        login: login.to_owned(),
        name: form.name,
        email: form.email,
        groups,
    }))
}

/// The groups of the tenant, for a field in which one is chosen.
pub(super) async fn group_choices(
    page: &Page,
    by: &By,
    chosen: Option<GroupId>,
) -> Result<Vec<GroupChoice>, Failure> {
    let groups = manage_users::list_groups(page.ctx(), page.tenant(), by).await?;
    let choice = |(group, _): (warifu_storage::GroupRow, i64)| GroupChoice {
        id: group.id.to_string(),
        name: group.name,
        is_chosen: chosen == Some(group.id),
    };
    Ok(groups.into_iter().map(choice).collect())
}
