//! The own account of whoever is signed in.

use crate::{
    http::{
        access::{AnySession, OwnAccount, Session, SessionToChoosePassword, SessionToEnrol},
        route::{Route, get, post},
    },
    pages::{
        account, backup_codes, email, mail_programs, network, notifications, own_switch, pairing,
        password, proof, remove, sessions, set_up,
    },
};

/// The pages of one's own account.
pub(super) fn routes() -> Vec<Route> {
    vec![
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
    ]
}
