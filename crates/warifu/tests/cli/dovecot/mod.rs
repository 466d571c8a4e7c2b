//! A real Dovecot, not run by root, with the settings of `deploy/dovecot`, and what lies between it and Warifu.

mod gate;
mod kick;
mod matrix;
mod tap;

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::place::{Place, run};
use crate::process::Process;
use crate::relay::{free_port, wait_for};

const SETTINGS: &str = include_str!("../../../../../deploy/dovecot/warifu-2.3.conf");
const KICK_SETTINGS: &str = include_str!("../../../../../deploy/dovecot/warifu-kick-2.3.conf");
const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/files");
pub(crate) const PRESET: &str =
    include_str!("../../../../domain/src/policy/presets/campus-mail.toml");
const PASSWORD: &str = "kobutamisoniwara";

/// A campus of four addresses, of which one is an exception.
pub(crate) const NETWORKS: &str = "
[[networks]]
cidr = \"127.0.0.4/30\"
name = \"campus\"
trusted = true

[[networks]]
cidr = \"127.0.0.6\"
name = \"eduroam\"
trusted = false
";
pub(crate) const CAMPUS: &str = "127.0.0.5";
pub(crate) const EDUROAM: &str = "127.0.0.6";
const OPEN: &str = "127.0.0.20";
pub(crate) const OUTSIDE: &str = "127.0.0.22";

/// Ways in, by the names that the clients of these tests have for them.
const DOORS: [&str; 4] = ["imap", "pop3", "smtp", "sieve"];

struct Dovecot {
    folder: PathBuf,
    /// Ports, in the order of [`DOORS`].
    doors: [u16; 4],
    doveadm: u16,
    _process: Process,
}

/// What is different from one test to the next.
struct Wanted<'a> {
    warifu: SocketAddr,
    key: &'a str,
    users: &'a [&'a str],
    doveadm_key: &'a str,
    doveadm_tls: bool,
}

impl Dovecot {
    fn start(place: &Place, wanted: &Wanted<'_>) -> Self {
        let folder = place.path().join("dovecot");
        for name in ["run", "state", "mail"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        let users = wanted.users.iter();
        let users: String = users
            .map(|user| format!("{user}:{{PLAIN}}{PASSWORD}\n"))
            .collect();
        fs::write(folder.join("users"), users).unwrap();
        let (doors, doveadm) = (DOORS.map(|_| free_port()), free_port());
        let conf = format!(
            "{}{}{}",
            own_settings(&folder, doors),
            SETTINGS
                .replace(
                    "https://login.example.jp/midori/gate/dovecot",
                    &format!("http://{}/uni/gate/dovecot", wanted.warifu),
                )
                .replace("Bearer KEY", &format!("Bearer {}", wanted.key)),
            KICK_SETTINGS
                .replace("8443", &doveadm.to_string())
                .replace(
                    "ssl = yes",
                    if wanted.doveadm_tls {
                        "ssl = yes"
                    } else {
                        "ssl = no"
                    }
                )
                .replace("= KEY", &format!("= {}", wanted.doveadm_key)),
        );
        fs::write(folder.join("dovecot.conf"), conf).unwrap();
        let mut chown = Command::new("chown");
        chown.args(["-R", "nobody:nogroup"]).arg(&folder);
        assert!(chown.status().unwrap().success());
        let mut open = Command::new("chmod");
        open.arg("a+rx").arg(place.path());
        assert!(open.status().unwrap().success());
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"])
            .args(["dovecot", "-F", "-c"])
            .arg(folder.join("dovecot.conf"));
        let process = Process::start(command);
        wait_for("Dovecot", || {
            let mut ports = doors.iter().chain([&doveadm]);
            let all = ports.all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok());
            all.then_some(())
        });
        Self {
            folder,
            doors,
            doveadm,
            _process: process,
        }
    }

    /// What `user`'s mail clients of every kind hear from `source`, with each mechanism.
    fn ask(&self, user: &str, source: &str, password: &str) -> Vec<String> {
        let host = host_for(source);
        let mut logins = String::new();
        for (protocol, port) in DOORS.iter().zip(self.doors) {
            for mechanism in ["PLAIN", "LOGIN"] {
                logins +=
                    &format!("{source} {host} {port} {protocol} {mechanism} {user} {password}\n");
            }
        }
        let mut python = Command::new("python3");
        python.arg(format!("{FILES}/mail_clients.py"));
        let heard: Vec<String> = run(python, &logins)
            .good()
            .lines()
            .map(str::to_owned)
            .collect();
        assert_eq!(heard.len(), 2 * DOORS.len(), "{heard:?}");
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

    /// Who is connected, as `who` of its own command line says: name, service, address.
    fn who(&self) -> Vec<String> {
        let mut doveadm = Command::new("doveadm");
        doveadm.arg("-c").arg(self.folder.join("dovecot.conf"));
        doveadm.args(["-f", "tab", "who", "-1"]);
        let lines = run(doveadm, "").good();
        let mut who: Vec<String> = lines
            .lines()
            .skip(1)
            .map(|line| {
                let fields: Vec<&str> = line.split('\t').collect();
                format!("{} {} {}", fields[0], fields[1], fields[3])
            })
            .collect();
        who.sort();
        who
    }

    /// Waits until nobody else is connected: a process ends a moment after its client has heard of it.
    fn has_left(&self, expected: &[String]) {
        wait_for("those who stay", || (self.who() == expected).then_some(()));
    }
}

fn host_for(source: &str) -> &'static str {
    match source.contains(':') {
        true => "::1",
        false => "127.0.0.1",
    }
}

