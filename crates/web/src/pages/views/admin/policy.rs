//! The policy on pages: its knobs, the draft and what it would do, the history.

use askama::Template;
use warifu_domain::{
    effect::Effect,
    policy::{Knob, KnobKind, MAX_TEXT_BYTES, Network, networks::Caution},
};

use super::super::Frame;
use super::line_diff::{Fate, changed_lines};
use super::policy_choices::choice;
use super::policy_texts::{knob, section};
use crate::text::Texts;

/// `/admin/policy`, and the form at `/admin/policy/edit`.
#[derive(Debug, Template)]
#[template(path = "admin/policy.html")]
pub struct Policy {
    /// The frame.
    pub frame: Frame,
    /// The knobs as they are, or as they were typed.
    pub rows: Vec<KnobRow>,
    /// The preset that they are compared with.
    pub preset: &'static str,
    /// All presets.
    pub presets: Vec<&'static str>,
    /// The revision that a change would replace; none where nothing is edited.
    pub editing: Option<i64>,
    /// Why what was typed is no policy.
    pub bad: Option<String>,
}

/// One knob with its value.
#[derive(Clone, Debug)]
pub struct KnobRow {
    /// The knob.
    pub knob: Knob,
    /// Its value, as a form holds it.
    pub value: String,
    /// The preset's.
    pub preset: String,
}

/// `/admin/policy/text`.
#[derive(Debug, Template)]
#[template(path = "admin/policy_text.html")]
pub struct PolicyText {
    /// The frame.
    pub frame: Frame,
    /// The policy as TOML.
    pub text: String,
    /// The revision that a change would replace.
    pub revision: i64,
    /// Why what was typed is no policy.
    pub bad: Option<String>,
}

/// `/admin/policy/drafts/{draft}`.
#[derive(Debug, Template)]
#[template(path = "admin/policy_draft.html")]
pub struct PolicyDraft {
    /// The frame.
    pub frame: Frame,
    /// The draft's number.
    pub draft: i64,
    /// The revision that it would replace.
    pub revision: i64,
    /// How far the counting is.
    pub progress: Progress,
    /// For when it is counted, if not for now.
    pub as_of: Option<String>,
    /// People by effect: now and then.
    pub counts: Vec<(Effect, i64, i64)>,
    /// People for whom something changes.
    pub changed: i64,
    /// Further people for whom something changes only where they logged in from.
    pub people_moved: i64,
    /// Some of their logins.
    pub moved: Vec<MovedRow>,
    /// What deserves a second thought about its networks.
    pub cautions: Vec<String>,
    /// It has other networks than the policy.
    pub has_networks: bool,
    /// People who could not log in any more.
    pub locked_out: i64,
    /// Logins of the last 30 days, and how many of them change.
    pub logins: (i64, i64),
    /// Some of the people for whom something changes.
    pub people: Vec<ChangedRow>,
    /// Behind whom the next people stand.
    pub next: Option<i64>,
    /// The policy as it is.
    pub old: String,
    /// The draft.
    pub new: String,
    /// Why, as it was typed.
    pub reason: String,
}

/// How far work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many per cent are done.
    At(i64),
    /// It is done.
    Done,
    /// It stopped.
    Stopped,
}

/// A person for whom a draft changes something.
#[derive(Clone, Debug)]
pub struct ChangedRow {
    /// The person's number.
    pub user: String,
    /// The login ID.
    pub login: String,
    /// Now.
    pub before: Effect,
    /// Then.
    pub after: Effect,
}

/// A login that a draft changes because of where it came from.
#[derive(Clone, Debug)]
pub struct MovedRow {
    /// From where.
    pub address: String,
    /// Whose, and what changes.
    pub row: ChangedRow,
}

/// `/admin/policy/history`.
#[derive(Debug, Template)]
#[template(path = "admin/policy_history.html")]
pub struct PolicyHistory {
    /// The frame.
    pub frame: Frame,
    /// Texts of the policy, newest first.
    pub rows: Vec<RevisionRow>,
    /// Below which revision the next page begins.
    pub next: Option<i64>,
}

/// A change of the policy.
#[derive(Clone, Debug)]
pub struct RevisionRow {
    /// Its number.
    pub revision: i64,
    /// When.
    pub time: String,
    /// Who.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
}

/// `/admin/policy/history/{revision}`.
#[derive(Debug, Template)]
#[template(path = "admin/policy_revision.html")]
pub struct PolicyRevision {
    /// The frame.
    pub frame: Frame,
    /// Which.
    pub row: RevisionRow,
    /// The text before.
    pub old: String,
    /// Its text.
    pub new: String,
    /// It is in force.
    pub is_current: bool,
}

/// What deserves a second thought about a network.
#[must_use]
pub fn caution_text(texts: &Texts, network: &Network, caution: Caution) -> String {
    let (name, cidr) = (network.name.as_str(), network.cidr.as_str());
    match caution {
        Caution::Huge => texts.msg_with(
            "policy-caution-huge",
            &[("name", name.into()), ("cidr", cidr.into())],
        ),
        Caution::Private => texts.msg_with(
            "policy-caution-private",
            &[("name", name.into()), ("cidr", cidr.into())],
        ),
    }
}

impl KnobRow {
    fn differs(&self) -> bool {
        self.value.trim() != self.preset.trim()
    }

    fn id(&self) -> String {
        self.knob.path.replace('.', "-")
    }

