//! The pages as browsers meet them: requests through the whole router, on both engines.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod access;
mod adoption;
mod audit;
mod bad_input;
mod branding;
mod console_mail;
mod console_users;
mod cross_site;
mod emailed_codes;
mod entrances;
mod first_password;
mod gate;
mod gate_keys;
mod guests;
mod headers;
mod help;
mod language;
mod networks;
mod notifications;
mod operations;
mod operator;
mod pairing;
mod policy;
mod reminders;
mod secrets;
mod server_audit;
mod set_up;
mod strangers;
mod support;
mod walk;
