//! A running Dovecot of a test's own, not run by root, with the settings of `deploy/dovecot`; and who gets in there.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::install::{Installed, Series};
use super::settings::{Own, Ports, TOKENS_FILE};
use super::{FILES, host_for};
use crate::place::run;
use crate::process::Process;
use crate::relay::{wait_for, wait_or};

/// Everybody's.
pub(crate) const PASSWORD: &str = "kobutamisoniwara";

/// Ways in, by the names that the clients of these tests have for them.
pub(super) const DOORS: [&str; 4] = ["imap", "pop3", "smtp", "sieve"];

/// What a Dovecot does about Warifu.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gate {
    /// Asks it, with the settings that are shipped.
    Shipped,
    /// Asks it, and goes on whatever the answer is.
    LogOnly,
    /// Knows nothing of it.
    Missing,
}

/// What is different from one test to the next.
pub(crate) struct Wanted<'a> {
    pub(crate) warifu: SocketAddr,
    pub(crate) key: &'a str,
    pub(crate) users: &'a [&'a str],
    pub(crate) gate: Gate,
    pub(crate) mechanisms: &'a str,
    /// Who knows access tokens, if they are taken.
    pub(crate) introspection: Option<SocketAddr>,
    /// Port on 127.0.0.1 where mail is passed on to.
    pub(crate) relay: u16,
    pub(crate) doveadm_key: &'a str,
    pub(crate) doveadm_tls: bool,
}

impl<'a> Wanted<'a> {
    /// Asks `warifu` about these people, and nothing else.
    pub(crate) fn new(warifu: SocketAddr, key: &'a str, users: &'a [&'a str]) -> Self {
        Self {
            warifu,
            key,
            users,
            gate: Gate::Shipped,
            mechanisms: "plain login",
            introspection: None,
            relay: 9,
            doveadm_key: "unused",
            doveadm_tls: false,
        }
    }

    /// The files of `deploy/dovecot` with the values of this test.
    fn shipped(&self, series: Series, doveadm: u16) -> String {
        let (gate, kick) = series.shipped();
        let gate = gate
            .replace(
                "https://login.example.jp/midori/gate/dovecot",
                &format!("http://{}/uni/gate/dovecot", self.warifu),
            )
            .replace("Bearer KEY", &format!("Bearer {}", self.key));
        let log_only = "auth_policy_log_only = no";
        assert!(gate.contains(log_only), "{gate}");
        let gate = match self.gate {
            Gate::Shipped => gate,
            Gate::LogOnly => gate.replace(log_only, "auth_policy_log_only = yes"),
            Gate::Missing => String::new(),
        };
        let tls = if self.doveadm_tls { "yes" } else { "no" };
        let kick = kick
            .replace("8443", &doveadm.to_string())
            .replace("ssl = yes", &format!("ssl = {tls}"))
            .replace("= KEY", &format!("= {}", self.doveadm_key));
        gate + &kick
    }
}

/// A running one.
pub(crate) struct Dovecot<'i> {
    installed: &'i Installed,
    folder: PathBuf,
    pub(crate) ports: Ports,
    process: Option<Process>,
}

impl<'i> Dovecot<'i> {
    /// Starts in a new folder, the one above which everybody may pass through.
    pub(crate) fn start(installed: &'i Installed, folder: &Path, wanted: &Wanted<'_>) -> Self {
        for name in ["run", "state", "mail"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        for name in ["relay-certificate.pem", "relay-key.pem"] {
            fs::copy(Path::new(FILES).join(name), folder.join(name)).unwrap();
        }
        let users = wanted.users.iter();
        let users: String = users
            .map(|user| format!("{user}:{{PLAIN}}{PASSWORD}\n"))
            .collect();
        fs::write(folder.join("users"), users).unwrap();
        let ports = Ports::draw();
        let own = Own {
            ports: &ports,
            relay: wanted.relay,
            mechanisms: wanted.mechanisms,
            introspection: wanted.introspection,
        };
        let series = installed.series;
        let settings = own.settings(series, installed.seen(folder));
        let settings = settings + &wanted.shipped(series, ports.doveadm);
        fs::write(folder.join("dovecot.conf"), settings).unwrap();
        fs::write(folder.join(TOKENS_FILE), own.tokens().unwrap_or_default()).unwrap();
        let mut chown = Command::new("chown");
        chown.args(["-R", "nobody:nogroup"]).arg(folder);
        assert!(chown.status().unwrap().success());
        let mut open = Command::new("chmod");
        open.arg("a+rx").arg(folder.parent().unwrap());
        assert!(open.status().unwrap().success());
        let mut command = installed.program("dovecot", folder);
        command
            .args(["-F", "-c"])
            .arg(installed.seen(folder).join("dovecot.conf"));
        let process = Process::start(command);
        let open = |port: &u16| TcpStream::connect(("127.0.0.1", *port)).is_ok();
        wait_or(
            || ports.all().iter().all(open).then_some(()),
            || {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                let shut: Vec<u16> = ports.all().into_iter().filter(|port| !open(port)).collect();
                format!("Dovecot does not come, {shut:?} stay shut:\n{log}")
            },
        );
        Self {
            installed,
            folder: folder.to_owned(),
            ports,
            process: Some(process),
        }
    }

    /// What `user`'s mail clients of every kind hear from `source`, with each mechanism.
    pub(super) fn ask(&self, user: &str, source: &str, password: &str) -> Vec<String> {
        let host = host_for(source);
        let Ports {
            imap,
            pop3,
            submission,
            sieve,
            ..
        } = self.ports;
        let mut logins = String::new();
        for (protocol, port) in DOORS.iter().zip([imap, pop3, submission, sieve]) {
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

    pub(super) fn lets_in(&self, user: &str, source: &str) {
        for heard in self.ask(user, source, PASSWORD) {
            assert!(heard.starts_with("yes "), "{user} {source}: {heard}");
        }
    }

    /// Refused, with the address to visit; whatever the password is.
    pub(super) fn refuses_with_words(&self, user: &str, source: &str) {
        for password in [PASSWORD, "wrong"] {
            for heard in self.ask(user, source, password) {
                let says = heard.starts_with("no ") && heard.contains("/uni/login");
                assert!(says, "{user} {source}: {heard}");
            }
        }
    }

    /// Who is connected, as `who` of its own command line says: name, service, address.
    pub(super) fn who(&self) -> Vec<String> {
        let mut doveadm = self.installed.program("doveadm", &self.folder);
        let settings = self.installed.seen(&self.folder).join("dovecot.conf");
        doveadm.arg("-c").arg(settings);
        doveadm.args(["-f", "tab", "who", "-1"]);
        let lines = run(doveadm, "").good();
        // The second column has another name in each series.
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
    pub(super) fn has_left(&self, expected: &[String]) {
        wait_for("those who stay", || (self.who() == expected).then_some(()));
    }
}

impl Drop for Dovecot<'_> {
    fn drop(&mut self) {
        // Its children outlive a parent that is killed.
        let process = self.process.take().unwrap();
        process.signal("TERM");
        process.end();
    }
}
