//! What the pages of the tenant's console show.

mod users;

pub use users::{UserRow, Users};
