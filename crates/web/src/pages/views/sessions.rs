//! The browsers in which the user is signed in.

use super::Frame;
use askama::Template;

/// `/account/sessions`.
#[derive(Debug, Template)]
#[template(path = "sessions.html")]
pub struct Sessions {
    /// The frame.
    pub frame: Frame,
    /// The sessions, this one first.
    pub rows: Vec<SessionRow>,
}

/// One session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Value of the field `session` that ends it.
    pub id: String,
    /// Whether it is the one looking at this page.
    pub current: bool,
    /// The browser, as [`super::short_agent`] names it; empty if unknown.
    pub agent: String,
    /// Where it signed in from.
    pub address: String,
    /// When it signed in.
    pub since: String,
    /// When it was last used.
    pub last_seen: String,
}

impl Sessions {
    fn has_others(&self) -> bool {
        self.rows.iter().any(|row| !row.current)
    }

    fn browser<'t>(&'t self, row: &'t SessionRow) -> &'t str {
        if row.agent.is_empty() {
            return self.frame.msg("sessions-browser-unknown");
        }
        &row.agent
    }

    fn confirm_one(&self, row: &SessionRow) -> String {
        self.frame.msg_with(
            "sessions-end-confirm",
            &[("browser", self.browser(row).into())],
        )
    }
}
