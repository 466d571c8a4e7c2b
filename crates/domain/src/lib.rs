//! The rules of Warifu as values: policy, the decision, the login attempt, what may be accepted.
//! No I/O, no async, no clock and no randomness: facts, time and random bytes come in as arguments.

pub mod attempt;
pub mod audit;
pub mod backup_code;
pub mod colour;
pub mod decide;
pub mod delivery;
pub mod domain_name;
pub mod effect;
pub mod explain;
pub mod foreign_hash;
pub mod group;
pub mod helpdesk_code;
pub mod ids;
pub mod logo;
pub mod mail_gate;
pub mod mail_limits;
pub mod mail_window;
pub mod network;
pub mod notification_address;
pub mod operating;
pub mod password;
pub mod password_reset;
pub mod permission;
pub mod policy;
pub mod refusal;
pub mod session;
pub mod tenant;
pub mod throttle;
pub mod time;
pub mod token;
pub mod totp;
pub mod typed;
pub mod user;
pub mod user_import;
pub mod user_search;
