//! What the pages of the tenant's console show.

mod audit;
mod audit_sentences;
mod users;

pub use audit::{Audit, AuditRequest, EventRow, SearchForm};
pub use users::{UserRow, Users};
