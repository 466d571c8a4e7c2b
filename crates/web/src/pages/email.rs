//! `/account/email`: the private mail address to which codes are sent (K6).

use axum::response::Response;
use warifu_domain::{policy::EmailSender, typed::Typed};
use warifu_flows::{emailed_code::AskedCode, private_address, session::SignedIn};

use super::views::{self, Notice};
use crate::http::{
    errors::Failure,
    forms::{BadForm, Button, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

/// The address, as typed.
pub(crate) struct AddressForm {
    private_address: String,
}

impl Form for AddressForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            private_address: fields.text("private_address"),
        })
    }
}

/// A code that was sent by mail.
pub(crate) struct EmailedCodeForm {
    pub(crate) emailed_code: Typed,
}

impl Form for EmailedCodeForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            emailed_code: fields.secret("emailed_code"),
        })
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    private_address::may_register(page.tenant(), &who, page.now())?;
    write(page, who, String::new(), false).await
}

/// After the registration of an app: the other method is offered, and may be left for later (K8).
pub(crate) async fn offer(page: Page, who: SignedIn) -> Answer {
    let is_due = private_address::is_offered(page.tenant(), &who) && !who.has_email;
    if !is_due || private_address::may_register(page.tenant(), &who, page.now()).is_err() {
        return Ok(page.done("/account", Notice::TurnedOn));
    }
    write(page, who, String::new(), true).await
}

pub(crate) async fn register(page: Page, who: SignedIn, form: Verified<AddressForm>) -> Answer {
    let typed = &form.private_address;
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    match private_address::register(ctx, tenant, &origin, &who, typed).await {
        Ok(()) => Ok(page.lead_to("/account/email")),
        Err(error) => write(page.again(error)?, who, typed.clone(), false).await,
    }
}

pub(crate) async fn confirm(
    mut page: Page,
    who: SignedIn,
    form: Verified<EmailedCodeForm>,
) -> Answer {
    let typed = &form.emailed_code;
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    match private_address::confirm(ctx, tenant, &origin, &who, typed).await {
        Ok(session) => {
            page.sign_in(&session);
            Ok(page.done("/account", Notice::EmailConfirmed))
        }
        Err(error) => write(page.again(error)?, who, String::new(), false).await,
    }
}

/// The question before the address is removed.
pub(crate) async fn ask_removal(page: Page, who: SignedIn) -> Answer {
    private_address::may_remove(page.tenant(), &who, page.now())?;
    let found = private_address::find(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    let Some((address, _)) = found.current else {
        return Ok(page.lead_to("/account"));
    };
    Ok(page.show(|frame| views::EmailRemove {
        frame,
        login: who.login,
        address,
        has_app: who.has_totp,
    }))
}

pub(crate) async fn remove(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    private_address::remove(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    Ok(page.done("/account", Notice::EmailRemoved))
}

/// A code that was asked for, for a page.
pub(crate) fn asked_code(page: &Page, asked: &AskedCode) -> views::AskedCode {
    let (now, times) = (page.now(), &page.site().times);
    let wait = (asked.again_from - now).0.max(0);
    views::AskedCode {
        request: asked.request.clone(),
        address: asked.address.clone(),
        ends: times.clock_second(asked.ends.0),
        again_from: (wait > 0).then(|| times.clock_second(asked.again_from.0)),
        wait: u32::try_from(wait / 1000).unwrap_or(u32::MAX),
    }
}

async fn write(
    page: Page,
    who: SignedIn,
    typed: String,
    is_offer: bool,
) -> Result<Response, Failure> {
    let found = private_address::find(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    let asked = found.asked.map(|asked| asked_code(&page, &asked));
    let policy = &page.tenant().policy;
    let domains = policy.email_code.refused_domains.join("、");
    let (digits, is_own_sender) = (
        policy.email_code.digits,
        // Before the tenant has named its domains, nobody's own address is taken for a sender.
        policy.email_code.sender == EmailSender::OwnAddress && !domains.is_empty(),
    );
    Ok(page.at("/account/email").show(|frame| views::Email {
        frame,
        current: found.current.map(|(address, _)| address),
        asked,
        typed,
        is_offer,
        domains,
        digits,
        is_own_sender,
    }))
}
