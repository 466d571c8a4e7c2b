//! The acts on one person: what each one will do, how it is undone, and the reason that is asked for.

use askama::Template;
use fluent_bundle::FluentValue;
use warifu_domain::permission::Operation;

use super::super::Frame;

/// An act on one person that has a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAct {
    /// Digits to be read out over the phone.
    HelpdeskCode,
    /// Clears the second factor (W6).
    Remove,
    /// Clears it and demands a new one (G8).
    Reissue,
    /// Ends every session.
    EndSessions,
    /// Closes windows for mail programs: one, or all.
    EndMail,
    /// Opens what wrong guesses closed.
    Unlock,
    /// Closes the account.
    Disable,
    /// Opens a closed account.
    Enable,
    /// Gives another role.
    Role,
    /// Deletes the account.
    Delete,
    /// Exports everything about the person.
    Export,
    /// Mails a link by which to choose a password.
    PasswordLink,
}

/// `/admin/users/{user}/…`: one act.
#[derive(Debug, Template)]
#[template(path = "admin/user_act.html")]
pub struct UserActPage {
    /// The frame.
    pub frame: Frame,
    /// Which act.
    pub act: UserAct,
    /// The person's number.
    pub id: String,
    /// The person's login ID.
    pub login: String,
    /// The reason as it was typed before.
    pub reason: String,
    /// Roles to choose from: number, name, whether the person has it.
    pub roles: Vec<(String, String, bool)>,
    /// The one network that the act is on: as its address names it, and as people do.
    pub network: Option<(String, String)>,
    /// The tenant sends codes by mail as well.
    pub emailed_codes: bool,
}

/// A helpdesk code, once.
#[derive(Debug, Template)]
#[template(path = "admin/helpdesk_code.html")]
pub struct HelpdeskCodeShown {
    /// The frame.
    pub frame: Frame,
    /// The person's number.
    pub id: String,
    /// The person's login ID.
    pub login: String,
    /// The digits in two groups.
    pub code: String,
    /// Until when it is good.
    pub until: String,
}

impl UserAct {
    /// Every act, in the order in which pages name them.
    pub const ALL: [Self; 12] = [
        Self::HelpdeskCode,
        Self::Remove,
        Self::Reissue,
        Self::EndSessions,
        Self::EndMail,
        Self::Unlock,
        Self::Disable,
        Self::Enable,
        Self::Role,
        Self::Delete,
        Self::Export,
        Self::PasswordLink,
    ];

    /// The last segment of its address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HelpdeskCode => "helpdesk-code",
            Self::Remove => "remove",
            Self::Reissue => "reissue",
            Self::EndSessions => "end-sessions",
            Self::EndMail => "end-mail",
            Self::Unlock => "unlock",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Role => "role",
            Self::Delete => "delete",
            Self::Export => "export",
            Self::PasswordLink => "password-link",
        }
    }

    /// What one must be allowed to do it.
    #[must_use]
    pub const fn operation(self) -> Operation {
        match self {
            Self::HelpdeskCode => Operation::IssueHelpdeskCode,
            Self::Remove => Operation::RemoveSecondFactor,
            Self::Reissue => Operation::ReissueSecondFactor,
            Self::EndSessions => Operation::EndSessions,
            Self::EndMail => Operation::CloseMailWindows,
            Self::Unlock => Operation::UnlockUser,
            Self::Disable => Operation::DisableUser,
            Self::Enable => Operation::EnableUser,
            Self::Role => Operation::ChangeRole,
            Self::Delete => Operation::DeleteUser,
            Self::Export => Operation::ExportUser,
            Self::PasswordLink => Operation::SendPasswordReset,
        }
    }

    const fn is_dangerous(self) -> bool {
        matches!(
            self,
            Self::Remove
                | Self::Reissue
                | Self::Disable
                | Self::Delete
                | Self::EndSessions
                | Self::EndMail
        )
    }
}

impl UserActPage {
    fn title(&self) -> &str {
        let frame = &self.frame;
        match self.act {
            UserAct::HelpdeskCode => frame.msg("act-helpdesk-code"),
            UserAct::Remove => frame.msg("act-remove"),
            UserAct::Reissue => frame.msg("act-reissue"),
            UserAct::EndSessions => frame.msg("act-end-sessions"),
            UserAct::EndMail => frame.msg("act-end-mail"),
            UserAct::Unlock => frame.msg("act-unlock"),
            UserAct::Disable => frame.msg("act-disable"),
            UserAct::Enable => frame.msg("act-enable"),
            UserAct::Role => frame.msg("act-role"),
            UserAct::Delete => frame.msg("act-delete"),
            UserAct::Export => frame.msg("act-export"),
            UserAct::PasswordLink => frame.msg("act-password-link"),
        }
    }

