//! `warifu check mail` at a real Dovecot and a real Postfix: gated, open, shut and away (SEC-55).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::mail_server::{MailServer, PASSWORD};
use crate::place::{Outcome, Place, is_root};
use crate::postfix;
use crate::process::Process;
use crate::relay::{free_port, wait_for};
use crate::sink::{Mood, Relay};

const FOR_DOVECOT: &str = include_str!("../../../../deploy/dovecot/warifu-2.3.conf");
const NAMES: [&str; 6] = ["imap", "imaps", "pop3", "pop3s", "sieve", "submission"];

/// A Dovecot with every door that it has.
struct Dovecot {
    ports: [u16; 6],
    process: Option<Process>,
    _relay: Relay,
}

impl Dovecot {
    fn start(folder: &Path, mechanisms: &str, gate: &str) -> Self {
        assert!(
            is_root(),
            "Dovecot is started as root, as it is on a mail server"
        );
        fs::create_dir_all(folder.join("mail")).unwrap();
        fs::write(folder.join("users"), format!("probe:{{PLAIN}}{PASSWORD}\n")).unwrap();
        let (ports, relay) = (NAMES.map(|_| free_port()), Relay::start(Mood::Takes));
        let at = folder.display();
        let files = files();
        let service = |name: &str, doors: &[(&str, u16, &str)]| {
            let listeners: String = doors
                .iter()
                .map(|(name, port, more)| {
                    format!("  inet_listener {name} {{\n    port = {port}\n{more}  }}\n")
                })
                .collect();
            format!("service {name} {{\n{listeners}}}\n")
        };
        let tls = "    ssl = yes\n";
        let config = format!(
            "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nauth_verbose = yes\n\
             protocols = imap pop3 sieve submission\nlisten = 127.0.0.1\nssl = required\n\
             ssl_cert = <{files}/relay-certificate.pem\nssl_key = <{files}/relay-key.pem\n\
             mail_location = maildir:~/Maildir\nfirst_valid_uid = 100\nauth_mechanisms = {mechanisms}\n\
             auth_failure_delay = 0\nsubmission_relay_host = 127.0.0.1\nsubmission_relay_port = {}\n\
             passdb {{\n  driver = passwd-file\n  args = {at}/users\n}}\n\
             userdb {{\n  driver = static\n  args = uid=65534 gid=65534 home={at}/mail/%u\n}}\n\
             service anvil {{\n  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n{}{}{}{}{gate}",
            relay.address.port(),
            service(
                "imap-login",
                &[("imap", ports[0], ""), ("imaps", ports[1], tls)]
            ),
            service(
                "pop3-login",
                &[("pop3", ports[2], ""), ("pop3s", ports[3], tls)]
            ),
            service("managesieve-login", &[("sieve", ports[4], "")]),
            service("submission-login", &[("submission", ports[5], "")]),
        );
        fs::write(folder.join("dovecot.conf"), config).unwrap();
        let mut chown = Command::new("chown");
        assert!(
            chown
                .arg("65534")
                .arg(folder.join("mail"))
                .status()
                .unwrap()
                .success()
        );
        let mut command = Command::new("/usr/sbin/dovecot");
        command.arg("-F").arg("-c").arg(folder.join("dovecot.conf"));
        let process = Process::start(command);
        wait_for("Dovecot", || {
            let open = |port: &u16| std::net::TcpStream::connect(("127.0.0.1", *port)).is_ok();
            ports.iter().all(open).then_some(())
        });
        Self {
            ports,
            process: Some(process),
            _relay: relay,
        }
    }

    fn options(&self) -> Vec<String> {
        let mut options = vec!["--submissions".to_owned(), "0".to_owned()];
        for (name, port) in NAMES.iter().zip(self.ports) {
            options.extend([format!("--{name}"), port.to_string()]);
        }
        options
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let process = self.process.take().unwrap();
        process.signal("TERM");
        process.end();
    }
}

fn files() -> String {
    format!("{}/tests/cli/files", env!("CARGO_MANIFEST_DIR"))
}

