//! `/login/helpdesk-code`: digits that an administrator read out, in place of the code of the app or by mail.

use warifu_domain::{attempt::Stage, refusal::Refusal, token::Token};
use warifu_flows::{FlowError, login};

use super::{code_form::HelpdeskCodeForm, views};
use crate::http::{forms::Verified, page::Page, route::Answer};

/// The page stands only while a code is open for the person: nobody is sent here for nothing.
pub(crate) async fn show(page: Page, attempt: Token) -> Answer {
    let view = login::attempt(page.ctx(), page.tenant(), &attempt).await?;
    if !matches!(view.stage, Stage::SecondFactor(methods) if methods.helpdesk_code) {
        return Ok(page.lead_to("/login/code"));
    }
    let (time_left, tries_left) = (
        page.time_left(view.expires_at),
        u32::try_from(view.guesses_left).unwrap_or(0),
    );
    Ok(page
        .about(&view.login)
        .tries_left(tries_left)
        .show(|frame| views::LoginHelpdeskCode {
            frame,
            login: view.login,
            time_left,
            tries_left,
        }))
}

pub(crate) async fn submit(page: Page, attempt: Token, form: Verified<HelpdeskCodeForm>) -> Answer {
    let code = &form.helpdesk_code;
    match login::check_helpdesk_code(page.ctx(), page.tenant(), &page.origin(), &attempt, code)
        .await
    {
        Ok(session) => Ok(page.logged_in(&session)),
        Err(FlowError::Refused(over @ Refusal::HelpdeskCodeOver)) => {
            Ok(page.hand_on(&over, "/login/code"))
        }
        Err(error) => show(page.again(error)?, attempt).await,
    }
}
