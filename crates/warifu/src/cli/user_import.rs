//! `warifu user import`: many people from a file, all or none.

use std::fs;
use std::io::{self, Read as _};

use warifu_domain::user_import::MAX_BYTES;
use warifu_flows::manage_users::{self, ImportError};
use warifu_flows::{By, manage_tenants};

use super::exit::{Exit, Failure};
use super::output::print;
use super::with_state;
use crate::config::ConfigFile;

/// The arguments.
#[derive(clap::Args)]
pub(super) struct Import {
    /// The organisation's slug
    tenant: String,
    /// A file of comma-separated values with the columns login, name, email, group, role; `-` for standard input
    file: String,
    /// Check everything and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(import: &Import) -> Result<(), Failure> {
    let text = read(&import.file)?;
    with_state(&import.config, async |ctx, _| {
        let tenant = manage_tenants::find_tenant(ctx, &import.tenant).await?;
        let by = By::command_line();
        let slug = &import.tenant;
        let done = if import.dry_run {
            let count = manage_users::check_import(ctx, &tenant, &by, &text).await;
            count.map(|count| {
                format!("{count} users would be added to {slug}; nothing is written\n")
            })
        } else {
            let count = manage_users::import_users(ctx, &tenant, &by, &text).await;
            count.map(|count| {
                format!(
                    "{count} users are added to {slug}; none of them has a password yet: `warifu user password` sets one\n"
                )
            })
        };
        print(&done.map_err(failure)?)
    })
}

fn read(file: &str) -> Result<String, Failure> {
    // One byte more than is allowed, so that the rule is the one that refuses.
    let limit = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = match file {
        "-" => io::stdin().take(limit).read_to_end(&mut bytes),
        path => fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)),
    };
    read.map_err(|error| Failure::new(Exit::Usage, format!("{file} cannot be read: {error}")))?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::failed(format!("{file} is not UTF-8")).mend("save it as “CSV UTF-8”"))
}

/// Every row that is wrong, one a line.
fn failure(error: ImportError) -> Failure {
    match error {
        ImportError::Other(error) => error.into(),
        ImportError::Rows(rows) => {
            let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
            Failure::failed("nothing is imported; these rows are wrong:").mend(lines.join("\n  "))
        }
    }
}
