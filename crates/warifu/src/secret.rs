//! Secrets that a configuration names and does not hold: in a file, or in an environment variable.

use std::fs;
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::exit::{Exit, Failure};

/// The secret of the section `section`, without white space behind it; of the settings `NAME_file` and `NAME_environment` at most
/// one is there. `None`: neither.
pub(crate) fn read(
    section: &str,
    name: &str,
    file: Option<&Path>,
    environment: Option<&str>,
) -> Result<Option<Zeroizing<String>>, Failure> {
    let wrong = |problem: String| Failure::new(Exit::Configuration, problem);
    let text = match (file, environment) {
        (Some(file), _) => fs::read_to_string(file).map_err(|error| {
            let problem = format!("{section}.{name}_file: {}: {error}", file.display());
            wrong(problem).mend("let the user that Warifu runs as read it")
        })?,
        (None, Some(variable)) => from_environment(variable).map_err(|error| {
            wrong(format!(
                "{section}.{name}_environment: ${variable}: {error}"
            ))
        })?,
        (None, None) => return Ok(None),
    };
    let text = Zeroizing::new(text);
    Ok(Some(Zeroizing::new(text.trim_end().to_owned())))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the configuration names this variable, for secret managers that provide nothing else"
)]
fn from_environment(name: &str) -> Result<String, std::env::VarError> {
    std::env::var(name)
}
