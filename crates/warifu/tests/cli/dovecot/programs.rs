//! curl and swaks at a real Dovecot: in a trusted network, without a window, and with one.

use super::{
    CAMPUS, Dovecot, HOUR_MS, Installed, NETWORKS, OUTSIDE, PASSWORD, Wanted, now_ms, open_window,
    serve, tamper, with_people,
};
use crate::mail_programs::{Visitor, all_done, all_refused_with_words};
use crate::sink::{Mood, Relay};

/// Shows: K2, K9, K10, SEC-54.
#[test]
fn k10_curl_and_swaks_come_in_by_a_dovecot_or_show_where_to_log_in() {
    walk(&Installed::here());
}

/// Shows: K2, K9, K10, SEC-54.
#[test]
fn k10_curl_and_swaks_hear_the_same_from_a_dovecot_of_another_series() {
    if let Some(installed) = Installed::elsewhere() {
        walk(&installed);
    }
}

fn walk(installed: &Installed) {
    let (place, key) = with_people(NETWORKS, &["never", "open"]);
    let ((_server, warifu, _), relay) = (serve(&place), Relay::start(Mood::Takes));
    tamper(&place, "UPDATE person SET has_email = 1");
    open_window(&place, "open", OUTSIDE, now_ms() + HOUR_MS);
    let wanted = Wanted {
        relay: relay.address.port(),
        ..Wanted::new(warifu, &key, &["never", "open"])
    };
    let dovecot = Dovecot::start(installed, &place.path().join("dovecot"), &wanted);
    let doors = [
        ("imap", dovecot.ports.imap),
        ("pop3", dovecot.ports.pop3),
        ("smtp", dovecot.ports.submission),
    ];
    let visitor = |user, source| Visitor {
        source,
        user,
        password: PASSWORD,
    };
    for (protocol, port) in doors {
        all_done(&visitor("never", CAMPUS).try_all(protocol, port));
        all_done(&visitor("open", OUTSIDE).try_all(protocol, port));
        all_refused_with_words(&visitor("never", OUTSIDE).try_all(protocol, port));
    }
    // Two programs, two mechanisms, two people who may.
    assert_eq!(relay.taken().len(), 8);
}
