//! `/admin`: the console of a tenant's administrators. One file a section.

pub(crate) mod adoption;
pub(crate) mod branding;
pub(crate) mod groups;
pub(crate) mod mail_gate;
pub(crate) mod networks;
pub(crate) mod policy;
pub(crate) mod reminders;
pub(crate) mod user;
pub(crate) mod user_act;
mod user_export;
pub(crate) mod user_import;
pub(crate) mod user_new;
pub(crate) mod users;

use warifu_flows::session::SignedIn;

use crate::http::{page::Page, route::Answer};

/// `/admin`: leads to the first section.
pub(crate) async fn start(page: Page, _: SignedIn) -> Answer {
    Ok(page.lead_to("/admin/users"))
}
