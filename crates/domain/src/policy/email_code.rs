//! Codes that are sent by mail (K6, K7). Off by default: such a code is worth less than an app's (SEC-26).

use serde::{Deserialize, Serialize};

use super::check::{OutOfRange, range};
use crate::{domain_name::DomainName, time::Span};

/// Whose address stands in the `From` of a mail with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmailSender {
    /// The server's sender address.
    Service,
    /// The person's own address at the tenant (K7): only where the tenant's domain authenticates our mail (SEC-30).
    OwnAddress,
}

/// Codes that are sent by mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmailCodeRules {
    /// People may register a private mail address as a method. Administrators may not (SEC-26).
    pub enabled: bool,
    /// Digits of a code, 6–8.
    pub digits: u8,
    /// Minutes until a code is void, 1–10.
    pub minutes: i64,
    /// Seconds until another code can be asked for, 30–600.
    pub resend_seconds: i64,
    /// Codes that are sent to one person in an hour, 1–20 (SEC-29).
    pub per_hour: i64,
    /// `service` or `own-address`.
    pub sender: EmailSender,
    /// Mail domains in which the private address may not lie, each with all below it (K6, SEC-27).
    pub refused_domains: Vec<String>,
}

impl Default for EmailCodeRules {
    fn default() -> Self {
        Self {
            enabled: false,
            digits: 6,
            minutes: 10,
            resend_seconds: 60,
            per_hour: 5,
            sender: EmailSender::Service,
            refused_domains: Vec::new(),
        }
    }
}

impl EmailCodeRules {
    /// How long a code counts.
    pub fn lifetime(&self) -> Span {
        Span::minutes(self.minutes)
    }

    /// How long a person waits for another code.
    pub fn resend_after(&self) -> Span {
        Span::seconds(self.resend_seconds)
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let number = |ok, field: &str, value: i64, says| {
            range(ok, &format!("email_code.{field}"), &value, says)
        };
        number(
            (6..=8).contains(&self.digits),
            "digits",
            self.digits.into(),
            "6 to 8",
        )?;
        number(
            (1..=10).contains(&self.minutes),
            "minutes",
            self.minutes,
            "1 to 10",
        )?;
        let seconds = self.resend_seconds;
        number(
            (30..=600).contains(&seconds),
            "resend_seconds",
            seconds,
            "30 to 600",
        )?;
        number(
            (1..=20).contains(&self.per_hour),
            "per_hour",
            self.per_hour,
            "1 to 20",
        )?;
        for domain in &self.refused_domains {
            let ok = DomainName::parse(domain).is_ok();
            range(ok, "email_code.refused_domains", domain, "mail domains")?;
        }
        Ok(())
    }
}
