//! What the pages of one server share, and the two services made of it. Listeners, TLS and configuration files belong to
//! the binary.

use std::sync::{Arc, PoisonError, RwLock};

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use tokio::sync::Semaphore;
use warifu_domain::time::{Span, Timestamp};
use warifu_flows::{Ctx, delivery::Post, rescue::Approval};
use warifu_storage::{KeyRing, Purpose};

use crate::{
    http::{
        client_address::TrustedProxies,
        cookies::Cookies,
        form_token::FormTokens,
        host::{BadBaseUrl, BaseUrl, Hosts},
        limits::Limits,
        path::fits,
        site::{Site, Sites},
        table::Table,
    },
    metrics::{MailMetrics, MailServerMetrics, Metrics},
    pages::views::DemoTenant,
    router,
};

/// How one server is reached, and what it bears.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// The address that people type.
    pub base_url: BaseUrl,
    /// Further hosts that are ours, as `host` or `host:port`.
    pub allowed_hosts: Vec<String>,
    /// Proxies that may speak for a client; by default nobody (SEC-50).
    pub trusted_proxies: TrustedProxies,
    /// Body size, time, number of requests.
    pub limits: Limits,
    /// The demonstration's pages; `None` on every real server.
    pub demo: Option<DemoInfo>,
    /// What the operator's console shows and does.
    pub operation: Operation,
}

/// How the server runs, for the operator's console.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The way of mail; `None`: it is off.
    pub mail: Option<MailRoute>,
    /// The database's engine.
    pub database: &'static str,
    /// How many operators a rescue takes (SEC-42).
    pub rescue: Approval,
}

impl Default for Operation {
    fn default() -> Self {
        Self {
            mail: None,
            database: "SQLite",
            rescue: Approval::One,
        }
    }
}

/// The way of mail.
#[derive(Clone)]
pub struct MailRoute {
    /// The relay, for people.
    pub relay: String,
    /// From whom mails are.
    pub sender: String,
    /// Hands a mail over.
    pub post: Arc<dyn Post>,
}

impl std::fmt::Debug for MailRoute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailRoute")
            .field("relay", &self.relay)
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}

impl WebSettings {
    /// Settings for `base_url` with the defaults of all else.
    pub fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            allowed_hosts: Vec::new(),
            trusted_proxies: TrustedProxies::default(),
            limits: Limits::default(),
            demo: None,
            operation: Operation::default(),
        }
    }
}

/// What the demonstration tells everybody.
#[derive(Clone, Debug)]
pub struct DemoInfo {
    /// Its tenants and their users' passwords.
    pub tenants: Vec<DemoTenant>,
    /// Its state outlives it.
    pub is_kept: bool,
}

/// Everything that a request needs. Cheap to clone.
#[derive(Clone)]
pub struct WebState(Arc<Shared>);

/// See [`WebState`].
pub struct Shared {
    pub(crate) ctx: Arc<Ctx>,
    pub(crate) settings: WebSettings,
    pub(crate) hosts: Hosts,
    pub(crate) cookies: Cookies,
    /// With the ring that they were made of.
    form_tokens: RwLock<(Arc<KeyRing>, FormTokens)>,
    pub(crate) sites: Sites,
    pub(crate) slots: Semaphore,
    pub(crate) metrics: Metrics,
    /// Paths below a tenant that answer GET.
    pages: Vec<&'static str>,
    /// When a write was last tried for `/healthz`, and whether it was taken.
    probe: tokio::sync::Mutex<Option<(Timestamp, bool)>>,
}

impl std::ops::Deref for WebState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl WebState {
    /// Puts the pages of a server together.
    ///
    /// # Errors
    /// If one of the allowed hosts is no host.
    pub fn new(ctx: Arc<Ctx>, settings: WebSettings) -> Result<Self, BadBaseUrl> {
        let hosts = Hosts::new(settings.base_url.clone(), &settings.allowed_hosts)?;
        let keys = ctx.keys();
        let form_tokens = RwLock::new((keys.clone(), form_tokens(&keys)));
        Ok(Self(Arc::new(Shared {
            cookies: Cookies::new(settings.base_url.is_https()),
            slots: Semaphore::new(settings.limits.requests_at_once),
            metrics: Metrics::new(ctx.hasher.clone()),
            sites: Sites::default(),
            pages: router::pages(),
            probe: tokio::sync::Mutex::default(),
            form_tokens,
            hosts,
            settings,
            ctx,
        })))
    }
}

