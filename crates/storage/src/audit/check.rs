//! Checking a tenant's chains, all of them in one walk over its events in the order in which they are stored: by time.

use std::collections::BTreeMap;

use tokio::sync::watch;
use warifu_domain::ids::TenantId;

use super::{AuditRow, LANES, audit_row, base::Base};
use crate::{
    keyring::KeyRing,
    store::{StoreError, Tx},
};

/// What a check of the chains found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainCheck {
    /// So many events, none changed, none missing.
    Whole(u64),
    /// The first event found that does not fit: changed, removed, or put in.
    Broken {
        /// Its chain.
        lane: i64,
        /// Its place.
        seq: i64,
    },
}

/// The next events behind a place in the order of the primary key: an index by place would cost every event its disk.
pub(super) const PAGE: &str =
    "SELECT at, lane, seq, kind, user_id, actor, refusal, address, reference, detail, mac
       FROM audit_event WHERE tenant_id = $1 AND (at, lane, seq) >= ($2, $3, $4)
      ORDER BY at, lane, seq LIMIT $5";

/// How much is kept in memory.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Events read at a time.
    pub(super) page: i64,
    /// Events of one chain that wait for an earlier one. Requests that run at once, and nodes whose clocks differ, write
    /// their events in another order than that of their times.
    pub(super) waiting: usize,
}

const BOUNDS: Bounds = Bounds {
    page: 1000,
    waiting: 1000,
};

/// One chain, as far as it is checked.
struct Lane {
    lane: i64,
    /// The place before its first event: 0, or that of the last event that was removed.
    base: i64,
    /// Its end as `audit_head` keeps it.
    end: (i64, Vec<u8>),
    /// The last event that fits, and the head that it left.
    checked: (i64, Vec<u8>),
    /// What an earlier walk checked.
    before: i64,
    /// Events that came before the one that belongs before them.
    waiting: BTreeMap<i64, AuditRow>,
    /// Too many had to wait: the latest were left to another walk.
    left_out: bool,
}

impl Lane {
    fn broken(&self, seq: i64) -> ChainCheck {
        let lane = self.lane;
        ChainCheck::Broken { lane, seq }
    }

    /// Takes an event, in whichever order they come; `Err`: it does not fit.
    fn take(
        &mut self,
        row: AuditRow,
        keys: &KeyRing,
        tenant: TenantId,
        bounds: Bounds,
    ) -> Result<(), ChainCheck> {
        let seq = row.seq;
        if seq <= self.base || seq > self.end.0 {
            return Err(self.broken(seq));
        }
        if seq <= self.before {
            return Ok(());
        }
        let is_taken = seq <= self.checked.0 || self.waiting.insert(seq, row).is_some();
        if is_taken {
            return Err(self.broken(seq));
        }
        while let Some(row) = self.waiting.remove(&(self.checked.0 + 1)) {
            let next = row.head_after(keys, tenant, &self.checked.1);
            let next = next.ok_or_else(|| self.broken(row.seq))?;
            self.checked = (row.seq, next.to_vec());
        }
        if self.waiting.len() > bounds.waiting {
            self.waiting.pop_last();
            self.left_out = true;
        }
        Ok(())
    }

    /// After a walk: whether another one is needed, which begins where this one came to.
    fn goes_on(&mut self) -> bool {
        let goes_on = self.left_out && self.checked.0 > self.before;
        self.before = self.checked.0;
        self.waiting.clear();
        self.left_out = false;
        goes_on
    }
}

/// What one walk over the events came to.
enum Walk {
    /// Each of them fits.
    Whole,
    /// One does not.
    Broken(ChainCheck),
    /// Nobody waits for it any more.
    Unwanted,
}

