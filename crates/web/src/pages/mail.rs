//! Notices to people about their own accounts, in words. Who sends them, and when, is not known here.

use warifu_domain::audit::EventKind;
use warifu_flows::notices::OpenNotice;

use crate::{http::site::Site, text::Language};

/// A mail's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Puts a notice into words: what happened, when, from where, and what to do if it was somebody else (SEC-30).
pub fn write(site: &Site, language: Language, notice: &OpenNotice) -> MailText {
    let texts = site.texts(language);
    let subject = match notice.kind {
        EventKind::SetUpConfirmed => texts.msg("mail-turned-on"),
        EventKind::SecondFactorRemoved => texts.msg("mail-turned-off"),
        EventKind::BackupCodesIssued => texts.msg("mail-codes-issued"),
        EventKind::SecondFactorReset => texts.msg("mail-reset"),
        EventKind::PasswordChanged => texts.msg("mail-password-changed"),
        _ => texts.msg("mail-account-changed"),
    };
    let source = match notice.address {
        Some(address) => texts.msg_with(
            "mail-from-address",
            &[("address", address.to_string().into())],
        ),
        None => texts.msg("mail-by-administrator").to_owned(),
    };
    let facts = texts.msg_with(
        "mail-facts",
        &[
            ("tenant", site.tenant.name.as_str().into()),
            ("login", notice.login.as_str().into()),
            ("time", site.times.second(notice.created_at.0).into()),
        ],
    );
    let body = format!(
        "{subject}\n\n{facts}\n{source}\n\n{}\n",
        texts.msg("mail-not-you")
    );
    MailText {
        subject: format!("[{}] {subject}", site.tenant.name),
        body,
    }
}
