//! `/login/backup-code`: a backup code in place of the app's code.

use warifu_domain::{attempt::Stage, token::Token};
use warifu_flows::login;

use super::{code_form::BackupCodeForm, views};
use crate::http::{forms::Verified, page::Page, route::Answer};

pub(crate) async fn show(page: Page, attempt: Token) -> Answer {
    let view = login::attempt(page.ctx(), page.tenant(), &attempt).await?;
    if matches!(view.stage, Stage::Enrolment { .. }) {
        return Ok(page.lead_to("/login/set-up"));
    }
    let shape = page.tenant().policy.backup_codes.shape.into();
    let (time_left, tries_left) = (
        page.time_left(view.expires_at),
        u32::try_from(view.guesses_left).unwrap_or(0),
    );
    Ok(page
        .about(&view.login)
        .tries_left(tries_left)
        .show(|frame| views::LoginBackupCode {
            frame,
            login: view.login,
            shape,
            time_left,
            tries_left,
        }))
}

pub(crate) async fn submit(page: Page, attempt: Token, form: Verified<BackupCodeForm>) -> Answer {
    let code = &form.backup_code;
    match login::check_backup_code(page.ctx(), page.tenant(), &page.origin(), &attempt, code).await
    {
        Ok(session) => Ok(page.logged_in(&session)),
        Err(error) => show(page.again(error)?, attempt).await,
    }
}
