//! A tenant whose passwords a directory knows: who appears, who is refused, and what happens while it is down. What real
//! directories say is tested against them, with the program.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use warifu_domain::{
    refusal::Refusal,
    time::Span,
    user::{Login, Role},
};
use warifu_flows::{
    first_factor::{Answer, Asking, Directory, Entry, Unreachable},
    login, manage_users,
};

use crate::support::{Asked, Setting, World, on_both, refused};

/// A directory of the story's own.
#[derive(Default)]
struct Shelf {
    people: Mutex<HashMap<String, (String, Entry)>>,
    away: AtomicBool,
    asked: AtomicUsize,
}

impl Shelf {
    fn put(&self, login: &str, password: &str, name: &str, email: &str) {
        let entry = Entry {
            name: Some(name.to_owned()),
            email: Some(email.to_owned()),
        };
        let mut people = self.people.lock().unwrap();
        people.insert(login.to_owned(), (password.to_owned(), entry));
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Directory for Shelf {
    fn ask<'a>(&'a self, login: &'a Login, password: &'a str) -> Asking<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = if self.away.load(Ordering::SeqCst) {
            Err(Unreachable("nobody answers".to_owned()))
        } else {
            let people = self.people.lock().unwrap();
            Ok(match people.get(login.as_str()) {
                Some((right, entry)) if right == password => Answer::Right(entry.clone()),
                _ => Answer::Wrong,
            })
        };
        Box::pin(std::future::ready(answer))
    }
}

fn with(shelf: &Arc<Shelf>) -> Setting {
    let shelf: Arc<dyn Directory> = shelf.clone();
    Setting::preset("workspace").directory(shelf)
}

/// Each engine has a world of its own, and so has its directory.
async fn tell(story: impl AsyncFn(World, &Shelf)) {
    let shelf = Arc::new(Shelf::default());
    on_both(with(&shelf), async |world| {
        shelf.people.lock().unwrap().clear();
        shelf.away.store(false, Ordering::SeqCst);
        shelf.asked.store(0, Ordering::SeqCst);
        story(world, &shelf).await;
    })
    .await;
}

