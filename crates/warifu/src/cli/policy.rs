//! `warifu policy`: the rules of an organisation, as one file that is taken or refused as a whole.

use std::convert::Infallible;
use std::io::Read as _;
use std::path::PathBuf;
use std::str::FromStr;
use std::{fs, io};

use warifu_domain::policy::{Language, PRESETS, Policy, Preset};
use warifu_flows::By;
use warifu_flows::manage_tenants;
use warifu_web::pages::times::Times;

use super::exit::{Exit, Failure};
use super::output::{Form, Table, print, print_json};
use super::with_state;
use crate::config::ConfigFile;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Print an organisation's rules, as they were written
    Show {
        /// The organisation's slug
        slug: String,
        /// Print every rule, those included that the file leaves at their defaults
        #[arg(long, conflicts_with = "json")]
        all: bool,
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        form: Form,
    },
    /// Replace an organisation's rules as a whole; they count from the next request on
    Set {
        /// The organisation's slug
        slug: String,
        /// The rules as TOML; `-` is standard input
        file: PolicySource,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// List the presets that ship with Warifu, or print one
    Presets {
        /// Which one to print
        name: Option<String>,
    },
}

/// A file, or standard input.
#[derive(Clone, Debug)]
pub(crate) enum PolicySource {
    File(PathBuf),
    StandardInput,
}

impl FromStr for PolicySource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "-" => Self::StandardInput,
            file => Self::File(file.into()),
        })
    }
}

/// A file of rules has a few KiB; a larger one is something else.
const MAX_BYTES: u64 = 256 * 1024;

/// Reads rules and checks them. The text comes back as it was written, with its comments.
pub(crate) fn read_policy(source: &PolicySource) -> Result<String, Failure> {
    let (name, opened): (String, io::Result<Box<dyn io::Read>>) = match source {
        PolicySource::StandardInput => (
            "standard input".to_owned(),
            Ok(Box::new(io::stdin().lock())),
        ),
        PolicySource::File(path) => (
            path.display().to_string(),
            fs::File::open(path).map(|file| Box::new(file) as Box<dyn io::Read>),
        ),
    };
    let mut text = String::new();
    opened
        .and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text))
        .map_err(|error| Failure::failed(format!("{name}: cannot be read: {error}")))?;
    match Policy::parse(&text) {
        Ok(policy) if Times::new(&policy.locale.time_zone).is_err() => {
            Err(Failure::failed(format!(
                "{name}: locale.time_zone: there is no time zone {:?}",
                policy.locale.time_zone
            ))
            .mend("write a name of the IANA time zone database, such as Asia/Tokyo"))
        }
        Ok(_) => Ok(text),
        Err(bad) => {
            let (line, column) = bad.place();
            Err(Failure::failed(format!(
                "{name}:{line}:{column}: {}",
                bad.problem()
            )))
        }
    }
}

/// No preset has this name.
pub(crate) fn unknown_preset(name: &str) -> Failure {
    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    Failure::new(Exit::NotFound, format!("there is no preset {name:?}"))
        .mend(format!("there are: {}", names.join(", ")))
}

/// The language's tag.
pub(crate) fn tag(language: Language) -> &'static str {
    match language {
        Language::Ja => "ja",
        Language::En => "en",
    }
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Show {
            slug,
            all,
            config,
            form,
        } => with_state(&config, async |ctx, _| {
            if form.json || all {
                let tenant = manage_tenants::find_tenant(ctx, &slug).await?;
                return if form.json {
                    print_json(&*tenant.policy)
                } else {
                    print(&tenant.policy.to_toml())
                };
            }
            let row = manage_tenants::show_tenant(ctx, &slug).await?;
            let end = if row.policy.ends_with('\n') { "" } else { "\n" };
            print(&format!("{}{end}", row.policy))
        }),
        Command::Set { slug, file, config } => {
            let text = read_policy(&file)?;
            with_state(&config, async |ctx, _| {
                manage_tenants::set_policy(ctx, &By::command_line(), &slug, &text).await?;
                let row = manage_tenants::show_tenant(ctx, &slug).await?;
                print(&format!(
                    "the policy of tenant {slug} is replaced; this is revision {}\n",
                    row.revision
                ))
            })
        }
        Command::Presets { name: Some(name) } => print(
            Preset::find(&name)
                .ok_or_else(|| unknown_preset(&name))?
                .text,
        ),
        Command::Presets { name: None } => {
            let mut table = Table::new(["preset", "for"]);
            for preset in PRESETS {
                table.row([preset.name.to_owned(), opening(preset.text)]);
            }
            print(&table.text(0))
        }
    }
}

/// The sentence with which a preset's file opens.
fn opening(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("# "));
    let comment = lines.collect::<Vec<_>>().join(" ");
    let end = comment.find(['.', ':']).unwrap_or(comment.len());
    comment[..end].to_owned()
}
