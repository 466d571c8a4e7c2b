//! The gate of mail servers (K10, SEC-48, SEC-49, SEC-54, SEC-56): who may ask, what is answered, what is noted.

use std::{sync::Arc, time::Duration};

use warifu_domain::{
    audit::EventKind,
    mail_window::SourceNetwork,
    password::PasswordTerm,
    policy::Enrolment,
    refusal::Refusal,
    time::Span,
    token::Token,
    user::{Login, Role},
};
use warifu_flows::{
    By, gate_keys,
    mail_gate::{self, Answer, Outcome, Server},
    mail_windows,
    manage_users::{self, NewPerson},
};
use warifu_storage::BudgetKind;

use crate::{
    mail_windows::{WINDOW, address, campus, question, sign_in_at},
    support::{Setting, World, on_both, refused},
};

const HOME: &str = "203.0.113.7";

/// An administrator, who needs a window everywhere, with a mail address as login ID.
pub(crate) async fn register(world: &World, login: &str) {
    let new = NewPerson {
        login: Login::parse(login).unwrap(),
        name: String::new(),
        email: None,
        role: Role::Administrator,
        password: "three blind mice".to_owned(),
        password_term: PasswordTerm::Lasting,
    };
    let tenant = world.tenant().await;
    manage_users::add_user(&world.ctx, &tenant, &By::command_line(), new)
        .await
        .unwrap();
}

