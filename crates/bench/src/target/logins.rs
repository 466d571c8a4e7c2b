//! Whole logins, password and code, against bare Argon2id: the hash is the work, everything else should vanish beside it.

use anyhow::{Context as _, Result, ensure};
use warifu_domain::token::Token;
use warifu_flows::clock::Clock;
use warifu_flows::hasher::HashCost;
use warifu_otp::Step;
use warifu_web::http::cookies::Kind;

use crate::browser::Browser;
use crate::load::{Connection, Outcome, Work, drive};
use crate::measure::{median_of, thousands};
use crate::population::{PASSWORD, Person};
use crate::report::{Bound, Section, Unit, Verdict};
use crate::site::cores;
use crate::stage::{Plan, Stage};
use crate::yardstick::bare_argon2;

/// Enough to keep the hashing pool busy, and fewer than its queue takes.
const CONNECTIONS: usize = 32;

struct Run {
    bare: f64,
    outcome: Outcome,
    cpu_ms: f64,
}

pub(crate) fn run(plan: &Plan, stage: &Stage, logins: usize) -> Result<Section> {
    let mut runs = Vec::new();
    for _ in 0..plan.pairs {
        let bare = bare_argon2::measure(&plan.me, cores(), 4.0)?;
        let (outcome, cpu_ms) = log_in(stage, logins)?;
        eprintln!(
            "{:.1} logins/s, bare Argon2id {bare:.1}/s",
            outcome.per_second()
        );
        runs.push(Run {
            bare,
            outcome,
            cpu_ms,
        });
    }
    let ratio = median_of(&runs, |run| run.outcome.per_second() / run.bare);
    let HashCost { memory_kib, passes } = HashCost::DEFAULT;
    Ok(Section {
        title: "Whole logins",
        text: vec![format!(
            "`POST /login` with the right password, then `POST /login/code` with the right code, over {CONNECTIONS} connections, {} \
             logins in each of {} runs, each by another person. The yardstick computes Argon2id with the same parameters \
             ({memory_kib} KiB, {passes} passes) on as many threads ({}) in a process of its own, and nothing else.",
            thousands(logins as f64),
            plan.pairs,
            cores(),
        )],
        table: vec![
            ["", "a second", "CPU", "p50", "p99"]
                .map(str::to_owned)
                .to_vec(),
            vec![
                "logins".into(),
                format!("{:.1}", median_of(&runs, |run| run.outcome.per_second())),
                format!("{:.1} ms", median_of(&runs, |run| run.cpu_ms)),
                format!("{:.0} ms", median_of(&runs, |run| run.outcome.p50_ms)),
                format!("{:.0} ms", median_of(&runs, |run| run.outcome.p99_ms)),
            ],
            vec![
                "bare Argon2id".into(),
                format!("{:.1}", median_of(&runs, |run| run.bare)),
                String::new(),
                String::new(),
                String::new(),
            ],
        ],
        verdicts: vec![Verdict {
            what: "logins, to bare Argon2id".into(),
            found: ratio,
            bound: Bound::AtLeast(0.95),
            unit: Unit::Times,
        }],
    })
}

/// One run; with the processor time of the server for each login.
pub(crate) fn log_in(stage: &Stage, logins: usize) -> Result<(Outcome, f64)> {
    let person = stage.send(logins);
    let people: Vec<Person> = (0..logins).map(person).collect();
    let browser = stage.fresh_browser()?;
    let forms = people
        .iter()
        .map(|person| browser.post_login(&person.login(), PASSWORD))
        .collect();
    let (before, _) = stage.cpu_ms()?;
    let outcome = drive(
        stage.site.address,
        CONNECTIONS,
        logins,
        Logins {
            people,
            forms,
            browser,
        },
    )?;
    let (after, _) = stage.cpu_ms()?;
    Ok((outcome, (after - before) / logins as f64))
}

struct Logins {
    people: Vec<Person>,
    forms: Vec<Vec<u8>>,
    browser: Browser,
}

impl Work for Logins {
    async fn piece(&self, number: usize, connection: &mut Connection) -> Result<()> {
        let answer = connection.exchange(&self.forms[number]).await?;
        let attempt = answer
            .cookie(&self.browser.cookie_name(Kind::Attempt))
            .and_then(Token::parse);
        ensure!(
            answer.status == 303,
            "void: a right password was answered with\n{}",
            answer.head
        );
        let attempt = attempt.context("void: a right password opened no attempt")?;
        // The phone is looked at when the page asks for the code.
        let step = Step(Clock::System.now().unix_seconds() / 30);
        let form = self
            .browser
            .post_code(&attempt, &self.people[number].code(step).expose());
        let answer = connection.exchange(&form).await?;
        let is_in = answer.status == 303
            && answer
                .cookie(&self.browser.cookie_name(Kind::Session))
                .is_some();
        ensure!(
            is_in,
            "void: a right code was answered with\n{}",
            answer.head
        );
        Ok(())
    }
}
