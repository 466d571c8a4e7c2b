//! SEC-54: what mail clients have open at a real Dovecot ends with their window, over its doveadm.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::tap::Tap;
use super::{
    CAMPUS, Dovecot, FILES, HOUR_MS, Installed, NETWORKS, OPEN, OUTSIDE, PASSWORD, Wanted,
    host_for, now_ms, open_window, serve, tamper, with_people,
};
use crate::client::Client;
use crate::place::Place;
use crate::process::PATIENCE;
use crate::relay::{free_port, wait_for};

const DOVEADM_KEY: &str = "3b1f6f0a5d8c4c0e9a7d2f1b";
/// Whoever sits at the server itself, in these tests at a browser, is on campus.
const HERE: &str = "
[[networks]]
cidr = \"127.0.0.1\"
name = \"machine room\"
trusted = true
";
/// A name that doveadm by itself would take for an address.
const LIKE_AN_ADDRESS: &str = "10.0.0.1";

/// Mail clients that stay connected.
struct Idle {
    child: Child,
    /// They go when this does.
    _input: ChildStdin,
    said: Receiver<String>,
}

impl Idle {
    /// Who connects from where, by which protocol; all of them are connected when this returns.
    fn connect(dovecot: &Dovecot<'_>, clients: &[(&str, &str, &str)]) -> Self {
        let mut python = Command::new("python3");
        python.arg(format!("{FILES}/idle_clients.py"));
        for (user, source, protocol) in clients {
            let port = match *protocol {
                "imap" => dovecot.ports.imap,
                _ => dovecot.ports.pop3,
            };
            let host = host_for(source);
            python.arg(format!(
                "{source},{host},{port},{protocol},{user},{PASSWORD}"
            ));
        }
        python.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = python.spawn().unwrap();
        let (sender, said) = channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        thread::spawn(move || lines.for_each(|line| drop(sender.send(line.unwrap()))));
        let idle = Self {
            _input: child.stdin.take().unwrap(),
            child,
            said,
        };
        for number in 0..clients.len() {
            assert_eq!(idle.next(), format!("open {number}"));
        }
        idle
    }

    fn next(&self) -> String {
        self.said
            .recv_timeout(PATIENCE)
            .expect("a mail client says something")
    }

