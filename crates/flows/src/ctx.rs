//! What every flow is given: the outside world, injected.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use warifu_domain::{
    domain_name::DomainName, network::AddressRange, policy::Policy, tenant::Tenant, time::Timestamp,
};
use warifu_storage::{EntranceKind, KeyRing, Store, StoreError, TenantRow, TenantState, Tx};

use crate::{
    behind::Behind,
    clock::Clock,
    error::{Fault, FlowError},
    first_factor::Directories,
    gate_desk::GateDesk,
    hasher::Hasher,
    recent::Recent,
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
    /// The pool that hashes passwords.
    pub hasher: Hasher,
    /// Notices.
    pub mail: MailMode,
    /// Whoever else knows passwords.
    pub directories: Directories,
    /// Proxies whose word about the client's address is taken (SEC-50).
    pub proxies: Vec<AddressRange>,
    /// The one address at which the pages are served; `None`: at every one that the machine has. A program of this machine that asks
    /// for a page comes from there.
    pub(crate) listening_at: Option<IpAddr>,
    /// Slugs of the tenants with a mail server that can be told to end connections.
    mail_servers: HashSet<String>,
    keys: RwLock<Arc<KeyRing>>,
    /// What was noted a moment ago, so that it is not noted twice.
    pub(crate) recent: Recent,
    /// Questions to the gate that wait for the database.
    pub(crate) gate_desk: GateDesk,
    /// What is being written behind answers.
    pub(crate) behind: Behind,
    /// When this process swept last, in milliseconds; 0: not yet.
    swept_at: AtomicI64,
    tenants: Mutex<HashMap<String, Kept>>,
    /// Slugs by the names that led to them. A hint: whether a name still does is asked for each time.
    entrances: Mutex<HashMap<(EntranceKind, DomainName), String>>,
}

