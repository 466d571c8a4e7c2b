//! A connection to a mail server as a mail client has it: lines, over TLS or on the way to it. Blocking, with a limit for everything.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// Longest line that a server may say.
const LONGEST_LINE: usize = 64 * 1024;

/// Where the doors are, and how long each step may take.
pub(super) struct Target {
    pub(super) host: String,
    /// The name that the certificate has to be for.
    pub(super) name: ServerName<'static>,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) timeout: Duration,
}

/// Why a door could not be looked at.
#[derive(Debug)]
pub(super) enum Broken {
    /// Nothing listens there.
    Closed,
    /// It does not answer, or not as such a server does; in words.
    Unreachable(String),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as K;
        match error.kind() {
            K::ConnectionRefused => Self::Closed,
            K::TimedOut | K::WouldBlock => Self::Unreachable("no answer in time".to_owned()),
            K::UnexpectedEof => Self::Unreachable("the server ended the connection".to_owned()),
            _ => Self::Unreachable(error.to_string()),
        }
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// One connection.
pub(super) struct Wire {
    stream: Option<Stream>,
    read: Vec<u8>,
    timeout: Duration,
}

impl Wire {
    /// Connects, to each address of the host in turn.
    pub(super) fn connect(target: &Target, port: u16) -> Result<Self, Broken> {
        let addresses = (target.host.as_str(), port).to_socket_addrs()?;
        let mut last = Broken::Unreachable(format!("{} has no address", target.host));
        for address in addresses {
            match TcpStream::connect_timeout(&address, target.timeout) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    stream.set_write_timeout(Some(target.timeout))?;
                    return Ok(Self {
                        stream: Some(Stream::Plain(stream)),
                        read: Vec::new(),
                        timeout: target.timeout,
                    });
                }
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    /// Goes on over TLS. What the server said before is forgotten: it may not have been the server (CVE-2011-0411).
    pub(super) fn begin_tls(&mut self, target: &Target) -> Result<(), Broken> {
        self.read.clear();
        let Some(Stream::Plain(mut stream)) = self.stream.take() else {
            return Err(Broken::Unreachable("TLS within TLS".to_owned()));
        };
        stream.set_read_timeout(Some(self.timeout))?;
        let refused = |error: &dyn std::fmt::Display| Broken::Unreachable(format!("TLS: {error}"));
        let connection = ClientConnection::new(target.tls.clone(), target.name.clone());
        let mut connection = connection.map_err(|error| refused(&error))?;
        while connection.is_handshaking() {
            connection
                .complete_io(&mut stream)
                .map_err(|error| refused(&error))?;
        }
        self.stream = Some(Stream::Tls(Box::new(StreamOwned::new(connection, stream))));
        Ok(())
    }

    pub(super) fn say(&mut self, line: &str) -> Result<(), Broken> {
        let line = zeroize::Zeroizing::new(format!("{line}\r\n"));
        let written = match &mut self.stream {
            Some(Stream::Plain(stream)) => stream.write_all(line.as_bytes()),
            Some(Stream::Tls(stream)) => stream
                .write_all(line.as_bytes())
                .and_then(|()| stream.flush()),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        };
        Ok(written?)
    }

    /// The next line, without its end.
    #[expect(
        clippy::disallowed_methods,
        reason = "measures how long a server may take"
    )]
    pub(super) fn hear(&mut self) -> Result<String, Broken> {
        let until = Instant::now() + self.timeout;
        loop {
            if let Some(at) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=at).collect();
                return Ok(String::from_utf8_lossy(&line)
                    .trim_end_matches(['\r', '\n'])
                    .to_owned());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::from(io::ErrorKind::TimedOut).into());
            }
            if self.read.len() > LONGEST_LINE {
                return Err(Broken::Unreachable("a line without an end".to_owned()));
            }
            let mut bytes = [0; 4096];
            let read = match &mut self.stream {
                Some(Stream::Plain(stream)) => {
                    stream.set_read_timeout(Some(left))?;
                    stream.read(&mut bytes)
                }
                Some(Stream::Tls(stream)) => {
                    stream.sock.set_read_timeout(Some(left))?;
                    stream.read(&mut bytes)
                }
                None => Ok(0),
            };
            match read? {
                0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                read => self.read.extend_from_slice(&bytes[..read]),
            }
        }
    }
}
