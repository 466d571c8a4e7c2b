//! What is not kept for ever (SEC-81): once a day, one node puts pseudonyms in the place of the addresses of old events, and removes
//! events whose time is over. A piece at a time, so that logins do not wait; an end in the middle is gone on with.

use std::sync::Arc;

use warifu_domain::{
    audit::{Actor, AuditEvent, EventKind},
    ids::TenantId,
    policy::RetentionRules,
    time::{Span, Timestamp},
};
use warifu_storage::{AuditPlace, KeyRing, StoreError};

use crate::{ctx::Ctx, rng::Rng};

/// How often a tenant has its turn.
const EVERY: Span = Span::hours(24);

/// How long a node that has a turn keeps it without a word: what it does at once takes a fraction of a second.
const LEASE: Span = Span::minutes(10);

/// Events of one transaction: some ten milliseconds for which other writes wait.
const AT_ONCE: i64 = 1000;

/// Pieces of one turn. What is left is for the next sweep, a minute later, so that no tenant keeps others from theirs.
const PIECES: usize = 100;

/// A turn.
struct Turn {
    tenant: TenantId,
    keys: Arc<KeyRing>,
    rng: Arc<Rng>,
    /// Until when it is ours; the next piece prolongs it.
    ends: Timestamp,
    /// No event from before shows its address.
    masked_to: Timestamp,
    pieces_left: usize,
}

/// Does what is due in one tenant; says how many events were touched.
pub(crate) async fn run(
    ctx: &Ctx,
    tenant: TenantId,
    rules: &RetentionRules,
) -> Result<u64, StoreError> {
    let now = ctx.clock.now();
    let ends = now + LEASE;
    let claimed = ctx
        .store
        .write(tenant, async move |tx| tx.claim_retention(now, ends).await);
    let Some(masked_to) = claimed.await? else {
        return Ok(0);
    };
    let mut turn = Turn {
        tenant,
        keys: ctx.keys(),
        rng: ctx.rng.clone(),
        ends,
        masked_to,
        pieces_left: PIECES,
    };
    // What goes altogether need not be masked first.
    let (removed, mut is_done) = match rules.events() {
        Some(kept) => turn.remove(ctx, now - kept).await?,
        None => (0, true),
    };
    let mut masked = 0;
    if let Some(kept) = rules.addresses() {
        let (events, is_last) = turn.mask(ctx, now - kept).await?;
        (masked, is_done) = (events, is_done && is_last);
    }
    let next = match is_done {
        true => now + EVERY,
        false => now,
    };
    let Turn {
        ends, masked_to, ..
    } = turn;
    let settled = ctx.store.write(tenant, async move |tx| {
        tx.renew_retention(ends, next, masked_to).await
    });
    settled.await?;
    Ok(removed + masked)
}

impl Turn {
    /// The time until which the turn is ours once the next piece is done. `None`: enough for now.
    fn next_piece(&mut self, ctx: &Ctx) -> Option<Timestamp> {
        self.pieces_left = self.pieces_left.checked_sub(1)?;
        // Later than the last one even where the clock stands still: it is by this time that a node knows its turn.
        Some((ctx.clock.now() + LEASE).max(self.ends + Span(1)))
    }

    /// Removes events from before a time; says how many, and whether there are none left.
    async fn remove(&mut self, ctx: &Ctx, before: Timestamp) -> Result<(u64, bool), StoreError> {
        let mut events = 0;
        let mut from: AuditPlace = (Timestamp(i64::MIN), i64::MIN, i64::MIN);
        while let Some(ends) = self.next_piece(ctx) {
            let (keys, rng, now) = (self.keys.clone(), self.rng.clone(), ctx.clock.now());
            let (held, masked_to) = (self.ends, self.masked_to);
            let removed = ctx.store.write(self.tenant, async move |tx| {
                if !tx.renew_retention(held, ends, masked_to).await? {
                    return Ok(None);
                }
                let nonce = || rng.bytes();
                let removed = tx
                    .remove_old_audit(&keys, from, before, AT_ONCE, nonce)
                    .await?;
                if removed.events > 0 {
                    let words =
                        format!("{} events from before {}", removed.events, before.utc_day());
                    let event = told(EventKind::AuditRemoved, &words);
                    tx.append_audit(&keys, &event, now).await?;
                }
                Ok(Some(removed))
            });
            let Some(removed) = removed.await? else {
                return Ok((events, true));
            };
            self.ends = ends;
            events += removed.events;
            if let Some((lane, seq)) = removed.broken {
                tracing::error!(
                    tenant.id = self.tenant.0,
                    lane,
                    seq,
                    "an old audit event does not fit its chain, and is not removed: `warifu audit verify`"
                );
            }
            match removed.next {
                Some(next) => from = next,
                None => return Ok((events, true)),
            }
        }
        Ok((events, false))
    }

    /// Puts pseudonyms in the place of addresses of events from before a time; says how many, and whether there are none left.
    async fn mask(&mut self, ctx: &Ctx, before: Timestamp) -> Result<(u64, bool), StoreError> {
        let mut events = 0;
        let mut from: AuditPlace = (self.masked_to, i64::MIN, i64::MIN);
        while let Some(ends) = self.next_piece(ctx) {
            let (keys, now, held) = (self.keys.clone(), ctx.clock.now(), self.ends);
            let so_far = self.masked_to;
            let masked = ctx.store.write(self.tenant, async move |tx| {
                if !tx.renew_retention(held, ends, so_far).await? {
                    return Ok(None);
                }
                let masked = tx.mask_addresses(&keys, from, before, AT_ONCE).await?;
                let masked_to = masked.next.map_or(before.max(so_far), |next| next.0);
                tx.renew_retention(ends, ends, masked_to).await?;
                if masked.events > 0 {
                    let words =
                        format!("{} events from before {}", masked.events, before.utc_day());
                    let event = told(EventKind::AddressesMasked, &words);
                    tx.append_audit(&keys, &event, now).await?;
                }
                Ok(Some((masked, masked_to)))
            });
            let Some((masked, masked_to)) = masked.await? else {
                return Ok((events, true));
            };
            (self.ends, self.masked_to) = (ends, masked_to);
            events += masked.events;
            match masked.next {
                Some(next) => from = next,
                None => return Ok((events, true)),
            }
        }
        Ok((events, false))
    }
}

fn told(kind: EventKind, words: &str) -> AuditEvent {
    AuditEvent {
        actor: Actor::Server,
        ..AuditEvent::new(kind, None).detail(words)
    }
}
