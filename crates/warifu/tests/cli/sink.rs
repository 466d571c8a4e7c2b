//! A mail relay that misbehaves as it is told, and keeps what it took.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a relay does with the next mail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mood {
    /// Takes it.
    Takes,
    /// "Not now" (4xx) to the recipient.
    Defers,
    /// "Never" (5xx) to this recipient, and takes all others.
    Refuses(&'static str),
    /// Reads the mail and never answers; whoever waits hangs up some day.
    Hangs,
    /// Hangs up in the middle of the mail.
    Dies,
}

/// A mail as a relay got it.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) data: Vec<u8>,
}

/// A relay without TLS whose mood can change.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    mood: Mutex<Mood>,
    taken: Mutex<Vec<Taken>>,
    /// Mails that were read to their end, taken or not.
    seen: Mutex<usize>,
}

impl Relay {
    pub(crate) fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            mood: Mutex::new(mood),
            taken: Mutex::default(),
            seen: Mutex::default(),
        });
        let kept = shared.clone();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shared = shared.clone();
                // A client that hangs up is no matter here.
                thread::spawn(move || drop(talk(connection, &shared)));
            }
        });
        Self {
            address,
            shared: kept,
        }
    }

    pub(crate) fn turn(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap() = mood;
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.shared.taken.lock().unwrap().clone()
    }

    pub(crate) fn seen(&self) -> usize {
        *self.shared.seen.lock().unwrap()
    }
}

/// RFC 5321 as far as one mail a connection needs it.
fn talk(mut connection: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).split(b'\n');
    let mood = *shared.mood.lock().unwrap();
    let mut taken = Taken {
        from: String::new(),
        to: String::new(),
        data: Vec::new(),
    };
    connection.write_all(b"220 relay\r\n")?;
    while let Some(Ok(line)) = lines.next() {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let word = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer = match word.as_str() {
            "EHLO" => "250-relay\r\n250 8BITMIME",
            "MAIL" => {
                taken.from = address();
                "250 ok"
            }
            "RCPT" => {
                taken.to = address();
                match mood {
                    Mood::Defers => "451 4.3.0 come back later",
                    Mood::Refuses(nobody) if nobody == taken.to => "550 5.1.1 nobody here",
                    _ => "250 ok",
                }
            }
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        connection.write_all(format!("{answer}\r\n").as_bytes())?;
        match word.as_str() {
            "QUIT" => return Ok(()),
            "DATA" => {}
            _ => continue,
        }
        if mood == Mood::Dies {
            lines.next();
            return Ok(());
        }
        for line in lines.by_ref() {
            let line = line?;
            if line == b".\r" {
                break;
            }
            taken.data.extend_from_slice(&line);
            taken.data.push(b'\n');
        }
        *shared.seen.lock().unwrap() += 1;
        if mood == Mood::Hangs {
            lines.for_each(drop);
            return Ok(());
        }
        shared.taken.lock().unwrap().push(taken.clone());
        connection.write_all(b"250 taken\r\n")?;
    }
    Ok(())
}
