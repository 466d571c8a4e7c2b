//! Looking for events. There is no index by person, kind or address, because every event would pay for each of them on disk
//! (docs/decisions/0009): a search walks back through time, a bounded number of events at a time, and says how far it came.

use warifu_domain::{
    audit::{Actors, EventKind},
    event_address::Pseudonym,
    ids::{Reference, UserId},
    network::AddressRange,
    time::Timestamp,
};

use super::{AuditRow, audit_row};
use crate::store::{StoreError, Tx};

/// An event's place in the order of the trail: time, chain, place in it.
pub type AuditPlace = (Timestamp, i64, i64);

/// How an event ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// In any way.
    #[default]
    Any,
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It was refused with this code.
    Code(String),
}

impl Outcome {
    fn number(&self) -> i64 {
        match self {
            Self::Any => 0,
            Self::Done => 1,
            Self::Refused => 2,
            Self::Code(_) => 3,
        }
    }

    fn code(&self) -> Option<&str> {
        match self {
            Self::Code(code) => Some(code),
            _ => None,
        }
    }
}

/// Which events to list.
#[derive(Clone, Debug)]
pub struct AuditFilter {
    /// Of this user only.
    pub user: Option<UserId>,
    /// Of this request only.
    pub reference: Option<Reference>,
    /// Of this kind only.
    pub kind: Option<EventKind>,
    /// Only what these did.
    pub actors: Option<Actors>,
    /// Only those that ended so.
    pub outcome: Outcome,
    /// From these addresses only.
    pub addresses: Option<AddressRange>,
    /// From the address that this stands for, or those of `addresses`.
    pub pseudonym: Option<Pseudonym>,
    /// Not older than this place.
    pub from: AuditPlace,
    /// Older than this event; where the next page begins.
    pub before: AuditPlace,
    /// At most so many.
    pub limit: i64,
}

impl Default for AuditFilter {
    fn default() -> Self {
        Self {
            user: None,
            reference: None,
            kind: None,
            actors: None,
            outcome: Outcome::Any,
            addresses: None,
            pseudonym: None,
            from: (Timestamp(i64::MIN), 0, 0),
            before: (Timestamp(i64::MAX), 0, 0),
            limit: 100,
        }
    }
}

impl AuditFilter {
    /// Whether every event between the two places is listed.
    pub fn is_whole(&self) -> bool {
        let Self {
            user,
            reference,
            kind,
            actors,
            outcome,
            addresses,
            pseudonym,
            ..
        } = self;
        user.is_none()
            && reference.is_none()
            && kind.is_none()
            && actors.is_none()
            && *outcome == Outcome::Any
            && addresses.is_none()
            && pseudonym.is_none()
    }
}

impl Tx<'_> {
    /// Lists events, newest first.
    pub async fn list_audit(&mut self, filter: &AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        let tenant = self.tenant;
        let (from, before) = (filter.from, filter.before);
        let addresses = filter.addresses.map(|range| range.bounds());
        let (first, last) = addresses.unzip();
        let pseudonym = filter.pseudonym.as_ref().map(Pseudonym::bytes);
        // No address is as long as a pseudonym; 0: whichever it is.
        let length = match (&first, pseudonym) {
            (Some(first), _) => first.len() as i64,
            (None, Some(pseudonym)) => pseudonym.len() as i64,
            (None, None) => 0,
        };
        self.list(
            "SELECT at, lane, seq, kind, user_id, actor, refusal, address, reference, detail, mac FROM audit_event
              WHERE tenant_id = $1 AND (at, lane, seq) < ($2, $3, $4) AND (at, lane, seq) >= ($5, $6, $7)
                AND (CAST($8 AS BIGINT) IS NULL OR user_id = $8)
                AND (CAST($9 AS BIGINT) IS NULL OR reference = $9)
                AND (CAST($10 AS BIGINT) IS NULL OR kind = $10)
                AND (CAST($11 AS BIGINT) = 0 OR ($11 = 1 AND refusal IS NULL) OR ($11 = 2 AND refusal IS NOT NULL)
                     OR refusal = CAST($12 AS TEXT))
                AND (CAST($13 AS BIGINT) = 0
                     OR (address >= $14 AND address <= $15 AND LENGTH(address) = $13)
                     OR address = $16)
                AND (CAST($17 AS BIGINT) IS NULL OR actor BETWEEN $17 AND $18)
              ORDER BY at DESC, lane DESC, seq DESC LIMIT $19",
            &[
                tenant.into(),
                before.0.into(),
                before.1.into(),
                before.2.into(),
                from.0.into(),
                from.1.into(),
                from.2.into(),
                filter.user.map(|user| user.0).into(),
                filter.reference.map(Reference::number).into(),
                filter.kind.map(EventKind::number).into(),
                filter.outcome.number().into(),
                filter.outcome.code().into(),
                length.into(),
                first.as_deref().into(),
                last.as_deref().into(),
                pseudonym.into(),
                filter.actors.map(|actors| actors.first).into(),
                filter.actors.map(|actors| actors.last).into(),
                filter.limit.into(),
            ],
            audit_row,
        )
        .await
    }

    /// The place of the event that is `steps` events older than the newest before `before`. `None`: there are not so many.
    pub async fn audit_steps_back(
        &mut self,
        before: AuditPlace,
        steps: i64,
    ) -> Result<Option<AuditPlace>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT at, lane, seq FROM audit_event
              WHERE tenant_id = $1 AND (at, lane, seq) < ($2, $3, $4)
              ORDER BY at DESC, lane DESC, seq DESC LIMIT 1 OFFSET $5",
            &[
                tenant.into(),
                before.0.into(),
                before.1.into(),
                before.2.into(),
                steps.into(),
            ],
            |row| Ok((Timestamp(row.int(0)?), row.int(1)?, row.int(2)?)),
        )
        .await
    }

    /// The newest refusal of a request, found by index: what somebody reads out who calls.
    pub async fn find_refused(
        &mut self,
        reference: Reference,
    ) -> Result<Option<AuditRow>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT at, lane, seq, kind, user_id, actor, refusal, address, reference, detail, mac FROM audit_event
              WHERE tenant_id = $1 AND reference = $2 AND refusal IS NOT NULL
              ORDER BY at DESC, lane DESC, seq DESC LIMIT 1",
            &[tenant.into(), reference.number().into()],
            audit_row,
        )
        .await
    }
}
