//! A mail server of the tests' own: a real Postfix with the files of `deploy/postfix`, and the Dovecots whose passwords it has.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::dovecot::Installed;
use crate::place::{is_root, run};
use crate::process::Process;
use crate::relay::{free_port, run_postfix, wait_for};

const MAIN: &str = include_str!("../../../../deploy/postfix/main.cf");
const WITH_DOVECOT: &str = include_str!("../../../../deploy/postfix/master-with-dovecot.cf");
const WITHOUT_DOVECOT: &str = include_str!("../../../../deploy/postfix/master-without-dovecot.cf");
const CLIENTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cli/files/smtp_clients.py"
);
/// Everybody's.
pub(crate) const PASSWORD: &str = "kobu tami soni wara";
pub(crate) const SIX: &str = "::1";

/// People, by what the second factor is to them: not used; used, and nowhere proved; proved an hour ago, too long ago, or ended.
pub(crate) const PEOPLE: [&str; 5] = ["off", "none", "open", "expired", "closed"];

/// A way to send mail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Door {
    /// Postfix with a Dovecot that asks Warifu.
    Dovecot,
    /// Postfix with a Dovecot that asks nobody: Postfix alone asks, at each recipient.
    PolicyOnly,
    /// Postfix without Dovecot.
    Warifu,
}
pub(crate) const DOORS: [Door; 3] = [Door::Dovecot, Door::PolicyOnly, Door::Warifu];

/// A try to send, as `smtp_clients.py` reads it.
#[derive(Clone)]
pub(crate) struct Try {
    pub(crate) door: Door,
    pub(crate) user: &'static str,
    pub(crate) source: &'static str,
    pub(crate) mechanism: &'static str,
    pub(crate) password: &'static str,
    pub(crate) data: Option<&'static str>,
}

impl Try {
    pub(crate) fn new(door: Door, user: &'static str, source: &'static str) -> Self {
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
    pub(crate) folder: PathBuf,
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
        let installed = Installed::here();
        let (gate, _) = installed.series.shipped();
        let gate = gate
            .replace(
                "https://login.example.jp/midori/gate/dovecot",
                &format!("http://{warifu}/uni/gate/dovecot"),
            )
            .replace("Bearer KEY", &format!("Bearer {key}"));
        let dovecots = [("auth", gate.as_str()), ("ungated", "")].map(|(name, gate)| {
            let at = folder.join(format!("dovecot-{name}"));
            start_dovecot(
                &installed,
                &at,
                &folder.join("spool/private").join(name),
                gate,
            )
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
    pub(crate) fn send(&self, tries: &[Try]) -> Vec<String> {
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
    pub(crate) fn lets_in(&self, tries: &[Try]) {
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
    pub(crate) fn refuses_with_words(&self, tries: &[Try]) {
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
    pub(crate) fn refuses_without_words(&self, tries: &[Try]) {
        for (one, heard) in tries.iter().zip(self.send(tries)) {
            let is_good = heard.starts_with("no ")
                && !heard.contains("/uni/login")
                && !heard.contains("connection");
            assert!(is_good, "{one:?}: {heard}\n{}", self.log());
        }
    }

    /// However the door is shut: nobody sends.
    #[track_caller]
    pub(crate) fn is_shut(&self, why: &str, tries: &[Try]) {
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
fn start_dovecot(installed: &Installed, folder: &Path, socket: &Path, gate: &str) -> Process {
    fs::create_dir_all(folder).unwrap();
    let users: String = PEOPLE
        .iter()
        .chain(&["probe"])
        .map(|user| format!("{user}:{{PLAIN}}{PASSWORD}\n"))
        .collect();
    fs::write(folder.join("users"), users).unwrap();
    let (passwords, socket) = (installed.series.only_passwords(folder), socket.display());
    let config = format!(
        "{passwords}auth_mechanisms = plain login\n\
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
