//! Second-factor verifications over HTTP against the real server: each is durable before it is answered.

use anyhow::{Result, ensure};
use warifu_flows::clock::Clock;
use warifu_otp::Step;
use warifu_web::http::cookies::Kind;

use crate::load::{Connection, Outcome, Work, drive};
use crate::measure::{median_of, thousands};
use crate::population::{Attempt, Person, add_attempts, remove_attempts};
use crate::report::{Bound, Section, Unit, Verdict};
use crate::stage::Stage;
use crate::yardstick::fdatasync;
use crate::yardstick::nginx::{Nginx, Y204};

pub(crate) const CONNECTIONS: usize = 64;

/// Which codes people type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    /// The code that the phone shows.
    Right,
    /// A code that is not of this hour; two in each attempt, since the third would end it.
    Wrong,
}

/// How much is done in one run.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) pairs: usize,
    pub(crate) verifications: usize,
    /// Connections that send at the same time.
    pub(crate) callers: usize,
}

impl Size {
    /// One caller, who shares no commit with anybody.
    pub(crate) fn alone(self) -> Self {
        Self {
            verifications: self.verifications / 8,
            callers: 1,
            ..self
        }
    }
}

struct Run {
    y204: Y204,
    yfs: f64,
    outcome: Outcome,
    cpu_ms: f64,
    database_cpu_ms: f64,
}

impl Run {
    fn of_y204(&self) -> f64 {
        self.outcome.per_second() / self.y204.per_second
    }
}

pub(crate) fn run(stage: &Stage, nginx: &Nginx, typed: Typed, size: Size) -> Result<Section> {
    // Whatever is opened or read for the first time is not measured.
    let warm = size.verifications.min(2_000);
    verify(stage, typed, warm, size.callers)?;
    let mut runs = Vec::new();
    for _ in 0..size.pairs {
        let (y204, yfs) = (nginx.y204(2)?, fdatasync::per_second(stage.data(), 0.5)?);
        let (outcome, cpu_ms, database_cpu_ms) =
            verify(stage, typed, size.verifications, size.callers)?;
        eprintln!(
            "{} verifications/s, Y204 {}, YFS {}",
            thousands(outcome.per_second()),
            thousands(y204.per_second),
            thousands(yfs)
        );
        runs.push(Run {
            y204,
            yfs,
            outcome,
            cpu_ms,
            database_cpu_ms,
        });
    }
    Ok(section(stage, typed, size, &runs))
}

/// One run: opens the attempts and prepares the requests, then sends them and checks every answer.
pub(crate) fn verify(
    stage: &Stage,
    typed: Typed,
    verifications: usize,
    callers: usize,
) -> Result<(Outcome, f64, f64)> {
    let guesses = if typed == Typed::Right { 1 } else { 2 };
    let attempts = verifications / guesses;
    let (run, person) = (stage.next_run(), stage.send(attempts));
    stage.site.in_process(async |ctx| {
        add_attempts(&ctx, run, attempts, person).await?;
        Ok(ctx)
    })?;
    let now = Clock::System.now();
    let step = Step(now.unix_seconds() / 30);
    let requests = (0..attempts).map(|number| {
        let person: Person = person(number);
        let code = if typed == Typed::Right {
            person.code(step)
        } else {
            person.wrong_code(now)
        };
        stage
            .browser
            .post_code(&Attempt { run, number }.token(), &code.expose())
    });
    let work = Guesses {
        typed,
        requests: requests.collect(),
        cookie: stage.browser.cookie_name(Kind::Session),
    };
    let before = stage.cpu_ms()?;
    let outcome = drive(stage.site.address, callers, attempts * guesses, work)?;
    let after = stage.cpu_ms()?;
    if typed == Typed::Wrong {
        stage.site.in_process(async |ctx| {
            remove_attempts(&ctx, run, attempts).await?;
            Ok(ctx)
        })?;
    }
    let each = |before: f64, after: f64| (after - before) / outcome.count as f64;
    Ok((outcome, each(before.0, after.0), each(before.1, after.1)))
}

struct Guesses {
    typed: Typed,
    requests: Vec<Vec<u8>>,
    /// What a right code is answered with.
    cookie: String,
}

