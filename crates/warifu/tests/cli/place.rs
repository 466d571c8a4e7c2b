//! A folder of a test's own, and a way to run the program in it.

use std::ffi::OsStr;
use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The program.
pub(crate) const WARIFU: &str = env!("CARGO_BIN_EXE_warifu");

/// Somebody who is not root and owns nothing else: `nobody` on Debian.
const NOBODY: u32 = 65_534;

/// A folder that goes with the test.
pub(crate) struct Place {
    path: PathBuf,
    as_nobody: bool,
}

/// What a command left behind.
pub(crate) struct Outcome {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) status: ExitStatus,
}

impl Outcome {
    /// The output of a command that has to work.
    pub(crate) fn good(self) -> String {
        assert!(
            self.status.success(),
            "{:?}\n{}\n{}",
            self.status,
            self.out,
            self.err
        );
        self.out
    }

    /// Exit code and message of a command that has to fail.
    pub(crate) fn bad(self) -> (i32, String) {
        assert!(!self.status.success(), "it worked:\n{}", self.out);
        (self.status.code().expect("no signal ended it"), self.err)
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        let name = format!("warifu-cli-{:016x}", RandomState::new().hash_one(0_u8));
        let path = fs::canonicalize(std::env::temp_dir()).unwrap().join(name);
        fs::create_dir(&path).unwrap();
        Self {
            path,
            as_nobody: false,
        }
    }

    /// A folder in which `init` has set up a server in `data`.
    pub(crate) fn with_server() -> Self {
        let place = Self::new();
        place
            .run(["init", "--data", "data", "--listen", "127.0.0.1:0"])
            .good();
        let config = place.read("data/warifu.toml");
        place.write(
            "data/warifu.toml",
            &config.replace("127.0.0.1:9464", "127.0.0.1:0"),
        );
        place
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path.join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.path.join(file), text).unwrap();
    }

    /// From here on commands run as somebody who is not root, for whom rights count.
    pub(crate) fn leave_root(&mut self) {
        if is_root() {
            give_away(&self.path);
            self.as_nobody = true;
        }
    }

    /// The program, in this folder, with nothing of our own environment that could steer it.
    pub(crate) fn command(&self) -> Command {
        let mut command = if self.as_nobody {
            let program = self.path.join("warifu");
            if !program.exists() {
                fs::copy(WARIFU, &program).unwrap();
            }
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={NOBODY}"))
                .arg(format!("--regid={NOBODY}"))
                .arg("--clear-groups")
                .arg(program);
            command
        } else {
            Command::new(WARIFU)
        };
        command.current_dir(&self.path).env("TMPDIR", &self.path);
        if self.path.join("data/warifu.toml").exists() {
            command.env("WARIFU_CONFIG", "data/warifu.toml");
        } else {
            command.env_remove("WARIFU_CONFIG");
        }
        command
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        self.run_with("", arguments)
    }

    /// Gives a mail server of a tenant a key.
    pub(crate) fn add_gate_key(&self, tenant: &str) -> String {
        let made = self.run(["gate", "add", tenant, "mx1"]).good();
        made.lines().nth(1).unwrap().trim().to_owned()
    }

    /// Runs the program with something on its standard input.
    pub(crate) fn run_with<A: AsRef<OsStr>>(
        &self,
        input: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Outcome {
        let mut command = self.command();
        command.args(arguments);
        run(command, input)
    }
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command, input: &str) -> Outcome {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that reads nothing may be gone before this.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Outcome {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        status: output.status,
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Best effort; a folder that was closed on purpose is opened first.
        let _ = Command::new("chmod")
            .arg("-R")
            .arg("u+rwX")
            .arg(&self.path)
            .status();
        let _ = fs::remove_dir_all(&self.path);
    }
}

pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

fn give_away(path: &Path) {
    std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}
