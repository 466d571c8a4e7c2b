//! A browser's driver: a process on a free port that speaks WebDriver, and ends with the test and its browsers with it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// The driver's process; browsers are its children.
pub(crate) struct Driver {
    process: Child,
    pub(crate) url: String,
}

impl Driver {
    /// Starts `command`, which prints its port behind `mark`. `None`: it ended without.
    pub(crate) fn try_start(mut command: Command, mark: &str) -> Option<Self> {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("browsers' drivers are installed: scripts/test does it");
        let stdout = process.stdout.take().expect("it is piped");
        let mut driver = Self {
            process,
            url: String::new(),
        };
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once(mark)?;
            Some(port.trim_end_matches('.').to_owned())
        })?;
        // It may say more, and must not find the door shut.
        std::thread::spawn(move || lines.for_each(drop));
        driver.url = format!("http://127.0.0.1:{port}");
        Some(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The group: a browser whose test failed is still there.
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}
