//! A Dovecot with the settings that are shipped, which asks whoever it is told to before each login; and its mail clients.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::process::{Program, find_program, free_address};

const SETTINGS: &str = include_str!("../../../../deploy/dovecot/warifu-2.3.conf");
/// Everybody's password.
const PASSWORD: &str = "eleven-herons";

/// A running Dovecot.
pub(crate) struct Dovecot {
    pub(crate) imap: SocketAddr,
    _program: Program,
}

impl Dovecot {
    /// Starts one that knows these people and asks `policy`, a URL, with this key.
    pub(crate) fn start<'a>(
        folder: &Path,
        people: impl Iterator<Item = &'a str>,
        policy: &str,
        key: &str,
    ) -> Result<Self> {
        let imap = free_address()?;
        for name in ["run", "state", "mail"] {
            fs::create_dir_all(folder.join(name))?;
        }
        // Mail belongs to somebody who is not root.
        fs::set_permissions(folder.join("mail"), fs::Permissions::from_mode(0o777))?;
        let users: String = people
            .map(|login| format!("{login}:{{PLAIN}}{PASSWORD}\n"))
            .collect();
        fs::write(folder.join("users"), users)?;
        let (at, port) = (folder.display(), imap.port());
        let settings = SETTINGS
            .replace("https://login.example.jp/midori/gate/dovecot", policy)
            .replace("Bearer KEY", &format!("Bearer {key}"));
        let conf = format!(
            "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nprotocols = imap\nlisten = 127.0.0.1\n\
             ssl = no\ndisable_plaintext_auth = no\nmail_location = maildir:{at}/mail/%u\nfirst_valid_uid = 1\n\
             auth_mechanisms = plain\nauth_failure_delay = 0\n\
             service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {port}\n  }}\n  inet_listener imaps {{\n    port = 0\n  }}\n}}\n\
             service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n\
             passdb {{\n  driver = passwd-file\n  args = {at}/users\n}}\n\
             userdb {{\n  driver = static\n  args = uid=nobody gid=nogroup home={at}/mail/%u\n}}\n{settings}"
        );
        let file = folder.join("dovecot.conf");
        fs::write(&file, conf)?;
        let dovecot = find_program("dovecot").context("Dovecot is not installed")?;
        let mut command = Command::new(dovecot);
        command.args(["-F", "-c"]).arg(file);
        let mut program = Program::start(&mut command, &folder.join("dovecot.out"))?;
        program.wait_for(imap, Duration::from_secs(20))?;
        Ok(Self {
            imap,
            _program: program,
        })
    }
}

/// Logs in once over a connection of its own, and out again.
pub(crate) async fn log_in(imap: SocketAddr, login: &str) -> Result<()> {
    let stream = TcpStream::connect(imap).await?;
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    let greeting = lines.next_line().await?.unwrap_or_default();
    ensure!(
        greeting.starts_with("* OK"),
        "void: Dovecot says {greeting}"
    );
    for (command, tag) in [
        (format!("a LOGIN {login} {PASSWORD}\r\n"), "a "),
        ("b LOGOUT\r\n".to_owned(), "b "),
    ] {
        writing.write_all(command.as_bytes()).await?;
        loop {
            let line = lines.next_line().await?;
            let line = line.with_context(|| format!("void: {login} is hung up on"))?;
            if let Some(answer) = line.strip_prefix(tag) {
                ensure!(answer.starts_with("OK"), "void: {login} hears {answer}");
                break;
            }
        }
    }
    Ok(())
}
