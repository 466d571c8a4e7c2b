//! What every flow is given: the outside world, injected.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use warifu_domain::{policy::Policy, tenant::Tenant};
use warifu_storage::{KeyRing, Store, TenantRow};

use crate::{
    clock::Clock,
    error::{Fault, FlowError},
    hasher::Hasher,
    rng::Rng,
};

/// Whether notices are written to the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailMode {
    /// Written with the change that they announce.
    Keep,
    /// Not written: nobody would send them.
    Off,
}

/// What every flow is given.
pub struct Ctx {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Randomness.
    pub rng: Arc<Rng>,
    /// Keys that are not in the database.
    pub keys: Arc<KeyRing>,
    /// The pool that hashes passwords.
    pub hasher: Hasher,
    /// Notices.
    pub mail: MailMode,
    tenants: Mutex<HashMap<String, (i64, Arc<Tenant>)>>,
}

impl Ctx {
    /// Puts the outside world together.
    pub fn new(
        store: Store,
        clock: Clock,
        rng: Rng,
        keys: Arc<KeyRing>,
        hasher: Hasher,
        mail: MailMode,
    ) -> Self {
        Self {
            store,
            clock,
            rng: Arc::new(rng),
            keys,
            hasher,
            mail,
            tenants: Mutex::default(),
        }
    }

    /// Finds a tenant by the first segment of a path. Its state is asked for each time, so that a suspension counts at
    /// once and on every node (SEC-84); the policy is parsed again only when its revision changed.
    pub async fn tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, FlowError> {
        let wanted = slug.to_owned();
        let state = self
            .store
            .read_platform(async move |tx| tx.find_tenant_state(&wanted).await)
            .await?;
        let Some(state) = state else { return Ok(None) };
        {
            let kept = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((revision, tenant)) = kept.get(slug)
                && *revision == state.revision
                && tenant.id == state.id
                && tenant.suspended == state.suspended
            {
                return Ok(Some(tenant.clone()));
            }
        }
        let wanted = slug.to_owned();
        let row = self
            .store
            .read_platform(async move |tx| tx.find_tenant(&wanted).await)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let revision = row.revision;
        let tenant = Arc::new(read_tenant(row)?);
        let mut kept = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(slug.to_owned(), (revision, tenant.clone()));
        Ok(Some(tenant))
    }
}

/// Reads a stored tenant.
pub(crate) fn read_tenant(row: TenantRow) -> Result<Tenant, Fault> {
    let policy = Policy::parse(&row.policy).map_err(|error| Fault::Policy {
        slug: row.slug.clone(),
        message: error.to_string(),
    })?;
    Ok(Tenant {
        id: row.id,
        slug: row.slug,
        name: row.name,
        suspended: row.suspended,
        policy: Arc::new(policy),
    })
}