    /// What will happen, and to whom.
    fn what(&self) -> String {
        let login: &[(&str, FluentValue<'_>)] = &[("login", (&self.login).into())];
        let frame = &self.frame;
        match self.act {
            UserAct::HelpdeskCode => frame.msg_with("act-helpdesk-code-what", login),
            UserAct::Remove if self.emailed_codes => frame.msg_with("act-remove-what-mail", login),
            UserAct::Remove => frame.msg_with("act-remove-what", login),
            UserAct::Reissue if self.emailed_codes => {
                frame.msg_with("act-reissue-what-mail", login)
            }
            UserAct::Reissue => frame.msg_with("act-reissue-what", login),
            UserAct::EndSessions => frame.msg_with("act-end-sessions-what", login),
            UserAct::EndMail => match &self.network {
                Some((_, network)) => frame.msg_with(
                    "act-end-mail-one-what",
                    &[("login", (&self.login).into()), ("network", network.into())],
                ),
                None => frame.msg_with("act-end-mail-what", login),
            },
            UserAct::Unlock => frame.msg_with("act-unlock-what", login),
            UserAct::Disable => frame.msg_with("act-disable-what", login),
            UserAct::Enable => frame.msg_with("act-enable-what", login),
            UserAct::Role => frame.msg_with("act-role-what", login),
            UserAct::Delete => frame.msg_with("act-delete-what", login),
            UserAct::Export => frame.msg_with("act-export-what", login),
            UserAct::PasswordLink => frame.msg_with("act-password-link-what", login),
        }
    }

    /// How to undo it.
    fn undo(&self) -> &str {
        let frame = &self.frame;
        match self.act {
            UserAct::HelpdeskCode => frame.msg("act-helpdesk-code-undo"),
            UserAct::Remove => frame.msg("act-remove-undo"),
            UserAct::Reissue => frame.msg("act-reissue-undo"),
            UserAct::EndSessions => frame.msg("act-end-sessions-undo"),
            UserAct::EndMail => frame.msg("act-end-mail-undo"),
            UserAct::Unlock => frame.msg("act-unlock-undo"),
            UserAct::Disable => frame.msg("act-disable-undo"),
            UserAct::Enable => frame.msg("act-enable-undo"),
            UserAct::Role => frame.msg("act-role-undo"),
            UserAct::Delete => frame.msg("act-delete-undo"),
            UserAct::Export => frame.msg("act-export-undo"),
            UserAct::PasswordLink => frame.msg("act-password-link-undo"),
        }
    }

    fn submit(&self) -> &str {
        let frame = &self.frame;
        match self.act {
            UserAct::HelpdeskCode => frame.msg("act-helpdesk-code-submit"),
            UserAct::Remove => frame.msg("act-remove-submit"),
            UserAct::Reissue => frame.msg("act-reissue-submit"),
            UserAct::EndSessions => frame.msg("act-end-sessions-submit"),
            UserAct::EndMail => frame.msg("act-end-mail-submit"),
            UserAct::Unlock => frame.msg("act-unlock-submit"),
            UserAct::Disable => frame.msg("act-disable-submit"),
            UserAct::Enable => frame.msg("act-enable-submit"),
            UserAct::Role => frame.msg("act-role-submit"),
            UserAct::Delete => frame.msg("act-delete-submit"),
            UserAct::Export => frame.msg("act-export-submit"),
            UserAct::PasswordLink => frame.msg("act-password-link-submit"),
        }
    }

    fn path(&self) -> String {
        let (id, name) = (&self.id, self.act.name());
        self.frame.link(&match &self.network {
            Some((key, _)) => format!("/admin/users/{id}/{name}/{key}"),
            None => format!("/admin/users/{id}/{name}"),
        })
    }

    fn back(&self) -> String {
        self.frame.link(&format!("/admin/users/{}", self.id))
    }
}

impl HelpdeskCodeShown {
    fn lead(&self) -> String {
        self.frame
            .msg_with("helpdesk-code-lead", &[("login", (&self.login).into())])
    }

    fn good_until(&self) -> String {
        self.frame
            .msg_with("helpdesk-code-until", &[("until", (&self.until).into())])
    }

    fn back(&self) -> String {
        self.frame.link(&format!("/admin/users/{}", self.id))
    }
}
