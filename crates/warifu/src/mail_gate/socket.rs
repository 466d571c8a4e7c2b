//! The sockets themselves: a file that only those may write to whom the configuration names, or a loopback port.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::TcpListener as StdTcpListener;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, chown};
use std::os::unix::net::{UnixListener as StdUnixListener, UnixStream as StdUnixStream};
use std::path::{Path, PathBuf};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};

use crate::cli::exit::{Exit, Failure};
use crate::config::{GateAddress, MailGate};
use crate::listen;

const SETTING: &str = "mail_gate.listen";

/// A connection of a mail server.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Something that mail servers connect to.
pub(super) enum Socket {
    Unix(UnixListener, PathBuf),
    Tcp(TcpListener),
}

impl Socket {
    /// Takes the address, or says why it cannot be had.
    pub(super) fn bind(section: &MailGate) -> Result<Self, Failure> {
        match &section.listen {
            Some(GateAddress::Unix(path)) => {
                let listener = bind_unix(path, section)?;
                Ok(Self::Unix(listener, path.clone()))
            }
            Some(GateAddress::Loopback(address)) => {
                let mend =
                    "is Warifu running already? Else choose another port in the configuration";
                let listener: StdTcpListener = listen::bind(SETTING, *address, mend)?;
                let listener = TcpListener::from_std(listener);
                listener
                    .map(Self::Tcp)
                    .map_err(|error| Failure::failed(format!("{SETTING}: {error}")))
            }
            None => Err(Failure::new(
                Exit::Configuration,
                format!("{SETTING}: it is missing"),
            )),
        }
    }

    /// Where it is, with the port that the system chose if it was asked to.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Unix(_, path) => format!("unix:{}", path.display()),
            Self::Tcp(listener) => listener
                .local_addr()
                .map_or_else(|_| "?".to_owned(), |at| at.to_string()),
        }
    }

    /// The next connection.
    pub(super) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Unix(listener, _) => Box::new(listener.accept().await?.0),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
        })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            // Nobody answers there any more; the next start would remove it as well.
            let _ = fs::remove_file(path);
        }
    }
}

fn bind_unix(path: &Path, section: &MailGate) -> Result<UnixListener, Failure> {
    let failed = |what: &str, error: &io::Error, mend: &str| {
        let problem = format!("{SETTING}: {what} {}: {error}", path.display());
        Failure::failed(problem).mend(mend)
    };
    make_way(path)?;
    let Some(name) = path.file_name() else {
        let problem = format!("{SETTING}: {} is no file name", path.display());
        return Err(Failure::new(Exit::Configuration, problem));
    };
    // Under another name first: the real one appears with its rights, and takes the place of one that was left behind.
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    let hidden = path.with_file_name(hidden);
    let _ = fs::remove_file(&hidden);
    let folder = "make its folder, and let Warifu's user write there; a path has at most 100 bytes";
    let listener = StdUnixListener::bind(&hidden)
        .map_err(|error| failed("cannot listen on", &error, folder))?;
    let set_up = || {
        if let Some(group) = &section.group {
            let mend = "name a group of which Warifu's user is a member, or leave it out and make the folder `g+s`";
            let group = find_group(group).map_err(|error| failed("the group of", &error, mend))?;
            chown(&hidden, None, Some(group))
                .map_err(|error| failed("cannot give to that group", &error, mend))?;
        }
        let mode = fs::Permissions::from_mode(section.mode.0);
        fs::set_permissions(&hidden, mode)
            .and_then(|()| fs::rename(&hidden, path))
            .and_then(|()| listener.set_nonblocking(true))
            .map_err(|error| failed("cannot set up", &error, folder))
    };
    if let Err(failure) = set_up() {
        let _ = fs::remove_file(&hidden);
        return Err(failure);
    }
    UnixListener::from_std(listener).map_err(|error| failed("cannot listen on", &error, ""))
}

/// Refuses a place where something else is.
fn make_way(path: &Path) -> Result<(), Failure> {
    let Ok(found) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    let at = path.display();
    if !found.file_type().is_socket() {
        let problem = format!("{SETTING}: {at} is there, and is no socket");
        return Err(Failure::failed(problem).mend("choose another path, or remove it"));
    }
    match StdUnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        // Somebody answers, or is too busy to.
        _ => Err(
            Failure::failed(format!("{SETTING}: somebody listens on {at}"))
                .mend("is Warifu running already? Else choose another path in the configuration"),
        ),
    }
}

/// A group's number, from `/etc/group` where it is a name.
fn find_group(group: &str) -> io::Result<u32> {
    if let Ok(number) = group.parse() {
        return Ok(number);
    }
    let known = fs::read_to_string("/etc/group")?;
    let number = known.lines().find_map(|line| {
        let mut fields = line.split(':');
        let is_it = fields.next() == Some(group);
        fields.nth(1).filter(|_| is_it)?.parse().ok()
    });
    number.ok_or_else(|| io::Error::other(format!("there is no group {group} in /etc/group")))
}
