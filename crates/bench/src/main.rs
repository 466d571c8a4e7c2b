//! `warifu-bench`: measures the real server against yardsticks on the same machine. The targets stand in `target`, what they are
//! held against in `yardstick`.

mod browser;
mod crowd;
mod load;
mod machine;
mod measure;
mod population;
mod postgres;
mod process;
mod report;
mod site;
mod stage;
mod target;
mod yardstick;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};

use postgres::Postgres;
use report::Section;
use stage::{Plan, Stage};
use target::codes::{self, Size, Typed};
use target::{
    disk, first_command, footprint, gate, imap_logins, imports, lists, logins, page, start, totp,
};
use yardstick::nginx::Nginx;

/// Measures Warifu against yardsticks on the same machine, pair by pair.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Target,
    /// Where data goes: the file system that is measured. By default a folder beside this program.
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// The `warifu` program. By default it is built.
    #[arg(long, global = true)]
    server: Option<PathBuf>,
    /// Pairs of yardstick and target.
    #[arg(long, global = true, default_value_t = 5)]
    pairs: usize,
    /// People in the database: 100,000 by default, for `lists` and `gate` a million.
    #[arg(long, global = true)]
    people: Option<usize>,
}

#[derive(Subcommand)]
enum Target {
    /// Everything but `first-command`; takes about ten minutes.
    All {
        /// The page to write.
        #[arg(long)]
        write: Option<PathBuf>,
    },
    /// A few seconds: whether every answer is right. Measures nothing.
    Smoke,
    /// One TOTP judgement against totp-rs.
    Totp,
    /// Bytes on disk.
    Disk,
    /// Right codes on SQLite, by many callers and by one.
    RightCodes,
    /// Wrong codes on SQLite.
    WrongCodes,
    /// Right and wrong codes on PostgreSQL.
    Postgres,
    /// Whole logins against bare Argon2id.
    Logins,
    /// The account page against a bare handler.
    Page,
    /// The administrator's lists, a policy's preview and the file of everybody, on both engines.
    Lists {
        /// The page to write.
        #[arg(long)]
        write: Option<PathBuf>,
    },
    /// The gate of mail servers on both engines, and IMAP logins at a Dovecot that asks it.
    Gate {
        /// The page to write.
        #[arg(long)]
        write: Option<PathBuf>,
    },
    /// Memory when idle and after the same load as in `all`. Other programs on the machine do not change it.
    Memory,
    /// Time to the first answer.
    Start,
    /// Importing people with password hashes, on both engines.
    Imports,
    /// A cold `cargo run -- demo`: builds everything.
    FirstCommand,
    /// The yardstick of `logins`, in a process of its own.
    #[command(hide = true)]
    BareArgon2 { threads: usize, seconds: f64 },
    /// The yardstick of `page`, in a process of its own.
    #[command(hide = true)]
    BarePage {
        address: SocketAddr,
        path: String,
        head: PathBuf,
        body: PathBuf,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match &arguments.command {
        Target::BareArgon2 { threads, seconds } => yardstick::bare_argon2::run(*threads, *seconds),
        Target::BarePage {
            address,
            path,
            head,
            body,
        } => yardstick::bare_page::run(*address, path, head, body),
        target => {
            let me = std::env::current_exe()?;
            let beside = me.parent().context("a program is in a folder")?;
            let scratch = arguments.data.clone().unwrap_or_else(|| beside.to_owned());
            let scratch =
                Scratch::create(&scratch.join(format!("bench-data-{}", std::process::id())))?;
            let is_smoke = matches!(target, Target::Smoke);
            let people = arguments.people.unwrap_or(match target {
                Target::Smoke => 200,
                Target::Lists { .. } | Target::Gate { .. } => 1_000_000,
                _ => 100_000,
            });
            let plan = Plan {
                server: match &arguments.server {
                    Some(server) => server.clone(),
                    None => build_server(beside)?,
                },
                me,
                scratch: scratch.0.clone(),
                pairs: if is_smoke { 1 } else { arguments.pairs.max(1) },
                people,
                sessions: if is_smoke { 10 } else { 1_000.min(people) },
            };
            measure(&plan, target)
        }
    }
}

/// People of an imported file.
const IMPORTED: usize = 100_000;

fn measure(plan: &Plan, target: &Target) -> Result<()> {
    let size = Size {
        pairs: plan.pairs,
        verifications: 16_000,
        callers: codes::CONNECTIONS,
    };
    const LOGINS: usize = 500;
    let sqlite = || Stage::set(plan, "sqlite", None);
    let nginx = || Nginx::start(&plan.scratch);
    let sections = match target {
        Target::All { write } => {
            machine::require(&["nginx", "wrk", "initdb", "sqlite3"])?;
            let sections = all(plan, size, LOGINS)?;
            if let Some(file) = write {
                write_page(file, "all", plan, &sections)?;
            }
            sections
        }
        Target::Smoke => return smoke(plan),
        Target::Totp => vec![totp::run(plan.pairs.max(9))?],
        Target::Disk => vec![disk::run(&plan.scratch, 10_000, 40_000)?],
        Target::RightCodes | Target::WrongCodes => {
            machine::require(&["nginx", "wrk"])?;
            let typed = if matches!(target, Target::RightCodes) {
                Typed::Right
            } else {
                Typed::Wrong
            };
            let (stage, nginx) = (sqlite()?, nginx()?);
            let mut sections = vec![codes::run(&stage, &nginx, typed, size)?];
            if typed == Typed::Right {
                sections.push(codes::run(&stage, &nginx, typed, size.alone())?);
            }
            sections
        }
        Target::Postgres => {
            machine::require(&["nginx", "wrk", "initdb"])?;
            on_postgres(plan, &nginx()?, size)?
        }
        Target::Memory => {
            machine::require(&["nginx", "wrk"])?;
            let stage = sqlite()?;
            let idle = footprint::idle(&stage)?;
            for typed in [Typed::Right, Typed::Wrong] {
                codes::run(&stage, &nginx()?, typed, size)?;
            }
            logins::run(plan, &stage, LOGINS)?;
            page::run(plan, &stage)?;
            vec![footprint::section(plan, &stage, idle)?]
        }
        Target::Logins => vec![logins::run(plan, &sqlite()?, LOGINS)?],
        Target::Page => {
            machine::require(&["wrk"])?;
            vec![page::run(plan, &sqlite()?)?]
        }
        Target::Lists { write: file } => {
            machine::require(&["initdb", "sqlite3"])?;
            let sections = lists(plan)?;
            if let Some(file) = file {
                write_page(file, "lists", plan, &sections)?;
            }
            sections
        }
        Target::Gate { write: file } => {
            machine::require(&["dovecot", "initdb", "nginx", "wrk"])?;
            let sections = asked(plan)?;
            if let Some(file) = file {
                write_page(file, "gate", plan, &sections)?;
            }
            sections
        }
        Target::Start => {
            machine::require(&["nginx"])?;
            vec![start::run(plan, sqlite()?)?]
        }
        Target::Imports => {
            machine::require(&["initdb"])?;
            imports::run(&plan.scratch, IMPORTED, plan.pairs.min(3))?
        }
        Target::FirstCommand => vec![first_command::run(&plan.scratch)?],
        Target::BareArgon2 { .. } | Target::BarePage { .. } => bail!("not a target"),
    };
    for section in sections {
        println!("\n{}", section.markdown());
    }
    Ok(())
}

fn all(plan: &Plan, size: Size, logins: usize) -> Result<Vec<Section>> {
    let nginx = Nginx::start(&plan.scratch)?;
    let totp = totp::run(plan.pairs.max(9))?;
    let stage = Stage::set(plan, "sqlite", None)?;
    let idle = footprint::idle(&stage)?;
    let right = codes::run(&stage, &nginx, Typed::Right, size)?;
    let alone = codes::run(&stage, &nginx, Typed::Right, size.alone())?;
    let wrong = codes::run(&stage, &nginx, Typed::Wrong, size)?;
    let logins = logins::run(plan, &stage, logins)?;
    let page = page::run(plan, &stage)?;
    let footprint = footprint::section(plan, &stage, idle)?;
    let start = start::run(plan, stage)?;
    let mut sections = vec![totp, right, alone, wrong];
    sections.extend(on_postgres(plan, &nginx, size)?);
    sections.extend([
        logins,
        page,
        footprint,
        start,
        disk::run(&plan.scratch, 10_000, 40_000)?,
    ]);
    // The whole crowd takes longer than everything else: it has a run of its own.
    let few = Plan {
        people: plan.people.min(20_000),
        ..plan.clone()
    };
    sections.extend(lists(&few)?);
    sections.extend(imports::run(&plan.scratch, IMPORTED, plan.pairs.min(3))?);
    Ok(sections)
}

fn lists(plan: &Plan) -> Result<Vec<Section>> {
    let mut sections = lists::run(plan, "sqlite", None)?;
    let postgres = Postgres::start(&plan.scratch)?;
    sections.extend(lists::run(plan, "postgresql", Some(postgres))?);
    Ok(sections)
}

/// The gate on both engines, and behind a Dovecot.
fn asked(plan: &Plan) -> Result<Vec<Section>> {
    const IMAP_LOGINS: usize = 600;
    let mut sections = gate::run(plan, "sqlite", None)?;
    sections.extend(gate::run(
        plan,
        "postgresql",
        Some(Postgres::start(&plan.scratch)?),
    )?);
    let scene = gate::Scene::set(plan, "imap_logins", plan.people.min(10_000), None)?;
    sections.push(imap_logins::run(plan, &scene, IMAP_LOGINS)?);
    Ok(sections)
}

fn write_page(file: &Path, target: &str, plan: &Plan, sections: &[Section]) -> Result<()> {
    let arguments = format!("{target} --write {}", file.display());
    report::write(
        file,
        &arguments,
        &machine::describe(&plan.scratch),
        sections,
    )
}

fn on_postgres(plan: &Plan, nginx: &Nginx, size: Size) -> Result<Vec<Section>> {
    let stage = Stage::set(plan, "postgresql", Some(Postgres::start(&plan.scratch)?))?;
    Ok(vec![
        codes::run(&stage, nginx, Typed::Right, size)?,
        codes::run(&stage, nginx, Typed::Wrong, size)?,
    ])
}

/// Every target's requests once, in the smallest number; only answers are looked at, never times.
fn smoke(plan: &Plan) -> Result<()> {
    totp::run(1)?;
    disk::run(&plan.scratch, 20, 40)?;
    let stage = Stage::set(plan, "sqlite", None)?;
    codes::verify(&stage, Typed::Right, 60, codes::CONNECTIONS)?;
    codes::verify(&stage, Typed::Wrong, 60, codes::CONNECTIONS)?;
    logins::log_in(&stage, 4)?;
    page::look(&stage)?;
    drop(stage);
    lists::look(plan)?;
    imports::verify(&plan.scratch, 120)?;
    let scene = gate::Scene::set(plan, "gate", plan.people, None)?;
    gate::look(&scene)?;
    imap_logins::look(&scene)?;
    println!("every answer was right");
    Ok(())
}

/// A folder that is removed at the end, whatever the end is.
struct Scratch(PathBuf);

impl Scratch {
    fn create(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self(folder.canonicalize()?))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Builds the server in this program's own profile and returns where it is.
fn build_server(beside: &Path) -> Result<PathBuf> {
    let mut command = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    command.args(["build", "--quiet", "--package", "warifu", "--bin", "warifu"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let status = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .context("cargo builds the server")?;
    if !status.success() {
        bail!("the server does not build");
    }
    Ok(beside.join("warifu"))
}
