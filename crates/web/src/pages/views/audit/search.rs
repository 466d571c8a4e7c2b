//! The audit trail on pages: the search and its results, and the story of one request.

use std::{borrow::Cow, collections::BTreeSet};

use askama::Template;
use warifu_domain::audit::{Actor, Actors, EventKind};

use super::super::Frame;
use super::Trail;
use super::advice::{Advice, advice};
use super::notes::note;
use super::sentences::{done, name};
use crate::http::forms::Fields;

/// `/admin/audit`, `/operator/audit`.
#[derive(Debug, Template)]
#[template(path = "audit/search.html")]
pub struct Audit {
    /// The frame.
    pub frame: Frame,
    /// Whose events.
    pub trail: Trail,
    /// What is searched for.
    pub form: SearchForm,
    /// The field that cannot be meant.
    pub unread: Option<&'static str>,
    /// Events, newest first.
    pub rows: Vec<EventRow>,
    /// The query of the next page.
    pub next: Option<String>,
    /// The search stopped here, because it had looked at enough for one page.
    pub cut: Option<String>,
    /// The query of the search, for the export.
    pub export: String,
}

/// The fields of the search as they were typed.
#[derive(Clone, Debug, Default)]
pub struct SearchForm {
    /// A reference that does not read.
    pub reference: String,
    /// A login ID.
    pub user: String,
    /// An event's word.
    pub event: String,
    /// `done`, `refused` or a code.
    pub outcome: String,
    /// A login ID of somebody who manages, or one of [`Actors::WORDS`].
    pub by: String,
    /// An address or a network.
    pub address: String,
    /// As a field for date and time holds it.
    pub since: String,
    /// As `since`.
    pub until: String,
}

impl SearchForm {
    pub(crate) fn read(query: &Fields) -> Self {
        Self {
            reference: query.text("ref"),
            user: query.text("user"),
            event: query.text("event"),
            outcome: query.text("outcome"),
            by: query.text("by"),
            address: query.text("address"),
            since: query.text("since"),
            until: query.text("until"),
        }
    }

    /// Whether anything but the newest events is asked for.
    fn is_open(&self) -> bool {
        [
            &self.user,
            &self.event,
            &self.outcome,
            &self.by,
            &self.address,
            &self.since,
            &self.until,
        ]
        .iter()
        .any(|field| !field.is_empty())
    }
}

/// `/admin/audit/requests/{reference}`, and the same for operators.
#[derive(Debug, Template)]
#[template(path = "audit/request.html")]
pub struct AuditRequest {
    /// The frame.
    pub frame: Frame,
    /// Whose events.
    pub trail: Trail,
    /// The request's name.
    pub reference: String,
    /// Its events, oldest first.
    pub request: Vec<EventRow>,
    /// What else happened to the same person then, oldest first.
    pub around: Vec<EventRow>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// What it is about.
    pub kind: EventKind,
    /// When, to the second.
    pub time: String,
    /// The refusal's code.
    pub code: Option<String>,
    /// The number of the person it is about.
    pub user: Option<String>,
    /// The person's login ID; none once the person is deleted.
    pub login: Option<String>,
    /// Who did it.
    pub actor: Actor,
    /// The login ID of the administrator, or of the operator where the page may know it.
    pub actor_login: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// The request's name.
    pub reference: Option<String>,
    /// A short text for people.
    pub detail: Option<String>,
}

impl EventRow {
    /// What happened, in a sentence.
    pub(in super::super) fn sentence(&self, frame: &Frame) -> String {
        match &self.code {
            None => done(&frame.texts, self.kind).to_owned(),
            Some(code) => frame.msg_with(
                "audit-refused",
                &[
                    ("event", name(&frame.texts, self.kind).into()),
                    ("why", refusal(frame, code, "").into()),
                ],
            ),
        }
    }

    /// The short text beside it.
    pub(in super::super) fn note<'a>(&'a self, frame: &'a Frame) -> Option<Cow<'a, str>> {
        let detail = self.detail.as_deref()?;
        Some(note(&frame.texts, self.kind, detail))
    }

    /// The person as the administrator knows them.
    pub(in super::super) fn person(&self) -> &str {
        self.login
            .as_deref()
            .or(self.user.as_deref())
            .unwrap_or("–")
    }

    /// The address in parts, between which it may break: IPv6 ones have no other place.
    pub(in super::super) fn address_parts(&self) -> impl Iterator<Item = &str> {
        let address = self.address.as_deref().unwrap_or_default();
        address.split_inclusive(':')
    }

