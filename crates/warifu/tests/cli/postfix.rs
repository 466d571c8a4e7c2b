//! A real Postfix that asks a real Warifu with the files of `deploy/postfix`: behind the passwords of a Dovecot, and without one
//! (K2, K9, K10, SEC-55).

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde_json::json;

use crate::dovecot::{now_ms, number, tamper, v4};
use crate::place::{Place, is_root, run};
use crate::process::Process;
use crate::relay::{free_port, run_postfix, wait_for};

const MAIN: &str = include_str!("../../../../deploy/postfix/main.cf");
const WITH_DOVECOT: &str = include_str!("../../../../deploy/postfix/master-with-dovecot.cf");
const WITHOUT_DOVECOT: &str = include_str!("../../../../deploy/postfix/master-without-dovecot.cf");
const FOR_DOVECOT: &str = include_str!("../../../../deploy/dovecot/warifu-2.3.conf");
const CLIENTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cli/files/smtp_clients.py"
);
const PRESET: &str = include_str!("../../../domain/src/policy/presets/campus-mail.toml");
const PASSWORD: &str = "kobu tami soni wara";
const HOUR: i64 = 3_600_000;

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
const OUTSIDE: &str = "127.0.0.22";
const SIX: &str = "::1";
const SOURCES: [&str; 4] = [CAMPUS, EDUROAM, OUTSIDE, SIX];

/// People, by what the second factor is to them: not used; used, and nowhere proved; proved an hour ago, too long ago, or ended.
const PEOPLE: [&str; 5] = ["off", "none", "open", "expired", "closed"];

/// A way to send mail.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Door {
    /// Postfix with a Dovecot that asks Warifu.
    Dovecot,
    /// Postfix with a Dovecot that asks nobody: Postfix alone asks, at each recipient.
    PolicyOnly,
    /// Postfix without Dovecot.
    Warifu,
}
const DOORS: [Door; 3] = [Door::Dovecot, Door::PolicyOnly, Door::Warifu];

/// A try to send, as `smtp_clients.py` reads it.
#[derive(Clone)]
struct Try {
    door: Door,
    user: &'static str,
    source: &'static str,
    mechanism: &'static str,
    password: &'static str,
    data: Option<&'static str>,
}

impl Try {
    fn new(door: Door, user: &'static str, source: &'static str) -> Self {
        Self {
            door,
            user,
            source,
            mechanism: "PLAIN",
            password: PASSWORD,
            data: None,
        }
    }
}

impl std::fmt::Debug for Try {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} {} {} {}",
            self.door, self.user, self.source, self.mechanism
        )
    }
}

/// A mail server with three doors, each as `submission` and as `submissions`.
pub(crate) struct MailServer {
    folder: PathBuf,
    ports: Vec<(u16, u16)>,
    dovecots: Vec<Process>,
    _postfix: Process,
}

