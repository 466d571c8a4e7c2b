//! `…/audit/checks/{check}`: whether anybody changed the trail (SEC-79). The check runs beside the requests.

use warifu_flows::{audit_check, session::SignedIn};
use warifu_storage::{ChainCheck, JobState};

use crate::{
    http::{
        errors::Rejection,
        forms::{Button, Verified},
        page::Page,
        route::Answer,
    },
    pages::{
        audit::tenant_of,
        views::audit::{AuditCheck, ChainState, Trail},
        work,
    },
};

/// Begins a check, or leads to the one that goes on.
pub(crate) async fn begin(page: Page, who: SignedIn, _: Verified<Button>, trail: Trail) -> Answer {
    let by = page.manager(who, "");
    let tenant = tenant_of(&page, trail);
    let check = audit_check::begin(page.ctx(), &tenant, &by).await?;
    work::beside(&page, check, async move |ctx, _, check| {
        audit_check::run(&ctx, &tenant, check).await
    });
    Ok(page.lead_to(&place(trail, check.id())))
}

fn place(trail: Trail, check: i64) -> String {
    format!("{}/checks/{check}", trail.path())
}

fn number(page: &Page) -> Result<i64, Rejection> {
    let check = page.segment("check").parse();
    check.map_err(|_| Rejection::NotFound)
}

pub(crate) async fn show(page: Page, who: SignedIn, trail: Trail) -> Answer {
    let by = page.manager(who, "");
    let check = number(&page)?;
    let found = audit_check::show(page.ctx(), &tenant_of(&page, trail), &by, check).await?;
    let found = found.ok_or(Rejection::NotFound)?;
    let job = found.job;
    let state = match (job.state, found.outcome) {
        (_, Some(ChainCheck::Whole(events))) => ChainState::Whole(events),
        (_, Some(ChainCheck::Broken { lane, seq })) => ChainState::Broken(lane, seq),
        (JobState::Running, None) => ChainState::Checking {
            percent: job.percent(),
            done: job.done,
            total: job.total,
        },
        (JobState::Cancelled, None) => ChainState::Cancelled,
        (_, None) => ChainState::Stopped,
    };
    let time = page.minute(job.started_at);
    let goes_on = matches!(state, ChainState::Checking { .. });
    let mut response = page.show(|frame| AuditCheck {
        frame,
        trail,
        check,
        time,
        state,
    });
    if goes_on {
        work::keep_loading(&mut response);
    }
    Ok(response)
}

/// Stops a check; shows what came of it, even if it was over already.
pub(crate) async fn stop(page: Page, who: SignedIn, _: Verified<Button>, trail: Trail) -> Answer {
    let by = page.manager(who, "");
    let check = number(&page)?;
    audit_check::cancel(page.ctx(), &tenant_of(&page, trail), &by, check).await?;
    Ok(page.lead_to(&place(trail, check)))
}
