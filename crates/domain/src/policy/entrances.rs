//! The addresses of a tenant besides its path (G2): host names of its own, its mail domains, an address for administrators.

use serde::{Deserialize, Serialize};

use super::check::{Allowed, OutOfRange};
use crate::{domain_name::DomainName, user::Role};

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

/// The page at which a password is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `/login`, a tenant's or the common one.
    Everybodys,
    /// `/admin/login`.
    Administrators,
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
    /// Whether a person of this role logs in at this door. Whoever does not is answered like a wrong password.
    pub fn admits(&self, door: Door, role: Role) -> bool {
        match self.administrators {
            AdministratorEntrance::Same => door == Door::Everybodys,
            AdministratorEntrance::Own => {
                (role >= Role::Administrator) == (door == Door::Administrators)
            }
        }
    }

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
            let refuse = |value: String, allowed| {
                Err(OutOfRange {
                    field: format!("entrances.{field}"),
                    value,
                    allowed,
                })
            };
            if names.len() > MAX_NAMES {
                let allowed = Allowed::Names { most: MAX_NAMES };
                return refuse(names.len().to_string(), allowed);
            }
            let mut known = Vec::with_capacity(names.len());
            for name in names {
                match DomainName::parse(name) {
                    Ok(parsed) if !known.contains(&parsed) => known.push(parsed),
                    _ => return refuse(format!("{name:?}"), Allowed::HostNames),
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g2_each_role_has_one_door() {
        let mut rules = EntranceRules::default();
        for role in [Role::Member, Role::Administrator, Role::Operator] {
            assert!(rules.admits(Door::Everybodys, role));
            assert!(!rules.admits(Door::Administrators, role));
        }
        rules.administrators = AdministratorEntrance::Own;
        assert!(rules.admits(Door::Everybodys, Role::Member));
        assert!(!rules.admits(Door::Administrators, Role::Member));
        for role in [Role::Administrator, Role::Operator] {
            assert!(!rules.admits(Door::Everybodys, role));
            assert!(rules.admits(Door::Administrators, role));
        }
    }

    #[test]
    fn names_are_names_and_stand_once() {
        let check = |hosts: &[&str], domains: &[&str]| {
            let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let rules = EntranceRules {
                hosts: own(hosts),
                domains: own(domains),
                ..EntranceRules::default()
            };
            rules.check().is_ok()
        };
        assert!(check(
            &["login.midori.example"],
            &["midori.example", "日本語.example"]
        ));
        for bad in [
            &["login.midori.example:8443"][..],
            &["https://login.midori.example"],
            &["127.0.0.1"],
            &["login.midori.example", "LOGIN.midori.example"],
            &["日本語.example", "xn--wgv71a119e.example"],
        ] {
            assert!(!check(bad, &[]), "{bad:?}");
            assert!(!check(&[], bad), "{bad:?}");
        }
        let many: Vec<String> = (0..51).map(|n| format!("h{n}.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(!check(&many, &[]));
    }
}
