//! `/admin/users/{user}/…`: the acts on one person. Each has a page that says what will happen and asks for the reason.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use warifu_domain::{ids::UserId, mail_window::SourceNetwork, refusal::Refusal, user::Role};
use warifu_flows::{
    By,
    manage_users::{self, ManageError},
    session::SignedIn,
};

use super::{user::named, user_export};
use crate::{
    http::{
        errors::{Failure, Rejection},
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::{
        mail_programs::{network_key, read_network},
        views::{
            Notice,
            admin::{HelpdeskCodeShown, UserAct, UserActPage, role_name},
        },
    },
};

/// Why, and what else an act needs.
#[derive(Default)]
pub(crate) struct ActForm {
    reason: String,
    role: Option<Role>,
}

impl Form for ActForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let role = fields.get("role").map(str::parse).transpose();
        let role = role.map_err(|_| BadForm::Malformed)?;
        Ok(Self {
            reason: fields.text("reason"),
            role: role.and_then(Role::from_number),
        })
    }
}

/// The one network that the address names; none: the act is on all.
fn network(page: &Page) -> Result<Option<SourceNetwork>, Failure> {
    match page.segment("network") {
        "" => Ok(None),
        key => Ok(Some(read_network(key).ok_or(Rejection::NotFound)?)),
    }
}

pub(crate) async fn show(page: Page, who: SignedIn, act: UserAct) -> Answer {
    let (user, own) = (named(&page)?, who.role);
    let by = page.manager(who, "");
    write(page, &by, user, act, own, &ActForm::default()).await
}

/// There is no such window any more: the person's page shows those that there are.
fn gone(page: Page, user: UserId) -> Response {
    page.hand_on(&Refusal::MailWindowGone, &format!("/admin/users/{user}"))
}

pub(crate) async fn submit(
    page: Page,
    who: SignedIn,
    form: Verified<ActForm>,
    act: UserAct,
) -> Answer {
    let (user, own) = (named(&page)?, who.role);
    let by = page.manager(who, &form.reason);
    match act {
        UserAct::HelpdeskCode => return read_out(page, &by, user, own, &form).await,
        UserAct::Export => return export(page, &by, user, own, &form).await,
        _ => {}
    }
    let network = network(&page)?;
    match done(&page, &by, user, (act, network), &form).await {
        Ok(notice) => {
            let path = match act {
                UserAct::Delete => "/admin/users".to_owned(),
                _ => format!("/admin/users/{user}"),
            };
            Ok(page.done(&path, notice))
        }
        Err(ManageError::Refused(Refusal::MailWindowGone)) => Ok(gone(page, user)),
        Err(error) => write(page.again(error)?, &by, user, act, own, &form).await,
    }
}

/// Does one of the acts that lead back to the person's page.
async fn done(
    page: &Page,
    by: &By,
    user: UserId,
    (act, network): (UserAct, Option<SourceNetwork>),
    form: &ActForm,
) -> Result<Notice, ManageError> {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    Ok(match act {
        UserAct::Remove => {
            manage_users::reset_two_factor(ctx, tenant, by, user).await?;
            Notice::SecondFactorRemoved
        }
        UserAct::Reissue => {
            manage_users::reissue_two_factor(ctx, tenant, by, user).await?;
            Notice::SecondFactorReissued
        }
        UserAct::EndSessions => {
            manage_users::end_sessions(ctx, tenant, by, user).await?;
            Notice::UserSessionsEnded
        }
        UserAct::EndMail => {
            manage_users::close_mail_windows(ctx, tenant, by, user, network).await?;
            Notice::UserMailEnded
        }
        UserAct::Unlock => {
            manage_users::unlock_user(ctx, tenant, by, user).await?;
            Notice::UserUnlocked
        }
        UserAct::Disable => {
            manage_users::disable_user(ctx, tenant, by, user).await?;
            Notice::UserDisabled
        }
        UserAct::Enable => {
            manage_users::enable_user(ctx, tenant, by, user).await?;
            Notice::UserEnabled
        }
        UserAct::Role => {
            let role = form.role.unwrap_or(Role::Member);
            manage_users::change_role(ctx, tenant, by, user, role).await?;
            Notice::UserRoleChanged
        }
        UserAct::Delete => {
            manage_users::delete_user(ctx, tenant, by, user).await?;
            Notice::UserDeleted
        }
        UserAct::PasswordLink => {
            manage_users::send_password_link(ctx, tenant, by, user).await?;
            Notice::PasswordLinkSent
        }
        // These two answer with a page or a file of their own.
        UserAct::HelpdeskCode | UserAct::Export => Notice::UserEdited,
    })
}

/// Shows a helpdesk code. It is told once, so it stands in the answer to the form itself.
async fn read_out(page: Page, by: &By, user: UserId, own: Role, form: &ActForm) -> Answer {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let opened = match manage_users::open_helpdesk_code(ctx, tenant, by, user).await {
        Ok(opened) => opened,
        Err(error) => {
            let act = UserAct::HelpdeskCode;
            return write(page.again(error)?, by, user, act, own, form).await;
        }
    };
    let details = manage_users::user_details(ctx, tenant, by, user).await?;
    let until = page.minute(opened.expires_at);
    Ok(page.show(|frame| HelpdeskCodeShown {
        frame,
        id: user.to_string(),
        login: details.user.login,
        code: opened.code.grouped(),
        until,
    }))
}

/// Sends everything about a person as a file.
async fn export(page: Page, by: &By, user: UserId, own: Role, form: &ActForm) -> Answer {
    let export = match manage_users::export_user(page.ctx(), page.tenant(), by, user).await {
        Ok(export) => export,
        Err(error) => {
            return write(page.again(error)?, by, user, UserAct::Export, own, form).await;
        }
    };
    let mut response = Response::new(Body::from(user_export::write(&export)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    let name = format!("attachment; filename=\"user-{user}.json\"");
    let name = HeaderValue::try_from(name).expect("digits are visible ASCII");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

async fn write(
    page: Page,
    by: &By,
    user: UserId,
    act: UserAct,
    own: Role,
    form: &ActForm,
) -> Answer {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let person = manage_users::may_act(ctx, tenant, by, user, act.operation()).await?;
    let roles = match act {
        UserAct::Role => role_choices(&page, person.role, own),
        _ => Vec::new(),
    };
    let network = network(&page)?.map(|network| (network_key(network), network.to_string()));
    let emailed_codes = tenant.policy.email_code.enabled;
    Ok(page.show(|frame| UserActPage {
        frame,
        act,
        id: user.to_string(),
        login: person.login,
        reason: form.reason.clone(),
        roles,
        network,
        emailed_codes,
    }))
}

/// The roles up to the own one.
pub(super) fn role_choices(page: &Page, chosen: Role, own: Role) -> Vec<(String, String, bool)> {
    let roles = [Role::Member, Role::Administrator, Role::Operator];
    let given = roles.into_iter().filter(|role| *role <= own);
    given
        .map(|role| {
            (
                role.number().to_string(),
                role_name(page.texts(), role).to_owned(),
                role == chosen,
            )
        })
        .collect()
}
