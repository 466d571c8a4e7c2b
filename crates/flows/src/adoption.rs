//! How far the second factor has come: how many have one, how that grew, and who would be stopped on the day it is compulsory.

use std::sync::Arc;

use warifu_domain::{
    ids::TenantId,
    permission::Operation,
    tenant::Tenant,
    time::{Span, Timestamp},
};
use warifu_storage::{DayAdoption, GroupAdoption, GroupRow, StoreError, Unprotected};

use crate::{by::By, ctx::Ctx, error::FlowError};

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
}

/// Counts the people of a tenant if that was not done for an hour. `false`: it was.
pub(crate) async fn count(ctx: &Ctx, tenant: TenantId) -> Result<bool, StoreError> {
    let now = ctx.clock.now();
    let counts = ctx.store.read(tenant, async move |tx| {
        let last = tx.find_adoption().await?;
        match last {
            Some((at, _)) if now - at < EVERY => Ok(None),
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

/// How many have a second factor, as it was counted last.
pub async fn show(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By) -> Result<Adoption, FlowError> {
    by.check(tenant, Operation::ShowAdoption, None, ctx.clock.now())?;
    let emailed_codes = tenant.policy.email_code.enabled;
    let shown = ctx.store.read(tenant.id, async move |tx| {
        let (counted_at, groups) = tx.find_adoption().await?.unzip();
        Ok(Adoption {
            emailed_codes,
            counted_at,
            groups: groups.unwrap_or_default(),
            days: tx.list_adoption_days().await?,
            names: tx.list_groups().await?,
        })
    });
    let mut shown = shown.await?;
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

/// People whom the day would stop: without a second factor, by login ID behind a place, those who began nothing first.
pub async fn unprotected(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    after: (bool, String),
    limit: i64,
) -> Result<Vec<Unprotected>, FlowError> {
    by.check(tenant, Operation::ShowAdoption, None, ctx.clock.now())?;
    let listed = ctx.store.read(tenant.id, async move |tx| {
        tx.list_unprotected((after.0, &after.1), limit).await
    });
    Ok(listed.await?)
}
