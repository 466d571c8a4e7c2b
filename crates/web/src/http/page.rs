//! A page in the making: the one value that handlers of a tenant's pages get and turn into an answer. It knows frames,
//! cookies and redirects; what stands on which page is in `pages/`.

use std::sync::Arc;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use warifu_domain::{
    ids::Reference,
    refusal::Refusal,
    tenant::Tenant,
    time::{Span, Timestamp},
    token::Token,
};
use warifu_flows::{By, Ctx, FlowError, Origin, login::NewSession, session::SignedIn};

use super::{
    cookies::{Kind, Life},
    errors::{Failure, facts, note_refusal},
    form_token::Bearer,
    forms::Fields,
    path::segment,
    reply::is_lasting,
    site::Site,
    visit::Visit,
};
use crate::{
    pages::views::{Facts, Frame, Notice, TimeLeft},
    text::Texts,
};

/// How long a browser stays known; the mark itself says since when (SEC-48).
const KNOWN_FOR: Span = Span::days(400);

/// Refusals that a page hands on to the next by their code, when the page itself cannot be shown any more.
const HANDED_ON: [&str; 20] = [
    "LOGIN-02", "LOGIN-03", "LOGIN-04", "LOGIN-05", "ACC-01", "ACC-04", "SET-01", "SET-04",
    "WIN-03", "OTP-01", "OTP-02", "OTP-03", "OTP-04", "OTP-05", "OTP-06", "OTP-07", "HLP-03",
    "PAIR-01", "PAIR-07", "PAIR-09",
];

/// A page of a tenant, not yet written.
pub struct Page {
    pub(crate) visit: Arc<Visit>,
    site: Arc<Site>,
    problem: Option<Problem>,
    /// Whom the problem is about, where the visitor may know it.
    about: Option<String>,
    /// Where the page is found again, if not where the request went.
    place: Option<&'static str>,
    /// What its forms are bound to, if not to what the request was.
    bearer: Option<Bearer>,
    cookies: Vec<HeaderValue>,
}

struct Problem {
    code: &'static str,
    facts: Facts,
    /// The request in which it arose.
    reference: Reference,
    status: StatusCode,
}

impl Page {
    pub(crate) fn new(visit: Arc<Visit>, site: Arc<Site>) -> Self {
        let problem = visit
            .words_left()
            .and_then(|left| handed_on(&left, visit.reference));
        Self {
            visit,
            site,
            problem,
            about: None,
            place: None,
            bearer: None,
            cookies: Vec::new(),
        }
    }

    /// The outside world of the flows.
    pub fn ctx(&self) -> &Ctx {
        &self.visit.state.ctx
    }

    /// Whose page it is.
    pub fn tenant(&self) -> &Arc<Tenant> {
        &self.site.tenant
    }

    /// The tenant's words and times.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Who asks, for flows.
    pub fn origin(&self) -> Origin {
        self.visit.origin_in(self.site.default_language())
    }

    /// When the request came.
    pub fn now(&self) -> Timestamp {
        self.visit.now
    }

    /// The texts in the visitor's language.
    pub fn texts(&self) -> &Texts {
        self.site
            .texts(self.visit.language(self.site.default_language()))
    }

    /// A time to the minute, in the tenant's zone.
    pub fn minute(&self, at: Timestamp) -> String {
        self.site.times.minute(at.0)
    }

    /// The segment of the path that stands where the route has `{name}`; empty where it has none.
    pub fn segment(&self, name: &str) -> &str {
        let found = segment(self.visit.route, self.visit.uri.path(), name);
        found.unwrap_or_default()
    }

    /// Whoever manages through this page, with the reason that the form brought.
    pub fn manager(&self, who: SignedIn, reason: &str) -> By {
        By::person(who, self.tenant(), self.origin(), reason)
    }

    /// The query's fields; none if it is malformed.
    pub fn query(&self) -> Fields {
        self.visit.query()
    }

    /// The session's cookie, whatever it is worth.
    pub fn session_token(&self) -> Option<&Token> {
        self.visit.jar.session.as_ref()
    }

