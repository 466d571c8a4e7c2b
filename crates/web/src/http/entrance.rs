//! By which address a request came (G2). Inside, every page of a tenant is `/{slug}/…`, as the table of routes has it; at a host
//! of the tenant's own nothing stands before its pages, and by one of its mail domains `/d/DOMAIN` does.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::Request,
    http::{Uri, uri::PathAndQuery},
};
use warifu_domain::domain_name::DomainName;
use warifu_flows::{FlowError, entrances};

use super::{
    errors::{Failure, Rejection},
    forms::{decode, encode},
    host::{Addressed, Origin},
};
use crate::state::WebState;

/// Files belong to no tenant, and have the same address on every host.
const FILES: &str = "/assets/";
/// What stands before a mail domain.
const BY_DOMAIN: &str = "/d/";

/// The address that a request came by.
#[derive(Clone, Debug)]
pub(crate) struct Entrance {
    /// The host, as browsers name it in `Origin`.
    pub(crate) origin: Origin,
    /// What stands before a tenant's pages in addresses of this entrance, if it is not the slug.
    pub(crate) base: Option<String>,
}

/// What became of the question; left with the request until somebody may answer it.
#[derive(Clone)]
pub(crate) struct Arrival(Arc<Mutex<Option<Result<Entrance, Failure>>>>);

impl Arrival {
    /// The entrance; asked once per request.
    pub(crate) fn take(request: &Request) -> Result<Entrance, Failure> {
        let arrival: Option<&Self> = request.extensions().get();
        let outcome = arrival.and_then(|arrival| {
            let mut kept = arrival.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.take()
        });
        outcome.unwrap_or_else(|| Err(Rejection::UnknownHost.into()))
    }
}

/// Notes by which entrance a request came, and gives it the address that the table of routes knows.
pub(crate) async fn enter(state: &WebState, mut request: Request) -> Request {
    let addressed = state.hosts.addressed(request.uri(), request.headers());
    // A body may not be looked at by two threads, so the request itself does not wait.
    let path = request.uri().path().to_owned();
    let outcome = match find(state, addressed, &path).await {
        Ok(Some((entrance, path))) => {
            if let Some(uri) = path.and_then(|path| with_path(request.uri(), &path)) {
                *request.uri_mut() = uri;
            }
            Ok(entrance)
        }
        Ok(None) => Err(Rejection::UnknownHost.into()),
        Err(error) => Err(error.into()),
    };
    let arrival = Arrival(Arc::new(Mutex::new(Some(outcome))));
    request.extensions_mut().insert(arrival);
    request
}

/// The entrance, and the path inside if that is another than outside. `None`: the host is not ours (SEC-60).
async fn find(
    state: &WebState,
    addressed: Option<Addressed>,
    path: &str,
) -> Result<Option<(Entrance, Option<String>)>, FlowError> {
    match addressed {
        None => Ok(None),
        Some(Addressed::Ours(origin)) => {
            let (base, inside) = match by_domain(state, path).await? {
                Some((base, inside)) => (Some(base), Some(inside)),
                None => (None, None),
            };
            Ok(Some((Entrance { origin, base }, inside)))
        }
        Some(Addressed::Named(name, origin)) => {
            let tenant = entrances::tenant_at_host(&state.ctx, &name).await?;
            Ok(tenant.map(|tenant| {
                let inside = (!path.starts_with(FILES)).then(|| format!("/{}{path}", tenant.slug));
                let base = Some(String::new());
                (Entrance { origin, base }, inside)
            }))
        }
    }
}

/// `/d/DOMAIN/…` of a domain that a tenant has: what its pages are addressed by, in the spelling that people read, and the path
/// inside.
async fn by_domain(state: &WebState, path: &str) -> Result<Option<(String, String)>, FlowError> {
    let Some(rest) = path.strip_prefix(BY_DOMAIN) else {
        return Ok(None);
    };
    let (domain, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let domain = decode(domain.as_bytes()).ok();
    let Some(domain) = domain.and_then(|domain| DomainName::parse(&domain).ok()) else {
        return Ok(None);
    };
    let tenant = entrances::tenant_of_domain(&state.ctx, &domain).await?;
    Ok(tenant.map(|tenant| {
        let mut base = BY_DOMAIN.to_owned();
        encode(&domain.shown(), &mut base);
        (base, format!("/{}{below}", tenant.slug))
    }))
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let path = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}
