//! The administrator's lists and figures over a whole organisation: pages against the same queries typed into the database's
//! shell, the preview of a policy, the file of everybody.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use warifu_domain::ids::TenantId;
use warifu_domain::token::Token;
use warifu_web::http::cookies::Kind;

use super::list_pages::{Case, cases};
use crate::browser::Browser;
use crate::crowd::{self, Target};
use crate::load::Connection;
use crate::measure::{Stopwatch, thousands};
use crate::population::{self, Mail, Person};
use crate::postgres::Postgres;
use crate::process::Program;
use crate::report::{Bound, Section, Unit, Verdict};
use crate::site::{Database, SLUG, Site};
use crate::stage::Plan;
use crate::yardstick::shell::Shell;

/// Times that each page is fetched, and its queries are typed.
const TIMES: usize = 100;

/// A server on the crowd, and an administrator who is signed in.
struct Scene {
    site: Site,
    postgres: Option<Postgres>,
    program: Program,
    browser: Browser,
    tenant: TenantId,
    people: u64,
    cookie: String,
}

impl Scene {
    fn set(plan: &Plan, name: &'static str, postgres: Option<Postgres>) -> Result<Self> {
        let database = match &postgres {
            Some(postgres) => Database::Postgres(postgres.database(name)?),
            None => Database::Sqlite,
        };
        let site = Site::create(plan.scratch.join(name), database)?;
        let (people, watch) = (plan.people as u64, Stopwatch::start());
        let now = std::cell::Cell::new(None);
        site.in_process(async |ctx| {
            population::add_people(&ctx, 0, 1, Mail::Without).await?;
            let tenant = ctx.tenant(SLUG).await?.context("the site has its tenant")?;
            now.set(Some((ctx.clock.now(), tenant.id)));
            Ok(ctx)
        })?;
        let (now, tenant) = now.get().context("the site has its tenant")?;
        let target = match (&site.database, &postgres) {
            (Database::Postgres(url), Some(postgres)) => Target::Postgres(postgres, url.clone()),
            _ => Target::sqlite(&site.database_file())?,
        };
        crowd::add(&target, tenant, people, now)?;
        drop(target);
        eprintln!("{name}: {people} people in {:.0} s", watch.seconds());
        // Signed in last: the proof of an administrator is asked for again after some minutes.
        site.in_process(async |ctx| {
            population::promote(&ctx, Person(0)).await?;
            population::add_sessions(&ctx, 1).await?;
            Ok(ctx)
        })?;
        let browser = Browser::new(site.address, tenant, &site.keys()?);
        let cookie = browser.cookie(Kind::Session, &session());
        let program = site.serve(&plan.server)?;
        Ok(Self {
            site,
            postgres,
            program,
            browser,
            tenant,
            people,
            cookie,
        })
    }

    fn cases(&self) -> Vec<Case> {
        let token = spelled(&session(), &self.site.database);
        cases(self.tenant, token, self.people)
    }

    fn shell(&self) -> Shell<'_> {
        match (&self.site.database, &self.postgres) {
            (Database::Postgres(url), Some(postgres)) => Shell::Postgres(postgres, url),
            _ => Shell::Sqlite(self.site.database_file()),
        }
    }
}

/// A session's token as the database has it, in its own spelling.
fn spelled(token: &Token, database: &Database) -> String {
    let digits: String = token
        .hash()
        .0
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    match database {
        Database::Sqlite => format!("X'{digits}'"),
        Database::Postgres(_) => format!("'\\x{digits}'"),
    }
}

fn session() -> Token {
    Person(0).session()
}

/// One page's figures in milliseconds.
struct Page {
    name: &'static str,
    rows: usize,
    p50: f64,
    p99: f64,
    shell: f64,
}

pub(crate) fn run(
    plan: &Plan,
    engine: &'static str,
    postgres: Option<Postgres>,
) -> Result<Vec<Section>> {
    let scene = Scene::set(plan, engine, postgres)?;
    let preview = preview(&scene, engine)?;
    let file = file(&scene, engine)?;
    Ok(vec![pages(&scene, engine)?, preview, file])
}

