//! Programs that are started to be measured: stopped when dropped, asked for processor time and memory through proc(5).

use std::ffi::OsStr;
use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::measure::Stopwatch;

/// A running program with its children.
pub(crate) struct Program {
    child: Child,
    name: String,
    log: PathBuf,
    end_signal: &'static str,
}

/// What a process holds in memory, in KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Resident: all of it.
    pub(crate) resident: u64,
    /// The most that was resident.
    pub(crate) peak: u64,
    /// Resident and not backed by a file: heap and stacks.
    pub(crate) anonymous: u64,
}

impl Program {
    /// Starts `command`; what it prints goes to the file `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let name = command.get_program().display().to_string();
        let output = fs::OpenOptions::new().create(true).append(true).open(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            child,
            name,
            log: log.to_owned(),
            end_signal: "-TERM",
        })
    }

    /// For a program that stops at once on SIGINT, where SIGTERM would make it wait for its clients.
    pub(crate) fn ends_on_interrupt(mut self) -> Self {
        self.end_signal = "-INT";
        self
    }

    /// Processor time of the program and its children so far, in milliseconds.
    pub(crate) fn cpu_ms(&self) -> Result<f64> {
        self.family().into_iter().map(cpu_ms).sum()
    }

    /// Memory of the program itself.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kib = |key: &str| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
            let number = line.and_then(|line| line.split_whitespace().next());
            number
                .and_then(|number| number.parse().ok())
                .with_context(|| format!("proc does not say {key}"))
        };
        Ok(Memory {
            resident: kib("VmRSS")?,
            peak: kib("VmHWM")?,
            anonymous: kib("RssAnon")?,
        })
    }

    /// Begins to look for the peak of its memory anew.
    pub(crate) fn forget_peak(&self) -> Result<()> {
        // proc(5): 5 resets the peak of the resident set.
        Ok(fs::write(
            format!("/proc/{}/clear_refs", self.child.id()),
            "5",
        )?)
    }

    /// Waits until `address` takes a connection.
    pub(crate) fn wait_for(&mut self, address: SocketAddr, longest: Duration) -> Result<()> {
        let watch = Stopwatch::start();
        while std::net::TcpStream::connect(address).is_err() {
            self.check_running()?;
            if watch.elapsed() > longest {
                bail!(
                    "{} does not listen on {address}:\n{}",
                    self.name,
                    self.output()
                );
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    }

    /// Fails with what it printed if it has ended.
    pub(crate) fn check_running(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended with {status}:\n{}", self.name, self.output());
        }
        Ok(())
    }

    /// Asks the program to end, and waits for it.
    pub(crate) fn stop(mut self) -> Result<ExitStatus> {
        self.ask_to_end();
        let watch = Stopwatch::start();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if watch.seconds() > 60.0 {
                bail!("{} does not end when asked to", self.name);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The last lines of what it printed.
    pub(crate) fn output(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn family(&self) -> Vec<u32> {
        let mut found = vec![self.child.id()];
        let mut next = 0;
        while let Some(pid) = found.get(next).copied() {
            let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
            found.extend(
                children
                    .unwrap_or_default()
                    .split_whitespace()
                    .filter_map(|pid| pid.parse::<u32>().ok()),
            );
            next += 1;
        }
        found
    }

    fn ask_to_end(&self) {
        // A program and not a system call: this crate, like all of ours, has no unsafe code.
        let pid = self.child.id().to_string();
        drop(Command::new("kill").args([self.end_signal, &pid]).status());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.ask_to_end();
            let watch = Stopwatch::start();
            while matches!(self.child.try_wait(), Ok(None)) {
                if watch.seconds() > 10.0 {
                    drop(self.child.kill());
                    drop(self.child.wait());
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// proc(5): fields 14 and 15 of `stat` are ticks of user and system time; a tick is 10 ms on every Linux.
fn cpu_ms(pid: u32) -> Result<f64> {
    const TICK_MS: f64 = 10.0;
    let stat = match fs::read_to_string(format!("/proc/{pid}/stat")) {
        // A worker of a database that came and went, such as one that cleans up.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0.0),
        stat => stat?,
    };
    // The second field is a name in parentheses that may contain spaces; counting begins behind it.
    let (_, fields) = stat
        .rsplit_once(')')
        .context("an unknown form of /proc/PID/stat")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks =
        || -> Result<f64> { Ok(fields.next().context("a short /proc/PID/stat")?.parse()?) };
    Ok((ticks()? + ticks()?) * TICK_MS)
}

/// Runs a program to its end and returns what it printed.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let name = command.get_program().display().to_string();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!(
            "{name} ended with {}:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where a program is, looking where Debian puts those for the administrator too.
pub(crate) fn find_program(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    [
        "/usr/local/sbin",
        "/usr/local/bin",
        "/usr/sbin",
        "/usr/bin",
        "/sbin",
        "/bin",
    ]
    .iter()
    .map(|folder| Path::new(folder).join(name.as_ref()))
    .find(|path| path.is_file())
}

/// A loopback address that nobody listens on now, below the ports that the system gives to outgoing connections: those of thousands of
/// clients would take it. None is given twice: who got it may not listen yet.
pub(crate) fn free_address() -> Result<SocketAddr> {
    const FIRST: u16 = 20_000;
    const PORTS: u16 = 12_000;
    static START: LazyLock<u64> =
        LazyLock::new(|| RandomState::new().hash_one(0_u8) % u64::from(PORTS));
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    loop {
        let given = GIVEN.fetch_add(1, Ordering::SeqCst);
        ensure!(given < PORTS, "there are no more ports");
        let drawn = (*START + u64::from(given)) % u64::from(PORTS);
        let address = SocketAddr::from(([127, 0, 0, 1], FIRST + drawn as u16));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::free_address;

    #[test]
    fn no_address_is_given_twice() {
        let drawing: Vec<_> = (0..8)
            .map(|_| std::thread::spawn(|| (0..100).map(|_| free_address().unwrap()).collect()))
            .collect();
        let drawn: Vec<Vec<_>> = drawing.into_iter().map(|one| one.join().unwrap()).collect();
        let all: HashSet<_> = drawn.iter().flatten().collect();
        assert_eq!(all.len(), 800);
    }
}
