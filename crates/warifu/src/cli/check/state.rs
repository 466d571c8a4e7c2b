//! What `check` says about the key ring, the database and what is in it, and the clock.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use warifu_domain::policy::Policy;
use warifu_domain::time::{Span, Timestamp};
use warifu_flows::{Ctx, MailMode, maintenance};
use warifu_storage::{KeyRing, Location, SchemaState, Store, StoreOptions, TenantRow};
use warifu_web::pages::times::Times;

use super::Report;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::utc;
use crate::config::{Config, KeySource};
use crate::wire;

pub(super) async fn check(config: &Config, report: &mut Report) {
    let keys = check_keys(config, report);
    let is_usable = check_database(config, report).await;
    match (keys, is_usable) {
        (Some(keys), true) => check_content(config, keys, report).await,
        _ => check_clock(None, report),
    }
}

fn check_keys(config: &Config, report: &mut Report) -> Option<KeyRing> {
    let source = match config.keys.source() {
        KeySource::File(file) => file.display().to_string(),
        KeySource::Environment(name) => format!("${name}"),
    };
    match wire::key_ring(&config.keys) {
        Err(failure) => {
            report.problem("key ring", failure);
            None
        }
        Ok(keys) => {
            let mut says = format!("{source}: key {} is active", keys.active_id());
            let all: Vec<String> = keys.ids().map(|id| id.to_string()).collect();
            if all.len() > 1 {
                says += &format!("; it has keys {}", all.join(", "));
            }
            report.ok("key ring", says);
            Some(keys)
        }
    }
}

const DATABASE: &str = "database";

/// Whether the database is there and of this version.
async fn check_database(config: &Config, report: &mut Report) -> bool {
    let location = wire::location(&config.database);
    let name = match &location {
        Location::Sqlite(file) => {
            if let Err(failure) = wire::find_database(file) {
                report.problem(DATABASE, failure);
                return false;
            }
            check_mode(file, report);
            file.display().to_string()
        }
        Location::Postgres(_) => "PostgreSQL".to_owned(),
    };
    match Store::schema_of(&location).await {
        Ok(SchemaState::Current(version)) => {
            report.ok(DATABASE, format!("{name}: schema {version}"));
            true
        }
        Ok(SchemaState::Older { found, known }) => {
            report.warning(
                DATABASE,
                format!("{name}: schema {found}; this version has schema {known}"),
                "make a backup; the next start, or any other command, brings it up to date",
            );
            false
        }
        Ok(SchemaState::Empty) => {
            let problem = format!("{name}: nothing of Warifu's is in it");
            let failure = Failure::new(Exit::State, problem);
            report.problem(
                DATABASE,
                failure.mend("`warifu init` sets up a new server; or correct database.url"),
            );
            false
        }
        Err(error) => {
            report.problem(DATABASE, error.into());
            false
        }
    }
}

/// Names, roles and hashes are in it; secrets are sealed, but nobody else has to have them either.
fn check_mode(file: &Path, report: &mut Report) {
    let mode = fs::metadata(file).map(|metadata| metadata.permissions().mode() & 0o7777);
    if let Ok(mode) = mode
        && mode & 0o077 != 0
    {
        report.warning(
            DATABASE,
            format!(
                "{} is open to other users (mode {mode:04o})",
                file.display()
            ),
            format!("run `chmod 600 {}`", file.display()),
        );
    }
}

async fn check_content(config: &Config, keys: KeyRing, report: &mut Report) {
    let location = wire::location(&config.database);
    let store = match Store::open(&location, StoreOptions::default()).await {
        Ok(store) => store,
        Err(error) => return report.problem(DATABASE, error.into()),
    };
    let ctx = wire::ctx(store, keys, &config.hashing, MailMode::Off);
    let looked = look(&ctx, config, report).await;
    ctx.store.clone().close().await;
    if let Err(failure) = looked {
        report.problem(DATABASE, failure);
    }
}