async fn number(world: &World, login: &str) -> i64 {
    world
        .number(&format!(
            "SELECT COUNT(*) FROM person WHERE login = '{login}'"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_appear_at_their_first_login_with_name_and_address() {
    tell(async |world, shelf| {
        shelf.put("hana", "correct horse", "佐藤 花子", "hana@example.jp");
        let mut browser = world.browser();
        let wrong = browser.form("hana", "wrong horse", None);
        assert_eq!(refused(browser.send_form(wrong).await), Refusal::WrongLogin);
        let nobody = browser.form("nobody", "correct horse", None);
        assert_eq!(
            refused(browser.send_form(nobody).await),
            Refusal::WrongLogin
        );
        assert_eq!(number(&world, "hana").await, 0);
        // Typed as people type it.
        let form = browser.form(" ＨＡＮＡ ", "correct horse", None);
        assert!(matches!(browser.send_form(form).await, Ok(Asked::Nothing)));
        let who = browser.who().await.unwrap();
        assert_eq!(
            (who.login.as_str(), who.name.as_str()),
            ("hana", "佐藤 花子")
        );
        assert_eq!(who.role, Role::Member);
        assert!(!who.has_password);
        assert_eq!(number(&world, "hana").await, 1);
        let stolen = world.stolen_bytes().await;
        assert!(
            !stolen.windows(15).any(|bytes| bytes == b"hana@example.jp"),
            "sealed"
        );

        // What changed there is taken over; what is no name is not.
        shelf.put("hana", "correct horse", "高橋 花子", "hana@example.com");
        let form = browser.form("hana", "correct horse", None);
        browser.send_form(form).await.unwrap();
        assert_eq!(browser.who().await.unwrap().name, "高橋 花子");
        shelf.put("hana", "correct horse", "a\nb", "no address");
        let form = browser.form("hana", "correct horse", None);
        browser.send_form(form).await.unwrap();
        assert_eq!(browser.who().await.unwrap().name, "高橋 花子");
        let trail = world.audit_rows().await.len();
        let form = browser.form("hana", "correct horse", None);
        browser.send_form(form).await.unwrap();
        let later = world.audit_rows().await;
        assert_eq!(
            later.len(),
            trail + 3,
            "nothing changed, nothing is told: {later:?}"
        );

        // A password that is kept elsewhere is changed elsewhere.
        assert_eq!(
            refused(browser.change_password("a melon under the moon").await),
            Refusal::NotOffered
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_down_is_neither_a_wrong_password_nor_a_way_in() {
    tell(async |world, shelf| {
        shelf.put("hana", "correct horse", "花子", "hana@example.jp");
        let mut browser = world.browser();
        let form = browser.form("hana", "correct horse", None);
        browser.send_form(form).await.unwrap();
        shelf.away.store(true, Ordering::SeqCst);
        // As often as one likes: nothing was judged, so nothing is counted, for those who are known and those who are not.
        for login in ["hana", "jiro"] {
            for _ in 0..30 {
                let mut browser = world.browser();
                let form = browser.form(login, "correct horse", None);
                assert_eq!(
                    refused(browser.send_form(form).await),
                    Refusal::DirectoryAway
                );
                assert!(browser.who().await.is_none());
            }
        }
        assert_eq!(world.rows("throttle", "failures > 0").await, 0);
        assert_eq!(
            refused(browser.send_proof("correct horse", None).await),
            Refusal::DirectoryAway
        );
        assert_eq!(number(&world, "jiro").await, 0);
        // Who has a password here comes in all the same.
        let admin = world.person("admin", Role::Administrator).await;
        assert!(world.browser().send_password(&admin).await.is_ok());
        shelf.away.store(false, Ordering::SeqCst);
        let form = browser.form("hana", "correct horse", None);
        assert!(browser.send_form(form).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_nobody_guesses_through_us_what_the_directory_would_not_let_them_guess() {
    tell(async |world, shelf| {
        shelf.put("hana", "correct horse", "花子", "hana@example.jp");
        for round in 0..60 {
            let mut browser = world.browser();
            let form = browser.form("hana", &format!("guess {round}"), None);
            assert_eq!(refused(browser.send_form(form).await), Refusal::WrongLogin);
        }
        let asked = shelf.asked();
        assert!(asked < 30, "{asked} questions for 60 guesses");
        // The right one is not looked at either while the budget waits.
        let mut browser = world.browser();
        let form = browser.form("hana", "correct horse", None);
        assert_eq!(refused(browser.send_form(form).await), Refusal::WrongLogin);
        assert_eq!(shelf.asked(), asked);
        world.wait(Span::days(1));
        let form = browser.form("hana", "correct horse", None);
        assert!(browser.send_form(form).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_password_is_asked_of_nobody() {
    tell(async |world, shelf| {
        shelf.put("hana", "", "花子", "hana@example.jp");
        let mut browser = world.browser();
        let form = browser.form("hana", "", None);
        assert_eq!(refused(browser.send_form(form).await), Refusal::WrongLogin);
        assert_eq!(shelf.asked(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_first_logins_at_once_are_one_person() {
    tell(async |world, shelf| {
        shelf.put("hana", "correct horse", "花子", "hana@example.jp");
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..3 {
            let world = world.clone();
            tries.spawn(async move {
                let browser = world.browser();
                let form = browser.form("hana", "correct horse", None);
                let tenant = world.tenant().await;
                let step = login::start(&world.ctx, &tenant, &browser.request(), form).await;
                step.map(drop)
            });
        }
        while let Some(done) = tries.join_next().await {
            done.unwrap().unwrap();
        }
        assert_eq!(number(&world, "hana").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_084_whom_an_administrator_disabled_the_directory_does_not_bring_back() {
    tell(async |world, shelf| {
        shelf.put("hana", "correct horse", "花子", "hana@example.jp");
        let mut browser = world.browser();
        let form = browser.form("hana", "correct horse", None);
        browser.send_form(form).await.unwrap();
        let tenant = world.tenant().await;
        let login = Login::parse("hana").unwrap();
        let by = warifu_flows::By::command_line();
        manage_users::disable_user(&world.ctx, &tenant, &by, &login)
            .await
            .unwrap();
        let form = browser.form("hana", "correct horse", None);
        assert_eq!(refused(browser.send_form(form).await), Refusal::WrongLogin);
        assert!(browser.who().await.is_none());
    })
    .await;
}