fn check(place: &Place, password: &str, options: &[String]) -> Outcome {
    let authority = PathBuf::from(files()).join("relay-certificate.pem");
    let mut arguments: Vec<String> = [
        "check",
        "mail",
        "uni",
        "--host",
        "localhost",
        "--login",
        "probe",
        "--address",
    ]
    .map(str::to_owned)
    .into();
    arguments.extend([
        "taro@example.jp".to_owned(),
        "--ca".to_owned(),
        authority.display().to_string(),
    ]);
    arguments.extend_from_slice(options);
    place.run_with(password, arguments)
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

/// Shows: SEC-55.
#[test]
fn sec_055_open_doors_of_a_real_dovecot_are_found() {
    let mail = Place::new();
    MailServer::folders(mail.path());
    let (place, key) = postfix::set_up(mail.path());
    place
        .run_with(PASSWORD, ["user", "add", "uni", "probe", "--permanent"])
        .good();
    let (_server, warifu) = postfix::serve(&place);
    let gate = FOR_DOVECOT
        .replace(
            "https://login.example.jp/midori/gate/dovecot",
            &format!("http://{warifu}/uni/gate/dovecot"),
        )
        .replace("Bearer KEY", &format!("Bearer {key}"));

    let folder = Place::new();
    let dovecot = Dovecot::start(&folder.path().join("gated"), "plain login", &gate);
    let options = dovecot.options();
    let found = check(&place, PASSWORD, &json(&options));
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
    assert!(
        told.iter()
            .any(|(_, mechanism, _)| mechanism == "LOGIN command")
    );
    assert!(
        told.iter()
            .any(|(_, mechanism, _)| mechanism == "USER command")
    );
    // The account is as it was, and both changes are on record.
    let shown = place.run(["user", "show", "uni", "probe", "--json"]).good();
    assert!(shown.contains("\"state\":\"active\""), "{shown}");
    let listed = place.run(["audit", "list", "uni"]).good();
    assert!(
        listed.contains("user.disabled") && listed.contains("user.enabled"),
        "{listed}"
    );
    assert!(listed.contains("warifu check mail"), "{listed}");

    // A wrong password, or a key that was taken away, is no proof of a gate.
    let found = check(&place, "not the password", &json(&options));
    assert_eq!(found.status.code(), Some(1));
    let told = verdicts(&found);
    assert!(
        told.iter()
            .all(|(_, mechanism, verdict)| verdict == "unknown" || mechanism == "no login"),
        "{told:#?}"
    );
    drop(dovecot);

    // Nobody listens any more.
    let found = check(&place, PASSWORD, &json(&options));
    assert_eq!(found.status.code(), Some(1), "nothing was proved");
    assert!(
        verdicts(&found)
            .iter()
            .all(|(_, _, verdict)| verdict == "closed"),
        "{}",
        found.out
    );

    // Without the gate, and with a mechanism that asks nobody.
    let dovecot = Dovecot::start(
        &folder.path().join("open"),
        "plain login cram-md5 anonymous",
        "",
    );
    let options = dovecot.options();
    let found = check(&place, PASSWORD, &json(&options));
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
    let found = check(&place, PASSWORD, &options);
    assert!(
        found.out.contains("OPEN") && found.out.contains("deploy/dovecot"),
        "{}",
        found.out
    );
    assert!(
        found.out.contains("ANONYMOUS") && found.out.contains("auth_mechanisms"),
        "{}",
        found.out
    );
    drop(dovecot);

    // A gate that only listens lets everybody in.
    let log_only = gate.replace("auth_policy_log_only = no", "auth_policy_log_only = yes");
    let dovecot = Dovecot::start(&folder.path().join("log"), "plain login", &log_only);
    let found = check(&place, PASSWORD, &dovecot.options());
    assert_eq!(found.status.code(), Some(7), "{}", found.out);
    // Another server's certificate is not believed, and then no password is sent.
    let mut arguments: Vec<String> = [
        "check",
        "mail",
        "uni",
        "--host",
        "localhost",
        "--login",
        "probe",
        "--json",
    ]
    .map(str::to_owned)
    .into();
    arguments.extend([
        "--ca".to_owned(),
        format!("{}/good-certificate.pem", files()),
    ]);
    arguments.extend(dovecot.options());
    let found = place.run_with(PASSWORD, arguments);
    assert_eq!(found.status.code(), Some(1));
    assert!(
        verdicts(&found)
            .iter()
            .all(|(_, _, verdict)| verdict == "not-reachable"),
        "{}",
        found.out
    );
}

/// Shows: SEC-55.
#[test]
fn sec_055_open_doors_of_a_real_postfix_are_found() {
    let mail = Place::new();
    MailServer::folders(mail.path());
    let (place, key) = postfix::set_up(mail.path());
    place
        .run_with(PASSWORD, ["user", "add", "uni", "probe", "--permanent"])
        .good();
    let (_server, warifu) = postfix::serve(&place);
    let server = MailServer::start(mail.path(), warifu, &key);
    for (submission, submissions) in server.ports() {
        let options: Vec<String> = [
            ("imap", 0),
            ("imaps", 0),
            ("pop3", 0),
            ("pop3s", 0),
            ("sieve", 0),
            ("submission", submission),
            ("submissions", submissions),
        ]
        .iter()
        .flat_map(|(name, port)| [format!("--{name}"), port.to_string()])
        .collect();
        let found = check(&place, PASSWORD, &json(&options));
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
    server.reconfigure("mynetworks", "127.0.0.0/8");
    let options: Vec<String> = [
        "--imap",
        "0",
        "--imaps",
        "0",
        "--pop3",
        "0",
        "--pop3s",
        "0",
        "--sieve",
        "0",
        "--submissions",
        "0",
    ]
    .iter()
    .map(|option| (*option).to_owned())
    .chain(["--submission".to_owned(), submission.to_string()])
    .collect();
    let found = check(&place, PASSWORD, &json(&options));
    assert_eq!(found.status.code(), Some(7), "{}", found.out);
    assert!(
        verdicts(&found)
            .iter()
            .all(|(_, _, verdict)| verdict == "open"),
        "{}",
        found.out
    );
    let shown = place.run(["user", "show", "uni", "probe", "--json"]).good();
    assert!(shown.contains("\"state\":\"active\""), "{shown}");
}
