//! Who gets in by a real Dovecot, and that nobody does without Warifu (K10, SEC-54 to SEC-56).

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use super::{
    CAMPUS, Dovecot, EDUROAM, HOUR_MS, Installed, NETWORKS, OPEN, OUTSIDE, PASSWORD, Wanted,
    now_ms, number, open_window, serve, tamper, v4, with_people,
};
use crate::relay::wait_for;

const EXPIRED: &str = "127.0.0.21";

impl Dovecot<'_> {
    fn refuses_everybody(&self, why: &str) {
        for (user, source) in [("alice", CAMPUS), ("bob", OUTSIDE)] {
            for heard in self.ask(user, source, PASSWORD) {
                let shut = heard.starts_with("no ") && !heard.contains("no connection");
                assert!(shut, "{why}: {user} {source}: {heard}");
            }
        }
    }
}

/// Shows: K2, K9, K10, SEC-55, SEC-56.
#[test]
fn k10_a_real_dovecot_lets_mail_clients_in_as_warifu_says_and_nobody_without_it() {
    walk(&Installed::here());
}

/// Shows: K2, K9, K10, SEC-55, SEC-56.
#[test]
fn k10_a_dovecot_of_another_series_lets_in_and_shuts_out_the_same() {
    if let Some(installed) = Installed::elsewhere() {
        walk(&installed);
    }
}

fn walk(installed: &Installed) {
    let (place, key) = with_people(NETWORKS, &["alice", "bob"]);
    let (server, warifu, _) = serve(&place);

    // A private mail address is the second factor of Alice; Bob has none.
    tamper(
        &place,
        "UPDATE person SET has_email = 1 WHERE login = 'alice'",
    );
    open_window(&place, "alice", OPEN, now_ms() + HOUR_MS);
    open_window(&place, "alice", EXPIRED, now_ms() - 1);
    let folder = place.path().join("dovecot");
    let wanted = Wanted::new(warifu, &key, &["alice", "bob"]);
    let dovecot = Dovecot::start(installed, &folder, &wanted);

    for source in [CAMPUS, EDUROAM, OPEN, OUTSIDE, "::1"] {
        dovecot.lets_in("bob", source);
    }
    dovecot.lets_in("alice", CAMPUS);
    dovecot.lets_in("alice", OPEN);
    for source in [EDUROAM, EXPIRED, OUTSIDE, "::1"] {
        dovecot.refuses_with_words("alice", source);
    }
    // What Warifu was asked: every protocol, with the address that Dovecot saw.
    let used = |table: &str, address: &str| {
        let address = v4(address);
        number(
            &place,
            &format!("SELECT services FROM {table} WHERE address = {address}"),
        )
    };
    let every = 1 | 2 | 4 | 8;
    assert_eq!(used("mail_window", OPEN), every, "IMAP, POP3, SMTP, Sieve");
    // Recorded behind the answer.
    wait_for("the record of what was refused", || {
        (used("mail_refusal", OUTSIDE) == every).then_some(())
    });
    // A /64 for IPv6; closed, it is closed.
    open_window(&place, "alice", "::1", now_ms() + HOUR_MS);
    dovecot.lets_in("alice", "::1");
    tamper(&place, "DELETE FROM mail_window");
    dovecot.refuses_with_words("alice", "::1");
    dovecot.refuses_with_words("alice", OPEN);
    // The gate refuses before the password; behind it Dovecot itself does, and nobody's name opens anything.
    for (user, password) in [("bob", "wrong"), ("nobody", PASSWORD)] {
        for heard in dovecot.ask(user, OUTSIDE, password) {
            assert!(
                heard.starts_with("no ") && !heard.contains("/uni/login"),
                "{heard}"
            );
        }
    }
    // Disabled: like a wrong password.
    place.run(["user", "disable", "uni", "bob"]).good();
    for heard in dovecot.ask("bob", CAMPUS, PASSWORD) {
        assert!(
            heard.starts_with("no ") && !heard.contains("/uni/login"),
            "{heard}"
        );
    }
    place.run(["user", "enable", "uni", "bob"]).good();
    dovecot.lets_in("bob", OUTSIDE);

    place.run(["gate", "remove", "uni", "mx1"]).good();
    dovecot.refuses_everybody("the key was taken away");
    server.signal("TERM");
    let (status, ..) = server.end();
    assert!(status.success());
    dovecot.refuses_everybody("Warifu is stopped");
    for (why, answer) in [
        ("500", "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"),
        ("no JSON", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        (
            "no status",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        ),
        ("silence", ""),
    ] {
        let _broken = Broken::listen(warifu, answer);
        dovecot.refuses_everybody(why);
    }
}

/// Something in Warifu's place that gives one answer, or none, to everybody.
struct Broken(SocketAddr);

impl Broken {
    fn listen(at: SocketAddr, answer: &'static str) -> Self {
        let listener = wait_for("the address", || TcpListener::bind(at).ok());
        thread::spawn(move || {
            let mut held = Vec::new();
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut question = [0; 4096];
                let length = connection.read(&mut question).unwrap_or(0);
                if question[..length].starts_with(b"end") {
                    return;
                }
                let _ = connection.write_all(answer.as_bytes());
                if answer.is_empty() {
                    held.push(connection);
                }
            }
        });
        Self(at)
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        if let Ok(mut connection) = TcpStream::connect(self.0) {
            let _ = connection.write_all(b"end");
        }
    }
}
