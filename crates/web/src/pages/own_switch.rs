//! `/account/own-switch`: whether the person uses the second factor at all (K1).

use warifu_flows::{own_switch, session::SignedIn};

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
    let (mail_programs, nothing_registered) =
        (policy.mail.windows, !who.has_totp && !who.has_email);
    Ok(page.show(|frame| views::OwnSwitch {
        frame,
        login: who.login,
        on,
        mail_programs,
        nothing_registered,
    }))
}

pub(crate) async fn submit(page: Page, who: SignedIn, _: Verified<Button>, on: bool) -> Answer {
    match own_switch::switch(page.ctx(), page.tenant(), &page.origin(), &who, on).await {
        Ok(()) => {
            let notice = match on {
                true => Notice::SwitchedOn,
                false => Notice::SwitchedOff,
            };
            Ok(page.done("/account", notice))
        }
        Err(error) => show(page.again(error)?, who, on).await,
    }
}

fn path(on: bool) -> &'static str {
    match on {
        true => "/account/own-switch/on",
        false => "/account/own-switch/off",
    }
}
