//! Databases that are locked, full, newer, damaged or tampered with: a clear answer each, and nothing is changed.

use std::fs;
use std::process::Command;

use rusqlite::Connection;

use crate::client::Client;
use crate::place::{Place, WARIFU, run};
use crate::process::Process;

/// The database of a server of `Place::with_server`, opened behind its back.
fn database(place: &Place) -> Connection {
    Connection::open(place.path().join("data/state/warifu.db")).unwrap()
}

fn tenants(place: &Place) -> usize {
    place
        .run(["tenant", "list", "--json"])
        .good()
        .lines()
        .count()
}

const ADD: [&str; 5] = ["tenant", "add", "midori", "--name", "Midori"];

#[test]
fn a_locked_database_is_said_to_be_locked() {
    let place = Place::with_server();
    let other = database(&place);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (code, message) = place.run(ADD).bad();
    assert_eq!(code, 4);
    assert!(
        message.contains("locked by another process") && message.contains("try again"),
        "{message}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(tenants(&place), 1);
    place.run(ADD).good();
}

#[test]
fn a_newer_database_is_refused_by_every_command() {
    let place = Place::with_server();
    let sql = "INSERT INTO schema_migration (version, checksum, applied_at) VALUES (999, 'x', 0)";
    database(&place).execute_batch(sql).unwrap();
    for command in [&["tenant", "list"][..], &["serve"], &["check"], &ADD] {
        let outcome = place.run(command);
        assert_eq!(outcome.status.code(), Some(4), "{command:?}");
        let said = outcome.out + &outcome.err;
        assert!(
            said.contains("schema 999") && said.contains("install a newer version"),
            "{said}"
        );
    }
}

#[test]
fn an_older_or_empty_database_is_pointed_out_and_left_alone() {
    let place = Place::with_server();
    let file = place.path().join("data/state/warifu.db");
    fs::write(&file, "").unwrap();
    let outcome = place.run(["check"]);
    assert_eq!(outcome.status.code(), Some(4));
    assert!(
        outcome.out.contains("nothing of Warifu's is in it"),
        "{}",
        outcome.out
    );
    assert_eq!(fs::metadata(&file).unwrap().len(), 0);
}

#[test]
fn a_file_that_is_no_database_is_not_touched() {
    let place = Place::with_server();
    let file = place.path().join("data/state/warifu.db");
    let text = "These are somebody's notes.\n".repeat(100);
    fs::write(&file, &text).unwrap();
    for command in [&["tenant", "list"][..], &["serve"], &["check"], &ADD] {
        let outcome = place.run(command);
        assert_eq!(outcome.status.code(), Some(4), "{command:?}");
        let said = outcome.out + &outcome.err;
        assert!(said.contains("not an SQLite database"), "{said}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn sec_079_an_event_that_was_changed_or_removed_is_found() {
    let place = Place::with_server();
    place.run(ADD).good();
    for reason in ["one", "two", "three"] {
        place.run(["tenant", "suspend", "midori"]).good();
        place.run(["tenant", "resume", "midori"]).good();
        place
            .run_with("kobu tami soni wara", ["user", "add", "midori", reason])
            .good();
    }
    place.run(["audit", "verify", "midori"]).good();
    let backup = fs::read(place.path().join("data/state/warifu.db")).unwrap();
    for sql in [
        "UPDATE audit_event SET detail = 'operator' WHERE tenant_id = 2 AND detail = 'member'",
        "UPDATE audit_event SET at = at + 1 WHERE tenant_id = 2 AND lane = 0 AND seq = 2",
        "DELETE FROM audit_event WHERE tenant_id = 2 AND lane = 0 AND seq = 3",
        // The end cut off.
        "DELETE FROM audit_event WHERE tenant_id = 2 AND lane = 0 AND seq = (SELECT MAX(seq) FROM audit_event WHERE tenant_id = 2 AND lane = 0)",
    ] {
        assert!(database(&place).execute(sql, []).unwrap() > 0, "{sql}");
        let (code, message) = place.run(["audit", "verify", "midori"]).bad();
        assert_eq!(code, 1, "{sql}");
        assert!(message.contains("is broken"), "{message}");
        fs::write(place.path().join("data/state/warifu.db"), &backup).unwrap();
    }
    place.run(["audit", "verify", "midori"]).good();
}

#[test]
fn a_clock_that_was_set_back_is_pointed_out() {
    let place = Place::with_server();
    let sql = "UPDATE audit_event SET at = 4102444800000 WHERE lane = 0";
    database(&place).execute_batch(sql).unwrap();
    let outcome = place.run(["check"]);
    assert!(
        outcome
            .out
            .contains("the newest audit event is of 2100-01-01"),
        "{}",
        outcome.out
    );
    assert!(!outcome.status.success());
}

#[test]
fn a_policy_that_cannot_be_read_is_named_with_the_way_out() {
    let place = Place::with_server();
    place.run(ADD).good();
    let sql = "UPDATE tenant SET policy = '[login]\nwrong_codes = 99' WHERE slug = 'midori'";
    database(&place).execute_batch(sql).unwrap();
    let outcome = place.run(["check"]);
    assert_eq!(outcome.status.code(), Some(1));
    assert!(
        outcome.out.contains("line 2, column 15")
            && outcome.out.contains("warifu policy set midori"),
        "{}",
        outcome.out
    );
    // The others are still listed.
    assert_eq!(tenants(&place), 2);
}

/// A shell that has a file system of `size` mounted on `small`, where the machine allows that.
fn on_small_disk(place: &Place, size: &str, script: &str) -> Option<Command> {
    fs::create_dir_all(place.path().join("small")).unwrap();
    let shell = |script: &str| {
        let mut command = Command::new("unshare");
        let script = format!("set -e; mount -t tmpfs -o size={size},mode=700 none small; {script}");
        command
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
            .current_dir(place.path());
        command.env("WARIFU", WARIFU).env_remove("WARIFU_CONFIG");
        command
    };
    if run(shell("true"), "").status.success() {
        return Some(shell(script));
    }
    println!("not tried: this machine lets nobody mount a small disk");
    None
}

/// Fills what is left of it.
const FILL: &str = "dd if=/dev/zero of=small/filler bs=4096 2>/dev/null || true";

#[test]
fn a_full_disk_is_said_to_be_full_and_nothing_is_half_done() {
    let place = Place::new();
    let script = format!(
        "$WARIFU init --data small/data >/dev/null; {FILL}
         export WARIFU_CONFIG=small/data/warifu.toml
         $WARIFU tenant add midori --name Midori && exit 90
         test $? = 4 || exit 91
         rm small/filler
         $WARIFU tenant list --json
         $WARIFU audit verify operator
         $WARIFU tenant add midori --name Midori"
    );
    let Some(command) = on_small_disk(&place, "1m", &script) else {
        return;
    };
    let outcome = run(command, "");
    assert!(
        outcome.err.contains("no space is left"),
        "{}{}",
        outcome.out,
        outcome.err
    );
    let out = outcome.good();
    assert!(
        out.contains("2 events of operator: none changed") && out.ends_with("/midori/login\n"),
        "{out}"
    );
}

#[test]
fn init_on_a_full_disk_leaves_nothing_behind() {
    let place = Place::new();
    let script = "if $WARIFU init --data small/data; then exit 90; fi; ls -A small";
    let Some(command) = on_small_disk(&place, "32k", script) else {
        return;
    };
    let outcome = run(command, "");
    assert!(outcome.err.contains("no space is left"), "{}", outcome.err);
    assert_eq!(outcome.good(), "");
}

/// The same without rights to mount anything: files that may not grow.
#[test]
fn a_file_that_may_not_grow_leaves_nothing_half_done() {
    let place = Place::new();
    let mut command = Command::new("sh");
    // The signal would end the process; without it the write fails, as on a disk with an error.
    command.args([
        "-c",
        "trap '' XFSZ; ulimit -f 40; exec \"$WARIFU\" init --data data",
    ]);
    command
        .current_dir(place.path())
        .env("WARIFU", WARIFU)
        .env_remove("WARIFU_CONFIG");
    let (code, message) = run(command, "").bad();
    assert_eq!(code, 4, "{message}");
    assert!(!place.path().join("data").exists(), "{message}");
}

#[test]
fn sec_082_a_full_disk_gives_nobody_a_session() {
    let place = Place::new();
    let script = format!(
        "$WARIFU init --data small/data --listen 127.0.0.1:0 >/dev/null
         export WARIFU_CONFIG=small/data/warifu.toml
         sed -i s/127.0.0.1:9464/127.0.0.1:0/ $WARIFU_CONFIG
         $WARIFU tenant add midori --name Midori --preset workspace >/dev/null
         echo kobu tami soni wara | $WARIFU user add midori sato >/dev/null
         $WARIFU serve & server=$!
         wait_for() {{ for i in $(seq 300); do test -e $1 && return; sleep 0.1; done; }}
         wait_for fill; {FILL}; echo full >&2
         wait_for stop; kill $server; wait $server"
    );
    let Some(command) = on_small_disk(&place, "1m", &script) else {
        return;
    };
    let mut process = Process::start(command);
    let ready = process.err_until(" ready ").pop().unwrap();
    let client_of = |name: &str| {
        let (_, rest) = ready.split_once(name).unwrap();
        Client::new(rest.split(' ').next().unwrap().parse().unwrap())
    };
    let (mut client, mut operator) = (client_of(" listen="), client_of(" metrics="));
    let person = [("login", "sato"), ("password", "kobu tami soni wara")];
    place.write("fill", "");
    process.err_until("full");
    // Some pages of the database may have room yet; what matters is that no promise is made that is not kept.
    let mut answers = (0..200).map(|_| client.submit("/midori/login", &person));
    let answer = answers.find(|answer| answer.status != 303).unwrap();
    assert!((500..600).contains(&answer.status), "{}", answer.status);
    assert!(
        !answer
            .headers
            .iter()
            .any(|(name, value)| name == "set-cookie" && value.contains("session"))
    );
    process.err_until("no space is left");
    // Reading still works; whoever watches is told that logins do not.
    let health = operator.get("/healthz");
    assert_eq!(
        (health.status, health.body.as_str()),
        (503, "the database takes no writes\n")
    );
    place.write("stop", "");
    let (status, _, err) = process.end();
    assert_eq!(status.code(), Some(0), "{err:?}");
}

#[test]
fn sec_082_a_server_without_its_keys_or_its_database_does_not_start() {
    for file in ["data/keys.toml", "data/state/warifu.db"] {
        let place = Place::with_server();
        fs::remove_file(place.path().join(file)).unwrap();
        let (code, message) = place.run(["serve"]).bad();
        assert_eq!(code, 4, "{message}");
        assert!(!place.path().join(file).exists(), "{file} is not made anew");
    }
    // A database that does not answer.
    let place = Place::with_server();
    let config = place.read("data/warifu.toml");
    let config = config.replace(
        "sqlite:state/warifu.db",
        "postgres://nobody@127.0.0.1:1/warifu",
    );
    place.write("data/warifu.toml", &config);
    let (code, message) = place.run(["serve"]).bad();
    assert_eq!(code, 4, "{message}");
    assert!(!message.contains("nobody@"), "{message}");
}

#[test]
fn sec_076_a_password_that_is_too_long_or_no_text_is_refused_before_it_is_hashed() {
    let place = Place::with_server();
    let add = ["user", "add", "operator", "sato"];
    let (code, message) = place.run_with(&"あ".repeat(342), add).bad();
    assert!(code == 1 && message.contains("PWD-02"), "{message}");
    let (code, message) = place.run_with(&"x".repeat(10 << 20), add).bad();
    assert!(code == 1 && message.contains("PWD-02"), "{message}");
    let mut shell = Command::new("sh");
    shell
        .args([
            "-c",
            "printf 'kobu\\377tami soni wara' | \"$0\" user add operator sato",
            WARIFU,
        ])
        .current_dir(place.path())
        .env("WARIFU_CONFIG", "data/warifu.toml");
    let (code, message) = run(shell, "").bad();
    assert!(code == 2 && message.contains("not UTF-8"), "{message}");
    // 1,024 bytes are taken whole.
    place.run_with(&"kobu tami soni w".repeat(64), add).good();
}
