//! `/account/own-switch`: whether the person uses the second factor at all (K1).

use warifu_flows::{FlowError, enrol, own_switch, session::SignedIn};

use super::views::{self, Notice};
use crate::http::{
    forms::{Button, Verified},
    page::Page,
    route::Answer,
};

/// The choice of the account page leads to the question.
pub(crate) async fn choose(page: Page, _: SignedIn) -> Answer {
    let on = page.query().get("use") == Some("on");
    Ok(page.lead_to(path(on)))
}

/// The question, with what the answer means. The proof is asked for before it.
pub(crate) async fn show(page: Page, who: SignedIn, on: bool) -> Answer {
    own_switch::may_switch(page.tenant(), &who, on, page.now())?;
    let policy = &page.tenant().policy;
    let (mail_programs, nothing_registered) = (policy.mail.windows, !who.has_second_factor());
    Ok(page.show(|frame| views::OwnSwitch {
        frame,
        login: who.login,
        on,
        mail_programs,
        nothing_registered,
    }))
}

pub(crate) async fn submit(page: Page, who: SignedIn, _: Verified<Button>, on: bool) -> Answer {
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    match own_switch::switch(ctx, tenant, &origin, &who, on).await {
        Ok(()) if !on => Ok(page.done("/account", Notice::SwitchedOff)),
        Ok(()) => {
            let is_next = !who.has_second_factor() && starts_set_up(&page, &who).await?;
            let path = if is_next {
                "/account/set-up"
            } else {
                "/account"
            };
            Ok(page.done(path, Notice::SwitchedOn))
        }
        Err(error) => show(page.again(error)?, who, on).await,
    }
}

/// The set-up that the question has announced. The proof that the switch needed is good for it, too.
async fn starts_set_up(page: &Page, who: &SignedIn) -> Result<bool, FlowError> {
    match enrol::start_totp(page.ctx(), page.tenant(), &page.origin(), who).await {
        Ok(()) => Ok(true),
        Err(FlowError::Refused(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

fn path(on: bool) -> &'static str {
    match on {
        true => "/account/own-switch/on",
        false => "/account/own-switch/off",
    }
}
