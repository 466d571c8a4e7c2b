//! The people of a tenant's console: one by one, from a file, in groups.

use warifu_domain::permission::Operation::{
    AddUser, DeleteUser, EditUser, ListUsers, ManageGroups, ShowUser,
};

use crate::{
    http::{
        access::May,
        route::{Route, get, post},
    },
    pages::{admin, views::admin::UserAct},
};

/// People, groups, and what is done to one person.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        get("/{tenant}/admin/users", May(ListUsers), admin::users::show),
        get(
            "/{tenant}/admin/users/export",
            May(ListUsers),
            admin::users::export,
        ),
        get(
            "/{tenant}/admin/users/new",
            May(AddUser),
            admin::user_new::show,
        ),
        post(
            "/{tenant}/admin/users/new",
            May(AddUser),
            admin::user_new::add,
        ),
        get(
            "/{tenant}/admin/users/import",
            May(AddUser),
            admin::user_import::ask,
        ),
        post(
            "/{tenant}/admin/users/import",
            May(AddUser),
            admin::user_import::check,
        ),
        get(
            "/{tenant}/admin/users/import/sample",
            May(AddUser),
            admin::user_import::sample,
        ),
        get(
            "/{tenant}/admin/users/import/{import}",
            May(AddUser),
            admin::user_import::show,
        ),
        post(
            "/{tenant}/admin/users/import/{import}",
            May(AddUser),
            admin::user_import::confirm,
        ),
        get(
            "/{tenant}/admin/users/import/{import}/problems",
            May(AddUser),
            admin::user_import::problems,
        ),
        get(
            "/{tenant}/admin/users/import/{import}/undo",
            May(DeleteUser),
            admin::user_import::ask_undo,
        ),
        post(
            "/{tenant}/admin/users/import/{import}/undo",
            May(DeleteUser),
            admin::user_import::undo,
        ),
        get(
            "/{tenant}/admin/users/{user}",
            May(ShowUser),
            admin::user::show,
        ),
        get(
            "/{tenant}/admin/users/{user}/edit",
            May(EditUser),
            admin::user::edit,
        ),
        post(
            "/{tenant}/admin/users/{user}/edit",
            May(EditUser),
            admin::user::save,
        ),
        get(
            "/{tenant}/admin/groups",
            May(ManageGroups),
            admin::groups::show,
        ),
        post(
            "/{tenant}/admin/groups",
            May(ManageGroups),
            admin::groups::add,
        ),
        get(
            "/{tenant}/admin/groups/{group}",
            May(ManageGroups),
            admin::groups::edit,
        ),
        post(
            "/{tenant}/admin/groups/{group}",
            May(ManageGroups),
            admin::groups::save,
        ),
        get(
            "/{tenant}/admin/groups/{group}/remove",
            May(ManageGroups),
            admin::groups::ask,
        ),
        post(
            "/{tenant}/admin/groups/{group}/remove",
            May(ManageGroups),
            admin::groups::remove,
        ),
    ];
    for (act, path) in USER_ACTS {
        let access = May(act.operation());
        routes.push(get(path, access, move |page, who| {
            admin::user_act::show(page, who, act)
        }));
        routes.push(post(path, access, move |page, who, form| {
            admin::user_act::submit(page, who, form, act)
        }));
    }
    routes
}

/// The acts on one person; each has a page and a form.
const USER_ACTS: [(UserAct, &str); 13] = [
    (
        UserAct::HelpdeskCode,
        "/{tenant}/admin/users/{user}/helpdesk-code",
    ),
    (UserAct::Remove, "/{tenant}/admin/users/{user}/remove"),
    (UserAct::Reissue, "/{tenant}/admin/users/{user}/reissue"),
    (
        UserAct::EndSessions,
        "/{tenant}/admin/users/{user}/end-sessions",
    ),
    (UserAct::EndMail, "/{tenant}/admin/users/{user}/end-mail"),
    (
        UserAct::EndMail,
        "/{tenant}/admin/users/{user}/end-mail/{network}",
    ),
    (UserAct::Unlock, "/{tenant}/admin/users/{user}/unlock"),
    (UserAct::Disable, "/{tenant}/admin/users/{user}/disable"),
    (UserAct::Enable, "/{tenant}/admin/users/{user}/enable"),
    (UserAct::Role, "/{tenant}/admin/users/{user}/role"),
    (UserAct::Delete, "/{tenant}/admin/users/{user}/delete"),
    (UserAct::Export, "/{tenant}/admin/users/{user}/export"),
    (
        UserAct::PasswordLink,
        "/{tenant}/admin/users/{user}/password-link",
    ),
];