/// Every page once, on SQLite; only answers are looked at.
pub(crate) fn look(plan: &Plan) -> Result<()> {
    let scene = Scene::set(plan, "lists", None)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for case in scene.cases() {
        runtime.block_on(fetch(&scene, &case, 1))?;
    }
    preview(&scene, "sqlite")?;
    file(&scene, "sqlite").map(drop)
}

fn pages(scene: &Scene, engine: &str) -> Result<Section> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut found = Vec::new();
    for case in scene.cases() {
        let (rows, times) = runtime.block_on(fetch(scene, &case, TIMES))?;
        let page = Page {
            name: case.name,
            rows,
            p50: times[times.len() / 2],
            p99: times[times.len() * 99 / 100],
            shell: scene.shell().milliseconds(&case.statements, TIMES)?,
        };
        eprintln!(
            "{engine}: {} {:.1} ms, in the shell {:.1} ms",
            page.name, page.p50, page.shell
        );
        found.push(page);
    }
    let most = |of: fn(&Page) -> f64| found.iter().map(of).fold(0.0, f64::max);
    let mut table = vec![
        ["page", "rows", "p50", "p99", "in the shell", "p50 to that"]
            .map(str::to_owned)
            .to_vec(),
    ];
    table.extend(found.iter().map(|page| {
        vec![
            page.name.to_owned(),
            page.rows.to_string(),
            format!("{:.1} ms", page.p50),
            format!("{:.1} ms", page.p99),
            format!("{:.1} ms", page.shell),
            format!("{:.2}×", page.p50 / page.shell),
        ]
    }));
    let verdict = |what: &str, found, bound, unit| Verdict {
        what: what.to_owned(),
        found,
        bound: Bound::AtMost(bound),
        unit,
    };
    Ok(Section {
        title: if engine == "sqlite" {
            "Lists on SQLite"
        } else {
            "Lists on PostgreSQL"
        },
        text: vec![format!(
            "Pages of the console over {} people and as many logins of thirty days, each fetched {TIMES} times, one after the other, over one \
             connection: the whole page with session, statements and HTML. In the shell: all statements that the server sends for the page \
             (tenant, session, groups, counts, people), but the beginning and end of transactions, with their values, typed into the shell \
             of the database, {TIMES} times by its own timer; the rows go nowhere. \
             A million people, on both engines: \
             `cargo run --release -p warifu-bench -- lists --write docs/performance-lists.md`.",
            thousands(scene.people as f64)
        )],
        table,
        verdicts: vec![
            verdict(
                "the slowest page, p50",
                most(|page| page.p50),
                50.0,
                Unit::Milliseconds,
            ),
            verdict(
                "the slowest page, p99",
                most(|page| page.p99),
                50.0,
                Unit::Milliseconds,
            ),
            verdict(
                "the worst page to its queries in the shell",
                most(|page| page.p50 / page.shell),
                2.0,
                Unit::Times,
            ),
        ],
    })
}

/// How many rows a page shows, and the times in milliseconds that it took, the shortest first.
async fn fetch(scene: &Scene, case: &Case, turns: usize) -> Result<(usize, Vec<f64>)> {
    let mut connection = Connection::open(scene.site.address).await?;
    let request = scene
        .browser
        .get(&case.path, std::slice::from_ref(&scene.cookie));
    let (mut times, mut rows) = (Vec::new(), 0);
    for _ in 0..=turns {
        let watch = Stopwatch::start();
        let answer = connection.exchange(&request).await?;
        times.push(watch.seconds() * 1000.0);
        ensure!(
            answer.status == 200,
            "void: {} was answered with\n{}",
            case.path,
            answer.head
        );
        rows = String::from_utf8_lossy(answer.body)
            .matches(case.row)
            .count();
    }
    // What a small crowd has of each kind is chance.
    let least = if scene.people < 100_000 {
        0
    } else {
        case.least
    };
    ensure!(rows >= least, "void: {} shows {rows} rows", case.path);
    // The first one may read from the disk.
    times.remove(0);
    times.sort_by(f64::total_cmp);
    Ok((rows, times))
}

fn memory_verdict(scene: &Scene, what: &str) -> Result<Verdict> {
    Ok(Verdict {
        what: what.to_owned(),
        found: scene.program.memory()?.peak as f64 * 1024.0 / 1e6,
        bound: Bound::AtMost(200.0),
        unit: Unit::Megabytes,
    })
}

