//! A tenant's rules: one typed value, read from TOML as a whole, refused as a whole with line and column.
//! A policy is a file format: its types, and the few that stand in it, are the only ones that know serde.

mod labels;
mod place;
mod preset;

pub use labels::{Label, Labels, Words};
pub use preset::{PRESETS, Preset};

use serde::{Deserialize, Serialize};

use crate::{backup_code::Shape, password, time::Span};

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
    /// How long a browser stays logged in.
    pub session: SessionRules,
    /// Language, time zone.
    pub locale: LocaleRules,
    /// The tenant's words for things.
    pub labels: Labels,
}

/// Whether users have a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enrolment {
    /// Users cannot set one up. Those who have one keep being asked for it.
    Off,
    /// Each user decides (W1).
    Optional,
    /// The next login leads through the set-up (G3).
    Required,
}

/// Who needs a second factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecondFactor {
    /// `off`, `optional` or `required`. Administrators always need one (SEC-70).
    pub enrolment: Enrolment,
}

impl Default for SecondFactor {
    fn default() -> Self {
        Self {
            enrolment: Enrolment::Required,
        }
    }
}

/// Where the code of an authenticator app is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeField {
    /// On a page of its own, after the password.
    NextPage,
    /// Also on the login page, folded (P3).
    SamePage,
}

/// The login page and the attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoginRules {
    /// `next-page` or `same-page`.
    pub code_field: CodeField,
    /// Offers to stay logged in for `session.remember_days` (C4, SEC-11).
    pub remember_me: bool,
    /// Minutes from the right password to the end of the attempt, 1–10 (section 4 of the security requirements).
    pub attempt_minutes: i64,
    /// Wrong codes that end an attempt, 1–3 (G7).
    pub wrong_codes: i64,
}

impl Default for LoginRules {
    fn default() -> Self {
        Self {
            code_field: CodeField::NextPage,
            remember_me: false,
            attempt_minutes: 10,
            wrong_codes: 3,
        }
    }
}

impl LoginRules {
    /// How long an attempt lives after the right password.
    pub fn attempt(&self) -> Span {
        Span::minutes(self.attempt_minutes)
    }
}

/// The hash in a TOTP code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// What every app reads.
    SHA1,
    /// Some apps ignore it and then show wrong codes.
    SHA256,
    /// As `SHA256`.
    SHA512,
}

/// The codes of authenticator apps. A change counts for authenticators registered after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TotpRules {
    /// `SHA1`, `SHA256` or `SHA512`.
    pub algorithm: Algorithm,
    /// 6–8.
    pub digits: u8,
    /// Seconds a code is shown, 5–300 (P5, C2: 30).
    pub period_seconds: u16,
    /// Steps before and after now that still count, 0–2 (SEC-14).
    pub skew_steps: u8,
}

impl Default for TotpRules {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::SHA1,
            digits: 6,
            period_seconds: 30,
            skew_steps: 1,
        }
    }
}

/// Registering an authenticator app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrolmentRules {
    /// Minutes until a pending secret is void, 1–10.
    pub minutes: i64,
    /// A reload shows the same secret. `false`: every visit makes a new one (P2).
    pub keep_on_reload: bool,
}

impl Default for EnrolmentRules {
    fn default() -> Self {
        Self {
            minutes: 10,
            keep_on_reload: true,
        }
    }
}

impl EnrolmentRules {
    /// How long a pending secret lives.
    pub fn lifetime(&self) -> Span {
        Span::minutes(self.minutes)
    }
}

/// What switching two-factor off asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reauthentication {
    /// A confirmation, in a session that itself passed the second factor (W5).
    Confirm,
    /// The fresh proof: password and second factor within five minutes (SEC-37).
    Proof,
}

/// Switching two-factor off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RemovalRules {
    /// Users may do it themselves. `false`: only an administrator (P4).
    pub by_user: bool,
    /// `confirm` or `proof`.
    pub reauthentication: Reauthentication,
}

impl Default for RemovalRules {
    fn default() -> Self {
        Self {
            by_user: true,
            reauthentication: Reauthentication::Proof,
        }
    }
}

/// How fresh backup codes reach the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// On the page that ends the set-up, with a button to save them as a file.
    Page,
    /// Only as a file, when the user asks for it (W2).
    Download,
}

/// Backup codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackupCodeRules {
    /// `false`: there are none.
    pub enabled: bool,
    /// Codes in a set, 1–40.
    pub count: u8,
    /// `symbols16` (80 bits) or `digits8`.
    pub shape: Shape,
    /// `page` or `download`.
    pub shown: Shown,
}

impl Default for BackupCodeRules {
    fn default() -> Self {
        Self {
            enabled: true,
            count: 10,
            shape: Shape::Symbols16,
            shown: Shown::Page,
        }
    }
}

/// How long a browser stays logged in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionRules {
    /// Minutes without a request after which a session ends, 1–60.
    pub idle_minutes: i64,
    /// Hours after which it ends in any case, 1–24; for remembered sessions, after which the level drops to `pwd`.
    pub absolute_hours: i64,
    /// Days that "stay logged in" lasts, 0–90.
    pub remember_days: i64,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self {
            idle_minutes: 60,
            absolute_hours: 12,
            remember_days: 0,
        }
    }
}

