//! `warifu user import`: many people from a file, checked as a whole before the first is added.

use std::fs;
use std::io::{self, Read as _};

use warifu_domain::user_import::{BadRow, MAX_BYTES};
use warifu_flows::manage_users::{self, Existing, FirstPassword, Stage, Tally};
use warifu_flows::{By, manage_tenants};
use warifu_storage::StoreError;

use super::exit::{Exit, Failure};
use super::output::print;
use super::with_state;
use crate::config::ConfigFile;

/// The arguments.
#[derive(clap::Args)]
pub(super) struct Import {
    /// The organisation's slug
    tenant: String,
    /// A file of comma-separated values with the columns login, name, email, group, role, password_hash; `-` for standard input
    file: String,
    /// Check everything and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave people who are there already as they are, and add the others
    #[arg(long)]
    skip_existing: bool,
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(import: &Import) -> Result<(), Failure> {
    let file = read(&import.file)?;
    let existing = match import.skip_existing {
        true => Existing::Skip,
        false => Existing::Refuse,
    };
    with_state(&import.config, async |ctx, _| {
        let tenant = manage_tenants::find_tenant(ctx, &import.tenant).await?;
        let (by, slug) = (By::command_line(), &import.tenant);
        if import.dry_run {
            let (tally, problems) =
                manage_users::check_import(ctx, &tenant, &by, &file, existing).await?;
            if tally.bad > 0 {
                return Err(failure(&problems));
            }
            let fresh = tally.fresh;
            return print(&format!(
                "{fresh} users would be added to {slug}; nothing is written\n{}",
                remarks(&tally)
            ));
        }
        let id = manage_users::prepare_import(ctx, &tenant, &by, &file, existing).await?;
        let lost = || Failure::from(StoreError::corrupt("console_job"));
        let checked = manage_users::show_import(ctx, &tenant, &by, id, 0).await?;
        let checked = checked.ok_or_else(lost)?;
        if checked.tally.bad > 0 {
            let problems = manage_users::list_problems(ctx, &tenant, &by, id).await?;
            return Err(failure(&problems));
        }
        if checked.stage == Stage::Checked {
            let first = FirstPassword::Later;
            manage_users::begin_import(ctx, &tenant, &by, id, first).await?;
            manage_users::run_import(ctx, &tenant, &by, id).await?;
        }
        let done = manage_users::show_import(ctx, &tenant, &by, id, 0).await?;
        let tally = done.ok_or_else(lost)?.tally;
        print(&format!(
            "{} users are added to {slug}\n{}",
            tally.added,
            remarks(&tally)
        ))
    })
}

/// What is worth knowing beside the number.
fn remarks(tally: &Tally) -> String {
    let lines = [
        (
            tally.existing + tally.overtaken,
            "are there already, and stay as they are",
        ),
        (
            tally.without_password,
            "have no password yet: `warifu user password` sets one",
        ),
        (
            tally.weak,
            "have a weak password hash until they log in: it is hashed anew then",
        ),
    ];
    let lines = lines.into_iter().filter(|(count, _)| *count > 0);
    lines
        .map(|(count, words)| format!("  {count} {words}\n"))
        .collect()
}

fn read(file: &str) -> Result<Vec<u8>, Failure> {
    // One byte more than is allowed, so that the rule is the one that refuses.
    let limit = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = match file {
        "-" => io::stdin().take(limit).read_to_end(&mut bytes),
        path => fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)),
    };
    read.map_err(|error| Failure::new(Exit::Usage, format!("{file} cannot be read: {error}")))?;
    Ok(bytes)
}

/// Every row that is wrong, one a line.
fn failure(problems: &[BadRow]) -> Failure {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Failure::failed("nothing is imported; these rows are wrong:").mend(lines.join("\n  "))
}
