//! Ending connections of mail clients whose window is over or closed (SEC-54): claim what is due, see what is open at the mail
//! servers, ask the gate about each connection once more, end those it would refuse now. Any number of nodes may do so side by
//! side. How a mail server is spoken to is not known here.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    pin::Pin,
    sync::Arc,
};

use warifu_domain::{
    audit::{Actor, AuditEvent, EventKind},
    mail_gate::Service,
    mail_kick::{LEASE, RETRY},
    tenant::Tenant,
    user::Login,
};
use warifu_storage::MailKick;

use crate::{
    act::Act,
    ctx::Ctx,
    error::Fault,
    mail_gate::{may_stay, other_spellings},
};

/// A connection of a mail client that a mail server has open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OpenSession {
    /// As whom the client logged in, as the mail server calls the person.
    pub login: Login,
    /// The same, letter for letter.
    pub name: String,
    /// The client's address.
    pub address: IpAddr,
    /// The service.
    pub service: Service,
    /// It can be ended without ending somebody else's: no process is shared with one.
    pub is_alone: bool,
}

/// A mail server cannot be asked, or does not do what it is told. In words for the log, without secrets.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ServerAway(pub String);

/// What a mail server is asked.
pub type Telling<'a, T> = Pin<Box<dyn Future<Output = Result<T, ServerAway>> + Send + 'a>>;

/// A mail server that shows and ends connections.
pub trait MailServer: Send + Sync {
    /// Lists the open connections of mail clients.
    fn list(&self) -> Telling<'_, Vec<OpenSession>>;

    /// Ends every connection of this name from this address.
    fn end<'a>(&'a self, name: &'a str, address: IpAddr) -> Telling<'a, ()>;
}

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Due people and networks that this process took.
    pub taken: usize,
    /// Connections that were ended.
    pub ended: usize,
    /// Taken ones that are tried again.
    pub postponed: usize,
    /// Taken ones that are not tried any more.
    pub given_up: usize,
}

/// Takes away the windows that a shorter time in the policy has ended ([`MailWindow::ends_at`]); those that ended by themselves are
/// taken away by [`end_connections`].
///
/// [`MailWindow::ends_at`]: warifu_domain::mail_window::MailWindow::ends_at
pub(crate) async fn end_shortened(ctx: &Ctx, slug: &str) -> Result<u64, Fault> {
    if !ctx.has_mail_server(slug) {
        return Ok(0);
    }
    let Some(tenant) = ctx.find_tenant(slug).await? else {
        return Ok(0);
    };
    let (now, mail) = (ctx.clock.now(), &tenant.policy.mail);
    // Where there are no windows at all, nobody needs one.
    let Some(span) = mail.window(false) else {
        return Ok(0);
    };
    let ended = ctx.store.write(tenant.id, async move |tx| {
        Ok(tx.end_mail_windows(now, now).await?
            + tx.end_mail_windows_since(now - span, now).await?)
    });
    Ok(ended.await?)
}

/// Ends up to `limit` people's connections in a tenant that should not be open any more. A mail server that cannot be asked is
/// asked again later.
pub async fn end_connections(
    ctx: &Ctx,
    slug: &str,
    servers: &[Arc<dyn MailServer>],
    limit: i64,
) -> Result<Round, Fault> {
    let Some(tenant) = ctx.find_tenant(slug).await? else {
        return Ok(Round::default());
    };
    let kicks = claim(ctx, &tenant, limit).await?;
    if kicks.is_empty() {
        return Ok(Round::default());
    }
    // Whoever is disconnected comes back at once: no gate may still go by what was before.
    ctx.store.gates_catch_up().await;
    let mut done: Vec<Done> = kicks.into_iter().map(Done::new).collect();
    for server in servers {
        if let Err(away) = end_at(ctx, &tenant, server.as_ref(), &mut done).await? {
            tracing::warn!(tenant = slug, %away, "connections of mail clients cannot be ended yet");
            let open = done.iter_mut().filter(|done| done.problem.is_none());
            open.for_each(|done| done.problem = Some(away.0.clone()));
        }
    }
    settle(ctx, &tenant, done).await
}

/// One that was taken, and what came of it.
#[derive(Clone)]
struct Done {
    kick: MailKick,
    ended: usize,
    problem: Option<String>,
}

impl Done {
    fn new(kick: MailKick) -> Self {
        Self {
            kick,
            ended: 0,
            problem: None,
        }
    }
}

