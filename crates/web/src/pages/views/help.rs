//! Questions and answers for users, made from the tenant's own rules, with the tenant's own questions behind them.

use super::{CodeShape, Frame, Question, Removal, get_app::stores};
use askama::Template;

/// `/help`. Each question has an id to link to.
#[derive(Debug, Template)]
#[template(path = "help.html")]
pub struct Help {
    /// The frame.
    pub frame: Frame,
    /// The tenant's numbers.
    pub numbers: HelpNumbers,
    /// How many backup codes a set has, and what they look like; `None` where the policy has none.
    pub backup_codes: Option<(u32, CodeShape)>,
    /// Whether codes can be sent by mail.
    pub email_codes: bool,
    /// Whether apps can be registered by two typed codes (K4).
    pub pairing: bool,
    /// Hours for which mail programs may be used after a login; `None` where they need none (K9).
    pub mail_hours: Option<i64>,
    /// How somebody without an app comes to the set-up.
    pub set_up: SetUpStart,
    /// Whether a right code shows the QR code of a registered app again (G6).
    pub show_again: bool,
    /// Whether a forgotten password is reset by mail (C4).
    pub password_reset: bool,
    /// For how many days people stay signed in who choose to; `None` where nobody can choose it (C4).
    pub remember_days: Option<i64>,
    /// Who may switch the second factor off.
    pub removal: Removal,
    /// The tenant's own questions.
    pub own: Vec<OwnQuestion>,
}

/// How somebody without an app comes to the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUpStart {
    /// The next login leads through it.
    AtLogin,
    /// From the account page.
    FromAccount,
}

/// Numbers of the policy that answers name.
#[derive(Clone, Copy, Debug)]
pub struct HelpNumbers {
    /// Digits of a code.
    pub digits: u8,
    /// Seconds that a code lasts.
    pub period: u32,
    /// Minutes from the password to the end of an attempt.
    pub attempt_minutes: i64,
    /// Wrong codes that end an attempt.
    pub wrong_codes: i64,
    /// Minutes without a request that end a session.
    pub idle_minutes: i64,
    /// Hours after which a session ends in any case.
    pub absolute_hours: i64,
    /// The least length of a new password, in characters.
    pub password_chars: u32,
}

/// A question of the tenant's own, in one language.
#[derive(Clone, Debug)]
pub struct OwnQuestion {
    /// Its name in addresses, behind `own-`.
    pub id: String,
    /// The question.
    pub question: String,
    /// The answer's paragraphs.
    pub answer: Vec<String>,
}

impl Help {
    /// The questions that this tenant answers, with their titles.
    fn questions(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let has_codes = self.backup_codes.is_some();
        let of_codes = [Question::BackupCodes, Question::BackupCodeRefused];
        Question::ALL
            .iter()
            .filter(move |question| has_codes || !of_codes.contains(question))
            .filter(|question| self.pairing || **question != Question::Pairing)
            .filter(|question| self.email_codes || **question != Question::EmailedCode)
            .filter(|question| self.mail_hours.is_some() || **question != Question::MailPrograms)
            .map(|question| (question.id(), question.title(&self.frame.texts)))
    }

    fn may_remove(&self) -> bool {
        self.removal == Removal::ByUser
    }

    fn set_up_is_demanded(&self) -> bool {
        self.set_up == SetUpStart::AtLogin
    }

    fn mail_programs(&self, hours: &i64) -> String {
        self.frame
            .msg_with("help-mail-programs-answer", &[("hours", (*hours).into())])
    }

    fn what_is_it(&self) -> String {
        self.frame.msg_with(
            "help-what-answer",
            &[
                ("digits", self.numbers.digits.into()),
                ("seconds", self.numbers.period.into()),
            ],
        )
    }

    fn code_changes(&self) -> String {
        self.frame.msg_with(
            "help-code-refused-changed",
            &[("seconds", self.numbers.period.into())],
        )
    }

    fn login_ended(&self) -> String {
        self.frame.msg_with(
            "help-login-ended-answer",
            &[
                ("minutes", self.numbers.attempt_minutes.into()),
                ("tries", self.numbers.wrong_codes.into()),
            ],
        )
    }

    fn sign_in_again(&self) -> String {
        self.frame.msg_with(
            "help-sign-in-again-answer",
            &[
                ("minutes", self.numbers.idle_minutes.into()),
                ("hours", self.numbers.absolute_hours.into()),
            ],
        )
    }

    fn remembered(&self, days: &i64) -> String {
        self.frame
            .msg_with("help-sign-in-again-remember", &[("days", (*days).into())])
    }

    fn new_password(&self) -> String {
        self.frame.msg_with(
            "help-new-password-answer",
            &[("min", self.numbers.password_chars.into())],
        )
    }

    fn backup_codes_answer(&self, count: &u32, shape: &CodeShape) -> String {
        self.frame.msg_with(
            "help-backup-codes-answer",
            &[
                ("count", (*count).into()),
                ("shape", shape.kind().into()),
                ("length", shape.length().into()),
            ],
        )
    }
}