/// Everything that a Dovecot has besides the settings that are shipped.
fn own_settings(folder: &Path, [imap, pop3, smtp, sieve]: [u16; 4]) -> String {
    let at = folder.display();
    let door = |name: &str, listener: &str, port: u16, closed: &str| {
        let closed = match closed {
            "" => String::new(),
            name => format!("  inet_listener {name} {{\n    port = 0\n  }}\n"),
        };
        format!(
            "service {name}-login {{\n  chroot =\n  inet_listener {listener} {{\n    port = {port}\n  }}\n{closed}}}\n"
        )
    };
    format!(
        "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nauth_verbose = yes\n\
         protocols = imap pop3 submission sieve\nlisten = 127.0.0.1, ::1\nssl = yes\ndisable_plaintext_auth = no\n\
         ssl_cert = <{FILES}/relay-certificate.pem\nssl_key = <{FILES}/relay-key.pem\n\
         mail_location = maildir:~/Maildir\nfirst_valid_uid = 100\nauth_mechanisms = plain login\n\
         default_internal_user = nobody\ndefault_internal_group = nogroup\ndefault_login_user = nobody\n\
         auth_failure_delay = 0\nsubmission_relay_host = 127.0.0.1\nsubmission_relay_port = 9\n\
         service anvil {{\n  chroot =\n  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n\
         service stats {{\n  chroot =\n}}\n\
         passdb {{\n  driver = passwd-file\n  args = {at}/users\n}}\n\
         userdb {{\n  driver = static\n  args = uid=nobody gid=nogroup home={at}/mail/%u\n}}\n\
         {}{}{}{}",
        door("imap", "imap", imap, "imaps"),
        door("pop3", "pop3", pop3, "pop3s"),
        door("submission", "submission", smtp, ""),
        door("managesieve", "sieve", sieve, ""),
    )
}

/// A place with the organisation `uni`, where these people are, and the key of a mail server.
/// A server that has clients on its own machine: where a proxy would have an address of its own, the other addresses of loopback are
/// theirs (SEC-51).
pub(crate) fn with_clients_here() -> Place {
    let place = Place::with_server();
    let config = place.read("data/warifu.toml");
    let told = config.replace("trusted_proxies = []", "trusted_proxies = ['127.0.0.254']");
    assert_ne!(told, config);
    place.write("data/warifu.toml", &told);
    place
}

fn with_people(networks: &str, people: &[&str]) -> (Place, String) {
    let place = with_clients_here();
    place.write("uni.toml", &format!("{PRESET}{networks}"));
    let add = ["tenant", "add", "uni", "--name", "University"];
    place
        .run(add.iter().chain(&["--policy", "uni.toml"]))
        .good();
    for user in people {
        let add = ["user", "add", "uni", user, "--permanent"];
        place.run_with("kobu tami soni wara", add).good();
    }
    let made = place.run(["gate", "add", "uni", "mx1"]).good();
    let key = made.lines().nth(1).unwrap().trim().to_owned();
    (place, key)
}

/// Starts the server; with the addresses of its pages and of its metrics.
fn serve(place: &Place) -> (Process, SocketAddr, SocketAddr) {
    let mut command = place.command();
    command.arg("serve");
    let mut process = Process::start(command);
    let ready = process.err_until(" ready ").pop().unwrap();
    let address = |name: &str| {
        let (_, rest) = ready.split_once(&format!(" {name}=")).unwrap();
        rest.split(' ').next().unwrap().parse().unwrap()
    };
    let (pages, metrics) = (address("listen"), address("metrics"));
    (process, pages, metrics)
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

fn find_database(data: &Path) -> PathBuf {
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

const HOUR_MS: i64 = 3_600_000;

/// What a second factor at `source` would have left, ending at `until`.
fn open_window(place: &Place, login: &str, source: &str, until: i64) {
    let (network, address) = match source {
        // A /64.
        "::1" => (
            format!("x'40{}'", "00".repeat(16)),
            format!("x'{}01'", "00".repeat(15)),
        ),
        other => (v4(other), v4(other)),
    };
    let since = until - 14 * HOUR_MS;
    tamper(
        place,
        &format!(
            "INSERT OR REPLACE INTO mail_window (tenant_id, user_id, network, address, since, until, services, used_at)
             SELECT tenant_id, id, {network}, {address}, {since}, {until}, 0, 0 FROM person WHERE login = '{login}'"
        ),
    );
}

pub(crate) fn v4(address: &str) -> String {
    let bytes = address.parse::<std::net::Ipv4Addr>().unwrap().octets();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{hex}'")
}
