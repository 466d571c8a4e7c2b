//! Logging in: the way from a password to a session, and out of it.

use crate::{
    http::{
        access::{AnySession, Anyone, InAttempt},
        route::{Route, get, post},
    },
    pages::{
        login, login_backup_code, login_code, login_email, login_forgotten, login_helpdesk_code,
        login_lost_device, login_pairing, login_set_up, logout,
    },
};

/// The login and its ways round.
pub(super) fn routes() -> Vec<Route> {
    vec![
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
    ]
}
