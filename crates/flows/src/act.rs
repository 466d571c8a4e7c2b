//! One act: who asks, in which tenant, when. What every write job of a flow carries with it.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    audit::{Actor, AuditEvent, EventKind},
    ids::{Reference, UserId},
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
    token::{Token, TokenHash},
};
use warifu_storage::{ClosedAttempt, KeyRing, StoreError, Tx};

use crate::{
    ctx::{Ctx, MailMode},
    error::FlowError,
    rng::Rng,
};

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The client's address, as `trusted_proxies` lets us believe it (SEC-50).
    pub address: IpAddr,
    /// A short name of the browser, for the list of sessions.
    pub agent: Arc<str>,
    /// The request's name.
    pub reference: Reference,
    /// The session whose cookie the browser sent, whatever it is worth: a login here takes its place.
    pub session: Option<TokenHash>,
    /// [`Self::address`] is that of a proxy whose word about its client is not taken (SEC-50).
    pub unbelieved_proxy: Option<IpAddr>,
    /// The language that the pages speak here, as a tag, where it is another than the tenant's: a login keeps it for whoever has
    /// chosen none, so that mail speaks it too.
    pub language: Option<&'static str>,
}

impl Origin {
    /// Longest browser name that is stored, in characters.
    pub const MAX_AGENT_CHARS: usize = 60;

    /// Control characters of `agent` are dropped and the rest is cut to [`Self::MAX_AGENT_CHARS`].
    pub fn new(address: IpAddr, agent: &str, reference: Reference) -> Self {
        let short = agent
            .chars()
            .filter(|c| !c.is_control())
            .take(Self::MAX_AGENT_CHARS);
        Self {
            address,
            agent: short.collect::<String>().into(),
            reference,
            session: None,
            unbelieved_proxy: None,
            language: None,
        }
    }

    /// With the session whose cookie the browser sent.
    pub fn presenting(mut self, session: Option<&Token>) -> Self {
        self.session = session.map(Token::hash);
        self
    }
}

/// One act of somebody.
#[derive(Clone)]
pub(crate) struct Act {
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) origin: Option<Origin>,
    pub(crate) now: Timestamp,
    /// Who does it.
    actor: Actor,
    pub(crate) mail: MailMode,
    /// Open connections of mail clients can be ended.
    pub(crate) has_mail_server: bool,
    /// For the one row with an id that an act may write.
    pub(crate) row_id: i64,
    /// For the ids of notices, of which an act may write several.
    pub(crate) rng: Arc<Rng>,
}

impl Act {
    /// An act of a person at a browser.
    pub(crate) fn of(ctx: &Ctx, tenant: &Arc<Tenant>, origin: &Origin) -> Self {
        Self {
            origin: Some(origin.clone()),
            actor: Actor::Subject,
            ..Self::by_command_line(ctx, tenant)
        }
    }

    /// An act of whoever holds a shell on the server.
    pub(crate) fn by_command_line(ctx: &Ctx, tenant: &Arc<Tenant>) -> Self {
        let now = ctx.clock.now();
        Self {
            keys: ctx.keys(),
            tenant: tenant.clone(),
            origin: None,
            actor: Actor::CommandLine,
            now,
            mail: ctx.mail,
            has_mail_server: ctx.has_mail_server(&tenant.slug),
            row_id: ctx.rng.id(now),
            rng: ctx.rng.clone(),
        }
    }

    /// The same act, done by an administrator or operator.
    pub(crate) fn by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    /// Who does it.
    pub(crate) fn actor(&self) -> Actor {
        self.actor
    }

    /// An event with who did it from where.
    pub(crate) fn signed(&self, mut event: AuditEvent) -> AuditEvent {
        if let Some(origin) = &self.origin {
            event.address = Some(origin.address);
            event.reference = Some(origin.reference);
        }
        event.actor = self.actor;
        event
    }

    /// Appends an event to the audit trail, with who did it from where.
    pub(crate) async fn audit(&self, tx: &mut Tx<'_>, event: AuditEvent) -> Result<(), StoreError> {
        let event = self.signed(event);
        tx.append_audit(&self.keys, &event, self.now).await
    }

    /// Appends an event to the trail of no tenant as well, for operators to read when the tenant is gone with its own.
    pub(crate) async fn audit_at_server(
        &self,
        tx: &mut Tx<'_>,
        event: AuditEvent,
    ) -> Result<(), StoreError> {
        let event = self.signed(event);
        tx.append_server_audit(&self.keys, &event, self.now).await
    }

    /// A token for a mail of this act.
    pub(crate) fn token(&self) -> Token {
        self.rng.token()
    }

    /// Ends everything by which a person is in, or on the way in: attempts, sessions but `keep`, windows of mail clients. Says how
    /// many sessions ended (SEC-7, SEC-8).
    pub(crate) async fn close_doors(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        keep: Option<&TokenHash>,
    ) -> Result<u64, StoreError> {
        tx.delete_attempts_of(user).await?;
        let ended = tx.delete_sessions_of(user, keep).await?;
        self.close_mail_windows(tx, user).await?;
        Ok(ended)
    }

    /// Records a refusal that nothing else was written for (SEC-79), and gives it back.
    pub(crate) async fn deny(
        &self,
        ctx: &Ctx,
        kind: EventKind,
        user: Option<UserId>,
        refusal: Refusal,
    ) -> FlowError {
        let act = self.clone();
        let event = AuditEvent::new(kind, user).refused(&refusal);
        let recorded = ctx
            .store
            .write(self.tenant.id, async move |tx| {
                act.audit(tx, event.clone()).await
            })
            .await;
        match recorded {
            Ok(()) => refusal.into(),
            Err(error) => error.into(),
        }
    }

    /// Records that an attempt that is over was tried again, where it is known whose it was.
    pub(crate) async fn audit_closed(
        &self,
        tx: &mut Tx<'_>,
        kind: EventKind,
        closed: ClosedAttempt,
    ) -> Result<(), StoreError> {
        match closed.user {
            Some(_) => {
                let event = AuditEvent::new(kind, closed.user);
                self.audit(tx, event.refused(&closed.why)).await
            }
            None => Ok(()),
        }
    }
}
