//! Backup codes: how many are left, and a new set.

use super::{BackupState, Frame};
use askama::Template;

/// A set of backup codes just issued.
#[derive(Clone, Debug)]
pub struct NewCodes {
    /// The codes as digits, to be shown this once; empty where the policy only lets them be downloaded.
    pub shown: Vec<String>,
    /// How many there are.
    pub count: u32,
    /// Tells this set from later ones; posted back as `generation`.
    pub generation: String,
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
    /// Whether the policy only lets codes be downloaded.
    pub download_only: bool,
    /// How many codes a set has.
    pub count: u32,
}

impl NewCodes {
    /// The codes grouped for the eye.
    pub(super) fn grouped(&self) -> impl Iterator<Item = String> {
        self.shown.iter().map(|code| grouped(code))
    }

    /// The codes for the form that turns them into a file.
    pub(super) fn joined(&self) -> String {
        self.shown.join(" ")
    }

    pub(super) fn kept_once(&self, frame: &Frame) -> String {
        frame.msg_with("backup-codes-keep", &[("count", self.count.into())])
    }
}

impl BackupCodes {
    fn issue_lead(&self) -> String {
        self.frame
            .msg_with("backup-codes-issue-lead", &[("count", self.count.into())])
    }
}

/// Splits a code into equal groups of 4 or 3; leaves other lengths whole.
fn grouped(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    let size = [4, 3]
        .into_iter()
        .find(|size| digits.len().is_multiple_of(*size))
        .unwrap_or(digits.len().max(1));
    digits
        .chunks(size)
        .map(String::from_iter)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_grouped_by_4_or_3() {
        for (code, expected) in [
            ("12345678", "1234 5678"),
            ("123456", "123 456"),
            ("1234567890", "1234567890"),
            ("", ""),
        ] {
            assert_eq!(super::grouped(code), expected);
        }
    }
}
