//! The addresses of a tenant besides its path (G2): host names of its own, its mail domains, an address for administrators.

use serde::{Deserialize, Serialize};

use super::check::OutOfRange;
use crate::domain_name::DomainName;

/// Most names of one kind that a tenant may have.
const MAX_NAMES: usize = 50;

/// Where administrators log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdministratorEntrance {
    /// Where everybody does.
    #[default]
    Same,
    /// At `/admin/login` only, where nobody else can; the users' page answers them as it does a wrong password.
    Own,
}

/// The tenant's further addresses. A name belongs to one tenant of the server at most.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EntranceRules {
    /// Host names, without a port, at whose root the tenant's pages are.
    pub hosts: Vec<String>,
    /// Mail domains: `/d/DOMAIN/login` is this tenant's, and at `/login` a login ID with this domain leads here. Domains may be
    /// written in Japanese.
    pub domains: Vec<String>,
    /// `same` or `own`.
    pub administrators: AdministratorEntrance,
}

impl EntranceRules {
    /// [`Self::hosts`] in the form in which they are compared.
    pub fn host_names(&self) -> impl Iterator<Item = DomainName> {
        self.hosts
            .iter()
            .filter_map(|name| DomainName::parse(name).ok())
    }

    /// [`Self::domains`] in the form in which they are compared.
    pub fn domain_names(&self) -> impl Iterator<Item = DomainName> {
        self.domains
            .iter()
            .filter_map(|name| DomainName::parse(name).ok())
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        for (field, names) in [("hosts", &self.hosts), ("domains", &self.domains)] {
            let refuse = |value: String, range| {
                Err(OutOfRange {
                    field: format!("entrances.{field}"),
                    value,
                    range,
                })
            };
            if names.len() > MAX_NAMES {
                return refuse(names.len().to_string(), "50 names at most");
            }
            let mut known = Vec::with_capacity(names.len());
            for name in names {
                match DomainName::parse(name) {
                    Ok(parsed) if !known.contains(&parsed) => known.push(parsed),
                    _ => return refuse(format!("{name:?}"), "names like example.jp, each once"),
                }
            }
        }
        Ok(())
    }
}
