//! `warifu tenant`: organisations on this server.

use serde::Serialize;
use warifu_domain::policy::{Enrolment, Policy, Preset};
use warifu_flows::{By, maintenance, manage_tenants};
use warifu_storage::TenantRow;

use super::exit::Failure;
use super::output::{Form, Table, facts, print, print_json, times_of, utc};
use super::policy::{PolicySource, read_policy, unknown_preset};
use super::with_state;
use crate::config::{Config, ConfigFile};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Add an organisation
    Add {
        /// The first part of its addresses: `midori` for https://…/midori/login
        slug: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// Its rules: a preset that ships with Warifu
        #[arg(long, default_value = "default", conflicts_with = "policy")]
        preset: String,
        /// Its rules: a file; `-` is standard input
        #[arg(long, value_name = "FILE")]
        policy: Option<PolicySource>,
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
    /// List organisations by slug
    List {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
    /// Show one organisation
    Show {
        /// Its slug
        slug: String,
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
    /// Let nobody of it log in, and end what sessions may do, at once
    Suspend {
        /// Its slug
        slug: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Open it again
    Resume {
        /// Its slug
        slug: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Make the second factor compulsory for everybody in it
    #[command(name = "schedule-2fa")]
    Schedule {
        /// Its slug
        slug: String,
        /// From which day on, as in 2027-04-01, in its time zone; without it at once
        #[arg(long, value_name = "DAY", default_value = "")]
        from: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Close it now and delete everything of it after seven days
    Delete {
        /// Its slug
        slug: String,
        /// The slug once more
        #[arg(long, value_name = "SLUG")]
        confirm: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Do not delete it after all; `resume` opens it again
    Keep {
        /// Its slug
        slug: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Rescue its administrator who is locked out, after an identity check, when nobody there can help
    Rescue(super::rescue::Arguments),
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Add {
            slug,
            name,
            preset,
            policy,
            config,
            form,
        } => {
            // Wrong rules are refused before anything is opened.
            let text = match policy {
                Some(source) => read_policy(&source)?,
                None => Preset::find(&preset)
                    .ok_or_else(|| unknown_preset(&preset))?
                    .text
                    .to_owned(),
            };
            add(&config, form, &slug, &name, &text)
        }
        Command::List { config, form } => list(&config, form),
        Command::Show { slug, config, form } => show(&config, form, &slug),
        Command::Suspend { slug, config } => set_suspended(&config, &slug, true),
        Command::Resume { slug, config } => set_suspended(&config, &slug, false),
        Command::Schedule { slug, from, config } => schedule(&config, &slug, &from),
        Command::Delete {
            slug,
            confirm,
            config,
        } => delete(&config, &slug, &confirm),
        Command::Keep { slug, config } => keep(&config, &slug),
        Command::Rescue(arguments) => super::rescue::run(&arguments),
    }
}

fn add(file: &ConfigFile, form: Form, slug: &str, name: &str, policy: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, config| {
        manage_tenants::add_tenant(ctx, &By::command_line(), slug, name, policy).await?;
        let row = manage_tenants::show_tenant(ctx, slug).await?;
        let view = View::new(&row, config);
        if form.json {
            return print_json(&view);
        }
        print(&format!(
            "tenant {slug} is added; its people log in at {}\n",
            view.address
        ))
    })
}

/// What is told about a tenant.
#[derive(Serialize)]
struct View<'a> {
    slug: &'a str,
    name: &'a str,
    state: &'static str,
    address: String,
    /// `None` where the stored policy cannot be read.
    second_factor: Option<Enrolment>,
    language: Option<&'static str>,
    time_zone: Option<String>,
    policy_revision: i64,
    added_at: String,
}

impl<'a> View<'a> {
    fn new(row: &'a TenantRow, config: &Config) -> Self {
        let policy = Policy::parse(&row.policy).ok();
        Self {
            slug: &row.slug,
            name: &row.name,
            state: match (row.delete_at, row.suspended) {
                (Some(_), _) => "to be deleted",
                (None, true) => "suspended",
                (None, false) => "active",
            },
            address: format!(
                "{}/{}/login",
                config.server.base_url_at(config.server.listen).origin(),
                row.slug
            ),
            second_factor: policy.as_ref().map(|policy| policy.second_factor.enrolment),
            language: policy
                .as_ref()
                .map(|policy| super::policy::tag(policy.locale.language)),
            time_zone: policy.map(|policy| policy.locale.time_zone),
            policy_revision: row.revision,
            added_at: utc(row.created_at),
        }
    }

    fn second_factor(&self) -> &'static str {
        match self.second_factor {
            Some(Enrolment::Off) => "off",
            Some(Enrolment::Optional) => "optional",
            Some(Enrolment::Required) => "required",
            Some(Enrolment::RequiredOffNetwork) => "required-off-network",
            None => UNREADABLE,
        }
    }
}

const UNREADABLE: &str = "(the policy cannot be read)";

/// When a tenant was added, by its own clock.
fn added(row: &TenantRow) -> String {
    let policy = Policy::parse(&row.policy).unwrap_or_default();
    times_of(&policy).minute(row.created_at.0)
}

fn list(file: &ConfigFile, form: Form) -> Result<(), Failure> {
    with_state(file, async |ctx, config| {
        let rows = maintenance::every_tenant(ctx).await?;
        if form.json {
            return rows
                .iter()
                .try_for_each(|row| print_json(&View::new(row, config)));
        }
        if rows.is_empty() {
            return print(
                "There are no tenants yet: `warifu tenant add SLUG --name NAME` adds one.\n",
            );
        }
        let mut table = Table::new(["slug", "name", "state", "second factor", "added"]);
        for row in &rows {
            let view = View::new(row, config);
            table.row([
                view.slug.to_owned(),
                view.name.to_owned(),
                view.state.to_owned(),
                view.second_factor().to_owned(),
                added(row),
            ]);
        }
        print(&table.text(0))
    })
}

fn show(file: &ConfigFile, form: Form, slug: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, config| {
        let row = manage_tenants::show_tenant(ctx, slug).await?;
        let view = View::new(&row, config);
        if form.json {
            return print_json(&view);
        }
        print(&facts([
            ("slug", view.slug.to_owned()),
            ("name", view.name.to_owned()),
            ("state", view.state.to_owned()),
            ("address", view.address.clone()),
            ("second factor", view.second_factor().to_owned()),
            ("language", view.language.unwrap_or(UNREADABLE).to_owned()),
            (
                "time zone",
                view.time_zone.clone().unwrap_or(UNREADABLE.to_owned()),
            ),
            ("policy revision", view.policy_revision.to_string()),
            ("added", added(&row)),
        ]))
    })
}

fn set_suspended(file: &ConfigFile, slug: &str, suspended: bool) -> Result<(), Failure> {
    with_state(file, async |ctx, _| {
        let changed =
            manage_tenants::set_suspended(ctx, &By::command_line(), slug, suspended).await?;
        let state = if suspended { "suspended" } else { "active" };
        let was = if changed { "now" } else { "already" };
        print(&format!("tenant {slug} is {was} {state}\n"))
    })
}

fn schedule(file: &ConfigFile, slug: &str, from: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, _| {
        manage_tenants::schedule_second_factor(ctx, &By::command_line(), slug, from).await?;
        let when = match from.trim() {
            "" => "at once".to_owned(),
            day => format!("from {day} on"),
        };
        print(&format!(
            "everybody in tenant {slug} needs a second factor {when}\n"
        ))
    })
}

fn delete(file: &ConfigFile, slug: &str, confirm: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, _| {
        let at = manage_tenants::mark_for_deletion(ctx, &By::command_line(), slug, confirm).await?;
        let row = manage_tenants::show_tenant(ctx, slug).await?;
        let policy = Policy::parse(&row.policy).unwrap_or_default();
        print(&format!(
            "tenant {slug} is suspended, and everything of it is deleted at {}\n\
             until then `warifu tenant keep {slug}` takes that back\n",
            times_of(&policy).minute(at.0)
        ))
    })
}

fn keep(file: &ConfigFile, slug: &str) -> Result<(), Failure> {
    with_state(file, async |ctx, _| {
        let was_marked = manage_tenants::keep(ctx, &By::command_line(), slug).await?;
        print(&match was_marked {
            true => format!(
                "tenant {slug} is not deleted; it is still suspended: `warifu tenant resume {slug}` opens it\n"
            ),
            false => format!("tenant {slug} was not to be deleted\n"),
        })
    })
}
