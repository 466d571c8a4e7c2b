//! `/operator/tenants/{managed}/{act}`: what an operator does to a tenant as a whole. Asked once, with what follows and how to
//! undo it.

use axum::response::Response;
use warifu_domain::permission::Operation;
use warifu_flows::{manage_tenants, session::SignedIn};

use super::managed;
use crate::{
    http::{
        errors::Rejection,
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    pages::views::{
        Notice,
        operator::{TenantAct, TenantActPage},
    },
};

/// An act as it was typed.
#[derive(Default)]
pub(crate) struct ActForm {
    reason: String,
    day: String,
    confirm: String,
}

impl Form for ActForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            reason: fields.text("reason"),
            day: fields.text("day"),
            confirm: fields.text("confirm"),
        })
    }
}

fn operation(act: TenantAct) -> Operation {
    match act {
        TenantAct::Schedule => Operation::ScheduleSecondFactor,
        TenantAct::Suspend | TenantAct::Resume => Operation::SuspendTenant,
        TenantAct::Delete | TenantAct::Keep => Operation::DeleteTenant,
    }
}

pub(crate) async fn ask(page: Page, who: SignedIn) -> Answer {
    let act = TenantAct::parse(page.segment("act")).ok_or(Rejection::NotFound)?;
    let tenant = managed(&page).await?;
    let by = page.manager(who, "");
    manage_tenants::check(page.ctx(), &by, &tenant, operation(act))?;
    Ok(write(
        page,
        act,
        &tenant.slug,
        &tenant.name,
        &ActForm::default(),
    ))
}

fn write(page: Page, act: TenantAct, slug: &str, name: &str, form: &ActForm) -> Response {
    page.show(|frame| TenantActPage {
        frame,
        act,
        slug: slug.to_owned(),
        name: name.to_owned(),
        reason: form.reason.clone(),
        day: form.day.clone(),
        confirm: form.confirm.clone(),
    })
}

pub(crate) async fn act(page: Page, who: SignedIn, form: Verified<ActForm>) -> Answer {
    let act = TenantAct::parse(page.segment("act")).ok_or(Rejection::NotFound)?;
    let tenant = managed(&page).await?;
    let by = page.manager(who, &form.reason);
    let (ctx, slug) = (page.ctx(), tenant.slug.as_str());
    let done = match act {
        TenantAct::Schedule => manage_tenants::schedule_second_factor(ctx, &by, slug, &form.day)
            .await
            .map(|()| Notice::SecondFactorScheduled),
        TenantAct::Suspend => manage_tenants::set_suspended(ctx, &by, slug, true)
            .await
            .map(|_| Notice::TenantSuspended),
        TenantAct::Resume => manage_tenants::set_suspended(ctx, &by, slug, false)
            .await
            .map(|_| Notice::TenantResumed),
        TenantAct::Delete => manage_tenants::mark_for_deletion(ctx, &by, slug, &form.confirm)
            .await
            .map(|_| Notice::TenantDeletionSet),
        TenantAct::Keep => manage_tenants::keep(ctx, &by, slug)
            .await
            .map(|_| Notice::TenantKept),
    };
    match done {
        Ok(notice) => Ok(page.done(&format!("/operator/tenants/{slug}"), notice)),
        Err(error) => {
            let page = page.again(error.into_flow_error())?;
            Ok(write(page, act, slug, &tenant.name, &form))
        }
    }
}
