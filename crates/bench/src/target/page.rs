//! The account page of somebody who is signed in, against a bare handler that returns the same bytes.

use anyhow::{Result, ensure};
use warifu_web::http::cookies::Kind;

use crate::load::Connection;
use crate::measure::thousands;
use crate::population::Person;
use crate::report::Section;
use crate::stage::{Plan, Stage};
use crate::yardstick::pair::{Asked, Pairs};
use crate::yardstick::{bare_page, wrk};

const CONNECTIONS: usize = 16;
const SECONDS: u32 = 3;

pub(crate) fn run(plan: &Plan, stage: &Stage) -> Result<Section> {
    let cookie = stage.browser.cookie(Kind::Session, &Person(0).session());
    let headers = stage.browser.headers(&[cookie]);
    let path = stage.browser.path("/account");
    let (size, body, bare, bare_address) = {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let mut connection = Connection::open(stage.site.address).await?;
            // The second answer: the first one may also note that the person was seen.
            connection.exchange(&request(stage)).await?;
            let answer = connection.exchange(&request(stage)).await?;
            check(answer)?;
            let (bare, address) = bare_page::start(&plan.me, &plan.scratch, &path, answer)?;
            anyhow::Ok((
                answer.head.len() + answer.body.len(),
                answer.body.len(),
                bare,
                address,
            ))
        })?
    };
    let ours = Asked {
        program: &stage.program,
        address: stage.site.address,
    };
    let bare = Asked {
        program: &bare,
        address: bare_address,
    };
    let pairs = Pairs::take(plan.pairs, "account page", ours, bare, |address| {
        wrk::fetch(&wrk::Load {
            folder: &plan.scratch,
            address,
            path: &path,
            headers: &headers,
            connections: CONNECTIONS,
            seconds: SECONDS,
            answer_bytes: size,
        })
    })?;
    Ok(Section {
        title: "The account page",
        text: vec![format!(
            "`GET /account` by somebody who is signed in, {} bytes of HTML, asked by wrk over {CONNECTIONS} connections for {SECONDS} s in each \
             of {} runs, and the same bytes and headers from a bare axum handler in a process of its own. Every answer has \
             the size of the page.",
            thousands(body as f64),
            plan.pairs
        )],
        table: pairs.table("account page"),
        verdicts: vec![pairs.verdict("account pages", 0.4)],
    })
}

fn request(stage: &Stage) -> Vec<u8> {
    stage.browser.get(
        "/account",
        &[stage.browser.cookie(Kind::Session, &Person(0).session())],
    )
}

fn check(answer: crate::load::Answer<'_>) -> Result<()> {
    let is_page = answer.status == 200 && answer.body.starts_with(b"<!");
    ensure!(
        is_page,
        "void: the account page was answered with\n{}",
        answer.head
    );
    Ok(())
}

/// Fetches the page once and checks it.
pub(crate) fn look(stage: &Stage) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(stage.site.address).await?;
        check(connection.exchange(&request(stage)).await?)
    })
}
