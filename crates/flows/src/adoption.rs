//! How far the second factor has come: how many have one, how that grew, and who would be stopped on the day it is compulsory.

use std::sync::Arc;

use warifu_domain::{
    ids::TenantId,
    permission::Operation,
    tenant::Tenant,
    time::{Span, Timestamp},
};
use warifu_storage::{DayAdoption, GroupAdoption, GroupRow, StoreError, Unprotected};

use crate::{
    by::By,
    ctx::Ctx,
    error::FlowError,
    reminders::{self, Round},
};

/// People are counted anew when the last count is so old: it goes through all of them.
const EVERY: Span = Span::hours(1);

const DAY: Span = Span::days(1);

/// How many have a second factor.
#[derive(Clone, Debug)]
pub struct Adoption {
    /// Codes by mail are a second factor here (SEC-26). Where they are not, who has an address alone counts as one without.
    pub emailed_codes: bool,
    /// When people were counted; none before the first count.
    pub counted_at: Option<Timestamp>,
    /// By group.
    pub groups: Vec<GroupAdoption>,
    /// Over time, oldest first.
    pub days: Vec<DayAdoption>,
    /// The groups by name.
    pub names: Vec<GroupRow>,
    /// People whom the day would stop: without a second factor, those who began nothing first, by login ID.
    pub unprotected: Vec<Unprotected>,
    /// The last rounds of reminders, newest first.
    pub rounds: Vec<Round>,
}

/// Which of the people whom the day would stop are listed.
#[derive(Clone, Debug, Default)]
pub struct UnprotectedPage {
    /// Behind whom: whether a set-up was begun, and the login ID.
    pub after: (bool, String),
    /// At most so many.
    pub limit: i64,
}

/// Counts the people of a tenant if that was not done for an hour. `false`: it was.
pub(crate) async fn count(ctx: &Ctx, tenant: TenantId) -> Result<bool, StoreError> {
    let now = ctx.clock.now();
    let counts = ctx.store.read(tenant, async move |tx| {
        let last = tx.find_adoption_time().await?;
        match last {
            Some(at) if now - at < EVERY => Ok(None),
            _ => tx.count_adoption().await.map(Some),
        }
    });
    // Counted outside the write: logins do not wait for it.
    let Some(counts) = counts.await? else {
        return Ok(false);
    };
    let day = now.0.div_euclid(DAY.0);
    ctx.store
        .write(tenant, async move |tx| {
            tx.keep_adoption(day, &counts, now).await
        })
        .await?;
    Ok(true)
}

/// How many have a second factor, as it was counted last, and who has none.
pub async fn show(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    page: UnprotectedPage,
) -> Result<Adoption, FlowError> {
    let now = ctx.clock.now();
    by.check(tenant, Operation::ShowAdoption, None, now)?;
    let emailed_codes = tenant.policy.email_code.enabled;
    let shown = ctx.store.read(tenant.id, async move |tx| {
        let after = (page.after.0, page.after.1.as_str());
        tx.show_adoption(after, page.limit, reminders::LISTING)
            .await
    });
    let shown = shown.await?;
    let mut shown = Adoption {
        emailed_codes,
        counted_at: shown.counted_at,
        groups: shown.groups,
        days: shown.days,
        names: shown.names,
        unprotected: shown.unprotected,
        rounds: reminders::shown_at(now, shown.rounds, shown.reminding),
    };
    if !emailed_codes {
        shown
            .groups
            .iter_mut()
            .for_each(|group| group.with_factor = group.with_app);
        shown
            .days
            .iter_mut()
            .for_each(|day| day.with_factor = day.with_app);
    }
    Ok(shown)
}

/// From when the second factor is compulsory for the people of a group (W8). `None`: it is not.
pub fn compulsory_from(tenant: &Tenant, group: Option<&GroupRow>) -> Option<Timestamp> {
    let rules = &tenant.policy.second_factor;
    if !rules.demands() {
        return None;
    }
    let for_all = rules.required_from.unwrap_or(Timestamp(i64::MIN));
    let grace = group.and_then(|group| group.grace_until);
    Some(grace.map_or(for_all, |until| until.max(for_all)))
}
