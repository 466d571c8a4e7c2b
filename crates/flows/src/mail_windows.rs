//! Windows for mail clients (K9, K11): opened with the session that a second factor is worth, shown to their person, closed, and
//! opened for another address whose mail client was refused.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::UserId,
    mail_gate::REFUSAL_MEMORY,
    mail_window::{MailWindow, SourceNetwork, is_shared, opens},
    policy::{MailRules, networks::is_trusted},
    refusal::Refusal,
    session::Evidence,
    tenant::Tenant,
    time::Timestamp,
};
use warifu_storage::{MailRefusalRow, MailWindowRow, StoreError, Tx};

use crate::{
    By,
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    mailing::Enclosed,
    session::SignedIn,
};

/// Networks that the console lists.
const LISTED_CROWDS: i64 = 50;

/// What a person sees of the own mail clients.
#[derive(Clone, Debug)]
pub struct MailStatus {
    /// The tenant's mail clients need windows at all.
    pub windows: bool,
    /// The address of this very request.
    pub here: IpAddr,
    /// The tenant trusts the network of this request.
    pub here_trusted: bool,
    /// Windows that are open, the one that ends last first.
    pub open: Vec<MailWindowRow>,
    /// Mail clients that were refused lately, at networks without an open window.
    pub refused: Vec<MailRefusalRow>,
}

/// Opens the window that a login or a fresh proof is worth, in its transaction. Nothing where the policy has no windows, opens
/// none on a shared network, or no second factor was passed.
pub(crate) async fn note_proof(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    evidence: Evidence,
) -> Result<(), StoreError> {
    let Some(origin) = act.origin.as_ref().filter(|_| opens(evidence)) else {
        return Ok(());
    };
    let kind = EventKind::MailWindowOpened;
    open_at(tx, act, user, origin.address, kind).await.map(drop)
}

/// Closing windows, and with them what mail clients have open: the mail server is asked about it soon ([`crate::mail_kicks`]).
impl Act {
    /// Closes a person's window at a network. `false`: there is none.
    pub(crate) async fn close_mail_window(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        network: SourceNetwork,
    ) -> Result<bool, StoreError> {
        let closed = tx.close_mail_window(user, network).await?;
        if closed && self.has_mail_server {
            tx.note_mail_kick(user, Some(network), self.now).await?;
        }
        Ok(closed)
    }

    /// Closes every window of a person; says how many. Whoever has none may be connected as well, from a trusted network or from
    /// before there was a second factor.
    pub(crate) async fn close_mail_windows(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
    ) -> Result<u64, StoreError> {
        if self.has_mail_server {
            tx.note_mail_kick(user, None, self.now).await?;
        }
        tx.close_mail_windows(user).await
    }

    /// Closes every window of the tenant.
    pub(crate) async fn close_all_mail_windows(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        if self.has_mail_server {
            tx.note_mail_kicks_of_all(self.now).await?;
        }
        tx.close_all_mail_windows().await?;
        Ok(())
    }
}

async fn open_at(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    address: IpAddr,
    kind: EventKind,
) -> Result<Result<MailWindow, Refusal>, StoreError> {
    let rules = &act.tenant.policy.mail;
    if !rules.windows {
        return Ok(Err(Refusal::NotOffered));
    }
    let Some(window) = would_open(tx, &act.tenant, user, address, act.now).await? else {
        return Ok(Err(Refusal::MailWindowShared));
    };
    let network = SourceNetwork::of(address, rules.ipv6_prefix);
    tx.open_mail_window(user, network, address, window).await?;
    tx.delete_mail_refusal(user, network).await?;
    let event = AuditEvent::new(kind, Some(user));
    act.audit(tx, event.detail(&network.to_string())).await?;
    Ok(Ok(window))
}

/// The window that a second factor would open for a person at an address. `None`: policy opens none there.
pub(crate) async fn would_open(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    user: UserId,
    address: IpAddr,
    now: Timestamp,
) -> Result<Option<MailWindow>, StoreError> {
    let (policy, rules) = (&tenant.policy, &tenant.policy.mail);
    let network = SourceNetwork::of(address, rules.ipv6_prefix);
    let others = match rules.crowd {
        0 => 0,
        crowd => tx.count_mail_windows(network, user, crowd, now).await?,
    };
    let on_shared = is_shared(rules, &policy.networks, address, others);
    Ok(MailWindow::open(rules, on_shared, now))
}

/// A person's windows that are open, and the mail clients that were refused lately at networks without one.
pub(crate) async fn list(
    tx: &mut Tx<'_>,
    rules: &MailRules,
    user: UserId,
    now: Timestamp,
) -> Result<(Vec<MailWindowRow>, Vec<MailRefusalRow>), StoreError> {
    let mut open = tx.list_mail_windows(user, now).await?;
    for row in &mut open {
        row.window.until = row.window.ends_at(rules);
    }
    open.retain(|row| row.window.is_open(rules, now));
    let mut refused = tx.list_mail_refusals(user, now - REFUSAL_MEMORY).await?;
    refused.retain(|row| open.iter().all(|window| window.network != row.network));
    Ok((open, refused))
}

