//! Logins at a real Dovecot that asks our gate, against the same Dovecot that asks nginx for a static "go on".

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Result, anyhow};

use super::gate::{ALLOW, Scene};
use crate::Scratch;
use crate::crowd::{HERE, Reader};
use crate::measure::{Stopwatch, median_of};
use crate::report::{Bound, Section, Unit, Verdict};
use crate::site::SLUG;
use crate::stage::Plan;
use crate::yardstick::dovecot::{Dovecot, log_in};
use crate::yardstick::nginx::Nginx;

/// Mail clients that log in at the same time.
const CLIENTS: usize = 8;

/// Both of them, with the people whose windows are at this machine.
struct Doors {
    ours: Dovecot,
    theirs: Dovecot,
    nginx: Nginx,
    readers: Rc<[Reader]>,
    /// Goes last.
    _folder: Scratch,
}

impl Doors {
    fn open(scene: &Scene) -> Result<Self> {
        let readers: Rc<[Reader]> = scene.readers.iter().take(HERE).cloned().collect();
        let names = || readers.iter().map(|reader| reader.login.as_str());
        // Dovecot's processes are other users, who may not enter everybody's home.
        let name = format!("warifu-bench-imap-{}", std::process::id());
        let scratch = Scratch::create(&std::env::temp_dir().join(name))?;
        let folder = &scratch.0;
        let nginx_folder = folder.join("nginx");
        std::fs::create_dir_all(&nginx_folder)?;
        let nginx = Nginx::with_json(&nginx_folder, ALLOW)?;
        let gate = format!("http://{}/{SLUG}/gate/dovecot", scene.site.address);
        let ours = Dovecot::start(&folder.join("ours"), names(), &gate, &scene.key)?;
        let fixed = format!("http://{}/", nginx.address);
        let theirs = Dovecot::start(&folder.join("theirs"), names(), &fixed, &scene.key)?;
        Ok(Self {
            ours,
            theirs,
            nginx,
            readers,
            _folder: scratch,
        })
    }
}

struct Run {
    ours: f64,
    theirs: f64,
    ours_cpu: f64,
    theirs_cpu: f64,
}

pub(crate) fn run(plan: &Plan, scene: &Scene, logins: usize) -> Result<Section> {
    let doors = Doors::open(scene)?;
    let each = logins as f64;
    let mut runs = Vec::new();
    for _ in 0..plan.pairs {
        let before = doors.nginx.cpu_ms()?;
        let theirs = each / all(doors.theirs.imap, &doors.readers, logins)?;
        let theirs_cpu = (doors.nginx.cpu_ms()? - before) / each;
        let before = scene.program.cpu_ms()?;
        let ours = each / all(doors.ours.imap, &doors.readers, logins)?;
        let ours_cpu = (scene.program.cpu_ms()? - before) / each;
        eprintln!("{ours:.1} IMAP logins/s, with a static answer {theirs:.1}/s");
        runs.push(Run {
            ours,
            theirs,
            ours_cpu,
            theirs_cpu,
        });
    }
    let row = |name: &str, per_second: fn(&Run) -> f64, cpu: fn(&Run) -> f64| {
        vec![
            name.to_owned(),
            format!("{:.1}", median_of(&runs, per_second)),
            format!("{:.2} ms", median_of(&runs, cpu)),
        ]
    };
    Ok(Section {
        title: "IMAP logins",
        text: vec![format!(
            "{logins} logins and logouts at Dovecot with the settings of `deploy/dovecot`, each over a connection of its own, {CLIENTS} at a \
             time, in each of {} runs: by people with an open window, with our gate (SQLite), and at the same Dovecot with nginx, which \
             answers every question alike. Dovecot asks once before a login and reports once behind it. CPU is that of who answers.",
            plan.pairs
        )],
        table: vec![
            ["Dovecot asks", "logins a second", "CPU"]
                .map(str::to_owned)
                .to_vec(),
            row("Warifu", |run| run.ours, |run| run.ours_cpu),
            row("nginx", |run| run.theirs, |run| run.theirs_cpu),
        ],
        verdicts: vec![Verdict {
            what: "IMAP logins with our gate, to those with a static answer (goal 0.95)".into(),
            found: median_of(&runs, |run| run.ours / run.theirs),
            bound: Bound::AtLeast(0.8),
            unit: Unit::Times,
        }],
    })
}

/// A few logins at both; only answers are looked at.
pub(crate) fn look(scene: &Scene) -> Result<()> {
    let doors = Doors::open(scene)?;
    all(doors.theirs.imap, &doors.readers, 6)?;
    all(doors.ours.imap, &doors.readers, 6).map(drop)
}

/// Logs in so many times; in seconds.
fn all(imap: SocketAddr, readers: &Rc<[Reader]>, logins: usize) -> Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        let (next, watch) = (Rc::new(Cell::new(0)), Stopwatch::start());
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (next, readers) = (next.clone(), readers.clone());
                tokio::task::spawn_local(async move {
                    while next.get() < logins {
                        let number = next.replace(next.get() + 1);
                        log_in(imap, &readers[number % readers.len()].login).await?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for client in clients {
            client
                .await
                .map_err(|_| anyhow!("a mail client's task panicked"))??;
        }
        Ok(watch.seconds())
    })
}
