//! The flows as stories, on SQLite and on PostgreSQL: what people do, what attackers try, what may never happen.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod administration;
mod answers;
mod audit_search;
mod branding;
mod console_job;
mod crossings;
mod delivery;
mod directory;
mod emailed_codes;
mod entrances;
mod faults;
mod first_password;
mod fresh_proof;
mod grace;
mod helpdesk;
mod key_rotation;
mod lost_device;
mod mail_gate;
mod mail_kicks;
mod mail_login;
mod mail_windows;
mod model;
mod networks;
mod notices;
mod operators;
mod own_switch;
mod pairing;
mod pairing_limits;
mod policy_change;
mod races;
mod reminders;
mod reset;
mod retention;
mod secrets;
mod services;
mod sessions;
mod set_up;
mod support;
mod tenants;
mod throttling;
mod trail;
mod user_import;
mod user_lists;
mod workspace;