    fn choices(&self) -> &'static [&'static str] {
        match self.knob.kind {
            KnobKind::Choice(words) => words,
            _ => &[],
        }
    }

    fn range(&self) -> Option<(i64, i64)> {
        match self.knob.kind {
            KnobKind::Number(least, most) => Some((least, most)),
            _ => None,
        }
    }

    fn is_switch(&self) -> bool {
        self.knob.kind == KnobKind::Switch
    }

    fn is_lines(&self) -> bool {
        self.knob.kind == KnobKind::Lines
    }
}

impl Policy {
    /// The knobs by section.
    fn sections(&self) -> Vec<(&str, &[KnobRow])> {
        self.rows
            .chunk_by(|one, other| one.knob.section() == other.knob.section())
            .map(|rows| (section(&self.frame.texts, rows[0].knob.section()), rows))
            .collect()
    }

    fn name<'t>(&'t self, row: &'t KnobRow) -> &'t str {
        knob(&self.frame.texts, row.knob.path).0
    }

    fn hint<'t>(&'t self, row: &'t KnobRow) -> &'t str {
        knob(&self.frame.texts, row.knob.path).1
    }

    fn shown<'t>(&'t self, row: &'t KnobRow, value: &'t str) -> &'t str {
        match (row.is_switch(), value) {
            (_, "") => self.frame.msg("policy-none"),
            (true, "true") => self.frame.msg("policy-yes"),
            (true, _) => self.frame.msg("policy-no"),
            (false, value) => choice(&self.frame.texts, row.knob.path, value),
        }
    }

    /// The word that stands for a value in the policy's text, where it is shown in others.
    fn word<'t>(&self, row: &KnobRow, value: &'t str) -> Option<&'t str> {
        row.choices().contains(&value).then_some(value)
    }

    fn preset_value(&self) -> String {
        self.frame
            .msg_with("policy-preset-value", &[("preset", self.preset.into())])
    }

    fn preset_is(&self, row: &KnobRow) -> String {
        let value = self.shown(row, &row.preset).into();
        let parts = [("preset", self.preset.into()), ("value", value)];
        self.frame.msg_with("policy-preset-is", &parts)
    }

    fn differs_from(&self) -> String {
        self.frame
            .msg_with("policy-differs", &[("preset", self.preset.into())])
    }
}

impl PolicyDraft {
    fn counting(&self) -> Option<(i64, String)> {
        match self.progress {
            Progress::At(percent) => {
                let parts = [("percent", percent.into())];
                Some((percent, self.frame.msg_with("policy-counting", &parts)))
            }
            _ => None,
        }
    }

    fn is_stopped(&self) -> bool {
        self.progress == Progress::Stopped
    }

    fn is_done(&self) -> bool {
        self.progress == Progress::Done
    }

    fn as_of_text(&self) -> Option<String> {
        let time = self.as_of.as_deref()?;
        Some(
            self.frame
                .msg_with("policy-as-of", &[("time", time.into())]),
        )
    }

    fn effect(&self, effect: &Effect) -> &str {
        let frame = &self.frame;
        match effect {
            Effect::NothingAsked => frame.msg("policy-effect-nothing"),
            Effect::Challenged => frame.msg("policy-effect-challenged"),
            Effect::SetUpOffered => frame.msg("policy-effect-offered"),
            Effect::SetUpDemanded => frame.msg("policy-effect-demanded"),
            Effect::LockedOut => frame.msg("policy-effect-locked-out"),
            Effect::Refused => frame.msg("policy-effect-refused"),
        }
    }

    fn changed_text(&self) -> Option<String> {
        let parts = [("count", self.changed.into())];
        // That nothing changes is said only where that is all.
        let is_said = self.changed > 0 || self.people_moved == 0;
        is_said.then(|| self.frame.msg_with("policy-changed", &parts))
    }

    fn moved_text(&self) -> Option<String> {
        let parts = [("count", self.people_moved.into())];
        (self.people_moved > 0).then(|| self.frame.msg_with("policy-moved", &parts))
    }

    fn moved_lead(&self) -> String {
        let count = i64::try_from(self.moved.len()).unwrap_or(i64::MAX);
        self.frame
            .msg_with("policy-moved-lead", &[("count", count.into())])
    }

    fn locked_out_text(&self) -> Option<String> {
        let parts = [("count", self.locked_out.into())];
        (self.locked_out > 0).then(|| self.frame.msg_with("policy-locked-out", &parts))
    }

    fn logins_text(&self) -> String {
        let (logins, changed) = self.logins;
        self.frame.msg_with(
            "policy-logins",
            &[("logins", logins.into()), ("changed", changed.into())],
        )
    }

    fn lines(&self) -> Vec<DiffLine<'_>> {
        diff(&self.frame, &self.old, &self.new)
    }
}

impl PolicyRevision {
    fn title(&self) -> String {
        self.frame.msg_with(
            "policy-revision-title",
            &[("revision", self.row.revision.to_string().into())],
        )
    }

    fn lines(&self) -> Vec<DiffLine<'_>> {
        diff(&self.frame, &self.old, &self.new)
    }
}

/// A line of a difference.
struct DiffLine<'t> {
    /// `del`, `ins` or `span`.
    tag: &'static str,
    /// For those who do not see it.
    word: &'t str,
    sign: &'static str,
    text: &'t str,
}

fn diff<'t>(frame: &'t Frame, old: &'t str, new: &'t str) -> Vec<DiffLine<'t>> {
    let line = |(fate, text)| {
        let (tag, word, sign) = match fate {
            Fate::Kept => ("span", "", " "),
            Fate::Removed => ("del", frame.msg("policy-removed"), "−"),
            Fate::Added => ("ins", frame.msg("policy-added"), "+"),
        };
        DiffLine {
            tag,
            word,
            sign,
            text,
        }
    };
    changed_lines(old, new).into_iter().map(line).collect()
}
