//! The machine that the figures are of, and what is missing on it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{find_program, output_of};
use crate::site::cores;

/// Says which Debian packages have to be installed for the programs named; nothing is installed here.
pub(crate) fn require(programs: &[&str]) -> Result<()> {
    let package = |program: &str| match program {
        "nginx" => "nginx-light",
        "dovecot" => "dovecot-imapd",
        "initdb" => "postgresql",
        "setpriv" => "util-linux",
        "sqlite3" => "sqlite3",
        "wrk" => "wrk",
        _ => "procps",
    };
    let is_there = |program: &str| match program {
        "initdb" => crate::postgres::programs().is_some(),
        program => find_program(program).is_some(),
    };
    let missing: Vec<&str> = programs
        .iter()
        .filter(|name| !is_there(name))
        .map(|name| package(name))
        .collect();
    if !missing.is_empty() {
        bail!(
            "missing Debian packages: apt-get install --no-install-recommends {}",
            missing.join(" ")
        );
    }
    Ok(())
}

/// As a list in Markdown.
pub(crate) fn describe(data: &Path) -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| {
        line.strip_prefix("model name")?
            .split_once(": ")
            .map(|(_, name)| name)
    });
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?
            .trim()
            .strip_suffix(" kB")?
            .parse::<f64>()
            .ok()
    });
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let first_line = |program: &str, arguments: &[&str]| {
        let printed = Command::new(program).args(arguments).output();
        printed.map_or_else(
            |_| String::new(),
            |output| {
                // nginx and wrk say their version on either of the two.
                let text = [output.stdout, output.stderr].concat();
                String::from_utf8_lossy(&text)
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned()
            },
        )
    };
    let file_system =
        output_of(Command::new("df").arg("--output=fstype").arg(data)).unwrap_or_default();
    let date = first_line("date", &["-u", "+%Y-%m-%d %H:%M UTC"]);
    let commit = first_line("git", &["describe", "--always", "--dirty"]);
    let wrk = first_line("wrk", &["--version"]);
    format!(
        "- {date}, commit {commit}, {rustc}\n\
         - {cores} cores of {cpu}, {memory:.1} GiB, Linux {kernel}, data on {file_system}\n\
         - SQLite {sqlite}, {postgres}, {nginx}, {wrk}\n",
        rustc = first_line("rustc", &["--version"]),
        cores = cores(),
        cpu = cpu.unwrap_or("an unknown processor"),
        memory = memory.unwrap_or_default() / (1024.0 * 1024.0),
        kernel = kernel.trim(),
        file_system = file_system.lines().last().unwrap_or_default().trim(),
        sqlite = rusqlite::version(),
        postgres = crate::postgres::programs().map_or_else(String::new, |folder| first_line(
            &folder.join("postgres").to_string_lossy(),
            &["--version"]
        )),
        nginx = first_line("/usr/sbin/nginx", &["-v"]).replace("nginx version: ", ""),
        wrk = wrk.split('[').next().unwrap_or_default().trim(),
    )
}