impl Shared {
    /// Makes and checks the tokens of forms, with the key ring as it is now.
    pub(crate) fn form_tokens(&self) -> FormTokens {
        let keys = self.ctx.keys();
        let made = self.form_tokens.read();
        let (of, made) = made.unwrap_or_else(PoisonError::into_inner).clone();
        if Arc::ptr_eq(&of, &keys) {
            return made;
        }
        let tokens = form_tokens(&keys);
        *self
            .form_tokens
            .write()
            .unwrap_or_else(PoisonError::into_inner) = (keys, tokens.clone());
        tokens
    }

    /// The numbers that whoever sends mail keeps.
    pub fn mail_metrics(&self) -> &MailMetrics {
        &self.metrics.mail
    }

    /// The numbers that whoever ends connections of mail clients keeps.
    pub fn mail_server_metrics(&self) -> &MailServerMetrics {
        &self.metrics.mail_servers
    }

    /// Whether the database takes writes, as of the last ten seconds: whoever asks more often causes no more of them.
    async fn takes_writes(&self) -> bool {
        let (mut probe, now) = (self.probe.lock().await, self.ctx.clock.now());
        if let Some((at, outcome)) = *probe
            && (at..at + PROBE_EVERY).contains(&now)
        {
            return outcome;
        }
        let outcome = self.ctx.store.probe_write(now).await;
        if let Err(error) = &outcome {
            tracing::error!(fault = %error, "the database takes no writes");
        }
        *probe = Some((now, outcome.is_ok()));
        outcome.is_ok()
    }

    /// Whether `path` is the address of a page, of this site or of none.
    pub(crate) fn is_page(&self, site: Option<&Arc<Site>>, path: &str) -> bool {
        let within = match site {
            Some(site) => path
                .strip_prefix('/')
                .and_then(|path| path.strip_prefix(site.tenant.slug.as_str())),
            None => return matches!(path, "/" | "/login" | "/demo/mail"),
        };
        within.is_some_and(|within| self.pages.iter().any(|page| fits(page, within)))
    }
}

/// The active key signs, every key of the ring is believed.
fn form_tokens(keys: &KeyRing) -> FormTokens {
    let (active, key) = keys.active(Purpose::FormToken);
    let older = keys.ids().filter(|id| *id != active);
    let older = older.filter_map(|id| keys.key(id, Purpose::FormToken));
    FormTokens::new(std::iter::once(key).chain(older))
}

/// The pages. The listener must pass on who connected: `into_make_service_with_connect_info::<SocketAddr>()`.
pub fn app(state: &WebState) -> Router {
    let table = Arc::new(Table::new(state));
    Router::new().fallback(move |request: Request| {
        let table = table.clone();
        async move { table.answer(request).await }
    })
}

/// What only operators ask, for a listener of its own (SEC-85): `/healthz` and `/metrics`.
pub fn operations_app(state: &WebState) -> Router {
    let (asked, measured) = (state.clone(), state.clone());
    Router::new()
        .route("/healthz", get(move || health(asked.clone())))
        .route(
            "/metrics",
            get(move || async move { metrics_page(&measured) }),
        )
}

/// How often `/healthz` tries a write at most.
const PROBE_EVERY: Span = Span::seconds(10);

/// Whether logins can work: the database answers, and takes writes.
async fn health(state: WebState) -> (StatusCode, &'static str) {
    match state.ctx.store.ping().await {
        Ok(()) if state.takes_writes().await => (StatusCode::OK, "ok\n"),
        Ok(()) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database takes no writes\n",
        ),
        Err(error) => {
            tracing::error!(fault = %error, "the database does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
        }
    }
}

fn metrics_page(state: &WebState) -> impl IntoResponse + use<> {
    const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, TYPE)], state.metrics.page())
}
