//! A mail relay that never misbehaves: Postfix. And what it takes to wait for one, and to read what it delivered.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::place::{is_root, run};
use crate::process::{PATIENCE, Process};

/// Waits until `ready` has something.
pub(crate) fn wait_for<T>(what: &str, ready: impl FnMut() -> Option<T>) -> T {
    wait_or(ready, || format!("{what} does not come"))
}

/// [`wait_for`] what has more to say if it does not come.
pub(crate) fn wait_or<T>(mut ready: impl FnMut() -> Option<T>, why: impl FnOnce() -> String) -> T {
    let pause = Duration::from_millis(50);
    for _ in 0..PATIENCE.as_millis() / pause.as_millis() {
        if let Some(found) = ready() {
            return found;
        }
        thread::sleep(pause);
    }
    panic!("{}", why());
}

/// A mail as another program reads it.
pub(crate) struct Read {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) plain: String,
    pub(crate) html: String,
}

pub(crate) fn read(data: &[u8]) -> Read {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/files/read_mail.py");
    let mut command = Command::new("/usr/bin/python3");
    command.arg(script);
    let text = String::from_utf8(data.to_vec()).expect("our mails are ASCII on the way");
    let read: Value = serde_json::from_str(&run(command, &text).good()).unwrap();
    assert_eq!(read["defects"], serde_json::json!([]), "{text}");
    let mut headers = BTreeMap::new();
    for header in read["headers"].as_array().unwrap() {
        let [name, value] = [0, 1].map(|at| header[at].as_str().unwrap().to_owned());
        let twice = headers.insert(name, value);
        assert_eq!(twice, None, "a header stands twice: {text}");
    }
    let part = |kind: &str| read["texts"][kind].as_str().unwrap().to_owned();
    Read {
        headers,
        plain: part("text/plain"),
        html: part("text/html"),
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    free_ports(1)
}

/// The first of so many ports in a row that nobody listens on, below those that the system gives to outgoing connections: one of
/// those could connect to itself. None is given twice: tests that run at once would take it from each other.
pub(crate) fn free_ports(count: u16) -> u16 {
    const PORTS: u16 = 12_000;
    static NEXT: LazyLock<AtomicU64> =
        LazyLock::new(|| AtomicU64::new(RandomState::new().hash_one(0_u8) % u64::from(PORTS)));
    loop {
        let drawn = NEXT.fetch_add(u64::from(count), Ordering::SeqCst) % u64::from(PORTS);
        let first = 20_000 + drawn as u16;
        let mut ports = first..first + count;
        if ports.end <= 20_000 + PORTS
            && ports.all(|port| TcpListener::bind(("0.0.0.0", port)).is_ok())
        {
            return first;
        }
    }
}

/// A Postfix of the test's own, which demands TLS and delivers into a folder.
pub(crate) struct Postfix {
    folder: PathBuf,
    pub(crate) port: u16,
    _process: Process,
}

impl Postfix {
    /// Starts in `folder`, for mails to `recipient`. Postfix runs as root only, as its own `postfix` command says.
    pub(crate) fn start(folder: &Path, recipient: &str) -> Self {
        assert!(is_root(), "Postfix can be started by root only");
        let port = free_port();
        for name in ["conf", "spool", "data", "mail"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/files");
        for name in ["relay-certificate.pem", "relay-key.pem"] {
            fs::copy(files.join(name), folder.join("conf").join(name)).unwrap();
        }
        let place = folder.display();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {place}/spool\ndata_directory = {place}/data\n\
             maillog_file = {place}/mail.log\nmaillog_file_prefixes = {place}\nmyhostname = mail.example.jp\n\
             inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\nmydestination =\n\
             alias_maps =\nlocal_recipient_maps =\nvirtual_mailbox_domains = example.jp\n\
             virtual_mailbox_base = {place}/mail\nvirtual_mailbox_maps = inline:{{ {recipient}=inbox/ }}\n\
             virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\nvirtual_minimum_uid = 100\n\
             smtpd_tls_security_level = encrypt\nsmtpd_tls_cert_file = {place}/conf/relay-certificate.pem\n\
             smtpd_tls_key_file = {place}/conf/relay-key.pem\n\
             smtpd_relay_restrictions = permit_auth_destination, reject\n"
        );
        let process = run_postfix(
            folder,
            &main,
            &format!("{port} inet n - n - - smtpd\n"),
            &[port],
        );
        Self {
            folder: folder.to_owned(),
            port,
            _process: process,
        }
    }

    /// Mails that were delivered.
    pub(crate) fn inbox(&self) -> Vec<Vec<u8>> {
        let Ok(entries) = fs::read_dir(self.folder.join("mail/inbox/new")) else {
            return Vec::new();
        };
        entries
            .map(|entry| fs::read(entry.unwrap().path()).unwrap())
            .collect()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // Its children belong to a session of their own.
        let _ = Command::new("postfix")
            .arg("-c")
            .arg(self.folder.join("conf"))
            .arg("stop")
            .output();
    }
}

/// Starts Postfix in `folder`, where `conf`, `spool`, `data` and `mail` are, with what belongs to every master.cf beside these services.
pub(crate) fn run_postfix(folder: &Path, main: &str, services: &str, ports: &[u16]) -> Process {
    let mut master = services.to_owned();
    for (name, service) in [
        ("pickup unix n - n 60 1", "pickup"),
        ("cleanup unix n - n - 0", "cleanup"),
        ("qmgr unix n - n 300 1", "qmgr"),
        ("tlsmgr unix - - n 1000? 1", "tlsmgr"),
        ("rewrite unix - - n - -", "trivial-rewrite"),
        ("bounce unix - - n - 0", "bounce"),
        ("defer unix - - n - 0", "bounce"),
        ("trace unix - - n - 0", "bounce"),
        ("proxymap unix - - n - -", "proxymap"),
        ("virtual unix - n n - -", "virtual"),
        ("error unix - - n - -", "error"),
        ("retry unix - - n - -", "error"),
        ("anvil unix - - n - 1", "anvil"),
        ("postlog unix-dgram n - n - 1", "postlogd"),
    ] {
        master += &format!("{name} {service}\n");
    }
    fs::write(folder.join("conf/main.cf"), main).unwrap();
    fs::write(folder.join("conf/master.cf"), master).unwrap();
    let give = |owner: &str, name: &str| {
        let mut chown = Command::new("chown");
        chown.arg(owner).arg(folder.join(name));
        assert!(chown.status().unwrap().success());
    };
    give("postfix", "data");
    give("65534", "mail");
    // The test's folder is its own; Postfix's users must get through it.
    let mut open = Command::new("chmod");
    assert!(open.arg("a+rx").arg(folder).status().unwrap().success());
    let mut command = Command::new("postfix");
    command.arg("-c").arg(folder.join("conf")).arg("start-fg");
    let process = Process::start(command);
    wait_for("Postfix", || {
        ports.iter().all(|port| greets(*port)).then_some(())
    });
    process
}

/// Whether Postfix takes connections: a service with TLS from the first byte says nothing before its client does.
fn greets(port: u16) -> bool {
    let Ok(connection) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    connection
        .set_read_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    let mut greeting = String::new();
    match BufReader::new(connection).read_line(&mut greeting) {
        Ok(_) => greeting.starts_with("220"),
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    }
}
