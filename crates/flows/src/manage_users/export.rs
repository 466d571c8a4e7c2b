//! Everything that is kept about one person, to be handed to the person (SEC-81): no password, key, seed or code is in it.

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind, ids::UserId, permission::Operation, tenant::Tenant, time::Timestamp,
};
use warifu_storage::{AuditFilter, MailRefusalRow, MailWindowRow, PersonRecords};

use super::{ManageError, UserDetails, Whom, act::begin_act, open_email, show::load};
use crate::{audit, by::By, ctx::Ctx};

/// Events that an export holds at most, the newest.
pub const EVENTS_EXPORTED: i64 = 10_000;

/// Everything that is kept about one person.
#[derive(Clone, Debug)]
pub struct UserExport {
    /// What an administrator sees of the person, with all events.
    pub details: UserDetails,
    /// Further addresses for notices; with when each was confirmed.
    pub addresses: Vec<(String, Option<Timestamp>)>,
    /// Windows for mail programs.
    pub mail_windows: Vec<MailWindowRow>,
    /// Mail programs that were refused.
    pub mail_refusals: Vec<MailRefusalRow>,
    /// What waits, or was begun.
    pub records: PersonRecords,
}

/// Everything that is kept about one person. That it was exported is recorded.
pub async fn export_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    user: UserId,
) -> Result<UserExport, ManageError> {
    let whom = Whom::Id(user);
    let (act, _) = begin_act(ctx, tenant, by, &whom, Operation::ExportUser).await?;
    let event = by.event(EventKind::UserExported, Some(user));
    ctx.store
        .write(tenant.id, async move |tx| {
            act.audit(tx, event.clone()).await
        })
        .await?;
    let mut details = load(ctx, tenant, whom).await?;
    let mut filter = AuditFilter {
        user: Some(user),
        limit: EVENTS_EXPORTED,
        ..AuditFilter::default()
    };
    // Each step looks at a bounded part of the trail.
    while filter.limit > 0 {
        let found = audit::search(ctx, tenant, by, filter.clone()).await?;
        details.events.extend(found.rows);
        filter.limit = EVENTS_EXPORTED - details.events.len() as i64;
        match found.next {
            Some(next) => filter.before = next,
            None => break,
        }
    }
    let ever = Timestamp(i64::MIN);
    let kept = ctx.store.read(tenant.id, async move |tx| {
        Ok((
            tx.list_addresses(user).await?,
            tx.list_mail_windows(user, ever).await?,
            tx.list_mail_refusals(user, ever).await?,
            tx.list_person_records(user).await?,
        ))
    });
    let (rows, mail_windows, mail_refusals, records) = kept.await?;
    let mut addresses = Vec::new();
    for row in rows {
        let address = open_email(ctx, tenant, user, &row.sealed)?;
        addresses.push((address, row.confirmed_at));
    }
    Ok(UserExport {
        details,
        addresses,
        mail_windows,
        mail_refusals,
        records,
    })
}
