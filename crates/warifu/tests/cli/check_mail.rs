//! `warifu check mail` at a real Dovecot and a real Postfix: gated, open, shut and away (SEC-55).

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;

use serde_json::Value;

use crate::dovecot::{Dovecot, Gate, Installed, PASSWORD, Wanted};
use crate::mail_server::{self, MailServer};
use crate::place::{Outcome, Place};
use crate::postfix;
use crate::process::{Process, serve};
use crate::sink::{Mood, Relay};

/// Each door, as `check mail` calls it.
const NAMES: [&str; 7] = [
    "imap",
    "imaps",
    "pop3",
    "pop3s",
    "sieve",
    "submission",
    "submissions",
];

fn files() -> String {
    format!("{}/tests/cli/files", env!("CARGO_MANIFEST_DIR"))
}

/// What names these doors; no other is looked at.
fn doors(ports: &[(&str, u16)]) -> Vec<String> {
    let port = |name: &str| {
        let found = ports.iter().find(|(door, _)| *door == name);
        found.map_or(0, |(_, port)| *port)
    };
    let option = |name: &&str| [format!("--{name}"), port(name).to_string()];
    NAMES.iter().flat_map(option).collect()
}

fn doors_of(dovecot: &Dovecot<'_>) -> Vec<String> {
    let ports = &dovecot.ports;
    doors(&[
        ("imap", ports.imap),
        ("imaps", ports.imaps),
        ("pop3", ports.pop3),
        ("pop3s", ports.pop3s),
        ("sieve", ports.sieve),
        ("submission", ports.submission),
        ("submissions", ports.submissions),
    ])
}

/// Looks at these doors, with this certificate as authority.
fn check_with(place: &Place, certificate: &str, password: &str, options: &[String]) -> Outcome {
    let authority = PathBuf::from(files()).join(certificate);
    let authority = authority.display().to_string();
    let arguments = ["check", "mail", "uni", "--host", "localhost"];
    let probe = ["--login", "probe", "--address", "taro@example.jp"];
    let arguments = arguments.iter().chain(&probe).copied();
    let arguments = arguments.chain(["--ca", &authority]);
    let options = options.iter().map(String::as_str);
    place.run_with(password, arguments.chain(options))
}

fn check(place: &Place, password: &str, options: &[String]) -> Outcome {
    check_with(place, "relay-certificate.pem", password, options)
}

/// Door, mechanism and verdict of each line.
fn verdicts(outcome: &Outcome) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        (
            text(&line["door"]),
            text(&line["mechanism"]),
            text(&line["verdict"]),
        )
    };
    outcome.out.lines().map(line).collect()
}

fn json(options: &[String]) -> Vec<String> {
    let mut options = options.to_vec();
    options.push("--json".to_owned());
    options
}

/// A site with the account of the check, its server, and a Dovecot's key.
struct Site {
    mail: Place,
    place: Place,
    key: String,
    warifu: SocketAddr,
    _server: Process,
}

impl Site {
    fn set_up() -> Self {
        let mail = Place::new();
        MailServer::folders(mail.path());
        let (place, key) = postfix::set_up(mail.path());
        place
            .run_with(
                mail_server::PASSWORD,
                ["user", "add", "uni", "probe", "--permanent"],
            )
            .good();
        let (server, warifu, _) = serve(&place);
        Self {
            mail,
            place,
            key,
            warifu,
            _server: server,
        }
    }

    /// A Dovecot that asks here, and passes mail on to `relay`.
    fn wanted(&self, relay: &Relay) -> Wanted<'_> {
        Wanted {
            relay: relay.address.port(),
            ..Wanted::new(self.warifu, &self.key, &["probe"])
        }
    }

    fn account_is_as_it_was(&self) {
        let shown = self
            .place
            .run(["user", "show", "uni", "probe", "--json"])
            .good();
        assert!(shown.contains("\"state\":\"active\""), "{shown}");
    }
}

/// Shows: SEC-55.
#[test]
fn sec_055_open_doors_of_a_real_dovecot_are_found() {
    look_at(&Installed::here());
}

/// Shows: SEC-55.
#[test]
fn sec_055_open_doors_of_a_dovecot_of_another_series_are_found() {
    if let Some(installed) = Installed::elsewhere() {
        look_at(&installed);
    }
}

