//! A real Dovecot, not run by root, that asks a real Warifu with the settings of `deploy/dovecot` (K10, SEC-54 to SEC-56).

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::place::{Place, run};
use crate::process::Process;
use crate::relay::{free_port, wait_for};

const SETTINGS: &str = include_str!("../../../../deploy/dovecot/warifu-2.3.conf");
const CLIENTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cli/files/mail_clients.py"
);
const PRESET: &str = include_str!("../../../domain/src/policy/presets/campus-mail.toml");
const PASSWORD: &str = "kobutamisoniwara";

/// A campus of four addresses, of which one is an exception.
const NETWORKS: &str = "
[[networks]]
cidr = \"127.0.0.4/30\"
name = \"campus\"
trusted = true

[[networks]]
cidr = \"127.0.0.6\"
name = \"eduroam\"
trusted = false
";
const CAMPUS: &str = "127.0.0.5";
const EDUROAM: &str = "127.0.0.6";
const OPEN: &str = "127.0.0.20";
const EXPIRED: &str = "127.0.0.21";
const OUTSIDE: &str = "127.0.0.22";

struct Dovecot {
    imap: u16,
    pop3: u16,
    smtp: u16,
    _process: Process,
}

impl Dovecot {
    fn start(place: &Place, warifu: SocketAddr, key: &str) -> Self {
        let folder = place.path().join("dovecot");
        let (imap, pop3, smtp) = (free_port(), free_port(), free_port());
        for name in ["run", "state", "mail"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        let users = format!("alice:{{PLAIN}}{PASSWORD}\nbob:{{PLAIN}}{PASSWORD}\n");
        fs::write(folder.join("users"), users).unwrap();
        let settings = SETTINGS
            .replace(
                "https://login.example.jp/midori/gate/dovecot",
                &format!("http://{warifu}/uni/gate/dovecot"),
            )
            .replace("Bearer KEY", &format!("Bearer {key}"));
        let at = folder.display();
        let door = |name: &str, listener: &str, port: u16, closed: &str| {
            let closed = match closed {
                "" => String::new(),
                name => format!("  inet_listener {name} {{\n    port = 0\n  }}\n"),
            };
            format!(
                "service {name} {{\n  chroot =\n  inet_listener {listener} {{\n    port = {port}\n  }}\n{closed}}}\n"
            )
        };
        let conf = format!(
            "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nauth_verbose = yes\n\
             protocols = imap pop3 submission\nlisten = 127.0.0.1, ::1\nssl = no\ndisable_plaintext_auth = no\n\
             mail_location = maildir:~/Maildir\nfirst_valid_uid = 100\nauth_mechanisms = plain login\n\
             default_internal_user = nobody\ndefault_internal_group = nogroup\ndefault_login_user = nobody\n\
             auth_failure_delay = 0\nsubmission_relay_host = 127.0.0.1\nsubmission_relay_port = 9\n\
             service anvil {{\n  chroot =\n  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n\
             service stats {{\n  chroot =\n}}\n\
             passdb {{\n  driver = passwd-file\n  args = {at}/users\n}}\n\
             userdb {{\n  driver = static\n  args = uid=nobody gid=nogroup home={at}/mail/%u\n}}\n\
             {}{}{}{settings}",
            door("imap-login", "imap", imap, "imaps"),
            door("pop3-login", "pop3", pop3, "pop3s"),
            door("submission-login", "submission", smtp, ""),
        );
        fs::write(folder.join("dovecot.conf"), conf).unwrap();
        let mut chown = Command::new("chown");
        chown.args(["-R", "nobody:nogroup"]).arg(&folder);
        assert!(chown.status().unwrap().success());
        let mut open = Command::new("chmod");
        assert!(
            open.arg("a+rx")
                .arg(place.path())
                .status()
                .unwrap()
                .success()
        );
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"])
            .args(["dovecot", "-F", "-c"])
            .arg(folder.join("dovecot.conf"));
        let process = Process::start(command);
        wait_for("Dovecot", || {
            [imap, pop3, smtp]
                .iter()
                .all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok())
                .then_some(())
        });
        Self {
            imap,
            pop3,
            smtp,
            _process: process,
        }
    }

    /// What `user`'s mail clients of every kind hear from `source`, with each mechanism.
    fn ask(&self, user: &str, source: &str, password: &str) -> Vec<String> {
        let host = if source.contains(':') {
            "::1"
        } else {
            "127.0.0.1"
        };
        let mut logins = String::new();
        for (protocol, port) in [
            ("imap", self.imap),
            ("pop3", self.pop3),
            ("smtp", self.smtp),
        ] {
            for mechanism in ["PLAIN", "LOGIN"] {
                logins +=
                    &format!("{source} {host} {port} {protocol} {mechanism} {user} {password}\n");
            }
        }
        let mut python = Command::new("python3");
        python.arg(CLIENTS);
        let heard: Vec<String> = run(python, &logins)
            .good()
            .lines()
            .map(str::to_owned)
            .collect();
        assert_eq!(heard.len(), 6, "{heard:?}");
        heard
    }

