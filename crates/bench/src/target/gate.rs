//! The gate of mail servers: answers a second against a bare handler with the same reply, and the slowest answers of an organisation
//! of a million against those of one of a thousand.

use std::cell::RefCell;
use std::fs;
use std::net::Ipv4Addr;
use std::rc::Rc;

use anyhow::{Context as _, Result, ensure};
use warifu_domain::policy::Preset;
use warifu_flows::{By, gate_keys, manage_tenants};

use crate::crowd::{self, Reader, Target};
use crate::load::{Answer, Connection, Outcome, Work, drive};
use crate::measure::{Stopwatch, median_of, thousands};
use crate::population::{self, Mail};
use crate::postgres::Postgres;
use crate::process::Program;
use crate::report::{Bound, Section, Unit, Verdict};
use crate::site::{Database, SLUG, Site};
use crate::stage::Plan;
use crate::yardstick::pair::{Asked, Pairs};
use crate::yardstick::{bare_page, wrk};

/// Connections of mail servers.
const CONNECTIONS: usize = 16;
const SECONDS: u32 = 3;
/// Windows that are open.
const WINDOWS: usize = 50_000;
/// The small organisation.
const FEW: usize = 1_000;
/// Questions of one run for its slowest hundredth.
const QUESTIONS: usize = 20_000;
/// What Dovecot reads as "go on".
pub(crate) const ALLOW: &str = r#"{"status":0,"msg":""}"#;

/// A server on a crowd of which some have windows, with a mail server's key.
pub(crate) struct Scene {
    pub(crate) site: Site,
    pub(crate) program: Program,
    pub(crate) readers: Rc<[Reader]>,
    pub(crate) key: String,
    people: usize,
    /// Dropped last.
    _postgres: Option<Rc<Postgres>>,
}

impl Scene {
    pub(crate) fn set(
        plan: &Plan,
        name: &str,
        people: usize,
        postgres: Option<Rc<Postgres>>,
    ) -> Result<Self> {
        let database = match &postgres {
            Some(postgres) => Database::Postgres(postgres.database(name)?),
            None => Database::Sqlite,
        };
        let site = Site::create(plan.scratch.join(name), database)?;
        let (known, watch) = (RefCell::new(None), Stopwatch::start());
        site.in_process(async |ctx| {
            let (by, preset) = (By::command_line(), Preset::find("campus-mail"));
            let preset = preset.context("there is that preset")?;
            manage_tenants::set_policy(&ctx, &by, SLUG, preset.text).await?;
            population::add_people(&ctx, 0, 1, Mail::Without).await?;
            let tenant = ctx.tenant(SLUG).await?.context("the site has its tenant")?;
            let key = gate_keys::add(&ctx, &tenant, &by, "bench").await?.expose();
            known.replace(Some((tenant.id, key, ctx.clock.now())));
            Ok(ctx)
        })?;
        let (tenant, key, now) = known.take().context("the site has its tenant")?;
        let target = match (&site.database, &postgres) {
            (Database::Postgres(url), Some(postgres)) => Target::Postgres(postgres, url.clone()),
            _ => Target::sqlite(&site.database_file())?,
        };
        crowd::add(&target, tenant, people as u64, now)?;
        let readers = crowd::open_windows(&target, tenant, people as u64, WINDOWS, now)?;
        drop(target);
        eprintln!("{name}: {people} people in {:.0} s", watch.seconds());
        let program = site.serve(&plan.server)?;
        Ok(Self {
            site,
            program,
            readers: readers.into(),
            key,
            people,
            _postgres: postgres,
        })
    }

    fn path(&self) -> String {
        format!("/{SLUG}/gate/dovecot?command=allow")
    }

    fn headers(&self) -> Vec<String> {
        vec![
            format!("Host: {}", self.site.address),
            format!("Authorization: Bearer {}", self.key),
            "Content-Type: application/json".to_owned(),
        ]
    }

    fn request(&self, body: &str) -> Vec<u8> {
        let (path, headers) = (self.path(), self.headers().join("\r\n"));
        let length = body.len();
        format!("POST {path} HTTP/1.1\r\n{headers}\r\nContent-Length: {length}\r\n\r\n{body}")
            .into_bytes()
    }

    fn questions(&self) -> Questions {
        let requests = self.readers.iter();
        let requests = requests.map(|reader| self.request(&question(reader)));
        Questions(requests.collect())
    }
}

/// As Dovecot asks it.
fn question(reader: &Reader) -> String {
    let Reader { login, address } = reader;
    format!(
        r#"{{"device_id":"","login":"{login}","mech":"PLAIN","protocol":"imap","remote":"{address}","session_id":"PCbcAbCdEf","tls":true}}"#
    )
}

struct Questions(Vec<Vec<u8>>);

impl Work for Questions {
    async fn piece(&self, number: usize, connection: &mut Connection) -> Result<()> {
        // Has no factor in common with their number, so that neighbours are not asked about one after the other.
        const STRIDE: usize = 7_919;
        let request = &self.0[number * STRIDE % self.0.len()];
        check(connection.exchange(request).await?)
    }
}

fn check(answer: Answer<'_>) -> Result<()> {
    let is_right = answer.status == 200 && answer.body == ALLOW.as_bytes();
    ensure!(
        is_right,
        "void: a question was answered with\n{}{}",
        answer.head,
        String::from_utf8_lossy(answer.body)
    );
    Ok(())
}

