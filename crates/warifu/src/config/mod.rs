//! The configuration: one commented TOML file, checked as a whole. Policy is not here: each tenant's rules are in the database.

mod address;
mod error;
mod first_factor;
mod limits;
mod mail;
mod mail_gate;
mod mail_server;
mod operation;
#[cfg(test)]
mod reference;
mod rescue;
mod section;
mod server;
mod state;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::Deserialize;

pub(crate) use error::ConfigError;
use error::Source;
pub(crate) use first_factor::{FirstFactor, FirstFactorKind};
pub(crate) use mail::{Mail, MailTls};
pub(crate) use mail_gate::{GateAddress, GateProtocol, MailGate};
pub(crate) use mail_server::{DoveadmAddress, MailServer};
pub(crate) use operation::{Hashing, Log, Metrics};
pub(crate) use rescue::Rescue;
pub(crate) use server::{Server, Tls};
pub(crate) use state::{Database, DatabaseUrl, KeySource, Keys};

/// A configuration in which every setting is explained and has its default.
pub(crate) const REFERENCE: &str = include_str!("reference.toml");

/// Everything an operator can set. Each part of the program receives its own section, not the whole.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) keys: Keys,
    pub(crate) log: Log,
    pub(crate) metrics: Metrics,
    pub(crate) hashing: Hashing,
    pub(crate) mail: Mail,
    pub(crate) rescue: Rescue,
    pub(crate) first_factor: Vec<FirstFactor>,
    pub(crate) mail_gate: Vec<MailGate>,
    pub(crate) mail_server: Vec<MailServer>,
}

/// Which file to read; part of every command that needs a configuration.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ConfigFile {
    /// The configuration file
    #[arg(
        long = "config",
        value_name = "FILE",
        env = "WARIFU_CONFIG",
        default_value = "/etc/warifu/warifu.toml"
    )]
    pub(crate) path: PathBuf,
}

impl ConfigFile {
    /// Reads and checks the file.
    pub(crate) fn load(&self) -> Result<Config, ConfigError> {
        let bytes = std::fs::read(&self.path)
            .map_err(|error| ConfigError::unreadable(&self.path, &error))?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Config::parse(text, &self.path),
            Err(error) => Err(ConfigError::not_utf8(&self.path, &bytes, &error)),
        }
    }
}

impl Config {
    /// Checks the text of the file `path`. Relative paths in it start at the folder of that file.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let source = Source::new(text, path);
        let mut config: Self = toml::from_str(text).map_err(|error| source.rejected(&error))?;
        config.check(&source)?;
        if let Some(folder) = path.parent() {
            config.resolve(folder);
        }
        Ok(config)
    }

    /// The rules that take more than one setting.
    fn check(&self, source: &Source<'_>) -> Result<(), ConfigError> {
        let on_loopback = self.server.listen.ip().is_loopback();
        match &self.server.base_url {
            None if !on_loopback => {
                return Err(source.error(
                    "server.listen",
                    "`server.base_url` is missing: without it nobody but this machine can be told where to go",
                    "add base_url = 'https://…' to [server], with the name that people type",
                ));
            }
            Some(url) if !url.is_https() && !on_loopback => {
                return Err(source.error(
                    "server.base_url",
                    "plain http would send passwords and codes readable over the network",
                    "write https:// and either set up [server.tls] or listen on 127.0.0.1 behind a proxy that speaks https",
                ));
            }
            None if self.server.tls.is_some() => {
                return Err(source.error(
                    "server.tls",
                    "with TLS, `server.base_url` has to say under which name",
                    "add base_url = 'https://…' to [server], with a name in the certificate",
                ));
            }
            Some(url) if !url.is_https() && self.server.tls.is_some() => {
                return Err(source.error(
                    "server.base_url",
                    "it says http, but [server.tls] makes the server speak https",
                    "write https://, or remove [server.tls]",
                ));
            }
            _ => {}
        }
        if self.metrics.listen == self.server.listen && self.server.listen.port() != 0 {
            let field = if source.mentions("metrics.listen") {
                "metrics.listen"
            } else {
                "server.listen"
            };
            return Err(source.error(
                field,
                "pages and metrics cannot share an address",
                "choose another port for one of them",
            ));
        }
        if let Some(name) = &self.keys.environment {
            if self.keys.file.is_some() {
                return Err(source.error(
                    "keys.environment",
                    "`keys.file` is set too, and only one key ring can be the right one",
                    "remove one of the two",
                ));
            }
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if name.is_empty() || !name.bytes().all(is_name) {
                return Err(source.error(
                    "keys.environment",
                    "that is not the name of an environment variable",
                    "write the variable's name, not its content: environment = 'WARIFU_KEYS'",
                ));
            }
        }
        first_factor::check(&self.first_factor, source)?;
        mail_gate::check(&self.mail_gate, source)?;
        mail_server::check(&self.mail_server, source)?;
        self.mail.check(source)
    }

    fn resolve(&mut self, folder: &Path) {
        let resolve = |path: &mut PathBuf| *path = folder.join(&*path);
        if let DatabaseUrl::Sqlite(file) = &mut self.database.url {
            resolve(file);
        }
        if let Some(file) = &mut self.keys.file {
            resolve(file);
        }
        for file in [&mut self.mail.authorities, &mut self.mail.password_file] {
            file.as_mut().map(resolve);
        }
        for section in &mut self.first_factor {
            section.files().for_each(resolve);
        }
        for section in &mut self.mail_gate {
            section.file().map(resolve);
        }
        for section in &mut self.mail_server {
            section.files().for_each(resolve);
        }
        if let Some(tls) = &mut self.server.tls {
            resolve(&mut tls.certificate);
            resolve(&mut tls.key);
        }
    }
}
