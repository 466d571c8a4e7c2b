//! Windows for mail clients (K9, K11, SEC-52 to SEC-54): what opens one, whose it is, how long it lasts, and what ends it.

use std::net::IpAddr;

use warifu_domain::{
    audit::EventKind, mail_window::SourceNetwork, policy::Network, refusal::Refusal, time::Span,
    user::Role,
};
use warifu_flows::{
    By, FlowError,
    mail_gate::{self, Answer, Outcome, Question, Server},
    mail_windows::{self, MailStatus},
    manage_users,
};

use crate::support::{
    Browser, Person, Setting, TypedProof, World, a_second_less, on_both, refused,
};

pub(crate) const WINDOW: Span = Span::hours(14);

pub(crate) fn campus() -> Setting {
    Setting::preset("campus-mail")
}

pub(crate) fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(crate) fn question(login: &str, address: &str, service: &str) -> Question {
    Question {
        login: login.to_owned(),
        address: address.to_owned(),
        service: service.to_owned(),
    }
}

impl World {
    /// What the gate says to a mail client; what it records is there when this returns.
    pub(crate) async fn gate(&self, login: &str, address: &str, service: &str) -> Answer {
        let answer = self.ask_gate(login, address, service).await;
        self.ctx.settle().await;
        answer
    }

    /// What the gate says to a mail client, as soon as it does.
    pub(crate) async fn ask_gate(&self, login: &str, address: &str, service: &str) -> Answer {
        let question = question(login, address, service);
        let asked = mail_gate::ask(&self.ctx, &self.slug, &Server::Own, &question).await;
        asked.unwrap().expect("the tenant exists").1
    }

    /// Tells the gate what came of a login.
    pub(crate) async fn told(&self, login: &str, address: &str, service: &str, outcome: Outcome) {
        let question = question(login, address, service);
        let told = mail_gate::report(&self.ctx, &self.slug, &Server::Own, &question, outcome);
        told.await.unwrap().expect("the tenant exists");
    }

    /// A member with an app, who has been away for so long that no window is open any more.
    pub(crate) async fn student(&self, login: &str) -> (Person, Browser) {
        let (person, browser) = self.member_with_app(login).await;
        self.wait(WINDOW);
        (person, browser)
    }
}

impl Browser {
    /// The page about mail programs.
    pub(crate) async fn mail_status(&self, world: &World) -> MailStatus {
        let (tenant, who) = (world.tenant().await, self.who().await.unwrap());
        mail_windows::show(&world.ctx, &tenant, &self.request(), &who)
            .await
            .unwrap()
    }

    /// Lets in a mail client that was refused.
    async fn permit(&self, world: &World, network: SourceNetwork) -> Result<(), FlowError> {
        let (tenant, who) = (world.tenant().await, self.who().await.unwrap());
        mail_windows::permit(&world.ctx, &tenant, &self.request(), &who, network)
            .await
            .map(drop)
    }
}

