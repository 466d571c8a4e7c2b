//! `kill -9` while the server tidies up: values are sealed again under another key, a tenant is deleted. Either goes on after a
//! restart, and nothing is lost that was to stay.

use std::{
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Dice, kills,
    rounds::Rounds,
    server::Server,
    world::{Deletion, Engine, World},
};

/// People of the first round.
const PEOPLE: usize = 1_500;

#[test]
fn sec_077_kill_9_while_values_are_sealed_again_on_sqlite_loses_none() {
    reseal(Engine::Sqlite, kills(6, 40));
}

#[test]
fn sec_077_kill_9_while_values_are_sealed_again_on_postgres_loses_none() {
    reseal(Engine::Postgres, kills(4, 30));
}

fn command(configuration: &std::path::Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_warifu"))
        .args(arguments)
        .arg("--config")
        .arg(configuration)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn reseal(engine: Engine, kills: usize) {
    let mut world = World::new(engine);
    let (mut rounds, mut all) = (Rounds::new(kills, PEOPLE), 0);
    let mut dice = Dice(u64::from(std::process::id()));
    while let Some(round) = rounds.next() {
        if all < rounds.people {
            populate(&world, rounds.people - all);
            all = rounds.people;
        }
        // Beside a server, which sees the new ring by itself.
        let server = Server::start(&world);
        let key = world.change_keys();
        let mut work = command(&server.configuration, &["keys", "reseal"]);
        let began = Instant::now();
        while world.sealed_under(key) == 0 && began.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_micros(200));
        }
        thread::sleep(Duration::from_micros(dice.below(30_000)));
        work.kill().unwrap();
        work.wait().unwrap();
        match round % 2 {
            0 => server.kill(),
            _ => server.stop(),
        }
        rounds.killed(world.sealed_under(key) < all);
        assert_eq!(world.readable(), all, "round {round}: a value is lost");

        let server = Server::start(&world);
        let again = command(&server.configuration, &["keys", "reseal"])
            .wait()
            .unwrap();
        assert!(again.success(), "round {round}");
        assert_eq!(world.sealed_under(key), all, "round {round}");
        assert_eq!(world.readable(), all, "round {round}");
        server.stop();
        world.assert_chain_is_whole();
    }
}

#[test]
fn sec_083_kill_9_while_a_tenant_is_deleted_on_sqlite_and_the_server_goes_on_by_itself() {
    delete(Engine::Sqlite, kills(4, 30));
}

#[test]
fn sec_083_kill_9_while_a_tenant_is_deleted_on_postgres_and_the_server_goes_on_by_itself() {
    delete(Engine::Postgres, kills(3, 20));
}

/// Also shows that `serve` sweeps by itself: nothing else deletes here.
fn delete(engine: Engine, kills: usize) {
    let mut dice = Dice(u64::from(std::process::id()));
    let mut rounds = Rounds::new(kills, PEOPLE);
    while let Some(round) = rounds.next() {
        let world = World::new(engine);
        populate(&world, rounds.people);
        world.mark_for_deletion();
        let server = Server::start(&world);
        world.wait_for_apps(|apps| apps < rounds.people);
        thread::sleep(Duration::from_micros(dice.below(3_000)));
        server.kill();
        let now = world.deletion();
        match now.is_marked {
            // Its row goes last: as long as anything is there, it is closed and known to be deleted.
            Some(is_marked) => assert!(is_marked, "round {round}"),
            None => assert_eq!(now.rows, 0, "round {round}"),
        }
        rounds.killed(now.rows > 0);
        let server = Server::start(&world);
        let began = Instant::now();
        while world.deletion().is_marked.is_some() {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "it does not go on"
            );
            thread::sleep(Duration::from_millis(50));
        }
        server.stop();
        let gone = Deletion {
            is_marked: None,
            rows: 0,
        };
        assert_eq!(world.deletion(), gone, "round {round}");
    }
}

/// Adds people in jobs that are no longer than a job may be.
fn populate(world: &World, mut people: usize) {
    while people > 0 {
        let some = people.min(300);
        world.add_people(some);
        people -= some;
    }
}
