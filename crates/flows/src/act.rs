//! One act: who asks, in which tenant, when. What every write job of a flow carries with it.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::{Reference, UserId},
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
};
use warifu_storage::{ClosedAttempt, KeyRing, Notice, StoreError, Tx};

use crate::{
    ctx::{Ctx, MailMode},
    error::FlowError,
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
        }
    }
}

/// One act of somebody.
#[derive(Clone)]
pub(crate) struct Act {
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) origin: Option<Origin>,
    pub(crate) now: Timestamp,
    mail: MailMode,
    /// For the one row with an id, or the one notice, that an act may write.
    pub(crate) row_id: i64,
    notice_id: i64,
}

impl Act {
    /// An act of a person at a browser.
    pub(crate) fn of(ctx: &Ctx, tenant: &Arc<Tenant>, origin: &Origin) -> Self {
        Self {
            origin: Some(origin.clone()),
            ..Self::by_command_line(ctx, tenant)
        }
    }

    /// An act of whoever holds a shell on the server.
    pub(crate) fn by_command_line(ctx: &Ctx, tenant: &Arc<Tenant>) -> Self {
        let now = ctx.clock.now();
        Self {
            keys: ctx.keys.clone(),
            tenant: tenant.clone(),
            origin: None,
            now,
            mail: ctx.mail,
            row_id: ctx.rng.id(now),
            notice_id: ctx.rng.id(now),
        }
    }

    /// Appends an event to the audit trail, with where it came from.
    pub(crate) async fn audit(
        &self,
        tx: &mut Tx<'_>,
        mut event: AuditEvent,
    ) -> Result<(), StoreError> {
        match &self.origin {
            Some(origin) => {
                event.address = Some(origin.address);
                event.reference = Some(origin.reference);
            }
            None => event = event.by_command_line(),
        }
        tx.append_audit(&self.keys, &event, self.now).await
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

    /// Writes a notice to the person concerned, if there is an address (product.md: every change is mailed).
    pub(crate) async fn notify(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        kind: EventKind,
    ) -> Result<(), StoreError> {
        if self.mail == MailMode::Off {
            return Ok(());
        }
        let Some(recipient) = tx.find_user(user).await?.and_then(|user| user.email) else {
            return Ok(());
        };
        let address = self.origin.as_ref().map(|origin| origin.address);
        let notice = Notice {
            id: self.notice_id,
            user,
            kind,
            recipient,
            address,
            created_at: self.now,
        };
        tx.insert_notice(&notice).await
    }
}
