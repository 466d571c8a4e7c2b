//! `/account/password`: changing the own password, after the fresh proof.

use axum::response::Response;
use warifu_domain::{refusal::Refusal, typed::Typed};
use warifu_flows::{account, session::SignedIn};

use super::views::{self, Notice};
use crate::http::{
    forms::{BadForm, Fields, Form, Verified},
    page::Page,
    route::Answer,
};

/// The new password.
pub(crate) struct PasswordForm {
    new_password: Typed,
}

impl Form for PasswordForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            new_password: fields.secret("new_password"),
        })
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    if !who.session.is_fresh(page.now()) {
        return Err(Refusal::ProofNeeded.into());
    }
    Ok(write(page, who))
}

pub(crate) async fn submit(mut page: Page, who: SignedIn, form: Verified<PasswordForm>) -> Answer {
    match account::change_password(
        page.ctx(),
        page.tenant(),
        &page.origin(),
        &who,
        &form.new_password,
    )
    .await
    {
        Ok(session) => {
            page.sign_in(&session);
            Ok(page.done("/account", Notice::PasswordChanged))
        }
        Err(error) => Ok(write(page.again(error)?, who)),
    }
}

fn write(page: Page, who: SignedIn) -> Response {
    let min = page
        .tenant()
        .policy
        .min_password_chars(who.must_have_second_factor(), page.now());
    page.show(|frame| views::Password {
        frame,
        is_first: who.must_choose_password(),
        login: who.login,
        min: u32::try_from(min).unwrap_or(u32::MAX),
    })
}
