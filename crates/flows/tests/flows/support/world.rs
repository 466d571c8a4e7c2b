//! A server with one tenant, on one engine.

use std::{
    collections::HashSet, net::IpAddr, ops::Deref, sync::Arc, sync::atomic::AtomicU32,
    sync::atomic::Ordering,
};

use warifu_domain::{
    audit::EventKind,
    ids::{TenantId, UserId},
    network::AddressRange,
    password::PasswordTerm,
    policy::{Policy, Preset},
    tenant::Tenant,
    time::{Span, Timestamp},
    user::{Login, Role},
    user_search::Query,
};
use warifu_flows::{
    By, Ctx, MailMode, audit,
    clock::Clock,
    first_factor::Directory,
    hasher::{HashCost, Hasher, HasherOptions},
    maintenance, manage_tenants,
    manage_users::{self, Bounds, Filter, Listing, NewPerson, Order, Page},
    notices,
    rng::Rng,
};
use warifu_storage::{
    AuditFilter, AuditRow, BudgetKind, ChainCheck, FaultPlan, KeyRing, Standing, Store,
    StoreOptions, UserRow,
    testing::{self, TestStore},
};

use super::{
    Browser, Phone,
    database::{Database, Dump},
    shadow::Shadow,
};

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

/// A person with an account, and what the person has at hand.
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) email: String,
    /// The app, once it is set up.
    pub(crate) phone: Option<Phone>,
    /// Backup codes as they were shown or downloaded, grouped.
    pub(crate) backup_codes: Vec<String>,
}

impl Person {
    pub(crate) fn phone(&self) -> &Phone {
        self.phone.as_ref().expect("the app is set up")
    }

    pub(crate) fn typed_login(&self) -> Login {
        Login::parse(&self.login).unwrap()
    }
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

    /// Adds a member.
    pub(crate) async fn member(&self, login: &str) -> Person {
        self.person(login, Role::Member).await
    }

    /// Puts a person into a group that may put the set-up off until then.
    pub(crate) async fn give_grace(&self, person: &Person, until: Timestamp) {
        let (tenant, id) = (self.tenant().await.id, person.id);
        let Timestamp(until) = until;
        self.tamper(&format!(
            "INSERT INTO person_group (tenant_id, id, name, grace_until, created_at)
             VALUES ({tenant}, {id}, 'group {id}', {until}, 0)"
        ))
        .await;
        self.tamper(&format!(
            "UPDATE person SET group_id = {id} WHERE tenant_id = {tenant} AND id = {id}"
        ))
        .await;
    }

    /// Adds a person.
    pub(crate) async fn person(&self, login: &str, role: Role) -> Person {
        let password = format!("three blind mice run {}", login.len());
        let email = format!("{login}@home.example");
        let new = NewPerson {
            login: Login::parse(login).unwrap(),
            name: String::new(),
            email: Some(email.clone()),
            role,
            password: password.clone(),
            password_term: PasswordTerm::Lasting,
        };
        let tenant = self.tenant().await;
        let id = manage_users::add_user(&self.ctx, &tenant, &By::command_line(), new)
            .await
            .unwrap();
        if tenant.id == TenantId(1) {
            self.shadow.copy(&self.database, id, login).await;
        }
        Person {
            id,
            login: login.to_owned(),
            password,
            email,
            phone: None,
            backup_codes: Vec::new(),
        }
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

    /// A member who is signed in and has an authenticator app, in a tenant where that is optional.
    pub(crate) async fn member_with_app(&self, login: &str) -> (Person, Browser) {
        let mut person = self.member(login).await;
        let mut browser = self.browser();
        browser.sign_in(&mut person).await;
        if person.phone.is_none() {
            browser.enrol(&mut person).await;
        }
        (person, browser)
    }

    /// Every event of the tenant, oldest first.
    pub(crate) async fn audit_rows(&self) -> Vec<AuditRow> {
        let filter = AuditFilter {
            limit: 100_000,
            ..AuditFilter::default()
        };
        let mut rows = audit::list(&self.ctx, &self.tenant().await, filter)
            .await
            .unwrap();
        rows.reverse();
        rows
    }

    /// What happened to a person, as `kind` or `kind refusal`, oldest first.
    pub(crate) async fn events_of(&self, person: &Person) -> Vec<String> {
        let rows = self.audit_rows().await;
        let own = rows.iter().filter(|row| row.user == Some(person.id));
        own.map(|row| match &row.refusal {
            Some(refusal) => format!("{} {refusal}", row.kind.word()),
            None => row.kind.word().to_owned(),
        })
        .collect()
    }

    /// What was mailed to a person's first address, oldest first.
    pub(crate) async fn mails_to(&self, person: &Person) -> Vec<EventKind> {
        self.mails_at(person, &person.email).await
    }

    /// What was mailed to one address of a person, oldest first.
    pub(crate) async fn mails_at(&self, person: &Person, address: &str) -> Vec<EventKind> {
        let notices = notices::list(&self.ctx, &self.tenant().await, 0, 1000)
            .await
            .unwrap();
        let own = notices.iter().filter(|notice| notice.login == person.login);
        own.filter(|notice| notice.code().is_none() && notice.recipient == address)
            .map(|notice| notice.kind)
            .collect()
    }

    /// Codes that were mailed to a person, oldest first: to which address, under which name, which digits.
    pub(crate) async fn codes_to(&self, person: &Person) -> Vec<(String, String, String)> {
        let tenant = self.tenant().await;
        let notices = notices::list(&self.ctx, &tenant, 0, 1000).await.unwrap();
        let own = notices
            .into_iter()
            .filter(|notice| notice.login == person.login);
        own.filter_map(|notice| {
            let code = notice.code()?.clone();
            Some((notice.recipient, code.request, code.digits.to_string()))
        })
        .collect()
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

    /// Every row of the tenant.
    pub(crate) async fn dump(&self) -> Dump {
        self.database.dump(self.tenant().await.id.0).await
    }

    /// Everything a thief of the disk or of a backup gets.
    pub(crate) async fn stolen_bytes(&self) -> Vec<u8> {
        self.database.bytes().await
    }

    /// Changes the database beside the server.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.database.execute(sql).await;
    }

    /// The one number that a query gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.text(sql).await.parse().unwrap()
    }

