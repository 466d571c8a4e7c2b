//! Audit trails on pages: a tenant's own for its administrators, and that of what belongs to no tenant for operators.

mod advice;
mod check;
mod notes;
mod search;
mod sentences;

pub(super) use notes::identity_check;

pub use check::{AuditCheck, ChainState};
pub use search::{Audit, AuditRequest, EventRow, SearchForm};

use super::Frame;

/// Whose events a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trail {
    /// Those of the tenant whose page it is.
    Tenant,
    /// Those of no tenant.
    Server,
}

impl Trail {
    /// Where it is searched, below the tenant.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Tenant => "/admin/audit",
            Self::Server => "/operator/audit",
        }
    }

    /// What the file of an export is called, without its ending.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Tenant => "audit",
            Self::Server => "server-audit",
        }
    }

    /// Whether its events are about people, whom administrators manage.
    fn has_people(self) -> bool {
        self == Self::Tenant
    }

    /// What the page is called.
    fn title(self, frame: &Frame) -> &str {
        match self {
            Self::Tenant => frame.msg("audit-title"),
            Self::Server => frame.msg("server-audit-title"),
        }
    }
}