    /// The attempt of this browser, where the page says why it ended.
    pub fn ended_attempt(&self) -> Option<&Token> {
        let refusal = self.problem.as_ref()?;
        let ended = ["LOGIN-02", "LOGIN-03"].contains(&refusal.code);
        self.visit.jar.attempt.as_ref().filter(|_| ended)
    }

    /// The mark of a browser that logged in before (SEC-48).
    pub fn known_browser(&self) -> Option<String> {
        self.visit.jar.device.clone()
    }

    /// Whom a problem on this page is about.
    pub fn about(mut self, login: &str) -> Self {
        self.about = Some(login.to_owned());
        self
    }

    /// Where the page is found again, for the language switch: a page of this tenant.
    pub fn at(mut self, place: &'static str) -> Self {
        self.place = Some(place);
        self
    }

    /// Wrong codes that are still forgiven, for the sentences that name them.
    pub fn tries_left(mut self, left: u32) -> Self {
        if let Some(problem) = &mut self.problem {
            problem.facts.left = Some(left);
        }
        self
    }

    /// The same page once more with what a flow refused on it, and status 422.
    ///
    /// # Errors
    /// If it is a fault, or a refusal that this form cannot mend.
    pub fn again(mut self, error: impl Into<Failure>) -> Result<Self, Failure> {
        let refusal = match error.into() {
            Failure::Flow(FlowError::Refused(refusal)) if is_mended_here(&refusal) => refusal,
            failure => return Err(failure),
        };
        let refusal = &refusal;
        note_refusal(&self.visit, refusal);
        self.problem = Some(Problem {
            code: refusal.code(),
            facts: facts(&self.visit, refusal),
            reference: self.visit.reference,
            status: status(refusal),
        });
        Ok(self)
    }

    /// Gives the browser its login attempt.
    pub fn begin_attempt(&mut self, attempt: &Token) {
        let life = Life::For(self.site.tenant.policy.login.attempt());
        self.keep(Kind::Attempt, &attempt.expose(), life);
    }

    /// Gives the browser its new session; the attempt's cookie is of no more use (SEC-4).
    pub fn sign_in(&mut self, session: &NewSession) {
        let life = session
            .remembered_until
            .map_or(Life::Visit, |until| Life::For(until - self.now()));
        self.keep(Kind::Session, &session.token.expose(), life);
        self.keep(Kind::Device, &session.known_browser, Life::For(KNOWN_FOR));
        if self.visit.jar.attempt.is_some() {
            self.drop_cookie(Kind::Attempt);
        }
        self.bearer = Some(Bearer::Session(session.token.hash()));
    }

    /// The end of a login.
    pub fn log_in(&mut self, session: &NewSession) {
        self.visit.state.metrics.count_login();
        self.sign_in(session);
    }

    /// The end of a login that needs no further word.
    pub fn logged_in(mut self, session: &NewSession) -> Response {
        self.log_in(session);
        self.lead_to("/account")
    }

    /// Sets a cookie.
    pub fn keep(&mut self, kind: Kind, value: &str, life: Life) {
        let cookie = self
            .visit
            .state
            .cookies
            .set(kind, &self.site.tenant.slug, value, life);
        self.cookies.push(cookie);
    }

    /// Makes the browser forget a cookie.
    pub fn drop_cookie(&mut self, kind: Kind) {
        let cookie = self.visit.state.cookies.clear(kind, &self.site.tenant.slug);
        self.cookies.push(cookie);
    }

    /// Writes the page.
    pub fn show<T: Template>(self, view: impl FnOnce(Frame) -> T) -> Response {
        let mut frame = self.visit.frame();
        if let Some(bearer) = self.bearer {
            frame.form_token = self.visit.form_token(self.site.tenant.id, bearer);
        }
        if let Some(place) = self.place {
            frame.path = self.visit.address(&self.site, place);
        }
        let mut status = StatusCode::OK;
        if let Some(problem) = self.problem {
            status = problem.status;
            let login = self.about.or_else(|| frame.login.clone());
            let own = std::mem::replace(&mut frame.reference, problem.reference.to_string());
            frame = frame.with_problem(problem.code, login.as_deref(), &problem.facts);
            frame.reference = own;
        }
        let mut response = self.visit.render(&view(frame));
        *response.status_mut() = status;
        with_cookies(response, self.cookies)
    }

