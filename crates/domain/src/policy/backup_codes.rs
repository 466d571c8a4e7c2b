//! What backup codes look like, and how they reach their owner.

use serde::{Deserialize, Serialize};

use super::check::{OutOfRange, number};
use crate::backup_code::Shape;

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
    /// The codes are kept sealed besides hashed and can be looked at again, used or not (C3). It counts for sets issued
    /// after it was switched on.
    pub viewable: bool,
}

impl Default for BackupCodeRules {
    fn default() -> Self {
        Self {
            enabled: true,
            count: 10,
            shape: Shape::Symbols16,
            shown: Shown::Page,
            viewable: false,
        }
    }
}

impl BackupCodeRules {
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        number("backup_codes.count", self.count, (1, 40))
    }
}
