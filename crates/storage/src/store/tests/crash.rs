//! The process is killed in the middle of its work: what was answered is there, and the file opens.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;
use crate::Location;

/// Names the database in the child process.
const DATABASE_VARIABLE: &str = "WARIFU_TEST_CRASH_DATABASE";

/// Writers at the same time, so that the kill hits shared commits.
const WRITERS: i64 = 16;

#[tokio::test]
async fn sec_083_what_was_answered_survives_a_kill() {
    let place = Place::sqlite();
    let mut answered = Vec::new();
    for round in 0..12_u64 {
        answered.extend(run_and_kill(
            place.path(),
            Duration::from_millis(15 + 23 * (round % 5)),
        ));
        let store = Store::open_with(&place.location, StoreOptions::default(), TABLES)
            .await
            .unwrap();
        let stored = store.read(TENANT, async |tx| {
            tx.list("SELECT id FROM sample ORDER BY id", &[], |row| row.int(0))
                .await
        });
        let stored = stored.await.unwrap();
        for id in &answered {
            assert!(
                stored.binary_search(id).is_ok(),
                "round {round}: {id} was answered and is gone"
            );
        }
        store.close().await;
    }
    assert!(
        answered.len() > 12,
        "the rounds were too short to say anything"
    );
}

/// Lets a child process write until it is killed; returns what it had been answered.
fn run_and_kill(path: &std::path::Path, lifetime: Duration) -> Vec<i64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::tests::crash::writes_until_killed",
            "--nocapture",
        ])
        .env(DATABASE_VARIABLE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let mut answered: Vec<i64> = lines
        .by_ref()
        .find_map(|line| id_of(&line))
        .into_iter()
        .collect();
    std::thread::sleep(lifetime);
    child.kill().unwrap();
    child.wait().unwrap();
    answered.extend(lines.filter_map(|line| id_of(&line)));
    answered
}

fn id_of(line: &str) -> Option<i64> {
    line.strip_prefix("answered ")?
        .strip_suffix('.')?
        .parse()
        .ok()
}

/// The child process of the test above; does nothing in an ordinary run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::disallowed_methods,
    reason = "the parent says by it that this is the child"
)]
async fn writes_until_killed() {
    let Some(path) = std::env::var_os(DATABASE_VARIABLE) else {
        return;
    };
    let location = Location::Sqlite(path.into());
    let store = Store::open_with(&location, StoreOptions::default(), TABLES)
        .await
        .unwrap();
    let begin = store.read(TENANT, async |tx| {
        tx.find("SELECT COALESCE(MAX(id), 0) FROM sample", &[], |row| {
            row.int(0)
        })
        .await
    });
    let begin = begin.await.unwrap().unwrap();
    let writers = (1..=WRITERS).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for id in (begin + writer..).step_by(WRITERS as usize) {
                insert(&store, id, 1).await.unwrap();
                // The full stop tells a whole line from one that was cut.
                std::io::stdout()
                    .write_all(format!("answered {id}.\n").as_bytes())
                    .unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}
