//! Where a person's mail programs may come from.

use super::Frame;
use askama::Template;

/// `/account/mail`.
#[derive(Debug, Template)]
#[template(path = "mail_programs.html")]
pub struct MailPrograms {
    /// The frame.
    pub frame: Frame,
    /// Mail programs need a window at all.
    pub needed: bool,
    /// The address of this request.
    pub here: String,
    /// The organisation trusts it.
    pub here_trusted: bool,
    /// Hours that a window is open.
    pub hours: i64,
    /// What is open.
    pub windows: Vec<MailNetwork>,
    /// What was refused.
    pub refused: Vec<MailProgram>,
}

/// A network from which mail programs may come.
#[derive(Clone, Debug)]
pub struct MailNetwork {
    /// Value of the field `network`.
    pub key: String,
    /// An address, or a part of an IPv6 address.
    pub network: String,
    /// This request comes from there.
    pub is_here: bool,
    /// When the second factor was passed.
    pub since: String,
    /// When it ends.
    pub until: String,
    /// Whole hours that are left.
    pub hours_left: i64,
    /// And minutes.
    pub minutes_left: i64,
    /// The protocols that used it; may be empty.
    pub programs: String,
    /// When one did last.
    pub used: Option<String>,
}

/// A refused mail program.
#[derive(Clone, Debug)]
pub struct MailProgram {
    /// Value of the field `network`.
    pub key: String,
    /// Where it came from.
    pub address: String,
    /// The protocols that it tried.
    pub programs: String,
    /// When.
    pub at: String,
}

/// `/account/mail/permit`.
#[derive(Debug, Template)]
#[template(path = "mail_permit.html")]
pub struct MailPermit {
    /// The frame.
    pub frame: Frame,
    /// What would be let in.
    pub program: MailProgram,
    /// For how many hours.
    pub hours: i64,
}

impl MailNetwork {
    pub(super) fn left(&self, frame: &Frame) -> String {
        frame.msg_with(
            "mail-programs-left",
            &[
                ("hours", self.hours_left.into()),
                ("minutes", self.minutes_left.into()),
            ],
        )
    }
}

impl MailPrograms {
    fn lead(&self) -> String {
        self.frame
            .msg_with("mail-programs-lead", &[("hours", self.hours.into())])
    }

    fn here(&self) -> String {
        let address = &[("address", self.here.as_str().into())];
        match self.here_trusted {
            true => self.frame.msg_with("mail-programs-here-trusted", address),
            false => self.frame.msg_with("mail-programs-here", address),
        }
    }

    fn confirm(&self, row: &MailNetwork) -> String {
        let network = &[("network", row.network.as_str().into())];
        self.frame.msg_with("mail-programs-close-confirm", network)
    }
}

impl MailPermit {
    fn question(&self) -> String {
        let address = &[("address", self.program.address.as_str().into())];
        self.frame.msg_with("mail-permit-question", address)
    }

    fn consequence(&self) -> String {
        self.frame.msg_with(
            "mail-permit-consequence",
            &[
                ("address", self.program.address.as_str().into()),
                ("hours", self.hours.into()),
            ],
        )
    }
}
