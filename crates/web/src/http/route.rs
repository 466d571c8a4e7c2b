//! What a route is, and the steps from a request to its answer. The table of routes is `router/`.

use std::{future::Future, pin::Pin, sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, header},
    response::Response,
};
use tracing::{Instrument, field};
use warifu_domain::ids::TenantId;

use super::{
    access::{Access, AccessName, Entry},
    cookies::{Kind, Life},
    errors::{Failure, Rejection, answer},
    form_token::Bearer,
    forms::{Form, Sealed, Verified},
    headers::{Keep, protect},
    limits::{CutShort, guarded},
    page::Page,
    visit::Visit,
};
use crate::{metrics::RouteMetrics, pages::views::Asset, router::RouteInfo, state::WebState};

/// What a handler returns.
pub type Answer = Result<Response, Failure>;

type Work = Pin<Box<dyn Future<Output = Answer> + Send>>;
type Handler = Box<dyn Fn(Arc<Visit>, Request) -> Work + Send + Sync>;

/// One line of the table.
pub struct Route {
    /// `GET` stands for `HEAD` too.
    pub(crate) method: Method,
    /// With `{tenant}` for a slug.
    pub(crate) path: &'static str,
    pub(crate) access: AccessName,
    keep: Keep,
    handler: Handler,
}

/// A page: `handler` gets what `access` lets in.
pub(crate) fn get<A, H, F>(path: &'static str, access: A, handler: H) -> Route
where
    A: Access,
    H: Fn(Page, A::Who) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let work = move |visit: Arc<Visit>, _| async move {
        let (site, found) = access.look_up(&visit).await?;
        let page = Page::new(visit, site);
        match access.admit(&page, found).await? {
            Entry::As(who) => handler(page, who).await,
            Entry::Elsewhere(path) => Ok(page.lead_to(path)),
        }
    };
    Route::new(Method::GET, path, access.name(), work)
}

/// A form. No handler gets its fields before the form token is checked (SEC-72).
pub(crate) fn post<A, B, H, F>(path: &'static str, access: A, handler: H) -> Route
where
    A: Access,
    B: Form + Send + 'static,
    H: Fn(Page, A::Who, Verified<B>) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let work = move |visit: Arc<Visit>, request: Request| async move {
        let (site, found) = access.look_up(&visit).await?;
        let page = Page::new(visit.clone(), site);
        let who = match access.admit(&page, found).await? {
            Entry::As(who) => who,
            Entry::Elsewhere(path) => return Ok(page.lead_to(path)),
        };
        let limit = visit.state.settings.limits.body_bytes;
        let (head, body) = request.into_parts();
        let form = Sealed::receive(&head.headers, body, B::ROOM, limit).await?;
        let form = form.open(|token| is_ours(&page, access.name(), token))?;
        handler(page, who, form).await
    };
    Route::new(Method::POST, path, access.name(), work)
}

/// A page that belongs to no tenant, for everybody.
pub(crate) fn outside<H, F>(path: &'static str, handler: H) -> Route
where
    H: Fn(Arc<Visit>) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    Route::new(Method::GET, path, AccessName::Anyone, move |visit, _| {
        handler(visit)
    })
}

/// A form that belongs to no tenant, for everybody. No handler gets its fields before the form token is checked (SEC-72).
pub(crate) fn post_outside<B, H, F>(path: &'static str, handler: H) -> Route
where
    B: Form + Send + 'static,
    H: Fn(Arc<Visit>, Verified<B>) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let work = move |visit: Arc<Visit>, request: Request| async move {
        let limit = visit.state.settings.limits.body_bytes;
        let (head, body) = request.into_parts();
        let form = Sealed::receive(&head.headers, body, B::ROOM, limit).await?;
        let form =
            form.open(|token| visit.is_own_form(TenantId::NOBODYS, Bearer::Visitor, token))?;
        handler(visit, form).await
    };
    Route::new(Method::POST, path, AccessName::Anyone, work)
}

/// A question of another server, which proves itself by a key and brings no cookie: its handler reads the key before anything else
/// (SEC-56).
pub(crate) fn machine<H, F>(path: &'static str, handler: H) -> Route
where
    H: Fn(Arc<Visit>, Request) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    Route::new(Method::POST, path, AccessName::MailServer, handler)
}

/// A file that every page may ask for.
pub(crate) fn file(asset: &'static Asset) -> Route {
    let work = move |_, _| async move {
        let mut response = Response::new(Body::from(asset.body));
        let kind = HeaderValue::from_static(asset.content_type);
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        Ok(response)
    };
    Route::new(Method::GET, asset.path, AccessName::Anyone, work).kept()
}

