//! One request as every page sees it: who asks, from where, when, in which language. Built before anything is decided;
//! what the visitor may do is `access.rs`.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
};

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderValue, Method, Uri, header},
};
use warifu_domain::{
    ids::{Reference, TenantId},
    network::canonical,
    policy::AdministratorEntrance,
    tenant::{Tenant, check_slug},
    time::Timestamp,
    token::Token,
};
use warifu_flows::{
    Origin,
    account::{self, Overview},
    session::{self, SignedIn},
};

use super::{
    access::Guest,
    cookies::Jar,
    entrance::Arrival,
    errors::{Failure, Rejection, is_of_console},
    form_token::Bearer,
    forms::Fields,
    site::Site,
};
use crate::{pages::views, state::WebState, text::Language};

/// One request.
pub struct Visit {
    pub(crate) state: WebState,
    /// What log lines, audit events and error pages call this request.
    pub reference: Reference,
    /// The one reading of the clock (SEC-19).
    pub now: Timestamp,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// The route's path as it stands in the table.
    pub(crate) route: &'static str,
    pub(crate) jar: Jar,
    /// The `Cookie` fields, for a tenant that the address does not name.
    cookies: Vec<HeaderValue>,
    agent: Option<HeaderValue>,
    accepted_languages: Option<HeaderValue>,
    /// Whether the browser came here from a page of ours, or does not say.
    from_here: bool,
    /// The client, once it is known (SEC-50).
    address: Option<IpAddr>,
    /// What stands before a tenant's pages in addresses of this visit, if it is not the slug.
    base: Option<String>,
    /// Who connected.
    peer: Option<IpAddr>,
    /// What proxies, or anybody, said about the client.
    forwarded: Vec<HeaderValue>,
    /// Whose pages these are, once that is known.
    site: OnceLock<Arc<Site>>,
    /// Whom the route let in.
    guest: OnceLock<Guest>,
    /// A value for the browser's cookie, made because it brought none.
    new_browser: OnceLock<Token>,
}

impl Visit {
    /// Reads a request's head.
    pub(crate) fn new(state: &WebState, request: &Request, route: &'static str) -> Self {
        let (uri, headers) = (request.uri(), request.headers());
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        Self {
            reference: state.ctx.rng.reference(),
            now: state.ctx.clock.now(),
            method: request.method().clone(),
            uri: uri.clone(),
            route,
            jar: state
                .cookies
                .read(slug(uri), headers.get_all(header::COOKIE)),
            cookies: headers.get_all(header::COOKIE).iter().cloned().collect(),
            agent: headers.get(header::USER_AGENT).cloned(),
            accepted_languages: headers.get(header::ACCEPT_LANGUAGE).cloned(),
            from_here: matches!(site, None | Some(b"same-origin")),
            address: None,
            base: None,
            peer: None,
            forwarded: headers.get_all("x-forwarded-for").iter().cloned().collect(),
            site: OnceLock::new(),
            guest: OnceLock::new(),
            new_browser: OnceLock::new(),
            state: state.clone(),
        }
    }

    /// Goes on if the request is addressed to us, its client is known (SEC-50, SEC-60) and, where it could change
    /// something, if a page of ours sent it (SEC-72).
    pub(crate) fn check_sender(&mut self, request: &Request) -> Result<(), Failure> {
        let entrance = Arrival::take(request)?;
        self.base = entrance.base;
        let peer: Option<&ConnectInfo<SocketAddr>> = request.extensions().get();
        let peer = peer.ok_or_else(|| {
            Failure::Broken("the listener does not pass on who connected".to_owned())
        })?;
        self.peer = Some(peer.0.ip());
        let proxies = &self.state.settings.trusted_proxies;
        let client = proxies.client(peer.0.ip(), request.headers());
        self.address = Some(client.map_err(|_| Rejection::UnreadableClient)?);
        if is_changing(request.method()) && !entrance.origin.sent(request.headers()) {
            return Err(Rejection::ForeignForm.into());
        }
        Ok(())
    }

    /// Finds the tenant that the path names.
    pub(crate) async fn find_site(&self) -> Result<Arc<Site>, Failure> {
        let tenant = match self.slug() {
            Some(slug) => self.state.ctx.tenant(slug).await?,
            None => None,
        };
        self.welcome_to(tenant.ok_or(Rejection::NotFound)?)
    }

