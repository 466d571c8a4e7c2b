//! The notes of events in the reader's language, where the trail keeps them as words of its own. What people wrote stays as it is.

use std::borrow::Cow;

use warifu_domain::{audit::EventKind, operating::CheckRecord};

use crate::text::Texts;

/// A note as pages show it.
pub(super) fn note<'t>(texts: &'t Texts, kind: EventKind, detail: &'t str) -> Cow<'t, str> {
    use EventKind as K;
    Cow::Borrowed(match (kind, detail) {
        (K::SignedIn | K::Proved, "pwd") => texts.msg("audit-note-password"),
        (K::SignedIn | K::Proved, "pwd otp") => texts.msg("audit-note-code"),
        (K::SignedIn | K::Proved, "pwd backup_code") => texts.msg("audit-note-backup-code"),
        (K::SignedIn | K::Proved, "pwd otp backup_code") => {
            texts.msg("audit-note-code-and-backup-code")
        }
        (K::SignedIn | K::Proved, "pwd helpdesk_code") => texts.msg("audit-note-helpdesk-code"),
        (K::SignedIn | K::Proved, "pwd emailed_code") => texts.msg("audit-note-emailed-code"),
        (K::OwnSwitchChanged, "on") => texts.msg("own-switch-use"),
        (K::OwnSwitchChanged, "off") => texts.msg("own-switch-not-use"),
        (K::UserAdded, "member") => texts.msg("role-member"),
        (K::UserAdded, "administrator") => texts.msg("role-administrator"),
        (K::UserAdded, "operator") => texts.msg("role-operator"),
        (K::SessionsEnded, "one") => texts.msg("audit-note-one-session"),
        (K::SessionsEnded, "all others") => texts.msg("audit-note-other-sessions"),
        (K::MailWindowClosed, "all") => texts.msg("audit-note-all-addresses"),
        (K::RescueAsked | K::AdministratorRescued, _) => return identity_check(texts, detail),
        _ => detail,
    })
}

/// The record of an identity check; one in words of somebody's own stays as it is.
pub(in super::super) fn identity_check<'t>(texts: &Texts, record: &'t str) -> Cow<'t, str> {
    let Some(check) = CheckRecord::read(record) else {
        return Cow::Borrowed(record);
    };
    let address = match check.address_was_told {
        true => texts.msg("audit-note-check-told"),
        false => texts.msg("audit-note-check-no-address"),
    };
    let parts = [
        ("company", check.company.into()),
        ("address", address.into()),
        ("how", check.how.into()),
    ];
    Cow::Owned(texts.msg_with("audit-note-check", &parts))
}
