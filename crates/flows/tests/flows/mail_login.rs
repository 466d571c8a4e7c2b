//! Mail clients that log in at a mail server without passwords of its own (K10, SEC-45, SEC-48, SEC-49): the gate first, then the
//! password, with the throttles of the login page.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use warifu_domain::{
    audit::EventKind,
    refusal::Refusal,
    throttle::{CLOSED_AT, FREE_FAILURES},
    time::Span,
    typed::Typed,
    user::Login,
};
use warifu_flows::{
    By, FlowError,
    first_factor::{Answer, Asking, Directory, Entry, Unreachable},
    mail_login::{self, MailLogin},
    manage_users,
};
use warifu_storage::BudgetKind;

use crate::{
    mail_windows::{campus, question},
    support::{World, on_both, refused},
};

const HOME: &str = "203.0.113.7";

impl World {
    async fn try_mail(
        &self,
        login: &str,
        address: &str,
        password: &str,
    ) -> Result<MailLogin, FlowError> {
        let (question, password) = (question(login, address, "smtp"), Typed::from(password));
        let tried = mail_login::log_in(&self.ctx, &self.slug, &question, &password).await;
        self.ctx.settle().await;
        tried.map(|found| found.expect("the tenant exists").1)
    }

    async fn mail(&self, login: &str, address: &str, password: &str) -> MailLogin {
        self.try_mail(login, address, password).await.unwrap()
    }

    /// How often wrong passwords of mail clients stand in the audit trail.
    async fn wrong_passwords(&self) -> usize {
        let rows = self.audit_rows().await;
        rows.iter()
            .filter(|row| row.kind == EventKind::MailPasswordWrong)
            .count()
    }
}

