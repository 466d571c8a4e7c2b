//! Something that passes on what one program says to another, and remembers it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// What one connection has said so far.
type Words = Arc<Mutex<Vec<u8>>>;

/// Listens in front of a server.
pub(super) struct Tap {
    pub(super) address: SocketAddr,
    said: Arc<Mutex<Vec<Words>>>,
}

impl Tap {
    /// Listens on `port`, and passes on to `server`.
    pub(super) fn before(server: SocketAddr, port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let address = listener.local_addr().unwrap();
        let said = Arc::<Mutex<Vec<_>>>::default();
        let connections = said.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let words = Words::default();
                connections.lock().unwrap().push(words.clone());
                let Ok(server) = TcpStream::connect(server) else {
                    continue;
                };
                let ends = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || {
                    pass(client, server, |bytes| words.lock().unwrap().extend(bytes))
                });
                thread::spawn(move || pass(ends.1, ends.0, |_| {}));
            }
        });
        Self { address, said }
    }

    /// Every question so far: the command, and its JSON.
    pub(super) fn questions(&self) -> Vec<(String, Value)> {
        let said = self.said.lock().unwrap();
        let mut questions = Vec::new();
        for words in said.iter() {
            let text = String::from_utf8(words.lock().unwrap().clone()).unwrap();
            for request in text.split("POST ").skip(1) {
                // One that is under way has no end yet.
                let Some((head, body)) = request.split_once("\r\n\r\n") else {
                    continue;
                };
                let (_, command) = head.split_once("command=").unwrap();
                let command = command.split(' ').next().unwrap().to_owned();
                if let Ok(question) = serde_json::from_str(body.trim()) {
                    questions.push((command, question));
                }
            }
        }
        questions
    }

    pub(super) fn forget(&self) {
        for words in self.said.lock().unwrap().iter() {
            words.lock().unwrap().clear();
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, note: impl Fn(&[u8])) {
    let mut bytes = [0; 8192];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        note(&bytes[..length]);
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
