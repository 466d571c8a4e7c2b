//! `/login`: login ID and password.

use axum::response::Response;
use warifu_domain::{policy::CodeField, typed::Typed};
use warifu_flows::login::{self, LoginStep, PasswordForm};

use super::views;
use crate::http::{
    access::Visitor,
    forms::{BadForm, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

/// The fields of the login form.
#[derive(Default)]
pub(crate) struct LoginForm {
    login: String,
    password: Typed,
    code: Typed,
    remember: bool,
}

impl Form for LoginForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            login: fields.text("login"),
            password: fields.secret("password"),
            code: fields.secret("code"),
            remember: fields.is_ticked("remember"),
        })
    }
}

pub(crate) async fn show(page: Page, _: Visitor) -> Answer {
    Ok(write(page, LoginForm::default()))
}

pub(crate) async fn submit(mut page: Page, _: Visitor, form: Verified<LoginForm>) -> Answer {
    let typed = PasswordForm {
        login: form.login.clone(),
        password: form.password.clone(),
        code: is_on_this_page(&page).then(|| form.code.clone()),
        remember: form.remember,
        known_browser: page.known_browser(),
    };
    match login::start(page.ctx(), page.tenant(), &page.origin(), typed).await {
        Ok(LoginStep::SignedIn(session)) => Ok(page.logged_in(&session)),
        Ok(LoginStep::Challenge(attempt, refusal)) => {
            page.begin_attempt(&attempt);
            Ok(match refusal {
                Some(refusal) => page.hand_on(&refusal, "/login/code"),
                None => page.lead_to("/login/code"),
            })
        }
        Ok(LoginStep::Enrol(attempt)) => {
            page.begin_attempt(&attempt);
            Ok(page.lead_to("/login/set-up"))
        }
        Err(error) => Ok(write(
            page.again(error)?.about(&form.login),
            form.into_inner(),
        )),
    }
}

/// The page with what was typed, except secrets.
fn write(page: Page, typed: LoginForm) -> Response {
    let policy = &page.tenant().policy;
    let remember = policy.login.remember_me.then_some(typed.remember);
    let code_digits = is_on_this_page(&page).then_some(policy.totp.digits);
    page.show(|frame| views::Login {
        frame,
        login: typed.login,
        remember,
        code_digits,
        code_open: !typed.code.is_empty(),
    })
}

fn is_on_this_page(page: &Page) -> bool {
    page.tenant().policy.login.code_field == CodeField::SamePage
}
