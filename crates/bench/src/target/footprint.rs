//! What the server takes of a machine: memory when idle and after load, and the size of the program.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;

use crate::process::Memory;
use crate::report::{Bound, Section, Unit, Verdict};
use crate::stage::{Plan, Stage};
use crate::target::page;

/// Until threads that were busy have given their memory back.
const SETTLE: Duration = Duration::from_secs(10);

/// Memory of a server that has answered somebody and then nobody for a while.
pub(crate) fn idle(stage: &Stage) -> Result<Memory> {
    page::look(stage)?;
    sleep(SETTLE);
    stage.program.memory()
}

/// Compares `before` with the memory now, after the load.
pub(crate) fn section(plan: &Plan, stage: &Stage, before: Memory) -> Result<Section> {
    let after = idle(stage)?;
    let mib = |kib: u64| kib as f64 / 1024.0;
    let binary = fs::metadata(&plan.server)?.len() as f64 / 1e6;
    let row = |name: &str, memory: Memory| {
        vec![
            name.to_owned(),
            format!("{:.1} MiB", mib(memory.resident)),
            format!("{:.1} MiB", mib(memory.anonymous)),
        ]
    };
    Ok(Section {
        title: "Memory and size",
        text: vec![format!(
            "One `warifu serve` process on SQLite with {} people and {} sessions: {} s after its first page, and {} s after the runs above.",
            plan.people,
            plan.sessions,
            SETTLE.as_secs(),
            SETTLE.as_secs()
        )],
        table: vec![
            ["", "resident", "of it not backed by a file"]
                .map(str::to_owned)
                .to_vec(),
            row("idle", before),
            row("after the load", after),
        ],
        verdicts: vec![
            Verdict {
                what: "resident when idle".into(),
                found: mib(before.resident),
                bound: Bound::AtMost(24.0),
                unit: Unit::MiB,
            },
            Verdict {
                what: "resident after the load, to idle".into(),
                found: after.resident as f64 / before.resident as f64,
                bound: Bound::AtMost(1.3),
                unit: Unit::Times,
            },
            Verdict {
                what: "the stripped program".into(),
                found: binary,
                bound: Bound::AtMost(25.0),
                unit: Unit::Megabytes,
            },
        ],
    })
}
