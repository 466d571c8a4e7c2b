//! The measuring tool against the real server, in the smallest numbers: answers are looked at, times are not.

use std::path::Path;
use std::process::Command;

#[test]
fn every_answer_that_is_measured_is_right() {
    let tool = Path::new(env!("CARGO_BIN_EXE_warifu-bench"));
    let mut smoke = Command::new(tool);
    smoke.arg("smoke");
    // A run of all tests has just built the server; otherwise the tool builds it.
    let server = tool.with_file_name("warifu");
    if server.exists() {
        smoke.arg("--server").arg(server);
    }
    let output = smoke.output().expect("the tool starts");
    let (said, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}{errors}");
    assert!(said.contains("every answer was right"), "{said}{errors}");
}
