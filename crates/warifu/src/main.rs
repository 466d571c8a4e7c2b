//! The binary: reads the command line and hands over.

mod cli;
mod config;
mod demo;
mod first_factor;
mod install;
mod keys;
mod listen;
mod log;
mod mail;
mod mail_gate;
mod mail_server;
mod password;
mod secret;
mod serve;
mod stop;
mod tls;
mod wire;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    tls::install_provider();
    cli::run()
}
