//! What Warifu does: load facts, ask the domain, store the outcome, audit it. Pages, gates and the command line all come
//! through here, so they cannot disagree. No HTTP, no SQL, no rules.

pub mod account;
mod act;
pub mod adoption;
pub mod audit;
pub mod audit_check;
pub mod branding;
mod by;
pub mod clock;
pub mod console_job;
mod ctx;
pub mod delivery;
mod device;
pub mod enrol;
pub mod entrances;
mod error;
mod familiar;
pub mod first_factor;
mod foreign_hash;
pub mod gate_keys;
pub mod hasher;
pub mod key_rotation;
pub mod login;
mod logo;
pub mod mail_gate;
pub mod mail_windows;
mod mailing;
pub mod maintenance;
pub mod manage_tenants;
pub mod manage_users;
pub mod notices;
pub mod notification_addresses;
mod passwords;
pub mod policy_change;
mod recent;
pub mod rescue;
pub mod rng;
mod second_factor;
pub mod session;

pub use act::Origin;
pub use by::{By, Manager};
pub use ctx::{Ctx, MailMode};
pub use error::{Fault, FlowError};
pub use mailing::Enclosed;
