//! `/gate/…`: mail servers ask whether a mail client may go on (K10, SEC-49, SEC-54, SEC-56). In JSON; a key in the request's
//! `Authorization` field stands for cookie and form token. Whatever cannot be read is refused.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use warifu_domain::{mail_gate::Service, policy::MailProtocol, tenant::Tenant, token::Token};
use warifu_flows::{
    FlowError,
    mail_gate::{self, Answer as Said, Outcome, Question, Server},
};

use crate::{
    http::{
        errors::Failure,
        forms::{BadForm, receive_all},
        route::Answer,
        visit::Visit,
    },
    state::WebState,
    text::Language,
};

/// Largest question, in bytes. A real one has a few hundred.
const MOST_BYTES: usize = 8 * 1024;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What Dovecot sends to its auth policy server; it has more members than are needed here.
#[derive(Deserialize)]
struct FromDovecot {
    login: String,
    remote: String,
    protocol: String,
    #[serde(default)]
    success: bool,
    #[serde(default)]
    policy_reject: bool,
}

/// What other mail servers send.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FromMailServer {
    login: String,
    address: String,
    protocol: String,
    /// What came of a login: then it is a report, and no question.
    outcome: Option<Told>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Told {
    Success,
    WrongPassword,
    Refused,
}

/// `/gate/dovecot?command=allow` or `report`: Dovecot's auth policy protocol. Dovecot reads any answer but 200 with a number as a
/// fault of the policy server, and lets clients in then unless it is told not to; so everything a key stands behind is answered so.
pub(crate) async fn dovecot(visit: Arc<Visit>, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let Some((slug, server)) = who_asks(&visit, &head.headers) else {
        return Ok(unauthorized());
    };
    let read = read_json::<FromDovecot>(body).await;
    let command = head.uri.query().unwrap_or_default();
    let (question, told) = match (read, command) {
        (Ok(asked), "command=allow") => (asked.question(), None),
        (Ok(asked), "command=report") => (asked.question(), Some(asked.outcome())),
        _ => (nothing(), None),
    };
    // Any negative number shuts. In one order, whatever order objects of JSON have in this build.
    let say = |status: i64, msg: &str| {
        let text = format!(r#"{{"status":{status},"msg":{}}}"#, Value::from(msg));
        written(StatusCode::OK, JSON, text)
    };
    Ok(match go(&visit, &slug, &server, &question, told).await {
        Ok(Some((Said::Allow, _))) => say(0, ""),
        Ok(Some((Said::NeedsWindow, tenant))) => {
            let words = words(&visit, &tenant, &question)?;
            say(-1, &words)
        }
        Ok(Some((Said::Refuse, _))) => say(-1, ""),
        Ok(None) => unauthorized(),
        Err(error) => {
            visit.log_fault(&error);
            say(-1, "")
        }
    })
}

/// `/gate/mail`: the same question for other mail servers.
pub(crate) async fn mail(visit: Arc<Visit>, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let Some((slug, server)) = who_asks(&visit, &head.headers) else {
        return Ok(unauthorized());
    };
    let read = read_json::<FromMailServer>(body).await;
    let (question, told) = match &read {
        Ok(asked) => (asked.question(), asked.outcome.map(Outcome::from)),
        Err(_) => (nothing(), None),
    };
    let said = match go(&visit, &slug, &server, &question, told).await {
        Ok(said) => said,
        Err(error) => {
            visit.log_fault(&error);
            return Ok(problem(StatusCode::SERVICE_UNAVAILABLE, "ask again later"));
        }
    };
    let Some((said, tenant)) = said else {
        return Ok(unauthorized());
    };
    if let Err(bad) = read {
        return Ok(match bad {
            BadForm::TooLarge => {
                problem(StatusCode::PAYLOAD_TOO_LARGE, "the question is too large")
            }
            _ => problem(
                StatusCode::BAD_REQUEST,
                "a question is an object with the texts login, address and protocol",
            ),
        });
    }
    let answer = match said {
        Said::Allow => json!({ "allow": true }),
        Said::NeedsWindow => {
            json!({ "allow": false, "message": words(&visit, &tenant, &question)? })
        }
        Said::Refuse => json!({ "allow": false }),
    };
    Ok(written(StatusCode::OK, JSON, answer.to_string()))
}

impl FromDovecot {
    fn question(&self) -> Question {
        Question {
            login: self.login.clone(),
            address: self.remote.clone(),
            service: self.protocol.clone(),
        }
    }

    fn outcome(&self) -> Outcome {
        match (self.success, self.policy_reject) {
            (_, true) => Outcome::RefusedByGate,
            (true, false) => Outcome::Success,
            (false, false) => Outcome::WrongPassword,
        }
    }
}

impl FromMailServer {
    fn question(&self) -> Question {
        Question {
            login: self.login.clone(),
            address: self.address.clone(),
            service: self.protocol.clone(),
        }
    }
}

impl From<Told> for Outcome {
    fn from(told: Told) -> Self {
        match told {
            Told::Success => Self::Success,
            Told::WrongPassword => Self::WrongPassword,
            Told::Refused => Self::RefusedByGate,
        }
    }
}

/// In place of a question that cannot be read: it is refused, but only to those who may ask.
fn nothing() -> Question {
    Question {
        login: String::new(),
        address: String::new(),
        service: String::new(),
    }
}

/// The tenant's slug and the key, if the request has both; nothing is looked up without them.
fn who_asks(visit: &Visit, headers: &HeaderMap) -> Option<(String, Server)> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(field), None) = (fields.next(), fields.next()) else {
        return None;
    };
    let (scheme, key) = field.to_str().ok()?.split_once(' ')?;
    let key = Token::parse(key.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))?;
    let slug = visit.slug()?.to_owned();
    Some((slug, Server::WithKey(key, visit.origin().address)))
}

