//! Tenants: a list, one of them, a new one, and what is done to one as a whole.

use std::borrow::Cow;

use askama::Template;
use warifu_domain::policy::Enrolment;

use super::super::{Frame, audit::identity_check};
use crate::text::Texts;

/// How a tenant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantState {
    /// Its people log in.
    Active,
    /// Nobody does.
    Suspended,
    /// Nobody does, and all of it goes.
    ToBeDeleted,
}

impl TenantState {
    fn name(self, texts: &Texts) -> &str {
        match self {
            Self::Active => texts.msg("operator-state-active"),
            Self::Suspended => texts.msg("operator-state-suspended"),
            Self::ToBeDeleted => texts.msg("operator-state-to-be-deleted"),
        }
    }

    fn is_active(self) -> bool {
        self == Self::Active
    }
}

/// `/operator/tenants`.
#[derive(Debug, Template)]
#[template(path = "operator/tenants.html")]
pub struct TenantList {
    /// The frame.
    pub frame: Frame,
    /// One page of tenants, by slug.
    pub rows: Vec<TenantLine>,
    /// Behind which slug the next page begins.
    pub next: Option<String>,
}

/// One tenant in the list.
#[derive(Clone, Debug)]
pub struct TenantLine {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: TenantState,
    /// Accounts.
    pub people: i64,
    /// Those with a second factor.
    pub with_factor: i64,
}

/// `/operator/tenants/{managed}`.
#[derive(Debug, Template)]
#[template(path = "operator/tenant.html")]
pub struct TenantDetails {
    /// The frame.
    pub frame: Frame,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: TenantState,
    /// When it is deleted, if it is.
    pub delete_at: Option<String>,
    /// When it was added.
    pub added_at: String,
    /// Who needs a second factor.
    pub enrolment: Enrolment,
    /// From when on, if that is a day.
    pub required_from: Option<String>,
    /// Accounts.
    pub people: i64,
    /// Those with a second factor.
    pub with_factor: i64,
    /// Sessions.
    pub sessions: i64,
    /// The operators' own tenant, which stays.
    pub is_own: bool,
    /// Those who manage it.
    pub administrators: Vec<Administrator>,
    /// Whether the rescue of one of them waits for a second operator.
    pub rescue_waits: bool,
}

/// Somebody who manages a tenant.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// The login ID.
    pub login: String,
    /// The name; may be empty.
    pub name: String,
    /// The account is closed.
    pub disabled: bool,
    /// An app is set up.
    pub has_app: bool,
}

impl TenantDetails {
    fn second_factor(&self) -> String {
        let texts = &self.frame.texts;
        match (self.enrolment, &self.required_from) {
            (Enrolment::Off, _) => texts.msg("operator-factor-off").to_owned(),
            (Enrolment::Optional, _) => texts.msg("operator-factor-optional").to_owned(),
            (Enrolment::RequiredOffNetwork, _) => {
                texts.msg("operator-factor-off-network").to_owned()
            }
            (Enrolment::Required, None) => texts.msg("operator-factor-required").to_owned(),
            (Enrolment::Required, Some(day)) => {
                let parts = &[("day", day.as_str().into())];
                texts.msg_with("operator-factor-from", parts)
            }
        }
    }

    fn at(&self, act: &str) -> String {
        self.frame
            .link(&format!("/operator/tenants/{}/{act}", self.slug))
    }

    fn deletion(&self, at: &str) -> String {
        let parts = &[("time", at.into())];
        self.frame.msg_with("operator-deletion-at", parts)
    }
}

/// `/operator/tenants/add`.
#[derive(Debug, Template)]
#[template(path = "operator/new_tenant.html")]
pub struct NewTenant {
    /// The frame.
    pub frame: Frame,
    /// As typed.
    pub slug: String,
    /// As typed.
    pub name: String,
    /// Each preset, and whether it is chosen.
    pub presets: Vec<(String, bool)>,
    /// The first administrator's login ID, as typed.
    pub login: String,
    /// The first administrator's mail address, as typed.
    pub email: String,
}

/// What an operator does to a tenant as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantAct {
    /// Makes the second factor compulsory (G1).
    Schedule,
    /// Closes it.
    Suspend,
    /// Opens it.
    Resume,
    /// Marks it for deletion.
    Delete,
    /// Takes the mark back.
    Keep,
}

impl TenantAct {
    /// Reads the last part of an address.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "schedule" => Self::Schedule,
            "suspend" => Self::Suspend,
            "resume" => Self::Resume,
            "delete" => Self::Delete,
            "keep" => Self::Keep,
            _ => return None,
        })
    }
}

/// `/operator/tenants/{managed}/{act}`.
#[derive(Debug, Template)]
#[template(path = "operator/tenant_act.html")]
pub struct TenantActPage {
    /// The frame.
    pub frame: Frame,
    /// What is done.
    pub act: TenantAct,
    /// The tenant's slug.
    pub slug: String,
    /// The tenant's name.
    pub name: String,
    /// As typed.
    pub reason: String,
    /// The day, as typed.
    pub day: String,
    /// The slug once more, as typed.
    pub confirm: String,
}

