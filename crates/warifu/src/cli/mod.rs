//! The command line: one file a group of commands. What the commands mean is in `warifu-flows`; what they print, and the exit
//! code they end with, is here and in docs/command-line.md.

mod audit;
mod check;
pub(crate) mod exit;
mod gate;
mod init;
mod keys;
mod mail;
mod otp;
pub(crate) mod output;
mod policy;
mod rescue;
mod tenant;
mod user;
mod user_import;
mod user_remind;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use tokio::runtime::Runtime;
use warifu_flows::Ctx;

use crate::config::{Config, ConfigFile};
use crate::{demo, log, serve, wire};
use exit::Failure;

/// Two-factor login for everything an organisation already runs
#[derive(Parser)]
#[command(version, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 wrong configuration, 4 database or key ring unusable,
            5 no such tenant or user, 6 exists already, 7 a mail server has an open door";

#[derive(Subcommand)]
enum Command {
    /// Try Warifu out: a server on this machine only, with people to log in as; nothing of it is left behind
    Demo(demo::Arguments),
    /// Set up a new server: data folder, configuration, key ring, database, first operator
    Init(init::Arguments),
    /// Run the server
    Serve(serve::Arguments),
    /// Say what is wrong with configuration, keys, database, certificate or clock, and how to mend it
    Check(check::Arguments),
    /// Organisations on this server
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// The rules of an organisation
    #[command(subcommand)]
    Policy(policy::Command),
    /// People of an organisation
    #[command(subcommand)]
    User(user::Command),
    /// The keys under which secrets are stored, and changing them
    #[command(subcommand)]
    Keys(keys::Command),
    /// Keys of mail servers that ask which mail clients may go on
    #[command(subcommand)]
    Gate(gate::Command),
    /// Mail that the server sends
    #[command(subcommand)]
    Mail(mail::Command),
    /// What happened, in order
    #[command(subcommand)]
    Audit(audit::Command),
    /// One-time codes, as an app shows them
    #[command(subcommand)]
    Otp(otp::Command),
}

/// Does what the process was called for.
pub(crate) fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are such errors too, with exit code 0. If nobody reads them there is nothing left to say.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let outcome = match arguments.command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Tenant(command) => tenant::run(command),
        Command::Policy(command) => policy::run(command),
        Command::User(command) => user::run(command),
        Command::Keys(command) => keys::run(command),
        Command::Gate(command) => gate::run(command),
        Command::Mail(command) => mail::run(command),
        Command::Audit(command) => audit::run(command),
        Command::Otp(command) => otp::run(command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Runs one command's work. One thread is enough: the store and the hashing pool have their own.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    runtime(&mut tokio::runtime::Builder::new_current_thread())?.block_on(work)
}

/// A runtime, or why there is none.
pub(crate) fn runtime(builder: &mut tokio::runtime::Builder) -> Result<Runtime, Failure> {
    builder
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the process cannot start its runtime: {error}")))
}

/// Opens what the configuration names, does `work` on it, and closes it again.
pub(crate) fn with_state<T>(
    file: &ConfigFile,
    work: impl AsyncFnOnce(&Arc<Ctx>, &Config) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let config = file.load()?;
    log_faults_only();
    block_on(async {
        let ctx = wire::open_state(&config).await?;
        let outcome = work(&ctx, &config).await;
        ctx.store.clone().close().await;
        outcome
    })
}

/// A command for people prints its own messages; only faults add a line with their cause.
pub(crate) fn log_faults_only() {
    let level = "error".parse().expect("a level");
    log::start(log::Format::Text, &level);
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_command_and_exit_code_is_documented() {
        let page = include_str!("../../../../docs/command-line.md");
        let command = Arguments::command();
        command.clone().debug_assert();
        for group in command.get_subcommands() {
            let row = page
                .lines()
                .find(|line| line.starts_with(&format!("| `{}", group.get_name())));
            let row = row.unwrap_or_else(|| panic!("`{}` has no row", group.get_name()));
            for inner in group.get_subcommands() {
                let name = inner.get_name();
                assert!(
                    row.contains(&format!("{name}`")),
                    "{} {name}",
                    group.get_name()
                );
            }
        }
        for code in 0..=exit::Exit::OpenDoor as u8 {
            assert!(page.contains(&format!("\n| {code} | ")), "{code}");
            assert!(EXIT_CODES.contains(&format!("{code} ")), "{code}");
        }
    }
}