async fn go(
    visit: &Visit,
    slug: &str,
    server: &Server,
    question: &Question,
    told: Option<Outcome>,
) -> Result<Option<(Said, Arc<Tenant>)>, FlowError> {
    let ctx = &visit.state.ctx;
    let asked = match told {
        Some(outcome) => mail_gate::report(ctx, slug, server, question, outcome)
            .await?
            .map(|tenant| (Said::Allow, tenant)),
        None => mail_gate::ask(ctx, slug, server, question)
            .await?
            .map(|(tenant, said)| (said, tenant)),
    };
    Ok(asked)
}

impl Visit {
    fn log_fault(&self, fault: &FlowError) {
        let (reference, route) = (&self.reference, self.route);
        tracing::error!(%fault, %reference, route, "the gate cannot answer");
    }
}

async fn read_json<T: DeserializeOwned>(body: Body) -> Result<T, BadForm> {
    let bytes = receive_all(body, MOST_BYTES).await?;
    serde_json::from_slice(&bytes).map_err(|_| BadForm::Malformed)
}

fn words(visit: &Visit, tenant: &Arc<Tenant>, question: &Question) -> Result<String, Failure> {
    visit.welcome_to(tenant.clone())?;
    visit.state.gate_words(tenant, &question.service)
}

impl WebState {
    /// What the person reads in the mail program: where to log in first. SMTP carries ASCII only (RFC 5321, 4.2.1); IMAP and POP3
    /// get both languages.
    ///
    /// # Errors
    /// If the tenant's pages cannot be made.
    pub fn gate_words(&self, tenant: &Arc<Tenant>, service: &str) -> Result<String, Failure> {
        let site = self.sites.of(tenant.clone())?;
        let place = format!("{}/{}/login", self.settings.base_url.origin(), tenant.slug);
        let english = site.texts(Language::En).msg("gate-needs-window");
        Ok(match Service::parse(service) {
            Service::Client(MailProtocol::Submission) => format!("{english} {place}"),
            _ => {
                let japanese = site.texts(Language::Ja).msg("gate-needs-window");
                format!("{japanese} {english} {place}")
            }
        })
    }
}

fn written(status: StatusCode, kind: HeaderValue, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    // With room for those that every answer carries: this one is made often.
    response.headers_mut().reserve(16);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// RFC 9457.
fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason();
    let value = json!({ "title": title, "status": status.as_u16(), "detail": detail });
    written(status, PROBLEM, value.to_string())
}

/// The same for no key, a wrong key and no tenant (SEC-56).
fn unauthorized() -> Response {
    let mut response = written(
        StatusCode::UNAUTHORIZED,
        PROBLEM,
        json!({ "title": "Unauthorized", "status": 401 }).to_string(),
    );
    let bearer = HeaderValue::from_static("Bearer");
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, bearer);
    response
}