fn is_in(login: &str) -> MailLogin {
    MailLogin::In(Login::parse(login).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn k10_the_gate_first_and_then_the_password() {
    on_both(campus(), async |world| {
        let taro = world.member("taro").await;
        let (mut hana, _) = world.student("hana").await;
        assert_eq!(
            world.mail("taro", HOME, &taro.password).await,
            is_in("taro")
        );
        assert_eq!(
            world.mail(" ＴＡＲＯ", HOME, &taro.password).await,
            is_in("taro")
        );
        // Whoever needs a window is told so whatever the password is, and nothing is counted.
        for password in [hana.password.clone(), "wrong".to_owned(), String::new()] {
            assert_eq!(
                world.mail("hana", HOME, &password).await,
                MailLogin::NeedsWindow
            );
        }
        assert_eq!(world.wrong_passwords().await, 0);
        world
            .browser_at(HOME.parse().unwrap())
            .sign_in(&mut hana)
            .await;
        assert_eq!(
            world.mail("hana", HOME, &hana.password).await,
            is_in("hana")
        );
        assert_eq!(world.mail("hana", HOME, "wrong").await, MailLogin::Wrong);
        assert_eq!(
            world.mail("hana", "203.0.113.8", &hana.password).await,
            MailLogin::NeedsWindow
        );
        assert_eq!(
            world
                .number("SELECT services FROM mail_window WHERE services <> 0")
                .await,
            4
        );
        // Somebody who may not log in, nobody, and what is no question are a wrong password.
        let tenant = world.tenant().await;
        manage_users::disable_user(
            &world.ctx,
            &tenant,
            &By::command_line(),
            &taro.typed_login(),
        )
        .await
        .unwrap();
        for (login, address) in [
            ("taro", HOME),
            ("nobody", HOME),
            ("", HOME),
            ("hana", "unknown"),
            ("hana", ""),
        ] {
            assert_eq!(
                world.mail(login, address, &taro.password).await,
                MailLogin::Wrong,
                "{login} {address}"
            );
        }
        let long = "x".repeat(5000);
        assert_eq!(world.mail("hana", HOME, &long).await, MailLogin::Wrong);
        // Nobody asks as Warifu's own login page, which the gate lets through.
        let (question, password) = (
            question("hana", "203.0.113.8", "warifu-web"),
            Typed::from(&*hana.password),
        );
        let asked = mail_login::log_in(&world.ctx, &world.slug, &question, &password).await;
        assert_eq!(asked.unwrap().unwrap().1, MailLogin::NeedsWindow);
        let nowhere = mail_login::log_in(&world.ctx, "nowhere", &question, &password).await;
        assert!(nowhere.unwrap().is_none());
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k10_without_the_reason_a_missing_window_is_a_wrong_password() {
    on_both(
        campus().with(|policy| policy.mail.say_why = false),
        async |world| {
            let (hana, _) = world.student("hana").await;
            assert_eq!(
                world.mail("hana", HOME, &hana.password).await,
                MailLogin::Wrong
            );
            assert_eq!(world.number("SELECT COUNT(*) FROM mail_refusal").await, 1);
            assert_eq!(world.wrong_passwords().await, 0, "nothing was judged");
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_048_a_stale_password_that_is_repeated_counts_once_a_network_and_day() {
    on_both(campus(), async |world| {
        let taro = world.member("taro").await;
        for _ in 0..100 {
            assert_eq!(
                world.mail("taro", HOME, "the old password").await,
                MailLogin::Wrong
            );
        }
        assert_eq!(
            (
                world.failures(BudgetKind::OtherBrowser).await,
                world.wrong_passwords().await
            ),
            (1, 1)
        );
        assert_eq!(
            world.mail("taro", "203.0.113.8", "the old password").await,
            MailLogin::Wrong
        );
        assert_eq!(world.failures(BudgetKind::OtherBrowser).await, 2);
        world.wait(Span::days(1));
        world.mail("taro", HOME, "the old password").await;
        assert_eq!(
            (
                world.failures(BudgetKind::OtherBrowser).await,
                world.wrong_passwords().await
            ),
            (3, 3)
        );
        // Its owner gets in at a browser, and the mail client with the right one.
        assert_eq!(
            world.mail("taro", HOME, &taro.password).await,
            is_in("taro")
        );
        assert_eq!(
            world.failures(BudgetKind::OtherBrowser).await,
            3,
            "a login of a mail client forgives nothing"
        );
        let stolen = world.stolen_bytes().await;
        assert!(!stolen.windows(16).any(|bytes| bytes == b"the old password"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_each_other_password_is_a_guess_that_the_budgets_count() {
    on_both(campus(), async |world| {
        let taro = world.member("taro").await;
        for login in ["taro", "nobody"] {
            for guess in 0..=FREE_FAILURES {
                assert_eq!(
                    world.mail(login, HOME, &format!("guess {guess}")).await,
                    MailLogin::Wrong
                );
            }
            // The next has to wait: the right password opens nothing, and tells nothing.
            assert_eq!(
                world.mail(login, HOME, &taro.password).await,
                MailLogin::Wrong
            );
        }
        assert_eq!(
            (
                world.failures(BudgetKind::OtherBrowser).await,
                world.failures(BudgetKind::UnknownLogin).await
            ),
            (FREE_FAILURES + 1, FREE_FAILURES + 1)
        );
        let told = world.wrong_passwords().await;
        for _ in 0..50 {
            world.mail("taro", HOME, "guess again").await;
        }
        assert_eq!(
            world.wrong_passwords().await,
            told,
            "what nobody judged is told once a day"
        );
        world.wait(Span::seconds(1));
        assert_eq!(
            world.mail("taro", HOME, &taro.password).await,
            is_in("taro")
        );
        // In parallel no more are judged than the budget has, and the same budget holds at the login page.
        let guesses = (0..200).map(|guess| {
            let world = world.clone();
            tokio::spawn(
                async move { world.mail("taro", HOME, &format!("parallel {guess}")).await },
            )
        });
        for guess in guesses.collect::<Vec<_>>() {
            assert_eq!(guess.await.unwrap(), MailLogin::Wrong);
        }
        assert!(world.failures(BudgetKind::OtherBrowser).await <= CLOSED_AT);
        let mut browser = world.browser_at(HOME.parse().unwrap());
        assert_eq!(
            refused(browser.send_password(&taro).await),
            Refusal::WrongLogin
        );
    })
    .await;
}

/// A directory with one password for everybody, which can be away.
#[derive(Default)]
struct Shelf {
    away: AtomicBool,
    asked: Mutex<HashMap<String, usize>>,
}

impl Directory for Shelf {
    fn ask<'a>(&'a self, login: &'a Login, password: &'a str) -> Asking<'a> {
        *self
            .asked
            .lock()
            .unwrap()
            .entry(login.as_str().to_owned())
            .or_default() += 1;
        let answer = match (self.away.load(Ordering::SeqCst), password) {
            (true, _) => Err(Unreachable("nobody answers".to_owned())),
            (false, "correct horse") => Ok(Answer::Right(Entry::default())),
            (false, _) => Ok(Answer::Wrong),
        };
        Box::pin(std::future::ready(answer))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_down_is_a_temporary_failure_and_no_guess() {
    let shelf = Arc::new(Shelf::default());
    let setting: Arc<dyn Directory> = shelf.clone();
    on_both(campus().directory(setting), async |world| {
        shelf.away.store(false, Ordering::SeqCst);
        shelf.asked.lock().unwrap().clear();
        // Somebody who has never been here is in by the directory's word, and does not appear by it.
        assert_eq!(
            world.mail("hana", HOME, "correct horse").await,
            is_in("hana")
        );
        assert_eq!(
            world.mail("hana", HOME, "wrong horse").await,
            MailLogin::Wrong
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM person WHERE login = 'hana'")
                .await,
            0
        );
        shelf.away.store(true, Ordering::SeqCst);
        for _ in 0..30 {
            assert_eq!(
                refused(world.try_mail("hana", HOME, "correct horse").await),
                Refusal::DirectoryAway
            );
        }
        shelf.away.store(false, Ordering::SeqCst);
        assert_eq!(
            world.mail("hana", HOME, "correct horse").await,
            is_in("hana")
        );
        // What the budgets do not take, the directory is not asked (SEC-45).
        for guess in 0..20 {
            world.mail("jiro", HOME, &format!("guess {guess}")).await;
        }
        let asked = shelf.asked.lock().unwrap()["jiro"];
        assert_eq!(asked, usize::try_from(FREE_FAILURES).unwrap() + 1);
        assert_eq!(world.mail("jiro", HOME, "").await, MailLogin::Wrong);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_070_a_password_that_somebody_else_has_seen_opens_no_mail() {
    on_both(campus(), async |world| {
        let taro = world.member("taro").await;
        world
            .tamper(
                "UPDATE person SET password_temporary = 1 WHERE tenant_id = 1 AND login = 'taro'",
            )
            .await;
        assert_eq!(
            world.mail("taro", HOME, &taro.password).await,
            MailLogin::Wrong
        );
    })
    .await;
}
