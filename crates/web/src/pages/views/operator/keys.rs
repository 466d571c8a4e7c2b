//! What depends on which key, and sealing it again.

use askama::Template;
use warifu_storage::JobState;

use super::super::Frame;

/// `/operator/keys`.
#[derive(Debug, Template)]
#[template(path = "operator/keys.html")]
pub struct Keys {
    /// The frame.
    pub frame: Frame,
    /// The number of the key of new values.
    pub active: String,
    /// The numbers of all keys of the ring that can open values.
    pub known: String,
    /// The numbers of those that only check; empty where there are none.
    pub retired: String,
    /// Sealed values under other keys than the active one.
    pub to_reseal: i64,
    /// What depends on which key.
    pub rows: Vec<KeyRow>,
    /// Servers that run.
    pub servers: Vec<ServerRow>,
}

/// What depends on a key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// What was made with it.
    pub what: &'static str,
    /// The key's number.
    pub key: String,
    /// How many values.
    pub values: i64,
    /// It is the key of new values.
    pub is_active: bool,
    /// The ring has it.
    pub is_known: bool,
}

/// A server that runs.
#[derive(Clone, Debug)]
pub struct ServerRow {
    /// What people know it by.
    pub name: String,
    /// The key of its new values.
    pub active: String,
    /// The keys that it has.
    pub keys: String,
}

impl Keys {
    fn to_reseal_text(&self) -> String {
        let values = self.to_reseal;
        self.frame
            .msg_with("operator-keys-to-reseal", &[("values", values.into())])
    }
}

/// `/operator/keys/reseal`.
#[derive(Debug, Template)]
#[template(path = "operator/reseal_ask.html")]
pub struct ResealAsk {
    /// The frame.
    pub frame: Frame,
    /// The reason, as typed.
    pub reason: String,
}

/// `/operator/keys/reseal/{job}`.
#[derive(Debug, Template)]
#[template(path = "operator/reseal.html")]
pub struct ResealPage {
    /// The frame.
    pub frame: Frame,
    /// Its id.
    pub id: i64,
    /// Whether it goes on.
    pub state: JobState,
    /// How much is done, in per cent.
    pub percent: i64,
    /// Values that were sealed again.
    pub done: i64,
    /// Values that were to be, about.
    pub total: i64,
    /// The key under which they are then.
    pub key: u32,
    /// Values that cannot be opened.
    pub unreadable: i64,
}

impl ResealPage {
    fn goes_on(&self) -> bool {
        matches!(self.state, JobState::Waiting | JobState::Running)
    }

    fn is_good(&self) -> bool {
        self.state != JobState::Failed && self.unreadable == 0
    }

    fn text(&self) -> String {
        let frame = &self.frame;
        match self.state {
            JobState::Waiting | JobState::Running => frame.msg_with(
                "operator-reseal-running",
                &[("done", self.done.into()), ("total", self.total.into())],
            ),
            JobState::Finished => frame.msg_with(
                "operator-reseal-finished",
                &[("number", i64::from(self.key).into())],
            ),
            JobState::Cancelled => frame.msg("operator-reseal-cancelled").to_owned(),
            JobState::Failed => frame.msg("operator-reseal-failed").to_owned(),
        }
    }

    fn unreadable_text(&self) -> String {
        let values = self.unreadable;
        self.frame
            .msg_with("operator-reseal-unreadable", &[("values", values.into())])
    }
}
