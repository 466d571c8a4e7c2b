//! The mail that the server sends: to a real Postfix, to relays that fail in every way, and across a crash.

use std::fs;
use std::path::Path;

use crate::place::Place;
use crate::process::Process;
use crate::relay::{Postfix, read, wait_for};
use crate::sink::{Mood, Relay};

const PASSWORD: &str = "kobu tami soni wara";
const HANAKO: &str = "hanako.sato@example.jp";

/// A server with people who have mail addresses, and with these settings of `[mail]`.
fn with_mail(settings: &str) -> Place {
    let place = Place::with_server();
    let config = place.read("data/warifu.toml");
    let (before, after) = config.split_once("[mail]\n").unwrap();
    place.write(
        "data/warifu.toml",
        &format!(
            "{before}[mail]\nserver = '127.0.0.1'\nsender = 'Warifu <warifu@example.jp>'\n{settings}\n{}",
            without_defaults(after)
        ),
    );
    let midori = [
        "tenant",
        "add",
        "midori",
        "--name",
        "みどり商事",
        "--preset",
        "workspace",
    ];
    place.run(midori).good();
    for (login, name, email) in [
        ("sato", "佐藤 花子", HANAKO),
        ("suzuki", "鈴木 一郎", "ichiro@example.jp"),
    ] {
        let add = [
            "user", "add", "midori", login, "--name", name, "--email", email,
        ];
        place.run_with(PASSWORD, add).good();
    }
    place
}

/// What stands in the section by default would stand there twice.
fn without_defaults(section: &str) -> String {
    let lines = section.lines().filter(|line| {
        let name = line.split(" = ").next().unwrap_or_default();
        !["tls", "timeout_seconds"].contains(&name)
    });
    lines.map(|line| format!("{line}\n")).collect()
}

fn with_relay(relay: &Relay) -> Place {
    let port = relay.address.port();
    with_mail(&format!("port = {port}\ntls = 'none'\ntimeout_seconds = 2"))
}

fn serve(place: &Place) -> Process {
    let mut command = place.command();
    command.arg("serve");
    let mut process = Process::start(command);
    process.err_until(" ready ");
    process
}

/// Changes somebody's password, which the person is told.
fn change_password(place: &Place, login: &str, new: &str) {
    place
        .run_with(new, ["user", "password", "midori", login])
        .good();
}

fn database(place: &Place) -> rusqlite::Connection {
    rusqlite::Connection::open(place.path().join("data/state/warifu.db")).unwrap()
}

fn waiting(place: &Place) -> i64 {
    let count = database(place).query_row("SELECT COUNT(*) FROM outbox", [], |row| row.get(0));
    count.unwrap()
}

/// Lets the pause of every notice be over.
fn hurry(place: &Place) {
    let connection = database(place);
    connection.busy_timeout(crate::process::PATIENCE).unwrap();
    connection
        .execute("UPDATE outbox SET due_at = 0", [])
        .unwrap();
}

fn events(place: &Place, event: &str) -> Vec<String> {
    let listed = place.run(["audit", "list", "midori", "--json"]).good();
    let wanted = format!("\"{event}\"");
    let lines = listed.lines().filter(|line| line.contains(&wanted));
    lines.map(str::to_owned).collect()
}

#[test]
fn sec_043_a_notice_reaches_an_inbox_of_a_real_postfix_over_tls() {
    let place = Place::new();
    let postfix = Postfix::start(place.path(), HANAKO);
    let authority =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/files/relay-certificate.pem");
    let (port, authority) = (postfix.port, authority.display());
    let place = with_mail(&format!("port = {port}\nauthorities = '{authority}'"));
    let server = serve(&place);
    change_password(&place, "sato", "a melon under the moon");
    let mails = wait_for("the mail", || {
        Some(postfix.inbox()).filter(|mails| !mails.is_empty())
    });
    assert_eq!(mails.len(), 1);

    let mail = read(&mails[0]);
    let header = |name: &str| mail.headers[name].as_str();
    assert_eq!(header("subject"), "[みどり商事] パスワードが変更されました");
    assert_eq!(header("from"), "Warifu <warifu@example.jp>");
    assert_eq!(header("to"), HANAKO);
    assert_eq!(header("auto-submitted"), "auto-generated");
    assert_eq!(header("content-language"), "ja");
    assert!(
        header("message-id").ends_with(".warifu@example.jp>"),
        "{}",
        header("message-id")
    );
    assert!(header("date").ends_with("+0000"), "{}", header("date"));
    for text in [&mail.plain, &mail.html] {
        for part in ["みどり商事", "sato", "JST", "ワークスペースの管理者"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("http"), "a notice has no links: {text}");
    }
    wait_for("an empty outbox", || (waiting(&place) == 0).then_some(()));
    drop(server);
}

