//! Emptying the outbox: claim a notice, have it sent, settle what came of it. Any number of nodes may do so side by side. How a
//! mail looks, and how it reaches a relay, is not known here.
//!
//! A mail is sent at least once. It can be sent twice if the relay has taken it and this process, or its database, ends before
//! that is written down; then the second one bears the same Message-ID.

use std::{future::Future, pin::Pin, sync::Arc};

pub use warifu_domain::delivery::SendFailure;
use warifu_domain::{
    audit::{Actor, AuditEvent, EventKind},
    delivery::LEASE,
    ids::UserId,
    permission::Operation,
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
    user::check_email,
};
use warifu_storage::{DueNotice, Factor, OutboxState};

use crate::{
    act::Act,
    by::By,
    ctx::Ctx,
    error::{Fault, FlowError},
    notices::{self, OpenNotice},
};

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Tells this mail from all others, the same at every try: what stands before the `@` of its Message-ID.
    pub id: String,
    /// What stands in its `From` in place of the server's address, which is its `Sender` then (K7).
    pub from: Option<String>,
    /// The address it goes to.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The language of both, as a tag.
    pub language: &'static str,
    /// What its `Date` says.
    pub at: Timestamp,
}

/// What comes of a try.
pub type Posting<'a> = Pin<Box<dyn Future<Output = Result<(), SendFailure>> + Send + 'a>>;

/// The way to a mail relay.
pub trait Post: Send + Sync {
    /// Hands a mail over; when this is done the relay has taken it.
    fn send<'a>(&'a self, mail: &'a Mail) -> Posting<'a>;
}

/// A notice that this process may send until its lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Whose it is.
    pub tenant: Arc<Tenant>,
    /// What it says.
    pub notice: OpenNotice,
    lease: Lease,
}

/// What is known of a claimed notice without opening it.
#[derive(Clone, Copy, Debug)]
struct Lease {
    notice: i64,
    user: UserId,
    kind: EventKind,
    created_at: Timestamp,
    /// Not tried from then on.
    void_at: Option<Timestamp>,
    /// Which try this is, from 1.
    tries: i64,
    ends: Timestamp,
}

impl Claimed {
    /// See [`Mail::id`].
    pub fn mail_id(&self) -> String {
        format!("{}.{}.warifu", self.tenant.id, self.notice.id)
    }
}

/// What became of a mail that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// It is tried again then.
    TriedAgain(Timestamp),
    /// It is not tried any more.
    GivenUp,
    /// Another node has it by now.
    Elsewhere,
}

/// Lists up to `limit` notices of any tenant that are due, longest due first.
pub async fn due(ctx: &Ctx, limit: i64) -> Result<Vec<DueNotice>, Fault> {
    let now = ctx.clock.now();
    let due = ctx
        .store
        .read_platform(async move |tx| tx.list_due_notices(now, limit).await);
    Ok(due.await?)
}

/// Lists up to `limit` notices of any tenant that are due and void after a while, longest due first: they wait for no others.
pub async fn urgent(ctx: &Ctx, limit: i64) -> Result<Vec<DueNotice>, Fault> {
    let now = ctx.clock.now();
    let due = ctx
        .store
        .read_platform(async move |tx| tx.list_urgent_notices(now, limit).await);
    Ok(due.await?)
}

/// Takes a notice for this process. `None`: another node was faster, or there is nobody any more to be told.
pub async fn claim(ctx: &Ctx, due: &DueNotice) -> Result<Option<Claimed>, Fault> {
    let Some(tenant) = ctx.find_tenant(&due.slug).await? else {
        return Ok(None);
    };
    let (id, due_at, lease_ends) = (due.id, due.due_at, ctx.clock.now() + LEASE);
    let claimed = ctx.store.write(due.tenant, async move |tx| {
        let Some((notice, tries)) = tx.claim_notice(id, due_at, lease_ends).await? else {
            return Ok(None);
        };
        let Some(person) = tx.find_user(notice.user).await? else {
            tx.delete_notice(id).await?;
            return Ok(None);
        };
        // A reminder that waited is not sent to somebody whom it concerns no more.
        let is_settled = person.disabled || person.standing.factor == Factor::On;
        if notice.kind == EventKind::RemindersSent && is_settled {
            tx.delete_notice(id).await?;
            return Ok(None);
        }
        Ok(Some((notice, person, tries)))
    });
    let Some((notice, person, tries)) = claimed.await? else {
        return Ok(None);
    };
    let lease = Lease {
        notice: id,
        user: notice.user,
        kind: notice.kind,
        created_at: notice.created_at,
        void_at: notice.void_at,
        tries,
        ends: lease_ends,
    };
    // What is void helps nobody, and would only puzzle whoever gets it.
    if lease.void_at.is_some_and(|at| ctx.clock.now() >= at) {
        settle_failure(ctx, &tenant, lease, &too_late()).await?;
        return Ok(None);
    }
    match notices::open(ctx, &tenant, notice, person) {
        Ok(notice) => Ok(Some(Claimed {
            tenant,
            notice,
            lease,
        })),
        Err(error) => {
            let failure = SendFailure {
                is_final: false,
                words: error.to_string(),
            };
            settle_failure(ctx, &tenant, lease, &failure).await?;
            Err(error.into())
        }
    }
}

