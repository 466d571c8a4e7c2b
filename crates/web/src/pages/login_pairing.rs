//! `/login/pairing`: registering an app by two typed codes before the login is finished (K4, K8).

use warifu_domain::token::Token;
use warifu_flows::{login, pairing::OpenPairing};

use super::{
    code_form::CodeForm,
    pairing::{AppCodeForm, Place, write, write_app_code},
    set_up,
};
use crate::http::{
    errors::Failure,
    forms::{Button, Verified},
    page::Page,
    route::Answer,
};

async fn find(page: &Page, attempt: &Token) -> Result<Option<OpenPairing>, Failure> {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    Ok(login::find_pairing(ctx, tenant, &page.origin(), attempt).await?)
}

pub(crate) async fn show(page: Page, attempt: Token) -> Answer {
    Ok(match find(&page, &attempt).await? {
        Some(open) => write(page, open, Place::Login),
        None => page.lead_to("/login/set-up"),
    })
}

pub(crate) async fn show_app_code(page: Page, attempt: Token) -> Answer {
    ask_app_code(page, attempt, String::new()).await
}

async fn ask_app_code(page: Page, attempt: Token, device: String) -> Answer {
    Ok(match find(&page, &attempt).await? {
        Some(open) => write_app_code(page, open, Place::Login, device),
        None => page.lead_to("/login/set-up"),
    })
}

pub(crate) async fn start(page: Page, attempt: Token, _: Verified<Button>) -> Answer {
    login::start_pairing(page.ctx(), page.tenant(), &page.origin(), &attempt).await?;
    Ok(page.lead_to("/login/pairing"))
}

pub(crate) async fn submit_app_code(
    page: Page,
    attempt: Token,
    form: Verified<AppCodeForm>,
) -> Answer {
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    let AppCodeForm { app_code, device } = &*form;
    match login::type_app_code(ctx, tenant, &origin, &attempt, app_code, device).await {
        Ok(()) => Ok(page.lead_to("/login/pairing")),
        Err(error) => ask_app_code(page.again(error)?, attempt, device.clone()).await,
    }
}

pub(crate) async fn submit(mut page: Page, attempt: Token, form: Verified<CodeForm>) -> Answer {
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    match login::confirm_pairing(ctx, tenant, &origin, &attempt, &form.code).await {
        Ok((session, codes)) => {
            page.log_in(&session);
            Ok(set_up::finish(page, codes))
        }
        Err(error) => show(page.again(error)?, attempt).await,
    }
}

pub(crate) async fn abandon(page: Page, attempt: Token, _: Verified<Button>) -> Answer {
    login::abandon_pairing(page.ctx(), page.tenant(), &page.origin(), &attempt).await?;
    Ok(page.lead_to("/login/set-up"))
}
