//! Which line of the table of routes a request is for. Found here and not by axum's router, which takes each path apart for handlers;
//! ours read the path themselves.

use std::collections::BTreeMap;

use axum::{
    extract::Request,
    http::{HeaderValue, Method, header},
    response::Response,
};

use super::{
    entrance::enter,
    errors::Rejection,
    route::{Route, nothing},
};
use crate::{metrics::RouteMetrics, router, state::WebState};

/// All routes of a server.
pub(crate) struct Table {
    state: WebState,
    places: matchit::Router<Place>,
    nowhere: Door,
    not_so: Door,
}

/// What can be done at one address.
#[derive(Default)]
struct Place {
    get: Option<Door>,
    post: Option<Door>,
}

/// A route with the numbers that are kept of it.
struct Door(Route, RouteMetrics);

impl Table {
    pub(crate) fn new(state: &WebState) -> Self {
        let door = |route: Route| {
            let metrics = state.metrics.of_route(&route);
            Door(route, metrics)
        };
        let mut lines: BTreeMap<&str, Place> = BTreeMap::new();
        for route in router::table() {
            let place = lines.entry(route.path).or_default();
            let side = match route.method {
                Method::POST => &mut place.post,
                _ => &mut place.get,
            };
            assert!(side.is_none(), "two lines for one route: {}", route.path);
            *side = Some(door(route));
        }
        let mut places = matchit::Router::new();
        for (path, place) in lines {
            places
                .insert(path, place)
                .expect("the table's paths are well-formed, and none hides another");
        }
        Self {
            places,
            nowhere: door(nothing(Rejection::NotFound)),
            not_so: door(nothing(Rejection::MethodNotAllowed)),
            state: state.clone(),
        }
    }

    /// From a request to its answer.
    pub(crate) async fn answer(&self, request: Request) -> Response {
        // Which line it is for depends on the entrance that it came by.
        let request = enter(&self.state, request).await;
        let Ok(found) = self.places.at(request.uri().path()) else {
            return self.serve(&self.nowhere, request).await;
        };
        let place = found.value;
        match place.side(request.method()) {
            Some(door) => self.serve(door, request).await,
            None => {
                let mut response = self.serve(&self.not_so, request).await;
                response.headers_mut().insert(header::ALLOW, place.allows());
                response
            }
        }
    }

    async fn serve(&self, Door(route, metrics): &Door, request: Request) -> Response {
        route.serve(&self.state, metrics, request).await
    }
}

impl Place {
    fn side(&self, method: &Method) -> Option<&Door> {
        match *method {
            Method::GET | Method::HEAD => self.get.as_ref(),
            Method::POST => self.post.as_ref(),
            _ => None,
        }
    }

    fn allows(&self) -> HeaderValue {
        HeaderValue::from_static(match (&self.get, &self.post) {
            (Some(_), Some(_)) => "GET, HEAD, POST",
            (Some(_), None) => "GET, HEAD",
            (None, _) => "POST",
        })
    }
}
