//! `/logo/{logo}`: a picture of the tenant, as we wrote it anew (SEC-71). The address changes with the picture.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use warifu_domain::logo::LogoId;
use warifu_flows::branding;

use crate::http::{access::Visitor, errors::Rejection, page::Page, route::Answer};

/// The address of a picture, below its tenant.
pub(crate) fn address(logo: LogoId) -> String {
    format!("/logo/{logo}")
}

pub(crate) async fn show(page: Page, _: Visitor) -> Answer {
    let id = LogoId::parse(page.segment("logo")).ok_or(Rejection::NotFound)?;
    let found = branding::logo(page.ctx(), page.tenant(), id).await?;
    let mut response = Response::new(Body::from(found.ok_or(Rejection::NotFound)?));
    let kind = HeaderValue::from_static("image/png");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
