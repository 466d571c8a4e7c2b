//! The pages of a server with two tenants, on one engine, with a clock that is moved by hand.

use std::{ops::Deref, sync::Arc};

use axum::Router;
use warifu_domain::{
    network::AddressRange,
    password::PasswordTerm,
    policy::{Policy, Preset},
    tenant::Tenant,
    time::{Span, Timestamp},
    user::{Login, Role},
};
use warifu_flows::{
    By, Ctx, MailMode, audit,
    clock::Clock,
    hasher::{HashCost, Hasher, HasherOptions},
    manage_tenants,
    manage_users::{self, NewPerson},
    rng::Rng,
};
use warifu_storage::{
    AuditFilter, KeyRing, StoreOptions,
    testing::{self, TestStore},
};
use warifu_web::{WebSettings, WebState, app, http::host::BaseUrl, operations_app};

use super::Browser;

/// 2026-01-15 00:00 UTC: on a step of every period that divides a day.
const BEGINNING: Timestamp = Timestamp(1_768_435_200_000);

/// As little as Argon2id can cost.
const CHEAP: HashCost = HashCost {
    memory_kib: 8,
    passes: 1,
};

/// The tenant that stories are about.
pub(crate) const SLUG: &str = "midori";
/// Its neighbour, with the same policy and the same logins.
pub(crate) const NEIGHBOUR: &str = "aoba";

/// A server.
#[derive(Clone)]
pub(crate) struct TestApp(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) ctx: Arc<Ctx>,
    pub(crate) state: WebState,
    pub(crate) router: Router,
    pub(crate) operations: Router,
    pub(crate) base: String,
    /// Removes the database in the end.
    _place: Arc<TestStore>,
}

impl Deref for TestApp {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// A person with an account in both tenants.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) login: String,
    pub(crate) password: String,
}

/// Tells a story on both engines.
pub(crate) async fn on_both(preset: &str, story: impl AsyncFn(TestApp)) {
    let options = StoreOptions {
        pg_connections: 4,
        ..StoreOptions::default()
    };
    for store in [
        testing::sqlite_with(options.clone()).await,
        testing::postgres_with(options).await,
    ] {
        // Shown where the story fails.
        println!("on {}", store.engine());
        story(TestApp::begin(store, preset, |_| {}, |_| {}).await).await;
    }
}

/// Tells a story that has nothing to do with storage, under changed settings and policy.
pub(crate) async fn on_sqlite(
    preset: &str,
    settings: impl FnOnce(&mut WebSettings),
    policy: impl FnOnce(&mut Policy),
) -> TestApp {
    TestApp::begin(testing::sqlite().await, preset, settings, policy).await
}

impl TestApp {
    pub(crate) async fn begin(
        store: TestStore,
        preset: &str,
        change_settings: impl FnOnce(&mut WebSettings),
        change_policy: impl FnOnce(&mut Policy),
    ) -> Self {
        let hasher = Hasher::start(HasherOptions {
            threads: 2,
            queue: 64,
            cost: CHEAP,
        });
        let keys = Arc::new(KeyRing::generate([7; 32]));
        let clock = Clock::hand(BEGINNING);
        let base = "https://login.example.jp";
        let mut settings = WebSettings::new(BaseUrl::parse(base).unwrap());
        change_settings(&mut settings);
        let ctx = Ctx::new(
            (*store).clone(),
            clock,
            Rng::seeded(1),
            keys,
            hasher,
            MailMode::Keep,
        );
        let proxies = settings.trusted_proxies.listed().into_iter();
        let proxies = proxies.map(|proxy| AddressRange::parse(&proxy).unwrap());
        let ctx = Arc::new(ctx.with_proxies(proxies.collect()));
        let mut policy = Preset::find(preset).unwrap().policy();
        change_policy(&mut policy);
        for (slug, name) in [(SLUG, "みどり商事"), (NEIGHBOUR, "あおば工業")] {
            manage_tenants::add_tenant(&ctx, &By::command_line(), slug, name, &policy.to_toml())
                .await
                .unwrap();
        }
        let base = settings.base_url.origin();
        let state = WebState::new(ctx.clone(), settings).unwrap();
        Self(Arc::new(Inner {
            router: app(&state),
            operations: operations_app(&state),
            state,
            ctx,
            base,
            _place: Arc::new(store),
        }))
    }

    /// Adds a member to both tenants.
    pub(crate) async fn member(&self, login: &str) -> Person {
        self.person(login, Role::Member).await
    }

    /// Adds a person to both tenants.
    pub(crate) async fn person(&self, login: &str, role: Role) -> Person {
        let person = self.person_named(login);
        for slug in [SLUG, NEIGHBOUR] {
            let new = NewPerson {
                login: Login::parse(login).unwrap(),
                name: "山田 太郎".to_owned(),
                email: Some("home@mail.example".to_owned()),
                role,
                password: person.password.clone(),
                password_term: PasswordTerm::Lasting,
            };
            manage_users::add_user(
                &self.ctx,
                &self.tenant_of(slug).await,
                &By::command_line(),
                new,
            )
            .await
            .unwrap();
        }
        person
    }

    /// Sets the person's password in both tenants, as the command line does.
    pub(crate) async fn set_password(&self, person: &Person, term: PasswordTerm) {
        let login = Login::parse(&person.login).unwrap();
        for slug in [SLUG, NEIGHBOUR] {
            let tenant = self.tenant_of(slug).await;
            manage_users::set_password(&self.ctx, &tenant, &login, &person.password, term)
                .await
                .unwrap();
        }
    }

    /// The person that has this login ID, or would have it.
    pub(crate) fn person_named(&self, login: &str) -> Person {
        Person {
            login: login.to_owned(),
            password: format!("three blind mice run {}", login.len()),
        }
    }

    pub(crate) async fn tenant(&self) -> Arc<Tenant> {
        self.tenant_of(SLUG).await
    }

    pub(crate) async fn tenant_of(&self, slug: &str) -> Arc<Tenant> {
        self.ctx.tenant(slug).await.unwrap().unwrap()
    }

    /// Replaces the policy of both tenants.
    pub(crate) async fn change_policy(&self, change: impl FnOnce(&mut Policy)) {
        let mut policy = (*self.tenant().await.policy).clone();
        change(&mut policy);
        for slug in [SLUG, NEIGHBOUR] {
            manage_tenants::set_policy(&self.ctx, &By::command_line(), slug, &policy.to_toml())
                .await
                .unwrap();
        }
    }

    /// Replaces the policy of one tenant.
    pub(crate) async fn change_policy_of(&self, slug: &str, change: impl FnOnce(&mut Policy)) {
        let mut policy = (*self.tenant_of(slug).await.policy).clone();
        change(&mut policy);
        manage_tenants::set_policy(&self.ctx, &By::command_line(), slug, &policy.to_toml())
            .await
            .unwrap();
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, span: Span) {
        self.ctx.clock.advance(span);
    }

    /// The present time.
    pub(crate) fn now(&self) -> Timestamp {
        self.ctx.clock.now()
    }

    /// Everything that ever happened in both tenants: grows with every change and every judgement.
    pub(crate) async fn events(&self) -> usize {
        let mut events = 0;
        for slug in [SLUG, NEIGHBOUR] {
            let tenant = self.tenant_of(slug).await;
            let filter = AuditFilter {
                limit: 10_000,
                ..AuditFilter::default()
            };
            events += audit::list(&self.ctx, &tenant, filter).await.unwrap().len();
        }
        events
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.clone())
    }
}
