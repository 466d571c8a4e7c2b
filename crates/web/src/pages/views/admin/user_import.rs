//! People from a file: sending it, what was found in it, doing it, taking it back.

use askama::Template;
use fluent_bundle::FluentValue;

use super::super::Frame;
use crate::text::Texts;

/// `/admin/users/import`.
#[derive(Debug, Template)]
#[template(path = "admin/user_import.html")]
pub struct UserImport {
    /// The frame.
    pub frame: Frame,
    /// The text that was pasted before.
    pub text: String,
    /// Why nothing was read, if the form came back.
    pub bad: Option<String>,
}

/// `/admin/users/import/{import}`.
#[derive(Debug, Template)]
#[template(path = "admin/user_import_state.html")]
pub struct UserImportState {
    /// The frame.
    pub frame: Frame,
    /// Its number.
    pub id: String,
    /// How far it is.
    pub stage: ImportStage,
    /// In numbers.
    pub counts: ImportCounts,
    /// When the file was checked.
    pub checked_at: String,
    /// The file was read as Shift_JIS.
    pub is_shift_jis: bool,
    /// A link for the first password can be mailed here.
    pub can_mail: bool,
    /// What is wrong, and who is there already.
    pub problems: Vec<ProblemRow>,
    /// Where the next of them begin.
    pub more_from: Option<usize>,
    /// The first people of the file.
    pub sample: Vec<SampleRow>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportStage {
    /// Rows are wrong.
    Refused,
    /// Nobody in the file is new.
    NobodyNew,
    /// It waits to be confirmed.
    Checked,
    /// So many per cent are done.
    Running(i64),
    /// It stopped in the middle.
    Stopped,
    /// The file waited too long.
    Forgotten,
    /// It is done.
    Done,
}

/// An import in numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportCounts {
    /// New people.
    pub fresh: i64,
    /// People who are there already.
    pub existing: i64,
    /// Cells that are wrong.
    pub bad: i64,
    /// New people with a weak hash.
    pub weak: i64,
    /// New people without a hash.
    pub without_password: i64,
    /// Those of them with a mail address.
    pub can_be_mailed: i64,
    /// People who were added.
    pub added: i64,
    /// People whose login ID was taken since the check.
    pub overtaken: i64,
    /// Those of them who are still there.
    pub left: i64,
    /// Members of them who never logged in.
    pub untouched: i64,
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct ProblemRow {
    /// Where the row begins.
    pub line: usize,
    /// Which column; may be empty.
    pub column: &'static str,
    /// What is wrong.
    pub text: String,
}

/// One person of the file.
#[derive(Clone, Debug)]
pub struct SampleRow {
    /// The login ID.
    pub login: String,
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// The group.
    pub group: String,
    /// The role, in words.
    pub role: String,
    /// There is a password hash.
    pub has_hash: bool,
}

/// `/admin/users/import/{import}/undo`.
#[derive(Debug, Template)]
#[template(path = "admin/user_import_undo.html")]
pub struct UserImportUndo {
    /// The frame.
    pub frame: Frame,
    /// Its number.
    pub id: String,
    /// How many people it concerns.
    pub untouched: i64,
    /// The reason as it was typed before.
    pub reason: String,
}

/// What is wrong with a cell, in words. `word` and `numbers` are what `BadCell::word` tells.
pub fn problem_text(texts: &Texts, word: &str, numbers: &[usize]) -> String {
    let number = |place: usize| {
        let value = numbers.get(place).copied().unwrap_or_default();
        FluentValue::from(value.to_string())
    };
    match word {
        "too-large" => texts.msg("import-bad-too-large"),
        "encoding" => texts.msg("import-bad-encoding"),
        "heading" => texts.msg("import-bad-heading"),
        "quote" => texts.msg("import-bad-quote"),
        "login-empty" => texts.msg("import-bad-login-empty"),
        "login-long" => texts.msg("import-bad-login-long"),
        "login" => texts.msg("import-bad-login"),
        "name" => texts.msg("import-bad-name"),
        "email" => texts.msg("import-bad-email"),
        "group" => texts.msg("import-bad-group"),
        "role" => texts.msg("import-bad-role"),
        "role-above" => texts.msg("import-bad-role-above"),
        "hash-scheme" => texts.msg("import-bad-hash-scheme"),
        "hash-malformed" => texts.msg("import-bad-hash-malformed"),
        "hash-dear" => texts.msg("import-bad-hash-dear"),
        "no-group" => texts.msg("import-bad-no-group"),
        "cells" => {
            let parts = [("found", number(0)), ("expected", number(1))];
            return texts.msg_with("import-bad-cells", &parts);
        }
        "twice" => return texts.msg_with("import-bad-twice", &[("line", number(0))]),
        _ => texts.msg("import-bad-taken"),
    }
    .to_owned()
}

impl UserImportState {
    fn path(&self) -> String {
        self.frame.link(&format!("/admin/users/import/{}", self.id))
    }

