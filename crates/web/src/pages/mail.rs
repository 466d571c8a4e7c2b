//! Notices to people about their own accounts, in words. Who sends them, and when, is not known here.

use std::sync::Arc;

use askama::Template;
use warifu_domain::{audit::EventKind, tenant::Tenant, time::Timestamp};
use warifu_flows::{
    Enclosed,
    delivery::{Claimed, Mail},
    notices::{MailedCode, OpenNotice},
};

use super::mail_reminder;
use crate::{
    http::{errors::Failure, site::Site},
    state::WebState,
    text::{Language, Texts},
};

/// A mail's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same as HTML: no pictures, no scripts, no links.
    pub html: String,
}

/// What both forms of a mail are made of.
#[derive(Template)]
#[template(path = "mail.html")]
pub(super) struct Letter<'a> {
    pub(super) language: &'static str,
    pub(super) heading: &'a str,
    /// Who, where, when, from where: one line each.
    pub(super) facts: Vec<String>,
    /// What to do.
    pub(super) closing: Vec<String>,
}

impl Letter<'_> {
    pub(super) fn write(&self, tenant: &str) -> MailText {
        let mut body = format!("{}\n\n", self.heading);
        for fact in &self.facts {
            body.push_str(fact);
            body.push('\n');
        }
        for sentence in &self.closing {
            body.push('\n');
            body.push_str(sentence);
            body.push('\n');
        }
        MailText {
            subject: format!("[{tenant}] {}", self.heading),
            body,
            html: self.render().expect("a String takes all"),
        }
    }
}

/// Puts a notice into words: what happened, when, from where, and what to do if it was somebody else (SEC-30).
/// `origin` is the address of this server, for the one link that a mail may have: it opens a page for a new password and logs
/// nobody in (SEC-40).
pub fn write(site: &Site, origin: &str, language: Language, notice: &OpenNotice) -> MailText {
    let texts = site.texts(language);
    if let Some(code) = notice.code() {
        return write_code(site, language, notice, code);
    }
    if let Some(Enclosed::Reminder(reminder)) = &notice.enclosed {
        return mail_reminder::write(site, origin, language, notice, reminder);
    }
    let closing = match &notice.enclosed {
        Some(Enclosed::Code(digits)) => vec![
            texts.msg_with("mail-address-code", &[("digits", digits.as_str().into())]),
            texts.msg("mail-address-not-you").to_owned(),
        ],
        Some(Enclosed::Link(token)) => {
            let link = format!(
                "{origin}/{}/login/reset?token={}",
                site.tenant.slug,
                token.expose()
            );
            let (before, behind) = match notice.kind {
                EventKind::PasswordInvited => (
                    texts.msg("mail-invited-do"),
                    texts.msg("mail-invited-not-you"),
                ),
                _ => (
                    texts.msg("mail-reset-asked-do"),
                    texts.msg("mail-reset-asked-not-you"),
                ),
            };
            vec![before.to_owned(), link, behind.to_owned()]
        }
        Some(
            Enclosed::LoginCode(_)
            | Enclosed::Reminder(_)
            | Enclosed::OwnSwitch { .. }
            | Enclosed::LetIn(_),
        )
        | None => closing(texts, notice.kind),
    };
    let joined = texts.msg_with("mail-joined", &[("count", notice.joined.into())]);
    let letter = Letter {
        language: language.tag(),
        heading: match (notice.kind, &notice.enclosed) {
            (EventKind::MailJoined, _) => &joined,
            (EventKind::AddressConfirmed, Some(_)) => texts.msg("mail-address-confirm"),
            (_, Some(Enclosed::OwnSwitch { on: true })) => texts.msg("mail-own-switch-on"),
            (_, Some(Enclosed::OwnSwitch { on: false })) => texts.msg("mail-own-switch-off"),
            (kind, _) => heading(texts, kind),
        },
        facts: facts(site, texts, notice),
        closing,
    };
    letter.write(&site.tenant.name)
}

/// Whether somebody else does this for the person.
fn is_administrators(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::SecondFactorReset
            | EventKind::SecondFactorReissued
            | EventKind::HelpdeskCodeIssued
            | EventKind::RoleChanged
            | EventKind::UserEdited
            | EventKind::AdministratorRescued
    )
}

