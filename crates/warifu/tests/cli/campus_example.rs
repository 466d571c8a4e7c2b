//! `examples/campus-mail`: the whole university on this machine, walked through by real clients, stopped, started again, removed.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::dovecot::Installed;
use crate::place::{Outcome, Place, WARIFU, run};
use crate::relay::free_ports;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/campus-mail");
const WALK: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cli/files/campus_walk.py"
);
/// As many in a row does it take.
const PORTS: u16 = 13;

/// The example in a folder of the test's own; nothing of it is left behind, however the test ends.
struct Example<'i> {
    place: Place,
    first: u16,
    installed: &'i Installed,
    /// For a Dovecot that is not the machine's.
    beside: Place,
}

impl<'i> Example<'i> {
    fn new(installed: &'i Installed) -> Self {
        let place = Place::new();
        let mut open = Command::new("chmod");
        open.arg("a+rx").arg(place.path());
        assert!(open.status().unwrap().success());
        Self {
            place,
            first: free_ports(PORTS),
            installed,
            beside: Place::new(),
        }
    }

    fn command(&self, name: &str, arguments: &[&str]) -> Outcome {
        let program = Path::new(EXAMPLE).join(name);
        let mut command = self.installed.around(&program, self.beside.path());
        command
            .arg("--data")
            .arg(self.data())
            .args(arguments)
            .env_remove("WARIFU_CONFIG");
        run(command, "")
    }

    fn run(&self) -> Outcome {
        let first = self.first.to_string();
        let mut arguments = vec!["--port", &first, "--warifu", WARIFU];
        let programs = self.installed.programs(self.beside.path());
        if let Some(programs) = &programs {
            arguments.extend(["--dovecot", programs.to_str().unwrap()]);
        }
        self.command("run", &arguments)
    }

    fn data(&self) -> std::path::PathBuf {
        self.place.path().join("campus")
    }
}

impl Drop for Example<'_> {
    fn drop(&mut self) {
        let _ = self.command("reset", &["--yes"]);
    }
}

/// The password in the line that `name` stands in.
fn password(printed: &str, name: &str) -> String {
    let mut words = printed.lines().map(|line| line.split_whitespace());
    let found = words.find_map(|words| {
        let words: Vec<&str> = words.collect();
        let at = words.iter().position(|word| *word == name)?;
        (at + 2 == words.len()).then(|| words[at + 1].to_owned())
    });
    found.unwrap_or_else(|| panic!("{name} has no password in {printed}"))
}

/// Roundcube brings fifty packages: where nobody has it, only the long run fetches it.
fn is_wanted() -> bool {
    #[expect(clippy::disallowed_methods, reason = "scripts/test --long says so")]
    let is_long = std::env::var_os("WARIFU_LONG").is_some();
    is_long || Path::new("/var/lib/roundcube/public_html/index.php").exists()
}

/// Shows: K1, K2, K6, K7, K8, K9, K10.
#[test]
fn k10_the_example_of_a_university_runs_and_every_door_opens_and_shuts_as_it_says() {
    if is_wanted() {
        go_through(&Installed::here());
    } else {
        println!("left to scripts/test --long: there is no Roundcube here");
    }
}

/// Shows: K1, K2, K6, K7, K8, K9, K10.
#[test]
fn k10_the_example_of_a_university_does_the_same_with_a_dovecot_of_another_series() {
    if let Some(installed) = Installed::elsewhere().filter(|_| is_wanted()) {
        go_through(&installed);
    }
}

fn go_through(installed: &Installed) {
    let example = Example::new(installed);

    // A port that somebody has: nothing is begun.
    let taken = TcpListener::bind(("127.0.0.1", example.first + 3)).unwrap();
    let (code, said) = example.run().bad();
    assert_eq!(code, 1);
    assert!(said.contains("is in use"), "{said}");
    assert!(!example.data().exists());
    drop(taken);
    let (_, said) = example.command("run", &["--dovecot", "/mnt"]).bad();
    assert!(said.contains("there is no dovecot"), "{said}");

    let printed = example.run().good();
    let (hanako, taro) = (password(&printed, "hanako"), password(&printed, "taro"));
    let mut walk = Command::new("python3");
    walk.arg(WALK)
        .arg(example.data())
        .arg(example.first.to_string())
        .args([&hanako, &taro]);
    let seen = run(walk, "").good();
    assert_eq!(seen.lines().count(), 7, "{seen}");

    let again = example.run().good();
    assert!(again.contains("It runs already."), "{again}");
    assert!(!again.contains(&hanako), "passwords are printed once");

    example.command("stop", &[]).good();
    let is_free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
    assert!((example.first..example.first + PORTS).all(is_free));
    // Settings of one series are not for the other.
    if installed.series != Installed::here().series {
        let (_, said) = example.command("run", &[]).bad();
        assert!(said.contains("has the settings of Dovecot 2."), "{said}");
    }
    example.run().good();
    assert!(!is_free(example.first));

    // Without a "yes" nothing is removed.
    let (_, said) = example.command("reset", &[]).bad();
    assert!(said.contains("nothing was removed"), "{said}");
    example.command("reset", &["--yes"]).good();
    assert!(!example.data().exists());
    assert!((example.first..example.first + PORTS).all(is_free));
    assert!(fs::read_dir(example.place.path()).unwrap().next().is_none());
}
