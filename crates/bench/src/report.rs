//! What was found: printed as it comes, and written as one page of Markdown from one whole run.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

/// What one target found.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// What was done and how it was compared; a paragraph each.
    pub(crate) text: Vec<String>,
    /// The first row is the head. May be empty.
    pub(crate) table: Vec<Vec<String>>,
    pub(crate) verdicts: Vec<Verdict>,
}

/// A figure against its floor.
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) found: f64,
    pub(crate) bound: Bound,
    pub(crate) unit: Unit,
}

/// Which side of a number is good.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    /// The figure has to reach this.
    AtLeast(f64),
    /// The figure may not exceed this.
    AtMost(f64),
}

/// How a figure is printed.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    /// A ratio, as in `0.62x`.
    Times,
    /// `23.4 MiB`.
    MiB,
    /// `7.5 MB`, of 1,000,000 bytes.
    Megabytes,
    /// `431 bytes`.
    Bytes,
    /// `180 ms`.
    Milliseconds,
    /// `95 s`.
    Seconds,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Times => format!("{value:.3}×"),
            Self::MiB => format!("{value:.1} MiB"),
            Self::Megabytes => format!("{value:.1} MB"),
            Self::Bytes => format!("{value:.0} bytes"),
            Self::Milliseconds => format!("{value:.1} ms"),
            Self::Seconds => format!("{value:.0} s"),
        }
    }
}

impl Verdict {
    pub(crate) fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtLeast(bound) => self.found >= bound,
            Bound::AtMost(bound) => self.found <= bound,
        }
    }

    fn line(&self) -> String {
        let (word, bound) = match self.bound {
            Bound::AtLeast(bound) => ("at least", bound),
            Bound::AtMost(bound) => ("at most", bound),
        };
        let found = self.unit.show(self.found);
        let wanted = format!("{word} {}", self.unit.show(bound));
        if self.is_met() {
            format!("{}: **{found}**, wanted {wanted}: met", self.what)
        } else {
            let factor = self.found / bound;
            format!(
                "{}: **{found}**, wanted {wanted}: **missed**, at {factor:.2} times the bound",
                self.what
            )
        }
    }
}

impl Section {
    /// As Markdown, which is also what the terminal shows.
    pub(crate) fn markdown(&self) -> String {
        let mut out = format!("## {}\n", self.title);
        for paragraph in &self.text {
            let _ = write!(out, "\n{paragraph}\n");
        }
        for (number, row) in self.table.iter().enumerate() {
            if number == 0 {
                let rule = "---|".repeat(row.len());
                let _ = writeln!(out, "\n| {} |\n|{rule}", row.join(" | "));
            } else {
                let _ = writeln!(out, "| {} |", row.join(" | "));
            }
        }
        if !self.verdicts.is_empty() {
            out.push('\n');
        }
        for verdict in &self.verdicts {
            let _ = writeln!(out, "- {}", verdict.line());
        }
        out
    }
}

/// From here on the page is written by hand: why floors are missed, and what is measured apart.
const BY_HAND: &str = "\n## Why\n";

/// Writes the page of a whole run, made by these arguments, and keeps what stands there by hand.
pub(crate) fn write(
    file: &Path,
    arguments: &str,
    machine: &str,
    sections: &[Section],
) -> Result<()> {
    let verdicts: Vec<&Verdict> = sections
        .iter()
        .flat_map(|section| &section.verdicts)
        .collect();
    let met = verdicts.iter().filter(|verdict| verdict.is_met()).count();
    let mut page = format!(
        "# Performance\n\n\
         Written by `cargo run --release -p warifu-bench -- {arguments}`; every number above `Why` is from that one run.\n\
         Do not edit it down to there: run it again. Absolute figures are those of one machine on one day. What counts are the ratios: each target\n\
         is measured in turn with a yardstick that is independent of us, pair by pair, and the medians stand here. One\n\
         unexpected answer voids a run.\n\n\
         Of {} bounds {met} are met.\n\n{machine}\n\
         - **Y204**: nginx, two workers, `return 204`, asked by wrk over 16 keep-alive connections.\n\
         - **YFS**: 4 KiB written and `fdatasync`ed, one after the other, on the data's file system.\n\
         - **CPU** is the time that the server's process spent on processors, for each request.\n",
        verdicts.len(),
    );
    for section in sections {
        page.push('\n');
        page.push_str(&section.markdown());
    }
    let old = fs::read_to_string(file).unwrap_or_default();
    if let Some(by_hand) = old.find(BY_HAND) {
        page.push_str(&old[by_hand..]);
    }
    Ok(fs::write(file, page)?)
}