/// What to do about a notice.
fn closing(texts: &Texts, kind: EventKind) -> Vec<String> {
    let sentences: &[&str] = match kind {
        EventKind::CodesGuessed => &[texts.msg("mail-guessed-do")],
        EventKind::ProofGuessed => &[texts.msg("mail-proof-guessed-do")],
        EventKind::PairingEnded => &[texts.msg("mail-pairing-ended-do")],
        EventKind::MailClientRefused => &[
            texts.msg("mail-client-refused-you"),
            texts.msg("mail-client-refused-not-you"),
        ],
        EventKind::MailJoined => &[texts.msg("mail-joined-why"), texts.msg("mail-not-you")],
        kind if is_administrators(kind) => &[texts.msg("mail-not-asked")],
        _ => &[texts.msg("mail-not-you")],
    };
    sentences
        .iter()
        .map(|sentence| (*sentence).to_owned())
        .collect()
}

/// The mail that tells a code (K7): its subject is the one that people were told to look for.
fn write_code(site: &Site, language: Language, notice: &OpenNotice, code: &MailedCode) -> MailText {
    let texts = site.texts(language);
    let digits = texts.msg_with("mail-otp-code", &[("digits", code.digits.as_str().into())]);
    let request = [("request", code.request.as_str().into())];
    let mut own = vec![digits, texts.msg_with("mail-otp-request", &request)];
    if let Some(until) = notice.void_at {
        let until = site.times.second(until.0);
        own.push(texts.msg_with("mail-otp-until", &[("until", until.into())]));
    }
    own.extend(facts(site, texts, notice));
    let not_you = match code.confirms {
        true => texts.msg("mail-otp-confirm-not-you"),
        false => texts.msg("mail-otp-not-you"),
    };
    let letter = Letter {
        language: language.tag(),
        heading: heading(texts, notice.kind),
        facts: own,
        closing: vec![not_you.to_owned()],
    };
    MailText {
        subject: texts.msg("mail-otp-subject").to_owned(),
        ..letter.write(&site.tenant.name)
    }
}

fn heading(texts: &Texts, kind: EventKind) -> &str {
    match kind {
        EventKind::SetUpConfirmed => texts.msg("mail-turned-on"),
        EventKind::SecondFactorRemoved => texts.msg("mail-turned-off"),
        EventKind::BackupCodesIssued => texts.msg("mail-codes-issued"),
        EventKind::SecondFactorReset => texts.msg("mail-reset"),
        EventKind::SecondFactorReissued => texts.msg("mail-reissued"),
        EventKind::HelpdeskCodeIssued => texts.msg("mail-helpdesk-code"),
        EventKind::RoleChanged => texts.msg("mail-role-changed"),
        EventKind::UserEdited => texts.msg("mail-edited"),
        EventKind::AdministratorRescued => texts.msg("mail-rescued"),
        EventKind::SecondFactorSuspended => texts.msg("mail-app-suspended"),
        EventKind::SecondFactorReactivated => texts.msg("mail-app-reactivated"),
        EventKind::SecondFactorShown => texts.msg("mail-key-shown"),
        EventKind::PasswordResetAsked => texts.msg("mail-reset-asked"),
        EventKind::PasswordInvited => texts.msg("mail-invited"),
        EventKind::PasswordReset => texts.msg("mail-password-reset"),
        EventKind::AddressAdded => texts.msg("mail-address-added"),
        EventKind::AddressConfirmed => texts.msg("mail-address-confirmed"),
        EventKind::AddressRemoved => texts.msg("mail-address-removed"),
        EventKind::UnfamiliarLogin => texts.msg("mail-unfamiliar-login"),
        EventKind::CodesGuessed => texts.msg("mail-codes-guessed"),
        EventKind::ProofGuessed => texts.msg("mail-proof-guessed"),
        EventKind::PairingEnded => texts.msg("mail-pairing-ended"),
        EventKind::PasswordChanged => texts.msg("mail-password-changed"),
        EventKind::MailWindowPermitted => texts.msg("mail-window-permitted"),
        EventKind::MailClientRefused => texts.msg("mail-client-refused"),
        EventKind::EmailedCodeSent => texts.msg("mail-otp-heading"),
        EventKind::PrivateAddressConfirmed => texts.msg("mail-email-confirmed"),
        EventKind::PrivateAddressRemoved => texts.msg("mail-email-removed"),
        _ => texts.msg("mail-account-changed"),
    }
}

