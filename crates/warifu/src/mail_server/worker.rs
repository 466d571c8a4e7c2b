//! The worker that has connections ended, for each tenant with a mail server apart: one that does not answer holds up no other.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use warifu_domain::mail_kick::LOOK_EVERY;
use warifu_flows::Ctx;
use warifu_flows::mail_kicks::{self, MailServer, Round};
use warifu_web::WebState;

use crate::worker::{Looks, Stopped, Worker};

/// People that one round is about: within a lease it is done, however slowly the mail server answers each question.
const AT_ONCE: i64 = 20;

/// Begins to have ended what is due. `None`: there is no mail server.
pub(crate) fn start(
    ctx: &Arc<Ctx>,
    state: &WebState,
    servers: Vec<(String, Arc<dyn MailServer>)>,
) -> Option<Worker> {
    if servers.is_empty() {
        return None;
    }
    let mut of_tenants: HashMap<String, Vec<Arc<dyn MailServer>>> = HashMap::new();
    for (tenant, server) in servers {
        of_tenants.entry(tenant).or_default().push(server);
    }
    let (ctx, state) = (ctx.clone(), state.clone());
    let work = |stopped: Stopped| async move {
        let mut tenants = JoinSet::new();
        for (tenant, servers) in of_tenants {
            let (ctx, state, stopped) = (ctx.clone(), state.clone(), stopped.clone());
            tenants.spawn(async move {
                let pause = u64::try_from(LOOK_EVERY.0).unwrap_or(u64::MAX);
                let mut looks = Looks::each(Duration::from_millis(pause), stopped.clone());
                while looks.next().await {
                    empty(&ctx, &state, &tenant, &servers, &stopped).await;
                }
            });
        }
        tenants.join_all().await;
    };
    let what = "ending connections of mail clients";
    Some(Worker::start(what, work))
}

/// Has ended what is due until nothing is, or a mail server cannot be asked.
async fn empty(
    ctx: &Ctx,
    state: &WebState,
    tenant: &str,
    servers: &[Arc<dyn MailServer>],
    stopped: &Stopped,
) {
    let metrics = state.mail_server_metrics();
    while !stopped.is() {
        let round = match mail_kicks::end_connections(ctx, tenant, servers, AT_ONCE).await {
            Ok(round) => round,
            Err(fault) => {
                tracing::warn!(tenant, %fault, "cannot end connections; the next look tries again");
                return;
            }
        };
        let Round {
            taken,
            ended,
            postponed,
            given_up,
        } = round;
        metrics.ended.inc_by(ended as u64);
        metrics.postponed.inc_by(postponed as u64);
        metrics.given_up.inc_by(given_up as u64);
        if ended > 0 {
            tracing::info!(tenant, ended, "connections of mail clients are ended");
        }
        if given_up > 0 {
            tracing::error!(tenant, given_up, "connections of mail clients stay open");
        }
        if taken == 0 || postponed + given_up > 0 {
            return;
        }
    }
}
