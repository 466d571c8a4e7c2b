//! The only place with SQL: one set of statements for SQLite and PostgreSQL, grouped by noun.
//! No rules live here; what is allowed is decided in `warifu-domain`, in which order in `warifu-flows`.

mod addresses;
mod adoption;
mod at_gate;
mod attempts;
mod audit;
mod authenticators;
mod backup_codes;
mod emailed_codes;
mod entrances;
mod familiar;
mod gate_keys;
mod groups;
mod guess_budgets;
mod helpdesk_codes;
mod imports;
mod jobs;
mod key_use;
pub mod keyring;
mod logos;
mod mail_kicks;
mod mail_windows;
mod outbox;
mod pairings;
mod password_resets;
mod person_records;
mod policies;
mod reminders;
mod removal;
mod rescues;
mod retention;
#[cfg(test)]
mod schema;
pub mod seal;
mod sealed;
mod server_nodes;
mod sessions;
mod standing;
mod store;
mod sweep;
mod tenants;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod throttles;
mod user_counts;
mod user_list;
mod user_words;
mod users;

pub use addresses::{AddressCode, AddressRow};
pub use adoption::{AdoptionRows, DayAdoption, GroupAdoption, Unprotected};
pub use at_gate::{AtGate, GLANCE_LASTS, GateState, Glance, MOST_AT_ONCE};
pub use attempts::{AttemptRow, ClosedAttempt, StageKind};
pub use audit::{AuditFilter, AuditPlace, AuditRow, ChainCheck, LANES, Outcome, Removed};
pub use authenticators::{
    ConfirmedTotp, NewTotp, PendingKind, PendingTotpRow, SET_UP_GUESSES, TotpState, totp_plaintext,
};
pub use backup_codes::{BackupSetRow, NewBackupSet};
pub use emailed_codes::{EmailedCodeRow, PrivateAddressRow};
pub use entrances::EntranceKind;
pub use familiar::{Mark, MarkKind};
pub use gate_keys::{GateKeyRow, MAX_GATE_KEYS};
pub use groups::{GroupRow, MAX_GROUPS};
pub use guess_budgets::GuessedMethod;
pub use helpdesk_codes::HelpdeskCodeRow;
pub use jobs::{JobRow, JobState};
pub use key_use::KeyUse;
pub use keyring::{KeyRing, KeyRingError, KeyState, Purpose};
pub use mail_kicks::{DueMailKick, MailKick};
pub use mail_windows::{MailRefusalRow, MailWindowRow};
pub use outbox::{DueNotice, Notice, OutboxState};
pub use pairings::{PairingRow, ReservedAppCode};
pub use person_records::PersonRecords;
pub use policies::PolicyRevision;
pub use reminders::{Remindable, RemindableCount, ReminderCounts, ReminderPlace, ReminderRound};
pub use removal::TenantRemoval;
pub use rescues::{AdministratorRow, RescueRow};
pub use retention::Masked;
pub use seal::SealContext;
pub use sealed::{SealedColumn, SealedPlace, SealedRow};
pub use server_nodes::NodeRow;
pub use sessions::{Entry, SessionRow};
pub use standing::{Factor, NEVER, Standing, budget_subject};
pub use store::{
    FaultPlan, Location, PlatformTx, SchemaState, Store, StoreError, StoreOptions, Tx,
};
pub use tenants::{Added, TenantCounts, TenantRow, TenantState};
pub use throttles::{BudgetKind, STRANGER_ROWS};
pub use user_list::{Along, Place, Show, Walk};
pub use users::{Member, NewUser, PersonLine, UserRow};
