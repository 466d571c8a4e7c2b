//! `/operator`: the console of those who run the server. One file a section; the tenant that is managed stands in the path.

pub(crate) mod acts;
pub(crate) mod keys;
pub(crate) mod rescue;
pub(crate) mod server;
pub(crate) mod tenants;

use std::sync::Arc;

use warifu_domain::tenant::{Tenant, check_slug};
use warifu_flows::session::SignedIn;

use crate::http::{
    errors::{Failure, Rejection},
    page::Page,
    route::Answer,
};

/// `/operator`: leads to the first section.
pub(crate) async fn start(page: Page, _: SignedIn) -> Answer {
    Ok(page.lead_to("/operator/tenants"))
}

/// The tenant that the path names.
async fn managed(page: &Page) -> Result<Arc<Tenant>, Failure> {
    let slug = page.segment("managed");
    let found = match check_slug(slug) {
        Ok(()) => page.ctx().tenant(slug).await?,
        Err(_) => None,
    };
    found.ok_or_else(|| Rejection::NotFound.into())
}