    /// Sends the browser to another page of this tenant; `path` begins with a slash.
    pub fn lead_to(self, path: &str) -> Response {
        with_cookies(self.visit.lead_to(path), self.cookies)
    }

    /// Sends the browser back to where a form says it stood, if that is a page of this tenant; else to its start.
    pub fn lead_back_to(self, address: &str) -> Response {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let below = self.visit.below(&self.site, path);
        let Some(path) = below.filter(|below| self.is_page(below)) else {
            return self.lead_to("/");
        };
        let fields = Fields::parse(query.as_bytes()).unwrap_or_default();
        self.lead_to(&format!("{path}{}", fields.to_query(is_lasting)))
    }

    /// `path` if it is the address of a page of this tenant's consoles, without a query.
    pub fn console_page<'p>(&self, path: &'p str) -> Option<&'p str> {
        let is_console = path.starts_with("/admin") || path.starts_with("/operator");
        (is_console && self.is_page(path)).then_some(path)
    }

    /// Whether a path below the tenant is one of its pages. What no address of ours has in it is none: browsers read a backslash
    /// as a slash, and drop line breaks (SEC-59).
    fn is_page(&self, below: &str) -> bool {
        let whole = format!("/{}{below}", self.site.tenant.slug);
        let plain = below.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        plain && self.visit.state.is_page(Some(&self.site), &whole)
    }

    /// Sends the browser to another page, which says what was done.
    pub fn done(self, path: &str, notice: Notice) -> Response {
        let sign = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{sign}notice={}", notice.name());
        self.lead_to(&path)
    }

    /// Sends the browser to another page, which says what was refused.
    pub fn hand_on(self, refusal: &Refusal, path: &str) -> Response {
        note_refusal(&self.visit, refusal);
        let (code, reference) = (refusal.code(), self.visit.reference);
        self.lead_to(&format!("{path}?refusal={code}&reference={reference}"))
    }

    /// Sends the browser on to the page that it was to be sent to; what an earlier one left to be said here is said there.
    pub fn pass_on(self, path: &str) -> Response {
        match &self.problem {
            Some(Problem {
                code, reference, ..
            }) => {
                let path = format!("{path}?refusal={code}&reference={reference}");
                self.lead_to(&path)
            }
            None => self.lead_to(path),
        }
    }

    /// How long is left until `end`, for people.
    pub fn time_left(&self, end: Timestamp) -> TimeLeft {
        TimeLeft {
            until: self.site.times.clock(end.0),
            seconds: u32::try_from((end - self.now()).0.max(0) / 1000).unwrap_or(u32::MAX),
        }
    }
}

/// A refusal that an earlier page left to be said here.
fn handed_on(left: &Fields, own: Reference) -> Option<Problem> {
    let code = left.get("refusal")?;
    let code = HANDED_ON.into_iter().find(|known| *known == code)?;
    let reference = left.get("reference").and_then(Reference::parse);
    Some(Problem {
        code,
        facts: Facts::default(),
        reference: reference.unwrap_or(own),
        status: StatusCode::OK,
    })
}

/// What a page that is shown once more answers with: it is the person's to mend, or ours.
fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::DirectoryAway => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Whether the person can go on with the same form.
fn is_mended_here(refusal: &Refusal) -> bool {
    use Refusal as R;
    let elsewhere = matches!(
        refusal,
        R::NotSignedIn
            | R::ProofNeeded
            | R::PasswordTemporary
            | R::SetUpOver
            | R::PairingOver
            | R::TooManyPairingGuesses
            | R::PairingLocked { .. }
            | R::AppCodeMissing
            | R::SessionGone
            | R::MailWindowGone
            | R::MailWindowShared
            | R::NotOffered
            | R::OnlyAdministrator
            | R::ResetLinkVoid
            | R::NotAllowed
            | R::OwnAccount
    );
    !elsewhere && !refusal.ends_attempt()
}

fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
