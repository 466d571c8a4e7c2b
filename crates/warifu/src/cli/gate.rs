//! `warifu gate`: keys with which mail servers ask whether a mail client may go on (SEC-56).

use serde::Serialize;
use warifu_domain::refusal::Refusal;
use warifu_flows::{By, FlowError, gate_keys, manage_tenants};

use super::exit::{Exit, Failure};
use super::output::{Form, Table, print, print_json, utc};
use super::with_state;
use crate::config::ConfigFile;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a key for a mail server; it is printed once
    Add {
        /// The organisation's slug
        tenant: String,
        /// What you call the mail server
        name: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// List the keys, without their secrets
    List {
        /// The organisation's slug
        tenant: String,
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
    /// Take a key away; whoever uses it is refused from now on, and so are the mail clients behind
    Remove {
        /// The organisation's slug
        tenant: String,
        /// The mail server's name
        name: String,
        #[command(flatten)]
        config: ConfigFile,
    },
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Add {
            tenant,
            name,
            config,
        } => add(&config, &tenant, &name),
        Command::List {
            tenant,
            config,
            form,
        } => list(&config, form, &tenant),
        Command::Remove {
            tenant,
            name,
            config,
        } => remove(&config, &tenant, &name),
    }
}

fn failure(error: FlowError) -> Failure {
    match error {
        FlowError::Fault(fault) => fault.into(),
        FlowError::Refused(refusal) => {
            let problem = format!("this key cannot be added ({})", refusal.code());
            Failure::failed(problem).mend(match refusal {
                Refusal::TooManyGateKeys => "remove one that no mail server uses any more",
                _ => "choose a name of at most 60 characters that no other key of it has",
            })
        }
    }
}

fn add(file: &ConfigFile, slug: &str, name: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, config| {
        let tenant = manage_tenants::find_tenant(ctx, slug).await?;
        let key = gate_keys::add(ctx, &tenant, &By::command_line(), name).await;
        let key = key.map_err(failure)?.expose();
        let address = config.server.base_url_at(config.server.listen).origin();
        print(&format!(
            "the key of {name}, shown this once:\n  {key}\nit asks at {address}/{slug}/gate/dovecot (Dovecot) or \
             {address}/{slug}/gate/mail (others)\n"
        ))
    })
}

/// What is told about a key.
#[derive(Serialize)]
struct View {
    name: String,
    added_at: String,
    used_at: Option<String>,
}

fn list(file: &ConfigFile, form: Form, slug: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, _| {
        let tenant = manage_tenants::find_tenant(ctx, slug).await?;
        let keys = gate_keys::list(ctx, &tenant, &By::command_line()).await;
        let views = keys.map_err(failure)?.into_iter().map(|key| View {
            name: key.name,
            added_at: utc(key.created_at),
            used_at: key.used_at.map(utc),
        });
        let views: Vec<View> = views.collect();
        if form.json {
            return print_json(&views);
        }
        let mut table = Table::new(["NAME", "ADDED", "LAST USED"]);
        for view in views {
            let used = view.used_at.unwrap_or_else(|| "-".to_owned());
            table.row([view.name, view.added_at, used]);
        }
        print(&table.text(0))
    })
}

fn remove(file: &ConfigFile, slug: &str, name: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, _| {
        let tenant = manage_tenants::find_tenant(ctx, slug).await?;
        let by = By::command_line();
        let keys = gate_keys::list(ctx, &tenant, &by).await.map_err(failure)?;
        let found = keys.into_iter().find(|key| key.name == name.trim());
        let Some(key) = found else {
            return Err(
                Failure::new(Exit::Failed, format!("there is no key {name}"))
                    .mend(format!("`warifu gate list {slug}` lists them")),
            );
        };
        gate_keys::remove(ctx, &tenant, &by, key.id)
            .await
            .map_err(failure)?;
        print(&format!("the key of {} is removed\n", key.name))
    })
}