/// The person's windows and refused mail clients.
pub async fn show(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<MailStatus, FlowError> {
    let (kept, user, now) = (tenant.clone(), who.user, ctx.clock.now());
    let listed = ctx.store.read(tenant.id, async move |tx| {
        list(tx, &kept.policy.mail, user, now).await
    });
    let (open, refused) = listed.await?;
    Ok(MailStatus {
        windows: tenant.policy.mail.windows,
        here: origin.address,
        here_trusted: is_trusted(&tenant.policy.networks, origin.address),
        open,
        refused,
    })
}

/// Closes the person's window at a network, for good: only a second factor opens another one.
pub async fn close(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    network: SourceNetwork,
) -> Result<(), FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let closed = ctx.store.write(tenant.id, async move |tx| {
        if !tx.lock_session(user, &token).await? {
            return Ok(Err(Refusal::NotSignedIn));
        }
        if !act.close_mail_window(tx, user, network).await? {
            return Ok(Err(Refusal::MailWindowGone));
        }
        let event = AuditEvent::new(EventKind::MailWindowClosed, Some(user));
        act.audit(tx, event.detail(&network.to_string())).await?;
        Ok(Ok(()))
    });
    Ok(closed.await??)
}

/// Closes every window of the person; says how many.
pub async fn close_all(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<u64, FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let closed = ctx.store.write(tenant.id, async move |tx| {
        if !tx.lock_session(user, &token).await? {
            return Ok(Err(Refusal::NotSignedIn));
        }
        let closed = act.close_mail_windows(tx, user).await?;
        let event = AuditEvent::new(EventKind::MailWindowClosed, Some(user));
        act.audit(tx, event.detail("all")).await?;
        Ok(Ok(closed))
    });
    Ok(closed.await??)
}

/// The refused mail client that a person may let in, and what is asked before the page is shown: the fresh second factor.
pub async fn may_permit(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    who: &SignedIn,
    network: SourceNetwork,
) -> Result<MailRefusalRow, FlowError> {
    let now = ctx.clock.now();
    check_proof(who, now)?;
    let user = who.user;
    let found = ctx.store.read(tenant.id, async move |tx| {
        tx.find_mail_refusal(user, network).await
    });
    Ok(still_known(found.await?, now)?)
}

fn check_proof(who: &SignedIn, now: Timestamp) -> Result<(), Refusal> {
    who.check_fresh_proof(now)?;
    match opens(who.session.evidence) {
        true => Ok(()),
        // There is nothing to be proved but the password, which opens no window.
        false if !who.has_second_factor() => Err(Refusal::SecondFactorMissing),
        false => Err(Refusal::ProofNeeded),
    }
}

fn still_known(row: Option<MailRefusalRow>, now: Timestamp) -> Result<MailRefusalRow, Refusal> {
    row.filter(|row| now < row.refused_at + REFUSAL_MEMORY)
        .ok_or(Refusal::MailWindowGone)
}

/// *この接続を許可する*: opens a window for an address at which a mail client of this person was refused (SEC-53). Needs a fresh
/// second factor; the person is told by mail.
pub async fn permit(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    network: SourceNetwork,
) -> Result<MailWindow, FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let kind = EventKind::MailWindowPermitted;
    if let Err(refusal) = check_proof(who, act.now) {
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let permitted = ctx.store.write(tenant.id, async move |tx| {
        if !tx.lock_session(user, &token).await? {
            return Ok(Err(Refusal::NotSignedIn));
        }
        let row = tx.find_mail_refusal(user, network).await?;
        let opened = match still_known(row, act.now) {
            Ok(row) => {
                let opened = open_at(tx, &act, user, row.address, kind).await?;
                opened.map(|window| (window, row.address))
            }
            Err(refusal) => Err(refusal),
        };
        match opened {
            Ok((_, address)) => {
                let told = Enclosed::LetIn(address);
                act.notify_telling(tx, user, kind, &told).await?;
            }
            Err(refusal) => {
                let event = AuditEvent::new(kind, Some(user)).refused(&refusal);
                act.audit(tx, event.detail(&network.to_string())).await?;
            }
        }
        Ok(opened.map(|(window, _)| window))
    });
    Ok(permitted.await??)
}

/// Networks at which several people hold a window, the fullest first.
pub async fn list_crowds(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
) -> Result<Vec<(SourceNetwork, i64)>, FlowError> {
    let now = ctx.clock.now();
    let operation = warifu_domain::permission::Operation::ShowMailGate;
    by.check(tenant, operation, None, now)?;
    let crowds = ctx.store.read(tenant.id, async move |tx| {
        tx.list_crowds(now, LISTED_CROWDS).await
    });
    Ok(crowds.await?)
}
