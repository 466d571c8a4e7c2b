//! `kill -9` of the real server under load at random moments, on both engines, and two servers on one PostgreSQL. After
//! each restart the rules that may never break are checked from outside and in the database (product.md; SEC-12, 13, 45, 79, 83).

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the server under test runs on the system's clock"
)]

mod browser;
mod reminders;
mod rounds;
mod server;
#[path = "../cli/sink.rs"]
#[allow(dead_code, reason = "the relay of these tests takes every mail")]
mod sink;
mod upkeep;
mod world;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use browser::{Browser, Outcome};
use server::Server;
use world::{Engine, Person, World};

/// Kills in a normal run and in the full one.
fn kills(normal: usize, long: usize) -> usize {
    if std::env::var_os("WARIFU_LONG").is_some() {
        long
    } else {
        normal
    }
}

/// What the clients were told before the server died.
#[derive(Default)]
struct Told {
    /// Sessions that were handed out, by person.
    sessions: HashMap<i64, Vec<String>>,
    /// Wrong codes that were answered as such, by attempt.
    wrong: HashMap<String, i64>,
}

/// A small generator of its own; where a kill falls needs no more.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn sec_083_kill_9_under_load_on_sqlite_forgets_nothing_and_revives_nothing() {
    kill_and_check(Engine::Sqlite, kills(25, 240));
}

#[test]
fn sec_083_kill_9_under_load_on_postgres_forgets_nothing_and_revives_nothing() {
    kill_and_check(Engine::Postgres, kills(10, 100));
}

fn kill_and_check(engine: Engine, kills: usize) {
    let world = World::new(engine);
    let mut dice = Dice(u64::from(std::process::id()));
    let mut interrupted = 0;
    for round in 0..kills {
        let people = world.add_people(24);
        let server = Server::start(&world);
        let told = Arc::new(Mutex::new(Told::default()));
        let clients = load(&server, &people, &told);
        wait_for_sessions(&told, dice.below(people.len() as u64 - 1) as usize);
        thread::sleep(Duration::from_micros(dice.below(8_000)));
        server.kill();
        for client in clients {
            client.join().unwrap();
        }
        let told = Arc::into_inner(told).unwrap().into_inner().unwrap();
        let served = told.sessions.len();
        interrupted += usize::from(served > 0 && served < people.len());
        check(&world, &people, &told, round);
    }
    assert!(
        interrupted > 0,
        "no kill fell into the load: this test would show nothing"
    );
}

/// Waits until so many logins were answered, so that the kill falls among the rest, however slow this machine is.
fn wait_for_sessions(told: &Mutex<Told>, wanted: usize) {
    let began = Instant::now();
    while told.lock().unwrap().sessions.len() < wanted && began.elapsed() < Duration::from_secs(20)
    {
        thread::sleep(Duration::from_micros(300));
    }
}

/// Each person logs in with one right code from two browsers at once, while a third browser of theirs guesses.
fn load(
    server: &Server,
    people: &[Person],
    told: &Arc<Mutex<Told>>,
) -> Vec<thread::JoinHandle<()>> {
    let address = server.address;
    let lanes: Vec<Vec<Person>> = (0..6)
        .map(|lane| people.iter().skip(lane).step_by(6).cloned().collect())
        .collect();
    lanes
        .into_iter()
        .flat_map(|lane| {
            [0, 1, 2].map(|role| {
                let (lane, told) = (lane.clone(), told.clone());
                thread::spawn(move || {
                    for person in lane {
                        let browser = Browser::new(address, &person.attempts[role]);
                        // The guesser types what is certainly wrong: the right code with its last digit changed.
                        let code = if role == 2 {
                            person.wrong_code()
                        } else {
                            person.right_code()
                        };
                        let rounds = if role == 2 { 2 } else { 1 };
                        for _ in 0..rounds {
                            let Some(outcome) = browser.send_code(&code) else {
                                return;
                            };
                            let mut told = told.lock().unwrap();
                            match outcome {
                                Outcome::SignedIn(session) => {
                                    told.sessions.entry(person.id).or_default().push(session);
                                }
                                Outcome::Refused => {
                                    *told
                                        .wrong
                                        .entry(person.attempts[role].clone())
                                        .or_default() += 1;
                                }
                                Outcome::Ended => {}
                            }
                        }
                    }
                })
            })
        })
        .collect()
}

