//! Many requests at once, on one server and on two: what may be done once is done once, what is limited stays limited
//! (SEC-13, SEC-20, SEC-45).

use warifu_domain::{attempt::Pending, refusal::Refusal, throttle::CLOSED_AT, time::Span};
use warifu_flows::FlowError;
use warifu_storage::{BudgetKind, StageKind};

use crate::support::{Asked, Browser, Person, Phone, Setting, World, on_both, refused, shown};

/// As many as a person who sends one code from everywhere at once.
const MANY: usize = 64;

fn workspace() -> Setting {
    Setting::preset("workspace")
}

/// Sends all of them at once.
pub(crate) async fn at_once<T, F>(requests: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let sent: Vec<_> = requests.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::with_capacity(sent.len());
    for request in sent {
        answers.push(request.await.unwrap());
    }
    answers
}

/// Those that went well, and the refusals of the others; a fault is a failure of the test.
pub(crate) fn split<T>(answers: Vec<Result<T, FlowError>>) -> (Vec<T>, Vec<Refusal>) {
    let (mut good, mut refusals) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Ok(value) => good.push(value),
            error => refusals.push(refused(error)),
        }
    }
    (good, refusals)
}

/// Browsers with an attempt each, taking turns between the servers. The attempts are put into the database: the login would
/// not let so many be open at once, and that is not what keeps a code from being used twice.
async fn waiting_browsers(nodes: &[World], person: &Person, number: usize) -> Vec<Browser> {
    let mut browsers = Vec::with_capacity(number);
    for index in 0..number {
        let world = &nodes[index % nodes.len()];
        let token = world.ctx.rng.token();
        let (hash, user) = (token.hash(), person.id);
        let pending = Pending {
            user,
            remember: false,
            expires_at: world.now() + Span::minutes(10),
        };
        let put = world
            .ctx
            .store
            .write(world.tenant().await.id, async move |tx| {
                tx.insert_attempt(&hash, &pending, StageKind::SecondFactor)
                    .await
            });
        put.await.unwrap();
        let mut browser = world.browser();
        browser.attempt = Some(token);
        browsers.push(browser);
    }
    browsers
}

/// One browser's cookies, sent to the servers in turns.
fn copies<'a>(
    nodes: &'a [World],
    browser: &'a Browser,
    number: usize,
) -> impl Iterator<Item = Browser> + 'a {
    (0..number).map(|index| browser.at(&nodes[index % nodes.len()]))
}

/// How often a code of the app was looked at.
async fn judged(world: &World, person: &Person) -> usize {
    let rows = world.audit_rows().await;
    let own = rows.iter().filter(|row| row.user == Some(person.id));
    own.filter(|row| {
        let is = |code: &str| {
            row.refusal.as_deref() == Some(code) || row.detail.as_deref() == Some(code)
        };
        is("OTP-01")
    })
    .count()
}

