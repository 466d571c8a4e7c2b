//! From where a person comes, and what follows from it.

use super::Frame;
use askama::Template;

/// `/account/network`.
#[derive(Debug, Template)]
#[template(path = "network.html")]
pub struct OwnNetwork {
    /// The frame.
    pub frame: Frame,
    /// The address.
    pub address: String,
    /// What its network is called, if it is listed.
    pub network: Option<String>,
    /// What a login from there asks for.
    pub login: LoginHere,
    /// What mail programs may do there; `None`: the tenant has no rules for them.
    pub mail: Option<MailAt>,
}

/// What a login from a place asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginHere {
    /// The second factor.
    Asked,
    /// The password only, because of the network.
    Trusted,
    /// The set-up.
    SetUp,
    /// The password only, as everywhere.
    Password,
    /// It is refused.
    Refused,
}

/// What mail programs may do at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailAt {
    /// They always work.
    Free,
    /// They work until then.
    Until(String),
    /// A login in a browser comes first.
    Needed,
}

impl OwnNetwork {
    fn login_text(&self) -> &str {
        let frame = &self.frame;
        match self.login {
            LoginHere::Asked => frame.msg("place-asked"),
            LoginHere::Trusted => frame.msg("place-trusted"),
            LoginHere::SetUp => frame.msg("place-set-up"),
            LoginHere::Password => frame.msg("place-password"),
            LoginHere::Refused => frame.msg("place-refused"),
        }
    }

    fn mail_text(&self) -> Option<String> {
        let frame = &self.frame;
        Some(match self.mail.as_ref()? {
            MailAt::Free => frame.msg("place-mail-free").to_owned(),
            MailAt::Until(until) => frame.msg_with("place-mail-until", &[("until", until.into())]),
            MailAt::Needed => frame.msg("place-mail-needed").to_owned(),
        })
    }
}