/// Starts the server again and holds what it knows against what the clients were told.
fn check(world: &World, people: &[Person], told: &Told, round: usize) {
    let began = Instant::now();
    let server = Server::start(world);
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "round {round}: the restart took {:?}",
        began.elapsed()
    );
    for person in people {
        let sessions = told.sessions.get(&person.id).map_or(&[][..], Vec::as_slice);
        // 1: a code opens one session, whatever died in between.
        assert!(
            sessions.len() <= 1,
            "round {round}: one code, {} sessions",
            sessions.len()
        );
        for session in sessions {
            // 3: what was told was durable.
            let browser = Browser::new(server.address, &person.attempts[3]);
            assert!(
                browser.is_signed_in(session),
                "round {round}: a session that was handed out is gone"
            );
            // 1 again: the same code, in a fresh attempt, after the restart.
            let again = browser.send_code(&person.right_code());
            assert_ne!(
                again.map(|outcome| matches!(outcome, Outcome::SignedIn(_))),
                Some(true),
                "round {round}: a used code was accepted after the restart",
            );
        }
    }
    server.stop();
    // 2: no guess that was answered is forgotten.
    for (attempt, answered) in &told.wrong {
        if let Some(counted) = world.guesses(attempt) {
            assert!(
                counted >= *answered,
                "round {round}: {answered} guesses answered, {counted} counted"
            );
        }
    }
    // 3: every session has its event, and the chain is whole.
    for person in people {
        let signed_in = told.sessions.get(&person.id).map_or(0, Vec::len);
        assert!(
            world.sign_in_events(person) >= signed_in,
            "round {round}: a session without its audit event"
        );
    }
    world.assert_chain_is_whole();
}

#[test]
fn sec_013_two_servers_on_one_postgres_accept_a_code_once() {
    let world = World::new(Engine::Postgres);
    let people = world.add_people(12);
    let servers = [Server::start(&world), Server::start(&world)];
    for person in &people {
        let code = person.right_code();
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let browser = Browser::new(servers[client % 2].address, &person.attempts[client]);
                let code = code.clone();
                thread::spawn(move || browser.send_code(&code))
            })
            .collect();
        let outcomes: Vec<_> = clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .collect();
        let signed_in = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Some(Outcome::SignedIn(_))))
            .count();
        assert_eq!(signed_in, 1, "{outcomes:?}");
    }
    servers.into_iter().for_each(Server::stop);
    world.assert_chain_is_whole();
}

#[test]
fn sec_045_two_servers_on_one_postgres_share_the_budget_of_guesses() {
    let world = World::new(Engine::Postgres);
    let people = world.add_people(4);
    let servers = [Server::start(&world), Server::start(&world)];
    for person in &people {
        let attempt = &person.attempts[0];
        let clients: Vec<_> = (0..16)
            .map(|client| {
                let browser = Browser::new(servers[client % 2].address, attempt);
                let code = person.wrong_code();
                thread::spawn(move || browser.send_code(&code))
            })
            .collect();
        let outcomes: Vec<_> = clients
            .into_iter()
            .map(|client| client.join().unwrap().unwrap())
            .collect();
        let judged = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Refused))
            .count();
        // The third wrong code ends the attempt. The page of one of the two before it may find it ended already.
        assert!(judged <= 2, "{outcomes:?}");
        assert!(
            !outcomes
                .iter()
                .any(|outcome| matches!(outcome, Outcome::SignedIn(_))),
            "{outcomes:?}"
        );
        assert_eq!(world.guesses(attempt), Some(3));
    }
    servers.into_iter().for_each(Server::stop);
}
