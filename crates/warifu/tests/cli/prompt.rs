//! Passwords typed at a terminal: asked for twice, never shown. `script` (of Debian's essential packages) is the terminal.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::place::{Place, WARIFU};

/// A command at a terminal of its own.
struct Terminal {
    child: Child,
    screen: String,
}

impl Terminal {
    fn start(place: &Place, command: &str) -> Self {
        let child = Command::new("script")
            .args(["--quiet", "--return", "--command"])
            .arg(format!("{WARIFU} {command}"))
            .arg("/dev/null")
            .current_dir(place.path())
            .env("WARIFU_CONFIG", "data/warifu.toml")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            child,
            screen: String::new(),
        }
    }

    /// Waits for a question, then types.
    fn answer(&mut self, question: &str, typed: &str) {
        let out = self.child.stdout.as_mut().unwrap();
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).ends_with(question) {
            let mut byte = [0];
            let read = out.read(&mut byte).unwrap();
            assert_eq!(
                read,
                1,
                "no {question:?} in {:?}",
                String::from_utf8_lossy(&bytes)
            );
            bytes.push(byte[0]);
        }
        self.screen += &String::from_utf8(bytes).unwrap();
        self.wait_for_silence();
        writeln!(self.child.stdin.as_mut().unwrap(), "{typed}").unwrap();
    }

    /// Waits until the terminal shows nothing of what is typed. The question is there a moment before, too short for a person.
    fn wait_for_silence(&self) {
        let children = |id: &str| {
            let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
            children.unwrap_or_default()
        };
        for _ in 0..6000 {
            let mut ids = children(&self.child.id().to_string());
            for id in ids.clone().split_whitespace() {
                ids += &children(id);
            }
            let terminals = ids
                .split_whitespace()
                .filter_map(|id| fs::read_link(format!("/proc/{id}/fd/0")).ok());
            for terminal in terminals.filter(|terminal| terminal.starts_with("/dev/pts")) {
                let state = Command::new("stty")
                    .arg("-a")
                    .arg("-F")
                    .arg(terminal)
                    .output();
                if String::from_utf8_lossy(&state.unwrap().stdout).contains(" -echo ") {
                    return;
                }
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("what is typed would be shown");
    }

    /// The exit code, and everything that was on the screen.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut rest)
            .unwrap();
        (self.child.wait().unwrap().code(), self.screen + &rest)
    }
}

#[test]
fn a_typed_password_is_asked_for_twice_and_never_shown() {
    let place = Place::with_server();
    let mut terminal = Terminal::start(&place, "user add operator sato");
    terminal.answer("New password of sato: ", "kobu tami soni wara");
    terminal.answer("The same again: ", "kobu tami soni wara");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(
        screen.contains("user sato of operator is added"),
        "{screen}"
    );
    assert!(!screen.contains("kobu"), "{screen}");
}

#[test]
fn two_different_passwords_change_nothing() {
    let place = Place::with_server();
    let mut terminal = Terminal::start(&place, "user password operator operator");
    terminal.answer("New password of operator: ", "kobu tami soni wara");
    terminal.answer("The same again: ", "kobu tami soni wata");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(1), "{screen}");
    assert!(
        screen.contains("not the same; nothing is changed"),
        "{screen}"
    );
    let events = place.run(["audit", "list", "operator", "--json"]).good();
    assert!(!events.contains("password.changed"), "{events}");
}