/// A tenant with its parsed policy, and the state in which it was read.
#[derive(Clone)]
struct Kept {
    state: TenantState,
    tenant: Arc<Tenant>,
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
            keys: RwLock::new(keys),
            hasher,
            mail,
            directories: Directories::new(),
            proxies: Vec::new(),
            listening_at: None,
            mail_servers: HashSet::new(),
            recent: Recent::default(),
            gate_desk: GateDesk::default(),
            behind: Behind::default(),
            swept_at: AtomicI64::new(0),
            tenants: Mutex::default(),
            entrances: Mutex::default(),
        }
    }

    /// With directories that are asked for passwords.
    pub fn with_directories(mut self, directories: Directories) -> Self {
        self.directories = directories;
        self
    }

    /// With proxies whose word is taken: no policy trusts their addresses.
    pub fn with_proxies(mut self, proxies: Vec<AddressRange>) -> Self {
        self.proxies = proxies;
        self
    }

    /// With the address at which the pages are served: no policy trusts it.
    pub fn listening_at(mut self, address: IpAddr) -> Self {
        self.listening_at = Some(address).filter(|address| !address.is_unspecified());
        self
    }

    /// With the slugs of tenants whose mail server can be told to end connections; of others nobody would do what is noted.
    pub fn with_mail_servers(mut self, tenants: HashSet<String>) -> Self {
        self.mail_servers = tenants;
        self
    }

    pub(crate) fn has_mail_server(&self, tenant: &str) -> bool {
        self.mail_servers.contains(tenant)
    }

    /// Keys that are not in the database, as they are now: the ring can change while the process runs (SEC-77).
    pub fn keys(&self) -> Arc<KeyRing> {
        self.keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn replace_keys(&self, keys: KeyRing) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    pub(crate) fn known_entrance(&self, kind: EntranceKind, name: &DomainName) -> Option<String> {
        self.entrances().get(&(kind, name.clone())).cloned()
    }

    pub(crate) fn learn_entrance(&self, kind: EntranceKind, name: &DomainName, slug: String) {
        self.entrances().insert((kind, name.clone()), slug);
    }

    fn entrances(&self) -> MutexGuard<'_, HashMap<(EntranceKind, DomainName), String>> {
        self.entrances
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until everything is in the database that is written behind answers: before the store is closed.
    pub async fn settle(&self) {
        self.behind.settle().await;
    }

    /// When this process swept last. `None`: not yet.
    pub fn last_sweep(&self) -> Option<Timestamp> {
        let at = self.swept_at.load(Ordering::Relaxed);
        (at > 0).then_some(Timestamp(at))
    }

    pub(crate) fn note_sweep(&self) {
        self.swept_at.store(self.clock.now().0, Ordering::Relaxed);
    }

    /// As [`Ctx::tenant`], for what the server does by itself: looking a tenant up refuses nobody.
    pub(crate) async fn find_tenant(&self, slug: &str) -> Result<Option<Arc<Tenant>>, Fault> {
        match self.tenant(slug).await {
            Ok(tenant) => Ok(tenant),
            Err(FlowError::Fault(fault)) => Err(fault),
            Err(FlowError::Refused(_)) => unreachable!("looking a tenant up refuses nobody"),
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
        if let Some(kept) = self.kept(slug)
            && kept.state == state
        {
            return Ok(Some(kept.tenant));
        }
        let wanted = slug.to_owned();
        let row = self
            .store
            .read_platform(async move |tx| tx.find_tenant(&wanted).await)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let state = TenantState {
            id: row.id,
            revision: row.revision,
            suspended: row.suspended,
            logo: row.logo,
        };
        let tenant = Arc::new(read_tenant(row)?);
        let kept = Kept {
            state,
            tenant: tenant.clone(),
        };
        self.tenants().insert(slug.to_owned(), kept);
        Ok(Some(tenant))
    }

    /// As [`Ctx::tenant`], with what `job` reads in that tenant; one snapshot for both, and so one transaction for a page
    /// that is asked for again and again.
    pub(crate) async fn read_in_tenant<T, F>(
        &self,
        slug: &str,
        job: F,
    ) -> Result<Option<(Arc<Tenant>, T)>, FlowError>
    where
        F: AsyncFn(&mut Tx<'_>, &Arc<Tenant>) -> Result<T, StoreError> + Clone + Send + 'static,
        T: Send + 'static,
    {
        self.read_with_state(slug, async move |tx, tenant| {
            let state = tx.find_own_state().await?;
            Ok((state, job(tx, tenant).await?))
        })
        .await
    }

    /// [`Ctx::read_in_tenant`] for a job that itself reads the tenant's state, together with what else it needs. What it read is thrown
    /// away if that is not the state of the tenant that it was given.
    pub(crate) async fn read_with_state<T, F>(
        &self,
        slug: &str,
        job: F,
    ) -> Result<Option<(Arc<Tenant>, T)>, FlowError>
    where
        F: AsyncFn(&mut Tx<'_>, &Arc<Tenant>) -> Result<(Option<TenantState>, T), StoreError>
            + Clone
            + Send
            + 'static,
        T: Send + 'static,
    {
        if let Some(Kept { state, tenant }) = self.kept(slug) {
            let (job, known) = (job.clone(), tenant.clone());
            let read = self
                .store
                .read(tenant.id, async move |tx| job(tx, &known).await);
            let (seen, value) = read.await?;
            if seen == Some(state) {
                return Ok(Some((tenant, value)));
            }
        }
        // Asked for the first time, or changed meanwhile.
        let Some(tenant) = self.tenant(slug).await? else {
            return Ok(None);
        };
        let known = tenant.clone();
        let read = self
            .store
            .read(tenant.id, async move |tx| job(tx, &known).await);
        let (_, value) = read.await?;
        Ok(Some((tenant, value)))
    }

    /// A tenant as it was read last, with the state that it had then. Worth nothing until that state was asked for again.
    pub(crate) fn kept_tenant(&self, slug: &str) -> Option<(TenantState, Arc<Tenant>)> {
        self.kept(slug).map(|kept| (kept.state, kept.tenant))
    }

    fn kept(&self, slug: &str) -> Option<Kept> {
        self.tenants().get(slug).cloned()
    }

    fn tenants(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
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
        logo: row.logo,
        policy: Arc::new(policy),
    })
}