/// What a draft that makes the second factor optional would change, from the form to the last figure.
fn preview(scene: &Scene, engine: &str) -> Result<Section> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    scene.program.forget_peak()?;
    let (seconds, steps) = runtime.block_on(watch_preview(scene))?;
    Ok(Section {
        title: if engine == "sqlite" {
            "The preview of a policy on SQLite"
        } else {
            "The preview of a policy on PostgreSQL"
        },
        text: vec![format!(
            "A draft that makes the second factor optional, sent by the form: {} people and as many logins of thirty days were decided anew \
             in {seconds:.0} s, {} people a second, while the page was asked every half second how far it is and showed {steps} different \
             figures.",
            thousands(scene.people as f64),
            thousands(scene.people as f64 / seconds)
        )],
        table: Vec::new(),
        verdicts: vec![memory_verdict(scene, "the server's most memory during it")?],
    })
}

async fn watch_preview(scene: &Scene) -> Result<(f64, usize)> {
    let mut connection = Connection::open(scene.site.address).await?;
    let edit = scene
        .browser
        .get("/admin/policy/text", std::slice::from_ref(&scene.cookie));
    let page = String::from_utf8_lossy(connection.exchange(&edit).await?.body).into_owned();
    let revision = between(&page, "name=\"revision\" value=\"", "\"")
        .context("void: no form of the policy")?;
    let policy = warifu_domain::policy::PRESETS[0]
        .text
        .replace("\"required\"", "\"optional\"");
    let fields = format!("revision={revision}&policy={}", percent(&policy));
    let watch = Stopwatch::start();
    let answer = connection
        .exchange(
            &scene
                .browser
                .post_signed_in("/admin/policy/text", &session(), &fields),
        )
        .await?;
    let location = answer.headers("location").next().map(str::to_owned);
    let location =
        location.with_context(|| format!("void: the draft was answered with\n{}", answer.head))?;
    let path = location
        .split_once(SLUG)
        .context("an address of the tenant")?
        .1
        .to_owned();
    let request = scene
        .browser
        .get(&path, std::slice::from_ref(&scene.cookie));
    let (mut last, mut steps) = (String::new(), 0);
    loop {
        let answer = connection.exchange(&request).await?;
        ensure!(
            answer.status == 200,
            "void: the preview was answered with\n{}",
            answer.head
        );
        let is_over = answer.headers("refresh").next().is_none();
        let body = String::from_utf8_lossy(answer.body).into_owned();
        let progress = between(&body, "<progress", "</progress>")
            .unwrap_or_default()
            .to_owned();
        steps += usize::from(progress != last);
        last = progress;
        if is_over {
            return Ok((watch.seconds(), steps));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Everybody as CSV.
fn file(scene: &Scene, engine: &str) -> Result<Section> {
    scene.program.forget_peak()?;
    let watch = Stopwatch::start();
    let mut stream = TcpStream::connect(scene.site.address)?;
    let mut headers = scene.browser.headers(std::slice::from_ref(&scene.cookie));
    headers.push("Connection: close".to_owned());
    let path = scene.browser.path("/admin/users/export");
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\n{}\r\n\r\n", headers.join("\r\n")).as_bytes())?;
    let (mut buffer, mut lines, mut bytes) = (vec![0; 1 << 16], 0_u64, 0_usize);
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        bytes += read;
        // A cell of ours ends its line in quotes.
        lines += buffer[..read]
            .windows(3)
            .filter(|part| *part == b"\"\r\n")
            .count() as u64;
    }
    let seconds = watch.seconds();
    ensure!(
        lines * 100 >= scene.people * 99,
        "void: a file of {lines} lines"
    );
    Ok(Section {
        title: if engine == "sqlite" {
            "Everybody as CSV on SQLite"
        } else {
            "Everybody as CSV on PostgreSQL"
        },
        text: vec![format!(
            "{} people, {:.0} MB in {seconds:.1} s, {} people a second, made while it is sent.",
            thousands(scene.people as f64),
            bytes as f64 / 1e6,
            thousands(scene.people as f64 / seconds)
        )],
        table: Vec::new(),
        verdicts: vec![memory_verdict(scene, "the server's most memory during it")?],
    })
}
