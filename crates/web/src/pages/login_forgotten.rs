//! `/login/forgotten` and `/login/reset`: a new password by mail (C4, SEC-40).

use axum::response::Response;
use warifu_domain::{refusal::Refusal, token::Token, typed::Typed};
use warifu_flows::login;

use super::views::{self, Notice};
use crate::http::{
    access::Visitor,
    forms::{BadForm, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

/// Who forgot the password.
pub(crate) struct ForgottenForm {
    login: String,
}

impl Form for ForgottenForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            login: fields.text("login"),
        })
    }
}

/// The new password, with what the link carried.
pub(crate) struct ResetForm {
    token: Typed,
    new_password: Typed,
}

impl Form for ResetForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            token: fields.secret("token"),
            new_password: fields.secret("new_password"),
        })
    }
}

pub(crate) async fn show(page: Page, _: Visitor) -> Answer {
    if !page.tenant().policy.login.password_reset {
        return Ok(page.lead_to("/login"));
    }
    Ok(page.show(|frame| views::LoginForgotten { frame }))
}

pub(crate) async fn submit(page: Page, _: Visitor, form: Verified<ForgottenForm>) -> Answer {
    login::ask_reset(page.ctx(), page.tenant(), &page.origin(), &form.login).await?;
    Ok(page.done("/login", Notice::ResetAsked))
}

pub(crate) async fn open_link(page: Page, _: Visitor) -> Answer {
    let token = page.query().secret("token");
    write(page, &token).await
}

pub(crate) async fn reset(page: Page, _: Visitor, form: Verified<ResetForm>) -> Answer {
    let token = read(&form.token)?;
    let (ctx, tenant) = (page.ctx(), page.tenant());
    match login::reset(ctx, tenant, &page.origin(), &token, &form.new_password).await {
        Ok(()) => Ok(page.done("/login", Notice::PasswordReset)),
        Err(error) => write(page.again(error)?, &form.token).await,
    }
}

async fn write(page: Page, token: &Typed) -> Result<Response, crate::http::errors::Failure> {
    let min = login::reset_page(page.ctx(), page.tenant(), &read(token)?).await?;
    Ok(page.show(|frame| views::PasswordReset {
        frame,
        token: token.to_string(),
        min: u32::try_from(min).unwrap_or(u32::MAX),
    }))
}

fn read(token: &Typed) -> Result<Token, Refusal> {
    Token::parse(token).ok_or(Refusal::ResetLinkVoid)
}
