//! `warifu mail`: whether mail reaches the relay, and how much waits.

use serde::Serialize;
use warifu_flows::delivery::{self, TestError};
use warifu_flows::{By, manage_tenants};

use super::exit::{Exit, Failure};
use super::output::{Form, facts, print, print_json, utc};
use super::with_state;
use crate::config::ConfigFile;
use crate::mail::Relay;
use crate::wire;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Send a test mail now, and say what the relay says
    Test {
        /// The address it goes to
        #[arg(long, value_name = "ADDRESS")]
        to: String,
        /// The organisation in whose words it is, and whose audit trail keeps it
        #[arg(long, value_name = "SLUG", default_value = "operator")]
        tenant: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Show the settings, and how much mail waits
    Status {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Test { to, tenant, config } => test(&config, &to, &tenant),
        Command::Status { config, form } => status(&config, form),
    }
}

fn off() -> Failure {
    Failure::new(Exit::Configuration, "mail is off: `mail.server` is not set")
        .mend("set server and sender in [mail] of the configuration")
}

fn test(file: &ConfigFile, to: &str, slug: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, config| {
        let relay = Relay::open(&config.mail)?.ok_or_else(off)?;
        let tenant = manage_tenants::find_tenant(ctx, slug).await?;
        let settings = wire::web_settings(&config.server, config.server.listen);
        let state = wire::web_state(ctx, settings)?;
        let mail = state
            .test_mail(&tenant, to, None)
            .map_err(|error| Failure::failed(format!("no words for it: {error:?}")))?;
        let by = By::command_line();
        match delivery::send_test(ctx, &tenant, &by, &relay, &mail).await {
            Ok(()) => print(&format!("the relay took a test mail to {to}\n")),
            Err(TestError::Fault(fault)) => Err(fault.into()),
            Err(TestError::NotTaken(failure)) => Err(Failure::failed(format!(
                "the relay did not take the mail: {}",
                failure.words
            ))
            .mend("correct [mail] in the configuration, or ask whoever runs the relay")),
            Err(error) => Err(Failure::failed(error.to_string())),
        }
    })
}

/// What is told about mail.
#[derive(Serialize)]
struct View {
    relay: Option<String>,
    sender: Option<String>,
    waiting: i64,
    tried: i64,
    oldest: Option<String>,
}

fn status(file: &ConfigFile, form: Form) -> Result<(), Failure> {
    with_state(file, async |ctx, config| {
        let outbox = delivery::state(ctx).await?;
        let view = View {
            relay: config.mail.relay(),
            sender: config.mail.sender.clone(),
            waiting: outbox.waiting,
            tried: outbox.tried,
            oldest: outbox.oldest.map(utc),
        };
        if form.json {
            return print_json(&view);
        }
        let off = || "(mail is off)".to_owned();
        print(&facts([
            ("relay", view.relay.unwrap_or_else(off)),
            ("sender", view.sender.unwrap_or_else(off)),
            ("waiting", view.waiting.to_string()),
            ("tried in vain so far", view.tried.to_string()),
            ("oldest", view.oldest.unwrap_or_else(|| "-".to_owned())),
        ]))
    })
}
