//! Passwords at the command line: read without an echo or from standard input, never from arguments or the environment, where
//! other users of the machine could see them.

use std::io::{self, IsTerminal as _, Read as _};

use warifu_domain::password::{BadPassword, MAX_BYTES};
use warifu_domain::refusal::Refusal;
use zeroize::Zeroizing;

use crate::cli::exit::{Exit, Failure};

/// Reads a new password: asked for twice at a terminal, else the one line on standard input.
pub(crate) fn read_new(whose: &str) -> Result<Zeroizing<String>, Failure> {
    if io::stdin().is_terminal() {
        let first = prompt(&format!("New password of {whose}: "))?;
        let second = prompt("The same again: ")?;
        if first != second {
            return Err(Failure::failed(
                "the two are not the same; nothing is changed",
            ));
        }
        return Ok(first);
    }
    read_line()
}

/// Reads a password that is in use: asked for once at a terminal, else the one line on standard input.
pub(crate) fn read_known(whose: &str) -> Result<Zeroizing<String>, Failure> {
    match io::stdin().is_terminal() {
        true => prompt(&format!("Password of {whose}: ")),
        false => read_line(),
    }
}

fn read_line() -> Result<Zeroizing<String>, Failure> {
    // Room for the longest password with its line end, and one byte by which a longer one is known.
    let limit = MAX_BYTES + 3;
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit));
    let unreadable = |why: &dyn std::fmt::Display| {
        let problem = format!("cannot read the password from standard input: {why}");
        Failure::new(Exit::Usage, problem)
    };
    io::stdin()
        .lock()
        .take(limit as u64)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() == limit {
        return Err(Refusal::Password(BadPassword::TooLong).into());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable(&"it is not UTF-8"))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Failure::new(Exit::Usage, "standard input has no password")
            .mend("write it there as one line, or run the command at a terminal to be asked"));
    }
    if line.contains('\n') {
        return Err(Failure::new(
            Exit::Usage,
            "standard input has more than one line",
        ));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn prompt(text: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(text)
        .map(Zeroizing::new)
        .map_err(|error| Failure::failed(format!("cannot ask for the password: {error}")))
}
