//! Every mail client from everywhere in every state of its person, and what the gate is asked then.

use std::collections::BTreeMap;

use super::server::DOORS;
use super::tap::Tap;
use super::{
    CAMPUS, Dovecot, EDUROAM, HOUR_MS, Installed, NETWORKS, OUTSIDE, PASSWORD, Wanted, now_ms,
    open_window, serve, tamper, with_people,
};
use crate::relay::{free_port, wait_for};

/// Somebody for each state: without a second factor; with one and a window that never was, is open, is over, was closed.
const STATES: [&str; 5] = ["off", "never", "open", "over", "closed"];
const SOURCES: [&str; 4] = [CAMPUS, EDUROAM, OUTSIDE, "::1"];

/// Shows: K2, K9, K10, SEC-52, SEC-54, SEC-55.
#[test]
fn k10_every_client_from_every_network_in_every_state_hears_what_it_should_and_dovecot_asks_once() {
    walk(&Installed::here());
}

/// Shows: K2, K9, K10, SEC-52, SEC-54, SEC-55.
#[test]
fn k10_every_client_of_a_dovecot_of_another_series_hears_the_same() {
    if let Some(installed) = Installed::elsewhere() {
        walk(&installed);
    }
}

fn walk(installed: &Installed) {
    let (place, key) = with_people(NETWORKS, &STATES);
    // Asked under another address, it has to know that one too (SEC-60).
    let port = free_port();
    let config = place.read("data/warifu.toml");
    let known = config.replace("hosts = []", &format!("hosts = ['127.0.0.1:{port}']"));
    assert_ne!(known, config);
    place.write("data/warifu.toml", &known);
    let (_server, warifu, _) = serve(&place);
    let tap = Tap::before(warifu, port);
    tamper(
        &place,
        "UPDATE person SET has_email = 1 WHERE login <> 'off'",
    );
    for source in SOURCES {
        open_window(&place, "open", source, now_ms() + HOUR_MS);
        open_window(&place, "over", source, now_ms() - 1);
        open_window(&place, "closed", source, now_ms() + HOUR_MS);
    }
    tamper(
        &place,
        "DELETE FROM mail_window WHERE user_id = (SELECT id FROM person WHERE login = 'closed')",
    );
    let folder = place.path().join("dovecot");
    let wanted = Wanted::new(tap.address, &key, &STATES);
    let dovecot = Dovecot::start(installed, &folder, &wanted);
    for source in SOURCES {
        for state in STATES {
            tap.forget();
            let passes = source == CAMPUS || ["off", "open"].contains(&state);
            for heard in dovecot.ask(state, source, PASSWORD) {
                let is_right = match passes {
                    true => heard.starts_with("yes "),
                    false => heard.starts_with("no ") && heard.contains("/uni/login"),
                };
                assert!(is_right, "{state} from {source}: {heard}");
            }
            check_questions(&tap, state, source, passes);
        }
    }
}

/// Once for each login, with the address that Dovecot saw and without anything made of the password; and what came of it.
fn check_questions(tap: &Tap, login: &str, source: &str, passes: bool) {
    // A report may come behind the answer to the client.
    wait_for("every question", || {
        (tap.questions().len() >= 4 * DOORS.len()).then_some(())
    });
    let mut asked: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut told = 0;
    for (command, question) in tap.questions() {
        let word = |name: &str| question[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(
            (word("login").as_str(), word("remote").as_str()),
            (login, source)
        );
        assert!(question.get("pwhash").is_none(), "{question}");
        match command.as_str() {
            "allow" => *asked.entry((word("protocol"), word("mech"))).or_default() += 1,
            "report" => {
                told += 1;
                assert_eq!(question["success"], passes, "{question}");
                assert_eq!(question["policy_reject"], !passes, "{question}");
            }
            other => panic!("{other}"),
        }
    }
    let mut expected = BTreeMap::new();
    for door in DOORS {
        let name = if door == "smtp" { "submission" } else { door };
        for mechanism in ["PLAIN", "LOGIN"] {
            expected.insert((name.to_owned(), mechanism.to_owned()), 1);
        }
    }
    assert_eq!(asked, expected, "{login} from {source}");
    assert_eq!(told, expected.len(), "{login} from {source}");
}