async fn claim(ctx: &Ctx, tenant: &Arc<Tenant>, limit: i64) -> Result<Vec<MailKick>, Fault> {
    let now = ctx.clock.now();
    let due = ctx.store.read(tenant.id, async move |tx| {
        let due = tx.list_due_mail_kicks(now, limit).await?;
        Ok(!due.is_empty() || tx.has_ended_mail_window(now).await?)
    });
    if !due.await? {
        return Ok(Vec::new());
    }
    let claimed = ctx.store.write(tenant.id, async move |tx| {
        tx.end_mail_windows(now, now).await?;
        let mut kicks = Vec::new();
        for due in tx.list_due_mail_kicks(now, limit).await? {
            kicks.extend(tx.claim_mail_kick(&due, now + LEASE).await?);
        }
        Ok(kicks)
    });
    Ok(claimed.await?)
}

/// Ends at one server what the gate would not let in any more.
async fn end_at(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    server: &dyn MailServer,
    done: &mut [Done],
) -> Result<Result<(), ServerAway>, Fault> {
    let open = match server.list().await {
        Ok(open) => open,
        Err(away) => return Ok(Err(away)),
    };
    let mut by_login: HashMap<Login, Vec<OpenSession>> = HashMap::new();
    for session in open {
        let of_login = by_login.entry(session.login.clone()).or_default();
        of_login.push(session);
    }
    let mut told = HashMap::new();
    for (number, one) in done.iter_mut().enumerate() {
        let Ok(login) = Login::parse(&one.kick.login) else {
            continue;
        };
        let mut spellings = other_spellings(tenant, &login);
        spellings.push(login);
        let network = one.kick.network;
        let sessions = spellings.iter().filter_map(|login| by_login.get(login));
        let sessions: Vec<OpenSession> = sessions
            .flatten()
            .filter(|session| network.is_none_or(|network| network.covers(session.address)))
            .cloned()
            .collect();
        if sessions.is_empty() {
            continue;
        }
        for session in refused(ctx, tenant, &one.kick, sessions).await? {
            if !session.is_alone {
                let problem = "the connection shares its process with another one";
                one.problem = Some(problem.to_owned());
                continue;
            }
            // Told once; counted where it was told, though a person's window and account may end together.
            match told.entry((session.name.clone(), session.address)) {
                Entry::Vacant(entry) => {
                    if let Err(away) = server.end(&session.name, session.address).await {
                        return Ok(Err(away));
                    }
                    entry.insert(number);
                }
                Entry::Occupied(entry) if *entry.get() != number => continue,
                Entry::Occupied(_) => {}
            }
            one.ended += 1;
        }
    }
    Ok(Ok(()))
}

/// Those that the gate would not let in now.
async fn refused(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    kick: &MailKick,
    sessions: Vec<OpenSession>,
) -> Result<Vec<OpenSession>, Fault> {
    let (tenant, user, now) = (tenant.clone(), kick.user, ctx.clock.now());
    let refused = ctx.store.read(tenant.id, async move |tx| {
        let mut refused = Vec::new();
        for session in &sessions {
            if !may_stay(tx, &tenant, user, session, now).await? {
                refused.push(session.clone());
            }
        }
        Ok(refused)
    });
    Ok(refused.await?)
}

/// Writes down what came of it: done and on record, tried again, or given up.
async fn settle(ctx: &Ctx, tenant: &Arc<Tenant>, done: Vec<Done>) -> Result<Round, Fault> {
    let act = Act::by_command_line(ctx, tenant).by(Actor::Server);
    let settled = ctx.store.write(tenant.id, async move |tx| {
        let mut round = Round::default();
        for Done {
            kick,
            ended,
            problem,
        } in &done
        {
            round.taken += 1;
            round.ended += ended;
            let next = match problem {
                Some(_) => RETRY.next_try(kick.noted_at, kick.tries, act.now),
                None => None,
            };
            let ended = i64::try_from(*ended).unwrap_or(i64::MAX);
            let total = kick.ended.saturating_add(ended);
            let is_ours = match next {
                Some(next) => tx.postpone_mail_kick(kick, total, next).await?,
                None => tx.delete_mail_kick(kick).await?,
            };
            if is_ours && next.is_some() {
                round.postponed += 1;
                continue;
            }
            let place = match kick.network {
                Some(network) => network.to_string(),
                None => "all".to_owned(),
            };
            // Noted anew meanwhile, it keeps what was counted before this try.
            let count = if is_ours { total } else { ended };
            if count > 0 {
                let event = AuditEvent::new(EventKind::MailSessionsEnded, Some(kick.user));
                act.audit(tx, event.detail(&format!("{place}: {count}")))
                    .await?;
            }
            if let (true, Some(problem)) = (is_ours, problem) {
                round.given_up += 1;
                let event = AuditEvent::new(EventKind::MailSessionsLeft, Some(kick.user));
                act.audit(tx, event.detail(&format!("{place}: {problem}")))
                    .await?;
            }
        }
        Ok(round)
    });
    Ok(settled.await?)
}
