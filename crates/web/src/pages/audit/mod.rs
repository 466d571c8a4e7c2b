//! Audit trails at the consoles: `/admin/audit` for a tenant's administrators, `/operator/audit` for what belongs to no tenant. Both
//! are searched, exported and checked alike (SEC-79).

pub(crate) mod check;
mod export;
pub(crate) mod search;

use std::sync::Arc;

use warifu_domain::tenant::Tenant;
use warifu_flows::entrances;

use super::views::audit::Trail;
use crate::http::page::Page;

/// The tenant in whose rows a trail stands.
fn tenant_of(page: &Page, trail: Trail) -> Arc<Tenant> {
    match trail {
        Trail::Tenant => page.tenant().clone(),
        Trail::Server => entrances::nobodys(),
    }
}
