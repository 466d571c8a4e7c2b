//! The only place with SQL: one set of statements for SQLite and PostgreSQL, grouped by noun.
//! No rules live here; what is allowed is decided in `warifu-domain`, in which order in `warifu-flows`.

pub mod keyring;
pub mod seal;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use store::{FaultPlan, Location, PlatformTx, Store, StoreError, StoreOptions, Tx};
