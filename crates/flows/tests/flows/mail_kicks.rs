//! SEC-54: what mail clients have open ends with their window: whose connections are ended and whose are not, and what happens while
//! the mail server cannot be asked. What a real Dovecot does is tested against it, with the program.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use warifu_domain::{
    audit::EventKind, mail_gate::Service, mail_kick::LEASE, mail_window::SourceNetwork,
    policy::Network, time::Span, user::Login,
};
use warifu_flows::{
    By,
    mail_gate::Answer,
    mail_kicks::{self, MailServer, OpenSession, Round, ServerAway, Telling},
    mail_windows, manage_tenants, manage_users,
};

use crate::{
    gate_memory::remembered,
    mail_gate::register,
    mail_windows::{WINDOW, address, campus, sign_in_at},
    support::{Browser, Person, World, a_second_less, on_both},
};

const HOME: &str = "203.0.113.7";
const PHONE: &str = "198.51.100.20";

/// A mail server of the story's own.
#[derive(Default)]
struct Post {
    open: Mutex<Vec<OpenSession>>,
    away: Mutex<Option<&'static str>>,
    asked: AtomicUsize,
}

impl Post {
    fn connect(&self, name: &str, at: &str, service: &str) {
        self.open.lock().unwrap().push(OpenSession {
            login: Login::parse(name).unwrap(),
            name: name.to_owned(),
            address: address(at),
            service: Service::parse(service),
            is_alone: true,
        });
    }

    /// Who is connected from where, in order of arrival.
    fn connected(&self) -> Vec<String> {
        let open = self.open.lock().unwrap();
        let shown = open
            .iter()
            .map(|session| format!("{} {}", session.name, session.address));
        shown.collect()
    }

    fn away(&self) -> Result<(), ServerAway> {
        let away = *self.away.lock().unwrap();
        away.map_or(Ok(()), |words| Err(ServerAway(words.to_owned())))
    }
}

impl MailServer for Post {
    fn list(&self) -> Telling<'_, Vec<OpenSession>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let open = self.away().map(|()| self.open.lock().unwrap().clone());
        Box::pin(std::future::ready(open))
    }

    fn end<'a>(&'a self, name: &'a str, address: IpAddr) -> Telling<'a, ()> {
        let ended = self.away().map(|()| {
            let mut open = self.open.lock().unwrap();
            open.retain(|session| session.name != name || session.address != address);
        });
        Box::pin(std::future::ready(ended))
    }
}

impl World {
    async fn kick(&self, post: &Arc<Post>) -> Round {
        let servers = [post.clone() as Arc<dyn MailServer>];
        mail_kicks::end_connections(&self.ctx, &self.slug, &servers, 20)
            .await
            .unwrap()
    }

    /// A member with an app, about whom nothing is left to be done from before.
    async fn quiet_student(&self, login: &str, post: &Arc<Post>) -> Person {
        let (person, _) = self.student(login).await;
        while self.kick(post).await.taken > 0 {}
        person
    }

    async fn ended_events(&self) -> Vec<String> {
        let rows = self.audit_rows().await;
        let ended = rows
            .into_iter()
            .filter(|row| row.kind == EventKind::MailSessionsEnded);
        ended.filter_map(|row| row.detail).collect()
    }
}

