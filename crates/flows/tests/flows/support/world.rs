//! A server with one tenant, on one engine.

pub(super) mod people;
mod record;

use std::{
    collections::HashSet, net::IpAddr, ops::Deref, sync::Arc, sync::atomic::AtomicU32,
    sync::atomic::Ordering,
};

use warifu_domain::{
    network::AddressRange,
    policy::{Policy, Preset},
    tenant::Tenant,
    time::{Span, Timestamp},
};
use warifu_flows::{
    By, Ctx, MailMode,
    clock::Clock,
    first_factor::Directory,
    hasher::{HashCost, Hasher, HasherOptions},
    maintenance, manage_tenants,
    rng::Rng,
};
use warifu_storage::{
    FaultPlan, KeyRing, Store, StoreOptions,
    testing::{self, TestStore},
};

use super::{Browser, database::Database, shadow::Shadow};

/// When every story begins: a Thursday midnight in UTC, on a step of every period that divides a day.
const BEGINNING: Timestamp = Timestamp(1_768_435_200_000);

/// The tenant of a world. Its mail server can be told to end connections, its neighbours' cannot.
const SLUG: &str = "midori";

/// As little as Argon2id can cost: the stories count its evaluations, they do not measure them.
pub(crate) const CHEAP: HashCost = HashCost {
    memory_kib: 8,
    passes: 1,
};

/// What a world is made of.
#[derive(Clone)]
pub(crate) struct Setting {
    policy: Policy,
    pub(crate) seed: u64,
    directory: Option<Arc<dyn Directory>>,
}

impl Setting {
    /// A tenant with this preset.
    pub(crate) fn preset(name: &str) -> Self {
        Self {
            policy: Preset::find(name).expect("such a preset").policy(),
            seed: 1,
            directory: None,
        }
    }

    /// With a directory that knows the passwords.
    pub(crate) fn directory(self, directory: Arc<dyn Directory>) -> Self {
        Self {
            directory: Some(directory),
            ..self
        }
    }

    /// With another policy.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self
    }
}

/// Tells a story on both engines, each in a world of its own.
pub(crate) async fn on_both(setting: Setting, story: impl AsyncFn(World)) {
    let fault = FaultPlan::default();
    let options = || StoreOptions {
        pg_connections: 4,
        fault: Some(fault.clone()),
        ..StoreOptions::default()
    };
    for store in [
        testing::sqlite_with(options()).await,
        testing::postgres_with(options()).await,
    ] {
        // Shown where the story fails.
        println!("on {}", store.engine());
        let world = World::begin(store, fault.clone(), &setting).await;
        story(world.clone()).await;
        world.check_standings().await;
        world.shadow.check(&world.database).await;
    }
}

/// One server, and one tenant of it. Clones are the same server.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) ctx: Arc<Ctx>,
    pub(crate) slug: Arc<str>,
    shared: Arc<Shared>,
}

/// What all servers on one database share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    /// Lets a storage call fail.
    pub(crate) fault: FaultPlan,
    pub(crate) database: Database,
    place: Arc<TestStore>,
    shadow: Shadow,
    addresses: AtomicU32,
}

impl Deref for World {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

fn ctx(store: Store, clock: &Clock, seed: u64, keys: Arc<KeyRing>, cost: HashCost) -> Ctx {
    let hasher = Hasher::start(HasherOptions {
        threads: 2,
        queue: 4096,
        cost,
    });
    let rng = Rng::seeded(seed);
    let ctx = Ctx::new(store, clock.clone(), rng, keys, hasher, MailMode::Keep);
    ctx.with_mail_servers(HashSet::from([SLUG.to_owned()]))
}

impl World {
    /// An empty database with a tenant, and another one of the same name.
    pub(crate) async fn begin(store: TestStore, fault: FaultPlan, setting: &Setting) -> Self {
        let (clock, place) = (Clock::hand(BEGINNING), Arc::new(store));
        let keys = Arc::new(KeyRing::generate([7; 32]));
        let slug = SLUG;
        let directories = setting.directory.iter();
        let directories = directories
            .map(|one| (slug.to_owned(), one.clone()))
            .collect();
        let ctx = ctx((**place).clone(), &clock, setting.seed, keys, CHEAP);
        let ctx = Arc::new(ctx.with_directories(directories));
        let policy = setting.policy.to_toml();
        let add = async |slug| {
            let added =
                manage_tenants::add_tenant(&ctx, &By::command_line(), slug, "みどり商事", &policy)
                    .await;
            added.unwrap().id
        };
        add(slug).await;
        let shared = Shared {
            clock,
            fault,
            database: Database::open(place.clone()).await,
            place,
            shadow: Shadow::new(add("shadow").await),
            addresses: AtomicU32::new(0),
        };
        Self {
            ctx,
            slug: slug.into(),
            shared: Arc::new(shared),
        }
    }

