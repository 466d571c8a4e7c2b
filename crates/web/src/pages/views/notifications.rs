//! Where the notices about the own account go.

use super::Frame;
use askama::Template;

/// `/account/notifications`.
#[derive(Debug, Template)]
#[template(path = "notifications.html")]
pub struct Notifications {
    /// The frame.
    pub frame: Frame,
    /// The addresses, the administrators' first.
    pub rows: Vec<NotificationRow>,
    /// Whether a further one can be added.
    pub may_add: bool,
    /// The address that was typed.
    pub typed: String,
}

/// One address.
#[derive(Clone, Debug)]
pub struct NotificationRow {
    /// Value of the field `address`. `None`: it is the administrators'.
    pub id: Option<i64>,
    /// The address.
    pub address: String,
    /// Until when its code can be typed. `None`: it is in use.
    pub waits_until: Option<String>,
}

impl Notifications {
    fn confirm_removal(&self, row: &NotificationRow) -> String {
        let address = [("address", row.address.as_str().into())];
        self.frame.msg_with("addresses-remove-confirm", &address)
    }

    fn code_hint(&self, row: &NotificationRow) -> String {
        let time = row.waits_until.as_deref().unwrap_or_default();
        self.frame
            .msg_with("addresses-code-hint", &[("time", time.into())])
    }
}
