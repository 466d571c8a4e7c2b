//! Every kind of bad configuration, with the place that the error names.

mod file;
mod first_factor;
mod mail;
mod server;
mod state;

use std::path::Path;

use super::{Config, ConfigError};

const FILE: &str = "/etc/warifu/warifu.toml";

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new(FILE))
}

/// Checks that `text` is refused at `place` ("line:column field"), and that problem and advice contain these words.
#[track_caller]
fn check(text: &str, place: &str, problem: &str, mend: &str) {
    let error = parse(text).expect_err(text);
    let (line, column) = error.place.unwrap();
    let found = format!("{line}:{column} {}", error.field);
    assert_eq!(found, place, "{text}\n{error}");
    assert!(error.problem.contains(problem), "{text}\n{error}");
    assert!(error.mend.contains(mend), "{text}\n{error}");
}
