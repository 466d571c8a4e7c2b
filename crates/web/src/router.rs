//! Every route of the server in reading order. A route that is not in this table does not exist, and none can be in it
//! without saying who may call it (SEC-9).

use warifu_domain::permission::Operation::{
    AddTenant, AddUser, ChangeBranding, ChangePolicy, DeleteUser, EditUser, ListTenants, ListUsers,
    ManageGateKeys, ManageGroups, RescueAdministrator, RotateKeys, SendReminders, SendTestMail,
    ShowAdoption, ShowAudit, ShowMail, ShowMailGate, ShowPolicy, ShowServer, ShowUser,
    SuspendTenant,
};

use crate::{
    http::{
        access::{
            AccessName, AnySession, Anyone, InAttempt, May, OwnAccount, Session,
            SessionToChoosePassword, SessionToEnrol,
        },
        route::{Route, file, get, machine, outside, post, post_outside},
    },
    pages::{
        accent, account, admin, backup_codes, common_login, demo, email, gate, help, home,
        language, login, login_backup_code, login_code, login_email, login_forgotten,
        login_helpdesk_code, login_lost_device, login_pairing, login_set_up, logo, logout,
        mail_programs, network, notifications, operator, own_switch, pairing, password, proof,
        remove, sessions, set_up,
        views::{ASSETS, admin::UserAct},
    },
};

