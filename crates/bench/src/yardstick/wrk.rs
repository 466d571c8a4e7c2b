//! wrk, the load generator for pages that anybody may fetch again and again.

use std::ffi::OsStr;
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

/// Sends the lines of a file as bodies, one after the other, each thread from another place on.
const BODIES: &str = r#"
local requests, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, nil, line)
  end
  at = math.random(#requests)
end
function request()
  at = at % #requests + 1
  return requests[at]
end
"#;

/// What wrk asks.
pub(crate) struct Load<'a> {
    /// Where files go.
    pub(crate) folder: &'a Path,
    pub(crate) address: SocketAddr,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [String],
    /// Keep-alive connections.
    pub(crate) connections: usize,
    pub(crate) seconds: u32,
    /// Head and body of every answer.
    pub(crate) answer_bytes: usize,
}

/// Fetches a page again and again, in two threads. Every answer must be a success of that many bytes.
pub(crate) fn fetch(load: &Load<'_>) -> Result<Run> {
    run(load, "", &[])
}

/// The same with the lines of a file as bodies.
pub(crate) fn ask(load: &Load<'_>, bodies: &Path) -> Result<Run> {
    run(load, BODIES, &["--".as_ref(), bodies.as_os_str()])
}

fn run(load: &Load<'_>, script: &str, arguments: &[&OsStr]) -> Result<Run> {
    let Load {
        folder,
        address,
        path,
        headers,
        connections,
        seconds,
        answer_bytes,
    } = *load;
    let file = folder.join("totals.lua");
    std::fs::write(&file, format!("{SCRIPT}{script}"))?;
    let mut command = Command::new(find_program("wrk").context("wrk is not installed")?);
    command.args(["-t2", &format!("-c{connections}"), &format!("-d{seconds}s")]);
    for header in headers {
        command.args(["-H", header]);
    }
    command
        .arg("-s")
        .arg(file)
        .arg(format!("http://{address}{path}"))
        .args(arguments);
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
