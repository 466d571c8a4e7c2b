//! `/login` outside of all tenants: the login ID decides whose person it is (G2).

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use warifu_domain::{ids::TenantId, policy::Door, refusal::Refusal, token::Token};
use warifu_flows::{
    FlowError, Origin, entrances,
    login::{self, PasswordForm},
};

use super::{
    login::{LoginForm, go_on},
    views,
};
use crate::{
    http::{
        cookies::{Kind, Life},
        errors::{facts, note_refusal},
        form_token::Bearer,
        forms::Verified,
        page::Page,
        route::Answer,
        visit::Visit,
    },
    text::Language,
};

pub(crate) async fn show(visit: Arc<Visit>) -> Answer {
    Ok(write(&visit, "", None))
}

pub(crate) async fn submit(visit: Arc<Visit>, form: Verified<LoginForm>) -> Answer {
    let ctx = &visit.state.ctx;
    let tenant = entrances::tenant_of_login(ctx, &form.login).await?;
    let jar = visit.jar_of(&tenant);
    let origin = Origin {
        session: jar.session.as_ref().map(Token::hash),
        ..visit.origin_in(tenant.policy.locale.language.into())
    };
    let typed = PasswordForm {
        login: form.login.clone(),
        password: form.password.clone(),
        code: None,
        remember: false,
        known_browser: jar.device,
        door: Door::Everybodys,
    };
    match login::start(ctx, &tenant, &origin, typed).await {
        Ok(step) => {
            let language = visit.language(Language::Ja);
            let site = visit.welcome_to(tenant)?;
            let mut page = Page::new(visit, site);
            page.keep(Kind::Language, language.tag(), Life::Visit);
            Ok(go_on(page, step))
        }
        Err(FlowError::Refused(refusal)) => Ok(write(&visit, &form.login, Some(&refusal))),
        Err(fault) => Err(fault.into()),
    }
}

/// The page with what was typed, except the password. It says nothing of any tenant: whose login ID it is, is not told (SEC-49).
fn write(visit: &Visit, login: &str, refusal: Option<&Refusal>) -> Response {
    let mut frame = visit.frame();
    frame.form_token = visit.form_token(TenantId::NOBODYS, Bearer::Visitor);
    if let Some(refusal) = refusal {
        note_refusal(visit, refusal);
        frame = frame.with_problem(refusal.code(), Some(login), &facts(visit, refusal));
    }
    let mut response = visit.render(&views::Login {
        frame,
        login: login.to_owned(),
        place: views::LoginPlace::Common,
        remember: None,
        code_digits: None,
        code_open: false,
        password_reset: false,
    });
    if refusal.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}
