//! `/admin/audit/checks/{check}`: whether anybody changed the trail (SEC-79). The check runs beside the requests.

use axum::http::{HeaderValue, header};
use warifu_flows::{audit_check, session::SignedIn};
use warifu_storage::{ChainCheck, JobState};

use crate::{
    http::{
        errors::Rejection,
        forms::{Button, Verified},
        page::Page,
        route::Answer,
    },
    pages::views::admin::{AuditCheck, ChainState},
};

/// How soon the page is loaded again while the check goes on.
const REFRESH: HeaderValue = HeaderValue::from_static("2");

/// Begins a check, which goes on whoever looks at it.
pub(crate) async fn begin(page: Page, who: SignedIn, _: Verified<Button>) -> Answer {
    let by = page.manager(who, "");
    let check = audit_check::begin(page.ctx(), page.tenant(), &by).await?;
    let (ctx, tenant) = (page.visit.state.ctx.clone(), page.tenant().clone());
    tokio::spawn(async move {
        if let Err(error) = audit_check::run(&ctx, &tenant, check).await {
            tracing::error!(fault = %error, "a check of the audit trail was broken off");
        }
    });
    Ok(page.lead_to(&format!("/admin/audit/checks/{check}")))
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    let check = page.segment("check").parse();
    let check = check.map_err(|_| Rejection::NotFound)?;
    let found = audit_check::show(page.ctx(), page.tenant(), &by, check).await?;
    let found = found.ok_or(Rejection::NotFound)?;
    let state = match (found.state, found.outcome) {
        (_, Some(ChainCheck::Whole(events))) => ChainState::Whole(events),
        (_, Some(ChainCheck::Broken { lane, seq })) => ChainState::Broken(lane, seq),
        (JobState::Running, None) => ChainState::Checking,
        (_, None) => ChainState::Stopped,
    };
    let time = page.minute(found.started_at);
    let goes_on = state == ChainState::Checking;
    let mut response = page.show(|frame| AuditCheck { frame, time, state });
    if goes_on {
        response.headers_mut().insert(header::REFRESH, REFRESH);
    }
    Ok(response)
}