    /// Finds the tenant that the path names, and there the session behind the cookie.
    pub(crate) async fn find_session(&self) -> Result<(Arc<Site>, Option<SignedIn>), Failure> {
        let Some((slug, token)) = self.slug().zip(self.jar.session.as_ref()) else {
            return Ok((self.find_site().await?, None));
        };
        let entered = session::enter(&self.state.ctx, slug, token, self.address).await?;
        let (tenant, who) = entered.ok_or(Rejection::NotFound)?;
        Ok((self.welcome_to(tenant)?, who))
    }

    /// As [`Self::find_session`], with everything for the account page.
    pub(crate) async fn find_account(
        &self,
    ) -> Result<(Arc<Site>, Option<(SignedIn, Overview)>), Failure> {
        let Some((slug, token)) = self.slug().zip(self.jar.session.as_ref()) else {
            return Ok((self.find_site().await?, None));
        };
        let entered = account::enter(&self.state.ctx, slug, token, self.address).await?;
        let (tenant, who) = entered.ok_or(Rejection::NotFound)?;
        Ok((self.welcome_to(tenant)?, who))
    }

    /// What the path says about whose pages these are.
    pub(crate) fn slug(&self) -> Option<&str> {
        slug(&self.uri).filter(|slug| check_slug(slug).is_ok())
    }

    /// Notes whose pages these are.
    pub(crate) fn welcome_to(&self, tenant: Arc<Tenant>) -> Result<Arc<Site>, Failure> {
        tracing::Span::current().record("tenant.id", tenant.id.0);
        let site = self.state.sites.of(tenant)?;
        Ok(self.site.get_or_init(|| site).clone())
    }

    /// The cookies that the browser has of `tenant`, whatever the address says.
    pub(crate) fn jar_of(&self, tenant: &Tenant) -> Jar {
        let slug = Some(tenant.slug.as_str());
        self.state.cookies.read(slug, &self.cookies)
    }

    /// The address of a page of this visit's tenant; `below` is its path below the tenant.
    pub(crate) fn address(&self, site: &Site, below: &str) -> String {
        let address = match &self.base {
            Some(base) => format!("{base}{below}"),
            None => format!("/{}{below}", site.tenant.slug),
        };
        if address.is_empty() {
            "/".to_owned()
        } else {
            address
        }
    }