fn facts(site: &Site, texts: &Texts, notice: &OpenNotice) -> Vec<String> {
    let who = texts.msg_with(
        "mail-facts",
        &[
            ("tenant", site.tenant.name.as_str().into()),
            ("login", notice.login.as_str().into()),
        ],
    );
    let time = texts.msg_with(
        "mail-time",
        &[("time", site.times.second(notice.created_at.0).into())],
    );
    let mut facts = vec![who, time];
    if let Some(Enclosed::LetIn(address)) = &notice.enclosed {
        let address = &[("address", address.to_string().into())];
        facts.push(texts.msg_with("mail-let-in", address));
    }
    // Where the administrator sits tells the person nothing.
    if notice.kind == EventKind::PasswordInvited {
        facts.push(texts.msg("mail-by-administrator").to_owned());
        return facts;
    }
    if is_administrators(notice.kind) && notice.address.is_some() {
        facts.push(texts.msg("mail-by-administrator").to_owned());
    }
    match notice.address {
        Some(address) => facts.push(texts.msg_with(
            "mail-from-address",
            &[("address", address.to_string().into())],
        )),
        None => facts.push(texts.msg("mail-by-administrator").to_owned()),
    }
    if notice.kind == EventKind::MailClientRefused {
        let program = &[("program", notice.agent.as_str().into())];
        facts.push(texts.msg_with("mail-program", program));
    } else if !notice.agent.is_empty() {
        let browser = &[("browser", notice.agent.as_str().into())];
        facts.push(texts.msg_with("mail-browser", browser));
    }
    facts
}

/// The mail that shows an operator that mail works.
pub fn write_test(site: &Site, language: Language, at: Timestamp) -> MailText {
    let texts = site.texts(language);
    let time = &[("time", site.times.second(at.0).into())];
    let letter = Letter {
        language: language.tag(),
        heading: texts.msg("mail-test"),
        facts: vec![texts.msg_with("mail-time", time)],
        closing: vec![texts.msg("mail-test-nothing-to-do").to_owned()],
    };
    letter.write(&site.tenant.name)
}

impl WebState {
    /// A claimed notice in words, in the language of the person and the words of the tenant.
    ///
    /// # Errors
    /// If the tenant's pages cannot be made.
    pub fn mail_of(&self, claimed: &Claimed) -> Result<Mail, Failure> {
        let (site, notice) = (self.sites.of(claimed.tenant.clone())?, &claimed.notice);
        let language = notice.language.as_deref().and_then(Language::parse);
        let language = language.unwrap_or(site.default_language());
        let origin = self.settings.base_url.origin();
        let words = write(&site, &origin, language, notice);
        let mail = mail(
            claimed.mail_id(),
            &notice.recipient,
            words,
            language,
            notice.created_at,
        );
        Ok(Mail {
            from: notice.sender.clone(),
            ..mail
        })
    }

    /// A test mail to `to`, in the words of `tenant`.
    ///
    /// # Errors
    /// If the tenant's pages cannot be made.
    pub fn test_mail(
        &self,
        tenant: &Arc<Tenant>,
        to: &str,
        language: Option<Language>,
    ) -> Result<Mail, Failure> {
        let (site, now) = (self.sites.of(tenant.clone())?, self.ctx.clock.now());
        let language = language.unwrap_or(site.default_language());
        let words = write_test(&site, language, now);
        let id = format!("test.{}.warifu", self.ctx.rng.id(now));
        Ok(mail(id, to, words, language, now))
    }
}

fn mail(id: String, to: &str, words: MailText, language: Language, at: Timestamp) -> Mail {
    Mail {
        id,
        from: None,
        to: to.to_owned(),
        subject: words.subject,
        text: words.body,
        html: words.html,
        language: language.tag(),
        at,
    }
}