    /// Another tenant of this server, with the same name and policy.
    pub(crate) async fn neighbour(&self, slug: &str) -> Self {
        let tenant = self.tenant().await;
        let policy = tenant.policy.to_toml();
        manage_tenants::add_tenant(&self.ctx, &By::command_line(), slug, &tenant.name, &policy)
            .await
            .unwrap();
        self.at_tenant(slug)
    }

    /// Another tenant of this server, by its slug.
    pub(crate) fn at_tenant(&self, slug: &str) -> Self {
        Self {
            slug: slug.into(),
            ..self.clone()
        }
    }

    /// The tenant as every request asks for it.
    pub(crate) async fn tenant(&self) -> Arc<Tenant> {
        let found = self.ctx.tenant(&self.slug).await.unwrap();
        found.expect("the tenant exists")
    }

    /// Replaces the tenant's policy.
    pub(crate) async fn change_policy(&self, change: impl FnOnce(&mut Policy)) {
        let mut policy = (*self.tenant().await.policy).clone();
        change(&mut policy);
        manage_tenants::set_policy(
            &self.ctx,
            &By::command_line(),
            &self.slug,
            &policy.to_toml(),
        )
        .await
        .unwrap();
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, span: Span) {
        self.clock.advance(span);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A browser that was never here, at an address of its own.
    pub(crate) fn browser(&self) -> Browser {
        let number = self.addresses.fetch_add(1, Ordering::SeqCst);
        let [a, b] = (number as u16).to_be_bytes();
        self.browser_at(IpAddr::from([198, 18, a, b]))
    }

    /// A browser that was never here.
    pub(crate) fn browser_at(&self, address: IpAddr) -> Browser {
        Browser::new(self.clone(), address)
    }

    /// Another server process on the same database.
    pub(crate) async fn second_server(&self, seed: u64) -> Self {
        self.open_again(seed, self.ctx.keys(), CHEAP).await
    }

    /// A server that shares this one's connections and remembers nothing.
    pub(crate) fn forgetful(&self, seed: u64) -> Self {
        let store = self.ctx.store.clone();
        Self {
            ctx: Arc::new(ctx(store, &self.clock, seed, self.ctx.keys(), CHEAP)),
            ..self.clone()
        }
    }

    /// A server that shares this one's connections and takes the word of these proxies.
    pub(crate) fn behind(&self, seed: u64, proxies: &[&str]) -> Self {
        let store = self.ctx.store.clone();
        let proxies = proxies.iter().map(|text| AddressRange::parse(text));
        let proxies = proxies.collect::<Option<_>>().expect("addresses");
        let ctx = ctx(store, &self.clock, seed, self.ctx.keys(), CHEAP).with_proxies(proxies);
        Self {
            ctx: Arc::new(ctx),
            ..self.clone()
        }
    }

    /// The same, at one address of a machine that has more.
    pub(crate) fn listening_at(&self, seed: u64, proxies: &[&str], address: &str) -> Self {
        let proxies = proxies.iter().map(|text| AddressRange::parse(text));
        let proxies = proxies.collect::<Option<_>>().expect("addresses");
        let store = self.ctx.store.clone();
        let ctx = ctx(store, &self.clock, seed, self.ctx.keys(), CHEAP)
            .with_proxies(proxies)
            .listening_at(address.parse().expect("an address"));
        Self {
            ctx: Arc::new(ctx),
            ..self.clone()
        }
    }

    /// The same server after a restart.
    pub(crate) async fn restarted(&self, seed: u64) -> Self {
        self.ctx.store.clone().close().await;
        self.second_server(seed).await
    }

    /// A server on the same database that wants dearer hashes.
    pub(crate) async fn with_dearer_hashes(&self, seed: u64) -> Self {
        let dearer = HashCost {
            memory_kib: 16,
            passes: 2,
        };
        self.open_again(seed, self.ctx.keys(), dearer).await
    }

    /// A server on the same database with another key ring.
    pub(crate) async fn with_keys(&self, seed: u64, keys: KeyRing) -> Self {
        self.open_again(seed, Arc::new(keys), CHEAP).await
    }

    async fn open_again(&self, seed: u64, keys: Arc<KeyRing>, cost: HashCost) -> Self {
        let options = StoreOptions {
            pg_connections: 4,
            fault: Some(self.fault.clone()),
            ..StoreOptions::default()
        };
        let store = Store::open(self.place.location(), options).await.unwrap();
        Self {
            ctx: Arc::new(ctx(store, &self.clock, seed, keys, cost)),
            ..self.clone()
        }
    }

    /// Sweeps the tenant; says how many rows went.
    pub(crate) async fn sweep(&self) -> u64 {
        maintenance::sweep(&self.ctx).await.unwrap()
    }

    /// Changes the database beside the server.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.database.execute(sql).await;
        self.ctx.store.gates_catch_up().await;
    }
}
