//! `/account/set-up`: registering an authenticator app, and what follows.

use axum::response::Response;
use warifu_domain::{
    backup_code::BackupCode,
    policy::{BackupCodeRules, Shown},
    refusal::Refusal,
};
use warifu_flows::{
    enrol::{self, PendingTotp, ShownKey},
    session::SignedIn,
};

use super::{
    backup_codes,
    code_form::CodeForm,
    qr::Qr,
    views::{self, Notice, SetUpPlace},
};
use crate::http::{
    forms::{Button, Verified},
    page::Page,
    route::Answer,
};

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let pending = enrol::pending_totp(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    match pending {
        Some(pending) => Ok(write(page, pending, SetUpPlace::Account)),
        // Nothing else is open to this person: the proof leads on to a new set-up.
        None if who.must_enrol() => Err(Refusal::ProofNeeded.into()),
        None => Ok(page.lead_to("/account")),
    }
}

pub(crate) async fn start(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    enrol::start_totp(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    Ok(page.lead_to("/account/set-up"))
}

pub(crate) async fn abandon(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    enrol::abandon_totp(page.ctx(), page.tenant(), &page.origin(), &who).await?;
    Ok(page.done("/account", Notice::SetUpAbandoned))
}

pub(crate) async fn submit(mut page: Page, who: SignedIn, form: Verified<CodeForm>) -> Answer {
    match enrol::confirm_totp(page.ctx(), page.tenant(), &page.origin(), &who, &form.code).await {
        Ok((session, codes)) => {
            page.sign_in(&session);
            Ok(finish(page, codes))
        }
        Err(error) => {
            let page = page.again(error)?;
            let kept = enrol::kept_totp(page.ctx(), page.tenant(), &page.origin(), &who).await?;
            match kept {
                Some(pending) => Ok(write(page, pending, SetUpPlace::Account)),
                None => show(page, who).await,
            }
        }
    }
}

/// The page with the key, in a login or on the own account.
pub(crate) fn write(page: Page, pending: PendingTotp, place: SetUpPlace) -> Response {
    let totp = &page.tenant().policy.totp;
    let (digits, period) = (totp.digits, totp.period_seconds.into());
    let in_login = place != SetUpPlace::Account;
    let rules = &page.tenant().policy.enrolment;
    let (pairing, new_key_on_visit) = (rules.pairing.order(in_login), !rules.keep_on_reload);
    let time_left = page.time_left(pending.expires_at);
    page.about(&pending.account).show(|frame| views::SetUp {
        frame,
        place,
        qr: Qr::encode(&pending.uri).expect("an otpauth URI is capped far below the largest code"),
        uri: pending.uri.to_string(),
        issuer: pending.issuer,
        account: pending.account,
        key: pending.key_grouped.to_string(),
        digits,
        period,
        time_left,
        pairing: pairing.is_some(),
        new_key_on_visit,
    })
}

/// The key of a registered app once more, for a further device (G6).
pub(crate) fn write_again(page: Page, key: ShownKey) -> Response {
    page.at("/account").show(|frame| views::ShownKey {
        frame,
        qr: Qr::encode(&key.uri).expect("an otpauth URI is capped far below the largest code"),
        uri: key.uri.to_string(),
        issuer: key.issuer,
        account: key.account,
        key: key.key_grouped.to_string(),
    })
}

/// After the first right code: backup codes where the policy shows them here, else the way to them, else the account.
pub(crate) fn finish(page: Page, codes: Option<Vec<BackupCode>>) -> Response {
    let BackupCodeRules { enabled, shown, .. } = page.tenant().policy.backup_codes;
    match codes {
        Some(codes) => {
            let codes = backup_codes::shown(&page, &codes);
            page.at("/account")
                .show(|frame| views::SetUpDone { frame, codes })
        }
        None if enabled && shown == Shown::Download => {
            page.done("/account/backup-codes", Notice::TurnedOn)
        }
        None if page.tenant().policy.email_code.enabled => page.lead_to("/account/email/offer"),
        None => page.done("/account", Notice::TurnedOn),
    }
}
