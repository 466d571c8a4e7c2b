//! `/account/remove`: switching two-factor off.

use warifu_flows::{account, enrol, session::SignedIn};

use super::views::{self, Notice};
use crate::http::{
    forms::{Button, Verified},
    page::Page,
    route::Answer,
};

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    enrol::may_remove(page.tenant(), &who, page.now())?;
    let overview = account::overview(page.ctx(), page.tenant(), &who).await?;
    if overview.totp.is_none() {
        return Ok(page.lead_to("/account"));
    }
    let codes = overview.backup_codes;
    Ok(page.show(|frame| views::Remove {
        frame,
        login: who.login,
        codes_left: (codes.of > 0).then_some(codes.left),
    }))
}

pub(crate) async fn submit(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    enrol::remove_totp(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    Ok(page.done("/account", Notice::TurnedOff))
}
