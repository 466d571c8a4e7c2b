//! The forms in which one code is typed.

use warifu_domain::typed::Typed;

use crate::http::forms::{BadForm, Fields, Form};

/// A code of an authenticator app.
pub(crate) struct CodeForm {
    pub(crate) code: Typed,
}

impl Form for CodeForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            code: fields.secret("code"),
        })
    }
}

/// A backup code.
pub(crate) struct BackupCodeForm {
    pub(crate) backup_code: Typed,
}

impl Form for BackupCodeForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            backup_code: fields.secret("backup_code"),
        })
    }
}

/// A code that an administrator read out.
pub(crate) struct HelpdeskCodeForm {
    pub(crate) helpdesk_code: String,
}

impl Form for HelpdeskCodeForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        Ok(Self {
            helpdesk_code: fields.text("helpdesk_code"),
        })
    }
}