fn look_at(installed: &Installed) {
    let (site, relay) = (Site::set_up(), Relay::start(Mood::Takes));
    let (place, folder) = (&site.place, Place::new());
    let dovecot = Dovecot::start(
        installed,
        &folder.path().join("gated"),
        &site.wanted(&relay),
    );
    let options = doors_of(&dovecot);
    let found = check(place, PASSWORD, &json(&options));
    let told = verdicts(&found);
    assert_eq!(found.status.code(), Some(0), "{told:#?}\n{}", found.err);
    for door in NAMES {
        let here: Vec<_> = told.iter().filter(|(name, ..)| name == door).collect();
        for mechanism in ["PLAIN", "LOGIN"] {
            let is_gated = here
                .iter()
                .any(|(_, offered, verdict)| offered == mechanism && verdict == "gated");
            assert!(is_gated, "{door} {mechanism}: {told:#?}");
        }
    }
    for (door, mechanism, verdict) in &told {
        let expected = if mechanism == "no login" {
            "closed"
        } else {
            "gated"
        };
        assert_eq!(verdict, expected, "{door} {mechanism}");
    }
    for command in ["LOGIN command", "USER command"] {
        assert!(told.iter().any(|(_, mechanism, _)| mechanism == command));
    }
    // The account is as it was, and both changes are on record.
    site.account_is_as_it_was();
    let listed = place.run(["audit", "list", "uni"]).good();
    for event in ["user.disabled", "user.enabled", "warifu check mail"] {
        assert!(listed.contains(event), "{listed}");
    }

    // A wrong password, or a key that was taken away, is no proof of a gate.
    let found = check(place, "not the password", &json(&options));
    assert_eq!(found.status.code(), Some(1));
    let told = verdicts(&found);
    assert!(
        told.iter()
            .all(|(_, mechanism, verdict)| verdict == "unknown" || mechanism == "no login"),
        "{told:#?}"
    );
    drop(dovecot);

    // Nobody listens any more.
    let found = check(place, PASSWORD, &json(&options));
    assert_eq!(found.status.code(), Some(1), "nothing was proved");
    assert_all(&found, "closed");

    // Without the gate, and with a mechanism that asks nobody.
    let open = Wanted {
        gate: Gate::Missing,
        mechanisms: "plain login cram-md5 anonymous",
        ..site.wanted(&relay)
    };
    let dovecot = Dovecot::start(installed, &folder.path().join("open"), &open);
    let options = doors_of(&dovecot);
    let found = check(place, PASSWORD, &json(&options));
    assert_eq!(found.status.code(), Some(7), "{}", found.out);
    for (door, mechanism, verdict) in verdicts(&found) {
        let expected = match mechanism.as_str() {
            "no login" => "closed",
            "CRAM-MD5" => "unknown",
            _ => "open",
        };
        assert_eq!(verdict, expected, "{door} {mechanism}");
    }
    // For people, with what to do.
    let found = check(place, PASSWORD, &options);
    for word in ["OPEN", "deploy/dovecot", "ANONYMOUS", "auth_mechanisms"] {
        assert!(found.out.contains(word), "{}", found.out);
    }
    drop(dovecot);

    // A gate that only listens lets everybody in.
    let log_only = Wanted {
        gate: Gate::LogOnly,
        ..site.wanted(&relay)
    };
    let dovecot = Dovecot::start(installed, &folder.path().join("log"), &log_only);
    let options = doors_of(&dovecot);
    let found = check(place, PASSWORD, &options);
    assert_eq!(found.status.code(), Some(7), "{}", found.out);
    // Another server's certificate is not believed, and then no password is sent.
    let found = check_with(place, "good-certificate.pem", PASSWORD, &json(&options));
    assert_eq!(found.status.code(), Some(1));
    assert_all(&found, "not-reachable");
}

#[track_caller]
fn assert_all(found: &Outcome, expected: &str) {
    let told = verdicts(found);
    assert!(!told.is_empty());
    let is_expected = told.iter().all(|(_, _, verdict)| verdict == expected);
    assert!(is_expected, "{}", found.out);
}

/// Shows: SEC-55.
#[test]
fn sec_055_doors_that_take_access_tokens_are_looked_at_with_one() {
    look_with_tokens(&Installed::here());
}

/// Shows: SEC-55.
#[test]
fn sec_055_doors_that_take_access_tokens_at_a_dovecot_of_another_series_are_looked_at() {
    if let Some(installed) = Installed::elsewhere() {
        look_with_tokens(&installed);
    }
}

const TOKEN: &str = "goodtoken";

