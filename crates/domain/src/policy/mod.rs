//! A tenant's rules: one typed value, read from TOML as a whole, refused as a whole with line and column.
//! A policy is a file format: its types, and the few that stand in it, are the only ones that know serde.

mod backup_codes;
mod branding;
mod check;
mod contact;
mod email_code;
mod enrolment;
mod entrances;
mod faq;
mod knobs;
mod labels;
mod locale;
mod login;
mod look;
mod mail;
mod network_text;
pub mod networks;
mod place;
mod preset;
mod removal;
mod retention;
mod schedule;
mod second_factor;
mod session;
mod totp;

pub use backup_codes::{BackupCodeRules, Shown};
pub use branding::BrandingRules;
pub use check::{Allowed, BadPolicy, Mistake};
pub use contact::{ContactRules, Desk, DeskWords};
pub use email_code::{EmailCodeRules, EmailSender};
pub use enrolment::{EnrolmentRules, Pairing, SetUpProof};
pub use entrances::{AdministratorEntrance, Door, EntranceRules};
pub use faq::{FaqEntry, FaqWords};
pub use knobs::{KNOBS, Knob, KnobKind};
pub use labels::{Label, Labels, Words};
pub use locale::{Language, LocaleRules};
pub use login::{CodeField, LoginRules};
pub use look::{LOOK, look, standard_word, with_look};
pub use mail::{MailProtocol, MailRules};
pub use network_text::{NetworkChange, with_network};
pub use networks::{BadNetwork, Network};
pub use preset::{PRESETS, Preset};
pub use removal::{Reauthentication, RemovalRules};
pub use retention::RetentionRules;
pub use schedule::{BadSchedule, require_second_factor};
pub use second_factor::{Enrolment, SecondFactor};
pub use session::SessionRules;
pub use totp::{Algorithm, TotpRules};

use serde::{Deserialize, Serialize};

use crate::{password, time::Timestamp};
use check::OutOfRange;

/// The longest text that is read as a policy. All questions that a tenant may have, at their longest in Japanese, fit into it.
pub const MAX_TEXT_BYTES: usize = 512 * 1024;

/// All rules of one tenant. Every field has a default: the preset `default`'s value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Who needs a second factor, and which ones exist.
    pub second_factor: SecondFactor,
    /// The login page and the attempt.
    pub login: LoginRules,
    /// The codes of authenticator apps.
    pub totp: TotpRules,
    /// Registering an authenticator app.
    pub enrolment: EnrolmentRules,
    /// Switching two-factor off.
    pub removal: RemovalRules,
    /// Backup codes.
    pub backup_codes: BackupCodeRules,
    /// Codes that are sent by mail.
    pub email_code: EmailCodeRules,
    /// Mail clients.
    pub mail: MailRules,
    /// How long a browser stays logged in.
    pub session: SessionRules,
    /// How long what was recorded about people is kept.
    pub retention: RetentionRules,
    /// Language, time zone.
    pub locale: LocaleRules,
    /// The tenant's words for things.
    pub labels: Labels,
    /// The tenant's addresses besides its path.
    pub entrances: EntranceRules,
    /// How its pages look.
    pub branding: BrandingRules,
    /// The desk that people ask.
    pub contact: ContactRules,
    /// The tenant's networks.
    pub networks: Vec<Network>,
    /// The tenant's own questions and answers.
    pub faq: Vec<FaqEntry>,
}

impl Policy {
    /// Reads and checks a policy. Nothing is taken from a text that has an error anywhere.
    pub fn parse(text: &str) -> Result<Self, BadPolicy> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(BadPolicy::Range {
                line: 1,
                column: 1,
                field: "policy".to_owned(),
                value: format!("{} bytes", text.len()),
                allowed: Allowed::Kibibytes {
                    most: MAX_TEXT_BYTES / 1024,
                },
            });
        }
        let policy: Self = toml::from_str(text).map_err(|error| {
            let (line, column) = place::of_byte(text, error.span().map_or(0, |span| span.start));
            BadPolicy::Syntax {
                line,
                column,
                message: error.message().to_owned(),
            }
        })?;
        policy.check().map_err(
            |OutOfRange {
                 field,
                 value,
                 allowed,
             }| {
                let (line, column) = place::of_field(text, &field);
                BadPolicy::Range {
                    line,
                    column,
                    field,
                    value,
                    allowed,
                }
            },
        )?;
        Ok(policy)
    }

    /// The policy as TOML, every field written out.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("a policy has only tables of plain values")
    }

    /// Shortest new password: shorter where no login gets by with the password alone (SEC-74). The grace of a group is
    /// left out of account: it is short, and a password outlives it.
    pub fn min_password_chars(&self, always_second_factor: bool, now: Timestamp) -> usize {
        if always_second_factor || self.second_factor.is_required(true, now) {
            password::MIN_CHARS_WITH_SECOND_FACTOR
        } else {
            password::MIN_CHARS_ALONE
        }
    }

    fn check(&self) -> Result<(), OutOfRange> {
        let Self {
            second_factor: _,
            login,
            totp,
            enrolment,
            removal: _,
            backup_codes,
            email_code,
            mail,
            session,
            retention,
            locale,
            labels,
            entrances,
            branding,
            contact,
            networks,
            faq,
        } = self;
        login.check()?;
        totp.check()?;
        enrolment.check()?;
        enrolment.check_digits(totp.digits)?;
        backup_codes.check()?;
        email_code.check()?;
        mail.check()?;
        session.check()?;
        retention.check()?;
        locale.check()?;
        labels.check()?;
        entrances.check()?;
        branding.check()?;
        contact.check()?;
        networks::check(networks)?;
        faq::check(faq)
    }
}

#[cfg(test)]
mod tests;
