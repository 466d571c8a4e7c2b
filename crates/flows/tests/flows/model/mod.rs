//! Random sequences of real operations against a small reference model, in two tenants with equal names, login IDs, numbers and
//! secrets side by side: after every step the server has answered what the reference says, and none of what may never happen
//! has happened.

mod driver;
mod ops;
mod people;
mod reference;
mod step;
mod typist;

use std::cell::RefCell;

use proptest::{
    collection::vec,
    test_runner::{Config, TestRunner},
};
use warifu_domain::{policy::Enrolment, time::Span};
use warifu_storage::{FaultPlan, StoreOptions, testing};

use self::{
    driver::Driver,
    ops::{Op, op, parts},
    typist::Typist,
};
use crate::support::{Setting, World};

const PEOPLE: [&str; 2] = ["taro", "hana"];

/// Two tenants on one database that go through the same.
struct Twins {
    world: World,
    pair: [Driver; 2],
    restarts: u64,
}

impl Twins {
    async fn begin(world: &World, case: u64) -> Self {
        let slugs = [format!("left-{case}"), format!("right-{case}")];
        let mut pair = Vec::new();
        for slug in &slugs {
            // The same dice for both: equal numbers, tokens and secrets.
            let tenant = world.forgetful(case).neighbour(slug).await;
            pair.push(Driver::new(tenant, &PEOPLE).await);
        }
        let pair: [Driver; 2] = pair.try_into().ok().expect("two");
        for (left, right) in pair[0].people.iter().zip(&pair[1].people) {
            assert_eq!(left.id, right.id);
        }
        Self {
            world: world.clone(),
            pair,
            restarts: 0,
        }
    }

    async fn run(&mut self, ops: &[Op]) {
        for (index, op) in ops.iter().enumerate() {
            for part in parts(op) {
                match part {
                    Op::Wait(seconds) => self.world.wait(Span::seconds(seconds)),
                    Op::Reopen => self.reopen().await,
                    part => {
                        for driver in &mut self.pair {
                            driver.reference.now = driver.world.now();
                            let typist = Typist {
                                driver,
                                number: index,
                            };
                            if let Some(step) = typist.step(&part) {
                                driver.take(&step).await;
                            }
                        }
                    }
                }
            }
        }
        for driver in &mut self.pair {
            driver.check_all().await;
        }
        // The twins were indeed alike to the last bit of their cookies.
        let [left, right] = &self.pair;
        for (left, right) in left.browsers.iter().zip(&right.browsers) {
            let token = |browser: &crate::support::Browser| {
                browser.session.as_ref().map(|token| token.expose())
            };
            assert_eq!(token(left), token(right));
        }
    }

    async fn reopen(&mut self) {
        self.restarts += 1;
        self.world = self.world.restarted(self.restarts).await;
        for driver in &mut self.pair {
            let moved = self.world.forgetful(1_000_000 + self.restarts);
            driver.move_to(moved.at_tenant(&driver.world.slug));
            driver.check_all().await;
        }
    }
}

/// Whether this is the long run.
#[expect(
    clippy::disallowed_methods,
    reason = "asks the person who runs the tests"
)]
fn is_long() -> bool {
    std::env::var_os("WARIFU_LONG").is_some()
}

fn check(open: impl AsyncFn(StoreOptions) -> testing::TestStore, few: u32) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fault = FaultPlan::default();
    let setting = Setting::preset("default")
        .with(|policy| policy.second_factor.enrolment = Enrolment::Optional);
    let mut world = runtime.block_on(async {
        let options = StoreOptions {
            pg_connections: 2,
            ..StoreOptions::default()
        };
        World::begin(open(options).await, fault, &setting).await
    });
    let config = Config {
        cases: if is_long() { 40 * few } else { few },
        max_shrink_iters: 400,
        failure_persistence: None,
        ..Config::default()
    };
    let mut case = 0;
    let state = RefCell::new((&mut world, &mut case));
    let secrets = RefCell::new(Vec::new());
    let outcome = TestRunner::new(config).run(&vec(op(), 1..90), |ops| {
        let mut state = state.borrow_mut();
        let (world, case) = &mut *state;
        **case += 1;
        runtime.block_on(async {
            let mut twins = Twins::begin(world, **case).await;
            twins.run(&ops).await;
            **world = twins.world.clone();
            secrets.replace(
                twins
                    .pair
                    .into_iter()
                    .flat_map(|driver| driver.secrets)
                    .collect(),
            );
        });
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    // What the last case knew stands nowhere in clear.
    let stolen = runtime.block_on(world.stolen_bytes());
    let stolen = String::from_utf8_lossy(&stolen);
    assert!(stolen.contains(PEOPLE[0]), "the search works");
    for secret in secrets.into_inner() {
        let secret: String = secret;
        assert!(!stolen.contains(&secret), "{secret} stands in the database");
    }
}

/// Shows: SEC-3, SEC-12, SEC-20, SEC-22, SEC-37, SEC-38, SEC-40, SEC-45, SEC-68, SEC-84.
#[test]
fn sec_001_whatever_happens_in_whatever_order_sqlite_answers_as_the_reference_does() {
    check(testing::sqlite_with, 16);
}

/// Shows: SEC-3, SEC-12, SEC-20, SEC-22, SEC-37, SEC-38, SEC-40, SEC-45, SEC-68, SEC-84.
#[test]
fn sec_001_whatever_happens_in_whatever_order_postgresql_answers_as_the_reference_does() {
    check(testing::postgres_with, 6);
}
