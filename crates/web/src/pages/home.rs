//! `/`: where a tenant's address leads when it names no page.

use crate::http::{access::Visitor, page::Page, route::Answer};

/// To the own account where a browser says it has a session, else to the login.
pub(crate) async fn show(page: Page, _: Visitor) -> Answer {
    let login = page.visit.login_path();
    let path = page.session_token().map_or(login, |_| "/account");
    Ok(page.lead_to(path))
}