/// The table.
pub(crate) fn table() -> Vec<Route> {
    let mut table = vec![
        outside("/", demo::tenants),
        outside("/demo/mail", demo::mails),
        outside("/login", common_login::show),
        outside("/assets/accent/{making}/{sheet}", accent::show).kept(),
        post_outside("/login", common_login::submit),
        get("/{tenant}", Anyone, home::show),
        get("/{tenant}/", Anyone, home::show),
        get("/{tenant}/help", Anyone, help::show),
        get("/{tenant}/logo/{logo}", Anyone, logo::show).kept(),
        post("/{tenant}/language", Anyone, language::choose),
        // Logging in.
        get("/{tenant}/login", Anyone, login::show),
        post("/{tenant}/login", Anyone, login::submit),
        get("/{tenant}/admin/login", Anyone, login::show_own),
        post("/{tenant}/admin/login", Anyone, login::submit_own),
        get("/{tenant}/login/forgotten", Anyone, login_forgotten::show),
        post("/{tenant}/login/forgotten", Anyone, login_forgotten::submit),
        get("/{tenant}/login/reset", Anyone, login_forgotten::open_link),
        post("/{tenant}/login/reset", Anyone, login_forgotten::reset),
        get("/{tenant}/login/code", InAttempt, login_code::show),
        post("/{tenant}/login/code", InAttempt, login_code::submit),
        get(
            "/{tenant}/login/backup-code",
            InAttempt,
            login_backup_code::show,
        ),
        post(
            "/{tenant}/login/backup-code",
            InAttempt,
            login_backup_code::submit,
        ),
        get(
            "/{tenant}/login/helpdesk-code",
            InAttempt,
            login_helpdesk_code::show,
        ),
        post(
            "/{tenant}/login/helpdesk-code",
            InAttempt,
            login_helpdesk_code::submit,
        ),
        post(
            "/{tenant}/login/show-again",
            InAttempt,
            login_code::show_again,
        ),
        get(
            "/{tenant}/login/lost-device",
            InAttempt,
            login_lost_device::show,
        ),
        post(
            "/{tenant}/login/lost-device",
            InAttempt,
            login_lost_device::submit,
        ),
        get("/{tenant}/login/method", InAttempt, login_email::choose),
        get("/{tenant}/login/email", InAttempt, login_email::show),
        post("/{tenant}/login/email", InAttempt, login_email::submit),
        post("/{tenant}/login/email/send", InAttempt, login_email::send),
        get("/{tenant}/login/set-up", InAttempt, login_set_up::show),
        post("/{tenant}/login/set-up", InAttempt, login_set_up::submit),
        post("/{tenant}/login/set-up/skip", InAttempt, login_set_up::skip),
        get("/{tenant}/login/pairing", InAttempt, login_pairing::show),
        post("/{tenant}/login/pairing", InAttempt, login_pairing::submit),
        post(
            "/{tenant}/login/pairing/start",
            InAttempt,
            login_pairing::start,
        ),
        get(
            "/{tenant}/login/pairing/app-code",
            InAttempt,
            login_pairing::show_app_code,
        ),
        post(
            "/{tenant}/login/pairing/app-code",
            InAttempt,
            login_pairing::submit_app_code,
        ),
        post(
            "/{tenant}/login/pairing/abandon",
            InAttempt,
            login_pairing::abandon,
        ),
        post("/{tenant}/logout", AnySession, logout::submit),
        // The own account.
        get("/{tenant}/account", OwnAccount, account::show),
        get("/{tenant}/account/proof", AnySession, proof::show),
        post("/{tenant}/account/proof", AnySession, proof::submit),
        post("/{tenant}/account/proof/send", AnySession, proof::send),
        get("/{tenant}/account/own-switch", Session, own_switch::choose),
        get("/{tenant}/account/own-switch/on", Session, |page, who| {
            own_switch::show(page, who, true)
        }),
        post(
            "/{tenant}/account/own-switch/on",
            Session,
            |page, who, form| own_switch::submit(page, who, form, true),
        ),
        get("/{tenant}/account/own-switch/off", Session, |page, who| {
            own_switch::show(page, who, false)
        }),
        post(
            "/{tenant}/account/own-switch/off",
            Session,
            |page, who, form| own_switch::submit(page, who, form, false),
        ),
        get("/{tenant}/account/email", Session, email::show),
        post("/{tenant}/account/email", Session, email::register),
        get("/{tenant}/account/email/offer", Session, email::offer),
        post("/{tenant}/account/email/confirm", Session, email::confirm),
        get(
            "/{tenant}/account/email/remove",
            Session,
            email::ask_removal,
        ),
        post("/{tenant}/account/email/remove", Session, email::remove),
        get("/{tenant}/account/set-up", SessionToEnrol, set_up::show),
        post("/{tenant}/account/set-up", SessionToEnrol, set_up::submit),
        post(
            "/{tenant}/account/set-up/start",
            SessionToEnrol,
            set_up::start,
        ),
        post(
            "/{tenant}/account/set-up/abandon",
            SessionToEnrol,
            set_up::abandon,
        ),
        get("/{tenant}/account/pairing", SessionToEnrol, pairing::show),
        post("/{tenant}/account/pairing", SessionToEnrol, pairing::submit),
        post(
            "/{tenant}/account/pairing/start",
            SessionToEnrol,
            pairing::start,
        ),
        get(
            "/{tenant}/account/pairing/app-code",
            SessionToEnrol,
            pairing::show_app_code,
        ),
        post(
            "/{tenant}/account/pairing/app-code",
            SessionToEnrol,
            pairing::submit_app_code,
        ),
        post(
            "/{tenant}/account/pairing/abandon",
            SessionToEnrol,
            pairing::abandon,
        ),
        get("/{tenant}/account/remove", Session, remove::show),
        post("/{tenant}/account/remove", Session, remove::submit),
        post("/{tenant}/account/reactivate", Session, remove::reactivate),
        get(
            "/{tenant}/account/backup-codes",
            Session,
            backup_codes::show,
        ),
        post(
            "/{tenant}/account/backup-codes",
            Session,
            backup_codes::issue,
        ),
        post(
            "/{tenant}/account/backup-codes/view",
            Session,
            backup_codes::view,
        ),
        post(
            "/{tenant}/account/backup-codes/download",
            SessionToChoosePassword,
            backup_codes::download,
        ),
        get("/{tenant}/account/sessions", Session, sessions::show),
        post("/{tenant}/account/sessions/end", Session, sessions::end),
        post(
            "/{tenant}/account/sessions/end-others",
            Session,
            sessions::end_others,
        ),
        get(
            "/{tenant}/account/notifications",
            Session,
            notifications::show,
        ),
        post(
            "/{tenant}/account/notifications",
            Session,
            notifications::add,
        ),
        post(
            "/{tenant}/account/notifications/confirm",
            Session,
            notifications::confirm,
        ),
        post(
            "/{tenant}/account/notifications/remove",
            Session,
            notifications::remove,
        ),
        get(
            "/{tenant}/account/password",
            SessionToChoosePassword,
            password::show,
        ),
        post(
            "/{tenant}/account/password",
            SessionToChoosePassword,
            password::submit,
        ),
        get("/{tenant}/account/mail", Session, mail_programs::show),
        post(
            "/{tenant}/account/mail/close",
            Session,
            mail_programs::close,
        ),
        post(
            "/{tenant}/account/mail/close-all",
            Session,
            mail_programs::close_all,
        ),
        get("/{tenant}/account/mail/permit", Session, mail_programs::ask),
        post(
            "/{tenant}/account/mail/permit",
            Session,
            mail_programs::permit,
        ),
        get("/{tenant}/account/network", Session, network::show),
        // Mail servers.
        machine("/{tenant}/gate/dovecot", gate::dovecot),
        machine("/{tenant}/gate/mail", gate::mail),
        // The tenant's console.
        get("/{tenant}/admin", May(ListUsers), admin::start),
        get("/{tenant}/admin/users", May(ListUsers), admin::users::show),
    ];
    table.extend([
        get(
            "/{tenant}/admin/branding",
            May(ChangeBranding),
            admin::branding::show,
        ),
        post(
            "/{tenant}/admin/branding",
            May(ChangeBranding),
            admin::branding::save,
        ),
        post(
            "/{tenant}/admin/branding/preview",
            May(ChangeBranding),
            admin::branding::preview,
        ),
        post(
            "/{tenant}/admin/branding/edit",
            May(ChangeBranding),
            admin::branding::edit,
        ),
        get(
            "/{tenant}/admin/adoption",
            May(ShowAdoption),
            admin::adoption::show,
        ),
        get(
            "/{tenant}/admin/adoption/reminders",
            May(SendReminders),
            admin::reminders::ask,
        ),
        post(
            "/{tenant}/admin/adoption/reminders",
            May(SendReminders),
            admin::reminders::send,
        ),
        get(
            "/{tenant}/admin/adoption/reminders/{round}",
            May(ShowAdoption),
            admin::reminders::show,
        ),
        post(
            "/{tenant}/admin/adoption/reminders/{round}",
            May(SendReminders),
            admin::reminders::go_on,
        ),
        post(
            "/{tenant}/admin/adoption/reminders/{round}/stop",
            May(SendReminders),
            admin::reminders::stop,
        ),
        get(
            "/{tenant}/admin/policy",
            May(ShowPolicy),
            admin::policy::show,
        ),
        get(
            "/{tenant}/admin/policy/edit",
            May(ChangePolicy),
            admin::policy::edit,
        ),
        post(
            "/{tenant}/admin/policy/edit",
            May(ChangePolicy),
            admin::policy::submit,
        ),
        get(
            "/{tenant}/admin/policy/text",
            May(ChangePolicy),
            admin::policy::edit_text,
        ),
        post(
            "/{tenant}/admin/policy/text",
            May(ChangePolicy),
            admin::policy::submit_text,
        ),
        get(
            "/{tenant}/admin/policy/drafts/{draft}",
            May(ChangePolicy),
            admin::policy::draft,
        ),
        post(
            "/{tenant}/admin/policy/drafts/{draft}",
            May(ChangePolicy),
            admin::policy::save,
        ),
        get(
            "/{tenant}/admin/policy/history",
            May(ShowPolicy),
            admin::policy::history,
        ),
        get(
            "/{tenant}/admin/policy/history/{revision}",
            May(ShowPolicy),
            admin::policy::revision,
        ),
        post(
            "/{tenant}/admin/policy/history/{revision}",
            May(ChangePolicy),
            admin::policy::go_back,
        ),
        get(
            "/{tenant}/admin/networks",
            May(ShowPolicy),
            admin::networks::show,
        ),
        get(
            "/{tenant}/admin/networks/add",
            May(ChangePolicy),
            admin::networks::ask,
        ),
        post(
            "/{tenant}/admin/networks/add",
            May(ChangePolicy),
            admin::networks::add,
        ),
        get(
            "/{tenant}/admin/networks/{line}",
            May(ChangePolicy),
            admin::networks::edit,
        ),
        post(
            "/{tenant}/admin/networks/{line}",
            May(ChangePolicy),
            admin::networks::save,
        ),
        post(
            "/{tenant}/admin/networks/{line}/remove",
            May(ChangePolicy),
            admin::networks::remove,
        ),
        get(
            "/{tenant}/admin/mail-gate",
            May(ShowMailGate),
            admin::mail_gate::show,
        ),
        get(
            "/{tenant}/admin/mail-gate/keys/add",
            May(ManageGateKeys),
            admin::mail_gate::ask,
        ),
        post(
            "/{tenant}/admin/mail-gate/keys/add",
            May(ManageGateKeys),
            admin::mail_gate::add,
        ),
        get(
            "/{tenant}/admin/mail-gate/keys/{key}/remove",
            May(ManageGateKeys),
            admin::mail_gate::ask_removal,
        ),
        post(
            "/{tenant}/admin/mail-gate/keys/{key}/remove",
            May(ManageGateKeys),
            admin::mail_gate::remove,
        ),
        get("/{tenant}/admin/audit", May(ShowAudit), admin::audit::show),
        post(
            "/{tenant}/admin/audit/checks",
            May(ShowAudit),
            admin::audit_check::begin,
        ),
        get(
            "/{tenant}/admin/audit/checks/{check}",
            May(ShowAudit),
            admin::audit_check::show,
        ),
        post(
            "/{tenant}/admin/audit/checks/{check}",
            May(ShowAudit),
            admin::audit_check::stop,
        ),
        get(
            "/{tenant}/admin/audit/export",
            May(ShowAudit),
            admin::audit::export_events,
        ),
        get(
            "/{tenant}/admin/audit/requests/{reference}",
            May(ShowAudit),
            admin::audit::request,
        ),
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
    ]);
    for (act, path) in USER_ACTS {
        let access = May(act.operation());
        table.push(get(path, access, move |page, who| {
            admin::user_act::show(page, who, act)
        }));
        table.push(post(path, access, move |page, who, form| {
            admin::user_act::submit(page, who, form, act)
        }));
    }
    table.extend(operators());
    table.extend(ASSETS.into_iter().map(file));
    table
}