fn look_with_tokens(installed: &Installed) {
    let (site, relay) = (Site::set_up(), Relay::start(Mood::Takes));
    let (place, folder) = (&site.place, Place::new());
    let introspection = Some(introspect());
    place.write("token", &format!("{TOKEN}\n"));
    place.write("stale", "staletoken");
    let tokens = |options: &[String], file: &str| {
        let mut options = json(options);
        options.extend(["--token-file".to_owned(), file.to_owned()]);
        options
    };
    for (gate, code, by_token) in [(Gate::Shipped, 0, "gated"), (Gate::Missing, 7, "open")] {
        let wanted = Wanted {
            gate,
            mechanisms: "plain login xoauth2 oauthbearer",
            introspection,
            ..site.wanted(&relay)
        };
        let dovecot = Dovecot::start(installed, &folder.path().join(format!("{gate:?}")), &wanted);
        let options = doors_of(&dovecot);
        let found = check(place, PASSWORD, &tokens(&options, "token"));
        assert_eq!(
            found.status.code(),
            Some(code),
            "{gate:?}\n{}{}",
            found.out,
            found.err
        );
        let told = verdicts(&found);
        for door in NAMES {
            for token in ["XOAUTH2", "OAUTHBEARER"] {
                let line = (door.to_owned(), token.to_owned(), by_token.to_owned());
                assert!(told.contains(&line), "{gate:?} {line:?}: {told:#?}");
            }
        }
        if gate != Gate::Shipped {
            continue;
        }
        // Without a token, or with one that is worth nothing, nobody can tell about those two; all others are gated.
        let two = doors(&[
            ("imap", dovecot.ports.imap),
            ("submission", dovecot.ports.submission),
        ]);
        for options in [json(&two), tokens(&two, "stale")] {
            let found = check(place, PASSWORD, &options);
            assert_eq!(found.status.code(), Some(1), "{}", found.out);
            for (door, mechanism, verdict) in verdicts(&found) {
                let expected = match mechanism.as_str() {
                    "XOAUTH2" | "OAUTHBEARER" => "unknown",
                    "no login" => "closed",
                    _ => "gated",
                };
                assert_eq!(verdict, expected, "{door} {mechanism}");
            }
        }
    }
    site.account_is_as_it_was();
}

/// An identity provider that knows one token, the probe's, and answers one question a connection (RFC 7662).
fn introspect() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || tell_whose(connection));
        }
    });
    address
}

fn tell_whose(mut connection: TcpStream) {
    let (mut question, mut bytes) = (String::new(), [0; 4096]);
    while !is_whole(&question) {
        match connection.read(&mut bytes) {
            Ok(read @ 1..) => question += &String::from_utf8_lossy(&bytes[..read]),
            _ => return,
        }
    }
    let (_, form) = question.split_once("\r\n\r\n").unwrap();
    let answer = match form
        .split('&')
        .any(|field| field == format!("token={TOKEN}"))
    {
        true => r#"{"active":true,"username":"probe","scope":"mail"}"#,
        false => r#"{"active":false}"#,
    };
    let length = answer.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let _ = connection.write_all(format!("{head}{answer}").as_bytes());
}

/// Whether all of a request is there, as its Content-Length says.
fn is_whole(request: &str) -> bool {
    request.split_once("\r\n\r\n").is_some_and(|(head, body)| {
        let mut fields = head.lines().filter_map(|line| line.split_once(": "));
        let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        length.is_some_and(|(_, length)| length.parse() == Ok(body.len()))
    })
}

/// Shows: SEC-55.
#[test]
fn sec_055_open_doors_of_a_real_postfix_are_found() {
    let site = Site::set_up();
    let server = MailServer::start(site.mail.path(), site.warifu, &site.key);
    for (submission, submissions) in server.ports() {
        let options = doors(&[("submission", submission), ("submissions", submissions)]);
        let found = check(&site.place, mail_server::PASSWORD, &json(&options));
        let told = verdicts(&found);
        assert_eq!(found.status.code(), Some(0), "{}", found.out);
        assert_eq!(told.len(), 6, "{told:#?}");
        for (door, mechanism, verdict) in told {
            let expected = if mechanism == "no login" {
                "closed"
            } else {
                "gated"
            };
            assert_eq!(verdict, expected, "{door} {mechanism}");
        }
    }
    // Somebody takes the question out, and lets the neighbourhood send without a login.
    let (submission, _) = server.ports()[1];
    server.reconfigure(
        "warifu_submission",
        "permit_mynetworks, permit_sasl_authenticated, reject",
    );
    server.reconfigure("mynetworks", "127.0.0.0/8, [::1]/128");
    let options = doors(&[("submission", submission)]);
    let found = check(&site.place, mail_server::PASSWORD, &json(&options));
    assert_eq!(found.status.code(), Some(7), "{}", found.out);
    assert_all(&found, "open");
    site.account_is_as_it_was();
}