impl SessionRules {
    /// See `idle_minutes`.
    pub fn idle(&self) -> Span {
        Span::minutes(self.idle_minutes)
    }

    /// See `absolute_hours`.
    pub fn absolute(&self) -> Span {
        Span::hours(self.absolute_hours)
    }
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// Language and time zone, where neither the user nor the browser says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocaleRules {
    /// `ja` or `en`.
    pub language: Language,
    /// An IANA name, such as `Asia/Tokyo`.
    pub time_zone: String,
}

impl Default for LocaleRules {
    fn default() -> Self {
        Self {
            language: Language::Ja,
            time_zone: "Asia/Tokyo".to_owned(),
        }
    }
}

/// Why a policy is refused: what, and where it stands.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BadPolicy {
    /// Not TOML, an unknown field, or a value of the wrong kind.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A value outside its range.
    #[error("line {line}, column {column}: {field} = {value} is outside {range}")]
    Range {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// With its section, as in `login.wrong_codes`.
        field: String,
        /// What was given.
        value: String,
        /// What is allowed.
        range: &'static str,
    },
}

impl BadPolicy {
    /// Line and column of the mistake, both from 1, the column in characters.
    pub fn place(&self) -> (usize, usize) {
        match *self {
            Self::Syntax { line, column, .. } | Self::Range { line, column, .. } => (line, column),
        }
    }

    /// What is wrong, without the place.
    pub fn problem(&self) -> String {
        match self {
            Self::Syntax { message, .. } => message.clone(),
            Self::Range {
                field,
                value,
                range,
                ..
            } => format!("{field} = {value} is outside {range}"),
        }
    }
}

/// A value outside its range, wherever it stands.
#[derive(Debug)]
struct OutOfRange {
    field: String,
    value: String,
    range: &'static str,
}

impl Policy {
    /// Reads and checks a policy. Nothing is taken from a text that has an error anywhere.
    pub fn parse(text: &str) -> Result<Self, BadPolicy> {
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
                 range,
             }| {
                let (line, column) = place::of_field(text, &field);
                BadPolicy::Range {
                    line,
                    column,
                    field,
                    value,
                    range,
                }
            },
        )?;
        Ok(policy)
    }

    /// The policy as TOML, every field written out.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("a policy has only tables of plain values")
    }

    /// Shortest new password: shorter where no login gets by with the password alone (SEC-74).
    pub fn min_password_chars(&self, always_second_factor: bool) -> usize {
        if always_second_factor || self.second_factor.enrolment == Enrolment::Required {
            password::MIN_CHARS_WITH_SECOND_FACTOR
        } else {
            password::MIN_CHARS_ALONE
        }
    }

    fn check(&self) -> Result<(), OutOfRange> {
        let range = |ok: bool, field: &str, value: &dyn ToString, range| {
            if ok {
                Ok(())
            } else {
                Err(OutOfRange {
                    field: field.to_owned(),
                    value: value.to_string(),
                    range,
                })
            }
        };
        let Self {
            login,
            totp,
            enrolment,
            session,
            locale,
            ..
        } = self;
        range(
            (1..=10).contains(&login.attempt_minutes),
            "login.attempt_minutes",
            &login.attempt_minutes,
            "1 to 10",
        )?;
        range(
            (1..=3).contains(&login.wrong_codes),
            "login.wrong_codes",
            &login.wrong_codes,
            "1 to 3",
        )?;
        range(
            (6..=8).contains(&totp.digits),
            "totp.digits",
            &totp.digits,
            "6 to 8",
        )?;
        range(
            (5..=300).contains(&totp.period_seconds),
            "totp.period_seconds",
            &totp.period_seconds,
            "5 to 300",
        )?;
        range(
            totp.skew_steps <= 2,
            "totp.skew_steps",
            &totp.skew_steps,
            "0 to 2",
        )?;
        range(
            (1..=10).contains(&enrolment.minutes),
            "enrolment.minutes",
            &enrolment.minutes,
            "1 to 10",
        )?;
        let count = self.backup_codes.count;
        range(
            (1..=40).contains(&count),
            "backup_codes.count",
            &count,
            "1 to 40",
        )?;
        range(
            (1..=60).contains(&session.idle_minutes),
            "session.idle_minutes",
            &session.idle_minutes,
            "1 to 60",
        )?;
        range(
            (1..=24).contains(&session.absolute_hours),
            "session.absolute_hours",
            &session.absolute_hours,
            "1 to 24",
        )?;
        range(
            (0..=90).contains(&session.remember_days),
            "session.remember_days",
            &session.remember_days,
            "0 to 90",
        )?;
        let zone = &locale.time_zone;
        let zone_shape = (1..=64).contains(&zone.len())
            && zone
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+'));
        range(
            zone_shape,
            "locale.time_zone",
            zone,
            "the names of the IANA time zone database",
        )?;
        self.labels.check()
    }
}

#[cfg(test)]
mod tests;
