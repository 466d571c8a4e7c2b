//! The gate of mail servers on pages: their keys, and networks that many people share.

use askama::Template;

use super::super::Frame;

/// `/admin/mail-gate`.
#[derive(Debug, Template)]
#[template(path = "admin/mail_gate.html")]
pub struct MailGate {
    /// The frame.
    pub frame: Frame,
    /// The keys by name.
    pub keys: Vec<GateKey>,
    /// Networks at which several people hold a window, the fullest first.
    pub crowds: Vec<CrowdRow>,
    /// The policy has windows for mail programs.
    pub windows: bool,
    /// From as many people on, a network counts as shared; 0: never.
    pub crowd: i64,
    /// Hours that a window is open on a shared network; 0: none is opened.
    pub crowd_hours: i64,
}

/// A key of a mail server.
#[derive(Clone, Debug)]
pub struct GateKey {
    /// Its number.
    pub id: String,
    /// What the mail server is called.
    pub name: String,
    /// When it was made.
    pub added: String,
    /// When it was used last, to the hour.
    pub used: Option<String>,
}

/// A network at which several people hold a window.
#[derive(Clone, Debug)]
pub struct CrowdRow {
    /// An address, or a part of an IPv6 address.
    pub network: String,
    /// How many people.
    pub people: i64,
    /// What the tenant calls it, if it is listed.
    pub name: Option<String>,
    /// It is listed as shared by many.
    pub is_shared: bool,
}

/// `/admin/mail-gate/keys/add`.
#[derive(Debug, Template)]
#[template(path = "admin/gate_key.html")]
pub struct GateKeyAdd {
    /// The frame.
    pub frame: Frame,
    /// The name as it was typed.
    pub name: String,
}

/// A key, once, with what is written into the mail server's settings.
#[derive(Debug, Template)]
#[template(path = "admin/gate_key_shown.html")]
pub struct GateKeyShown {
    /// The frame.
    pub frame: Frame,
    /// What the mail server is called.
    pub name: String,
    /// The key.
    pub key: String,
    /// Where other mail servers ask.
    pub address: String,
    /// Settings by version of Dovecot.
    pub settings: [(&'static str, String); 2],
}

/// `/admin/mail-gate/keys/{key}/remove`.
#[derive(Debug, Template)]
#[template(path = "admin/gate_key_remove.html")]
pub struct GateKeyRemove {
    /// The frame.
    pub frame: Frame,
    /// The key.
    pub key: GateKey,
}

impl MailGate {
    fn rule(&self) -> String {
        let frame = &self.frame;
        let crowd = self.crowd;
        match (self.crowd, self.crowd_hours) {
            (0, 0) => frame.msg("gate-crowd-listed-none").to_owned(),
            (0, hours) => frame.msg_with("gate-crowd-listed", &[("hours", hours.into())]),
            (_, 0) => frame.msg_with("gate-crowd-none", &[("crowd", crowd.into())]),
            (_, hours) => frame.msg_with(
                "gate-crowd-hours",
                &[("crowd", crowd.into()), ("hours", hours.into())],
            ),
        }
    }

    fn people(&self, row: &CrowdRow) -> String {
        self.frame
            .msg_with("gate-people", &[("count", row.people.into())])
    }

    fn counts_as_shared(&self, row: &CrowdRow) -> bool {
        row.is_shared || self.crowd > 0 && row.people > self.crowd
    }
}

impl GateKeyShown {
    fn lead(&self) -> String {
        self.frame
            .msg_with("gate-key-lead", &[("name", (&self.name).into())])
    }

    fn others(&self) -> String {
        self.frame
            .msg_with("gate-key-others", &[("address", (&self.address).into())])
    }

    fn version(&self, version: &str) -> String {
        self.frame
            .msg_with("gate-key-dovecot", &[("version", version.into())])
    }
}

impl GateKeyRemove {
    fn what(&self) -> String {
        self.frame
            .msg_with("gate-key-remove-what", &[("name", (&self.key.name).into())])
    }
}