impl MailServer {
    /// The folders that a server has before anything runs: Warifu's sockets lie in Postfix's queue.
    pub(crate) fn folders(folder: &Path) {
        assert!(is_root(), "Postfix can be started by root only");
        for name in ["conf", "spool/private", "spool/warifu", "data", "mail"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        let install = |owner: &str, group: &str, mode: &str, name: &str| {
            let mut install = Command::new("install");
            install
                .args(["-d", "-o", owner, "-g", group, "-m", mode])
                .arg(folder.join(name));
            assert!(install.status().unwrap().success());
        };
        install("65534", "postfix", "2750", "spool/warifu");
        install("postfix", "root", "0700", "spool/private");
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn start(folder: &Path, warifu: SocketAddr, key: &str) -> Self {
        let gate = FOR_DOVECOT
            .replace(
                "https://login.example.jp/midori/gate/dovecot",
                &format!("http://{warifu}/uni/gate/dovecot"),
            )
            .replace("Bearer KEY", &format!("Bearer {key}"));
        let dovecots = [("auth", gate.as_str()), ("ungated", "")].map(|(name, gate)| {
            let at = folder.join(format!("dovecot-{name}"));
            start_dovecot(&at, &folder.join("spool/private").join(name), gate)
        });
        let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/files");
        for name in ["relay-certificate.pem", "relay-key.pem"] {
            fs::copy(files.join(name), folder.join("conf").join(name)).unwrap();
        }
        let at = folder.display();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/spool\ndata_directory = {at}/data\n\
             maillog_file = {at}/mail.log\nmaillog_file_prefixes = {at}\nmyhostname = mail.example.jp\n\
             inet_interfaces = 127.0.0.1, ::1\ninet_protocols = all\nmynetworks = 192.0.2.1\nmydestination =\n\
             alias_maps =\nlocal_recipient_maps =\nvirtual_mailbox_domains = example.jp\n\
             virtual_mailbox_base = {at}/mail\nvirtual_mailbox_maps = inline:{{ taro@example.jp=inbox/ }}\n\
             virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\nvirtual_minimum_uid = 100\n\
             service_throttle_time = 1s\nsmtpd_tls_cert_file = {at}/conf/relay-certificate.pem\nsmtpd_tls_key_file = {at}/conf/relay-key.pem\n{MAIN}"
        );
        let mut services = String::new();
        let ports: Vec<(u16, u16)> = DOORS
            .iter()
            .map(|door| {
                let ports = (free_port(), free_port());
                let fragment = match door {
                    Door::Dovecot => WITH_DOVECOT.to_owned(),
                    Door::PolicyOnly => {
                        WITH_DOVECOT.replace("path=private/auth", "path=private/ungated")
                    }
                    Door::Warifu => WITHOUT_DOVECOT.to_owned(),
                };
                // Ports of the test's own; no chroot, which would need Postfix's files copied into the queue.
                services += &fragment
                    .replace(
                        "submission inet n       -       y",
                        &format!("{} inet n - n", ports.0),
                    )
                    .replace(
                        "submissions inet n      -       y",
                        &format!("{} inet n - n", ports.1),
                    );
                ports
            })
            .collect();
        let all: Vec<u16> = ports
            .iter()
            .flat_map(|(one, other)| [*one, *other])
            .collect();
        let postfix = run_postfix(folder, &main, &services, &all);
        Self {
            folder: folder.to_owned(),
            ports,
            dovecots: dovecots.into(),
            _postfix: postfix,
        }
    }

    /// What each sender hears; one after the other, half of them with TLS from the first byte.
    fn send(&self, tries: &[Try]) -> Vec<String> {
        let mut lines = String::new();
        for (number, one) in tries.iter().enumerate() {
            let ports = self.ports[DOORS.iter().position(|door| *door == one.door).unwrap()];
            let (door, port) = [("submission", ports.0), ("submissions", ports.1)][number % 2];
            let host = if one.source == SIX {
                "::1"
            } else {
                "127.0.0.1"
            };
            let line = json!({
                "source": one.source, "host": host, "port": port, "door": door, "mechanism": one.mechanism,
                "user": one.user, "password": one.password, "recipient": "taro@example.jp", "data": one.data,
            });
            lines += &format!("{line}\n");
        }
        let mut python = Command::new("/usr/bin/python3");
        python.arg(CLIENTS);
        let heard: Vec<String> = run(python, &lines)
            .good()
            .lines()
            .map(str::to_owned)
            .collect();
        assert_eq!(heard.len(), tries.len(), "{heard:#?}");
        heard
    }

    #[track_caller]
    fn lets_in(&self, tries: &[Try]) {
        for (one, heard) in tries.iter().zip(self.send(tries)) {
            assert!(
                heard.starts_with("yes 250"),
                "{one:?}: {heard}\n{}",
                self.log()
            );
        }
    }

    /// Refused where the door asks, with the address to visit, in ASCII.
    #[track_caller]
    fn refuses_with_words(&self, tries: &[Try]) {
        for (one, heard) in tries.iter().zip(self.send(tries)) {
            let where_to = match one.door {
                Door::Dovecot | Door::Warifu => "no auth 535 5.7.8 ",
                Door::PolicyOnly => "no rcpt 554 5.7.1 ",
            };
            let is_good =
                heard.starts_with(where_to) && heard.contains("/uni/login") && heard.is_ascii();
            assert!(is_good, "{one:?}: {heard}\n{}", self.log());
        }
    }

    #[track_caller]
    fn refuses_without_words(&self, tries: &[Try]) {
        for (one, heard) in tries.iter().zip(self.send(tries)) {
            let is_good = heard.starts_with("no ")
                && !heard.contains("/uni/login")
                && !heard.contains("connection");
            assert!(is_good, "{one:?}: {heard}\n{}", self.log());
        }
    }

    /// However the door is shut: nobody sends.
    #[track_caller]
    fn is_shut(&self, why: &str, tries: &[Try]) {
        for (one, heard) in tries.iter().zip(self.send(tries)) {
            assert!(
                heard.starts_with("no "),
                "{why}: {one:?}: {heard}\n{}",
                self.log()
            );
        }
    }

    /// The ports of each door: STARTTLS, and TLS from the first byte.
    pub(crate) fn ports(&self) -> Vec<(u16, u16)> {
        self.ports.clone()
    }

    /// Changes a setting of main.cf while Postfix runs.
    pub(crate) fn reconfigure(&self, name: &str, value: &str) {
        let conf = self.folder.join("conf");
        let mut edit = Command::new("postconf");
        edit.arg("-c")
            .arg(&conf)
            .arg("-e")
            .arg(format!("{name} = {value}"));
        assert!(edit.status().unwrap().success());
        let mut reload = Command::new("postfix");
        assert!(
            reload
                .arg("-c")
                .arg(&conf)
                .arg("reload")
                .output()
                .unwrap()
                .status
                .success()
        );
    }

    fn log(&self) -> String {
        let log = fs::read_to_string(self.folder.join("mail.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // Its children belong to a session of their own.
        let _ = Command::new("postfix")
            .arg("-c")
            .arg(self.folder.join("conf"))
            .arg("stop")
            .output();
        for dovecot in self.dovecots.drain(..) {
            dovecot.signal("TERM");
            dovecot.end();
        }
    }
}

/// A Dovecot that does nothing but know passwords, for the Postfix beside it.
fn start_dovecot(folder: &Path, socket: &Path, gate: &str) -> Process {
    fs::create_dir_all(folder).unwrap();
    let users: String = PEOPLE
        .iter()
        .map(|user| format!("{user}:{{PLAIN}}{PASSWORD}\n"))
        .collect();
    fs::write(folder.join("users"), users).unwrap();
    let (at, socket) = (folder.display(), socket.display());
    let config = format!(
        "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nprotocols =\nssl = no\n\
         auth_mechanisms = plain login\nauth_failure_delay = 0\ndisable_plaintext_auth = no\n\
         passdb {{\n  driver = passwd-file\n  args = {at}/users\n}}\n\
         userdb {{\n  driver = static\n  args = uid=65534 gid=65534 home={at}\n}}\n\
         service anvil {{\n  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n\
         service auth {{\n  unix_listener {socket} {{\n    mode = 0660\n    user = postfix\n    group = postfix\n  }}\n}}\n\
         {gate}"
    );
    fs::write(folder.join("dovecot.conf"), config).unwrap();
    let mut command = Command::new("/usr/sbin/dovecot");
    command.arg("-F").arg("-c").arg(folder.join("dovecot.conf"));
    let process = Process::start(command);
    wait_for("Dovecot", || {
        std::os::unix::net::UnixStream::connect(format!("{socket}")).ok()
    });
    process
}

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
    let mut place = Place::with_server();
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
    let made = place.run(["gate", "add", "uni", "mx1"]).good();
    let key = made.lines().nth(1).unwrap().trim().to_owned();
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

pub(crate) fn serve(place: &Place) -> (Process, SocketAddr) {
    let mut command = place.command();
    command.arg("serve");
    let mut server = Process::start(command);
    let ready = server.err_until(" ready ").pop().unwrap();
    let (_, rest) = ready.split_once(" listen=").unwrap();
    (server, rest.split(' ').next().unwrap().parse().unwrap())
}

/// Shows: K2, K9, K10, SEC-52, SEC-55.
#[test]
fn sec_055_a_real_postfix_lets_senders_in_as_warifu_says_and_nobody_without_it() {
    let mail = Place::new();
    MailServer::folders(mail.path());
    let (place, key) = set_up(mail.path());
    let (server, warifu) = serve(&place);
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
        assert_eq!(count("mail_refusal", user), 3, "{user}");
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
    // And open again.
    let (_server, _) = serve(&place);
    postfix.lets_in(&[
        Try::new(Door::PolicyOnly, "off", CAMPUS),
        Try::new(Door::Warifu, "off", CAMPUS),
    ]);
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
