//! Two policies side by side: what each person is asked for under either.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    decide::{Facts, decide},
    effect::Effect,
    ids::UserId,
    policy::{Policy, networks::is_trusted},
    tenant::Tenant,
    time::Timestamp,
};
use warifu_storage::{StoreError, Tx};

use crate::login::load_facts;

/// What a draft changes for one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Now.
    pub before: Effect,
    /// Under the draft.
    pub after: Effect,
}

impl Change {
    pub(super) fn is_one(self) -> bool {
        self.before != self.after
    }

    /// Whether it keeps out somebody who gets in now.
    pub(super) fn closes(self) -> bool {
        !self.before.is_closed() && self.after.is_closed()
    }
}

/// The two policies that are compared.
#[derive(Clone)]
pub(super) struct Comparison {
    /// As it is.
    pub(super) tenant: Arc<Tenant>,
    /// The draft.
    draft: Arc<Policy>,
    pub(super) now: Timestamp,
    /// When the draft demands what it demands.
    pub(super) then: Timestamp,
}

impl Comparison {
    pub(super) fn new(tenant: &Arc<Tenant>, draft: Policy, now: Timestamp) -> Self {
        let begins = draft.second_factor.required_from;
        let is_later = draft.second_factor.demands();
        Self {
            tenant: tenant.clone(),
            then: begins.filter(|_| is_later).map_or(now, |at| at.max(now)),
            draft: Arc::new(draft),
            now,
        }
    }

    /// With which policy facts are loaded that either could ask for: a login asks for a group's grace only where it can matter.
    pub(super) fn asking(&self) -> Tenant {
        let mut tenant = (*self.tenant).clone();
        if self.draft.second_factor.demands() {
            tenant.policy = self.draft.clone();
        }
        tenant
    }

    pub(super) fn of(&self, facts: &Facts) -> Outlook {
        let seen = |policy, now| {
            [false, true].map(|trusted_network| {
                let facts = Facts {
                    trusted_network,
                    ..*facts
                };
                Effect::of(decide(policy, &facts, now))
            })
        };
        Outlook {
            before: seen(&self.tenant.policy, self.now),
            after: seen(&self.draft, self.then),
        }
    }

    /// What changes for a login of that person from an address, in either policy's view of networks (K2).
    pub(super) fn from(&self, outlook: &Outlook, address: Option<IpAddr>) -> Change {
        let is_trusted = |policy: &Policy| {
            let trusted = address.is_some_and(|address| is_trusted(&policy.networks, address));
            usize::from(trusted)
        };
        Change {
            before: outlook.before[is_trusted(&self.tenant.policy)],
            after: outlook.after[is_trusted(&self.draft)],
        }
    }

    /// What changes for one person. `None`: the person is gone.
    pub(super) async fn of_one(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
    ) -> Result<Option<Change>, StoreError> {
        let facts = load_facts(tx, &self.asking(), user, None, self.now).await?;
        Ok(facts.map(|facts| self.of(&facts).elsewhere()))
    }
}

/// What a person is asked for, now and under the draft, each from elsewhere and from a trusted network. It is kept for everybody while
/// the recorded logins are counted, so it is small: 16 bytes with its person.
#[derive(Clone, Copy)]
pub(super) struct Outlook {
    before: [Effect; 2],
    after: [Effect; 2],
}

impl Outlook {
    /// From no trusted network.
    pub(super) fn elsewhere(&self) -> Change {
        Change {
            before: self.before[0],
            after: self.after[0],
        }
    }
}