    /// Waits until as many connections were ended as there are numbers, and checks that it was those.
    fn closed(&self, numbers: &[usize]) {
        let mut closed: Vec<usize> = Vec::new();
        for _ in numbers {
            let line = self.next();
            let number = line.strip_prefix("closed ").unwrap();
            closed.push(number.split(' ').next().unwrap().parse().unwrap());
        }
        closed.sort_unstable();
        assert_eq!(closed, numbers);
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tells Warifu of a mail server.
fn configure(place: &Place, doveadm: &str, key: &str) {
    place.write("data/doveadm-key", &format!("{key}\n"));
    let config = place.read("data/warifu.toml");
    let (config, _) = config
        .split_once("\n[[mail_server]]")
        .unwrap_or((&config, ""));
    place.write(
        "data/warifu.toml",
        &format!(
            "{config}\n[[mail_server]]\ntenant = 'uni'\ndoveadm = '{doveadm}'\nkey_file = 'doveadm-key'\n\
             authorities = '{FILES}/relay-certificate.pem'\n"
        ),
    );
}

fn counted(metrics: SocketAddr, name: &str) -> u64 {
    let page = Client::new(metrics).get("/metrics").body;
    let line = page.lines().find_map(|line| line.strip_prefix(name));
    line.expect(name).trim().parse().unwrap()
}

/// Shows: SEC-54.
#[test]
fn sec_054_an_idle_connection_at_a_real_dovecot_ends_with_its_window_and_no_other_does() {
    end_with_windows(&Installed::here());
}

/// Shows: SEC-54.
#[test]
fn sec_054_an_idle_connection_at_a_dovecot_of_another_series_ends_with_its_window() {
    if let Some(installed) = Installed::elsewhere() {
        end_with_windows(&installed);
    }
}

fn end_with_windows(installed: &Installed) {
    let people = ["alice", "bob", LIKE_AN_ADDRESS];
    let (place, key) = with_people(NETWORKS, &people);
    // Past the check of the policy: from this address a proxy would speak for everybody.
    tamper(
        &place,
        &format!(
            "UPDATE tenant SET policy = policy || '{HERE}', revision = revision + 1 WHERE slug = 'uni'"
        ),
    );
    tamper(
        &place,
        "UPDATE person SET has_email = 1 WHERE login <> 'bob'",
    );
    let port = free_port();
    configure(&place, &format!("https://localhost:{port}"), DOVEADM_KEY);
    let (_server, warifu, metrics) = serve(&place);
    let folder = place.path().join("dovecot");
    let wanted = Wanted {
        doveadm_key: DOVEADM_KEY,
        doveadm_tls: true,
        ..Wanted::new(warifu, &key, &people)
    };
    let dovecot = Dovecot::start(installed, &folder, &wanted);
    let _tap = Tap::before(([127, 0, 0, 1], dovecot.ports.doveadm).into(), port);
    let found = place.run(["check"]);
    assert!(
        found
            .out
            .contains(&format!("uni: doveadm at https://localhost:{port} answers")),
        "{}{}",
        found.out,
        found.err
    );

    let soon = now_ms() + 4_000;
    open_window(&place, "alice", OPEN, soon);
    open_window(&place, LIKE_AN_ADDRESS, OPEN, soon);
    open_window(&place, "alice", OUTSIDE, now_ms() + HOUR_MS);
    open_window(&place, "alice", "::1", now_ms() + HOUR_MS);
    let idle = Idle::connect(
        &dovecot,
        &[
            ("alice", OPEN, "imap"),
            ("alice", OPEN, "pop3"),
            (LIKE_AN_ADDRESS, OPEN, "imap"),
            // Another address of the same person, one in a trusted network, and somebody else at the same address.
            ("alice", OUTSIDE, "imap"),
            ("alice", CAMPUS, "imap"),
            ("bob", OPEN, "imap"),
            ("alice", "::1", "imap"),
        ],
    );
    assert!(now_ms() < soon, "the machine is too slow for this test");
    idle.closed(&[0, 1, 2]);
    assert!(now_ms() >= soon, "not before the window ends");
    assert!(now_ms() < soon + 30_000, "within the documented grace");
    let left = |sources: &[&str]| -> Vec<String> {
        let mut left: Vec<String> = sources
            .iter()
            .map(|from| format!("alice imap {from}"))
            .collect();
        left.push(format!("bob imap {OPEN}"));
        left.sort();
        left
    };
    dovecot.has_left(&left(&[OUTSIDE, CAMPUS, "::1"]));

    // Closed by its owner, at the page.
    let mut browser = Client::new(warifu);
    let fields = [("login", "alice"), ("password", "kobu tami soni wara")];
    assert_eq!(browser.submit("/uni/login", &fields).status, 303);
    let page = browser.get("/uni/account/mail");
    assert!(page.body.contains(OUTSIDE), "{}", page.body);
    let network = [("network", "7f000016")];
    let closed = browser.submit_to("/uni/account/mail", "/uni/account/mail/close", &network);
    assert_eq!(closed.status, 303, "{}", closed.body);
    idle.closed(&[3]);
    dovecot.has_left(&left(&[CAMPUS, "::1"]));

    // Disabled, she is out everywhere, on campus as well.
    place.run(["user", "disable", "uni", "alice"]).good();
    idle.closed(&[4, 6]);
    dovecot.has_left(&left(&[]));
    assert_eq!(counted(metrics, "warifu_mail_sessions_ended_total"), 6);
    let trail = place.run(["audit", "list", "uni"]).good();
    // Once for each window, and once for the account.
    assert_eq!(trail.matches("mail_sessions.ended").count(), 4, "{trail}");
}

/// Shows: SEC-54.
#[test]
fn sec_054_a_dovecot_that_cannot_be_asked_is_asked_again_even_after_a_restart() {
    ask_again(&Installed::here());
}

/// Shows: SEC-54.
#[test]
fn sec_054_a_dovecot_of_another_series_that_cannot_be_asked_is_asked_again() {
    if let Some(installed) = Installed::elsewhere() {
        ask_again(&installed);
    }
}

fn ask_again(installed: &Installed) {
    let (place, key) = with_people(NETWORKS, &["alice", "bob"]);
    let port = free_port();
    let doveadm = format!("http://127.0.0.1:{port}");
    configure(&place, &doveadm, "not the right key");
    let (mut server, warifu, metrics) = serve(&place);
    let folder = place.path().join("dovecot");
    let wanted = Wanted {
        doveadm_key: DOVEADM_KEY,
        doveadm_tls: false,
        ..Wanted::new(warifu, &key, &["alice", "bob"])
    };
    let dovecot = Dovecot::start(installed, &folder, &wanted);
    let idle = Idle::connect(
        &dovecot,
        &[("alice", OUTSIDE, "imap"), ("bob", OUTSIDE, "imap")],
    );
    let found = place.run(["check"]).bad().0;
    assert_ne!(found, 0);
    place.run(["user", "disable", "uni", "alice"]).good();
    let mut log = server.err_until("cannot be ended yet");
    assert!(log.last().unwrap().contains("refused"), "{log:?}");

    // Now it listens, and does not take the key.
    let _tap = Tap::before(([127, 0, 0, 1], dovecot.ports.doveadm).into(), port);
    let at_once = || tamper(&place, "UPDATE mail_kick SET due_at = 0");
    at_once();
    log.extend(server.err_until("does not take the key (401)"));
    let checked = place.run(["check"]);
    assert!(
        checked.out.contains("does not take the key (401)"),
        "{}",
        checked.out
    );
    assert_eq!(dovecot.who().len(), 2, "nobody is out yet");
    wait_for("the numbers", || {
        (counted(metrics, "warifu_mail_sessions_postponed_total") >= 2).then_some(())
    });

    server.signal("TERM");
    let (status, _, rest) = server.end();
    assert!(status.success());
    log.extend(rest);
    configure(&place, &doveadm, DOVEADM_KEY);
    let (mut server, ..) = serve(&place);
    at_once();
    idle.closed(&[0]);
    dovecot.has_left(&[format!("bob imap {OUTSIDE}")]);
    log.extend(server.err_until("connections of mail clients are ended"));
    for line in log {
        assert!(
            !line.contains(DOVEADM_KEY) && !line.contains("not the right key"),
            "{line}"
        );
    }
}
