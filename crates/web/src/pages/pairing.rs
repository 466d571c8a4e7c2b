//! `/account/pairing`: registering an app by two typed codes (K4). The pages of a login that asks for it are written here, too.

use axum::response::Response;
use warifu_domain::{
    pairing::{APP_CODES, Order, PairedName, WRONG_CODES},
    refusal::Refusal,
    typed::Typed,
};
use warifu_flows::{
    pairing::{self, OpenPairing},
    session::SignedIn,
};

use super::{
    code_form::CodeForm,
    set_up,
    views::{self, Notice, PairedApp},
};
use crate::http::{
    forms::{BadForm, Button, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

/// An app code, as typed, and what the device is called. The code is never written into a page again.
pub(crate) struct AppCodeForm {
    pub(crate) app_code: Typed,
    pub(crate) device: String,
}

impl Form for AppCodeForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            app_code: fields.secret("app_code"),
            device: fields.text("device"),
        })
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let found = pairing::find(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    match found {
        Some(open) => Ok(write(page, open, Place::Account)),
        None => none_open(page, &who),
    }
}

pub(crate) async fn show_app_code(page: Page, who: SignedIn) -> Answer {
    ask_app_code(page, who, String::new()).await
}

async fn ask_app_code(page: Page, who: SignedIn, device: String) -> Answer {
    let found = pairing::find(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    match found {
        Some(open) => Ok(write_app_code(page, open, Place::Account, device)),
        None => none_open(page, &who),
    }
}

/// Where nothing else is open to the person, the proof leads on to a new pairing.
fn none_open(page: Page, who: &SignedIn) -> Answer {
    match who.must_enrol() {
        true => Err(Refusal::ProofNeeded.into()),
        false => Ok(page.lead_to("/account")),
    }
}

pub(crate) async fn start(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    pairing::start(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    Ok(page.lead_to("/account/pairing"))
}

pub(crate) async fn submit_app_code(
    page: Page,
    who: SignedIn,
    form: Verified<AppCodeForm>,
) -> Answer {
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    let AppCodeForm { app_code, device } = &*form;
    match pairing::type_app_code(ctx, tenant, &origin, &who, app_code, device).await {
        Ok(()) => Ok(page.lead_to("/account/pairing")),
        Err(error) => ask_app_code(page.again(error)?, who, device.clone()).await,
    }
}

pub(crate) async fn submit(mut page: Page, who: SignedIn, form: Verified<CodeForm>) -> Answer {
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    match pairing::confirm(ctx, tenant, &origin, &who, &form.code).await {
        Ok((session, codes)) => {
            page.sign_in(&session);
            Ok(set_up::finish(page, codes))
        }
        Err(error) => show(page.again(error)?, who).await,
    }
}

pub(crate) async fn abandon(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    pairing::abandon(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    Ok(page.done("/account", Notice::SetUpAbandoned))
}

/// Where a pairing goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Account,
    Login,
}

impl Place {
    fn page(self) -> &'static str {
        match self {
            Self::Account => "/account/pairing",
            Self::Login => "/login/pairing",
        }
    }

    fn app_code_page(self) -> &'static str {
        match self {
            Self::Account => "/account/pairing/app-code",
            Self::Login => "/login/pairing/app-code",
        }
    }
}

/// The page with the user code; where the app code comes first, that one's page until it was typed.
pub(crate) fn write(page: Page, open: OpenPairing, place: Place) -> Response {
    let Some(user_code) = open.user_code else {
        return page.lead_to(place.app_code_page());
    };
    let time_left = page.time_left(open.expires_at);
    let page = page.about(&open.account).at(place.page());
    page.show(|frame| views::Pairing {
        frame,
        in_login: place == Place::Login,
        user_code: user_code.to_string(),
        paired: open.paired.map(paired_app),
        tries_left: fewer_than(WRONG_CODES, open.tries_left),
        time_left,
    })
}

/// The page with the field for the app code.
pub(crate) fn write_app_code(
    page: Page,
    open: OpenPairing,
    place: Place,
    device: String,
) -> Response {
    let time_left = page.time_left(open.expires_at);
    let known = open.paired.map(|paired| paired.device);
    let page = page.about(&open.account).at(place.app_code_page());
    page.show(|frame| views::PairingAppCode {
        frame,
        in_login: place == Place::Login,
        user_code_first: open.order == Order::UserCodeFirst,
        device: match device.is_empty() {
            true => known.unwrap_or_default(),
            false => device,
        },
        codes_left: fewer_than(APP_CODES, open.app_codes_left),
        time_left,
    })
}

/// A paired app, for a page.
pub(crate) fn paired_app(name: PairedName) -> PairedApp {
    PairedApp {
        tag: name.tag,
        device: name.device,
    }
}

/// What is left, if that is not all.
fn fewer_than(all: i64, left: i64) -> Option<u32> {
    (left < all).then(|| u32::try_from(left).unwrap_or(0))
}
