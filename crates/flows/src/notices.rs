//! Notices to people about their own accounts, as they wait in the outbox.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{audit::EventKind, ids::UserId, tenant::Tenant, time::Timestamp};
use warifu_storage::{Notice, StoreError, UserRow, seal};

use crate::{
    ctx::Ctx,
    error::FlowError,
    mailing::{Enclosed, enclosed_context},
    manage_users::open_email,
};

/// A notice, ready to be put into words.
#[derive(Clone, Debug)]
pub struct OpenNotice {
    /// Its id; grows with time.
    pub id: i64,
    /// To whom.
    pub user: UserId,
    /// Where it goes.
    pub recipient: String,
    /// The person's login ID.
    pub login: String,
    /// The language the person chose.
    pub language: Option<String>,
    /// What happened.
    pub kind: EventKind,
    /// What it alone tells, where it does (SEC-40, SEC-43).
    pub enclosed: Option<Enclosed>,
    /// How many further notices it stands for; 0: it is one of its own (SEC-29).
    pub joined: i64,
    /// From where it was done; `None`: by an administrator on the server.
    pub address: Option<IpAddr>,
    /// With which browser it was done, in short; may be empty.
    pub agent: String,
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
        .map(|(notice, person)| open(ctx, tenant, notice, person).map_err(FlowError::from))
        .collect()
}

/// Opens what is sealed of a notice to `person`.
pub(crate) fn open(
    ctx: &Ctx,
    tenant: &Tenant,
    notice: Notice,
    person: UserRow,
) -> Result<OpenNotice, StoreError> {
    let enclosed = match &notice.enclosed {
        Some(sealed) => {
            let plain = seal::open(&ctx.keys(), &enclosed_context(tenant, notice.user), sealed)?;
            let read = std::str::from_utf8(&plain).ok().and_then(Enclosed::read);
            Some(read.ok_or_else(|| StoreError::corrupt("outbox.enclosed"))?)
        }
        None => None,
    };
    Ok(OpenNotice {
        enclosed,
        joined: notice.joined,
        id: notice.id,
        user: notice.user,
        recipient: open_email(ctx, tenant, notice.user, &notice.recipient)?,
        login: person.login,
        language: person.language,
        kind: notice.kind,
        address: notice.address,
        agent: notice.agent.unwrap_or_default(),
        created_at: notice.created_at,
    })
}