async fn close(world: &World, browser: &Browser, at: &str) {
    let (tenant, who) = (world.tenant().await, browser.who().await.unwrap());
    let network = SourceNetwork::of(address(at), 64);
    mail_windows::close(&world.ctx, &tenant, &browser.request(), &who, network)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_a_connection_ends_when_its_window_does_and_no_other_connection_with_it() {
    on_both(campus(), async |world| {
        let post = Arc::new(Post::default());
        let mut hana = world.quiet_student("hana", &post).await;
        let mut taro = world.quiet_student("taro", &post).await;
        sign_in_at(&world, &mut hana, HOME).await;
        let over = world.now() + WINDOW;
        world.wait(Span::hours(1));
        sign_in_at(&world, &mut hana, PHONE).await;
        sign_in_at(&world, &mut taro, HOME).await;
        for service in ["imap", "pop3"] {
            post.connect("hana", HOME, service);
        }
        post.connect("hana", PHONE, "imap");
        post.connect("taro", HOME, "imap");
        world.wait(a_second_less(over - world.now()));
        assert_eq!(world.kick(&post).await, Round::default());
        assert_eq!(post.connected().len(), 4);
        world.wait(Span::seconds(1));
        let round = world.kick(&post).await;
        assert_eq!((round.taken, round.ended), (1, 2));
        assert_eq!(
            post.connected(),
            [format!("hana {PHONE}"), format!("taro {HOME}")]
        );
        assert_eq!(world.kick(&post).await, Round::default());
        // On record once for the window, however many connections it had.
        assert_eq!(world.ended_events().await, [format!("{HOME}: 2")]);
        let asked = post.asked.load(Ordering::SeqCst);
        world.kick(&post).await;
        assert_eq!(post.asked.load(Ordering::SeqCst), asked, "nothing is due");
        world.check_audit().await;
    })
    .await;
}

/// A mail server whose clients come back as soon as they are disconnected.
struct Revolving {
    post: Post,
    gate: World,
    returned: Mutex<Vec<Answer>>,
}

impl MailServer for Revolving {
    fn list(&self) -> Telling<'_, Vec<OpenSession>> {
        self.post.list()
    }

    fn end<'a>(&'a self, name: &'a str, address: IpAddr) -> Telling<'a, ()> {
        Box::pin(async move {
            self.post.end(name, address).await?;
            let at = address.to_string();
            let answer = self.gate.ask_gate(name, &at, "imap").await;
            self.returned.lock().unwrap().push(answer);
            Ok(())
        })
    }
}

