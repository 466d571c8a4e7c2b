//! The demonstration as a child process: started on a free port, read as a person reads its table, ended with the test.

use crate::scratch::Scratch;
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) login: String,
    pub(crate) password: String,
    tenant: String,
}

/// A running demonstration.
pub(crate) struct Demo {
    process: Child,
    address: String,
    accounts: Vec<Account>,
    data: PathBuf,
    /// Lines of its log, which begins at warnings.
    log: Arc<Mutex<Vec<String>>>,
}

impl Demo {
    pub(crate) fn start(scratch: &Scratch) -> Self {
        Self::start_in(scratch.folder("data"))
    }

    /// With a line of its configuration changed: ended and started again, which shows no passwords.
    pub(crate) fn start_with(scratch: &Scratch, (old, new): (&str, &str)) -> Self {
        let first = Self::start(scratch);
        let (data, accounts) = (first.data.clone(), first.accounts.clone());
        drop(first);
        let file = data.join("demo.toml");
        let text = std::fs::read_to_string(&file).expect("it has a configuration");
        assert!(text.contains(old), "{text}");
        std::fs::write(&file, text.replace(old, new)).expect("it can be written");
        let mut second = Self::start_in(data);
        second.accounts = accounts;
        second
    }

    fn start_in(data: PathBuf) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_warifu"))
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let (stderr, kept) = (process.stderr.take().expect("it is piped"), log.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                kept.lock().expect("nobody panics holding it").push(line);
            }
        });
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let mut accounts = Vec::new();
        let address = loop {
            let line = lines.next().expect("it says when it is ready");
            let line = line.expect("it prints text");
            if let Some(ready) = line.strip_prefix("Ready: ") {
                let (address, _) = ready.split_once("/ ").expect("its address comes first");
                break address.to_owned();
            }
            accounts.extend(account(&line));
        };
        // It prints the mails it keeps, too: somebody has to take them.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            address,
            accounts,
            data,
            log,
        }
    }

    /// What it has warned of.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().expect("nobody panics holding it").clone()
    }

    /// Where it is, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The people of one organisation.
    pub(crate) fn accounts(&self, tenant: &str) -> Vec<Account> {
        let accounts = self.accounts.iter();
        accounts
            .filter(|account| account.tenant == tenant)
            .cloned()
            .collect()
    }

    /// A mail server that asks about an organisation's people.
    pub(crate) fn gate(&self, tenant: &str) -> Gate {
        let name = format!("mx{}", GATES.fetch_add(1, Ordering::Relaxed));
        let mut command = Command::new(env!("CARGO_BIN_EXE_warifu"));
        command.args(["gate", "add", tenant, &name, "--config"]);
        let made = command.arg(self.data.join("demo.toml")).output();
        let made = String::from_utf8(made.expect("the program starts").stdout).expect("text");
        let key = made.lines().nth(1).expect("the key").trim().to_owned();
        Gate {
            address: self.address.clone(),
            tenant: tenant.to_owned(),
            key,
        }
    }

    /// Runs SQL on its database.
    pub(crate) fn change_database(&self, sql: &str) {
        let file = self.data.join("state/warifu.db");
        let database = rusqlite::Connection::open_with_flags(
            file,
            rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE,
        );
        let database = database.expect("the database is there");
        let patience = Duration::from_secs(10);
        database.busy_timeout(patience).expect("it can wait");
        database.execute_batch(sql).expect("the schema is known");
    }
}

static GATES: AtomicU32 = AtomicU32::new(0);

/// A mail server with a key.
pub(crate) struct Gate {
    address: String,
    tenant: String,
    key: String,
}

impl Gate {
    /// Whether a mail program of this person may come in by IMAP from an address. If it may, the mail server tells that it did.
    pub(crate) fn lets_in(&self, login: &str, address: &str) -> bool {
        let question = json!({ "login": login, "address": address, "protocol": "imap" });
        let allowed = self.ask(&question)["allow"].as_bool();
        let allowed = allowed.expect("yes or no");
        if allowed {
            let mut report = question;
            report["outcome"] = "success".into();
            self.ask(&report);
        }
        allowed
    }

    fn ask(&self, question: &serde_json::Value) -> serde_json::Value {
        let body = question.to_string();
        let host = self.address.trim_start_matches("http://");
        let mut connection = TcpStream::connect(host).expect("it listens");
        let request = format!(
            "POST /{}/gate/mail HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.tenant,
            self.key,
            body.len()
        );
        connection.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("it answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer");
        serde_json::from_str(body).expect("JSON")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads a line of the table: address, login ID, name, role and password stand two spaces or more apart.
fn account(line: &str) -> Option<Account> {
    let cells: Vec<&str> = line
        .split("  ")
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .collect();
    let [address, login, _, _, password] = cells[..] else {
        return None;
    };
    let tenant = address.strip_prefix("http://")?.split('/').nth(1)?;
    Some(Account {
        login: login.to_owned(),
        password: password.to_owned(),
        tenant: tenant.to_owned(),
    })
}
