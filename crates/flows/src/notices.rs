//! Notices to people about their own accounts, as they wait in the outbox.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{audit::EventKind, tenant::Tenant, time::Timestamp};

use crate::{ctx::Ctx, error::FlowError, manage_users::open_email};

/// A notice, ready to be put into words.
#[derive(Clone, Debug)]
pub struct OpenNotice {
    /// Its id; grows with time.
    pub id: i64,
    /// Where it goes.
    pub recipient: String,
    /// The person's login ID.
    pub login: String,
    /// The language the person chose.
    pub language: Option<String>,
    /// What happened.
    pub kind: EventKind,
    /// From where it was done; `None`: by an administrator on the server.
    pub address: Option<IpAddr>,
    /// When.
    pub created_at: Timestamp,
}

/// Lists notices by id, beginning behind `after`.
pub async fn list(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    after: i64,
    limit: i64,
) -> Result<Vec<OpenNotice>, FlowError> {
    let rows = ctx
        .store
        .read(tenant.id, async move |tx| {
            let mut notices = Vec::new();
            for notice in tx.list_notices(after, limit).await? {
                if let Some(person) = tx.find_user(notice.user).await? {
                    notices.push((notice, person));
                }
            }
            Ok(notices)
        })
        .await?;
    rows.into_iter()
        .map(|(notice, person)| {
            Ok(OpenNotice {
                id: notice.id,
                recipient: open_email(ctx, tenant, notice.user, &notice.recipient)?,
                login: person.login,
                language: person.language,
                kind: notice.kind,
                address: notice.address,
                created_at: notice.created_at,
            })
        })
        .collect()
}
