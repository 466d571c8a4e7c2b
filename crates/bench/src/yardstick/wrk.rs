//! wrk, the load generator for pages that anybody may fetch again and again.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::{find_program, output_of};

/// Printed when the run is over; in full, where wrk's own summary rounds.
const SCRIPT: &str = r#"
done = function(summary, latency, requests)
  local errors = summary.errors
  print(string.format("totals %d %d %d %d", summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"#;

/// A run of wrk.
pub(crate) struct Run {
    pub(crate) requests: f64,
    pub(crate) per_second: f64,
}

/// Fetches `path` over `connections` keep-alive connections for `seconds`, in two threads. Every answer must be a success
/// of `answer_bytes` bytes, head and body.
pub(crate) fn fetch(
    folder: &Path,
    address: SocketAddr,
    path: &str,
    headers: &[String],
    connections: usize,
    seconds: u32,
    answer_bytes: usize,
) -> Result<Run> {
    let script = folder.join("totals.lua");
    std::fs::write(&script, SCRIPT)?;
    let mut command = Command::new(find_program("wrk").context("wrk is not installed")?);
    command.args(["-t2", &format!("-c{connections}"), &format!("-d{seconds}s")]);
    for header in headers {
        command.args(["-H", header]);
    }
    command
        .arg("-s")
        .arg(script)
        .arg(format!("http://{address}{path}"));
    let printed = output_of(&mut command)?;
    let totals = printed
        .lines()
        .find_map(|line| line.strip_prefix("totals "));
    let numbers: Option<Vec<f64>> = totals.and_then(|line| {
        line.split_whitespace()
            .map(|number| number.parse().ok())
            .collect()
    });
    let Some([requests, microseconds, bytes, errors]) = numbers.as_deref() else {
        bail!("wrk said nothing that is understood:\n{printed}");
    };
    // Answers that were under way when the time was up are counted in bytes only.
    let surplus = bytes - requests * answer_bytes as f64;
    if *errors != 0.0
        || *requests == 0.0
        || surplus < 0.0
        || surplus > (connections * answer_bytes) as f64
    {
        bail!("void: answers of {path} were not all successes of {answer_bytes} bytes:\n{printed}");
    }
    Ok(Run {
        requests: *requests,
        per_second: requests / (microseconds / 1e6),
    })
}
