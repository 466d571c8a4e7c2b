//! `/login/method` and `/login/email`: a code by mail in place of the app's (K3, K7).

use warifu_domain::{attempt::Stage, decide::Methods, token::Token};
use warifu_flows::{
    emailed_code,
    login::{self, AttemptView},
};

use super::{
    email::{EmailedCodeForm, asked_code},
    views::{self, FirstEnd},
};
use crate::http::{
    errors::Failure,
    forms::{Button, Verified},
    page::Page,
    route::Answer,
};

/// Where both methods are registered, the person chooses (K3); else the one there is comes at once.
pub(crate) async fn choose(page: Page, attempt: Token) -> Answer {
    let (view, methods) = match find(&page, &attempt).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(page.lead_to(elsewhere)),
    };
    if !methods.email {
        return Ok(page.lead_to("/login/code"));
    }
    if !methods.totp {
        return Ok(page.lead_to("/login/email"));
    }
    let login = view.login;
    Ok(page.show(|frame| views::LoginMethod {
        frame,
        login,
        backup_codes: methods.backup_code,
        helpdesk_code: methods.helpdesk_code,
    }))
}

pub(crate) async fn show(page: Page, attempt: Token) -> Answer {
    let (view, methods) = match find(&page, &attempt).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(page.lead_to(elsewhere)),
    };
    if !methods.email {
        return Ok(page.lead_to("/login/code"));
    }
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let found = emailed_code::method_in_attempt(ctx, tenant, &page.origin(), &attempt).await?;
    let code_ends = found.asked.as_ref().map(|asked| asked.ends);
    let (first_end, end) = match code_ends.filter(|ends| *ends < view.expires_at) {
        Some(ends) => (FirstEnd::Code, ends),
        None => (FirstEnd::Attempt, view.expires_at),
    };
    let asked = found.asked.map(|asked| asked_code(&page, &asked));
    let (time_left, tries_left, rules) = (
        page.time_left(end),
        u32::try_from(view.guesses_left).unwrap_or(0),
        tenant.policy.email_code.clone(),
    );
    let page = page.about(&view.login).at("/login/email");
    Ok(page.tries_left(tries_left).show(|frame| views::LoginEmail {
        frame,
        login: view.login,
        address: found.address,
        asked,
        digits: rules.digits,
        per_hour: rules.per_hour,
        time_left,
        first_end,
        tries_left,
        app: methods.totp,
        backup_codes: methods.backup_code,
        helpdesk_code: methods.helpdesk_code,
    }))
}

pub(crate) async fn send(page: Page, attempt: Token, _: Verified<Button>) -> Answer {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    match emailed_code::ask_in_attempt(ctx, tenant, &page.origin(), &attempt).await {
        Ok(()) => Ok(page.lead_to("/login/email")),
        Err(error) => show(page.again(error)?, attempt).await,
    }
}

pub(crate) async fn submit(page: Page, attempt: Token, form: Verified<EmailedCodeForm>) -> Answer {
    let (ctx, tenant, code) = (page.ctx(), page.tenant(), &form.emailed_code);
    match login::check_emailed_code(ctx, tenant, &page.origin(), &attempt, code).await {
        Ok(session) => Ok(page.logged_in(&session)),
        Err(error) => show(page.again(error)?, attempt).await,
    }
}

/// The attempt, if it waits for a second factor; else the page that it waits on.
async fn find(
    page: &Page,
    attempt: &Token,
) -> Result<Result<(AttemptView, Methods), &'static str>, Failure> {
    let view = login::attempt(page.ctx(), page.tenant(), attempt).await?;
    Ok(match view.stage {
        Stage::SecondFactor(methods) => Ok((view, methods)),
        Stage::Enrolment { .. } => Err("/login/set-up"),
    })
}
