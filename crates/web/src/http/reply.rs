//! How answers are written: frames around pages, redirects, cookies. Also where no tenant is known, or no page was found.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use warifu_domain::ids::TenantId;

use super::{cookies::Kind, form_token::Bearer, visit::Visit};
use crate::{
    pages::{
        times::Times,
        views::{Console, Frame, Notice, TenantMark},
    },
    text::{Labels, Language, Texts},
};

/// The zone of pages that belong to no tenant.
static NO_ZONE: LazyLock<Times> =
    LazyLock::new(|| Times::new("UTC").expect("the bundled time zone database has UTC"));

/// Room for most pages, so that they are not moved while they are written.
const PAGE_BYTES: usize = 8 * 1024;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

impl Visit {
    /// The frame around every page.
    pub(crate) fn frame(&self) -> Frame {
        let guest = self.guest();
        let site = self.site();
        let times = site.map_or(&*NO_ZONE, |site| &site.times);
        let language = self.language(site.map_or(Language::Ja, |site| site.default_language()));
        Frame {
            texts: site.map_or_else(
                || Texts::new(language, Labels::standard(language)),
                |site| site.texts(language).clone(),
            ),
            tenant: site.map(|site| TenantMark {
                base: self.address(site, "").trim_end_matches('/').to_owned(),
                ..site.mark.clone()
            }),
            login_path: self.login_path(),
            preview: None,
            login: guest.login.clone(),
            form_token: site.map_or_else(String::new, |site| {
                self.form_token(site.tenant.id, guest.bearer)
            }),
            path: self.address_of_page(),
            reference: self.reference.to_string(),
            time: times.second(self.now.0),
            zone: times.zone().to_owned(),
            problem: None,
            notice: self.notice(),
            console: Console::new(guest.role, self.route),
            desk: site.and_then(|site| site.desk(language)),
        }
    }

    /// The token of forms on this page (SEC-72).
    pub(crate) fn form_token(&self, tenant: TenantId, bearer: Bearer) -> String {
        let browser = self.browser().hash();
        self.state.form_tokens().issue(tenant, &browser, bearer)
    }

    fn notice(&self) -> Option<Notice> {
        self.words_left()?.get("notice").and_then(Notice::parse)
    }

    /// The path of this page, or of the one nearest to it that answers GET.
    fn path_of_page(&self) -> &str {
        let mut path = self.uri.path();
        while !path.is_empty() && !self.state.is_page(self.site(), path) {
            path = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
        path
    }

    /// [`Self::path_of_page`] without the tenant's segment.
    pub(super) fn page_below_tenant(&self) -> String {
        let path = self.path_of_page();
        let below = path
            .get(1..)
            .and_then(|path| path.find('/').map(|at| &path[at..]));
        below.unwrap_or("/").to_owned()
    }

    /// Where this page, or the one nearest to it, is found again: what was to be said once is left out.
    fn address_of_page(&self) -> String {
        let inside = self.path_of_page();
        let path = match self.site() {
            Some(site) if !inside.is_empty() => {
                let slug = site.tenant.slug.len() + 1;
                self.address(site, inside.get(slug..).unwrap_or_default())
            }
            _ if inside.is_empty() => "/".to_owned(),
            _ => inside.to_owned(),
        };
        format!("{path}{}", self.query().to_query(is_lasting))
    }

    /// A page, with status 200 until somebody says otherwise.
    pub(crate) fn render(&self, view: &impl Template) -> Response {
        let mut html = String::with_capacity(PAGE_BYTES);
        view.render_into(&mut html)
            .expect("our templates write to a string and call nothing that fails");
        let mut response = Response::new(Body::from(html));
        response.headers_mut().insert(header::CONTENT_TYPE, HTML);
        response
    }

    /// Sends the browser to another page by GET; `path` begins with a slash and is one of this tenant's.
    pub(crate) fn lead_to(&self, path: &str) -> Response {
        let location = match self.site() {
            Some(site) => self.address(site, path),
            None => path.to_owned(),
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let location = HeaderValue::try_from(location).expect("paths of ours are visible ASCII");
        response.headers_mut().insert(header::LOCATION, location);
        response
    }

    /// Makes the browser forget a cookie that turned out to open nothing.
    pub(crate) fn forget(&self, response: &mut Response, kind: Kind) {
        if let Some(site) = self.site() {
            let cookie = self.state.cookies.clear(kind, &site.tenant.slug);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// Whether a field of an address still says something when the page is shown again: what was just done or refused does not, and a
/// language is chosen anew.
pub(crate) fn is_lasting(name: &str) -> bool {
    !matches!(name, "notice" | "refusal" | "reference" | "language")
}
