//! A throw-away PostgreSQL with its ordinary settings: durable, since that is what is measured.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::process::{Program, free_address, output_of};

/// A running cluster; it stops when dropped.
pub(crate) struct Postgres {
    pub(crate) program: Program,
    address: SocketAddr,
    programs: PathBuf,
    data: PathBuf,
}

/// The folder of the newest server programs.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let version = folder.file_name()?.to_str()?.parse().ok()?;
            let programs = folder.join("bin");
            programs
                .join("initdb")
                .is_file()
                .then_some((version, programs))
        })
        .collect();
    folders.sort();
    folders.pop().map(|(_, programs)| programs)
}

impl Postgres {
    /// Makes a cluster below `folder` and starts it.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let programs = programs().context("PostgreSQL's server programs are not installed")?;
        let (data, address) = (folder.join("postgres"), free_address()?);
        fs::create_dir_all(&data)?;
        let is_root = fs::metadata(&data)?.uid() == 0;
        if is_root {
            output_of(Command::new("chown").arg("postgres").arg(&data))?;
        }
        // It refuses to run as root.
        let command = |program: &str| {
            let program = programs.join(program);
            if is_root {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
                    .arg(program);
                command
            } else {
                Command::new(program)
            }
        };
        let mut initdb = command("initdb");
        initdb
            .args([
                "-A",
                "trust",
                "-U",
                "warifu",
                "--no-locale",
                "-E",
                "UTF8",
                "-D",
            ])
            .arg(&data);
        output_of(initdb.current_dir(&data))
            .context("initdb; may its user reach the folder? --data DIR chooses another")?;
        let mut postgres = command("postgres");
        postgres.arg("-D").arg(&data).current_dir(&data);
        postgres.args([
            "-p",
            &address.port().to_string(),
            "-c",
            "listen_addresses=127.0.0.1",
        ]);
        postgres.args(["-c", "unix_socket_directories="]);
        let mut program =
            Program::start(&mut postgres, &folder.join("postgres.log"))?.ends_on_interrupt();
        program.wait_for(address, Duration::from_secs(30))?;
        Ok(Self {
            program,
            address,
            programs,
            data,
        })
    }

    /// Makes an empty database and returns its URL.
    pub(crate) fn database(&self, name: &str) -> Result<String> {
        let mut createdb = Command::new(self.programs.join("createdb"));
        createdb.args([
            "-h",
            "127.0.0.1",
            "-p",
            &self.address.port().to_string(),
            "-U",
            "warifu",
            name,
        ]);
        // Connections are taken before the server is ready for them.
        let mut tries = 0;
        while let Err(error) = output_of(&mut createdb) {
            tries += 1;
            if tries == 50 {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(format!("postgres://warifu@{}/{name}", self.address))
    }

    /// Its shell on a database, without anybody's settings.
    pub(crate) fn psql_command(&self, url: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]);
        psql
    }

    /// Has its shell run a text; gives what it prints.
    pub(crate) fn psql(&self, url: &str, text: &str) -> Result<String> {
        output_of(self.psql_command(url).args(["-c", text]))
    }

    /// Where the data is, to measure its file system.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }
}
