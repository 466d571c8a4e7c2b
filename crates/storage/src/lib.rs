//! The only place with SQL: one set of statements for SQLite and PostgreSQL, grouped by noun.
//! No rules live here; what is allowed is decided in `warifu-domain`, in which order in `warifu-flows`.

mod attempts;
mod audit;
mod authenticators;
mod backup_codes;
mod key_use;
pub mod keyring;
mod outbox;
pub mod seal;
mod sessions;
mod store;
mod sweep;
mod tenants;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod throttles;
mod users;

pub use attempts::{AttemptRow, ClosedAttempt, StageKind};
pub use audit::{AuditFilter, AuditPlace, AuditRow, ChainCheck, LANES, Outcome};
pub use authenticators::{
    ConfirmedTotp, PendingTotpRow, SET_UP_GUESSES, TotpState, totp_plaintext,
};
pub use backup_codes::{BackupSetRow, NewBackupSet};
pub use key_use::KeyUse;
pub use keyring::{KeyRing, KeyRingError, Purpose};
pub use outbox::{DueNotice, Notice, OutboxState};
pub use seal::SealContext;
pub use sessions::SessionRow;
pub use store::{
    FaultPlan, Location, PlatformTx, SchemaState, Store, StoreError, StoreOptions, Tx,
};
pub use tenants::{TenantRow, TenantState};
pub use throttles::{BudgetKind, STRANGER_ROWS};
pub use users::{ListedUser, NewUser, UserRow};
