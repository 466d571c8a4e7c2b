//! Y204: nginx with two workers that answer 204 and nothing else, asked by wrk over 16 keep-alive connections.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::wrk;
use crate::process::{Program, find_program, free_address};

/// A running nginx.
pub(crate) struct Nginx {
    program: Program,
    folder: PathBuf,
    pub(crate) address: SocketAddr,
}

/// Y204 in requests a second, with what each cost nginx.
#[derive(Clone, Copy)]
pub(crate) struct Y204 {
    pub(crate) per_second: f64,
    pub(crate) cpu_ms: f64,
}

const CONNECTIONS: usize = 16;
/// `HTTP/1.1 204 No Content`, `Server`, `Date` and `Connection`.
const HEAD_FIELDS: [&str; 3] = [
    "Server: nginx",
    "Date: Thu, 01 Jan 1970 00:00:00 GMT",
    "Connection: keep-alive",
];

impl Nginx {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        Self::answering(folder, "return 204;")
    }

    /// One that answers everything with this JSON.
    pub(crate) fn with_json(folder: &Path, json: &str) -> Result<Self> {
        Self::answering(
            folder,
            &format!("default_type application/json; return 200 '{json}';"),
        )
    }

    /// Processor time so far, in milliseconds.
    pub(crate) fn cpu_ms(&self) -> Result<f64> {
        self.program.cpu_ms()
    }

    fn answering(folder: &Path, answer: &str) -> Result<Self> {
        let address = free_address()?;
        let mut command = configured(folder, address, answer)?;
        let mut program = Program::start(&mut command, &folder.join("nginx.log"))?;
        program.wait_for(address, Duration::from_secs(10))?;
        Ok(Self {
            program,
            folder: folder.to_owned(),
            address,
        })
    }

    /// Measures for `seconds`.
    pub(crate) fn y204(&self, seconds: u32) -> Result<Y204> {
        let answer = HEAD_FIELDS
            .iter()
            .map(|field| field.len() + 2)
            .sum::<usize>()
            + "HTTP/1.1 204 No Content\r\n\r\n".len();
        let before = self.program.cpu_ms()?;
        let run = wrk::fetch(&wrk::Load {
            folder: &self.folder,
            address: self.address,
            path: "/",
            headers: &[],
            connections: CONNECTIONS,
            seconds,
            answer_bytes: answer,
        })?;
        let cpu_ms = (self.program.cpu_ms()? - before) / run.requests;
        Ok(Y204 {
            per_second: run.per_second,
            cpu_ms,
        })
    }
}

/// The command that starts nginx in the foreground, with everything it writes in `folder`.
pub(crate) fn command(folder: &Path, address: SocketAddr) -> Result<Command> {
    configured(folder, address, "return 204;")
}

fn configured(folder: &Path, address: SocketAddr, answer: &str) -> Result<Command> {
    let place = folder.display();
    let text = format!(
        "daemon off;\nworker_processes 2;\npid {place}/nginx.pid;\nerror_log stderr warn;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n  access_log off;\n  server_tokens off;\n  keepalive_requests 1000000000;\n\
         {temporary}  server {{ listen {address}; location / {{ {answer} }} }}\n}}\n",
        temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("  {kind}_temp_path {place}/nginx-{kind};\n"))
            .concat(),
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, text)?;
    let mut command = Command::new(find_program("nginx").context("nginx is not installed")?);
    command
        .arg("-e")
        .arg("stderr")
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(file);
    Ok(command)
}
