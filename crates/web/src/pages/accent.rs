//! `/assets/accent/{colour}`: a tenant's colour as a style sheet. The address says everything that is in it, so it may be kept for
//! ever, and is the same before a colour is saved as after.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use warifu_domain::colour::{Colour, Shades};

use crate::http::{errors::Rejection, path::segment, route::Answer, visit::Visit};

/// Changes with what is made of a colour, since browsers keep the sheet.
const MAKING: &str = "1";

/// The address of a colour's style sheet.
pub(crate) fn address(colour: Colour) -> String {
    let digits = colour.to_string();
    format!(
        "/assets/accent/{MAKING}/{}.css",
        digits.trim_start_matches('#')
    )
}

pub(crate) async fn show(visit: Arc<Visit>) -> Answer {
    let of_path = |name| segment(visit.route, visit.uri.path(), name);
    let digits = of_path("sheet").and_then(|sheet| sheet.strip_suffix(".css"));
    let colour = digits.and_then(|digits| Colour::parse(&format!("#{digits}")));
    let (Some(colour), Some(MAKING)) = (colour, of_path("making")) else {
        return Err(Rejection::NotFound.into());
    };
    let mut response = Response::new(Body::from(sheet(colour)));
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// Nothing in it but colours of ours (SEC-71). On paper everything is black, as without it.
fn sheet(colour: Colour) -> String {
    let tokens = |shades: Shades| {
        let Shades {
            accent,
            strong,
            on_accent,
        } = shades;
        format!("--accent: {accent}; --accent-strong: {strong}; --on-accent: {on_accent};")
    };
    let (light, dark) = (tokens(colour.on_light()), tokens(colour.on_dark()));
    format!(
        "@media screen {{ :root {{ {light} }} }}\n\
         @media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n\
         @media screen {{ :root[data-theme=\"light\"] {{ {light} }} :root[data-theme=\"dark\"] {{ {dark} }} }}\n"
    )
}