/// The acts on one person; each has a page and a form.
const USER_ACTS: [(UserAct, &str); 11] = [
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

/// The console of those who run the server.
fn operators() -> Vec<Route> {
    use operator::{acts, keys, rescue, server, tenants};
    vec![
        get("/{tenant}/operator", May(ListTenants), operator::start),
        get(
            "/{tenant}/operator/tenants",
            May(ListTenants),
            tenants::list,
        ),
        get(
            "/{tenant}/operator/tenants/add",
            May(AddTenant),
            tenants::ask,
        ),
        post(
            "/{tenant}/operator/tenants/add",
            May(AddTenant),
            tenants::add,
        ),
        get(
            "/{tenant}/operator/tenants/{managed}",
            May(ListTenants),
            tenants::show,
        ),
        get(
            "/{tenant}/operator/tenants/{managed}/rescue",
            May(RescueAdministrator),
            rescue::show,
        ),
        post(
            "/{tenant}/operator/tenants/{managed}/rescue",
            May(RescueAdministrator),
            rescue::ask,
        ),
        post(
            "/{tenant}/operator/tenants/{managed}/rescue/approve",
            May(RescueAdministrator),
            rescue::approve,
        ),
        post(
            "/{tenant}/operator/tenants/{managed}/rescue/withdraw",
            May(RescueAdministrator),
            rescue::withdraw,
        ),
        get(
            "/{tenant}/operator/tenants/{managed}/{act}",
            May(SuspendTenant),
            acts::ask,
        ),
        post(
            "/{tenant}/operator/tenants/{managed}/{act}",
            May(SuspendTenant),
            acts::act,
        ),
        get("/{tenant}/operator/mail", May(ShowMail), server::mail),
        post(
            "/{tenant}/operator/mail",
            May(SendTestMail),
            server::test_mail,
        ),
        get(
            "/{tenant}/operator/proxies",
            May(ShowServer),
            server::proxies,
        ),
        get("/{tenant}/operator/keys", May(ShowServer), keys::show),
        get("/{tenant}/operator/keys/reseal", May(RotateKeys), keys::ask),
        post(
            "/{tenant}/operator/keys/reseal",
            May(RotateKeys),
            keys::begin,
        ),
        get(
            "/{tenant}/operator/keys/reseal/{job}",
            May(ShowServer),
            keys::progress,
        ),
        post(
            "/{tenant}/operator/keys/reseal/{job}",
            May(ShowServer),
            keys::stop,
        ),
        get("/{tenant}/operator/health", May(ShowServer), server::health),
    ]
}

/// A line of the table, for those who walk along it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// `GET` (which stands for `HEAD` too) or `POST`.
    pub method: &'static str,
    /// With `{tenant}` for a slug.
    pub path: &'static str,
    /// Who may call it.
    pub access: AccessName,
}

/// The table as data.
pub fn routes() -> Vec<RouteInfo> {
    table().iter().map(Route::info).collect()
}

/// Paths below a tenant's slug that answer GET.
pub(crate) fn pages() -> Vec<&'static str> {
    let pages = routes().into_iter().filter(|route| route.method == "GET");
    pages
        .filter_map(|route| route.path.strip_prefix("/{tenant}"))
        .collect()
}
