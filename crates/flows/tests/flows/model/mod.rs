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
    ops::{Backup, Op, Password, op, parts},
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
            self.assert_alike(&ops[..=index]);
        }
        for driver in &mut self.pair {
            driver.check_all().await;
        }
    }

    /// The twins are indeed alike to the last bit of their cookies.
    fn assert_alike(&self, done: &[Op]) {
        let [left, right] = &self.pair;
        let dice = |driver: &Driver| driver.world.ctx.rng.token().expose();
        assert_eq!(dice(left), dice(right), "after {done:?}");
        for (left, right) in left.browsers.iter().zip(&right.browsers) {
            let token = |browser: &crate::support::Browser| {
                browser.session.as_ref().map(|token| token.expose())
            };
            assert_eq!(token(left), token(right), "after {done:?}");
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

async fn begin(open: impl AsyncFn(StoreOptions) -> testing::TestStore) -> World {
    let setting = Setting::preset("default")
        .with(|policy| policy.second_factor.enrolment = Enrolment::Optional);
    let options = StoreOptions {
        pg_connections: 2,
        ..StoreOptions::default()
    };
    World::begin(open(options).await, FaultPlan::default(), &setting).await
}

fn check(open: impl AsyncFn(StoreOptions) -> testing::TestStore, few: u32) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut world = runtime.block_on(begin(open));
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

/// More than ten attempts of one person, after one that is still open and after one whose time is over.
async fn check_many_attempts(world: World) {
    let (browser, person, password) = (0, 1, Password::Right);
    let begin = [
        Op::SignIn { browser, person },
        Op::Enrol { browser },
        Op::Login {
            browser: 1,
            person,
            password,
        },
        Op::Wait(1),
    ];
    let login = Op::Login {
        browser,
        person,
        password,
    };
    let rounds = 10;
    let siege = Op::Siege {
        browser,
        person,
        rounds,
    };
    for (case, many) in (1..).zip([vec![login; rounds], vec![siege]]) {
        let mut ops = begin.to_vec();
        ops.extend(many);
        ops.extend([1, 2].map(|browser| Op::BackupCode {
            browser,
            typed: Backup::Used,
        }));
        Twins::begin(&world, case).await.run(&ops).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_attempts_a_person_begins_sqlite_answers_as_the_reference_does() {
    check_many_attempts(begin(testing::sqlite_with).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_attempts_a_person_begins_postgresql_answers_as_the_reference_does() {
    check_many_attempts(begin(testing::postgres_with).await).await;
}
