//! `warifu otp pair`: plays the part of the app that pairs by two codes (K4), to try a server out without a phone. It keeps nothing.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use serde::Serialize;
use warifu_domain::pairing::{device_name, totp_params};
use warifu_domain::time::Timestamp;
use warifu_flows::clock::Clock;
use warifu_flows::rng::Rng;
use warifu_otp::{BadPairingCode, PairingCode, PairingRole, TotpKey, derive_pairing};
use zeroize::Zeroizing;

use super::exit::{Exit, Failure};
use super::output::{Form, facts, print, print_json};

/// Longest line that is read; more than any code as it may be typed.
const MAX_LINE_BYTES: u64 = 1024;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Pair as the app does: print an app code, take the page's user code, show one-time codes; nothing is stored
    Pair {
        /// Take the user code first, then print the app code
        #[arg(long)]
        user_code_first: bool,
        /// What you call this device, shown beside the tag
        #[arg(long, default_value = "")]
        device: String,
        #[command(flatten)]
        form: Form,
    },
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    let Command::Pair {
        user_code_first,
        device,
        form,
    } = command;
    let rng = Rng::system();
    let app_code = PairingCode::from_random(PairingRole::App, rng.bytes());
    let user_code = if user_code_first {
        let user_code = ask_user_code()?;
        print_app_code(&app_code, form)?;
        user_code
    } else {
        print_app_code(&app_code, form)?;
        ask_user_code()?
    };
    let made = derive_pairing(&app_code, &user_code);
    // As the app does: both codes are forgotten once the seed is there.
    drop((app_code, user_code));
    let tag = Tag {
        tag: made.tag,
        device: device_name(&device),
    };
    match form.json {
        true => print_json(&tag)?,
        false => print(&facts([("tag", tag.words())]))?,
    }
    show_codes(&TotpKey::new(totp_params(), &made.seed), form)
}

#[derive(Serialize)]
struct AppCode<'a> {
    app_code: &'a str,
}

/// What the page shows as well.
#[derive(Serialize)]
struct Tag {
    tag: String,
    device: String,
}

impl Tag {
    fn words(&self) -> String {
        format!("{} {}", self.tag, self.device)
            .trim_end()
            .to_owned()
    }
}

/// What the app shows while VIEW CODE is held.
#[derive(Serialize)]
struct Shown {
    code: String,
    seconds_left: u64,
}

impl Shown {
    fn at(key: &TotpKey, now: Timestamp) -> Self {
        let (now, period) = (now.unix_seconds(), u64::from(key.params().period_seconds()));
        Self {
            code: key.code_at(key.step_at(now)).expose().to_string(),
            seconds_left: period - now % period,
        }
    }
}

fn print_app_code(app_code: &PairingCode, form: Form) -> Result<(), Failure> {
    let shown = app_code.grouped();
    match form.json {
        true => print_json(&AppCode { app_code: &shown }),
        false => print(&facts([("app code", shown.to_string())])),
    }
}

/// The one-time code of now, and again at each further line.
fn show_codes(key: &TotpKey, form: Form) -> Result<(), Failure> {
    loop {
        let shown = Shown::at(key, Clock::System.now());
        match form.json {
            true => print_json(&shown)?,
            false => {
                let left = format!("{}  ({} s left)", shown.code, shown.seconds_left);
                print(&facts([("code", left)]))?;
            }
        }
        if read_line("Enter: the code of then; Ctrl-D: end ")?.is_none() {
            return Ok(());
        }
    }
}

/// Asks until what is typed is a user code; says of each slip which one it is.
fn ask_user_code() -> Result<PairingCode, Failure> {
    let mut slips = 0;
    while let Some(typed) = read_line("User code: ")? {
        match PairingCode::parse(PairingRole::User, &typed) {
            Ok(user_code) => return Ok(user_code),
            Err(bad) => {
                slips += 1;
                slip(bad).report();
            }
        }
    }
    match slips {
        0 => Err(Failure::new(Exit::Usage, "standard input has no user code")
            .mend("write it there as one line, or run the command at a terminal to be asked")),
        _ => Err(Failure::failed("nothing is paired")),
    }
}

/// Which slip it is, and what to look at.
fn slip(slip: BadPairingCode) -> Failure {
    let mend = match slip {
        BadPairingCode::Character => "digits and letters, and never the letter U",
        BadPairingCode::Length => {
            "none is missing and none is typed twice, as in XXXX-XXXX-XXXX-XXXX"
        }
        BadPairingCode::WrongRole => "type the user code that the page shows, not the app code",
        BadPairingCode::Check => "compare it with the page symbol by symbol",
    };
    Failure::failed(format!("that is no user code: {slip}")).mend(mend)
}

/// A line of standard input; asked for at a terminal. `None`: there is no more.
fn read_line(question: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    if io::stdin().is_terminal() {
        print(question)?;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LINE_BYTES as usize));
    let input = io::stdin().lock();
    let read = input
        .take(MAX_LINE_BYTES)
        .read_until(b'\n', &mut bytes)
        .map_err(|error| {
            let problem = format!("cannot read standard input: {error}");
            Failure::new(Exit::Usage, problem)
        })?;
    let line = String::from_utf8_lossy(&bytes).trim().to_owned();
    Ok((read > 0).then(|| Zeroizing::new(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k4_the_command_shows_what_the_vectors_say() {
        let code = |role, text| PairingCode::parse(role, text).unwrap();
        let made = derive_pairing(
            &code(PairingRole::App, "G58E-6H3P-N01D-ENP0"),
            &code(PairingRole::User, "T5MK-RHG6-63Q3-5C91"),
        );
        assert_eq!(made.tag, "X3J1");
        let key = TotpKey::new(totp_params(), &made.seed);
        for (seconds, code, left) in [
            (59, "468426", 1),
            (1_111_111_109, "940418", 1),
            (1_700_000_000, "250535", 10),
        ] {
            let shown = Shown::at(&key, Timestamp(seconds * 1000));
            assert_eq!((&*shown.code, shown.seconds_left), (code, left));
        }
    }
}
