//! Servers as processes of their own: started, asked, told to stop.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::place::Place;

/// How long anything may take on a busy machine before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running process, killed if the test ends first.
pub(crate) struct Process {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

/// Starts the server of a place; with the addresses of its pages and of its metrics.
pub(crate) fn serve(place: &Place) -> (Process, SocketAddr, SocketAddr) {
    let mut command = place.command();
    command.arg("serve");
    let mut process = Process::start(command);
    let ready = process.err_until(" ready ").pop().unwrap();
    let address = |name: &str| {
        let (_, rest) = ready.split_once(&format!(" {name}=")).unwrap();
        rest.split(' ').next().unwrap().parse().unwrap()
    };
    let (pages, metrics) = (address("listen"), address("metrics"));
    (process, pages, metrics)
}

impl Process {
    pub(crate) fn start(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = lines(child.stdout.take().unwrap());
        let err = lines(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    /// Lines of standard output up to the one that contains `part`.
    pub(crate) fn out_until(&mut self, part: &str) -> Vec<String> {
        until(&self.out, part)
    }

    /// Lines of standard error up to the one that contains `part`.
    pub(crate) fn err_until(&mut self, part: &str) -> Vec<String> {
        until(&self.err, part)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.id().to_string())
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end; what was left to read of both outputs.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<String>, Vec<String>) {
        let out = rest(&self.out);
        let err = rest(&self.err);
        (self.child.wait().unwrap(), out, err)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(source: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(source.take(16 << 20)).lines() {
            if line.map(|line| sender.send(line)).is_err() {
                return;
            }
        }
    });
    receiver
}

fn until(lines: &Receiver<String>, part: &str) -> Vec<String> {
    let mut read = Vec::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                let found = line.contains(part);
                read.push(line);
                if found {
                    return read;
                }
            }
            Err(error) => panic!("{error}: no line with {part:?} in {read:#?}"),
        }
    }
}

fn rest(lines: &Receiver<String>) -> Vec<String> {
    let mut read = Vec::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => read.push(line),
            Err(RecvTimeoutError::Disconnected) => return read,
            Err(RecvTimeoutError::Timeout) => panic!("it does not end: {read:#?}"),
        }
    }
}
