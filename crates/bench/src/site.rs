//! A place where Warifu keeps its state, made for one measurement: folder, key ring, configuration, database; and the real
//! server on it.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread::available_parallelism;

use anyhow::{Context as _, Result, bail};
use warifu_domain::policy::PRESETS;
use warifu_flows::clock::Clock;
use warifu_flows::hasher::{HashCost, Hasher, HasherOptions};
use warifu_flows::rng::Rng;
use warifu_flows::{By, Ctx, MailMode, manage_tenants};
use warifu_storage::{KeyRing, Location, Store, StoreOptions};

use crate::load::first_answer;
use crate::process::{Program, free_address};

/// The tenant that everybody belongs to.
pub(crate) const SLUG: &str = "bench";

/// Where the database is.
#[derive(Clone)]
pub(crate) enum Database {
    /// `warifu.db` in the site's folder.
    Sqlite,
    /// A URL without a password.
    Postgres(String),
}

/// The place.
pub(crate) struct Site {
    pub(crate) folder: PathBuf,
    pub(crate) database: Database,
    pub(crate) address: SocketAddr,
}

impl Site {
    /// Makes the folder, the key ring, the configuration, the database and the tenant.
    pub(crate) fn create(folder: PathBuf, database: Database) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let site = Self {
            folder,
            database,
            address: free_address()?,
        };
        private_file(&site.keys_file())?.write_all(
            KeyRing::generate(Rng::system().bytes())
                .to_text()
                .as_bytes(),
        )?;
        site.write_configuration(free_address()?)?;
        site.in_process(async |ctx| {
            // Our own recommendation: a second factor for everybody, backup codes of 80 bits.
            manage_tenants::add_tenant(&ctx, &By::command_line(), SLUG, "Bench", PRESETS[0].text)
                .await?;
            Ok(ctx)
        })?;
        Ok(site)
    }

    fn write_configuration(&self, metrics: SocketAddr) -> Result<()> {
        let url = match &self.database {
            Database::Sqlite => format!("sqlite:{}", self.database_file().display()),
            Database::Postgres(url) => url.clone(),
        };
        let keys = self.keys_file();
        let text = format!(
            "[server]\nlisten = \"{}\"\n[database]\nurl = '{url}'\n[keys]\nfile = '{}'\n[metrics]\nlisten = \"{metrics}\"\n",
            self.address,
            keys.display(),
        );
        Ok(fs::write(self.configuration_file(), text)?)
    }

    /// The file of an SQLite database.
    pub(crate) fn database_file(&self) -> PathBuf {
        self.folder.join("warifu.db")
    }

    pub(crate) fn keys(&self) -> Result<KeyRing> {
        Ok(KeyRing::load(&self.keys_file())?)
    }

    fn keys_file(&self) -> PathBuf {
        self.folder.join("keys.toml")
    }

    fn configuration_file(&self) -> PathBuf {
        self.folder.join("warifu.toml")
    }

    /// Works on the database from this process, with the flows and statements of the server; closes it afterwards.
    pub(crate) fn in_process(&self, work: impl AsyncFnOnce(Ctx) -> Result<Ctx>) -> Result<()> {
        let location = match &self.database {
            Database::Sqlite => Location::Sqlite(self.database_file()),
            Database::Postgres(url) => Location::Postgres(url.clone()),
        };
        let keys = Arc::new(self.keys()?);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let store = Store::open(&location, StoreOptions::default()).await?;
            let hashing = HasherOptions {
                threads: cores(),
                queue: 64,
                cost: HashCost::DEFAULT,
            };
            let ctx = Ctx::new(
                store,
                Clock::System,
                Rng::system(),
                keys,
                Hasher::start(hashing),
                MailMode::Off,
            );
            let ctx = work(ctx).await?;
            ctx.store.close().await;
            Ok(())
        })
    }

    /// Starts `warifu serve` and waits until it answers.
    pub(crate) fn serve(&self, server: &Path) -> Result<Program> {
        let program = self.start(server)?;
        let request = format!(
            "GET /{SLUG}/login HTTP/1.1\r\nHost: {}\r\n\r\n",
            self.address
        );
        let status = first_answer(self.address, request.as_bytes());
        match status {
            Ok(200) => Ok(program),
            other => bail!(
                "warifu serve answers {other:?} and says\n{}",
                program.output()
            ),
        }
    }

    /// Starts `warifu serve`.
    pub(crate) fn start(&self, server: &Path) -> Result<Program> {
        let mut command = Command::new(server);
        command
            .arg("serve")
            .arg("--config")
            .arg(self.configuration_file());
        Program::start(&mut command, &self.folder.join("serve.log"))
    }
}

/// How many threads hash, here and in the server.
pub(crate) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn private_file(path: &Path) -> Result<fs::File> {
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.with_context(|| format!("cannot create {}", path.display()))
}
