//! The forms in which one code is typed.

use crate::http::forms::{BadForm, Fields, Form};

/// A code of an authenticator app.
pub(crate) struct CodeForm {
    pub(crate) code: String,
}

impl Form for CodeForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            code: fields.text("code"),
        })
    }
}

/// A backup code.
pub(crate) struct BackupCodeForm {
    pub(crate) backup_code: String,
}

impl Form for BackupCodeForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            backup_code: fields.text("backup_code"),
        })
    }
}
