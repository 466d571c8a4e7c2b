//! `/login` and `/admin/login`: login ID and password. The page that all tenants share is `common_login.rs`.

use axum::response::Response;
use warifu_domain::{
    policy::{AdministratorEntrance, CodeField, Door},
    typed::Typed,
};
use warifu_flows::login::{self, LoginStep, PasswordForm};

use super::views;
use crate::http::{
    access::Visitor,
    cookies::{Kind, Life},
    errors::Failure,
    forms::{BadForm, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

/// The fields of the login form.
#[derive(Default)]
pub(crate) struct LoginForm {
    pub(super) login: String,
    pub(super) password: Typed,
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
    let page = name_ended(page).await?;
    Ok(write(page, LoginForm::default(), Door::Everybodys))
}

pub(crate) async fn submit(page: Page, _: Visitor, form: Verified<LoginForm>) -> Answer {
    check(page, form.into_inner(), Door::Everybodys).await
}

/// `/admin/login`: leads to the one login page, unless administrators have their own (G2).
pub(crate) async fn show_own(page: Page, _: Visitor) -> Answer {
    if !is_there(&page) {
        return Ok(page.lead_to("/login"));
    }
    let page = name_ended(page).await?;
    Ok(write(page, LoginForm::default(), Door::Administrators))
}

/// Where the page says why an attempt ended, it says whose it was: that is what people are asked for (G7).
async fn name_ended(page: Page) -> Result<Page, Failure> {
    let Some(attempt) = page.ended_attempt() else {
        return Ok(page);
    };
    Ok(
        match login::owner_of_ended(page.ctx(), page.tenant(), attempt).await? {
            Some(owner) => page.about(&owner),
            None => page,
        },
    )
}

pub(crate) async fn submit_own(page: Page, _: Visitor, form: Verified<LoginForm>) -> Answer {
    if !is_there(&page) {
        return Ok(page.lead_to("/login"));
    }
    check(page, form.into_inner(), Door::Administrators).await
}

fn is_there(page: &Page) -> bool {
    page.tenant().policy.entrances.administrators == AdministratorEntrance::Own
}

async fn check(mut page: Page, form: LoginForm, door: Door) -> Answer {
    let typed = PasswordForm {
        login: form.login.clone(),
        password: form.password.clone(),
        code: is_on_this_page(&page).then(|| form.code.clone()),
        remember: form.remember,
        known_browser: page.known_browser(),
        door,
    };
    match login::start(page.ctx(), page.tenant(), &page.origin(), typed).await {
        Ok(step) => {
            // So that the way back from a later page leads to the same door.
            match door {
                Door::Administrators => page.keep(Kind::Door, "administrators", Life::Visit),
                Door::Everybodys if page.visit.jar.door => page.drop_cookie(Kind::Door),
                Door::Everybodys => {}
            }
            Ok(go_on(page, step))
        }
        Err(error) => Ok(write(page.again(error)?.about(&form.login), form, door)),
    }
}

/// Where the right password leads.
pub(super) fn go_on(mut page: Page, step: LoginStep) -> Response {
    match step {
        LoginStep::SignedIn(session) => page.logged_in(&session),
        LoginStep::Challenge(attempt, refusal) => {
            page.begin_attempt(&attempt);
            match refusal {
                Some(refusal) => page.hand_on(&refusal, "/login/code"),
                None if page.tenant().policy.email_code.enabled => page.lead_to("/login/method"),
                None => page.lead_to("/login/code"),
            }
        }
        LoginStep::Enrol(attempt) => {
            page.begin_attempt(&attempt);
            page.lead_to("/login/set-up")
        }
    }
}

/// The page with what was typed, except secrets.
fn write(page: Page, typed: LoginForm, door: Door) -> Response {
    let policy = &page.tenant().policy;
    let remember = policy.login.remember_me.then_some(typed.remember);
    let password_reset = policy.login.password_reset;
    let code_digits = is_on_this_page(&page).then_some(policy.totp.digits);
    page.show(|frame| views::Login {
        frame,
        login: typed.login,
        place: match door {
            Door::Everybodys => views::LoginPlace::Tenant,
            Door::Administrators => views::LoginPlace::Administrators,
        },
        remember,
        code_digits,
        code_open: !typed.code.is_empty(),
        password_reset,
    })
}

fn is_on_this_page(page: &Page) -> bool {
    page.tenant().policy.login.code_field == CodeField::SamePage
}
