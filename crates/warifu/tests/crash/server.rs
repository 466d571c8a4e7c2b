//! The real server as a child process.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::world::World;

/// A running `warifu serve`.
pub(crate) struct Server {
    child: Child,
    /// What it was started with.
    pub(crate) configuration: PathBuf,
    /// Where its pages are.
    pub(crate) address: SocketAddr,
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

impl Server {
    /// Starts a server on the world's database and waits until it answers.
    pub(crate) fn start(world: &World) -> Self {
        let (address, metrics) = (free_address(), free_address());
        let configuration = world.write_configuration(address, metrics);
        let child = Command::new(env!("CARGO_BIN_EXE_warifu"))
            .args(["serve", "--config"])
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self {
            child,
            configuration,
            address,
        };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert_eq!(
                server.child.try_wait().unwrap(),
                None,
                "the server ended by itself"
            );
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "the server does not answer"
            );
            thread::sleep(Duration::from_millis(2));
        }
        server
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the server as an operator would, and expects it to end well.
    pub(crate) fn stop(mut self) {
        let stopped = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(stopped.success());
        assert!(
            self.child.wait().unwrap().success(),
            "a graceful stop ends with success"
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that failed leaves no server behind; one that went well has ended it already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
