//! What a check of the audit chains found.

use askama::Template;

use super::super::Frame;
use super::Trail;

/// `/admin/audit/checks/{check}`, and the same for operators.
#[derive(Debug, Template)]
#[template(path = "audit/check.html")]
pub struct AuditCheck {
    /// The frame.
    pub frame: Frame,
    /// Whose events.
    pub trail: Trail,
    /// Its id.
    pub check: i64,
    /// When it began.
    pub time: String,
    /// How far it is.
    pub state: ChainState,
}

/// How far a check is, and what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainState {
    /// It goes on: how much is done, and in events of how many.
    Checking {
        /// In per cent.
        percent: i64,
        /// Events.
        done: i64,
        /// Events.
        total: i64,
    },
    /// So many events, none changed, none missing.
    Whole(u64),
    /// A chain and the first place in it that does not fit.
    Broken(i64, i64),
    /// It could not be done.
    Stopped,
    /// Somebody stopped it.
    Cancelled,
}

impl AuditCheck {
    fn page(&self) -> String {
        self.frame.link(self.trail.path())
    }

    fn is_good(&self) -> bool {
        !matches!(self.state, ChainState::Broken(..) | ChainState::Stopped)
    }

    fn percent(&self) -> Option<i64> {
        match self.state {
            ChainState::Checking { percent, .. } => Some(percent),
            _ => None,
        }
    }

    fn text(&self) -> String {
        let frame = &self.frame;
        match self.state {
            ChainState::Checking { done, total, .. } => frame.msg_with(
                "audit-checking",
                &[("done", done.into()), ("total", total.into())],
            ),
            ChainState::Whole(events) => {
                let events = i64::try_from(events).unwrap_or(i64::MAX);
                frame.msg_with(
                    "audit-whole",
                    &[
                        ("events", events.into()),
                        ("time", self.time.as_str().into()),
                    ],
                )
            }
            ChainState::Broken(lane, seq) => {
                let place = [("lane", lane.into()), ("seq", seq.into())];
                match self.trail {
                    Trail::Tenant => frame.msg_with("audit-broken", &place),
                    Trail::Server => frame.msg_with("server-audit-broken", &place),
                }
            }
            ChainState::Stopped => frame.msg("audit-check-stopped").to_owned(),
            ChainState::Cancelled => frame.msg("audit-check-cancelled").to_owned(),
        }
    }
}
