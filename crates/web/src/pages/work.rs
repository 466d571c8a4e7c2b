//! Work that outlives the request that asks for it, and pages that are loaded again while it goes on.

use std::sync::Arc;

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use warifu_domain::tenant::Tenant;
use warifu_flows::{Ctx, FlowError, console_job::Started};

use crate::http::page::Page;

/// How soon a page that shows progress is loaded again, in seconds.
const REFRESH: HeaderValue = HeaderValue::from_static("2");

/// Does what was started, whoever looks at it; what was joined is being done already. `work` is given its id.
pub(crate) fn beside<F>(
    page: &Page,
    started: Started,
    work: impl FnOnce(Arc<Ctx>, Arc<Tenant>, i64) -> F,
) where
    F: Future<Output = Result<(), FlowError>> + Send + 'static,
{
    let Started::New(id) = started else { return };
    let work = work(page.visit.state.ctx.clone(), page.tenant().clone(), id);
    tokio::spawn(async move {
        if let Err(error) = work.await {
            tracing::error!(fault = %error, job = id, "work for a console was broken off");
        }
    });
}

/// Has the browser load a page again.
pub(crate) fn keep_loading(response: &mut Response) {
    response.headers_mut().insert(header::REFRESH, REFRESH);
}

/// Has the browser leave a page as it is: somebody types there.
pub(crate) fn stand_still(response: &mut Response) {
    response.headers_mut().remove(header::REFRESH);
}