    /// The path below the tenant, if an address is one of this visit's entrance.
    pub(crate) fn below<'a>(&self, site: &Site, address: &'a str) -> Option<&'a str> {
        match &self.base {
            Some(base) => address.strip_prefix(base.as_str()),
            None => address
                .strip_prefix('/')?
                .strip_prefix(site.tenant.slug.as_str()),
        }
    }

    /// Where people of this visit log in: at the administrators' own page, if they came by it or want a console.
    pub(crate) fn login_path(&self) -> &'static str {
        let own = self.site().is_some_and(|site| {
            site.tenant.policy.entrances.administrators == AdministratorEntrance::Own
        });
        let wanted = self.jar.door || is_of_console(self.route);
        if own && wanted {
            "/admin/login"
        } else {
            "/login"
        }
    }

    /// The tenant's site, if it was found.
    pub(crate) fn site(&self) -> Option<&Arc<Site>> {
        self.site.get()
    }

    /// Notes whom the route let in.
    pub(crate) fn welcome(&self, guest: Guest) {
        let first = self.guest.set(guest).is_ok();
        debug_assert!(first, "a request is admitted once");
    }

    /// Whom the route let in; a visitor until it did.
    pub(crate) fn guest(&self) -> &Guest {
        self.guest.get().unwrap_or(&Guest::VISITOR)
    }

    /// What forms are bound to in this browser.
    pub(crate) fn browser(&self) -> &Token {
        let known = self.jar.browser.as_ref();
        known.unwrap_or_else(|| self.new_browser.get_or_init(|| self.state.ctx.rng.token()))
    }

    /// Whether a form token is one that a page of this tenant gave to this browser, shown as `bearer` (SEC-72).
    pub(crate) fn is_own_form(&self, tenant: TenantId, bearer: Bearer, token: &str) -> bool {
        // A browser without our cookie got no form from us.
        let browser = self.jar.browser.as_ref();
        browser.is_some_and(|browser| {
            let tokens = self.state.form_tokens();
            tokens.verify(tenant, &browser.hash(), bearer, token)
        })
    }

    /// What the browser has to keep as its cookie from now on.
    pub(crate) fn new_browser(&self) -> Option<&Token> {
        self.new_browser.get()
    }

    /// Who asks, for flows and their audit events.
    pub fn origin(&self) -> Origin {
        let agent = self.agent.as_ref().and_then(|agent| agent.to_str().ok());
        Origin {
            address: self.address.expect("no page is made before `check_sender`"),
            agent: views::short_agent(agent.unwrap_or_default()).into(),
            reference: self.reference,
            session: self.jar.session.as_ref().map(Token::hash),
            unbelieved_proxy: self.address.filter(|_| self.is_a_proxys()),
            language: None,
        }
    }

    /// [`Self::origin`] at a tenant whose language is `default`.
    pub(crate) fn origin_in(&self, default: Language) -> Origin {
        let language = self.language(default);
        Origin {
            language: (language != default).then(|| language.tag()),
            ..self.origin()
        }
    }

    /// From where this request seems to come, and why, for the operator who sets up a proxy.
    pub(crate) fn seen_from(&self) -> SeenFrom {
        let shown = |address: Option<IpAddr>| address.map(|a| a.to_string()).unwrap_or_default();
        let hops = self.forwarded.iter().map(|hop| hop.to_str().unwrap_or("?"));
        let forwarded = hops.collect::<Vec<_>>().join(", ");
        SeenFrom {
            peer: shown(self.peer),
            is_a_proxy: self.is_a_proxys(),
            believed: shown(self.address),
            forwarded,
        }
    }

    /// Whether the address that counts is that of a proxy: one spoke for somebody and was not believed, or it was believed and speaks
    /// for itself.
    fn is_a_proxys(&self) -> bool {
        let proxies = &self.state.settings.trusted_proxies;
        let speaks_for_itself = self.address.is_some_and(|address| proxies.trusts(address));
        let is_spoken_for = self.forwarded.iter().any(|hop| !hop.is_empty());
        speaks_for_itself || is_spoken_for && self.address == self.peer.map(canonical)
    }

    /// The choice made in this browser, else in another one, else what the browser prefers, else `default`. Outside tenants, where
    /// nothing is kept, the address says it.
    pub(crate) fn language(&self, default: Language) -> Language {
        let accepted = self.accepted_languages.as_ref();
        let accepted = accepted.and_then(|languages| languages.to_str().ok());
        let asked = match self.site() {
            Some(_) => self.jar.language.or(self.guest().language),
            None => self.query().get("language").and_then(Language::parse),
        };
        Language::negotiate(asked, accepted, default)
    }

    /// The query's fields; none if it is malformed.
    pub fn query(&self) -> Fields {
        let query = self.uri.query().unwrap_or_default();
        Fields::parse(query.as_bytes()).unwrap_or_default()
    }

    /// What an earlier page of ours left in the address to be said on this one. Addresses made elsewhere say nothing,
    /// as far as the browser tells them apart.
    pub(crate) fn words_left(&self) -> Option<Fields> {
        let left = self.uri.query().is_some() && !is_changing(&self.method) && self.from_here;
        left.then(|| self.query())
    }
}

/// See [`Visit::seen_from`].
pub(crate) struct SeenFrom {
    /// Who connected.
    pub(crate) peer: String,
    /// `X-Forwarded-For` as it came; empty without one.
    pub(crate) forwarded: String,
    /// The address that counts.
    pub(crate) believed: String,
    /// It is a proxy's own.
    pub(crate) is_a_proxy: bool,
}

/// Whether requests of this kind may change something (SEC-72).
pub(crate) fn is_changing(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

/// The first segment of the path, as it stands: slugs have no characters that a path would escape.
fn slug(uri: &Uri) -> Option<&str> {
    let slug = uri.path().get(1..)?.split('/').next()?;
    (!slug.is_empty()).then_some(slug)
}
