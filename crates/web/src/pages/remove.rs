//! `/account/remove`: switching two-factor off.

use warifu_domain::{policy::Reauthentication, typed::Typed};
use warifu_flows::{account, enrol, private_address, session::SignedIn};

use super::{
    pairing::paired_app,
    views::{self, Afterwards, Notice},
};
use crate::http::{
    forms::{BadForm, Button, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

/// The answer to the question.
pub(crate) struct RemoveForm {
    /// Where the policy asks for it (C6).
    password: Typed,
}

impl Form for RemoveForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            password: fields.secret("password"),
        })
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    enrol::may_remove(page.tenant(), &who, page.now())?;
    let overview = account::overview(page.ctx(), page.tenant(), &who).await?;
    let Some(app) = overview.totp else {
        return Ok(page.lead_to("/account"));
    };
    let codes = overview.backup_codes;
    let asks_password = page.tenant().policy.removal.reauthentication == Reauthentication::Password;
    let afterwards = match overview.own_switch {
        _ if mail_stays(&page, &who) => Afterwards::Mail,
        Some(switch) if switch.on => Afterwards::SetUp,
        _ => Afterwards::Password,
    };
    Ok(page.show(|frame| views::Remove {
        frame,
        login: who.login,
        paired: app.paired.map(paired_app),
        afterwards,
        codes_left: (codes.of > 0).then_some(codes.left),
        asks_password,
    }))
}

pub(crate) async fn submit(page: Page, who: SignedIn, form: Verified<RemoveForm>) -> Answer {
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let notice = match mail_stays(&page, &who) {
        true => Notice::AppRemoved,
        false if tenant.policy.second_factor.own_switch => Notice::AppUnregistered,
        false => Notice::TurnedOff,
    };
    match enrol::remove_totp(ctx, tenant, &page.origin(), &who, &form.password).await {
        Ok(()) => Ok(page.done("/account", notice)),
        Err(error) => show(page.again(error)?, who).await,
    }
}

/// Whether the person's other method is asked for without the app (K3).
fn mail_stays(page: &Page, who: &SignedIn) -> bool {
    who.has_email && private_address::is_offered(page.tenant(), who)
}

pub(crate) async fn reactivate(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    enrol::reactivate_totp(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    Ok(page.done("/account", Notice::AppReactivated))
}