async fn look(ctx: &Ctx, config: &Config, report: &mut Report) -> Result<(), Failure> {
    if let Err(error) = ctx.store.ping().await {
        report.problem(DATABASE, error.into());
    }
    check_key_use(ctx, report).await?;
    let tenants = maintenance::every_tenant(ctx).await?;
    check_tenants(&tenants, report);
    check_gates(config, &tenants, report);
    check_clock(maintenance::newest_event(ctx).await?, report);
    Ok(())
}

async fn check_key_use(ctx: &Ctx, report: &mut Report) -> Result<(), Failure> {
    let (mut values, mut all_there) = (0, true);
    for (used, is_known) in maintenance::key_use(ctx).await? {
        values += used.values;
        if !is_known {
            all_there = false;
            let problem = format!(
                "key {} is missing from the key ring; made with it: {} ({})",
                used.key_id, used.what, used.values
            );
            let failure = Failure::new(Exit::State, problem);
            report.problem(
                "keys in use",
                failure.mend("put it back from the copy of the key ring"),
            );
        }
    }
    // Keys of the same numbers may still be others.
    if all_there && let Err(failure) = wire::check_keys_belong(ctx).await {
        all_there = false;
        report.problem("keys in use", failure);
    }
    if all_there {
        report.ok(
            "keys in use",
            format!("the keys of all stored values ({values}) are in the ring"),
        );
    }
    Ok(())
}

fn check_tenants(tenants: &[TenantRow], report: &mut Report) {
    const PART: &str = "tenants";
    if tenants.is_empty() {
        report.warning(
            PART,
            "there are none: nobody can log in",
            "`warifu tenant add SLUG --name NAME`",
        );
        return;
    }
    let mut all_good = true;
    for tenant in tenants {
        let wrong = match Policy::parse(&tenant.policy) {
            Err(bad) => bad.to_string(),
            Ok(policy) if Times::new(&policy.locale.time_zone).is_err() => {
                format!("there is no time zone {:?}", policy.locale.time_zone)
            }
            Ok(_) => continue,
        };
        all_good = false;
        let failure = Failure::failed(format!("the policy of {}: {wrong}", tenant.slug));
        report.problem(
            PART,
            failure.mend(format!(
                "replace it: `warifu policy set {} FILE`",
                tenant.slug
            )),
        );
    }
    if all_good {
        report.ok(
            PART,
            format!("{}, each with rules that can be read", tenants.len()),
        );
    }
}

/// A socket of a tenant that is not there refuses everybody.
fn check_gates(config: &Config, tenants: &[TenantRow], report: &mut Report) {
    for section in &config.mail_gate {
        let slug = &section.tenant;
        if !tenants.iter().any(|tenant| tenant.slug == *slug) {
            let problem = format!("[[mail_gate]] names the tenant {slug}, which is not there");
            let failure = Failure::new(Exit::NotFound, problem);
            report.problem(
                "mail gate",
                failure.mend("`warifu tenant list` shows those there are"),
            );
        }
    }
}

/// 2026-01-01: before it, this program did not exist.
const EARLIEST: Timestamp = Timestamp(1_767_225_600_000);
/// Clocks of several servers differ by less, if they are looked after.
const SLACK: Span = Span::seconds(5);

/// Codes of phones are judged by this clock, and audit events are ordered by it.
fn check_clock(newest_event: Option<Timestamp>, report: &mut Report) {
    const PART: &str = "clock";
    let now = warifu_flows::clock::Clock::System.now();
    let behind = if now < EARLIEST {
        Some("Warifu itself is younger than that".to_owned())
    } else {
        let newest = newest_event.filter(|newest| *newest > now + SLACK);
        newest.map(|newest| format!("the newest audit event is of {}", utc(newest)))
    };
    match behind {
        None => report.ok(PART, utc(now)),
        Some(why) => report.problem(
            PART,
            Failure::failed(format!("it shows {}, but {why}", utc(now)))
                .mend("let the machine's time be kept (systemd-timesyncd, chrony): codes of phones depend on it"),
        ),
    }
}
