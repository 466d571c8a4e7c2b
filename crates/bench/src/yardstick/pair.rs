//! A server and its yardstick, asked by wrk in turn: answers a second, and the processor time of each answer.

use std::net::SocketAddr;

use anyhow::Result;

use super::wrk;
use crate::measure::{median_of, thousands};
use crate::process::Program;
use crate::report::{Bound, Unit, Verdict};

/// Who is asked, and where.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) program: &'a Program,
    pub(crate) address: SocketAddr,
}

struct Side {
    per_second: f64,
    cpu_ms: f64,
}

impl Asked<'_> {
    fn measure(&self, ask: impl Fn(SocketAddr) -> Result<wrk::Run>) -> Result<Side> {
        let before = self.program.cpu_ms()?;
        let run = ask(self.address)?;
        let cpu_ms = (self.program.cpu_ms()? - before) / run.requests;
        Ok(Side {
            per_second: run.per_second,
            cpu_ms,
        })
    }
}

/// What each side did in each of its runs.
pub(crate) struct Pairs(Vec<(Side, Side)>);

impl Pairs {
    /// Asks the yardstick and then us, `pairs` times.
    pub(crate) fn take(
        pairs: usize,
        what: &str,
        ours: Asked<'_>,
        bare: Asked<'_>,
        ask: impl Fn(SocketAddr) -> Result<wrk::Run>,
    ) -> Result<Self> {
        let mut runs = Vec::new();
        for _ in 0..pairs {
            let (bare, ours) = (bare.measure(&ask)?, ours.measure(&ask)?);
            eprintln!(
                "{what}: {} a second, bare {}",
                thousands(ours.per_second),
                thousands(bare.per_second)
            );
            runs.push((ours, bare));
        }
        Ok(Self(runs))
    }

    /// The medians of both, as lines of a report.
    pub(crate) fn table(&self, name: &str) -> Vec<Vec<String>> {
        let row = |name: &str, of: fn(&(Side, Side)) -> &Side| {
            vec![
                name.to_owned(),
                thousands(median_of(&self.0, |run| of(run).per_second)),
                format!("{:.3} ms", median_of(&self.0, |run| of(run).cpu_ms)),
            ]
        };
        vec![
            ["", "a second", "CPU"].map(str::to_owned).to_vec(),
            row(name, |run| &run.0),
            row("bare handler", |run| &run.1),
        ]
    }

    /// Whether we answer at least so many times as often as the yardstick.
    pub(crate) fn verdict(&self, answers: &str, at_least: f64) -> Verdict {
        Verdict {
            what: format!("{answers}, to the bare handler"),
            found: self.ratio(),
            bound: Bound::AtLeast(at_least),
            unit: Unit::Times,
        }
    }

    /// How many times as often as the yardstick we answer.
    pub(crate) fn ratio(&self) -> f64 {
        median_of(&self.0, |(ours, bare)| ours.per_second / bare.per_second)
    }

    /// Our answers a second.
    pub(crate) fn per_second(&self) -> f64 {
        median_of(&self.0, |(ours, _)| ours.per_second)
    }
}
