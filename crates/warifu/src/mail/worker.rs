//! The worker that empties the outbox: as many mails at a time as `mail.connections` says, each with its own try, so that one
//! recipient who cannot be reached holds up nobody else.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use warifu_flows::delivery::{self, Afterwards, Post, SendFailure};
use warifu_flows::{Ctx, Fault};
use warifu_storage::DueNotice;
use warifu_web::WebState;

use crate::worker::{Looks, Stopped, Worker};

/// How often the outbox is looked into. Whoever waits for a mail waits longer for the relay.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Begins to send what is due.
pub(crate) fn start(
    ctx: &Arc<Ctx>,
    state: &WebState,
    post: Arc<dyn Post>,
    connections: usize,
) -> Worker {
    let (ctx, state) = (ctx.clone(), state.clone());
    Worker::start("sending mail", |stopped| async move {
        let all = (Sort::All, stopped.clone());
        tokio::join!(
            send_due(&ctx, &state, &post, connections, all),
            send_due(&ctx, &state, &post, connections, (Sort::Urgent, stopped)),
        );
    })
}

/// Which notices.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Whatever is due.
    All,
    /// What is void after a while, such as a code that somebody waits for (K7): with connections of its own, so that no other mail
    /// is in its way.
    Urgent,
}

async fn send_due(
    ctx: &Arc<Ctx>,
    state: &WebState,
    post: &Arc<dyn Post>,
    connections: usize,
    (sort, stopped): (Sort, Stopped),
) {
    let mut looks = Looks::each(LOOK_EVERY, stopped.clone());
    while looks.next().await {
        if let Err(fault) = empty(ctx, state, post, connections, (sort, &stopped)).await {
            tracing::warn!(%fault, "cannot read the outbox; the next look tries again");
        }
        if sort == Sort::All
            && let Err(fault) = measure(ctx, state).await
        {
            tracing::warn!(%fault, "cannot count the outbox");
        }
    }
}

/// Sends until nothing is due, or it is to stop; what was begun is finished.
async fn empty(
    ctx: &Arc<Ctx>,
    state: &WebState,
    post: &Arc<dyn Post>,
    connections: usize,
    (sort, stopped): (Sort, &Stopped),
) -> Result<(), Fault> {
    let limit = i64::try_from(connections * 8).unwrap_or(i64::MAX);
    loop {
        let due = match sort {
            Sort::All => delivery::due(ctx, limit).await?,
            Sort::Urgent => delivery::urgent(ctx, limit).await?,
        };
        if due.is_empty() {
            return Ok(());
        }
        let mut sending = JoinSet::new();
        for notice in due {
            if sending.len() >= connections {
                sending.join_next().await;
            }
            if stopped.is() {
                break;
            }
            let (ctx, state, post) = (ctx.clone(), state.clone(), post.clone());
            sending.spawn(async move { send(&ctx, &state, &*post, &notice).await });
        }
        while sending.join_next().await.is_some() {}
        if stopped.is() {
            return Ok(());
        }
    }
}

/// One try at one notice, if no other node is faster.
async fn send(ctx: &Ctx, state: &WebState, post: &dyn Post, due: &DueNotice) {
    if let Err(fault) = try_to_send(ctx, state, post, due).await {
        // The lease keeps it until then: tried again once it ends.
        tracing::error!(notice = due.id, %fault, "a notice could not be handled");
    }
}

async fn try_to_send(
    ctx: &Ctx,
    state: &WebState,
    post: &dyn Post,
    due: &DueNotice,
) -> Result<(), Fault> {
    let Some(claimed) = delivery::claim(ctx, due).await? else {
        return Ok(());
    };
    let (metrics, notice) = (state.mail_metrics(), claimed.notice.id);
    let outcome = match state.mail_of(&claimed) {
        Ok(mail) => post.send(&mail).await,
        Err(failure) => Err(SendFailure {
            is_final: false,
            words: format!("no words for it: {failure:?}"),
        }),
    };
    let failure = match outcome {
        Ok(()) => {
            metrics.sent.inc();
            tracing::debug!(notice, "sent");
            return delivery::sent(ctx, &claimed).await;
        }
        Err(failure) => failure,
    };
    metrics.failed.inc();
    let problem = &failure.words;
    match delivery::failed(ctx, &claimed, &failure).await? {
        Afterwards::TriedAgain(_) | Afterwards::Elsewhere => {
            tracing::warn!(notice, problem, "a mail is not sent yet; it is tried again");
        }
        Afterwards::GivenUp => {
            metrics.given_up.inc();
            tracing::error!(notice, problem, "a mail is given up");
        }
    }
    Ok(())
}

async fn measure(ctx: &Ctx, state: &WebState) -> Result<(), Fault> {
    let (metrics, outbox) = (state.mail_metrics(), delivery::state(ctx).await?);
    let age = outbox
        .oldest
        .map_or(0, |oldest| (ctx.clock.now() - oldest).0 / 1000);
    metrics.waiting.set(outbox.waiting);
    metrics.oldest_seconds.set(age.max(0));
    Ok(())
}
