//! Runs the independent implementations that tests compare with. Several questions go into one run of a program.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

/// What `program` prints, line by line, when given `lines`.
///
/// A test that cannot ask must fail: skipping would let a wrong code pass on a machine without the program.
pub(crate) fn ask(program: &str, arguments: &[&str], lines: &[String]) -> Vec<String> {
    let mut child = Command::new(program)
        .args(arguments)
        .env("TZ", "UTC") // pyotp goes through local time
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; use scripts/test, which brings it"));
    let mut stdin = child.stdin.take().unwrap();
    let input = lines.join("\n");
    // In a thread of its own: the program may answer before it has read everything.
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let written = writer.join().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {stderr}; use scripts/test, which brings what it needs"
    );
    written.unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// [`ask`] for a script of this folder, run by the Python that has Debian's python3-pyotp.
pub(crate) fn ask_python(script: &str, lines: &[String]) -> Vec<String> {
    let path = format!("{}/tests/oracle/{script}", env!("CARGO_MANIFEST_DIR"));
    ask("/usr/bin/python3", &[&path], lines)
}
