//! `/login/lost-device`: the authenticator app is suspended at once (SEC-44).

use warifu_domain::{attempt::Stage, token::Token};
use warifu_flows::login;

use super::views;
use crate::http::{
    forms::{Button, Verified},
    page::Page,
    route::Answer,
};

pub(crate) async fn show(page: Page, attempt: Token) -> Answer {
    let view = login::attempt(page.ctx(), page.tenant(), &attempt).await?;
    let (backup_codes, email) = match view.stage {
        Stage::SecondFactor(methods) if methods.totp => (methods.backup_code, methods.email),
        _ => return Ok(page.lead_to("/login/code")),
    };
    let login = view.login;
    Ok(page.show(|frame| views::LostDevice {
        frame,
        login,
        backup_codes,
        email,
    }))
}

pub(crate) async fn submit(page: Page, attempt: Token, _: Verified<Button>) -> Answer {
    login::report_lost(page.ctx(), page.tenant(), &page.origin(), &attempt).await?;
    Ok(page.lead_to("/login/code"))
}
