//! `/operator/tenants/{managed}/rescue`: helping an administrator who is locked out (W7, SEC-42).

use axum::response::Response;
use warifu_domain::{
    operating::IdentityCheck, permission::Operation, refusal::Refusal, user::Login,
};
use warifu_flows::{
    By, FlowError, manage_tenants,
    manage_users::ManageError,
    rescue::{self, Rescue},
    session::SignedIn,
};

use super::managed;
use crate::{
    http::{
        errors::{Failure, Rejection},
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::views::{
        Notice,
        operator::{RescuePage, WaitingRescue},
    },
};

/// An identity check as it was typed.
#[derive(Default)]
pub(crate) struct RescueForm {
    login: String,
    company: String,
    email: String,
    how: String,
}

impl Form for RescueForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            login: fields.text("login"),
            company: fields.text("company"),
            email: fields.text("email"),
            how: fields.text("how"),
        })
    }
}

/// What becomes of a rescue that waits.
pub(crate) struct WaitingForm {
    login: String,
    reason: String,
}

impl Form for WaitingForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            login: fields.text("login"),
            reason: fields.text("reason"),
        })
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let tenant = managed(&page).await?;
    let by = page.manager(who, "");
    manage_tenants::check(page.ctx(), &by, &tenant, Operation::RescueAdministrator)?;
    let form = RescueForm {
        login: page.query().text("login"),
        ..RescueForm::default()
    };
    write(page, &by, &form).await
}

async fn write(page: Page, by: &By, form: &RescueForm) -> Result<Response, Failure> {
    let tenant = managed(&page).await?;
    let administrators = rescue::administrators(page.ctx(), by, &tenant).await?;
    let login_of = |user| {
        let row = administrators.iter().find(|row| row.id == user);
        row.map(|row| row.login.clone()).unwrap_or_default()
    };
    let waiting = rescue::waiting(page.ctx(), by, &tenant).await?;
    let waiting = waiting
        .into_iter()
        .map(|waiting| WaitingRescue {
            login: login_of(waiting.rescue.user),
            statement: waiting.rescue.statement,
            asked_by: waiting.asked_by,
            is_own: waiting.is_own,
            asked_at: page.minute(waiting.rescue.asked_at),
            expires_at: page.minute(waiting.rescue.expires_at),
        })
        .collect();
    let logins = administrators
        .iter()
        .map(|row| (row.login.clone(), row.login == form.login))
        .collect();
    let needs_second = page.visit.state.settings.operation.rescue == rescue::Approval::Two;
    Ok(page.show(|frame| RescuePage {
        frame,
        slug: tenant.slug.clone(),
        name: tenant.name.clone(),
        logins,
        company: form.company.clone(),
        email: form.email.clone(),
        how: form.how.clone(),
        needs_second,
        waiting,
    }))
}

pub(crate) async fn ask(page: Page, who: SignedIn, form: Verified<RescueForm>) -> Answer {
    let tenant = managed(&page).await?;
    // How the caller was checked is the reason.
    let by = page.manager(who, &form.how);
    let login = read_login(&form.login)?;
    let check = IdentityCheck {
        company: form.company.clone(),
        email: form.email.clone(),
        how: form.how.clone(),
    };
    let approval = page.visit.state.settings.operation.rescue;
    match rescue::ask(page.ctx(), &tenant, &by, &login, &check, approval).await {
        Ok(Rescue::Done) => Ok(page.done(&at(&tenant.slug), Notice::AdministratorRescued)),
        Ok(Rescue::WaitsForSecond) => {
            let path = format!("{}/rescue", at(&tenant.slug));
            Ok(page.done(&path, Notice::RescueAsked))
        }
        Err(error) => write(page.again(for_page(error)?)?, &by, &form).await,
    }
}

pub(crate) async fn approve(page: Page, who: SignedIn, form: Verified<WaitingForm>) -> Answer {
    let tenant = managed(&page).await?;
    let by = page.manager(who, &form.reason);
    let login = read_login(&form.login)?;
    match rescue::approve(page.ctx(), &tenant, &by, &login).await {
        Ok(()) => Ok(page.done(&at(&tenant.slug), Notice::AdministratorRescued)),
        Err(error) => write(page.again(for_page(error)?)?, &by, &RescueForm::default()).await,
    }
}

pub(crate) async fn withdraw(page: Page, who: SignedIn, form: Verified<WaitingForm>) -> Answer {
    let tenant = managed(&page).await?;
    let by = page.manager(who, &form.reason);
    let login = read_login(&form.login)?;
    match rescue::withdraw(page.ctx(), &tenant, &by, &login).await {
        Ok(_) => Ok(page.done(&at(&tenant.slug), Notice::RescueWithdrawn)),
        Err(error) => write(page.again(for_page(error)?)?, &by, &RescueForm::default()).await,
    }
}

fn at(slug: &str) -> String {
    format!("/operator/tenants/{slug}")
}

/// The page offers only login IDs that there are.
fn read_login(text: &str) -> Result<Login, Failure> {
    Login::parse(text).map_err(|_| Rejection::MalformedForm.into())
}

fn for_page(error: ManageError) -> Result<FlowError, Failure> {
    match error {
        ManageError::Fault(fault) => Err(FlowError::Fault(fault).into()),
        ManageError::Refused(refusal) => Ok(FlowError::Refused(refusal)),
        _ => Ok(FlowError::Refused(Refusal::Operating(
            warifu_domain::operating::Unfit::Overtaken,
        ))),
    }
}
