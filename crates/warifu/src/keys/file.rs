//! Changing the file of a key ring: beside it, on the disk, then in its place, so that an end at any moment leaves one whole ring.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use warifu_storage::KeyRing;

use crate::cli::exit::{Exit, Failure};
use crate::config::{KeySource, Keys};
use crate::install::key_ring_text;

/// The file of a key ring, while nobody else may change it.
pub(crate) struct KeyFile {
    /// As it is now; what [`Self::replace`] writes.
    pub(crate) ring: KeyRing,
    path: PathBuf,
    new: New,
}

/// The file that is to take the place of the ring's, and the sign for others that somebody is at it.
struct New {
    path: PathBuf,
    file: fs::File,
    has_taken_its_place: bool,
}

impl KeyFile {
    /// Reads the ring and keeps others from changing it until this is dropped.
    pub(crate) fn open(keys: &Keys) -> Result<Self, Failure> {
        let path = match keys.source() {
            KeySource::File(file) => file,
            KeySource::Environment(name) => {
                let problem =
                    format!("the key ring is in ${name}, which this program cannot change");
                return Err(Failure::new(Exit::Failed, problem).mend(
                    "write it to a file of mode 0600, name that file with keys.file in a configuration, change it there, give its \
                     text to whatever sets the variable, and start the servers again one after the other",
                ));
            }
        };
        // A rename would put a file in the place of a link.
        let path = path.canonicalize().unwrap_or(path);
        KeyRing::load(&path)?;
        let mut new = path.clone().into_os_string();
        new.push(".new");
        let new = PathBuf::from(new);
        let made = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new);
        let file = made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let problem = format!("somebody else changes the key ring: there is {}", new.display());
                Failure::failed(problem).mend("if no such command runs, one was ended half-way: remove that file, then try again")
            }
            _ => cannot("make", &new, &error),
        })?;
        let new = New {
            path: new,
            file,
            has_taken_its_place: false,
        };
        // Once more: another command may have ended between.
        let ring = KeyRing::load(&path)?;
        Ok(Self { ring, path, new })
    }

    /// Puts the ring, as it was changed, in the place of the file. It is on the disk when this returns.
    pub(crate) fn replace(mut self) -> Result<(), Failure> {
        let (text, new) = (key_ring_text(&self.ring), &mut self.new);
        new.file
            .write_all(text.as_bytes())
            .and_then(|()| new.file.sync_all())
            .map_err(|error| cannot("write", &new.path, &error))?;
        fs::rename(&new.path, &self.path).map_err(|error| cannot("replace", &self.path, &error))?;
        new.has_taken_its_place = true;
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| cannot("make sure of", folder, &error))
    }
}

impl Drop for New {
    fn drop(&mut self) {
        if !self.has_taken_its_place {
            // Left behind, it would ask for being removed by hand.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn cannot(do_what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("cannot {do_what} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_in_the_environment_is_not_changed_from_here() {
        let keys = Keys {
            environment: Some("WARIFU_KEYS".to_owned()),
            ..Keys::default()
        };
        let refused = KeyFile::open(&keys).err().unwrap();
        assert!(refused.problem.contains("$WARIFU_KEYS"), "{refused}");
        assert!(refused.mend.contains("0600"), "{refused}");
    }
}
