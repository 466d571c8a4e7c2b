//! The mail servers of `[[mail_server]]`: what is open there is seen and ended over doveadm's HTTP interface.

mod doveadm;
mod worker;

use std::collections::HashSet;
use std::sync::Arc;

use warifu_flows::mail_kicks::MailServer;

use crate::cli::exit::Failure;
use crate::config;

pub(crate) use worker::start;

/// A mail server, with the slug of its tenant.
pub(crate) type OfTenant = (String, Arc<dyn MailServer>);

/// Every mail server of the configuration. None is asked yet.
pub(crate) fn open(sections: &[config::MailServer]) -> Result<Vec<OfTenant>, Failure> {
    let one = |section: &config::MailServer| {
        let server: Arc<dyn MailServer> = Arc::new(doveadm::Doveadm::open(section)?);
        Ok((section.tenant.clone(), server))
    };
    sections.iter().map(one).collect()
}

/// The slugs of their tenants.
pub(crate) fn tenants(sections: &[config::MailServer]) -> HashSet<String> {
    let slugs = sections.iter().map(|section| section.tenant.clone());
    slugs.collect()
}