/// Everything on one engine.
pub(crate) fn run(
    plan: &Plan,
    engine: &'static str,
    postgres: Option<Postgres>,
) -> Result<Vec<Section>> {
    let postgres = postgres.map(Rc::new);
    let many = Scene::set(
        plan,
        &format!("{engine}_many"),
        plan.people,
        postgres.clone(),
    )?;
    let few = Scene::set(
        plan,
        &format!("{engine}_few"),
        FEW.min(plan.people),
        postgres,
    )?;
    Ok(vec![
        answers(plan, &many, engine)?,
        slowest(plan, &many, &few, engine)?,
    ])
}

fn answers(plan: &Plan, scene: &Scene, engine: &str) -> Result<Section> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let first = scene.readers.first().context("somebody has a window")?;
    let (size, bare, bare_address) = runtime.block_on(async {
        let mut connection = Connection::open(scene.site.address).await?;
        let answer = connection
            .exchange(&scene.request(&question(first)))
            .await?;
        check(answer)?;
        // Its router knows paths without what stands behind them.
        let path = scene.path();
        let path = path.split('?').next().unwrap_or_default();
        let (bare, address) = bare_page::start(&plan.me, &plan.scratch, path, answer)?;
        anyhow::Ok((answer.head.len() + answer.body.len(), bare, address))
    })?;
    let bodies = plan.scratch.join(format!("{engine}-questions"));
    let lines: String = scene
        .readers
        .iter()
        .map(|reader| question(reader) + "\n")
        .collect();
    fs::write(&bodies, lines)?;
    let ours = Asked {
        program: &scene.program,
        address: scene.site.address,
    };
    let bare = Asked {
        program: &bare,
        address: bare_address,
    };
    let ask = |address| {
        let load = wrk::Load {
            folder: &plan.scratch,
            address,
            path: &scene.path(),
            headers: &scene.headers(),
            connections: CONNECTIONS,
            seconds: SECONDS,
            answer_bytes: size,
        };
        wrk::ask(&load, &bodies)
    };
    // A mail client asks again and again: what its first question costs is told beside what the others do.
    let first = Pairs::take(1, &format!("first on {engine}"), ours, bare, ask)?;
    let pairs = Pairs::take(plan.pairs, &format!("gate on {engine}"), ours, bare, ask)?;
    Ok(Section {
        title: if engine == "sqlite" {
            "Gate answers on SQLite"
        } else {
            "Gate answers on PostgreSQL"
        },
        text: vec![
            format!(
                "`POST /gate/dovecot?command=allow` as Dovecot sends it, about each of {} people with an open window among {}, over \
                 {CONNECTIONS} connections for {SECONDS} s in each of {} runs; the same reply from a bare axum handler in a process of its \
                 own, which reads the question and looks at nothing. Every answer has the size of \"go on\".",
                thousands(scene.readers.len() as f64),
                thousands(scene.people as f64),
                plan.pairs
            ),
            format!(
                "Before them a run that is not counted, in which most were asked about for the first time: {} a second, {:.3}× the bare \
                 handler.",
                thousands(first.per_second()),
                first.ratio()
            ),
        ],
        table: pairs.table("gate"),
        verdicts: vec![pairs.verdict("gate answers", 0.5)],
    })
}

fn slowest(plan: &Plan, many: &Scene, few: &Scene, engine: &str) -> Result<Section> {
    let ask = |scene: &Scene| -> Result<Outcome> {
        // A mail server or two: the machine is to be busy, not flooded.
        drive(scene.site.address, 2, QUESTIONS, scene.questions())
    };
    // What is read from the disk once is not what is compared.
    ask(many)?;
    ask(few)?;
    let mut runs = Vec::new();
    for _ in 0..plan.pairs {
        let (few, many) = (ask(few)?, ask(many)?);
        eprintln!(
            "{engine}: p99 {:.3} ms, few {:.3} ms",
            many.p99_ms, few.p99_ms
        );
        runs.push((many, few));
    }
    let row = |scene: &Scene, of: fn(&(Outcome, Outcome)) -> &Outcome| {
        vec![
            thousands(scene.people as f64),
            thousands(scene.readers.len() as f64),
            format!("{:.3} ms", median_of(&runs, |run| of(run).p50_ms)),
            format!("{:.3} ms", median_of(&runs, |run| of(run).p99_ms)),
        ]
    };
    Ok(Section {
        title: if engine == "sqlite" {
            "The gate of a large organisation on SQLite"
        } else {
            "The gate of a large organisation on PostgreSQL"
        },
        text: vec![format!(
            "The same question, {} times over two connections, in turn to a server with many people and to one with few; {} runs of \
             each, after one that is not counted.",
            thousands(QUESTIONS as f64),
            plan.pairs
        )],
        table: vec![
            ["people", "windows", "p50", "p99"]
                .map(str::to_owned)
                .to_vec(),
            row(few, |run| &run.1),
            row(many, |run| &run.0),
        ],
        verdicts: vec![Verdict {
            what: "p99 of many people, to that of few (goal 1.15)".into(),
            found: median_of(&runs, |(many, few)| many.p99_ms / few.p99_ms),
            bound: Bound::AtMost(1.5),
            unit: Unit::Times,
        }],
    })
}

/// Some questions and a refusal; only answers are looked at.
pub(crate) fn look(scene: &Scene) -> Result<()> {
    drive(scene.site.address, CONNECTIONS, 60, scene.questions())?;
    let stranger = Reader {
        login: scene.readers[0].login.clone(),
        address: Ipv4Addr::new(203, 0, 113, 9),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let refused = runtime.block_on(async {
        let mut connection = Connection::open(scene.site.address).await?;
        let request = scene.request(&question(&stranger));
        let answer = connection.exchange(&request).await?;
        let body = String::from_utf8_lossy(answer.body);
        anyhow::Ok(answer.status == 200 && body.contains("\"status\":-1"))
    })?;
    ensure!(refused, "void: another address was not refused");
    Ok(())
}