    fn is_good(&self) -> bool {
        matches!(
            self.stage,
            ImportStage::Checked | ImportStage::Running(_) | ImportStage::Done
        )
    }

    fn lead(&self) -> String {
        let frame = &self.frame;
        let added = [("count", self.counts.added.into())];
        match self.stage {
            ImportStage::Refused => frame.msg("import-refused").to_owned(),
            ImportStage::NobodyNew => frame.msg("import-nobody-new").to_owned(),
            ImportStage::Checked => frame.msg("import-checked").to_owned(),
            ImportStage::Running(percent) => frame.msg_with(
                "import-running",
                &[
                    ("percent", percent.into()),
                    ("added", self.counts.added.into()),
                ],
            ),
            ImportStage::Stopped => frame.msg_with("import-stopped", &added),
            ImportStage::Forgotten => frame.msg("import-forgotten").to_owned(),
            ImportStage::Done => frame.msg_with("import-done", &added),
        }
    }

    /// What there is to know beside the lead, a line each.
    fn remarks(&self) -> Vec<String> {
        let counts = &self.counts;
        let frame = &self.frame;
        let count = |count: i64| [("count", FluentValue::from(count))];
        let lines = [
            (
                counts.existing,
                frame.msg_with("import-existing", &count(counts.existing)),
            ),
            (counts.bad, frame.msg_with("import-bad", &count(counts.bad))),
            (
                counts.overtaken,
                frame.msg_with("import-overtaken", &count(counts.overtaken)),
            ),
            (
                counts.weak,
                frame.msg_with("import-weak", &count(counts.weak)),
            ),
            (
                counts.without_password,
                frame.msg_with("import-without-password", &count(counts.without_password)),
            ),
        ];
        let mut remarks = vec![frame.msg_with("import-fresh", &count(counts.fresh))];
        remarks.extend(
            lines
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(_, line)| line),
        );
        if self.is_shift_jis {
            remarks.push(self.frame.msg("import-shift-jis").to_owned());
        }
        remarks
    }

    fn mail_text(&self) -> String {
        self.frame.msg_with(
            "import-mail",
            &[("count", self.counts.can_be_mailed.into())],
        )
    }

    fn submit(&self) -> String {
        match self.stage {
            ImportStage::Stopped => self.frame.msg("import-go-on").to_owned(),
            _ => self
                .frame
                .msg_with("import-submit", &[("count", self.counts.fresh.into())]),
        }
    }

    fn undo_text(&self) -> String {
        self.frame.msg_with(
            "import-undo-hint",
            &[
                ("left", self.counts.left.into()),
                ("untouched", self.counts.untouched.into()),
            ],
        )
    }
}

impl UserImportUndo {
    fn what(&self) -> String {
        self.frame
            .msg_with("import-undo-what", &[("count", self.untouched.into())])
    }

    fn back(&self) -> String {
        self.frame.link(&format!("/admin/users/import/{}", self.id))
    }
}