    fn lets_in(&self, user: &str, source: &str) {
        for heard in self.ask(user, source, PASSWORD) {
            assert!(heard.starts_with("yes "), "{user} {source}: {heard}");
        }
    }

    /// Refused, with the address to visit; whatever the password is.
    fn refuses_with_words(&self, user: &str, source: &str) {
        for password in [PASSWORD, "wrong"] {
            for heard in self.ask(user, source, password) {
                let says = heard.starts_with("no ") && heard.contains("/uni/login");
                assert!(says, "{user} {source}: {heard}");
            }
        }
    }

    fn refuses_everybody(&self, why: &str) {
        for (user, source) in [("alice", CAMPUS), ("bob", OUTSIDE)] {
            for heard in self.ask(user, source, PASSWORD) {
                let shut = heard.starts_with("no ") && !heard.contains("no connection");
                assert!(shut, "{why}: {user} {source}: {heard}");
            }
        }
    }
}

/// The server's database beside it: what a login in a browser would have left there.
pub(crate) fn tamper(place: &Place, sql: &str) {
    let file = find_database(&place.path().join("data"));
    let database = rusqlite::Connection::open(file).unwrap();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    database.execute_batch(sql).unwrap();
}

pub(crate) fn number(place: &Place, sql: &str) -> i64 {
    let database = rusqlite::Connection::open(find_database(&place.path().join("data"))).unwrap();
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn find_database(data: &Path) -> std::path::PathBuf {
    let files = fs::read_dir(data.join("state")).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    files
        .find(|file| {
            file.extension()
                .is_some_and(|end| end == "db" || end == "sqlite")
        })
        .expect("a database")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server under test has no other clock"
)]
pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(now.unwrap().as_millis()).unwrap()
}

fn open_window(place: &Place, network: &str, address: &str, until: i64) {
    let since = until - 14 * 3_600_000;
    tamper(
        place,
        &format!(
            "INSERT INTO mail_window (tenant_id, user_id, network, address, since, until, services, used_at)
             SELECT tenant_id, id, {network}, {address}, {since}, {until}, 0, 0 FROM person WHERE login = 'alice'"
        ),
    );
}

pub(crate) fn v4(address: &str) -> String {
    let bytes = address.parse::<std::net::Ipv4Addr>().unwrap().octets();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{hex}'")
}

/// Shows: K2, K9, K10, SEC-55, SEC-56.
#[test]
fn k10_a_real_dovecot_lets_mail_clients_in_as_warifu_says_and_nobody_without_it() {
    let place = Place::with_server();
    place.write("uni.toml", &format!("{PRESET}{NETWORKS}"));
    place
        .run([
            "tenant",
            "add",
            "uni",
            "--name",
            "University",
            "--policy",
            "uni.toml",
        ])
        .good();
    for user in ["alice", "bob"] {
        let add = ["user", "add", "uni", user, "--permanent"];
        place.run_with("kobu tami soni wara", add).good();
    }
    let made = place.run(["gate", "add", "uni", "mx1"]).good();
    let key = made.lines().nth(1).unwrap().trim().to_owned();
    let mut command = place.command();
    command.arg("serve");
    let mut server = Process::start(command);
    let ready = server.err_until(" ready ").pop().unwrap();
    let (_, rest) = ready.split_once(" listen=").unwrap();
    let warifu: SocketAddr = rest.split(' ').next().unwrap().parse().unwrap();

    // A private mail address is the second factor of Alice; Bob has none.
    tamper(
        &place,
        "UPDATE person SET has_email = 1 WHERE login = 'alice'",
    );
    let hour = 3_600_000;
    open_window(&place, &v4(OPEN), &v4(OPEN), now_ms() + hour);
    open_window(&place, &v4(EXPIRED), &v4(EXPIRED), now_ms() - 1);
    let dovecot = Dovecot::start(&place, warifu, &key);

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
    assert_eq!(used("mail_window", OPEN), 7, "IMAP, POP3 and SMTP");
    assert_eq!(used("mail_refusal", OUTSIDE), 7);
    // A /64 for IPv6; closed, it is closed.
    let loopback = format!("x'40{}'", "00".repeat(16));
    open_window(
        &place,
        &loopback,
        &format!("x'{}01'", "00".repeat(15)),
        now_ms() + hour,
    );
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
