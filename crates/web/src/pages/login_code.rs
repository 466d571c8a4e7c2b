//! `/login/code`: the code of the authenticator app.

use warifu_domain::{attempt::Stage, token::Token};
use warifu_flows::login;

use super::{code_form::CodeForm, set_up, views};
use crate::http::{forms::Verified, page::Page, route::Answer};

pub(crate) async fn show(page: Page, attempt: Token) -> Answer {
    let view = login::attempt(page.ctx(), page.tenant(), &attempt).await?;
    let methods = match view.stage {
        Stage::SecondFactor(methods) => methods,
        Stage::Enrolment { .. } => return Ok(page.lead_to("/login/set-up")),
    };
    // Without an app in use, the other method is the way (K3).
    if !methods.totp && methods.email {
        return Ok(page.pass_on("/login/email"));
    }
    let (digits, show_again, time_left) = (
        page.tenant().policy.totp.digits,
        page.tenant().policy.enrolment.show_again,
        page.time_left(view.expires_at),
    );
    let tries_left = u32::try_from(view.guesses_left).unwrap_or(0);
    Ok(page
        .about(&view.login)
        .at("/login/code")
        .tries_left(tries_left)
        .show(|frame| views::LoginCode {
            frame,
            login: view.login,
            digits,
            time_left,
            tries_left,
            suspended: !methods.totp,
            email: methods.email,
            backup_codes: methods.backup_code,
            show_again,
            helpdesk_code: methods.helpdesk_code,
        }))
}

pub(crate) async fn submit(page: Page, attempt: Token, form: Verified<CodeForm>) -> Answer {
    match login::check_code(
        page.ctx(),
        page.tenant(),
        &page.origin(),
        &attempt,
        &form.code,
    )
    .await
    {
        Ok(session) => Ok(page.logged_in(&session)),
        Err(error) => show(page.again(error)?, attempt).await,
    }
}

pub(crate) async fn show_again(mut page: Page, attempt: Token, form: Verified<CodeForm>) -> Answer {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    match login::show_again(ctx, tenant, &page.origin(), &attempt, &form.code).await {
        Ok((session, key)) => {
            page.log_in(&session);
            Ok(set_up::write_again(page, key))
        }
        Err(error) => show(page.again(error)?, attempt).await,
    }
}