impl Work for Guesses {
    async fn piece(&self, number: usize, connection: &mut Connection) -> Result<()> {
        let answer = connection
            .exchange(&self.requests[number % self.requests.len()])
            .await?;
        match self.typed {
            Typed::Right => {
                let is_in = answer.status == 303 && answer.cookie(&self.cookie).is_some();
                ensure!(
                    is_in,
                    "void: a right code was answered with\n{}",
                    answer.head
                );
            }
            Typed::Wrong => ensure!(
                answer.status == 422,
                "void: a wrong code was answered with\n{}",
                answer.head
            ),
        }
        Ok(())
    }
}

fn section(stage: &Stage, typed: Typed, size: Size, runs: &[Run]) -> Section {
    let on_postgres = stage.postgres.is_some();
    let title = match (typed, on_postgres) {
        (Typed::Right, false) if size.callers == 1 => "Right codes on SQLite, one caller",
        (Typed::Right, false) => "Right codes on SQLite",
        (Typed::Wrong, false) => "Wrong codes on SQLite",
        (Typed::Right, true) => "Right codes on PostgreSQL",
        (Typed::Wrong, true) => "Wrong codes on PostgreSQL",
    };
    let answer = match typed {
        Typed::Right => "303 with the cookie of a new session",
        Typed::Wrong => "422, after the failure was counted",
    };
    let rate = median_of(runs, |run| run.outcome.per_second());
    let (y204, yfs) = (
        median_of(runs, |run| run.y204.per_second),
        median_of(runs, |run| run.yfs),
    );
    let mut verdicts = Vec::new();
    match typed {
        // Nothing is asked of it: it shows beside the run with many callers what sharing commits is worth.
        _ if size.callers == 1 => {}
        Typed::Right => {
            // Both floors are ratios pair by pair; the lower one counts.
            let least = |run: &Run| (20.0 * run.yfs).min(0.25 * run.y204.per_second);
            verdicts.push(Verdict {
                what: "right codes, to the smaller of 20 × YFS and 0.25 × Y204".into(),
                found: median_of(runs, |run| run.outcome.per_second() / least(run)),
                bound: Bound::AtLeast(1.0),
                unit: Unit::Times,
            });
        }
        Typed::Wrong => {
            for (name, bound) in [("floor", 0.15), ("goal", 0.35)] {
                verdicts.push(Verdict {
                    what: format!("wrong codes, to Y204 ({name})"),
                    found: median_of(runs, Run::of_y204),
                    bound: Bound::AtLeast(bound),
                    unit: Unit::Times,
                });
            }
        }
    }
    let cpu = |ms: f64| format!("{ms:.3} ms");
    let mut table = vec![
        ["", "a second", "CPU", "p50", "p99", "to Y204", "to YFS"]
            .map(str::to_owned)
            .to_vec(),
        vec![
            "verifications".into(),
            thousands(rate),
            cpu(median_of(runs, |run| run.cpu_ms)),
            format!("{:.1} ms", median_of(runs, |run| run.outcome.p50_ms)),
            format!("{:.1} ms", median_of(runs, |run| run.outcome.p99_ms)),
            format!("{:.3}×", median_of(runs, Run::of_y204)),
            format!(
                "{:.2}×",
                median_of(runs, |run| run.outcome.per_second() / run.yfs)
            ),
        ],
        vec![
            "Y204".into(),
            thousands(y204),
            cpu(median_of(runs, |run| run.y204.cpu_ms)),
        ],
        vec!["YFS".into(), thousands(yfs)],
    ];
    if on_postgres {
        table.push(vec![
            "PostgreSQL".into(),
            String::new(),
            cpu(median_of(runs, |run| run.database_cpu_ms)),
        ]);
    }
    for row in &mut table {
        row.resize(7, String::new());
    }
    Section {
        title,
        text: vec![format!(
            "`POST /login/code` over {} keep-alive connections, {} verifications in each of {} runs, each in an attempt of its \
             own and by another of many people{}. Each answer is checked: {answer}.",
            size.callers,
            thousands(size.verifications as f64),
            size.pairs,
            if typed == Typed::Wrong {
                ", two in each attempt"
            } else {
                ""
            },
        )],
        table,
        verdicts,
    }
}
