//! `/operator/tenants`: the organisations of this server, one of them, and a new one.

use warifu_domain::{
    operating::Unfit,
    password::PasswordTerm,
    permission::Operation,
    policy::{PRESETS, Preset},
    refusal::Refusal,
    typed::Typed,
    user::{Login, Role},
};
use warifu_flows::{FlowError, manage_tenants, manage_users::NewPerson, rescue, session::SignedIn};
use warifu_storage::TenantRow;

use super::managed;
use crate::{
    http::{
        errors::Failure,
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::views::{
        Notice,
        operator::{Administrator, NewTenant, TenantDetails, TenantLine, TenantList, TenantState},
    },
};

/// Tenants on one page.
const PAGE: i64 = 50;

pub(crate) async fn list(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let after = page.query().text("after");
    let listed = manage_tenants::list_tenants(page.ctx(), &after, PAGE + 1).await;
    let listed = listed.map_err(manage_tenants::TenantError::into_flow_error)?;
    let mut rows = Vec::new();
    for tenant in listed.into_iter().take(PAGE as usize) {
        let row = row_of(&page, &tenant.slug).await?;
        let tenant = std::sync::Arc::new(tenant);
        let counts = manage_tenants::count_people(page.ctx(), &by, &tenant).await?;
        rows.push(TenantLine {
            slug: tenant.slug.clone(),
            name: tenant.name.clone(),
            state: state_of(&row),
            people: counts.people,
            with_factor: counts.with_factor,
        });
    }
    let next = (rows.len() == PAGE as usize)
        .then(|| rows.last().map(|row| row.slug.clone()))
        .flatten();
    Ok(page.show(|frame| TenantList { frame, rows, next }))
}

/// The stored row of a tenant.
pub(super) async fn row_of(page: &Page, slug: &str) -> Result<TenantRow, Failure> {
    let row = manage_tenants::show_tenant(page.ctx(), slug).await;
    Ok(row.map_err(manage_tenants::TenantError::into_flow_error)?)
}

pub(super) fn state_of(row: &TenantRow) -> TenantState {
    match (row.delete_at, row.suspended) {
        (Some(_), _) => TenantState::ToBeDeleted,
        (None, true) => TenantState::Suspended,
        (None, false) => TenantState::Active,
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let tenant = managed(&page).await?;
    let by = page.manager(who, "");
    let row = row_of(&page, &tenant.slug).await?;
    let counts = manage_tenants::count_people(page.ctx(), &by, &tenant).await?;
    let administrators = rescue::administrators(page.ctx(), &by, &tenant).await?;
    let administrators = administrators
        .into_iter()
        .map(|row| Administrator {
            login: row.login,
            name: row.name,
            disabled: row.disabled,
            has_app: row.has_app,
        })
        .collect();
    let waiting = rescue::waiting(page.ctx(), &by, &tenant).await?;
    let second_factor = &tenant.policy.second_factor;
    let delete_at = row.delete_at.map(|at| page.minute(at));
    let added_at = page.minute(row.created_at);
    let required_from = second_factor.required_from.map(|at| page.minute(at));
    let is_own = page.tenant().id == tenant.id;
    Ok(page.show(|frame| TenantDetails {
        frame,
        slug: tenant.slug.clone(),
        name: tenant.name.clone(),
        state: state_of(&row),
        delete_at,
        added_at,
        enrolment: second_factor.enrolment,
        required_from,
        people: counts.people,
        with_factor: counts.with_factor,
        sessions: counts.sessions,
        is_own,
        administrators,
        rescue_waits: !waiting.is_empty(),
    }))
}

/// A new tenant as it was typed.
pub(crate) struct TenantForm {
    slug: String,
    name: String,
    preset: String,
    login: String,
    email: String,
    password: Typed,
}

impl Form for TenantForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            slug: fields.text("slug"),
            name: fields.text("name"),
            preset: fields.text("preset"),
            login: fields.text("login"),
            email: fields.text("email"),
            password: fields.secret("new_password"),
        })
    }
}

pub(crate) async fn ask(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    manage_tenants::check(page.ctx(), &by, page.tenant(), Operation::AddTenant)?;
    let form = TenantForm {
        slug: String::new(),
        name: String::new(),
        preset: "default".to_owned(),
        login: String::new(),
        email: String::new(),
        password: Typed::default(),
    };
    Ok(write(page, &form))
}

fn write(page: Page, form: &TenantForm) -> axum::response::Response {
    let presets = PRESETS
        .iter()
        .map(|preset| (preset.name.to_owned(), preset.name == form.preset))
        .collect();
    page.show(|frame| NewTenant {
        frame,
        slug: form.slug.clone(),
        name: form.name.clone(),
        presets,
        login: form.login.clone(),
        email: form.email.clone(),
    })
}

pub(crate) async fn add(page: Page, who: SignedIn, form: Verified<TenantForm>) -> Answer {
    let by = page.manager(who, "");
    let unfit = FlowError::Refused(Refusal::Operating(Unfit::FirstPerson));
    let Ok(login) = Login::parse(&form.login) else {
        return Ok(write(page.again(unfit)?, &form));
    };
    let first = NewPerson {
        login,
        name: String::new(),
        email: Some(form.email.trim().to_owned()).filter(|email| !email.is_empty()),
        role: Role::Administrator,
        password: form.password.to_string(),
        // The operator knows it.
        password_term: PasswordTerm::Temporary,
    };
    let preset = Preset::find(&form.preset).map_or("", |preset| preset.text);
    let (slug, name) = (form.slug.trim(), form.name.trim());
    match manage_tenants::found_tenant(page.ctx(), &by, slug, name, preset, first).await {
        Ok(tenant) => {
            let path = format!("/operator/tenants/{}", tenant.slug);
            Ok(page.done(&path, Notice::TenantAdded))
        }
        Err(error) => Ok(write(page.again(error.into_flow_error())?, &form)),
    }
}
