//! What all pages share: language, tenant, who is signed in, the message on top.

use std::sync::Arc;

use super::{Asset, Console, Desk, Facts, Notice, Problem, admin::PreviewBar, assets};
use crate::text::{Language, Texts};
use fluent_bundle::FluentValue;

/// The frame around every page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// All sentences, in the visitor's language and the tenant's words.
    pub texts: Texts,
    /// The organisation; none on pages outside all of them.
    pub tenant: Option<TenantMark>,
    /// Login ID of the signed-in user.
    pub login: Option<String>,
    /// Where people of this visit log in: a path below the tenant.
    pub login_path: &'static str,
    /// Value of the hidden field `form_token` (SEC-72).
    pub form_token: String,
    /// Address of this page for the language switch: a path that answers GET, with its query.
    pub path: String,
    /// Reference of this request, as in `7K3M-Q9TZ`.
    pub reference: String,
    /// Time of this request to the second with its zone, as in `2026-11-21 19:04:12 JST`.
    pub time: String,
    /// Name of the zone in which this page shows times.
    pub zone: String,
    /// What went wrong, if anything.
    pub problem: Option<Problem>,
    /// What was just done, if anything.
    pub notice: Option<Notice>,
    /// What stands above a page that is shown as it would be; none on every real page.
    pub preview: Option<PreviewBar>,
    /// The consoles that the visitor may open.
    pub console: Console,
    /// The desk that people ask, where the tenant says how to reach it.
    pub desk: Option<Arc<Desk>>,
}

/// How a tenant appears on its pages.
#[derive(Clone, Debug)]
pub struct TenantMark {
    /// What stands before all its addresses, without a final slash; nothing at a host of its own.
    pub base: String,
    /// Its name.
    pub name: String,
    /// Path of its logo, below the tenant.
    pub logo: Option<String>,
    /// Address of a style sheet with its accent colour.
    pub accent: Option<String>,
}

impl Frame {
    /// Puts the refusal or fault `code` on the page. `login` is the login ID it concerns, where the visitor may know it.
    #[must_use]
    pub fn with_problem(mut self, code: &str, login: Option<&str>, facts: &Facts) -> Self {
        self.problem = Some(Problem::new(&self, code, login, facts));
        self
    }

    /// Puts what was just done on the page.
    #[must_use]
    pub fn with_notice(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        self
    }

    pub(super) fn msg<'t>(&'t self, key: &'t str) -> &'t str {
        self.texts.msg(key)
    }

    pub(super) fn msg_with(&self, key: &str, parts: &[(&str, FluentValue<'_>)]) -> String {
        self.texts.msg_with(key, parts)
    }

    pub(super) fn lang(&self) -> &'static str {
        self.texts.language().tag()
    }

    pub(super) fn other_languages(&self) -> impl Iterator<Item = Language> {
        let current = self.texts.language();
        Language::ALL
            .into_iter()
            .filter(move |language| *language != current)
    }

    /// The address of this page in another language, where no tenant's form can switch it.
    pub(super) fn path_in(&self, language: &Language) -> String {
        let sign = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{sign}language={}", self.path, language.tag())
    }

    /// The tenant's name, or ours outside tenants.
    pub(super) fn site_name(&self) -> &str {
        self.tenant.as_ref().map_or("Warifu", |tenant| &tenant.name)
    }

    /// The address of a page of this tenant; `path` starts with a slash.
    pub(super) fn link(&self, path: &str) -> String {
        self.tenant.as_ref().map_or_else(
            || path.to_owned(),
            |tenant| format!("{}{path}", tenant.base),
        )
    }

    pub(super) fn signed_in(&self) -> Option<String> {
        self.login
            .as_ref()
            .map(|login| self.msg_with("frame-signed-in", &[("login", login.into())]))
    }

    pub(super) fn times_in(&self) -> String {
        self.msg_with("frame-times-in", &[("zone", (&self.zone).into())])
    }

    pub(super) fn reference_line(&self) -> String {
        self.msg_with(
            "frame-reference",
            &[
                ("reference", (&self.reference).into()),
                ("time", (&self.time).into()),
            ],
        )
    }

    pub(super) fn notice_text(&self) -> Option<&str> {
        self.notice.as_ref().map(|notice| notice.text(&self.texts))
    }

    /// Whether the message on top is about `field`.
    pub(super) fn is_invalid(&self, field: &str) -> bool {
        self.problem
            .as_ref()
            .is_some_and(|problem| problem.field == Some(field))
    }

    /// Ids of what describes `field`: its hint, and the message on top if it is about this field.
    pub(super) fn described_by(&self, field: &str, hint: &str) -> String {
        if self.is_invalid(field) {
            format!("{hint} problem")
        } else {
            hint.to_owned()
        }
    }

    /// Whether the first field takes the focus; after a failure the message has it.
    pub(super) fn focuses_field(&self) -> bool {
        self.problem.is_none()
    }

    pub(super) fn css(&self) -> &'static Asset {
        &assets::CSS
    }

    pub(super) fn js(&self) -> &'static Asset {
        &assets::JS
    }

    pub(super) fn icon(&self) -> &'static Asset {
        &assets::ICON
    }
}