async fn ask_with(world: &World, key: &Token) -> Option<Answer> {
    let server = Server::WithKey(key.clone(), address("192.0.2.25"));
    let question = question("hana", HOME, "imap");
    let asked = mail_gate::ask(&world.ctx, &world.slug, &server, &question).await;
    asked.unwrap().map(|(_, answer)| answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_056_only_a_key_of_the_tenant_is_answered() {
    on_both(campus(), async |world| {
        world.student("hana").await;
        let (tenant, by) = (world.tenant().await, By::command_line());
        let key = gate_keys::add(&world.ctx, &tenant, &by, " mx1 ")
            .await
            .unwrap();
        assert_eq!(ask_with(&world, &key).await, Some(Answer::NeedsWindow));
        let listed = gate_keys::list(&world.ctx, &tenant, &by).await.unwrap();
        assert_eq!(
            (listed[0].name.as_str(), listed[0].used_at),
            ("mx1", Some(world.now()))
        );
        for name in ["mx1", "", "  ", "a\nb", &"x".repeat(61)] {
            let added = gate_keys::add(&world.ctx, &tenant, &by, name).await;
            assert_eq!(refused(added), Refusal::BadGateKeyName, "{name:?}");
        }
        // Another tenant's key, one that nobody has, and one that was taken away.
        let other = world.neighbour("aoba").await;
        let foreign = gate_keys::add(&world.ctx, &other.tenant().await, &by, "mx1")
            .await
            .unwrap();
        assert_eq!(ask_with(&world, &foreign).await, None);
        for byte in 0..20 {
            assert_eq!(
                ask_with(&world, &Token::from_random([byte; 32])).await,
                None
            );
        }
        assert!(
            gate_keys::remove(&world.ctx, &tenant, &by, listed[0].id)
                .await
                .unwrap()
        );
        assert!(
            !gate_keys::remove(&world.ctx, &tenant, &by, listed[0].id)
                .await
                .unwrap()
        );
        assert_eq!(ask_with(&world, &key).await, None);
        // The stranger is on record once, whatever was tried.
        let rows = world.audit_rows().await;
        let strange = rows
            .iter()
            .filter(|row| row.kind == EventKind::GateKeyRefused);
        assert_eq!(strange.count(), 1);
        // Only a hash is kept.
        let stolen = world.stolen_bytes().await;
        let secret = foreign.expose();
        assert!(
            !stolen
                .windows(secret.len())
                .any(|bytes| bytes == secret.as_bytes())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_names_and_addresses_in_every_spelling_are_read_as_one_or_refused() {
    on_both(campus(), async |world| {
        world
            .change_policy(|policy| {
                policy.entrances.domains = vec!["midori.example".into(), "日本語.example".into()]
            })
            .await;
        world.student("hana").await;
        register(&world, "taro@midori.example").await;
        for login in [
            "hana",
            "HANA",
            "ｈａｎａ",
            " hana ",
            "hana@midori.example",
            "Hana@MIDORI.example",
            "hana@xn--wgv71a119e.example",
            "taro@midori.example",
            "taro",
            "TARO",
        ] {
            let answer = world.gate(login, HOME, "imap").await;
            assert_eq!(answer, Answer::NeedsWindow, "{login}");
        }
        for at in [
            "",
            "unknown",
            "203.0.113.07",
            "203.0.113.7 ",
            "fe80::1%eth0",
            "203.0.113.0/24",
            "example.com",
        ] {
            assert_eq!(world.gate("hana", at, "imap").await, Answer::Refuse, "{at}");
        }
        let long = "a".repeat(5000);
        for login in ["", "  ", "a b", "a\0b", &long] {
            assert_eq!(
                world.gate(login, HOME, "imap").await,
                Answer::Refuse,
                "{login}"
            );
        }
        // A name that fits two people is nobody's.
        register(&world, "taro@日本語.example").await;
        assert_eq!(world.gate("taro", HOME, "imap").await, Answer::Refuse);
        assert_eq!(
            world.gate("taro@midori.example", HOME, "imap").await,
            Answer::NeedsWindow
        );
        // Nobody of the tenant: the mail server itself says that the password is wrong.
        for login in ["nobody", "hana@elsewhere.example", "taro@elsewhere.example"] {
            assert_eq!(
                world.gate(login, HOME, "imap").await,
                Answer::Allow,
                "{login}"
            );
        }
        // The login of Warifu itself is never shut out, from wherever it asks.
        assert_eq!(world.gate("hana", "", "warifu-web").await, Answer::Allow);
        assert_eq!(world.gate("hana", HOME, "warifu-web").await, Answer::Allow);
        assert_eq!(
            world.gate("hana", HOME, "something").await,
            Answer::NeedsWindow
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_049_where_everybody_needs_a_window_nobody_can_tell_who_exists() {
    let setting = campus().with(|policy| {
        policy.second_factor.enrolment = Enrolment::Required;
        policy.second_factor.own_switch = false;
    });
    on_both(setting, async |world| {
        world.student("hana").await;
        world.member("taro").await;
        // An alias that only the mail server knows opens nothing either.
        for login in ["hana", "taro", "nobody", "hana.alias"] {
            assert_eq!(
                world.gate(login, HOME, "imap").await,
                Answer::NeedsWindow,
                "{login}"
            );
        }
        world
            .change_policy(|policy| policy.mail.say_why = false)
            .await;
        for login in ["hana", "taro", "nobody"] {
            assert_eq!(
                world.gate(login, HOME, "imap").await,
                Answer::Refuse,
                "{login}"
            );
        }
        world
            .change_policy(|policy| policy.mail.windows = false)
            .await;
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::Allow);
    })
    .await;
}

/// Only a refusal of somebody is recorded: were the answer to wait for it, its time would tell who exists.
#[tokio::test(flavor = "multi_thread")]
async fn sec_049_a_refusal_is_answered_before_it_is_recorded_and_recorded_before_the_server_stops()
{
    let setting = campus().with(|policy| {
        policy.second_factor.enrolment = Enrolment::Required;
        policy.second_factor.own_switch = false;
        policy.mail.say_why = false;
    });
    on_both(setting, async |world| {
        let (hana, _) = world.student("hana").await;
        world.database.hold_writes().await;
        for login in ["hana", "nobody"] {
            assert_eq!(
                world.ask_gate(login, HOME, "imap").await,
                Answer::Refuse,
                "{login}"
            );
        }
        assert_eq!(world.rows("mail_refusal", "TRUE").await, 0, "it cannot be");
        let settled = tokio::time::timeout(Duration::from_millis(20), world.ctx.settle());
        assert!(settled.await.is_err(), "it is being written");
        world.database.let_write().await;
        world.ctx.settle().await;
        assert_eq!(world.rows("mail_refusal", "TRUE").await, 1);
        let events = world.events_of(&hana).await;
        assert_eq!(events.last().unwrap(), "mail_client.refused WIN-01");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k10_a_refused_client_is_recorded_once_an_hour_and_the_person_told_once_a_day() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let mut browser = world.browser();
        browser.sign_in(&mut hana).await;
        let recorded = async || {
            let events = world.events_of(&hana).await;
            events
                .iter()
                .filter(|event| *event == "mail_client.refused WIN-01")
                .count()
        };
        for _ in 0..20 {
            world.gate("hana", HOME, "imap").await;
            world.gate("hana", HOME, "smtp").await;
            world.wait(Span::minutes(2));
        }
        assert_eq!(recorded().await, 1);
        assert_eq!(browser.mail_status(&world).await.refused[0].services, 1 | 4);
        world.wait(Span::minutes(21));
        world.gate("hana", HOME, "imap").await;
        assert_eq!(recorded().await, 2);
        world.gate("hana", "203.0.113.99", "imap").await;
        assert_eq!(recorded().await, 3);
        // However many networks try: at most thirty an hour.
        for n in 0..100 {
            world.gate("hana", &format!("198.51.100.{n}"), "imap").await;
        }
        assert!(recorded().await <= 33);
        let told = world.mails_to(&hana).await;
        let told = told
            .iter()
            .filter(|kind| **kind == EventKind::MailClientRefused);
        assert_eq!(told.count(), 1);
        // A refusal is no guess: nothing is counted, so the right password gets in.
        assert_eq!(
            world
                .rows("throttle", "kind IN (2, 4) AND failures > 0")
                .await,
            0
        );
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_048_a_client_that_repeats_a_stale_password_counts_once_a_network() {
    on_both(campus(), async |world| {
        let (hana, _) = world.student("hana").await;
        let failures = async || world.failures(BudgetKind::OtherBrowser).await;
        for _ in 0..500 {
            world
                .told("hana", HOME, "imap", Outcome::WrongPassword)
                .await;
            world
                .told("Hana", "::ffff:203.0.113.7", "smtp", Outcome::WrongPassword)
                .await;
        }
        assert_eq!(failures().await, 1);
        world
            .told("hana", "203.0.113.8", "imap", Outcome::WrongPassword)
            .await;
        assert_eq!(failures().await, 2);
        for _ in 0..10 {
            world
                .told("hana", "203.0.113.9", "imap", Outcome::RefusedByGate)
                .await;
            world
                .told("hana", "203.0.113.9", "imap", Outcome::Success)
                .await;
            world
                .told("hana", "203.0.113.9", "warifu-web", Outcome::WrongPassword)
                .await;
        }
        assert_eq!(failures().await, 2);
        world.wait(Span::days(1));
        world
            .told("hana", HOME, "imap", Outcome::WrongPassword)
            .await;
        assert_eq!(failures().await, 3);
        let wrong = world.events_of(&hana).await;
        let wrong = wrong
            .iter()
            .filter(|event| *event == "mail_client.wrong_password LOGIN-01");
        assert_eq!(wrong.count(), 3);
        // Names that nobody has are counted alike.
        world
            .told("nobody", HOME, "imap", Outcome::WrongPassword)
            .await;
        assert_eq!(world.rows("throttle", "kind = 3").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_writes_nothing_in_the_normal_case() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        world.browser_at(address(HOME)).sign_in(&mut hana).await;
        world.told("hana", HOME, "imap", Outcome::Success).await;
        let before = world.dump().await;
        for _ in 0..10 {
            assert_eq!(world.gate("hana", HOME, "imap").await, Answer::Allow);
            world.told("hana", HOME, "imap", Outcome::Success).await;
        }
        assert!(before == world.dump().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_questions_get_one_answer_and_leave_one_record() {
    on_both(campus(), async |world| {
        world.student("hana").await;
        let world = Arc::new(world);
        let asks: Vec<_> = (0..200)
            .map(|_| {
                let world = world.clone();
                tokio::spawn(async move { world.gate("hana", HOME, "imap").await })
            })
            .collect();
        for ask in asks {
            assert_eq!(ask.await.unwrap(), Answer::NeedsWindow);
        }
        let rows = world.audit_rows().await;
        let recorded = rows
            .iter()
            .filter(|row| row.kind == EventKind::MailClientRefused);
        assert_eq!(recorded.count(), 1);
    })
    .await;
}

/// Questions wait for the database together; none is answered by what another one asked.
#[tokio::test(flavor = "multi_thread")]
async fn sec_068_questions_asked_at_once_are_answered_by_their_own_key_person_network_and_tenant() {
    const PEOPLE: usize = 6;
    const PLACES: [&str; 2] = [HOME, "203.0.113.80"];
    on_both(campus(), async |world| {
        let neighbour = world.neighbour("neighbour").await;
        let mut tenants = Vec::new();
        for world in [world, neighbour] {
            let (tenant, by) = (world.tenant().await, By::command_line());
            let key = gate_keys::add(&world.ctx, &tenant, &by, "mx").await;
            let mut people = Vec::new();
            for number in 0..PEOPLE {
                people.push(world.member_with_app(&format!("hana{number}")).await.0);
            }
            tenants.push((world, Arc::new(key.unwrap()), people));
        }
        tenants[0].0.wait(WINDOW);
        // Who has a window at the first place, at the second, at none: in the neighbour others than here.
        let place_of = |tenant, number| PLACES.get((tenant + number) % 3).copied();
        for (index, (world, _, people)) in tenants.iter_mut().enumerate() {
            for (number, person) in people.iter_mut().enumerate() {
                if let Some(place) = place_of(index, number) {
                    world.browser_at(address(place)).sign_in(person).await;
                }
            }
        }
        let mut asks = Vec::new();
        for round in 0..6 * PEOPLE {
            for (index, (world, key, _)) in tenants.iter().enumerate() {
                let (place, number) = (PLACES[round % 2], round % PEOPLE);
                let foreign = tenants[1 - index].1.clone();
                for (key, is_good) in [(key.clone(), true), (foreign, false)] {
                    let world = world.clone();
                    let expected = is_good.then_some(match place_of(index, number) {
                        Some(open) if open == place => Answer::Allow,
                        _ => Answer::NeedsWindow,
                    });
                    asks.push(tokio::spawn(async move {
                        let server = Server::WithKey((*key).clone(), address("192.0.2.25"));
                        let question = question(&format!("hana{number}"), place, "imap");
                        let asked = mail_gate::ask(&world.ctx, &world.slug, &server, &question);
                        let answer = asked.await.unwrap().map(|(_, answer)| answer);
                        let place = format!("{} {number} {place}", world.slug);
                        assert_eq!(answer, expected, "{place}");
                    }));
                }
            }
        }
        for ask in asks {
            ask.await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_a_window_that_is_closed_while_questions_are_asked_opens_nothing_afterwards() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let browser = sign_in_at(&world, &mut hana, HOME).await;
        let asks: Vec<_> = (0..100)
            .map(|_| {
                let world = world.clone();
                tokio::spawn(async move { world.ask_gate("hana", HOME, "imap").await })
            })
            .collect();
        let (tenant, who) = (world.tenant().await, browser.who().await.unwrap());
        let home = SourceNetwork::of(address(HOME), 64);
        mail_windows::close(&world.ctx, &tenant, &browser.request(), &who, home)
            .await
            .unwrap();
        let later: Vec<_> = (0..100)
            .map(|_| {
                let world = world.clone();
                tokio::spawn(async move { world.ask_gate("hana", HOME, "imap").await })
            })
            .collect();
        for ask in asks {
            ask.await.unwrap();
        }
        for ask in later {
            assert_eq!(ask.await.unwrap(), Answer::NeedsWindow);
        }
        world.ctx.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_084_a_suspended_tenant_lets_no_mail_client_in() {
    on_both(Setting::preset("campus-mail"), async |world| {
        world.member("taro").await;
        assert_eq!(world.gate("taro", HOME, "imap").await, Answer::Allow);
        world
            .tamper("UPDATE tenant SET suspended = 1 WHERE id = 1")
            .await;
        assert_eq!(world.gate("taro", HOME, "imap").await, Answer::Refuse);
        assert_eq!(world.gate("nobody", HOME, "imap").await, Answer::Refuse);
    })
    .await;
}
