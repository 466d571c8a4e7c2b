//! Making a data folder: files only Warifu's user can read, and nothing of them left if anything goes wrong.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use warifu_storage::{KeyRing, Location};

use crate::cli::exit::{Exit, Failure};
use crate::config::REFERENCE;

/// What was made so far. Dropped before [`Made::keep`], it is all removed again.
#[derive(Default)]
pub(crate) struct Made {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Made {
    /// Makes a folder that only we can enter; one that is there already must be empty.
    pub(crate) fn folder(&mut self, path: &Path) -> Result<(), Failure> {
        let failed = |error: io::Error| cannot("make the folder", path, &error);
        match fs::DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => {
                self.folders.push(path.to_owned());
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let entries = fs::read_dir(path).map_err(failed)?;
                let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
                let names: Vec<_> = names.collect::<Result<_, _>>().map_err(failed)?;
                if let Some(found) = names.iter().min() {
                    let problem = format!(
                        "{} is not empty: it has {}",
                        path.display(),
                        found.display()
                    );
                    return Err(Failure::new(Exit::Exists, problem)
                        .mend("nothing is ever overwritten: name another folder, or look at what is in this one"));
                }
                let mode = fs::Permissions::from_mode(0o700);
                fs::set_permissions(path, mode)
                    .map_err(|error| cannot("close to others", path, &error))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Writes a file that only we can read, and that was not there. It is on the disk when this returns.
    pub(crate) fn file(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let failed = |error: io::Error| cannot("write", path, &error);
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = fs::File::open(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        folder.sync_all().map_err(failed)
    }

    /// A database file that the store will make, with what SQLite puts beside it.
    pub(crate) fn database(&mut self, location: &Location) -> Result<(), Failure> {
        let Location::Sqlite(path) = location else {
            return Ok(());
        };
        for end in ["", "-wal", "-shm"] {
            let mut name = path.clone().into_os_string();
            name.push(end);
            let file = PathBuf::from(name);
            if file.symlink_metadata().is_ok() {
                let problem = format!("there is already a file {}", file.display());
                return Err(Failure::new(Exit::Exists, problem)
                    .mend("nothing is ever overwritten: name another database, or look at what this one is"));
            }
            self.files.push(file);
        }
        if let Some(folder) = path.parent()
            && !folder.exists()
        {
            // The store makes it.
            self.folders.push(folder.to_owned());
        }
        Ok(())
    }

    /// All is well: it stays.
    pub(crate) fn keep(mut self) {
        self.files.clear();
        self.folders.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // Best effort on the way out of an error, which is the one to report.
        for file in self.files.iter().rev() {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn cannot(do_what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("cannot {do_what} {}: {error}", path.display()))
}

/// The text of a key ring's file, with what its owner has to know.
pub(crate) fn key_ring_text(ring: &KeyRing) -> zeroize::Zeroizing<String> {
    let mut text = zeroize::Zeroizing::new(String::with_capacity(1024));
    text.push_str(
        "# The key ring of Warifu: without it nobody can read the secrets in the database, and nobody can log in.\n\
         # Keep a copy in another place than the backups of the database. Its keys are changed by `warifu keys`,\n\
         # never by hand: `warifu check` says which ones are in use.\n\n",
    );
    text.push_str(&ring.to_text());
    text
}

/// The reference configuration with other values for some settings, given as section, name and TOML value.
pub(crate) fn configuration_text(settings: &[(&str, &str, toml::Value)]) -> String {
    let mut section = String::new();
    let mut written = String::with_capacity(REFERENCE.len() + 256);
    for line in REFERENCE.lines() {
        let bare = line.strip_prefix('#').unwrap_or(line);
        if let Some(name) = bare
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            name.clone_into(&mut section);
        }
        let setting = settings.iter().find(|(of, name, _)| {
            *of == section
                && bare
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with(" = "))
        });
        match setting {
            Some((_, name, value)) => written.push_str(&format!("{name} = {value}")),
            None => written.push_str(line),
        }
        written.push('\n');
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_configuration_is_written_from_the_reference() {
        let text = configuration_text(&[
            ("server", "listen", "127.0.0.1:9000".into()),
            ("server", "base_url", "https://login.example.jp".into()),
            ("database", "url", "sqlite:state/it's \"the\" one.db".into()),
            ("keys", "file", "keys.toml".into()),
        ]);
        let config = Config::parse(&text, Path::new("/srv/warifu.toml")).unwrap();
        assert_eq!(config.server.listen.port(), 9000);
        assert_eq!(
            config.server.base_url.unwrap().origin(),
            "https://login.example.jp"
        );
        assert_eq!(
            format!("{:?}", config.database.url),
            "sqlite:/srv/state/it's \"the\" one.db"
        );
        assert_eq!(
            config.keys.file.as_deref(),
            Some(Path::new("/srv/keys.toml"))
        );
        assert_eq!(text.lines().count(), REFERENCE.lines().count());
    }
}
