//! Notices to people about their own accounts, as they wait in the outbox.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    audit::EventKind, emailed_code::may_be_sender, ids::UserId, policy::EmailSender,
    tenant::Tenant, time::Timestamp,
};
use warifu_storage::{Notice, StoreError, UserRow, seal};

use crate::{
    ctx::Ctx,
    error::FlowError,
    mailing::{Enclosed, enclosed_context},
    manage_users::open_email,
};

pub use crate::mailing::MailedCode;

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
    /// When what it tells is void.
    pub void_at: Option<Timestamp>,
    /// The person's own address at the tenant, where the policy wants it in the `From` and it may stand there (SEC-30).
    pub sender: Option<String>,
}

impl OpenNotice {
    /// The code that it tells, where it does (K7).
    pub fn code(&self) -> Option<&MailedCode> {
        match &self.enclosed {
            Some(Enclosed::LoginCode(code)) => Some(code),
            _ => None,
        }
    }
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
    let is_code = matches!(enclosed, Some(Enclosed::LoginCode(_)));
    let rules = &tenant.policy.email_code;
    let sender = match &person.email {
        Some(sealed) if is_code && rules.sender == EmailSender::OwnAddress => {
            let own = open_email(ctx, tenant, notice.user, sealed)?;
            may_be_sender(rules, &own).then_some(own)
        }
        _ => None,
    };
    Ok(OpenNotice {
        enclosed,
        joined: notice.joined,
        sender,
        void_at: notice.void_at,
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
