//! Backup codes: how many are left, and a new set.

use super::{BackupState, Frame};
use askama::Template;
use warifu_domain::backup_code::Shape;

/// A set of backup codes just issued.
#[derive(Clone, Debug)]
pub struct NewCodes {
    /// The codes in groups.
    pub shown: Vec<String>,
    /// They can be looked at again (C3); otherwise this is the only time.
    pub viewable: bool,
}

/// A backup code that is looked at again (C3).
#[derive(Clone, Debug)]
pub struct ViewedCode {
    /// In groups.
    pub code: String,
    /// It opens nothing any more.
    pub is_used: bool,
}

/// `/account/backup-codes`: the state of the codes, and a new set while it may be shown.
#[derive(Debug, Template)]
#[template(path = "backup_codes.html")]
pub struct BackupCodes {
    /// The frame.
    pub frame: Frame,
    /// The set in force; `None` before the first.
    pub state: Option<BackupState>,
    /// The set issued just now.
    pub new: Option<NewCodes>,
    /// Whether the set in force can be looked at again.
    pub viewable: bool,
    /// The set in force, while it is looked at.
    pub viewed: Vec<ViewedCode>,
    /// Whether the policy only lets codes be downloaded.
    pub download_only: bool,
    /// How many codes a set has.
    pub count: u32,
    /// Tells the set in force from later ones; posted back, so that a form sent twice issues one set.
    pub generation: i64,
}

/// What a backup code looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeShape {
    /// So many digits.
    Digits(u32),
    /// So many letters and digits.
    Symbols(u32),
}

impl From<Shape> for CodeShape {
    fn from(shape: Shape) -> Self {
        // The longest has 16 characters.
        let length = shape.length() as u32;
        match shape {
            Shape::Digits8 => Self::Digits(length),
            Shape::Symbols16 => Self::Symbols(length),
        }
    }
}

impl CodeShape {
    /// The name by which messages select their variant.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Digits(_) => "digits",
            Self::Symbols(_) => "symbols",
        }
    }

    pub(super) fn length(self) -> u32 {
        match self {
            Self::Digits(length) | Self::Symbols(length) => length,
        }
    }

    pub(super) fn is_digits(self) -> bool {
        matches!(self, Self::Digits(_))
    }
}

impl NewCodes {
    /// Whether the codes are too long to stand side by side.
    pub(super) fn is_long(&self) -> bool {
        self.shown.iter().any(|code| code.len() > 10)
    }

    /// The codes for the form that turns them into a file.
    pub(super) fn joined(&self) -> String {
        self.shown.join(" ")
    }

    pub(super) fn kept_once(&self, frame: &Frame) -> String {
        frame.msg_with("backup-codes-keep", &[("count", self.shown.len().into())])
    }
}

impl BackupCodes {
    fn issue_lead(&self) -> String {
        self.frame
            .msg_with("backup-codes-issue-lead", &[("count", self.count.into())])
    }
}
