//! The newcomer's first command from a fresh clone: `cargo run -- demo`, until it says that it is ready.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::measure::Stopwatch;
use crate::process::{Program, free_address};
use crate::report::{Bound, Section, Unit, Verdict};

/// Longer than anybody waits.
const LONGEST: Duration = Duration::from_secs(1_200);

/// Once: with an empty target folder, and the crates' sources already downloaded.
pub(crate) fn run(scratch: &Path) -> Result<Section> {
    let mut command = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    command
        .args(["run", "--offline", "--", "demo", "--listen"])
        .arg(free_address()?.to_string())
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let watch = Stopwatch::start();
    let mut program = Program::start(&mut command, &scratch.join("demo.log"))?.ends_on_interrupt();
    while !program.output().contains("Ready: ") {
        program.check_running()?;
        if watch.elapsed() > LONGEST {
            bail!("the demonstration is not ready:\n{}", program.output());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let seconds = watch.seconds();
    eprintln!("cargo run -- demo: ready after {seconds:.0} s");
    program.stop()?;
    Ok(Section {
        title: "The first command",
        text: vec![
            "`cargo run -- demo` with an empty target folder and the crates' sources already downloaded, until the demonstration \
             says that it is ready; once."
                .to_owned(),
        ],
        table: Vec::new(),
        verdicts: vec![Verdict {
            what: "cold `cargo run -- demo`".into(),
            found: seconds,
            bound: Bound::AtMost(240.0),
            unit: Unit::Seconds,
        }],
    })
}