/// The world as one server, and the same database with two.
async fn on_one_and_two_nodes(story: impl AsyncFn(World, &[World])) {
    on_both(workspace(), async |world| {
        let second = world.second_server(2).await;
        for nodes in [vec![world.clone()], vec![world.clone(), second]] {
            println!("with {} nodes", nodes.len());
            story(world.clone(), &nodes).await;
            world.check_audit().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_013_one_code_sent_in_64_attempts_at_once_opens_one_session() {
    on_one_and_two_nodes(async |world, nodes| {
        let (taro, _) = world
            .member_with_app(&format!("taro-{}", nodes.len()))
            .await;
        world.wait(Span::seconds(30));
        let code = taro.phone().code();
        let before = world.rows("browser_session", "TRUE").await;
        let browsers = waiting_browsers(nodes, &taro, MANY).await;
        let answers = at_once(browsers.into_iter().map(|mut browser| {
            let code = code.clone();
            async move { browser.send_code(&code).await }
        }))
        .await;
        let (sessions, refusals) = split(answers);
        assert_eq!(sessions.len(), 1, "{refusals:?}");
        assert_eq!(world.rows("browser_session", "TRUE").await, before + 1);
        let expected = |refusal: &Refusal| {
            matches!(
                refusal,
                Refusal::CodeAlreadyUsed | Refusal::MethodPaused { .. }
            )
        };
        assert!(refusals.iter().all(expected), "{refusals:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_013_one_code_sent_64_times_in_one_attempt_opens_one_session() {
    on_one_and_two_nodes(async |world, nodes| {
        let (taro, _) = world
            .member_with_app(&format!("taro-{}", nodes.len()))
            .await;
        world.wait(Span::seconds(30));
        let code = taro.phone().code();
        let mut browser = world.browser();
        browser.send_password(&taro).await.unwrap();
        let answers = at_once(copies(nodes, &browser, MANY).map(|mut browser| {
            let code = code.clone();
            async move { browser.send_code(&code).await }
        }))
        .await;
        let (sessions, refusals) = split(answers);
        assert_eq!(sessions.len(), 1);
        assert!(
            refusals
                .iter()
                .all(|refusal| *refusal == Refusal::AttemptOver),
            "{refusals:?}"
        );
        assert_eq!(world.totp_failures(&taro).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_020_one_backup_code_sent_in_64_attempts_at_once_opens_one_session() {
    on_one_and_two_nodes(async |world, nodes| {
        let (mut taro, mut browser) = world
            .member_with_app(&format!("taro-{}", nodes.len()))
            .await;
        browser.download_codes(&mut taro).await;
        let code = taro.backup_codes[0].clone();
        let browsers = waiting_browsers(nodes, &taro, MANY).await;
        let answers = at_once(browsers.into_iter().map(|mut browser| {
            let code = code.clone();
            async move { browser.send_backup_code(&code).await }
        }))
        .await;
        let (sessions, refusals) = split(answers);
        assert_eq!(sessions.len(), 1, "{refusals:?}");
        assert_eq!(browser.overview().await.backup_codes.left, 9);
        let expected = |refusal: &Refusal| {
            matches!(
                refusal,
                Refusal::BackupCodeUsed | Refusal::MethodPaused { .. }
            )
        };
        assert!(refusals.iter().all(expected), "{refusals:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_020_one_backup_code_sent_64_times_in_one_attempt_opens_one_session() {
    on_one_and_two_nodes(async |world, nodes| {
        let (mut taro, mut browser) = world
            .member_with_app(&format!("taro-{}", nodes.len()))
            .await;
        browser.download_codes(&mut taro).await;
        let code = taro.backup_codes[0].clone();
        let mut login = world.browser();
        login.send_password(&taro).await.unwrap();
        let answers = at_once(copies(nodes, &login, MANY).map(|mut browser| {
            let code = code.clone();
            async move { browser.send_backup_code(&code).await }
        }))
        .await;
        let (sessions, refusals) = split(answers);
        assert_eq!(sessions.len(), 1, "{refusals:?}");
        assert_eq!(browser.overview().await.backup_codes.left, 9);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_013_sec_020_a_code_and_a_backup_code_in_one_attempt_open_one_session_and_spend_one_of_them()
 {
    on_one_and_two_nodes(async |world, nodes| {
        let (mut taro, mut browser) = world
            .member_with_app(&format!("taro-{}", nodes.len()))
            .await;
        browser.download_codes(&mut taro).await;
        for round in 0..4 {
            world.wait(Span::seconds(30));
            let (code, backup) = (taro.phone().code(), taro.backup_codes[round].clone());
            let left = browser.overview().await.backup_codes.left;
            let mut login = world.browser();
            login.send_password(&taro).await.unwrap();
            let answers = at_once(copies(nodes, &login, 2).enumerate().map(
                |(index, mut browser)| {
                    let (code, backup) = (code.clone(), backup.clone());
                    async move {
                        if (index + round) % 2 == 0 {
                            browser.send_code(&code).await.map(|()| 0)
                        } else {
                            browser.send_backup_code(&backup).await.map(|()| 1)
                        }
                    }
                },
            ))
            .await;
            let (spent, refusals) = split(answers);
            assert_eq!(spent.len(), 1, "{refusals:?}");
            assert_eq!(browser.overview().await.backup_codes.left, left - spent[0]);
            let mut again = world.browser();
            again.send_password(&taro).await.unwrap();
            let is_unspent = again.send_code(&code).await.is_ok();
            assert_eq!(is_unspent, spent[0] == 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_64_wrong_codes_at_once_are_judged_as_often_as_the_attempt_allows() {
    on_one_and_two_nodes(async |world, nodes| {
        let (taro, _) = world
            .member_with_app(&format!("taro-{}", nodes.len()))
            .await;
        let mut browser = world.browser();
        browser.send_password(&taro).await.unwrap();
        let answers = at_once(copies(nodes, &browser, MANY).enumerate().map(
            |(index, mut browser)| {
                let code = taro.phone().wrong_code(index);
                async move { browser.send_code(&code).await }
            },
        ))
        .await;
        let (sessions, refusals) = split(answers);
        assert!(sessions.is_empty());
        let told_wrong = refusals
            .iter()
            .filter(|refusal| **refusal == Refusal::WrongCode)
            .count();
        assert_eq!(told_wrong, 2, "and the third was told that it was the last");
        assert_eq!(judged(&world, &taro).await, 3);
        assert_eq!(world.totp_failures(&taro).await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_a_thousand_wrong_codes_at_once_over_many_attempts_meet_one_budget() {
    on_both(workspace(), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let (taro, _) = world.member_with_app("taro").await;
        let browsers = waiting_browsers(&nodes, &taro, 334).await;
        let wrong = taro.phone().wrong_code(0);
        let requests = browsers
            .iter()
            .flat_map(|browser| copies(&nodes, browser, 3));
        let answers = at_once(requests.map(|mut browser| {
            let wrong = wrong.clone();
            browser.checks_events = false;
            async move { browser.send_code(&wrong).await }
        }))
        .await;
        assert_eq!(answers.len(), 1002);
        let (sessions, _) = split(answers);
        assert!(sessions.is_empty());
        // Nobody waited for the pause that the fifth failure brings.
        assert_eq!(judged(&world, &taro).await, 5);
        assert_eq!(world.totp_failures(&taro).await, 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_bursts_that_wait_out_every_pause_end_at_fifty() {
    on_both(workspace(), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let (taro, _) = world.member_with_app("taro").await;
        for _ in 0..60 {
            let browsers = waiting_browsers(&nodes, &taro, 2).await;
            let wrong = taro.phone().wrong_code(0);
            let requests = browsers
                .iter()
                .flat_map(|browser| copies(&nodes, browser, 3));
            at_once(requests.map(|mut browser| {
                let wrong = wrong.clone();
                browser.checks_events = false;
                async move { browser.send_code(&wrong).await }
            }))
            .await;
            world.wait(Span::minutes(15));
        }
        assert_eq!(judged(&world, &taro).await as i64, CLOSED_AT);
        let mut login = world.browser();
        login.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(login.send_code(&taro.phone().code()).await),
            Refusal::MethodDisabled
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_wrong_passwords_at_once_meet_one_budget() {
    on_one_and_two_nodes(async |world, nodes| {
        let login = format!("taro-{}", nodes.len());
        let taro = world.member(&login).await;
        let answers = at_once((0..MANY).map(|guess| {
            let mut browser = nodes[guess % nodes.len()].browser();
            let login = login.clone();
            async move { browser.guess_password(&login, guess).await }
        }))
        .await;
        let (good, refusals) = split(answers);
        assert!(
            good.is_empty()
                && refusals
                    .iter()
                    .all(|refusal| *refusal == Refusal::WrongLogin)
        );
        assert_eq!(world.failures(BudgetKind::OtherBrowser).await, 5);
        assert_eq!(
            refused(world.browser().send_password(&taro).await),
            Refusal::WrongLogin
        );
        world.wait(Span::seconds(1));
        assert_eq!(
            world.browser().send_password(&taro).await.unwrap(),
            Asked::Nothing
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_038_a_set_up_confirmed_many_times_at_once_registers_once_and_its_codes_open() {
    on_both(Setting::preset("default"), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let hana = world.member("hana").await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        // Pages loaded at once show one secret.
        let pages = at_once(copies(&nodes, &browser, 8).map(|mut browser| async move {
            browser
                .forced_set_up()
                .await
                .map(|pending| pending.uri.to_string())
        }))
        .await;
        let (uris, refusals) = split(pages);
        assert!(
            refusals.is_empty() && uris.iter().all(|uri| *uri == uris[0]),
            "{uris:?}"
        );

        let phone = Phone::scan(&uris[0], &world.clock);
        let answers = at_once(copies(&nodes, &browser, 8).map(|mut browser| {
            let code = phone.code();
            async move { browser.send_first_code(&code).await }
        }))
        .await;
        let (issued, refusals) = split(answers);
        assert_eq!(issued.len(), 1, "{refusals:?}");
        assert_eq!(world.rows("browser_session", "TRUE").await, 1);
        assert_eq!(world.rows("totp", "TRUE").await, 1);
        let codes = shown(issued.into_iter().next().flatten().unwrap());
        browser.send_password(&hana).await.unwrap();
        browser.send_backup_code(&codes[0]).await.unwrap();
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_025_codes_issued_many_times_at_once_are_told_once_and_open() {
    on_both(workspace(), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let (taro, mut browser) = world.member_with_app("taro").await;
        for _ in 0..2 {
            browser.prove(&taro).await;
            let generation = browser.backup_generation().await;
            let answers = at_once(
                copies(&nodes, &browser, 8)
                    .map(|mut browser| async move { browser.issue_codes(generation).await }),
            )
            .await;
            let (sets, refusals) = split(answers);
            assert_eq!(sets.len(), 1);
            assert!(
                refusals
                    .iter()
                    .all(|refusal| *refusal == Refusal::BackupCodesShown),
                "{refusals:?}"
            );
            let mut login = world.browser();
            login.send_password(&taro).await.unwrap();
            login.send_backup_code(&sets[0][0]).await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_038_set_ups_begun_at_once_leave_one_pending_secret() {
    on_both(workspace(), async |world| {
        let nodes = [world.clone(), world.second_server(2).await];
        let mut taro = world.member("taro").await;
        let (mut here, mut there) = (world.browser(), world.browser());
        here.sign_in(&mut taro).await;
        there.sign_in(&mut taro).await;
        let browsers = copies(&nodes, &here, 6).chain(copies(&nodes, &there, 6));
        at_once(browsers.map(|mut browser| async move { browser.begin_set_up().await }))
            .await
            .into_iter()
            .for_each(|answer| answer.unwrap());
        assert_eq!(world.rows("totp", "TRUE").await, 1);
    })
    .await;
}
