//! The directories of `[[first_factor]]`: what outside Warifu knows the passwords of a tenant's people.

mod dovecot;
mod ldap;

use std::sync::Arc;

use warifu_domain::user::Login;
use warifu_flows::first_factor::{Answer, Directories, Directory, Unreachable};

use crate::cli::exit::Failure;
use crate::config::{FirstFactor, FirstFactorKind};

/// Every directory of the configuration, by the slug of its tenant. None is asked yet.
pub(crate) fn open(sections: &[FirstFactor]) -> Result<Directories, Failure> {
    let one = |section: &FirstFactor| {
        let directory: Arc<dyn Directory> = match section.kind {
            FirstFactorKind::Ldap => Arc::new(ldap::Ldap::open(section)?),
            FirstFactorKind::Dovecot => Arc::new(dovecot::Dovecot::open(section)),
        };
        Ok((section.tenant.clone(), directory))
    };
    sections.iter().map(one).collect()
}

/// Asks a directory for somebody who is in none, to see whether it can be asked at all.
pub(crate) async fn try_out(directory: &dyn Directory) -> Result<(), Unreachable> {
    let nobody = Login::parse("warifu-check-nobody").map_err(|_| Unreachable(String::new()))?;
    match directory.ask(&nobody, "warifu-check").await? {
        Answer::Wrong => Ok(()),
        Answer::Right(_) => Err(Unreachable(
            "it takes any password: nobody would be kept out".to_owned(),
        )),
    }
}