#[test]
fn a_relay_whose_certificate_is_not_believed_gets_nothing() {
    let place = Place::new();
    let postfix = Postfix::start(place.path(), HANAKO);
    let place = with_mail(&format!("port = {}", postfix.port));
    let mut server = serve(&place);
    change_password(&place, "sato", "a melon under the moon");
    let line = server.err_until("not sent yet").pop().unwrap();
    assert!(line.to_lowercase().contains("certificate"), "{line}");
    assert_eq!((postfix.inbox().len(), waiting(&place)), (0, 1));
}

#[test]
fn a_relay_without_tls_gets_nothing_where_tls_is_wanted() {
    let relay = Relay::start(Mood::Takes);
    let place = with_mail(&format!("port = {}", relay.address.port()));
    let mut server = serve(&place);
    change_password(&place, "sato", "a melon under the moon");
    server.err_until("not sent yet");
    assert_eq!((relay.seen(), waiting(&place)), (0, 1));
}

#[test]
fn a_relay_that_fails_in_any_way_loses_and_doubles_nothing() {
    let relay = Relay::start(Mood::Defers);
    let place = with_relay(&relay);
    let mut server = serve(&place);
    change_password(&place, "sato", "a melon under the moon");
    for (mood, words) in [
        (Mood::Defers, "come back later"),
        (Mood::Refuses(HANAKO), "nobody here"),
        (Mood::Dies, "problem"),
        (Mood::Hangs, "no answer within 2 s"),
    ] {
        relay.turn(mood);
        hurry(&place);
        let line = server.err_until("not sent yet").pop().unwrap();
        assert!(line.contains(words), "{mood:?}: {line}");
        assert_eq!((relay.taken().len(), waiting(&place)), (0, 1), "{mood:?}");
    }
    relay.turn(Mood::Takes);
    hurry(&place);
    wait_for("an empty outbox", || (waiting(&place) == 0).then_some(()));
    let taken = relay.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(
        (taken[0].from.as_str(), taken[0].to.as_str()),
        ("warifu@example.jp", HANAKO)
    );
    assert!(events(&place, "mail.given_up").is_empty());
}

#[test]
fn a_recipient_whom_the_relay_refuses_holds_up_nobody_else_and_is_given_up_with_an_event() {
    let relay = Relay::start(Mood::Refuses(HANAKO));
    let place = with_relay(&relay);
    let mut server = serve(&place);
    for new in ["a melon under the moon", "two melons under the moon"] {
        change_password(&place, "sato", new);
    }
    change_password(&place, "suzuki", "a melon under the moon");
    wait_for("the other's mail", || {
        (relay.taken().len() == 1).then_some(())
    });
    assert_eq!(relay.taken()[0].to, "ichiro@example.jp");
    // A day later.
    let day = 86_400_000;
    database(&place)
        .execute(
            "UPDATE outbox SET created_at = created_at - ?1, due_at = 0",
            [day],
        )
        .unwrap();
    server.err_until("a mail is given up");
    wait_for("an empty outbox", || (waiting(&place) == 0).then_some(()));
    let given_up = events(&place, "mail.given_up");
    assert_eq!(given_up.len(), 2);
    assert!(
        given_up[0].contains("nobody here") && given_up[0].contains("sato"),
        "{given_up:?}"
    );
    assert!(!given_up[0].contains(HANAKO), "{given_up:?}");
}

#[test]
fn killed_while_it_sends_the_server_sends_the_same_mail_again_with_the_same_message_id() {
    let relay = Relay::start(Mood::Hangs);
    let place = with_relay(&relay);
    let server = serve(&place);
    change_password(&place, "sato", "a melon under the moon");
    // The relay has read all of it, and has not yet said so.
    wait_for("the relay's reading", || (relay.seen() == 1).then_some(()));
    server.signal("KILL");
    server.end();
    assert_eq!(waiting(&place), 1);
    relay.turn(Mood::Takes);
    let _server = serve(&place);
    assert_eq!(relay.taken().len(), 0, "the lease of the dead one counts");
    hurry(&place);
    wait_for("an empty outbox", || (waiting(&place) == 0).then_some(()));
    let taken = relay.taken();
    assert_eq!(taken.len(), 1);
    let id = &read(&taken[0].data).headers["message-id"];
    assert!(id.contains(".warifu@example.jp"), "{id}");
}

#[test]
fn the_password_of_the_relay_is_in_no_output() {
    let relay = Relay::start(Mood::Takes);
    let port = relay.address.port();
    let place = with_mail(&format!(
        "port = {port}\ntls = 'none'\nuser = 'warifu'\npassword_file = 'mail-password'"
    ));
    fs::write(
        place.path().join("data/mail-password"),
        "salmon-in-the-river\n",
    )
    .unwrap();
    let mut server = serve(&place);
    change_password(&place, "sato", "a melon under the moon");
    // This relay offers no way to sign in.
    let lines = server.err_until("not sent yet");
    assert!(!lines.concat().contains("salmon"), "{lines:?}");
    assert_eq!(relay.taken().len(), 0);
}
