//! `[database]` and `[keys]`: where the state is, and the keys without which a copy of it is worthless.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};

use super::section::section;

section! {
    /// Where the state is kept.
    struct Database {
        /// `sqlite:` and a file: embedded, nothing else to run; the right choice for one server. Or `postgres://user@host/database`,
        /// for several servers side by side, or where PostgreSQL is looked after anyway.
        url: DatabaseUrl = DatabaseUrl::Sqlite("/var/lib/warifu/warifu.db".into());
    }
}

/// Which engine, and where.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// The file of an embedded SQLite.
    Sqlite(PathBuf),
    /// A PostgreSQL server's connection URL. It may hold a password.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = &'static str;

    /// No error repeats the URL: it may hold a password.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(file) = text.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            return match file {
                "" => Err("the name of the file is missing after `sqlite:`"),
                ":memory:" => {
                    Err("a database in memory forgets used codes when it stops; name a file")
                }
                file => Ok(Self::Sqlite(file.into())),
            };
        }
        let rest = text
            .strip_prefix("postgres://")
            .or_else(|| text.strip_prefix("postgresql://"))
            .ok_or("it begins with neither `sqlite:` nor `postgres://`")?;
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        if place.is_empty() || place.starts_with(['/', '?', ':']) {
            return Err("the host is missing after `postgres://`");
        }
        Ok(Self::Postgres(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for DatabaseUrl {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        String::deserialize(source)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Self::Postgres(_) => f.write_str("postgres://(not shown)"),
        }
    }
}

#[cfg(test)]
impl serde::Serialize for DatabaseUrl {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{self:?}"))
    }
}

/// The key ring's file where neither it nor a variable is named.
const KEY_FILE: &str = "/etc/warifu/keys.toml";

section! {
    /// Where the key ring is. It seals every secret in the database (SEC-77), so a backup of the database is harmless without it
    /// and useless as well: keep a copy of the key ring, in another place than the backups. One of the two settings, not both.
    struct Keys {
        /// A file that only Warifu's user may read (mode 0600). By default `/etc/warifu/keys.toml`: not beside the database, so
        /// that a copy of that folder does not hold both.
        file: Option<PathBuf> = None, for example "'/etc/warifu/keys.toml'";
        /// The name of an environment variable with the content of such a file, where a secret manager provides it.
        environment: Option<String> = None, for example "'WARIFU_KEYS'";
    }
}

/// Where the key ring is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    /// A file.
    File(PathBuf),
    /// The environment variable of that name.
    Environment(String),
}

impl Keys {
    /// Where to read the key ring from.
    pub(crate) fn source(&self) -> KeySource {
        match (&self.environment, &self.file) {
            (Some(name), _) => KeySource::Environment(name.clone()),
            (None, Some(file)) => KeySource::File(file.clone()),
            (None, None) => KeySource::File(Path::new(KEY_FILE).to_owned()),
        }
    }
}
