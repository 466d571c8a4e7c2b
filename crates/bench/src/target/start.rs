//! How long it takes from starting a program to its first answer.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::load::first_answer;
use crate::measure::{Stopwatch, median_of};
use crate::process::{Program, free_address, output_of};
use crate::report::{Bound, Section, Unit, Verdict};
use crate::site::Site;
use crate::stage::{Plan, Stage};
use crate::yardstick::nginx;

struct Run {
    nginx_ms: f64,
    restart_ms: f64,
    first_ms: f64,
}

/// Ends the stage: its server is stopped and started again.
pub(crate) fn run(plan: &Plan, stage: Stage) -> Result<Section> {
    let request = stage.browser.get("/login", &[]);
    let Stage { site, program, .. } = stage;
    program.stop()?;
    let mut runs = Vec::new();
    for number in 0..plan.pairs {
        let nginx_ms = start_nginx(&plan.scratch)?;
        let restart_ms = restart(plan, &site, &request)?;
        let first_ms = first_start(plan, number)?;
        eprintln!(
            "first answer: nginx {nginx_ms:.1} ms, restart {restart_ms:.1} ms, first start {first_ms:.1} ms"
        );
        runs.push(Run {
            nginx_ms,
            restart_ms,
            first_ms,
        });
    }
    let row = |name: &str, of: fn(&Run) -> f64| {
        vec![name.to_owned(), format!("{:.1} ms", median_of(&runs, of))]
    };
    Ok(Section {
        title: "Starting",
        text: vec![format!(
            "From starting the program to the first answer, {} runs in turn. The restart is on the database of {} people; the first start \
             begins with an empty folder and includes `warifu init`: configuration, keys, schema, first operator.",
            plan.pairs, plan.people
        )],
        table: vec![
            ["", "to the first answer"].map(str::to_owned).to_vec(),
            row("nginx", |run| run.nginx_ms),
            row("restart", |run| run.restart_ms),
            row("first start", |run| run.first_ms),
        ],
        verdicts: vec![
            Verdict {
                what: "restart, to nginx".into(),
                found: median_of(&runs, |run| run.restart_ms / run.nginx_ms),
                bound: Bound::AtMost(5.0),
                unit: Unit::Times,
            },
            Verdict {
                what: "first start".into(),
                found: median_of(&runs, |run| run.first_ms),
                bound: Bound::AtMost(500.0),
                unit: Unit::Milliseconds,
            },
        ],
    })
}

fn start_nginx(scratch: &Path) -> Result<f64> {
    let folder = scratch.join("nginx-start");
    std::fs::create_dir_all(&folder)?;
    let address = free_address()?;
    let mut command = nginx::command(&folder, address)?;
    let watch = Stopwatch::start();
    let program = Program::start(&mut command, &folder.join("nginx.log"))?;
    let status = first_answer(address, b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n")?;
    let ms = watch.seconds() * 1000.0;
    ensure!(status == 204, "void: nginx answered {status}");
    program.stop()?;
    Ok(ms)
}

fn restart(plan: &Plan, site: &Site, request: &[u8]) -> Result<f64> {
    let watch = Stopwatch::start();
    let program = site.start(&plan.server)?;
    let status = first_answer(site.address, request).with_context(|| program.output())?;
    let ms = watch.seconds() * 1000.0;
    ensure!(
        status == 200,
        "void: the login page was answered with {status}"
    );
    program.stop()?;
    Ok(ms)
}

/// From an empty folder to the first answer, `warifu init` included.
fn first_start(plan: &Plan, number: usize) -> Result<f64> {
    let folder = plan.scratch.join(format!("first-start-{number}"));
    let (address, metrics) = (free_address()?, free_address()?);
    let watch = Stopwatch::start();
    let mut init = Command::new(&plan.server);
    init.arg("init")
        .arg("--data")
        .arg(&folder)
        .args(["--listen", &address.to_string()]);
    output_of(&mut init)?;
    let configuration = folder.join("warifu.toml");
    // The ordinary address may be that of another server on this machine.
    let text =
        std::fs::read_to_string(&configuration)?.replace("127.0.0.1:9464", &metrics.to_string());
    std::fs::write(&configuration, text)?;
    let mut serve = Command::new(&plan.server);
    serve.arg("serve").arg("--config").arg(&configuration);
    let program = Program::start(&mut serve, &folder.join("serve.log"))?;
    let request = format!("GET /operator/login HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let status = first_answer(address, request.as_bytes()).with_context(|| program.output())?;
    let ms = watch.seconds() * 1000.0;
    ensure!(
        status == 200,
        "void: the login page was answered with {status}"
    );
    program.stop()?;
    Ok(ms)
}