pub(crate) async fn sign_in_at(world: &World, person: &mut Person, at: &str) -> Browser {
    let mut browser = world.browser_at(address(at));
    browser.sign_in(person).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn k9_a_login_with_the_second_factor_opens_a_window_of_fourteen_hours_for_person_and_address()
{
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let home = "203.0.113.7";
        assert_eq!(world.gate("hana", home, "imap").await, Answer::NeedsWindow);
        sign_in_at(&world, &mut hana, home).await;
        for service in ["imap", "pop3", "smtp", "submission", "sieve"] {
            assert_eq!(world.gate("hana", home, service).await, Answer::Allow);
            let elsewhere = world.gate("hana", "203.0.113.8", service).await;
            assert_eq!(elsewhere, Answer::NeedsWindow);
        }
        world.wait(a_second_less(WINDOW));
        assert_eq!(world.gate("hana", home, "imap").await, Answer::Allow);
        world.wait(Span::seconds(1));
        assert_eq!(world.gate("hana", home, "imap").await, Answer::NeedsWindow);
        world.wait(Span::seconds(1));
        assert_eq!(world.gate("hana", home, "imap").await, Answer::NeedsWindow);
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_052_use_prolongs_nothing_and_a_new_second_factor_begins_a_new_window() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let home = "203.0.113.7";
        sign_in_at(&world, &mut hana, home).await;
        for _ in 0..13 {
            world.wait(Span::hours(1));
            assert_eq!(world.gate("hana", home, "imap").await, Answer::Allow);
            world.told("hana", home, "imap", Outcome::Success).await;
        }
        world.wait(Span::hours(1));
        assert_eq!(world.gate("hana", home, "imap").await, Answer::NeedsWindow);
        sign_in_at(&world, &mut hana, home).await;
        world.wait(a_second_less(WINDOW));
        assert_eq!(world.gate("hana", home, "imap").await, Answer::Allow);
        world.wait(Span::seconds(1));
        assert_eq!(world.gate("hana", home, "imap").await, Answer::NeedsWindow);
        // A password alone, or the session itself, opens nothing.
        let mut other = world.browser_at(address(home));
        other.send_password(&hana).await.unwrap();
        assert_eq!(world.gate("hana", home, "imap").await, Answer::NeedsWindow);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_052_two_people_behind_one_address_have_windows_of_their_own() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let (mut taro, _) = world.student("taro").await;
        let nat = "203.0.113.7";
        sign_in_at(&world, &mut hana, nat).await;
        assert_eq!(world.gate("hana", nat, "imap").await, Answer::Allow);
        assert_eq!(world.gate("taro", nat, "imap").await, Answer::NeedsWindow);
        world.wait(Span::hours(1));
        let browser = sign_in_at(&world, &mut taro, nat).await;
        let (tenant, who) = (world.tenant().await, browser.who().await.unwrap());
        let closed = mail_windows::close_all(&world.ctx, &tenant, &browser.request(), &who).await;
        assert!(closed.unwrap() > 0);
        assert_eq!(world.gate("taro", nat, "imap").await, Answer::NeedsWindow);
        assert_eq!(world.gate("hana", nat, "imap").await, Answer::Allow);
        // Nor is it a window in another organisation with a person of the same name.
        let other = world.neighbour("aoba").await;
        other.member_with_app("hana").await;
        other.wait(WINDOW);
        sign_in_at(&world, &mut hana, nat).await;
        assert_eq!(other.gate("hana", nat, "imap").await, Answer::NeedsWindow);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_053_of_ipv6_the_whole_64_counts_and_ipv4_is_apart() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        sign_in_at(&world, &mut hana, "2001:db8:1:2:aaaa::1").await;
        for (at, answer) in [
            ("2001:db8:1:2:bbbb::9", Answer::Allow),
            ("2001:DB8:0001:2::", Answer::Allow),
            ("2001:db8:1:3::1", Answer::NeedsWindow),
            ("203.0.113.7", Answer::NeedsWindow),
            ("::ffff:203.0.113.7", Answer::NeedsWindow),
        ] {
            assert_eq!(world.gate("hana", at, "imap").await, answer, "{at}");
        }
        // Tightened, what was open for the /64 is not open for the address.
        world
            .change_policy(|policy| policy.mail.ipv6_prefix = 128)
            .await;
        let exact = world.gate("hana", "2001:db8:1:2:aaaa::1", "imap").await;
        assert_eq!(exact, Answer::NeedsWindow);
        sign_in_at(&world, &mut hana, "2001:db8:1:2:aaaa::1").await;
        for (at, answer) in [
            ("2001:db8:1:2:aaaa::1", Answer::Allow),
            ("2001:db8:1:2:aaaa::2", Answer::NeedsWindow),
        ] {
            assert_eq!(world.gate("hana", at, "imap").await, answer, "{at}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k11_a_window_is_shown_with_its_use_and_closed_for_good() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let home = "203.0.113.7";
        let browser = sign_in_at(&world, &mut hana, home).await;
        let opened = world.now();
        world.wait(Span::minutes(10));
        world.told("hana", home, "imap", Outcome::Success).await;
        let used = world.now();
        world.wait(Span::minutes(1));
        world.told("hana", home, "imap", Outcome::Success).await;
        world.told("hana", home, "smtp", Outcome::Success).await;
        let status = browser.mail_status(&world).await;
        assert!(status.windows && !status.here_trusted);
        assert_eq!(status.open.len(), 1);
        let row = status.open[0];
        assert_eq!(row.address, address(home));
        assert_eq!(
            (row.window.since, row.window.until),
            (opened, opened + WINDOW)
        );
        assert_eq!(row.services, 1 | 4, "IMAP and SMTP");
        assert!(row.used_at > Some(used));

        let (tenant, who) = (world.tenant().await, browser.who().await.unwrap());
        let close = async || {
            let request = browser.request();
            mail_windows::close(&world.ctx, &tenant, &request, &who, row.network).await
        };
        close().await.unwrap();
        assert_eq!(world.gate("hana", home, "imap").await, Answer::NeedsWindow);
        assert_eq!(refused(close().await), Refusal::MailWindowGone);
        world.told("hana", home, "imap", Outcome::Success).await;
        assert_eq!(world.gate("hana", home, "imap").await, Answer::NeedsWindow);
        assert!(browser.mail_status(&world).await.open.is_empty());
        let events = world.events_of(&hana).await;
        let count = |word: &str| events.iter().filter(|event| *event == word).count();
        assert_eq!(count("mail_window.closed"), 1);
        // Somebody else's window is nobody's to close.
        let (_, stranger) = world.member_with_app("taro").await;
        sign_in_at(&world, &mut hana, home).await;
        let other = stranger.who().await.unwrap();
        let request = stranger.request();
        let closed = mail_windows::close(&world.ctx, &tenant, &request, &other, row.network).await;
        assert_eq!(refused(closed), Refusal::MailWindowGone);
        assert_eq!(world.gate("hana", home, "imap").await, Answer::Allow);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_053_a_refused_address_is_let_in_after_a_fresh_second_factor_only() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let mut desk = sign_in_at(&world, &mut hana, "203.0.113.7").await;
        let phone = "198.51.100.20";
        let network = SourceNetwork::of(address(phone), 64);
        // Nothing was refused there: nothing can be let in.
        assert_eq!(
            refused(desk.permit(&world, network).await),
            Refusal::MailWindowGone
        );
        assert_eq!(world.gate("hana", phone, "imap").await, Answer::NeedsWindow);
        let seen = desk.mail_status(&world).await.refused;
        assert_eq!((seen.len(), seen[0].address), (1, address(phone)));
        world.wait(Span::minutes(6));
        assert_eq!(
            refused(desk.permit(&world, network).await),
            Refusal::ProofNeeded
        );
        desk.prove(&hana).await;
        desk.permit(&world, network).await.unwrap();
        assert_eq!(world.gate("hana", phone, "imap").await, Answer::Allow);
        assert!(desk.mail_status(&world).await.refused.is_empty());
        assert!(
            world
                .mails_to(&hana)
                .await
                .contains(&EventKind::MailWindowPermitted)
        );
        world.wait(a_second_less(WINDOW));
        assert_eq!(world.gate("hana", phone, "imap").await, Answer::Allow);
        world.wait(Span::seconds(1));
        assert_eq!(world.gate("hana", phone, "imap").await, Answer::NeedsWindow);
        // Somebody else's refusal is not theirs to permit, and an old one nobody's.
        let (_, stranger) = world.member_with_app("taro").await;
        assert_eq!(
            refused(stranger.permit(&world, network).await),
            Refusal::MailWindowGone
        );
        world.wait(Span::hours(24));
        let mut desk = sign_in_at(&world, &mut hana, "203.0.113.7").await;
        desk.prove(&hana).await;
        assert_eq!(
            refused(desk.permit(&world, network).await),
            Refusal::MailWindowGone
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_007_windows_end_with_the_password_the_second_factor_and_the_account() {
    on_both(campus(), async |world| {
        let by = By::command_line();
        let home = "203.0.113.7";
        let tenant = world.tenant().await;
        for (index, act) in ["password", "reset", "disable", "sessions", "delete"]
            .iter()
            .enumerate()
        {
            let login = format!("student{index}");
            let (mut person, _) = world.student(&login).await;
            sign_in_at(&world, &mut person, home).await;
            assert_eq!(world.gate(&login, home, "imap").await, Answer::Allow);
            let id = person.id;
            match *act {
                "password" => {
                    let term = warifu_domain::password::PasswordTerm::Lasting;
                    let new = "another day in the sun";
                    manage_users::set_password(
                        &world.ctx,
                        &tenant,
                        &person.typed_login(),
                        new,
                        term,
                    )
                    .await
                    .unwrap();
                }
                "reset" => {
                    manage_users::reset_two_factor(&world.ctx, &tenant, &by, id)
                        .await
                        .unwrap();
                }
                "disable" => {
                    manage_users::disable_user(&world.ctx, &tenant, &by, id)
                        .await
                        .unwrap();
                    assert_eq!(world.gate(&login, home, "imap").await, Answer::Refuse);
                    manage_users::enable_user(&world.ctx, &tenant, &by, id)
                        .await
                        .unwrap();
                }
                "sessions" => {
                    manage_users::end_sessions(&world.ctx, &tenant, &by, id)
                        .await
                        .unwrap();
                }
                _ => {
                    manage_users::delete_user(&world.ctx, &tenant, &by, id)
                        .await
                        .unwrap();
                }
            }
            let windows = world.rows("mail_window", &format!("user_id = {id}")).await;
            assert_eq!(windows, 0, "{act}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k2_trusted_networks_need_no_window_and_exceptions_inside_do() {
    let setting = campus().with(|policy| {
        let network = |cidr: &str, trusted| Network {
            cidr: cidr.into(),
            name: cidr.into(),
            comment: String::new(),
            trusted,
            shared: false,
        };
        policy.networks = vec![
            network("192.0.2.0/24", true),
            network("192.0.2.128/25", false),
        ];
    });
    on_both(setting, async |world| {
        let (mut hana, _) = world.student("hana").await;
        assert_eq!(world.gate("hana", "192.0.2.5", "imap").await, Answer::Allow);
        assert_eq!(
            world.gate("hana", "::ffff:192.0.2.5", "imap").await,
            Answer::Allow
        );
        assert_eq!(
            world.gate("hana", "192.0.2.130", "imap").await,
            Answer::NeedsWindow
        );
        // The password alone, on campus, opens no window.
        sign_in_at(&world, &mut hana, "192.0.2.6").await;
        assert_eq!(
            world
                .rows(
                    "mail_window",
                    &format!("user_id = {} AND until > {}", hana.id, world.now().0)
                )
                .await,
            0
        );
        // Whoever has no second factor and did not switch it on is asked for none anywhere.
        world.member("taro").await;
        assert_eq!(
            world.gate("taro", "203.0.113.7", "imap").await,
            Answer::Allow
        );
        // No network spares those who manage others (SEC-51).
        world.person("boss", Role::Administrator).await;
        assert_eq!(
            world.gate("boss", "192.0.2.5", "imap").await,
            Answer::NeedsWindow
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowded_network_gets_shorter_windows_or_none() {
    let setting = campus().with(|policy| {
        policy.mail.crowd = 2;
        policy.mail.crowd_hours = 1;
    });
    on_both(setting, async |world| {
        let nat = "203.0.113.7";
        let mut people = Vec::new();
        for login in ["hana", "taro", "jiro"] {
            people.push(world.student(login).await.0);
        }
        for person in &mut people {
            sign_in_at(&world, person, nat).await;
        }
        world.wait(Span::hours(2));
        assert_eq!(world.gate("hana", nat, "imap").await, Answer::Allow);
        assert_eq!(world.gate("taro", nat, "imap").await, Answer::Allow);
        assert_eq!(world.gate("jiro", nat, "imap").await, Answer::NeedsWindow);
        world
            .change_policy(|policy| policy.mail.crowd_hours = 0)
            .await;
        let browser = sign_in_at(&world, &mut people[2], nat).await;
        assert_eq!(world.gate("jiro", nat, "imap").await, Answer::NeedsWindow);
        let network = SourceNetwork::of(address(nat), 64);
        let permitted = browser.permit(&world, network).await;
        assert_eq!(refused(permitted), Refusal::MailWindowShared);
        let tenant = world.tenant().await;
        let crowds = mail_windows::list_crowds(&world.ctx, &tenant, &By::command_line()).await;
        assert_eq!(crowds.unwrap(), [(network, 2)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_and_refusals_are_bounded_and_swept() {
    on_both(campus(), async |world| {
        let (mut hana, mut browser) = world.student("hana").await;
        browser.sign_in(&mut hana).await;
        for n in 0..60 {
            let at = format!("203.0.113.{n}");
            world.gate("hana", &at, "imap").await;
            world.wait(Span::minutes(3));
        }
        let kept = world.rows("mail_refusal", "1 = 1").await;
        assert_eq!(kept, 20);
        browser = world.browser();
        browser.sign_in(&mut hana).await;
        for n in 40..60 {
            let network = SourceNetwork::of(address(&format!("203.0.113.{n}")), 64);
            browser.permit(&world, network).await.unwrap();
        }
        assert_eq!(world.rows("mail_window", "1 = 1").await, 22);
        world.wait(Span::hours(25));
        world.sweep().await;
        assert_eq!(world.rows("mail_window", "1 = 1").await, 0);
        assert_eq!(world.rows("mail_refusal", "1 = 1").await, 0);
        // A code that is typed again opens none either.
        let proof = Some(TypedProof::Code("000000".into()));
        let password = hana.password.clone();
        assert!(
            sign_in_at(&world, &mut hana, "203.0.113.99")
                .await
                .send_proof(&password, proof)
                .await
                .is_err()
        );
        assert_eq!(world.rows("mail_window", "1 = 1").await, 1);
    })
    .await;
}
