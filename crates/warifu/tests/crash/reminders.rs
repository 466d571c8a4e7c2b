//! `kill -9` while reminders are written to the outbox and sent from it: gone on with after a restart, everybody gets one, nobody two
//! (SEC-29, SEC-83). A mail that the relay took while the server died comes once more, and bears the same Message-ID.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::{Duration, Instant},
};

use warifu_domain::user::Role;

use crate::{
    Dice,
    browser::{Browser, Outcome},
    kills,
    rounds::Rounds,
    server::Server,
    sink::{Mood, Relay, Taken},
    world::{Engine, World},
};

const PLACE: &str = "/workspace/admin/adoption/reminders";

/// People of the first round: a few transactions' worth.
const PEOPLE: usize = 300;

/// Mails that a server has in its hands at once, as `mail.connections` says: as many can come twice after a kill.
const AT_ONCE: usize = 4;

/// As long as the slowest machine may need.
const LIMIT: Duration = Duration::from_secs(300);

#[test]
fn sec_083_kill_9_while_reminders_are_sent_on_sqlite_reminds_everybody_once() {
    remind(Engine::Sqlite, kills(3, 30));
}

#[test]
fn sec_083_kill_9_while_reminders_are_sent_on_postgres_reminds_everybody_once() {
    remind(Engine::Postgres, kills(2, 20));
}

/// An administrator at the console, signed in.
struct Desk {
    attempt: String,
    session: String,
}

impl Desk {
    fn open(world: &World, server: &Server) -> Self {
        let boss = world.add_people_as(Role::Administrator, 1).remove(0);
        let browser = Browser::new(server.address, &boss.attempts[0]);
        let Some(Outcome::SignedIn(session)) = browser.send_code(&boss.right_code()) else {
            panic!("the administrator is not signed in");
        };
        Self {
            attempt: boss.attempts[0].clone(),
            session,
        }
    }

    fn browser(&self, server: &Server) -> Browser {
        Browser::new(server.address, &self.attempt)
    }

    /// Begins a round; gives its number.
    fn begin(&self, server: &Server) -> i64 {
        let (look, browser) = (format!("{PLACE}?look=1"), self.browser(server));
        let fields = "group=&day=&note=&reason=spring";
        let led = browser.press(&self.session, (&look, PLACE), fields);
        let led = led.expect("nobody has killed the server yet");
        led.rsplit('/').next().unwrap().parse().unwrap()
    }

    fn go_on(&self, server: &Server, round: i64) {
        let page = format!("{PLACE}/{round}");
        let led = self
            .browser(server)
            .press(&self.session, (&page, &page), "reason=spring");
        led.expect("nobody has killed the server yet");
    }
}

fn remind(engine: Engine, kills: usize) {
    let relay = Relay::start(Mood::Takes);
    let mut world = World::new(engine);
    world.send_mail_to(relay.address);
    let mut dice = Dice(u64::from(std::process::id()));
    let (mut rounds, mut killed, mut in_delivery) = (Rounds::new(kills, PEOPLE), 0, 0);
    let mut readers = Vec::new();
    while let Some(number) = rounds.next() {
        // Only the new ones are reminded: the others were, a moment ago.
        let new = rounds.people;
        for _ in 0..new / 100 {
            readers.extend(world.add_readers(100));
        }
        let server = Server::start(&world);
        let desk = Desk::open(&world, &server);
        let round = desk.begin(&server);
        let pause = Duration::from_micros(dice.below(5_000));
        world.once_reminded(round, LIMIT, || {
            thread::sleep(pause);
            server.kill();
        });
        killed += 1;
        rounds.killed(world.round(round).ended_at.is_none());

        // Gone on with, and killed again among the mails, and perhaps among what is still written.
        let before = relay.seen();
        world.let_time_pass();
        let server = Server::start(&world);
        if world.round(round).ended_at.is_none() {
            desk.go_on(&server, round);
        }
        let some = 1 + dice.below(new as u64 / 4) as usize;
        wait_until("mails are sent", || relay.seen() >= before + some);
        server.kill();
        killed += 1;
        in_delivery += usize::from(world.waiting_mails() > 0);

        // And left in peace.
        world.let_time_pass();
        let server = Server::start(&world);
        if world.round(round).ended_at.is_none() {
            desk.go_on(&server, round);
        }
        wait_until("the round ends", || world.round(round).ended_at.is_some());
        // Stopped, it finishes what it has in hand.
        server.stop();
        world.let_time_pass();
        let server = Server::start(&world);
        wait_until("the outbox is empty", || world.waiting_mails() == 0);
        server.stop();

        let row = world.round(round);
        assert_eq!(
            row.counts.sent as usize, new,
            "round {number}: {:?}",
            row.counts
        );
        check(&relay.taken(), &readers, killed);
        world.assert_chain_is_whole();
    }
    assert!(
        in_delivery > 0,
        "no kill fell among the mails: this test would show nothing"
    );
}

/// Every reader has one mail, and what came twice is the same mail.
fn check(taken: &[Taken], readers: &[String], killed: usize) {
    let mut mails: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for mail in taken {
        mails.entry(&mail.to).or_default().insert(message_id(mail));
    }
    for reader in readers {
        let got = mails.get(reader.as_str()).map_or(0, BTreeSet::len);
        assert_eq!(got, 1, "{reader} got {got} reminders");
    }
    assert_eq!(mails.len(), readers.len(), "somebody else got mail");
    let twice = taken.len() - readers.len();
    assert!(
        twice <= killed * AT_ONCE,
        "{twice} mails came twice after {killed} kills"
    );
}

fn message_id(mail: &Taken) -> String {
    let text = String::from_utf8_lossy(&mail.data);
    let id = text
        .lines()
        .find_map(|line| line.strip_prefix("Message-ID: "));
    id.expect("every mail has one").trim().to_owned()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < LIMIT, "it never comes to it that {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