impl TenantActPage {
    fn title(&self) -> String {
        let name = &[("name", self.name.as_str().into())];
        let texts = &self.frame.texts;
        match self.act {
            TenantAct::Schedule => texts.msg_with("operator-schedule-title", name),
            TenantAct::Suspend => texts.msg_with("operator-suspend-title", name),
            TenantAct::Resume => texts.msg_with("operator-resume-title", name),
            TenantAct::Delete => texts.msg_with("operator-delete-title", name),
            TenantAct::Keep => texts.msg_with("operator-keep-title", name),
        }
    }

    fn what(&self) -> &str {
        let texts = &self.frame.texts;
        match self.act {
            TenantAct::Schedule => texts.msg("operator-schedule-what"),
            TenantAct::Suspend => texts.msg("operator-suspend-what"),
            TenantAct::Resume => texts.msg("operator-resume-what"),
            TenantAct::Delete => texts.msg("operator-delete-what"),
            TenantAct::Keep => texts.msg("operator-keep-what"),
        }
    }

    fn undo(&self) -> &str {
        let texts = &self.frame.texts;
        match self.act {
            TenantAct::Schedule => texts.msg("operator-schedule-undo"),
            TenantAct::Suspend => texts.msg("operator-suspend-undo"),
            TenantAct::Resume => texts.msg("operator-resume-undo"),
            TenantAct::Delete => texts.msg("operator-delete-undo"),
            TenantAct::Keep => texts.msg("operator-keep-undo"),
        }
    }

    fn submit(&self) -> &str {
        let texts = &self.frame.texts;
        match self.act {
            TenantAct::Schedule => texts.msg("operator-schedule"),
            TenantAct::Suspend => texts.msg("operator-suspend"),
            TenantAct::Resume => texts.msg("operator-resume"),
            TenantAct::Delete => texts.msg("operator-delete"),
            TenantAct::Keep => texts.msg("operator-keep"),
        }
    }

    fn confirm_label(&self) -> String {
        let parts = &[("slug", self.slug.as_str().into())];
        self.frame.msg_with("operator-confirm", parts)
    }

    fn is_dangerous(&self) -> bool {
        matches!(self.act, TenantAct::Suspend | TenantAct::Delete)
    }

    fn asks_day(&self) -> bool {
        self.act == TenantAct::Schedule
    }

    fn asks_slug(&self) -> bool {
        self.act == TenantAct::Delete
    }

    fn back(&self) -> String {
        self.frame.link(&format!("/operator/tenants/{}", self.slug))
    }

    fn path(&self) -> &str {
        &self.frame.path
    }
}

/// `/operator/tenants/{managed}/rescue`.
#[derive(Debug, Template)]
#[template(path = "operator/rescue.html")]
pub struct RescuePage {
    /// The frame.
    pub frame: Frame,
    /// The tenant's slug.
    pub slug: String,
    /// The tenant's name.
    pub name: String,
    /// Login IDs of its administrators, and whether one is chosen.
    pub logins: Vec<(String, bool)>,
    /// As typed.
    pub company: String,
    /// As typed.
    pub email: String,
    /// As typed.
    pub how: String,
    /// Whether a second operator has to approve.
    pub needs_second: bool,
    /// Those that wait for one.
    pub waiting: Vec<WaitingRescue>,
}

/// A rescue that waits for a second operator.
#[derive(Clone, Debug)]
pub struct WaitingRescue {
    /// Whom it rescues.
    pub login: String,
    /// The identity check, as the trail keeps it.
    pub statement: String,
    /// Login ID of the operator who asked; `None`: the command line, or somebody who is gone.
    pub asked_by: Option<String>,
    /// Whoever looks at it asked, and cannot approve it.
    pub is_own: bool,
    /// When it was asked for.
    pub asked_at: String,
    /// Until when it can be approved.
    pub expires_at: String,
}

impl RescuePage {
    fn title(&self) -> String {
        let name = &[("name", self.name.as_str().into())];
        self.frame.msg_with("operator-rescue-title", name)
    }

    fn at(&self, act: &str) -> String {
        self.frame
            .link(&format!("/operator/tenants/{}{act}", self.slug))
    }

    fn check<'a>(&self, rescue: &'a WaitingRescue) -> Cow<'a, str> {
        identity_check(&self.frame.texts, &rescue.statement)
    }

    fn waits(&self, rescue: &WaitingRescue) -> String {
        let by = rescue.asked_by.as_deref().unwrap_or("absent");
        self.frame.msg_with(
            "operator-rescue-waits",
            &[
                ("by", by.into()),
                ("asked", rescue.asked_at.as_str().into()),
                ("until", rescue.expires_at.as_str().into()),
            ],
        )
    }
}
