//! `warifu audit`: what happened, in order, and whether anybody changed that record.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use warifu_domain::audit::Actor;
use warifu_domain::ids::{Reference, UserId};
use warifu_domain::tenant::Tenant;
use warifu_domain::user::Login;
use warifu_flows::{Ctx, audit, entrances, manage_tenants, manage_users};
use warifu_storage::{AuditFilter, AuditRow, ChainCheck};

use super::exit::Failure;
use super::output::{Form, Table, print, print_json, times_of, utc};
use super::with_state;
use crate::config::ConfigFile;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List events, newest first
    List {
        #[command(flatten)]
        of: Of,
        /// Only events of the person with this login ID
        #[arg(long, value_name = "LOGIN", value_parser = login)]
        user: Option<Login>,
        /// Only events of the request with this reference, as an error page shows it: 7K3M-Q9TZ
        #[arg(long, value_parser = reference)]
        reference: Option<Reference>,
        /// At most so many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
    /// Check that no event was changed, removed or put in
    Verify {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
}

/// Whose trail.
#[derive(clap::Args)]
pub(crate) struct Of {
    /// The organisation's slug
    #[arg(required_unless_present = "server")]
    tenant: Option<String>,
    /// What belongs to no organisation: guesses at the common address whose login ID leads nowhere, changes of the keys
    #[arg(long, conflicts_with = "tenant")]
    server: bool,
}

impl Of {
    async fn find(&self, ctx: &Ctx) -> Result<Arc<Tenant>, Failure> {
        Ok(match &self.tenant {
            Some(slug) => manage_tenants::find_tenant(ctx, slug).await?,
            None => entrances::nobodys(),
        })
    }

    /// As messages name it.
    fn name(&self) -> &str {
        self.tenant.as_deref().unwrap_or("the server")
    }
}

fn login(text: &str) -> Result<Login, String> {
    Login::parse(text).map_err(|bad| bad.to_string())
}

fn reference(text: &str) -> Result<Reference, String> {
    Reference::parse(text)
        .ok_or_else(|| "a reference has eight letters and digits, as in 7K3M-Q9TZ".to_owned())
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List {
            of,
            user,
            reference,
            limit,
            config,
            form,
        } => list(&config, form, &of, user.as_ref(), reference, limit),
        Command::Verify { of, config, form } => verify(&config, form, &of),
    }
}

/// Events that are read at once.
const PAGE: i64 = 500;

fn list(
    file: &ConfigFile,
    form: Form,
    of: &Of,
    user: Option<&Login>,
    reference: Option<Reference>,
    limit: i64,
) -> Result<(), Failure> {
    with_state(file, async |ctx, _| {
        let tenant = of.find(ctx).await?;
        let times = times_of(&tenant.policy);
        let mut filter = AuditFilter {
            user: match user {
                Some(login) => Some(manage_users::show_user(ctx, &tenant, login).await?.user.id),
                None => None,
            },
            reference,
            ..AuditFilter::default()
        };
        let mut left = limit;
        while left > 0 {
            filter.limit = left.min(PAGE);
            let page = audit::list(ctx, &tenant, filter.clone()).await?;
            let users: BTreeSet<UserId> = page.iter().filter_map(|event| event.user).collect();
            let logins = audit::logins(ctx, &tenant, users).await?;
            let mut views = page.iter().map(|event| View::new(event, &logins));
            if form.json {
                views.try_for_each(|view| print_json(&view))?;
            } else if !page.is_empty() {
                let mut table = Table::new([
                    "time",
                    "event",
                    "user",
                    "by",
                    "outcome",
                    "from",
                    "reference",
                    "detail",
                ]);
                for (event, view) in page.iter().zip(views) {
                    table.row([
                        times.second(event.at.0),
                        view.event.to_owned(),
                        view.user.unwrap_or_default().to_owned(),
                        view.by.to_owned(),
                        view.refusal.unwrap_or("ok").to_owned(),
                        view.address.unwrap_or_default(),
                        view.reference.unwrap_or_default(),
                        view.detail.unwrap_or_default().to_owned(),
                    ]);
                }
                print(&table.text(0))?;
            } else if left == limit {
                print("There are no such events.\n")?;
            }
            match page.last() {
                Some(last) if page.len() == filter.limit as usize => {
                    filter.before = (last.at, last.lane, last.seq);
                    left -= filter.limit;
                }
                _ => break,
            }
        }
        Ok(())
    })
}

/// What is told about an event.
#[derive(Serialize)]
struct View<'a> {
    at: String,
    event: &'static str,
    user: Option<&'a str>,
    by: &'static str,
    /// `None`: it was done.
    refusal: Option<&'a str>,
    /// An address, or `pseudonym:` and what stands for it.
    address: Option<String>,
    reference: Option<String>,
    detail: Option<&'a str>,
    /// The chain, and the place in it.
    lane: i64,
    seq: i64,
}

impl<'a> View<'a> {
    fn new(event: &'a AuditRow, logins: &'a HashMap<UserId, String>) -> Self {
        Self {
            at: utc(event.at),
            event: event.kind.word(),
            user: event
                .user
                .and_then(|user| logins.get(&user))
                .map(String::as_str),
            by: Actor::from_number(event.actor).word(),
            refusal: event.refusal.as_deref(),
            address: event.address.map(|address| address.to_string()),
            reference: event.reference.map(|reference| reference.to_string()),
            detail: event.detail.as_deref(),
            lane: event.lane,
            seq: event.seq,
        }
    }
}

/// The outcome of a check.
#[derive(Serialize)]
struct Verdict {
    whole: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_lane: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_seq: Option<i64>,
}

fn verify(file: &ConfigFile, form: Form, of: &Of) -> Result<(), Failure> {
    with_state(file, async |ctx, _| {
        let (tenant, slug) = (of.find(ctx).await?, of.name());
        let (verdict, outcome) = match audit::check_chain(ctx, &tenant).await? {
            ChainCheck::Whole(events) => {
                let verdict = Verdict {
                    whole: true,
                    events: Some(events),
                    broken_lane: None,
                    broken_seq: None,
                };
                (
                    verdict,
                    Ok(format!(
                        "{events} events of {slug}: none changed, none missing\n"
                    )),
                )
            }
            ChainCheck::Broken { lane, seq } => {
                let verdict = Verdict {
                    whole: false,
                    events: None,
                    broken_lane: Some(lane),
                    broken_seq: Some(seq),
                };
                let problem = format!(
                    "the audit trail of {slug} is broken: in chain {lane} event {seq} was changed, removed or put in"
                );
                (verdict, Err(Failure::failed(problem).mend(
                    "compare with a backup; if a key has left the key ring, put it back and check again",
                )))
            }
        };
        if form.json {
            print_json(&verdict)?;
            return outcome.map(drop);
        }
        print(&outcome?)
    })
}
