//! A real Postfix that asks a real Warifu with the files of `deploy/postfix`: behind the passwords of a Dovecot, and without one
//! (K2, K9, K10, SEC-55).

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::thread;

use crate::dovecot::{
    CAMPUS, EDUROAM, NETWORKS, OUTSIDE, PRESET, now_ms, number, tamper, v4, with_clients_here,
};
use crate::mail_programs::{Visitor, all_done, all_refused_with_words};
use crate::mail_server::{DOORS, Door, MailServer, PASSWORD, PEOPLE, SIX, Try};
use crate::place::Place;
use crate::process::{Process, serve};
use crate::relay::wait_for;

const HOUR: i64 = 3_600_000;

const SOURCES: [&str; 4] = [CAMPUS, EDUROAM, OUTSIDE, SIX];

/// Every try of `people` from `sources` at every door with every mechanism.
fn every<'a>(people: &'a [&'static str], sources: &'a [&'static str]) -> Vec<Try> {
    let mut tries = Vec::new();
    for door in DOORS {
        for user in people {
            for source in sources {
                for mechanism in ["PLAIN", "LOGIN"] {
                    tries.push(Try {
                        mechanism,
                        ..Try::new(door, user, source)
                    });
                }
            }
        }
    }
    tries
}

fn set_window(place: &Place, user: &str, network: &str, address: &str, until: i64) {
    let since = until - 14 * HOUR;
    tamper(
        place,
        &format!(
            "INSERT INTO mail_window (tenant_id, user_id, network, address, since, until, services, used_at)
             SELECT tenant_id, id, {network}, {address}, {since}, {until}, 0, 0 FROM person WHERE login = '{user}'"
        ),
    );
}

/// A Warifu that is not root, with its sockets in the queue of the Postfix in `mail`, and the people of the story.
pub(crate) fn set_up(mail: &Path) -> (Place, String) {
    let mut place = with_clients_here();
    place.write("uni.toml", &format!("{PRESET}{NETWORKS}"));
    let add = [
        "tenant",
        "add",
        "uni",
        "--name",
        "University",
        "--policy",
        "uni.toml",
    ];
    place.run(add).good();
    for user in PEOPLE {
        place
            .run_with(PASSWORD, ["user", "add", "uni", user, "--permanent"])
            .good();
    }
    let key = place.add_gate_key("uni");
    let config = place.read("data/warifu.toml");
    let sockets: String = ["policy", "sasl"]
        .iter()
        .map(|name| {
            let at = mail.join("spool/warifu").join(name);
            format!(
                "\n[[mail_gate]]\ntenant = 'uni'\nprotocol = '{name}'\nlisten = 'unix:{}'\n",
                at.display()
            )
        })
        .collect();
    place.write("data/warifu.toml", &format!("{config}{sockets}"));
    // A private mail address is the second factor of all but one.
    tamper(
        &place,
        "UPDATE person SET has_email = 1 WHERE login IN ('none', 'open', 'expired', 'closed')",
    );
    for source in SOURCES {
        let (network, address) = match source {
            SIX => (
                format!("x'40{}'", "00".repeat(16)),
                format!("x'{}01'", "00".repeat(15)),
            ),
            source => (v4(source), v4(source)),
        };
        set_window(&place, "open", &network, &address, now_ms() + HOUR);
        set_window(&place, "expired", &network, &address, now_ms() - 1);
        set_window(&place, "closed", &network, &address, now_ms() + HOUR);
    }
    tamper(
        &place,
        "DELETE FROM mail_window WHERE user_id = (SELECT id FROM person WHERE login = 'closed')",
    );
    place.leave_root();
    (place, key)
}

/// Shows: K2, K9, K10, SEC-52, SEC-55.
#[test]
fn sec_055_a_real_postfix_lets_senders_in_as_warifu_says_and_nobody_without_it() {
    let mail = Place::new();
    MailServer::folders(mail.path());
    let (place, key) = set_up(mail.path());
    let (server, warifu, _) = serve(&place);
    let postfix = MailServer::start(mail.path(), warifu, &key);

    postfix.lets_in(&every(&PEOPLE, &[CAMPUS]));
    postfix.lets_in(&every(&["off", "open"], &[EDUROAM, OUTSIDE, SIX]));
    postfix.refuses_with_words(&every(
        &["none", "expired", "closed"],
        &[EDUROAM, OUTSIDE, SIX],
    ));
    // What Warifu was asked: about submission, from the addresses that Postfix saw.
    let count = |table: &str, user: &str| {
        let sql = format!(
            "SELECT COUNT(*) FROM {table} WHERE services = 4 AND user_id = (SELECT id FROM person WHERE login = '{user}')"
        );
        number(&place, &sql)
    };
    assert_eq!(count("mail_window", "open"), 4);
    for user in ["none", "expired", "closed"] {
        // Recorded behind the answer.
        wait_for("the record of what was refused", || {
            (count("mail_refusal", user) == 3).then_some(())
        });
    }
    // The gate before the password: the words say nothing of it. Behind the gate nobody's name and no wrong password opens.
    let wrong = |one: Try| Try {
        password: "wrong",
        ..one
    };
    for door in [Door::Dovecot, Door::Warifu] {
        postfix.refuses_with_words(&[wrong(Try::new(door, "none", OUTSIDE))]);
    }
    for door in DOORS {
        postfix.refuses_without_words(&[
            wrong(Try::new(door, "off", OUTSIDE)),
            Try::new(door, "nobody", OUTSIDE),
        ]);
        postfix.refuses_without_words(&[Try {
            mechanism: "",
            ..Try::new(door, "off", OUTSIDE)
        }]);
    }
    // A mail goes all the way.
    let whole = DOORS.map(|door| Try {
        data: Some("Subject: hello\r\n\r\nhello\r\n"),
        ..Try::new(door, "open", OUTSIDE)
    });
    postfix.lets_in(&whole);
    wait_for("three mails", || {
        let inbox = fs::read_dir(mail.path().join("mail/inbox/new")).ok()?;
        (inbox.count() == 3).then_some(())
    });
    // Disabled: no words, and no mail.
    place.run(["user", "disable", "uni", "off"]).good();
    postfix.refuses_without_words(&every(&["off"], &[CAMPUS]));
    place.run(["user", "enable", "uni", "off"]).good();

    everything_is_shut(&postfix, server);
    // And open again. Passwords of others are now in a directory that is down: "later", and no wrong password.
    let config = place.read("data/warifu.toml");
    let directory = "\n[[first_factor]]\ntenant = 'uni'\nkind = 'dovecot'\nsocket = 'nowhere'\n";
    place.write("data/warifu.toml", &format!("{config}{directory}"));
    let (_server, ..) = serve(&place);
    postfix.lets_in(&[
        Try::new(Door::PolicyOnly, "off", CAMPUS),
        Try::new(Door::Warifu, "off", CAMPUS),
    ]);
    for mechanism in ["PLAIN", "LOGIN", "PLAIN"] {
        let stranger = Try {
            mechanism,
            ..Try::new(Door::Warifu, "nobody", CAMPUS)
        };
        let heard = postfix.send(&[stranger]);
        assert!(heard[0].starts_with("no auth 454 4.7.0 "), "{heard:?}");
    }
}

/// Shows: K2, K9, K10, SEC-54.
#[test]
fn k10_curl_and_swaks_send_by_a_postfix_or_show_where_to_log_in() {
    let mail = Place::new();
    MailServer::folders(mail.path());
    let (place, key) = set_up(mail.path());
    let (_server, warifu, _) = serve(&place);
    let postfix = MailServer::start(mail.path(), warifu, &key);
    let visitor = |user, source| Visitor {
        source,
        user,
        password: PASSWORD,
    };
    for (submission, _) in postfix.ports() {
        all_done(&visitor("none", CAMPUS).try_all("smtp", submission));
        all_done(&visitor("open", OUTSIDE).try_all("smtp", submission));
        all_refused_with_words(&visitor("none", OUTSIDE).try_all("smtp", submission));
    }
}

fn everything_is_shut(postfix: &MailServer, server: Process) {
    let tries: Vec<Try> = DOORS
        .iter()
        .flat_map(|door| {
            [
                Try::new(*door, "open", OUTSIDE),
                Try::new(*door, "off", CAMPUS),
            ]
        })
        .collect();
    server.signal("STOP");
    // Each of these waits for as long as Postfix does.
    postfix.is_shut(
        "Warifu hangs",
        &DOORS.map(|door| Try::new(door, "off", CAMPUS)),
    );
    server.signal("CONT");
    server.signal("TERM");
    let (status, ..) = server.end();
    assert!(status.success());
    let sockets = ["policy", "sasl"].map(|name| postfix.folder.join("spool/warifu").join(name));
    assert!(
        sockets.iter().all(|socket| !socket.exists()),
        "the sockets go with the server"
    );
    postfix.is_shut("Warifu is stopped", &tries);
    for (why, answer) in [
        (
            "another protocol",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK",
        ),
        ("an unknown action", "action=maybe\n\n"),
        ("no value", "dunno\n\n"),
        (
            "half an answer",
            "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nDONE\nOK\t1",
        ),
        ("nothing", ""),
    ] {
        let broken: Vec<Broken> = sockets
            .iter()
            .map(|socket| Broken::listen(socket, answer))
            .collect();
        postfix.is_shut(why, &tries[2..]);
        drop(broken);
    }
}

/// Something in Warifu's place that gives one answer to everybody, and hangs up.
struct Broken(PathBuf);

impl Broken {
    fn listen(at: &Path, answer: &'static str) -> Self {
        let listener = UnixListener::bind(at).unwrap();
        fs::set_permissions(at, fs::Permissions::from_mode(0o666)).unwrap();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut question = [0; 4096];
                let length = connection.read(&mut question).unwrap_or(0);
                if question[..length].starts_with(b"end") {
                    return;
                }
                let _ = connection.write_all(answer.as_bytes());
            }
        });
        Self(at.to_owned())
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        if let Ok(mut connection) = std::os::unix::net::UnixStream::connect(&self.0) {
            let _ = connection.write_all(b"end");
        }
        let _ = fs::remove_file(&self.0);
    }
}
