//! Refusals and faults at the edge of the pages: the one place where they become answers and log lines.

use std::error::Error;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use warifu_domain::{password::BadPassword, refusal::Refusal, user::BadPerson};
use warifu_flows::{Fault, FlowError, manage_users::ManageError};

use super::{
    cookies::Kind,
    forms::{BadForm, encode},
    visit::Visit,
};
use crate::pages::views::{ErrorPage, Facts, ProofTarget};

/// Seconds after which a client that was turned away may come again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// Why a request gets no page of its own.
#[derive(Debug)]
pub enum Failure {
    /// A flow refused, or could not.
    Flow(FlowError),
    /// The request itself is none that is answered.
    Rejected(Rejection),
    /// A fault of the pages' own, in words for the log.
    Broken(String),
}

/// Why a request is turned away before any flow sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// A form token is missing, out of date or another browser's (SEC-72).
    StaleForm,
    /// A form that no page of ours sent (SEC-72).
    ForeignForm,
    /// A form that cannot be read.
    MalformedForm,
    /// A body that is no form.
    NotAForm,
    /// Nothing is at this address.
    NotFound,
    /// The body is larger than any form of ours (SEC-76).
    TooLarge,
    /// Something is at this address, but not for this method.
    MethodNotAllowed,
    /// Addressed to a host that is not ours (SEC-60).
    UnknownHost,
    /// A trusted proxy passed on a client address that cannot be read (SEC-50).
    UnreadableClient,
    /// Too many requests at once, or this one took too long.
    TooBusy,
}