/// The relay took it.
pub async fn sent(ctx: &Ctx, claimed: &Claimed) -> Result<(), Fault> {
    let id = claimed.notice.id;
    // Even where the lease is over: whoever has the notice now would send it a second time.
    ctx.store
        .write(claimed.tenant.id, async move |tx| {
            tx.delete_notice(id).await
        })
        .await?;
    Ok(())
}

/// The relay did not take it: it waits for its next try, or is given up, which the trail of the person keeps (SEC-43).
pub async fn failed(
    ctx: &Ctx,
    claimed: &Claimed,
    failure: &SendFailure,
) -> Result<Afterwards, Fault> {
    settle_failure(ctx, &claimed.tenant, claimed.lease, failure).await
}

/// Why a mail is not sent whose link or code is void.
fn too_late() -> SendFailure {
    SendFailure {
        is_final: true,
        words: "what it encloses is void".to_owned(),
    }
}

async fn settle_failure(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    lease: Lease,
    failure: &SendFailure,
) -> Result<Afterwards, Fault> {
    let act = Act::by_command_line(ctx, tenant).by(Actor::Server);
    let next = failure
        .retry()
        .next_try(lease.created_at, lease.tries, act.now);
    let next = next.filter(|next| lease.void_at.is_none_or(|at| *next < at));
    let event = AuditEvent::new(EventKind::MailGivenUp, Some(lease.user)).detail(&format!(
        "{}: {}",
        lease.kind.word(),
        failure.words
    ));
    let afterwards = ctx.store.write(tenant.id, async move |tx| {
        match next {
            Some(next) if tx.postpone_notice(lease.notice, lease.ends, next).await? => {
                return Ok(Afterwards::TriedAgain(next));
            }
            None if tx.delete_claimed_notice(lease.notice, lease.ends).await? => {}
            _ => return Ok(Afterwards::Elsewhere),
        }
        act.audit(tx, event.clone()).await?;
        Ok(Afterwards::GivenUp)
    });
    Ok(afterwards.await?)
}

/// How much mail waits, of all tenants.
pub async fn state(ctx: &Ctx) -> Result<OutboxState, Fault> {
    let state = ctx.store.read_platform(async |tx| tx.outbox_state().await);
    Ok(state.await?)
}

/// Why a test mail did not reach the relay.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// That is no mail address.
    #[error("that is not a mail address like taro@example.jp")]
    BadAddress,
    /// The relay did not take it.
    #[error("the relay did not take it: {}", .0.words)]
    NotTaken(SendFailure),
    /// Refused, with the code of pages.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<FlowError> for TestError {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Refused(refusal) => Self::Refused(refusal),
            FlowError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Sends a test mail at once, not through the outbox, so that whoever asks sees what the relay says. `tenant` is that of whoever
/// asks; its trail keeps who sent one, and what came of it.
pub async fn send_test(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    post: &dyn Post,
    mail: &Mail,
) -> Result<(), TestError> {
    let (act, kind) = (by.act(ctx, tenant), EventKind::MailTested);
    by.permit(ctx, &act, Operation::SendTestMail, None, kind)
        .await?;
    check_email(&mail.to).map_err(|_| TestError::BadAddress)?;
    let outcome = post.send(mail).await;
    let event = match &outcome {
        Ok(()) => by.event(kind, None),
        Err(failure) => AuditEvent::new(kind, None).detail(&failure.words),
    };
    ctx.store
        .write(tenant.id, async move |tx| {
            act.audit(tx, event.clone()).await
        })
        .await
        .map_err(Fault::from)?;
    outcome.map_err(TestError::NotTaken)
}
