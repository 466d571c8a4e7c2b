//! Counting what a draft would change: over everybody, then over the logins of the last 30 days with their addresses.

use std::{collections::HashSet, net::IpAddr};

use warifu_domain::{
    audit::EventKind,
    ids::UserId,
    time::{Span, Timestamp},
};
use warifu_storage::{AuditFilter, StoreError};

use super::{
    comparison::{Comparison, Outlook},
    tally::{Moved, Tally},
};
use crate::{
    console_job::{Stop, Work},
    ctx::Ctx,
    login::load_facts_of_many,
};

/// People whose facts are loaded at once: what bounds the memory of a preview.
pub(super) const BATCH: i64 = 500;

/// Events that are looked at at once.
const EVENTS: i64 = 5_000;

/// How far back recorded logins count.
const LOGINS: Span = Span::days(30);

pub(super) async fn count_all(
    ctx: &Ctx,
    comparison: &Comparison,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let people = ctx
        .store
        .read(comparison.tenant.id, async |tx| tx.count_everybody().await)
        .await?;
    // The logins count as much as the people, so that the last hour does not look like the last minute.
    let total = 2 * people.max(1);
    let (mut tally, mut done) = (Tally::default(), 0);
    let mut everybody: Vec<(UserId, Outlook)> = Vec::new();
    loop {
        let after = everybody.last().map_or(UserId(i64::MIN), |(user, _)| *user);
        let page = outlooks(ctx, comparison, after, BATCH).await?;
        if page.is_empty() {
            break;
        }
        done = (done + page.len() as i64).min(people);
        page.iter()
            .for_each(|(_, outlook)| tally.count(outlook.elsewhere()));
        everybody.extend(page);
        work.result = tally.write();
        work.say(done, total).await?;
    }
    let oldest = (comparison.now - LOGINS, 0, 0);
    let mut before = (comparison.now + Span(1), 0, 0);
    let mut seen = Seen::default();
    while before > oldest {
        let (logins, next) = list_logins(ctx, comparison, oldest, before).await?;
        for (user, address) in logins {
            tally.logins += 1;
            // A login of somebody who is gone changes nothing.
            if let Ok(place) = everybody.binary_search_by_key(&user, |(user, _)| *user) {
                seen.add(&mut tally, comparison, &everybody[place], address);
            }
        }
        before = next;
        let past = (comparison.now - before.0).0.min(LOGINS.0);
        work.result = tally.write();
        work.say(people + people.max(1) * past / LOGINS.0, total)
            .await?;
    }
    Ok(())
}

/// What up to `limit` people behind `after` are asked for, by id.
pub(super) async fn outlooks(
    ctx: &Ctx,
    comparison: &Comparison,
    after: UserId,
    limit: i64,
) -> Result<Vec<(UserId, Outlook)>, StoreError> {
    let (tenant, comparison) = (comparison.tenant.id, comparison.clone());
    let read = ctx.store.read(tenant, async move |tx| {
        let asking = comparison.asking();
        let people = load_facts_of_many(tx, &asking, after, limit, comparison.now).await?;
        let outlooks = people.into_iter();
        Ok(outlooks
            .map(|(user, facts)| (user, comparison.of(&facts)))
            .collect())
    });
    read.await
}

type Place = (Timestamp, i64, i64);

type Login = (UserId, Option<IpAddr>);

/// The logins of the next events before a place, and where that came to.
async fn list_logins(
    ctx: &Ctx,
    comparison: &Comparison,
    oldest: Place,
    before: Place,
) -> Result<(Vec<Login>, Place), StoreError> {
    let read = ctx.store.read(comparison.tenant.id, async move |tx| {
        let end = tx.audit_steps_back(before, EVENTS).await?;
        let from = end.map_or(oldest, |end| end.max(oldest));
        let filter = AuditFilter {
            kind: Some(EventKind::SignedIn),
            from,
            before,
            limit: EVENTS,
            ..AuditFilter::default()
        };
        Ok((tx.list_audit(&filter).await?, from))
    });
    let (events, from) = read.await?;
    let logins = events
        .iter()
        .filter_map(|row| Some((row.user?, row.address.and_then(|address| address.clear()))));
    Ok((logins.collect(), from))
}

/// Who was counted among those whom only the place of a login concerns.
#[derive(Default)]
struct Seen {
    moved: HashSet<UserId>,
    closed: HashSet<UserId>,
}

impl Seen {
    fn add(
        &mut self,
        tally: &mut Tally,
        comparison: &Comparison,
        (user, outlook): &(UserId, Outlook),
        from: Option<IpAddr>,
    ) {
        let (there, elsewhere) = (comparison.from(outlook, from), outlook.elsewhere());
        if !there.is_one() {
            return;
        }
        tally.logins_changed += 1;
        if there.closes() && !elsewhere.closes() && self.closed.insert(*user) {
            tally.locked_out += 1;
        }
        if elsewhere.is_one() {
            return; // Counted among the people already.
        }
        if self.moved.insert(*user) {
            tally.people_moved += 1;
        }
        if let Some(address) = from {
            tally.name(Moved {
                user: *user,
                address,
                change: there,
            });
        }
    }
}