impl Tx<'_> {
    /// Checks every chain of the tenant from its beginning to its head. A key that has left the ring breaks it.
    ///
    /// Reads every event once. Only where more than a thousand events of one chain were written before one of an earlier
    /// time, after a clock went back, it reads them again.
    ///
    /// Tells `progress` how many events of how many are read. Once nobody listens it stops, with `None`.
    pub async fn check_audit_chain(
        &mut self,
        keys: &KeyRing,
        progress: &watch::Sender<(i64, i64)>,
    ) -> Result<Option<ChainCheck>, StoreError> {
        self.check_audit_within(keys, BOUNDS, progress).await
    }

    pub(super) async fn check_audit_within(
        &mut self,
        keys: &KeyRing,
        bounds: Bounds,
        progress: &watch::Sender<(i64, i64)>,
    ) -> Result<Option<ChainCheck>, StoreError> {
        let mut lanes = Vec::new();
        let mut bases = match self.audit_bases(keys).await? {
            Ok(bases) => bases,
            Err(lane) => return Ok(Some(ChainCheck::Broken { lane, seq: 0 })),
        };
        for lane in 0..LANES {
            let Base { seq, head } = bases.remove(&lane).unwrap_or_default();
            lanes.push(Lane {
                lane,
                base: seq,
                end: self.audit_head(lane).await?,
                checked: (seq, head),
                before: seq,
                waiting: BTreeMap::new(),
                left_out: false,
            });
        }
        loop {
            match self.walk_events(&mut lanes, keys, bounds, progress).await? {
                Walk::Whole => {}
                Walk::Broken(broken) => return Ok(Some(broken)),
                Walk::Unwanted => return Ok(None),
            }
            let mut goes_on = false;
            for lane in &mut lanes {
                let is_unfinished = lane.goes_on();
                if !is_unfinished && !self.is_at_its_end(lane).await? {
                    return Ok(Some(lane.broken(lane.checked.0 + 1)));
                }
                goes_on |= is_unfinished;
            }
            if !goes_on {
                let events = lanes.iter();
                let events = events.map(|lane| (lane.checked.0 - lane.base).unsigned_abs());
                return Ok(Some(ChainCheck::Whole(events.sum())));
            }
        }
    }

    /// Gives every event to its chain, oldest first.
    async fn walk_events(
        &mut self,
        lanes: &mut [Lane],
        keys: &KeyRing,
        bounds: Bounds,
        progress: &watch::Sender<(i64, i64)>,
    ) -> Result<Walk, StoreError> {
        let tenant = self.tenant;
        let total = lanes.iter().map(|lane| lane.end.0 - lane.base).sum();
        let mut read = 0;
        let mut from = (i64::MIN, i64::MIN, i64::MIN);
        loop {
            if progress.send((read, total)).is_err() {
                return Ok(Walk::Unwanted);
            }
            let (at, lane, seq) = from;
            let params = [
                tenant.into(),
                at.into(),
                lane.into(),
                seq.into(),
                bounds.page.into(),
            ];
            let page = self.list(PAGE, &params, audit_row).await?;
            let Some(last) = page.last() else {
                return Ok(Walk::Whole);
            };
            read += page.len() as i64;
            // Saturated, it is no place in a chain, and found to be none below.
            from = (last.at.0, last.lane, last.seq.saturating_add(1));
            for row in page {
                let (lane, seq) = (row.lane, row.seq);
                let kept = lanes.iter_mut().find(|kept| kept.lane == lane);
                let Some(kept) = kept.filter(|_| seq < i64::MAX) else {
                    return Ok(Walk::Broken(ChainCheck::Broken { lane, seq }));
                };
                if let Err(broken) = kept.take(row, keys, tenant, bounds) {
                    return Ok(Walk::Broken(broken));
                }
            }
        }
    }

    /// The last event of a chain as its head keeps it; 0 for an empty one.
    async fn audit_head(&mut self, lane: i64) -> Result<(i64, Vec<u8>), StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT seq, mac FROM audit_head WHERE tenant_id = $1 AND lane = $2";
        let head = self
            .find(sql, &[tenant.into(), lane.into()], |row| {
                Ok((row.int(0)?, row.bytes(1)?))
            })
            .await?;
        Ok(head.unwrap_or_default())
    }

    async fn is_at_its_end(&mut self, lane: &Lane) -> Result<bool, StoreError> {
        let is_empty = lane.checked.0 == 0;
        Ok(lane.checked == lane.end && !(is_empty && self.must_have_events(lane.lane).await?))
    }

    /// Whether a chain cannot be empty: that of the tenant itself, and of every person, begins when they are added.
    async fn must_have_events(&mut self, lane: i64) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        if lane == 0 {
            // Nobody adds the tenant of those who belong to none; its trail begins with the first guess.
            return Ok(tenant != TenantId::NOBODYS);
        }
        let sql = "SELECT 1 FROM person WHERE tenant_id = $1 AND id % $2 = $3 LIMIT 1";
        let person = self
            .find(sql, &[tenant.into(), LANES.into(), lane.into()], |_| Ok(()))
            .await?;
        Ok(person.is_some())
    }
}
