//! What a person and a verification take on disk, table by table, on SQLite.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rusqlite::{Connection, OpenFlags};
use warifu_domain::ids::Reference;
use warifu_domain::time::Span;
use warifu_flows::clock::Clock;
use warifu_flows::hasher::{HashCost, Hasher, HasherOptions};
use warifu_flows::rng::Rng;
use warifu_flows::{Ctx, FlowError, MailMode, Origin, login};
use warifu_otp::Step;

use crate::measure::thousands;
use crate::population::{Attempt, Mail, Person, add_attempts, add_people};
use crate::report::{Bound, Section, Unit, Verdict};
use crate::site::{Database, SLUG, Site};

/// Bytes of the pages of each table or index.
type Sizes = BTreeMap<String, i64>;

/// A kind of verification whose growth is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Typed {
    Right,
    Wrong,
}

pub(crate) fn run(scratch: &Path, people: usize, verifications: usize) -> Result<Section> {
    let mut table = vec![
        ["", "table or index", "bytes each"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let mut per_user = f64::NAN;
    for (mail, name) in [
        (Mail::Without, "person"),
        (Mail::With, "person with a mail address"),
    ] {
        let site = Site::create(
            scratch.join(format!("disk-people-{}", mail as u8)),
            Database::Sqlite,
        )?;
        let before = sizes(&site.database_file())?;
        site.in_process(async |ctx| {
            add_people(&ctx, 0, people, mail).await?;
            Ok(ctx)
        })?;
        let total = add_rows(
            &mut table,
            name,
            &before,
            &sizes(&site.database_file())?,
            people,
        );
        if mail == Mail::Without {
            per_user = total;
        }
    }
    let mut growth = Vec::new();
    for (typed, name) in [(Typed::Right, "right code"), (Typed::Wrong, "wrong code")] {
        let (before, after) = verify(scratch, people, verifications, typed)?;
        growth.push(add_rows(&mut table, name, &before, &after, verifications));
    }
    let bytes = |what: &str, found: f64, bound: f64| Verdict {
        what: what.to_owned(),
        found,
        bound: Bound::AtMost(bound),
        unit: Unit::Bytes,
    };
    Ok(Section {
        title: "Disk",
        text: vec![format!(
            "Growth of the SQLite file after a checkpoint, without VACUUM, by page (`dbstat`): {} people, each with a password hash, a \
             sealed secret and ten backup codes; then {} verifications with their audit events, through the flows of the \
             server. A right code also opens a session, whose row goes when it ends; the audit event stays. Attempts \
             come and go and are not counted.",
            thousands(people as f64),
            thousands(verifications as f64)
        )],
        table,
        verdicts: vec![
            bytes("a person (floor)", per_user, 768.0),
            bytes("a person (goal)", per_user, 512.0),
            bytes(
                "a right code, its session included (floor)",
                growth[0],
                256.0,
            ),
            bytes("a right code, its session included (goal)", growth[0], 64.0),
            bytes("a wrong code (floor)", growth[1], 256.0),
            bytes("a wrong code (goal)", growth[1], 64.0),
        ],
    })
}

/// Adds a row for each table that grew, and their sum, which it returns.
fn add_rows(
    table: &mut Vec<Vec<String>>,
    name: &str,
    before: &Sizes,
    after: &Sizes,
    count: usize,
) -> f64 {
    let mut total = 0.0;
    for (part, bytes) in after {
        let each = (bytes - before.get(part).unwrap_or(&0)) as f64 / count as f64;
        if part != "login_attempt" && each > 0.5 {
            table.push(vec![
                name.to_owned(),
                format!("`{part}`"),
                format!("{each:.1}"),
            ]);
            total += each;
        }
    }
    table.push(vec![
        name.to_owned(),
        "**sum**".to_owned(),
        format!("**{total:.1}**"),
    ]);
    total
}

/// The sizes before and after; the database is closed both times, so that everything is in the file.
fn verify(
    scratch: &Path,
    people: usize,
    verifications: usize,
    typed: Typed,
) -> Result<(Sizes, Sizes)> {
    let folder = scratch.join(format!(
        "disk-{verifications}-{}",
        if typed == Typed::Right {
            "right"
        } else {
            "wrong"
        }
    ));
    let site = Site::create(folder, Database::Sqlite)?;
    site.in_process(async |ctx| {
        add_people(&ctx, 0, people, Mail::Without).await?;
        Ok(ctx)
    })?;
    let before = sizes(&site.database_file())?;
    site.in_process(async |ctx| {
        // A hand clock: everybody verifies once in each minute of it, from the present on.
        let hashing = HasherOptions {
            threads: 1,
            queue: 1,
            cost: HashCost::DEFAULT,
        };
        let by_hand = Ctx::new(
            ctx.store.clone(),
            Clock::hand(ctx.clock.now()),
            Rng::system(),
            ctx.keys(),
            Hasher::start(hashing),
            MailMode::Off,
        );
        let tenant = by_hand
            .tenant(SLUG)
            .await?
            .context("the site has its tenant")?;
        let (mut done, mut run) = (0, 0);
        while done < verifications {
            let count = people.min(verifications - done);
            add_attempts(&by_hand, run, count, Person).await?;
            for number in 0..count {
                check_one(&by_hand, &tenant, typed, run, number).await?;
                // Some thousand verifications an hour.
                by_hand.clock.advance(Span(60_000 / people as i64));
            }
            by_hand.clock.advance(Span::minutes(20));
            done += count;
            run += 1;
        }
        Ok(ctx)
    })?;
    Ok((before, sizes(&site.database_file())?))
}

async fn check_one(
    ctx: &Ctx,
    tenant: &Arc<warifu_domain::tenant::Tenant>,
    typed: Typed,
    run: usize,
    number: usize,
) -> Result<()> {
    let (now, person) = (ctx.clock.now(), Person(number));
    let code = match typed {
        Typed::Right => person.code(Step(now.unix_seconds() / 30)),
        Typed::Wrong => person.wrong_code(now),
    };
    let reference = Reference::from_random(ctx.rng.bytes());
    let origin = Origin::new([203, 0, 113, 7].into(), "Chrome · Windows", reference);
    let token = Attempt { run, number }.token();
    let checked = login::check_code(ctx, tenant, &origin, &token, &code.expose()).await;
    match (typed, checked) {
        (Typed::Right, Ok(_)) | (Typed::Wrong, Err(FlowError::Refused(_))) => Ok(()),
        (_, Ok(_)) => anyhow::bail!("void: a wrong code was accepted"),
        (_, Err(error)) => Err(error.into()),
    }
}

fn sizes(file: &Path) -> Result<Sizes> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare("SELECT name, SUM(pgsize) FROM dbstat GROUP BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
