//! The notes of events in the reader's language, where the trail keeps them as words of its own. What people wrote stays as it is.

use warifu_domain::audit::EventKind;

use crate::text::Texts;

/// A note as pages show it.
pub(super) fn note<'t>(texts: &'t Texts, kind: EventKind, detail: &'t str) -> &'t str {
    use EventKind as K;
    match (kind, detail) {
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
        _ => detail,
    }
}
