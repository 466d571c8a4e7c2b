//! The way around the consoles: which sections there are, and which of them stands on the page.

use warifu_domain::{permission::Operation, permission::may, user::Role};

/// A section of a console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its first page, below the tenant.
    pub path: &'static str,
    /// The key of its name.
    pub name: &'static str,
    /// What one must be allowed to see it.
    operation: Operation,
}

const fn section(path: &'static str, name: &'static str, operation: Operation) -> Section {
    Section {
        path,
        name,
        operation,
    }
}

/// Every section, in the order in which they stand.
const SECTIONS: &[Section] = &[
    section("/admin/users", "admin-users-title", Operation::ListUsers),
    section("/admin/groups", "groups-title", Operation::ManageGroups),
    section("/admin/adoption", "adoption-title", Operation::ShowAdoption),
    section("/admin/policy", "policy-title", Operation::ShowPolicy),
    section("/admin/networks", "networks-title", Operation::ShowPolicy),
    section("/admin/mail-gate", "gate-title", Operation::ShowMailGate),
    section("/admin/audit", "audit-title", Operation::ShowAudit),
    section(
        "/admin/branding",
        "branding-title",
        Operation::ChangeBranding,
    ),
    section(
        "/operator/tenants",
        "operator-tenants-title",
        Operation::ListTenants,
    ),
    section("/operator/mail", "operator-mail-title", Operation::ShowMail),
    section(
        "/operator/proxies",
        "operator-proxies-title",
        Operation::ShowServer,
    ),
    section(
        "/operator/keys",
        "operator-keys-title",
        Operation::ShowServer,
    ),
    section(
        "/operator/audit",
        "server-audit-title",
        Operation::ShowServerAudit,
    ),
    section(
        "/operator/health",
        "operator-health-title",
        Operation::ShowServer,
    ),
];

/// The consoles that a visitor may open.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    role: Role,
    route: &'static str,
}

impl Console {
    /// For nobody.
    pub const CLOSED: Self = Self {
        role: Role::Member,
        route: "",
    };

    /// For a person of `role` on the page of `route`.
    pub fn new(role: Role, route: &'static str) -> Self {
        Self { role, route }
    }

    /// The sections that the person may open.
    pub(super) fn sections(&self) -> impl Iterator<Item = &'static Section> + use<> {
        let role = self.role;
        SECTIONS
            .iter()
            .filter(move |section| may(role, section.operation))
    }

    /// Whether there is anything to go around in.
    pub(super) fn is_open(&self) -> bool {
        self.sections().next().is_some()
    }

    /// Whether the page is one of `section`.
    pub(super) fn is_in(&self, section: &Section) -> bool {
        self.route
            .strip_prefix("/{tenant}")
            .and_then(|path| path.strip_prefix(section.path))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether the page is one of the person's own account.
    pub(super) fn is_in_account(&self) -> bool {
        self.route.starts_with("/{tenant}/account")
    }
}
