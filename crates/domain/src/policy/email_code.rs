//! Codes that are sent by mail (K6, K7). Off by default: such a code is worth less than an app's (SEC-26).

use serde::{Deserialize, Serialize};

use super::check::{Allowed, OutOfRange, number, range};
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
        number("email_code.digits", self.digits, (6, 8))?;
        number("email_code.minutes", self.minutes, (1, 10))?;
        number("email_code.resend_seconds", self.resend_seconds, (30, 600))?;
        number("email_code.per_hour", self.per_hour, (1, 20))?;
        for domain in &self.refused_domains {
            let ok = DomainName::parse(domain).is_ok();
            let allowed = Allowed::MailDomains;
            range(ok, "email_code.refused_domains", domain, allowed)?;
        }
        Ok(())
    }
}