    /// The one text that a query gives; bytes as `\x` and hex.
    pub(crate) async fn text(&self, sql: &str) -> String {
        let mut rows = self.database.query(sql).await;
        rows.swap_remove(0).swap_remove(0)
    }

    /// How many rows the tenant has in a table, of those that meet a condition.
    pub(crate) async fn rows(&self, table: &str, condition: &str) -> i64 {
        let tenant = self.tenant().await.id;
        let sql =
            format!("SELECT COUNT(*) FROM {table} WHERE tenant_id = {tenant} AND {condition}");
        self.number(&sql).await
    }

    /// Failures that all budgets of a kind have counted.
    pub(crate) async fn failures(&self, kind: BudgetKind) -> i64 {
        self.number(&format!(
            "SELECT COALESCE(SUM(failures), 0) FROM throttle WHERE tenant_id = 1 AND kind = {}",
            kind as i64
        ))
        .await
    }

    /// Wrong codes in a row at a person's app.
    pub(crate) async fn totp_failures(&self, person: &Person) -> i64 {
        let id = person.id;
        let state = self
            .ctx
            .store
            .read(self.tenant().await.id, async move |tx| {
                tx.find_totp_state(id).await
            });
        state.await.unwrap().expect("an app is registered").failures
    }

    /// What lists tell of people is what the tables say that it is taken from (docs/decisions/0008).
    pub(crate) async fn check_standings(&self) {
        // A story may delete the tenant, or close its server's connections, in the end.
        let Ok(Some(tenant)) = self.ctx.tenant(&self.slug).await else {
            return;
        };
        let now = self.now();
        let by = By::command_line();
        let Ok(people) = manage_users::list_users(&self.ctx, &tenant, &by, "", 1000).await else {
            return;
        };
        for person in people {
            let id = person.id;
            let truth = self
                .ctx
                .store
                .read(tenant.id, async move |tx| tx.find_true_standing(id).await);
            let truth = truth.await.unwrap().expect("listed a moment ago");
            let ahead = |standing: Standing| Standing {
                // What is over counts like what never was, until it is swept away.
                blocked_until: standing.blocked_until.max(now),
                ..standing
            };
            assert_eq!(ahead(person.standing), ahead(truth), "{}", person.login);
        }
    }

    /// The audit trail is whole; says how many events it has.
    pub(crate) async fn check_audit(&self) -> u64 {
        match audit::check_chain(&self.ctx, &self.tenant().await)
            .await
            .unwrap()
        {
            ChainCheck::Whole(events) => events,
            broken => panic!("the audit trail is broken: {broken:?}"),
        }
    }
}

/// Whom a search finds.
pub(crate) async fn find(world: &World, typed: &str) -> Vec<UserRow> {
    let listing = Listing {
        filter: Filter {
            query: Query::parse(typed),
            ..Filter::default()
        },
        order: Order::Login,
        descending: false,
        page: Page::default(),
        limit: 50,
        bounds: Bounds::default(),
    };
    let (tenant, by) = (world.tenant().await, By::command_line());
    let listed = manage_users::list_people(&world.ctx, &tenant, &by, listing).await;
    listed.unwrap().people
}
