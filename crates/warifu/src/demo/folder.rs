//! Where a demonstration lives: a fresh folder that goes with it, or one that is kept and known as a demonstration's.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use warifu_flows::rng::Rng;
use warifu_storage::KeyRing;

use crate::cli::exit::{Exit, Failure};
use crate::config::{Config, ConfigFile};
use crate::install::{Made, configuration_text, key_ring_text};
use crate::wire;

/// The configuration, and the mark by which a folder is known: a real server's folder must never get people whose passwords
/// are on a screen.
const CONFIGURATION: &str = "demo.toml";

/// The folder of a demonstration.
pub(super) struct Folder {
    pub(super) config: Config,
    path: PathBuf,
    /// Removed at the end.
    is_temporary: bool,
    /// What is removed if the start fails.
    made: Option<Made>,
}

impl Folder {
    /// Makes a folder, or opens the one of an earlier demonstration.
    pub(super) fn open(kept: Option<&Path>, listen: SocketAddr) -> Result<Self, Failure> {
        let Some(path) = kept else {
            let name = format!(
                "warifu-demo-{}",
                HEXLOWER.encode(&Rng::system().bytes::<8>())
            );
            return Self::make(std::env::temp_dir().join(name), true, listen);
        };
        let path = std::path::absolute(path)
            .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
        let file = path.join(CONFIGURATION);
        if file.exists() {
            let config = ConfigFile { path: file }.load()?;
            return Ok(Self {
                config,
                path,
                is_temporary: false,
                made: None,
            });
        }
        Self::make(path, false, listen).map_err(|failure| match failure.exit {
            Exit::Exists => failure
                .mend("name the folder of an earlier demonstration, an empty one, or a new one"),
            _ => failure,
        })
    }

    fn make(path: PathBuf, is_temporary: bool, listen: SocketAddr) -> Result<Self, Failure> {
        let text = configuration_text(&[
            ("server", "listen", listen.to_string().into()),
            ("database", "url", "sqlite:state/warifu.db".into()),
            ("keys", "file", "keys.toml".into()),
            // Any free one: a demonstration has no listener for metrics, and must not collide with one.
            ("metrics", "listen", "127.0.0.1:0".into()),
        ]);
        let file = path.join(CONFIGURATION);
        let config = Config::parse(&text, &file)?;
        let mut made = Made::default();
        made.folder(&path)?;
        let keys = KeyRing::generate(Rng::system().bytes());
        made.file(&path.join("keys.toml"), &key_ring_text(&keys))?;
        made.database(&wire::location(&config.database))?;
        made.file(&file, &text)?;
        Ok(Self {
            config,
            path,
            is_temporary,
            made: Some(made),
        })
    }

    /// The start went well.
    pub(super) fn keep(mut self) -> Self {
        if let Some(made) = self.made.take() {
            made.keep();
        }
        self
    }

    /// Whether it goes with the demonstration.
    pub(super) fn is_temporary(&self) -> bool {
        self.is_temporary
    }

    /// The configuration for other commands.
    pub(super) fn configuration(&self) -> PathBuf {
        self.path.join(CONFIGURATION)
    }

    /// A sentence about what becomes of it.
    pub(super) fn whereabouts(&self) -> String {
        let path = self.path.display();
        if self.is_temporary {
            format!("Its state is in {path} and goes with it.")
        } else {
            format!("Its state stays in {path}.")
        }
    }

    /// A sentence about what became of it.
    pub(super) fn farewell(&self) -> String {
        if self.is_temporary {
            "\nThe demonstration has ended; nothing of it is left.\n".to_owned()
        } else {
            format!(
                "\nThe demonstration has ended; its state is in {}.\n",
                self.path.display()
            )
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, "cannot remove {}", self.path.display());
        }
    }
}