impl Rejection {
    fn code(self) -> &'static str {
        match self {
            Self::StaleForm | Self::ForeignForm => "FORM-01",
            Self::MalformedForm | Self::NotAForm | Self::UnreadableClient => "FORM-02",
            Self::NotFound => "REQ-01",
            Self::TooLarge => "REQ-02",
            Self::MethodNotAllowed => "REQ-03",
            Self::UnknownHost => "REQ-04",
            Self::TooBusy => "REQ-05",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::StaleForm | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::MalformedForm | Self::UnreadableClient => StatusCode::BAD_REQUEST,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnknownHost => StatusCode::MISDIRECTED_REQUEST,
            Self::TooBusy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Turns a failure into its answer, and logs it once.
pub(crate) fn answer(visit: &Visit, failure: Failure) -> Response {
    match failure {
        Failure::Flow(FlowError::Refused(refusal)) => {
            note_refusal(visit, &refusal);
            answer_refusal(visit, &refusal)
        }
        Failure::Flow(FlowError::Fault(fault)) => answer_fault(visit, &fault),
        Failure::Rejected(rejection) => {
            tracing::info!(rejection = ?rejection, "rejected");
            turn_away(visit, rejection)
        }
        Failure::Broken(words) => {
            tracing::error!(fault = words, "fault");
            apologise(visit)
        }
    }
}

/// Logs and counts a refusal. What a person can act on is no fault of the server's.
pub(crate) fn note_refusal(visit: &Visit, refusal: &Refusal) {
    tracing::info!(refusal = refusal.code(), "refused");
    visit.state.metrics.count_refusal(refusal.code());
}

/// What the sentences of a refusal name.
pub(crate) fn facts(visit: &Visit, refusal: &Refusal) -> Facts {
    let number = |number: usize| u32::try_from(number).ok();
    let mut facts = Facts::default();
    match *refusal {
        Refusal::ClockOff { minutes } => facts.minutes = minutes.unsigned_abs().try_into().ok(),
        Refusal::MethodPaused { until } => {
            facts.until = visit.site().map(|site| site.times.clock(until.0));
        }
        Refusal::EmailedCodeTooSoon { until } => {
            facts.until = visit.site().map(|site| site.times.clock_second(until.0));
        }
        Refusal::PairingLocked { until } => {
            facts.until = visit.site().map(|site| site.times.minute(until.0));
        }
        Refusal::Password(BadPassword::TooShort { min }) => facts.min = number(min),
        Refusal::TrustsLoopback { address }
        | Refusal::TrustsProxy { address }
        | Refusal::TrustsUnknownProxy { address } => facts.address = Some(address.to_string()),
        _ => {}
    }
    facts
}

/// A refusal that no form of the page can show: another page can, or a page of its own.
fn answer_refusal(visit: &Visit, refusal: &Refusal) -> Response {
    let words = |path: &str| {
        let (code, reference) = (refusal.code(), visit.reference);
        visit.lead_to(&format!("{path}?refusal={code}&reference={reference}"))
    };
    match refusal {
        refusal if refusal.ends_attempt() => {
            let mut response = words(visit.login_path());
            // The cookie of an attempt that ended stays: the login page says whose it was (G7).
            if *refusal == Refusal::AttemptOver {
                visit.forget(&mut response, Kind::Attempt);
            }
            response
        }
        Refusal::NotSignedIn => {
            let mut response = words(visit.login_path());
            visit.forget(&mut response, Kind::Session);
            response
        }
        Refusal::ProofNeeded => {
            let target = proof_target(visit.route).name();
            let mut path = format!("/account/proof?for={target}");
            if target == ProofTarget::Console.name() {
                path.push_str("&to=");
                encode(&visit.page_below_tenant(), &mut path);
            }
            visit.lead_to(&path)
        }
        Refusal::PasswordTemporary => visit.lead_to("/account/password"),
        Refusal::SessionGone => words("/account/sessions"),
        Refusal::MailWindowGone => words("/account/mail"),
        Refusal::NoLongerSkipped => words("/login/set-up"),
        Refusal::AppCodeMissing if visit.route.contains("/login/") => {
            words("/login/pairing/app-code")
        }
        Refusal::AppCodeMissing => words("/account/pairing/app-code"),
        Refusal::PairingOver | Refusal::TooManyPairingGuesses
            if visit.route.contains("/login/") =>
        {
            words("/login/set-up")
        }
        Refusal::PairingOver | Refusal::TooManyPairingGuesses => words("/account"),
        Refusal::SetUpOver if visit.route.contains("/login/") => words("/login/set-up"),
        Refusal::SetUpOver => words("/account"),
        other => whole_page(
            visit,
            other.code(),
            StatusCode::FORBIDDEN,
            &facts(visit, other),
        ),
    }
}

/// What a person wanted to do who has to prove first who it is.
fn proof_target(route: &str) -> ProofTarget {
    if is_of_console(route) {
        return ProofTarget::Console;
    }
    let wanted = |target: &ProofTarget| {
        let path = route.strip_prefix("/{tenant}/account/");
        path.is_some_and(|path| path.starts_with(target.name()))
    };
    ProofTarget::ALL
        .into_iter()
        .find(wanted)
        .unwrap_or(ProofTarget::Account)
}

/// Whether a route is one of a console.
pub(crate) fn is_of_console(route: &str) -> bool {
    ["/{tenant}/admin", "/{tenant}/operator"]
        .iter()
        .any(|console| route.starts_with(console))
}

fn answer_fault(visit: &Visit, fault: &Fault) -> Response {
    let mut chain = fault.to_string();
    let mut source = fault.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        // Some errors quote their cause.
        if !chain.ends_with(&words) {
            chain.push_str(": ");
            chain.push_str(&words);
        }
        source = cause.source();
    }
    tracing::error!(fault = chain, "fault");
    if fault.is_passing() {
        turn_away(visit, Rejection::TooBusy)
    } else {
        apologise(visit)
    }
}

fn turn_away(visit: &Visit, rejection: Rejection) -> Response {
    whole_page(
        visit,
        rejection.code(),
        rejection.status(),
        &Facts::default(),
    )
}

fn apologise(visit: &Visit) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    whole_page(visit, "REQ-06", status, &Facts::default())
}

/// A page that says nothing but what went wrong.
fn whole_page(visit: &Visit, code: &str, status: StatusCode, facts: &Facts) -> Response {
    let frame = visit.frame();
    let login = frame.login.clone();
    let frame = frame.with_problem(code, login.as_deref(), facts);
    let mut response = visit.render(&ErrorPage { frame });
    *response.status_mut() = status;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        Self::Flow(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Flow(FlowError::Refused(refusal))
    }
}

impl From<ManageError> for Failure {
    fn from(error: ManageError) -> Self {
        let refusal = match error {
            ManageError::NoSuchUser(_) => return Rejection::NotFound.into(),
            ManageError::Fault(fault) => return FlowError::Fault(fault).into(),
            ManageError::Refused(refusal) => refusal,
            ManageError::LoginTaken(_) => Refusal::LoginTaken,
            ManageError::BadPerson(BadPerson::Name) => Refusal::BadName,
            ManageError::BadPerson(BadPerson::Email) => Refusal::BadEmail,
        };
        refusal.into()
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<BadForm> for Failure {
    fn from(error: BadForm) -> Self {
        Self::Rejected(match error {
            BadForm::TooLarge => Rejection::TooLarge,
            BadForm::WrongType => Rejection::NotAForm,
            BadForm::Malformed => Rejection::MalformedForm,
            BadForm::Token => Rejection::StaleForm,
        })
    }
}
