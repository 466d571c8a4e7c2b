//! One person, as an administrator sees the person.

use askama::Template;
use warifu_domain::{
    decide::Methods, explain::Why, mail_gate::Remedy, time::Timestamp, user::Role,
};

use super::super::{Frame, MailNetwork, MailProgram, PairedApp, SessionRow, audit::EventRow};
use crate::text::{Language, Texts};

/// `/admin/users/{user}`.
#[derive(Debug, Template)]
#[template(path = "admin/user.html")]
pub struct User {
    /// The frame.
    pub frame: Frame,
    /// The person's number.
    pub id: String,
    /// The login ID.
    pub login: String,
    /// The name; may be empty.
    pub name: String,
    /// Where notices go.
    pub email: Option<String>,
    /// The group's name.
    pub group: Option<String>,
    /// The role, in words.
    pub role: String,
    /// When the account was added.
    pub added: String,
    /// The last login.
    pub last_login: Option<String>,
    /// It is the one who looks.
    pub is_oneself: bool,
    /// The account is closed.
    pub disabled: bool,
    /// Guesses at the account wait.
    pub blocked: Option<Blocked>,
    /// What the next login would ask for, and why.
    pub next_login: String,
    /// A second factor of some kind is registered.
    pub has_factor: bool,
    /// The second factor is on, so that a helpdesk code could stand in for it.
    pub offers_helpdesk_code: bool,
    /// The authenticator app.
    pub app: Option<UserApp>,
    /// The private address, where codes are sent by mail or one is registered.
    pub address: Option<UserAddress>,
    /// A set-up was begun and not finished.
    pub is_pending: bool,
    /// Backup codes left, and since when there are any.
    pub codes: Option<(u32, String)>,
    /// Until when a helpdesk code is open.
    pub helpdesk_until: Option<String>,
    /// Why no link for a password can be mailed; `None`: it can.
    pub no_password_link: Option<String>,
    /// Where the person is signed in.
    pub sessions: Vec<SessionRow>,
    /// The person's mail programs, where they need windows.
    pub mail: Option<UserMail>,
    /// What happened lately, newest first.
    pub events: Vec<EventRow>,
}

/// A person's authenticator app.
#[derive(Clone, Debug)]
pub struct UserApp {
    /// What page and app call it, if it was registered by two codes (K4).
    pub paired: Option<PairedApp>,
    /// Since when.
    pub since: String,
    /// When a code was last accepted.
    pub last_used: Option<String>,
    /// Its owner reported the device lost (SEC-44).
    pub is_lost: bool,
}

/// A person's private address, to which codes are sent (K6).
#[derive(Clone, Debug)]
pub struct UserAddress {
    /// The address, and since when it is in use.
    pub current: Option<(String, String)>,
    /// One that is to take its place, while the code that confirms it is awaited.
    pub awaited: Option<String>,
    /// Codes by mail count for this person.
    pub counts: bool,
}

/// A person's mail programs.
#[derive(Clone, Debug)]
pub struct UserMail {
    /// From where they may come.
    pub windows: Vec<MailNetwork>,
    /// What was refused, each with what to tell the person.
    pub refused: Vec<(MailProgram, String)>,
}

/// How guesses at an account are held up.
#[derive(Clone, Debug)]
pub enum Blocked {
    /// Until this time.
    Until(String),
    /// Until somebody opens it.
    Closed,
}

/// A role in words.
pub fn role_name(texts: &Texts, role: Role) -> &str {
    match role {
        Role::Member => texts.msg("role-member"),
        Role::Administrator => texts.msg("role-administrator"),
        Role::Operator => texts.msg("role-operator"),
    }
}

/// What a login would ask for right now, and why, in sentences.
pub fn next_login(texts: &Texts, why: Why, minute: impl Fn(Timestamp) -> String) -> String {
    let methods = match why {
        Why::Registered(methods) => methods,
        Why::Disabled => return texts.msg("user-next-disabled").to_owned(),
        Why::TenantSuspended => return texts.msg("user-next-suspended").to_owned(),
        Why::Reissued => return texts.msg("user-next-reissued").to_owned(),
        Why::Role => return texts.msg("user-next-role").to_owned(),
        Why::Policy => return texts.msg("user-next-policy").to_owned(),
        Why::Grace { until } => {
            return texts.msg_with("user-next-grace", &[("until", minute(until).into())]);
        }
        Why::Later { from } => {
            return texts.msg_with("user-next-later", &[("from", minute(from).into())]);
        }
        Why::Trusted => return texts.msg("user-next-trusted").to_owned(),
        Why::SwitchedOff => return texts.msg("user-next-switched-off").to_owned(),
        Why::SwitchedOn => return texts.msg("user-next-switched-on").to_owned(),
        Why::Optional => return texts.msg("user-next-optional").to_owned(),
        Why::Off => return texts.msg("user-next-off").to_owned(),
    };
    let Methods {
        totp,
        email,
        backup_code,
        helpdesk_code,
    } = methods;
    let mut sentences = vec![match (totp, email) {
        (true, _) => texts.msg("user-next-registered"),
        (false, true) => texts.msg("user-next-email"),
        (false, false) => texts.msg("user-next-lost"),
    }];
    if totp && email {
        sentences.push(texts.msg("user-next-or-email"));
    }
    if backup_code {
        sentences.push(texts.msg("user-next-or-backup-code"));
    }
    if helpdesk_code {
        sentences.push(texts.msg("user-next-or-helpdesk-code"));
    }
    sentences.join(match texts.language() {
        Language::Ja => "",
        Language::En => " ",
    })
}

/// Why a mail program was refused and what to tell the person, in one sentence or two.
pub fn remedy_text(texts: &Texts, remedy: Remedy) -> &str {
    match remedy {
        Remedy::Nothing => texts.msg("user-mail-nothing"),
        Remedy::Login => texts.msg("user-mail-login"),
        Remedy::OtherNetwork => texts.msg("user-mail-other-network"),
        Remedy::SetUp => texts.msg("user-mail-set-up"),
        Remedy::Reopening => texts.msg("user-mail-reopening"),
    }
}

impl User {
    fn title(&self) -> &str {
        if self.name.is_empty() {
            &self.login
        } else {
            &self.name
        }
    }

    fn act(&self, name: &str) -> String {
        self.frame.link(&format!("/admin/users/{}/{name}", self.id))
    }

    fn blocked_text(&self) -> Option<String> {
        Some(match self.blocked.as_ref()? {
            Blocked::Until(until) => self
                .frame
                .msg_with("user-blocked-until", &[("until", until.into())]),
            Blocked::Closed => self.frame.msg("user-blocked-closed").to_owned(),
        })
    }

    fn codes_text(&self, codes: &(u32, String)) -> String {
        let (left, since) = codes;
        self.frame.msg_with(
            "user-codes",
            &[("left", (*left).into()), ("since", since.into())],
        )
    }

    fn address_since(&self, since: &str) -> String {
        self.frame
            .msg_with("user-address-since", &[("since", since.into())])
    }

    fn address_awaited(&self, address: &str) -> String {
        self.frame
            .msg_with("user-address-awaited", &[("address", address.into())])
    }

    fn helpdesk_text(&self, until: &str) -> String {
        self.frame
            .msg_with("user-helpdesk-open", &[("until", until.into())])
    }

    fn browser<'t>(&'t self, row: &'t SessionRow) -> &'t str {
        if row.agent.is_empty() {
            return self.frame.msg("sessions-browser-unknown");
        }
        &row.agent
    }
}