/// Its connection may be ended before whoever closes the window hears that it is closed.
#[tokio::test(flavor = "multi_thread")]
async fn sec_054_a_client_that_comes_back_as_soon_as_it_is_disconnected_is_not_let_in() {
    on_both(campus(), async |world| {
        let (by, tenant) = (By::command_line(), world.tenant().await);
        let mut hana = world.quiet_student("hana", &Arc::default()).await;
        let (mut busy, _) = world.student("busy").await;
        sign_in_at(&world, &mut busy, HOME).await;
        let server = Arc::new(Revolving {
            post: Post::default(),
            gate: world.second_server(77).await,
            returned: Mutex::default(),
        });
        for round in 1..=8 {
            sign_in_at(&world, &mut hana, HOME).await;
            remembered([&server.gate; 2], "hana", HOME).await;
            server.post.connect("hana", HOME, "imap");
            let came_back = || server.returned.lock().unwrap().len() == round;
            let asked_all_the_time = async {
                while !came_back() {
                    remembered([&server.gate; 2], "busy", HOME).await;
                    tokio::task::yield_now().await;
                }
            };
            let kicks = async {
                let servers = [server.clone() as Arc<dyn MailServer>];
                while !came_back() {
                    mail_kicks::end_connections(&world.ctx, &world.slug, &servers, 20)
                        .await
                        .unwrap();
                    tokio::task::yield_now().await;
                }
            };
            let close = manage_users::close_mail_windows(&world.ctx, &tenant, &by, hana.id, None);
            let (closed, ..) = tokio::join!(close, asked_all_the_time, kicks);
            closed.unwrap();
            world.wait(Span::minutes(1));
        }
        let returned = server.returned.lock().unwrap();
        assert!(!returned.contains(&Answer::Allow), "{returned:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_the_gate_is_asked_again_before_a_connection_is_ended() {
    let setting = campus().with(|policy| {
        policy.networks = vec![Network {
            cidr: "192.0.2.0/24".into(),
            name: "campus".into(),
            comment: String::new(),
            trusted: true,
            shared: false,
        }];
    });
    on_both(setting, async |world| {
        let post = Arc::new(Post::default());
        let mut hana = world.quiet_student("hana", &post).await;
        let browser = sign_in_at(&world, &mut hana, HOME).await;
        for at in [HOME, "192.0.2.5"] {
            post.connect("hana", at, "imap");
        }
        // Closed and opened again before anybody looks: the new window covers the connection.
        close(&world, &browser, HOME).await;
        world.wait(Span::minutes(1));
        let mut browser = sign_in_at(&world, &mut hana, HOME).await;
        assert_eq!(world.kick(&post).await.ended, 0);
        // All are closed: in the trusted network nobody needs one.
        let (tenant, who) = (world.tenant().await, browser.who().await.unwrap());
        mail_windows::close_all(&world.ctx, &tenant, &browser.request(), &who)
            .await
            .unwrap();
        assert_eq!(world.kick(&post).await.ended, 1);
        assert_eq!(post.connected(), ["hana 192.0.2.5"]);
        // An administrator closes one as its owner does.
        world.wait(Span::minutes(1));
        sign_in_at(&world, &mut hana, HOME).await;
        post.connect("hana", HOME, "imap");
        let (by, at) = (By::command_line(), SourceNetwork::of(address(HOME), 64));
        let closed =
            manage_users::close_mail_windows(&world.ctx, &tenant, &by, hana.id, Some(at)).await;
        assert_eq!(closed.unwrap(), 1);
        assert_eq!(world.kick(&post).await.ended, 1);
        assert_eq!(post.connected(), ["hana 192.0.2.5"]);
        // A protocol that needs no window keeps what it has; a disabled account keeps nothing, anywhere.
        world.change_policy(|policy| policy.mail.pop3 = false).await;
        world.wait(Span::minutes(1));
        browser = sign_in_at(&world, &mut hana, PHONE).await;
        post.connect("hana", PHONE, "pop3");
        close(&world, &browser, PHONE).await;
        assert_eq!(world.kick(&post).await.ended, 0);
        let by = By::command_line();
        manage_users::disable_user(&world.ctx, &world.tenant().await, &by, hana.id)
            .await
            .unwrap();
        assert_eq!(world.kick(&post).await.ended, 2);
        assert_eq!(
            world.ended_events().await.last().unwrap(),
            "all: 2",
            "wherever they were"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_shorter_windows_and_a_closed_organisation_end_connections_too() {
    on_both(campus(), async |world| {
        let post = Arc::new(Post::default());
        let mut hana = world.quiet_student("hana", &post).await;
        sign_in_at(&world, &mut hana, HOME).await;
        post.connect("hana", HOME, "imap");
        world.wait(Span::hours(2));
        world
            .change_policy(|policy| policy.mail.window_hours = 2)
            .await;
        world.sweep().await;
        assert_eq!(world.kick(&post).await.ended, 1);

        world.wait(Span::minutes(1));
        sign_in_at(&world, &mut hana, HOME).await;
        post.connect("hana", HOME, "imap");
        let by = By::command_line();
        manage_tenants::set_suspended(&world.ctx, &by, &world.slug, true)
            .await
            .unwrap();
        assert_eq!(world.kick(&post).await.ended, 1);
        assert_eq!(post.connected(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_the_mail_domain_is_the_same_person_and_a_stranger_is_nobody() {
    on_both(campus(), async |world| {
        let post = Arc::new(Post::default());
        world
            .change_policy(|policy| policy.entrances.domains = vec!["midori.example".into()])
            .await;
        let mut hana = world.quiet_student("hana", &post).await;
        let browser = sign_in_at(&world, &mut hana, HOME).await;
        post.connect("hana@midori.example", HOME, "imap");
        post.connect("hana@elsewhere.example", HOME, "imap");
        post.connect("hanako", HOME, "imap");
        close(&world, &browser, HOME).await;
        assert_eq!(world.kick(&post).await.ended, 1);
        assert_eq!(
            post.connected(),
            [
                format!("hana@elsewhere.example {HOME}"),
                format!("hanako {HOME}")
            ]
        );
        // Where that name is a person of its own, it is not this one, even if nobody would let that person in.
        register(&world, "hana@midori.example").await;
        let other = Login::parse("hana@midori.example").unwrap();
        let (tenant, by) = (world.tenant().await, By::command_line());
        manage_users::disable_user(&world.ctx, &tenant, &by, &other)
            .await
            .unwrap();
        world.kick(&post).await;
        post.connect("hana@midori.example", HOME, "imap");
        world.wait(Span::minutes(1));
        let browser = sign_in_at(&world, &mut hana, HOME).await;
        close(&world, &browser, HOME).await;
        assert_eq!(world.kick(&post).await.ended, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_what_cannot_be_ended_is_kept_tried_again_and_given_up_after_a_day() {
    on_both(campus(), async |world| {
        let post = Arc::new(Post::default());
        let mut hana = world.quiet_student("hana", &post).await;
        let browser = sign_in_at(&world, &mut hana, HOME).await;
        post.connect("hana", HOME, "imap");
        *post.away.lock().unwrap() = Some("connection refused");
        close(&world, &browser, HOME).await;
        assert_eq!(world.kick(&post).await.postponed, 1);
        // Not at once again, and on another server after a restart as well.
        assert_eq!(world.kick(&post).await.taken, 0);
        let world = world.restarted(7).await;
        world.wait(Span::seconds(10));
        assert_eq!(world.kick(&post).await.postponed, 1);
        world.wait(Span::seconds(20));
        *post.away.lock().unwrap() = None;
        let round = world.kick(&post).await;
        assert_eq!((round.taken, round.ended, round.postponed), (1, 1, 0));

        // One that shares its process is never ended; nobody tries for ever.
        post.connect("hana", HOME, "imap");
        post.open.lock().unwrap()[0].is_alone = false;
        world.wait(Span::minutes(1));
        let browser = sign_in_at(&world, &mut hana, HOME).await;
        close(&world, &browser, HOME).await;
        let (mut tries, begun) = (0, world.now());
        loop {
            let round = world.kick(&post).await;
            tries += round.taken;
            if round.given_up > 0 {
                break;
            }
            world.wait(Span::minutes(1));
        }
        assert!(
            world.now() - begun <= Span::days(1) && tries < 160,
            "{tries}"
        );
        assert_eq!(post.connected().len(), 1);
        assert_eq!(world.rows("mail_kick", "1 = 1").await, 0);
        let rows = world.audit_rows().await;
        let left = rows
            .iter()
            .filter(|row| row.kind == EventKind::MailSessionsLeft);
        assert_eq!(left.count(), 1);
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_servers_end_a_connection_once() {
    on_both(campus(), async |world| {
        let post = Arc::new(Post::default());
        let mut hana = world.quiet_student("hana", &post).await;
        let browser = sign_in_at(&world, &mut hana, HOME).await;
        post.connect("hana", HOME, "imap");
        close(&world, &browser, HOME).await;
        let second = world.second_server(9).await;
        let (one, two) = tokio::join!(world.kick(&post), second.kick(&post));
        assert_eq!(one.taken + two.taken, 1);
        assert_eq!(world.ended_events().await.len(), 1);

        // One that took it and died: after the lease another does it.
        world.wait(Span::minutes(1));
        let browser = sign_in_at(&world, &mut hana, HOME).await;
        post.connect("hana", HOME, "imap");
        close(&world, &browser, HOME).await;
        world.wait(Span::seconds(1));
        let lease_ends = (world.now() + LEASE).0;
        world
            .tamper(&format!(
                "UPDATE mail_kick SET due_at = {lease_ends}, tries = 1"
            ))
            .await;
        assert_eq!(second.kick(&post).await.taken, 0);
        world.wait(LEASE);
        assert_eq!(second.kick(&post).await.ended, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_noted_where_no_mail_server_could_be_told() {
    on_both(campus(), async |world| {
        let other = world.neighbour("aoba").await;
        let (mut hana, _) = other.student("hana").await;
        let browser = sign_in_at(&other, &mut hana, HOME).await;
        close(&other, &browser, HOME).await;
        other.sweep().await;
        let tenant = other.tenant().await.id;
        let condition = format!("tenant_id = {tenant}");
        assert_eq!(world.rows("mail_kick", &condition).await, 0);
    })
    .await;
}