/// What is answered where the table has no line.
pub(crate) fn nothing(rejection: Rejection) -> Route {
    let work = move |visit: Arc<Visit>, _| async move {
        // In the tenant's words, if the address begins like one of a tenant.
        match visit.find_site().await {
            Err(Failure::Flow(fault)) => Err(fault.into()),
            _ => Err(rejection.into()),
        }
    };
    Route::new(Method::GET, "", AccessName::Anyone, work)
}

impl Route {
    fn new<H, F>(method: Method, path: &'static str, access: AccessName, handler: H) -> Self
    where
        H: Fn(Arc<Visit>, Request) -> F + Send + Sync + 'static,
        F: Future<Output = Answer> + Send + 'static,
    {
        let handler: Handler = Box::new(move |visit, request| Box::pin(handler(visit, request)));
        Self {
            method,
            path,
            access,
            keep: Keep::Nothing,
            handler,
        }
    }

    /// The same, with good answers that browsers may keep for ever.
    pub(crate) fn kept(self) -> Self {
        Self {
            keep: Keep::Forever,
            ..self
        }
    }

    /// As the table lists it.
    pub(crate) fn info(&self) -> RouteInfo {
        let method = if self.method == Method::POST {
            "POST"
        } else {
            "GET"
        };
        RouteInfo {
            method,
            path: self.path,
            access: self.access,
        }
    }

    /// From a request to its answer. Every answer of the server comes out of here.
    pub(crate) async fn serve(
        &self,
        state: &WebState,
        metrics: &RouteMetrics,
        request: Request,
    ) -> Response {
        #[expect(
            clippy::disallowed_methods,
            reason = "measures how long an answer takes"
        )]
        let started = Instant::now();
        let visit = Visit::new(state, &request, self.path);
        let span = match self.access {
            // Nobody is told the reference of a machine's question, and there are many.
            AccessName::MailServer => {
                tracing::debug_span!("question", reference = %visit.reference, route = self.path)
            }
            _ => tracing::info_span!(
                "request",
                reference = %visit.reference,
                route = self.path,
                "tenant.id" = field::Empty,
                "user.id" = field::Empty,
            ),
        };
        let response = self.work(visit, request).instrument(span).await;
        #[expect(
            clippy::disallowed_methods,
            reason = "measures how long an answer takes"
        )]
        metrics.count(response.status(), started.elapsed());
        response
    }

    async fn work(&self, mut visit: Visit, request: Request) -> Response {
        let sender = visit.check_sender(&request);
        let visit = Arc::new(visit);
        let state = &visit.state;
        let limits = &state.settings.limits;
        let slot = state.slots.try_acquire();
        let outcome = match (sender, &slot) {
            (Err(failure), _) => Err(failure),
            (Ok(()), Err(_)) => Err(Rejection::TooBusy.into()),
            (Ok(()), Ok(_)) => {
                let work = (self.handler)(visit.clone(), request);
                guarded(limits.request_time, work)
                    .await
                    .unwrap_or_else(|cut| {
                        Err(match cut {
                            CutShort::TooSlow => Rejection::TooBusy.into(),
                            CutShort::Panicked(words) => {
                                Failure::Broken(format!("a panic: {words}"))
                            }
                        })
                    })
            }
        };
        let mut response = outcome.unwrap_or_else(|failure| answer(&visit, failure));
        if let Some(token) = visit.new_browser() {
            let cookie = state
                .cookies
                .set(Kind::Browser, "", &token.expose(), Life::Visit);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        let is_good = response.status().is_success();
        protect(
            response.headers_mut(),
            if is_good { self.keep } else { Keep::Nothing },
            state.hosts.base().is_https(),
        );
        tracing::debug!(status = response.status().as_u16(), "answered");
        response
    }
}

/// Whether a form token is one that a page of ours gave to this browser.
fn is_ours(page: &Page, access: AccessName, token: &str) -> bool {
    let visit = &page.visit;
    let fits = |bearer| visit.is_own_form(page.tenant().id, bearer, token);
    // The language switch and the login form also stand on pages of an attempt or a session.
    let jar = &visit.jar;
    fits(visit.guest().bearer)
        || access == AccessName::Anyone
            && (jar
                .attempt
                .as_ref()
                .is_some_and(|token| fits(Bearer::Attempt(token.hash())))
                || jar
                    .session
                    .as_ref()
                    .is_some_and(|token| fits(Bearer::Session(token.hash()))))
}