    /// Who did it, unless it was the person.
    pub(in super::super) fn by(&self, frame: &Frame) -> Option<String> {
        let word = match self.actor {
            Actor::Subject => return None,
            Actor::CommandLine => frame.msg("audit-by-command-line"),
            Actor::Server => frame.msg("audit-by-server"),
            Actor::Operator(_) => frame.msg("audit-by-operator"),
            Actor::Administrator(_) => frame.msg("audit-by-administrator"),
        };
        Some(match &self.actor_login {
            Some(login) => format!("{word} {login}"),
            None => word.to_owned(),
        })
    }
}

/// A refusal's sentence, with the word that facts have where they are unknown.
fn refusal(frame: &Frame, code: &str, part: &str) -> String {
    let key = format!("refusal-{code}{part}");
    let facts = ["minutes", "until", "left", "min", "max"].map(|name| (name, "absent".into()));
    let text = frame.msg_with(&key, &facts);
    if text == key { code.to_owned() } else { text }
}

/// What to tell the person about one code.
struct Answer<'a> {
    code: String,
    /// What the person's page said.
    said: String,
    /// What it asked the person to do.
    to_do: String,
    more: Option<Advice<'a>>,
    /// The person's number.
    user: Option<&'a str>,
}

impl Audit {
    fn kinds(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let texts = &self.frame.texts;
        EventKind::ALL
            .iter()
            .map(move |kind| (kind.word(), name(texts, *kind)))
    }

    fn by_words(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let frame = &self.frame;
        let of_trail = |word: &&str| *word != "administrator" || self.trail.has_people();
        let words = Actors::WORDS.into_iter().filter(of_trail);
        words.map(move |word| {
            let name = match word {
                "subject" => frame.msg("audit-by-subject"),
                "administrator" => frame.msg("audit-by-administrator"),
                "operator" => frame.msg("audit-by-operator"),
                "command line" => frame.msg("audit-by-command-line"),
                _ => frame.msg("audit-by-server"),
            };
            (word, name)
        })
    }

    fn by_hint(&self) -> &str {
        match self.trail {
            Trail::Tenant => self.frame.msg("audit-by-hint"),
            Trail::Server => self.frame.msg("server-audit-by-hint"),
        }
    }

    fn none_text(&self) -> &str {
        match self.trail {
            Trail::Tenant => self.frame.msg("audit-none"),
            Trail::Server => self.frame.msg("server-audit-none"),
        }
    }

    fn lead(&self) -> Option<&str> {
        match self.trail {
            Trail::Tenant => None,
            Trail::Server => Some(self.frame.msg("server-audit-lead")),
        }
    }

    fn title(&self) -> &str {
        self.trail.title(&self.frame)
    }

    fn page(&self) -> String {
        self.frame.link(self.trail.path())
    }

    fn unread_text(&self) -> Option<&str> {
        let frame = &self.frame;
        Some(match self.unread? {
            "ref" => frame.msg("audit-unread-ref"),
            "user" | "by" => frame.msg("audit-unread-user"),
            "address" => frame.msg("audit-unread-address"),
            _ => frame.msg("audit-unread-other"),
        })
    }

    fn is_unread(&self, field: &str) -> bool {
        self.unread == Some(field)
    }

    fn cut_text(&self, since: &str) -> String {
        self.frame.msg_with("audit-cut", &[("time", since.into())])
    }

    fn export_link(&self, format: &str) -> String {
        let sign = if self.export.is_empty() { '?' } else { '&' };
        let page = self.page();
        format!("{page}/export{}{sign}format={format}", self.export)
    }

    /// A code that is searched for, explained.
    fn answer(&self) -> Option<Answer<'_>> {
        let code = self.form.outcome.trim().to_ascii_uppercase();
        // Also where nothing was found: the caller's error is explained, wherever it stands.
        let is_known = refusal(&self.frame, &code, "") != code;
        let user = self.rows.first().and_then(|row| row.user.as_deref());
        let user = user.filter(|_| !self.form.user.is_empty());
        is_known.then(|| answer(&self.frame, &code, user))
    }
}

impl AuditRequest {
    /// What to tell the person: one answer for each code that the request was refused with.
    fn answers(&self) -> Vec<Answer<'_>> {
        let codes: BTreeSet<&str> = self
            .request
            .iter()
            .filter_map(|row| row.code.as_deref())
            .collect();
        let user = self.request.iter().find_map(|row| row.user.as_deref());
        let answer = |code| answer(&self.frame, code, user);
        codes.into_iter().map(answer).collect()
    }

    fn page(&self) -> String {
        self.frame.link(self.trail.path())
    }

    fn title(&self) -> String {
        let reference = self.reference.as_str();
        self.frame
            .msg_with("audit-request-title", &[("reference", reference.into())])
    }
}

fn answer<'a>(frame: &'a Frame, code: &str, user: Option<&'a str>) -> Answer<'a> {
    Answer {
        code: code.to_owned(),
        said: refusal(frame, code, ""),
        to_do: refusal(frame, code, "-do"),
        more: advice(&frame.texts, code),
        user,
    }
}
