//! Everything that is kept about one person, as JSON to be handed to the person (SEC-81). No password, seed or code is in it.

use serde_json::{Value, json};
use warifu_domain::{audit::Actor, time::Timestamp};
use warifu_flows::manage_users::UserDetails;

use crate::pages::times::utc;

/// Writes the file.
pub(super) fn write(details: &UserDetails) -> String {
    let user = &details.user;
    let at = |at: Timestamp| utc(at.0);
    let sessions = details.open_sessions.iter().map(|session| {
        json!({
            "browser": session.agent,
            "address": session.address.to_string(),
            "began_at": at(session.began_at),
            "seen_at": at(session.seen_at),
        })
    });
    let events = details.events.iter().map(|event| {
        json!({
            "at": at(event.at),
            "event": event.kind.word(),
            "by": Actor::from_number(event.actor).word(),
            "refusal": event.refusal,
            "address": event.address.map(|address| address.to_string()),
            "reference": event.reference.map(|reference| reference.to_string()),
            "detail": event.detail,
        })
    });
    let app = details.totp.as_ref().map(|totp| {
        json!({
            "kind": "totp",
            "tag": totp.paired.as_ref().map(|paired| &paired.tag),
            "device": totp.paired.as_ref().map(|paired| &paired.device),
            "confirmed_at": at(totp.confirmed_at),
            "used_at": totp.used_at.map(at),
            "reported_lost_at": totp.suspended_at.map(at),
        })
    });
    let file = json!({
        "login": user.login,
        "name": user.name,
        "email": details.email,
        "language": user.language,
        "role": user.role.word(),
        "group": details.group.as_ref().map(|group| &group.name),
        "disabled": user.disabled,
        "created_at": at(user.created_at),
        "last_login_at": user.standing.last_login_at.map(at),
        "authenticators": app.into_iter().collect::<Vec<Value>>(),
        "backup_codes_left": details.backup_codes_left,
        "backup_codes_issued_at": details.backup_codes_since.map(at),
        "sessions": sessions.collect::<Vec<Value>>(),
        "events": events.collect::<Vec<Value>>(),
    });
    format!("{file:#}\n")
}
