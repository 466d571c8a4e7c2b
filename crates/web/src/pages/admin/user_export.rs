//! Everything that is kept about one person, as JSON to be handed to the person (SEC-81). No password, seed or code is in it.

use serde_json::{Value, json};
use warifu_domain::{audit::Actor, password::PasswordTerm, time::Timestamp};
use warifu_flows::manage_users::UserExport;

use crate::pages::times::utc;

/// Writes the file.
pub(super) fn write(export: &UserExport) -> String {
    let details = &export.details;
    let user = &details.user;
    let at = |at: Timestamp| utc(at.0);
    let times = |times: &[Timestamp]| times.iter().map(|at| utc(at.0)).collect::<Vec<String>>();
    let records = &export.records;
    let addresses = export.addresses.iter().map(|(address, confirmed_at)| {
        json!({ "address": address, "confirmed_at": confirmed_at.map(at) })
    });
    let windows = export.mail_windows.iter().map(|row| {
        json!({
            "network": row.network.to_string(),
            "address": row.address.to_string(),
            "since": at(row.window.since),
            "until": at(row.window.until),
            "used_at": row.used_at.map(at),
        })
    });
    let refusals = export.mail_refusals.iter().map(|row| {
        json!({
            "network": row.network.to_string(),
            "address": row.address.to_string(),
            "refused_at": at(row.refused_at),
        })
    });
    let waiting = records.waiting_mail.iter();
    let waiting = waiting.map(|(kind, since)| json!({ "tells": kind.word(), "since": at(*since) }));
    let private = details.private_address.as_ref();
    let private =
        private.map(|(address, since)| json!({ "address": address, "confirmed_at": at(*since) }));
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
        "second_factor_switched": user.standing.own_switch.map(|on| if on { "on" } else { "off" }),
        "password_is_temporary": user.password_term == PasswordTerm::Temporary,
        "private_address": private,
        "further_addresses": addresses.collect::<Vec<Value>>(),
        "mail_windows": windows.collect::<Vec<Value>>(),
        "refused_mail_programs": refusals.collect::<Vec<Value>>(),
        "waiting_mail": waiting.collect::<Vec<Value>>(),
        "helpdesk_code_until": details.helpdesk_until.map(at),
        "login_attempts_until": times(&records.attempts),
        "password_links_until": times(&records.password_links),
        "set_ups_begun_at": times(&records.set_ups),
        "pairings_until": times(&records.pairings),
        "mail_connections_to_be_ended": times(&records.mail_kicks),
        "emailed_codes_asked_at": times(&records.emailed_codes),
        "rescues_asked_at": times(&records.rescues),
        "usual_devices_and_places_seen_at": times(&records.familiar),
        "reminded_at": times(&records.reminded),
        "console_work_begun_at": times(&records.console_work),
        "events": events.collect::<Vec<Value>>(),
    });
    format!("{file:#}\n")
}

#[cfg(test)]
mod tests {
    /// Tables that belong to people, with what the export has of them, or why it has nothing.
    const TABLES: [(&str, &str); 20] = [
        ("totp", "authenticators"),
        ("backup_code_set", "backup_codes_left"),
        ("login_attempt", "login_attempts_until"),
        ("browser_session", "sessions"),
        ("audit_event", "events"),
        ("outbox", "waiting_mail"),
        ("helpdesk_code", "helpdesk_code_until"),
        ("console_job", "console_work_begun_at"),
        ("rescue", "rescues_asked_at"),
        ("password_reset", "password_links_until"),
        ("person_address", "further_addresses"),
        ("familiar", "usual_devices_and_places_seen_at"),
        ("private_address", "private_address"),
        ("pairing", "pairings_until"),
        ("mail_kick", "mail_connections_to_be_ended"),
        ("emailed_code", "emailed_codes_asked_at"),
        ("mail_window", "mail_windows"),
        ("mail_refusal", "refused_mail_programs"),
        ("reminder", "reminded_at"),
        (
            "person_word",
            "-parts of login ID and name, which the export has",
        ),
    ];

    /// A table that is missing here would keep something about people that they are not told.
    #[test]
    fn sec_081_every_table_with_people_in_it_is_in_the_export() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../storage/migrations");
        let mut schema = String::new();
        for file in std::fs::read_dir(folder).unwrap() {
            schema += &std::fs::read_to_string(file.unwrap().path()).unwrap();
        }
        let mut found = Vec::new();
        for rest in schema.split("CREATE TABLE ").skip(1) {
            let (name, columns) = rest.split_once(" (").unwrap();
            let (columns, _) = columns.split_once("\n)").unwrap();
            if columns.contains(" user_id ") {
                found.push(name.to_owned());
            }
        }
        for line in schema
            .lines()
            .filter(|line| line.contains("ADD COLUMN user_id"))
        {
            found.push(line.split_whitespace().nth(2).unwrap().to_owned());
        }
        found.sort();
        let mut known: Vec<&str> = TABLES.iter().map(|(table, _)| *table).collect();
        known.sort_unstable();
        assert_eq!(
            found, known,
            "add what is new to the export and to this list"
        );
        let source = include_str!("user_export.rs");
        for (table, key) in TABLES.iter().filter(|(_, key)| !key.starts_with('-')) {
            assert!(source.contains(&format!("\"{key}\": ")), "{table}: {key}");
        }
    }
}
