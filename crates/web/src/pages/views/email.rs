//! Codes by mail: the choice of a method, the page that sends and takes a code, the private address on the own account; and the own
//! switch, which stands beside them.

use super::{
    Frame, TimeLeft,
    login::{tries, who},
};
use askama::Template;

/// A code that was asked for.
#[derive(Clone, Debug)]
pub struct AskedCode {
    /// The name that stands in the mail as well.
    pub request: String,
    /// Where it went.
    pub address: String,
    /// When it is void, as in `19:04:12 JST`.
    pub ends: String,
    /// From when on another can be asked for; `None`: from now on.
    pub again_from: Option<String>,
    /// Seconds until then.
    pub wait: u32,
}

/// `/login/method`: which of the registered methods.
#[derive(Debug, Template)]
#[template(path = "login_method.html")]
pub struct LoginMethod {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the attempt.
    pub login: String,
    /// Whether the user may use a backup code instead.
    pub backup_codes: bool,
    /// Whether a helpdesk code is open for the user.
    pub helpdesk_code: bool,
}

/// What ends first in a login by mail, so that its time is the one that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstEnd {
    /// The code: another one can be asked for.
    Code,
    /// The login itself.
    Attempt,
}

/// `/login/email`: a code by mail is asked for, and typed.
#[derive(Debug, Template)]
#[template(path = "login_email.html")]
pub struct LoginEmail {
    /// The frame.
    pub frame: Frame,
    /// Login ID of the attempt.
    pub login: String,
    /// Where codes go, masked.
    pub address: String,
    /// The code that was asked for last; `None`: none was.
    pub asked: Option<AskedCode>,
    /// Digits of a code.
    pub digits: u8,
    /// How many are sent in an hour.
    pub per_hour: i64,
    /// Until when the code has to be entered: only one end is told.
    pub time_left: TimeLeft,
    /// What ends then.
    pub first_end: FirstEnd,
    /// Wrong codes that the attempt still bears.
    pub tries_left: u32,
    /// Whether the app can be used instead.
    pub app: bool,
    /// Whether the user may use a backup code instead.
    pub backup_codes: bool,
    /// Whether a helpdesk code is open for the user.
    pub helpdesk_code: bool,
}

/// `/account/email`: the private address is registered, changed and confirmed.
#[derive(Debug, Template)]
#[template(path = "email.html")]
pub struct Email {
    /// The frame.
    pub frame: Frame,
    /// The address in use.
    pub current: Option<String>,
    /// A code that is to confirm another one.
    pub asked: Option<AskedCode>,
    /// What was typed before.
    pub typed: String,
    /// It follows the registration of an app, and may be left for later (K8).
    pub is_offer: bool,
    /// The domains in which it may not lie, for people; may be empty.
    pub domains: String,
    /// Digits of a code.
    pub digits: u8,
    /// The mail comes from the person's own address (K7).
    pub is_own_sender: bool,
}

/// `/account/email/remove`: one question, with the consequence and the way back.
#[derive(Debug, Template)]
#[template(path = "email_remove.html")]
pub struct EmailRemove {
    /// The frame.
    pub frame: Frame,
    /// Whose.
    pub login: String,
    /// Which.
    pub address: String,
    /// Whether the app stays.
    pub has_app: bool,
}

/// `/account/own-switch/on` and `/off`: one question, with what the answer means.
#[derive(Debug, Template)]
#[template(path = "own_switch.html")]
pub struct OwnSwitch {
    /// The frame.
    pub frame: Frame,
    /// Whose.
    pub login: String,
    /// What is asked.
    pub on: bool,
    /// Mail programs are let in by the second factor, too.
    pub mail_programs: bool,
    /// Neither an app nor a private address is registered.
    pub nothing_registered: bool,
}

impl AskedCode {
    pub(super) fn sent(&self, frame: &Frame) -> String {
        let address = [("address", (&self.address).into())];
        frame.msg_with("email-code-accepted", &address)
    }

    pub(super) fn ends(&self, frame: &Frame) -> String {
        frame.msg_with("email-code-ends", &[("until", (&self.ends).into())])
    }

    pub(super) fn wait_sentence(&self, frame: &Frame, from: &str) -> String {
        frame.msg_with("email-code-wait", &[("from", from.into())])
    }
}

impl LoginEmail {
    fn lead(&self) -> String {
        self.frame.msg_with(
            "login-email-lead",
            &[
                ("address", (&self.address).into()),
                ("digits", self.digits.into()),
            ],
        )
    }

    /// Until when, and what to do after that.
    fn enter_by(&self) -> String {
        // Rounded down, as everywhere: a promise of ten minutes must not end after nine and a half.
        let arguments = [
            ("until", (&self.time_left.until).into()),
            ("minutes", (self.time_left.seconds / 60).into()),
        ];
        match (&self.asked, self.first_end) {
            (None, _) => self.frame.msg_with("login-email-issue-by", &arguments),
            (_, FirstEnd::Code) => self.frame.msg_with("login-email-code-by", &arguments),
            (_, FirstEnd::Attempt) => self.frame.msg_with("login-email-login-by", &arguments),
        }
    }

    /// The same when the time is over.
    fn over(&self) -> &str {
        match self.first_end {
            FirstEnd::Code => self.frame.msg("login-email-code-over"),
            FirstEnd::Attempt => self.frame.msg("time-left-over"),
        }
    }

    fn limit(&self) -> String {
        self.frame
            .msg_with("email-code-limit", &[("count", self.per_hour.into())])
    }
}

impl Email {
    fn domains_hint(&self) -> String {
        self.frame
            .msg_with("email-domains", &[("domains", (&self.domains).into())])
    }

    fn code_hint(&self) -> String {
        self.frame
            .msg_with("email-code-hint", &[("digits", self.digits.into())])
    }
}

impl EmailRemove {
    fn question(&self) -> String {
        self.frame.msg_with(
            "email-remove-question",
            &[
                ("login", (&self.login).into()),
                ("address", (&self.address).into()),
            ],
        )
    }
}

impl OwnSwitch {
    fn title(&self) -> &str {
        match self.on {
            true => self.frame.msg("own-switch-on-title"),
            false => self.frame.msg("own-switch-off-title"),
        }
    }

    fn question(&self) -> String {
        let login = [("login", (&self.login).into())];
        match self.on {
            true => self.frame.msg_with("own-switch-on-question", &login),
            false => self.frame.msg_with("own-switch-off-question", &login),
        }
    }

    fn action(&self) -> String {
        self.frame.link(match self.on {
            true => "/account/own-switch/on",
            false => "/account/own-switch/off",
        })
    }
}
