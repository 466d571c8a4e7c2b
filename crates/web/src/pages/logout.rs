//! `/logout`: ends the session of this browser.

use warifu_flows::session::{self, SignedIn};

use super::views::Notice;
use crate::http::{
    cookies::Kind,
    forms::{Button, Verified},
    page::Page,
    route::Answer,
};

pub(crate) async fn submit(mut page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    session::sign_out(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    page.drop_cookie(Kind::Session);
    let login = page.visit.login_path();
    Ok(page.done(login, Notice::SignedOut))
}
