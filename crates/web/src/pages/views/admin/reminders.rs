//! Reminder mails: who would get one and what it says, and how far a round of them is.

use askama::Template;
use fluent_bundle::FluentValue;

use super::{super::Frame, GroupChoice};
use crate::text::Texts;

/// `/admin/adoption/reminders`.
#[derive(Debug, Template)]
#[template(path = "admin/reminders.html")]
pub struct Reminders {
    /// The frame.
    pub frame: Frame,
    /// Why none can be sent here.
    pub obstacle: Option<ReminderObstacle>,
    /// Who would get one, by group.
    pub groups: Vec<ReminderGroup>,
    /// Days on which people got one who are left out now, with how many.
    pub lately: Vec<(String, i64)>,
    /// For how many days nobody gets another.
    pub quiet_days: i64,
    /// The groups to choose from.
    pub choices: Vec<GroupChoice>,
    /// What was typed.
    pub form: ReminderFields,
    /// What would be sent, once that was asked for.
    pub preview: Option<ReminderPreview>,
    /// Earlier rounds, newest first.
    pub rounds: Vec<RoundRow>,
}

/// What an administrator types.
#[derive(Clone, Debug, Default)]
pub struct ReminderFields {
    /// The group's number; empty: everybody.
    pub group: String,
    /// A day, as in `2027-04-01`; may be empty.
    pub day: String,
    /// A sentence; may be empty.
    pub note: String,
    /// Why, for the audit trail.
    pub reason: String,
}

/// Why no reminders can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReminderObstacle {
    /// Nobody can set up a second factor.
    NotOffered,
    /// This server sends no mail.
    NoMail,
}

/// The people of a group who have no second factor.
#[derive(Clone, Debug, Default)]
pub struct ReminderGroup {
    /// The group's name; none: people without a group.
    pub name: Option<String>,
    /// Nothing was begun.
    pub without: i64,
    /// A set-up was begun.
    pub begun: i64,
    /// They got a reminder lately.
    pub recent: i64,
    /// They have no mail address.
    pub no_address: i64,
}

/// What would be sent.
#[derive(Clone, Debug)]
pub struct ReminderPreview {
    /// To how many people.
    pub reached: i64,
    /// In each language.
    pub mails: Vec<ReminderText>,
}

/// A reminder in one language.
#[derive(Clone, Debug)]
pub struct ReminderText {
    /// The language's tag.
    pub language: &'static str,
    /// The language's own name.
    pub name: &'static str,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// How a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundProgress {
    /// It is being done.
    Running,
    /// It stopped before everybody was looked at.
    Stopped,
    /// It is done.
    Done,
}

/// A round of reminders.
#[derive(Clone, Debug)]
pub struct RoundRow {
    /// Its number.
    pub id: String,
    /// When it began.
    pub begun_at: String,
    /// The group's name; none: everybody.
    pub group: Option<String>,
    /// The day that was typed.
    pub day: Option<String>,
    /// What the administrator added; may be empty.
    pub note: String,
    /// People whom it concerns.
    pub people: i64,
    /// Those who were written to.
    pub sent: i64,
    /// Those who got a reminder lately.
    pub recent: i64,
    /// Those without an address.
    pub no_address: i64,
    /// Those whose shared address got enough.
    pub crowded: i64,
    /// How it stands.
    pub progress: RoundProgress,
}

/// `/admin/adoption/reminders/{round}`.
#[derive(Debug, Template)]
#[template(path = "admin/reminder_round.html")]
pub struct ReminderRound {
    /// The frame.
    pub frame: Frame,
    /// The round.
    pub round: RoundRow,
    /// When the last mail so far leaves, where that lies ahead.
    pub last_leaves: Option<String>,
    /// The reason as it was typed before.
    pub reason: String,
}

fn count(number: i64) -> [(&'static str, FluentValue<'static>); 1] {
    [("count", number.into())]
}

impl ReminderGroup {
    fn reached(&self) -> i64 {
        self.without + self.begun - self.recent - self.no_address
    }
}

impl Reminders {
    fn group_name<'t>(&'t self, group: &'t ReminderGroup) -> &'t str {
        let name = group.name.as_deref();
        name.unwrap_or_else(|| self.frame.msg("adoption-no-group"))
    }

    fn rule(&self) -> String {
        let days = [("days", self.quiet_days.into())];
        self.frame.msg_with("reminders-rule", &days)
    }

    fn recently(&self, day: &str, people: &i64) -> String {
        let parts = [("count", (*people).into()), ("day", day.to_owned().into())];
        self.frame.msg_with("reminders-lately", &parts)
    }

    fn confirmation(&self, preview: &ReminderPreview) -> String {
        let frame = &self.frame;
        frame.msg_with("reminders-confirm", &count(preview.reached))
    }

    fn submit(&self, preview: &ReminderPreview) -> String {
        let frame = &self.frame;
        frame.msg_with("reminders-submit", &count(preview.reached))
    }
}

impl RoundRow {
    fn percent(&self) -> i64 {
        let seen = self.sent + self.recent + self.no_address + self.crowded;
        (seen * 100 / self.people.max(1)).clamp(0, 100)
    }

    pub(super) fn to<'t>(&'t self, frame: &'t Frame) -> &'t str {
        let name = self.group.as_deref();
        name.unwrap_or_else(|| frame.msg("reminders-everybody"))
    }

    pub(super) fn state<'t>(&self, frame: &'t Frame) -> &'t str {
        match self.progress {
            RoundProgress::Running => frame.msg("reminders-state-running"),
            RoundProgress::Stopped => frame.msg("reminders-state-stopped"),
            RoundProgress::Done => frame.msg("reminders-state-done"),
        }
    }

    pub(super) fn left_out(&self) -> i64 {
        self.recent + self.no_address + self.crowded
    }

    fn remarks(&self, texts: &Texts) -> Vec<String> {
        let lines = [
            (
                self.recent,
                texts.msg_with("reminders-recent", &count(self.recent)),
            ),
            (
                self.no_address,
                texts.msg_with("reminders-no-address", &count(self.no_address)),
            ),
            (
                self.crowded,
                texts.msg_with("reminders-crowded", &count(self.crowded)),
            ),
        ];
        let lines = lines.into_iter().filter(|(count, _)| *count > 0);
        lines.map(|(_, line)| line).collect()
    }
}

impl ReminderRound {
    fn path(&self) -> String {
        let path = format!("/admin/adoption/reminders/{}", self.round.id);
        self.frame.link(&path)
    }

    fn lead(&self) -> String {
        let round = &self.round;
        let parts = [
            ("sent", round.sent.into()),
            ("people", round.people.into()),
            ("percent", round.percent().into()),
        ];
        match round.progress {
            RoundProgress::Running => self.frame.msg_with("reminders-running", &parts),
            RoundProgress::Stopped => self.frame.msg_with("reminders-stopped", &parts),
            RoundProgress::Done => {
                let sent = [("sent", round.sent.into())];
                self.frame.msg_with("reminders-done", &sent)
            }
        }
    }

    fn leaves(&self, time: &str) -> String {
        let time = [("time", time.to_owned().into())];
        self.frame.msg_with("reminders-leaves", &time)
    }
}
