//! `/login/set-up`: an authenticator app that has to be set up before the login is finished (G3).

use warifu_domain::{attempt::Stage, token::Token};
use warifu_flows::login;

use super::{code_form::CodeForm, set_up, views::SetUpPlace};
use crate::http::{
    forms::{Button, Verified},
    page::Page,
    route::Answer,
};

/// Why the page is written.
enum Cause {
    /// It was opened or loaded again.
    Visit,
    /// A code was refused: the key stays the one that the app has read.
    Refusal,
}

pub(crate) async fn show(page: Page, attempt: Token) -> Answer {
    present(page, attempt, Cause::Visit).await
}

async fn present(page: Page, attempt: Token, cause: Cause) -> Answer {
    let view = login::attempt(page.ctx(), page.tenant(), &attempt).await?;
    let Stage::Enrolment { may_skip_until } = view.stage else {
        return Ok(page.lead_to("/login/code"));
    };
    // A way back would make a QR code, and end the pairing that goes on.
    let pairing = login::find_pairing(page.ctx(), page.tenant(), &page.origin(), &attempt).await?;
    if pairing.is_some() {
        return Ok(page.lead_to("/login/pairing"));
    }
    let (ctx, tenant, origin) = (page.ctx(), page.tenant(), page.origin());
    let pending = match cause {
        Cause::Visit => login::pending_totp(ctx, tenant, &origin, &attempt).await?,
        Cause::Refusal => login::kept_totp(ctx, tenant, &origin, &attempt).await?,
    };
    let place = SetUpPlace::Login {
        may_skip_until: may_skip_until.map(|until| page.minute(until)),
    };
    Ok(set_up::write(page, pending, place))
}

pub(crate) async fn skip(page: Page, attempt: Token, _: Verified<Button>) -> Answer {
    let session = login::skip(page.ctx(), page.tenant(), &page.origin(), &attempt).await?;
    Ok(page.logged_in(&session))
}

pub(crate) async fn submit(mut page: Page, attempt: Token, form: Verified<CodeForm>) -> Answer {
    match login::confirm_totp(
        page.ctx(),
        page.tenant(),
        &page.origin(),
        &attempt,
        &form.code,
    )
    .await
    {
        Ok((session, codes)) => {
            page.log_in(&session);
            Ok(set_up::finish(page, codes))
        }
        Err(error) => present(page.again(error)?, attempt, Cause::Refusal).await,
    }
}
