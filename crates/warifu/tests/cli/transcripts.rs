//! Runs the files of `transcripts/`: commands with what they print and how they end. The form is:
//!
//!     ; a comment
//!     $ warifu user password midori sato      a command; or one of the small tools below
//!     < a line of standard input
//!     a line of standard output
//!     ! a line of standard error
//!     => 5                                    the exit code, where it is not 0
//!
//! `WARIFU_UPDATE=1` writes what commands print now; read the difference before you keep it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::place::Place;
use crate::shown::normal;

/// One command with what is around it.
#[derive(Default)]
struct Step {
    /// Comments and blank lines in front.
    lead: String,
    command: String,
    input: String,
    output: String,
}

fn parse(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lead = String::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                lead: std::mem::take(&mut lead),
                command: command.to_owned(),
                ..Step::default()
            });
        } else if line.starts_with("; ") || !lead.is_empty() {
            lead += &format!("{line}\n");
        } else if let Some(step) = steps.last_mut() {
            match line.strip_prefix('<') {
                Some(input) => {
                    step.input += &format!("{}\n", input.strip_prefix(' ').unwrap_or(input))
                }
                None => step.output += &format!("{line}\n"),
            }
        }
    }
    assert!(
        lead.is_empty(),
        "a comment at the end says nothing about a command"
    );
    steps
}

fn write(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        let input: String = step
            .input
            .lines()
            .map(|line| format!("< {line}\n"))
            .collect();
        text += &format!(
            "{}$ {}\n{input}{}\n\n",
            step.lead,
            step.command,
            step.output.trim_end()
        );
    }
    text.replace("\n\n\n", "\n\n").trim_end().to_owned() + "\n"
}

/// Splits as a shell does, as far as transcripts need it.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in command.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c == ' ' => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Does one step; what it printed, in the form of a transcript.
fn perform(place: &mut Place, step: &Step, database: Option<&str>) -> String {
    let words = words(&step.command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let path = |name: &str| place.path().join(name);
    match words[..] {
        ["warifu", ref arguments @ ..] => {
            let mut given: Vec<&str> = arguments.to_vec();
            if let Some(url) = database
                && given.first() == Some(&"init")
                && !given.contains(&"--database")
            {
                given.extend(["--database", url]);
            }
            let outcome = place.run_with(&step.input, given);
            let dir = place.path().to_str().unwrap();
            let mut printed = normal(&outcome.out, dir);
            printed.extend(
                normal(&outcome.err, dir)
                    .lines()
                    .map(|line| format!("! {line}\n")),
            );
            match outcome.status.code() {
                Some(0) => {}
                Some(code) => printed += &format!("=> {code}\n"),
                None => printed += "=> killed\n",
            }
            printed
        }
        // Tools.
        ["write", file] => {
            place.write(file, &step.input);
            String::new()
        }
        ["replace", file, old, new] => {
            let text = place.read(file);
            assert!(text.contains(old), "{file} has no {old:?}");
            place.write(file, &text.replace(old, new));
            String::new()
        }
        ["chmod", mode, file] => {
            let mode = u32::from_str_radix(mode, 8).unwrap();
            fs::set_permissions(path(file), fs::Permissions::from_mode(mode)).unwrap();
            String::new()
        }
        ["remove", file] => {
            fs::remove_file(path(file)).unwrap();
            String::new()
        }
        ["make-folder", folder] => {
            fs::create_dir(path(folder)).unwrap();
            String::new()
        }
        ["copy", from, to] => {
            let from = if from == "FILES" {
                Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/files")
            } else {
                path(from)
            };
            copy(&from, &path(to));
            String::new()
        }
        ["list", folder] => listing(&path(folder), folder),
        ["leave-root"] => {
            place.leave_root();
            String::new()
        }
        _ => panic!("no such tool: {}", step.command),
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// Files and folders with their modes.
fn listing(path: &Path, name: &str) -> String {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return format!("there is no {name}\n");
    };
    let mut text = format!("{:04o} {name}\n", metadata.permissions().mode() & 0o7777);
    if metadata.is_dir() {
        let mut names: Vec<String> = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        for inner in names {
            text += &listing(&path.join(&inner), &format!("{name}/{inner}"));
        }
    }
    text
}

#[expect(
    clippy::disallowed_methods,
    reason = "asks the person who runs the tests"
)]
fn is_update() -> bool {
    std::env::var_os("WARIFU_UPDATE").is_some()
}

/// Runs one file. `database`: what `init` is told to use; and how its name reads in the output.
fn check(name: &str, database: Option<&str>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cli/transcripts")
        .join(name);
    let written = fs::read_to_string(&file).unwrap();
    let mut steps = parse(&written);
    let mut place = Place::new();
    for step in &mut steps {
        let mut printed = perform(&mut place, step, database);
        if database.is_some() {
            // The transcript says what SQLite prints.
            for (here, there) in [
                ("PostgreSQL:", "data/state/warifu.db:"),
                ("  PostgreSQL\n", "  [dir]/data/state/warifu.db\n"),
            ] {
                printed = printed.replace(here, there);
            }
        }
        let same = printed.trim_end() == step.output.trim_end();
        if is_update() && database.is_none() {
            step.output = printed;
        } else if !same {
            panic!(
                "{name}: $ {}\n--- written\n{}--- printed\n{printed}",
                step.command, step.output
            );
        }
    }
    if is_update() && database.is_none() {
        fs::write(&file, write(&steps)).unwrap();
    }
}

macro_rules! transcripts {
    ($($name:ident),* $(,)?) => {$(
        #[test]
        fn $name() {
            check(concat!(stringify!($name), ".txt"), None);
        }
    )*

    #[test]
    fn every_transcript_is_run() {
        let known = [$(concat!(stringify!($name), ".txt")),*];
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/transcripts");
        for entry in fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(known.contains(&name.as_str()), "{name} is run by no test");
        }
    }};
}

transcripts! {
    init, init_refused, tenants, policies, users, passwords, audit, check_good, check_keys, check_configuration,
    check_certificate, configuration_refused, rights, help, operator, import, keys,
    pairing,
}

/// The ones that say most about the database, on the other engine.
#[tokio::test]
async fn the_same_is_printed_on_postgresql() {
    for name in [
        "init",
        "tenants",
        "policies",
        "users",
        "passwords",
        "audit",
        "check_good",
        "check_keys",
        "operator",
        "import",
        "keys",
    ] {
        // Its schema is there; `init` takes a database without tenants.
        let store = warifu_storage::testing::postgres().await;
        let warifu_storage::Location::Postgres(url) = store.location() else {
            panic!("that is not PostgreSQL");
        };
        let url = url.clone();
        let name = format!("{name}.txt");
        tokio::task::spawn_blocking(move || check(&name, Some(&url)))
            .await
            .unwrap();
    }
}
