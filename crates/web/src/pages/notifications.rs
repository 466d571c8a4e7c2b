//! `/account/notifications`: the mail addresses to which notices about the own account go (SEC-43).

use axum::response::Response;
use warifu_domain::typed::Typed;
use warifu_flows::{FlowError, notification_addresses as addresses, session::SignedIn};

use super::views::{self, Notice, NotificationRow};
use crate::http::{
    errors::Failure,
    forms::{BadForm, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

const HERE: &str = "/account/notifications";

/// An address to be added.
pub(crate) struct AddForm {
    email: String,
}

impl Form for AddForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            email: fields.text("email").to_owned(),
        })
    }
}

/// The code of an address.
pub(crate) struct ConfirmForm {
    id: i64,
    code: Typed,
}

impl Form for ConfirmForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            id: read_id(fields)?,
            code: fields.secret("code"),
        })
    }
}

/// An address to be removed.
pub(crate) struct RemoveForm {
    id: i64,
}

impl Form for RemoveForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            id: read_id(fields)?,
        })
    }
}

fn read_id(fields: &Fields) -> Result<i64, BadForm> {
    let id = fields.get("address").and_then(|id| id.parse().ok());
    id.ok_or(BadForm::Malformed)
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    addresses::may_change(page.ctx(), &who)?;
    write(page, &who, String::new()).await
}

pub(crate) async fn add(page: Page, who: SignedIn, form: Verified<AddForm>) -> Answer {
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    let added = addresses::add(ctx, tenant, &origin, &who, &form.email).await;
    let email = form.into_inner().email;
    after(page, who, added, (Notice::AddressAdded, email)).await
}

pub(crate) async fn confirm(page: Page, who: SignedIn, form: Verified<ConfirmForm>) -> Answer {
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    let confirmed = addresses::confirm(ctx, tenant, &origin, &who, form.id, &form.code).await;
    let done = (Notice::AddressConfirmed, String::new());
    after(page, who, confirmed, done).await
}

pub(crate) async fn remove(page: Page, who: SignedIn, form: Verified<RemoveForm>) -> Answer {
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    let removed = addresses::remove(ctx, tenant, &origin, &who, form.id).await;
    let done = (Notice::AddressRemoved, String::new());
    after(page, who, removed, done).await
}

/// Leads back with what was done, or shows the page again with the refusal and what was typed.
async fn after(
    page: Page,
    who: SignedIn,
    outcome: Result<(), FlowError>,
    (notice, typed): (Notice, String),
) -> Answer {
    match outcome {
        Ok(()) => Ok(page.done(HERE, notice)),
        Err(error) => write(page.again(error)?, &who, typed).await,
    }
}

async fn write(page: Page, who: &SignedIn, typed: String) -> Result<Response, Failure> {
    let all = addresses::list(page.ctx(), page.tenant(), who).await?;
    let may_add = addresses::may_add(&all);
    let rows = all.into_iter().map(|one| NotificationRow {
        id: one.id,
        address: one.address,
        waits_until: one.waits_until.map(|until| page.minute(until)),
    });
    let rows = rows.collect();
    Ok(page.show(|frame| views::Notifications {
        frame,
        rows,
        may_add,
        typed,
    }))
}
