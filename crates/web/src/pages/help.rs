//! `/help`: questions and answers, made from the tenant's own rules.

use warifu_domain::{
    policy::{Pairing, Policy},
    time::Timestamp,
};

use super::views::{self, HelpNumbers, OwnQuestion, Removal, SetUpStart};
use crate::{
    http::{access::Visitor, page::Page, route::Answer},
    text::Language,
};

pub(crate) async fn show(page: Page, _: Visitor) -> Answer {
    let policy = page.tenant().policy.clone();
    let required = policy.second_factor.is_required(false, page.now());
    let by_user = policy.removal.by_user && !required;
    let codes = &policy.backup_codes;
    let now = page.now();
    let own = own_questions(&policy, page.texts().language());
    Ok(page.show(|frame| views::Help {
        frame,
        numbers: numbers(&policy, now),
        backup_codes: codes
            .enabled
            .then(|| (u32::from(codes.count), codes.shape.into())),
        email_codes: policy.email_code.enabled,
        pairing: policy.enrolment.pairing != Pairing::Off,
        mail_hours: policy.mail.windows.then_some(policy.mail.window_hours),
        set_up: if required {
            SetUpStart::AtLogin
        } else {
            SetUpStart::FromAccount
        },
        show_again: policy.enrolment.show_again,
        password_reset: policy.login.password_reset,
        remember_days: (policy.login.remember_me && policy.session.remember_days > 0)
            .then_some(policy.session.remember_days),
        removal: if by_user {
            Removal::ByUser
        } else {
            Removal::ByAdministrator
        },
        own,
    }))
}

fn numbers(policy: &Policy, now: Timestamp) -> HelpNumbers {
    HelpNumbers {
        digits: policy.totp.digits,
        period: policy.totp.period_seconds.into(),
        attempt_minutes: policy.login.attempt_minutes,
        wrong_codes: policy.login.wrong_codes,
        idle_minutes: policy.session.idle_minutes,
        absolute_hours: policy.session.absolute_hours,
        password_chars: u32::try_from(policy.min_password_chars(false, now)).unwrap_or(u32::MAX),
    }
}

fn own_questions(policy: &Policy, language: Language) -> Vec<OwnQuestion> {
    let own = policy.faq.iter().map(|entry| {
        let words = entry.of(language.into());
        OwnQuestion {
            id: entry.id.clone(),
            question: words.question.clone(),
            answer: words.paragraphs().map(str::to_owned).collect(),
        }
    });
    own.collect()
}
