//! The keys of mail servers at the console (SEC-56): added, shown once, taken away; and what somebody finds who looks for one.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::http::{Method, StatusCode};
use tracing_subscriber::fmt::MakeWriter;
use warifu_domain::{time::Span, user::Role};
use warifu_flows::{By, gate_keys};
use warifu_storage::MAX_GATE_KEYS;
use warifu_web::router::routes;

use crate::support::{Answer, Ask, Browser, NEIGHBOUR, Phone, SLUG, TestApp, on_both, path_of};

const PLACE: &str = "/admin/mail-gate";
const ADD: &str = "/admin/mail-gate/keys/add";

/// Everything that is logged, however little it matters.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// An administrator, signed in, with the fresh proof.
async fn administrator(app: &TestApp) -> (Browser, Phone) {
    let boss = app.person("boss", Role::Administrator).await;
    let mut browser = app.browser();
    let (phone, _) = browser.sign_in_and_set_up(&boss).await;
    (browser, phone)
}

/// What a mail server gets that asks with this key, at each door of a tenant.
async fn ask(app: &TestApp, slug: &str, key: &str) -> [(StatusCode, String); 2] {
    let question = r#"{"login":"taro","protocol":"imap","remote":"203.0.113.7","pwhash":"05f9"}"#;
    let plain = r#"{"login":"taro","address":"203.0.113.7","protocol":"imap"}"#;
    let mut answers = Vec::new();
    for (door, body) in [("dovecot?command=allow", question), ("mail", plain)] {
        let answer = Ask::new(Method::POST, &format!("/{slug}/gate/{door}"))
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json")
            .body(body.into())
            .send(app)
            .await;
        answers.push((answer.status, answer.body));
    }
    answers.try_into().unwrap()
}

async fn lets_in(app: &TestApp, slug: &str, key: &str) -> bool {
    match ask(app, slug, key).await {
        [(StatusCode::OK, dovecot), (StatusCode::OK, plain)] => {
            assert!(dovecot.contains("\"status\":0"), "{dovecot}");
            assert_eq!(plain, "{\"allow\":true}");
            true
        }
        [(dovecot, said), (plain, also)] => {
            assert_eq!(
                (dovecot, plain),
                (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED)
            );
            assert!(!said.contains(key) && !also.contains(key));
            false
        }
    }
}

fn key_on(page: &Answer) -> String {
    let (_, key) = page.body.split_once("id=\"gate-key\">").unwrap();
    let key = key.split('<').next().unwrap().to_owned();
    assert_eq!(key.len(), 43, "{key}");
    key
}

/// Where the one key of the list is taken away.
fn removal_on(page: &Answer) -> String {
    let link = format!("href=\"/{SLUG}{PLACE}/keys/");
    let mut links = page
        .body
        .split(&link)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap());
    let link = links.find(|link| link.ends_with("/remove")).unwrap();
    format!("{PLACE}/keys/{link}")
}

#[tokio::test]
async fn k10_a_key_too_many_is_refused_for_what_it_is_and_its_name_is_kept() {
    on_both("campus-mail", async |app| {
        let (mut boss, _) = administrator(&app).await;
        let (tenant, by) = (app.tenant().await, By::command_line());
        for number in 0..MAX_GATE_KEYS {
            let added = gate_keys::add(&app.ctx, &tenant, &by, &format!("mx{number}")).await;
            added.unwrap();
        }
        boss.open(ADD).await;
        // The name of another one, too: a further name would not help.
        for name in ["one more", "mx1"] {
            let full = boss.press(ADD, &[("name", name)]).await;
            assert_eq!(full.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(full.refuses("GATE-03"), "{}", full.body);
            assert!(full.body.contains(&format!("value=\"{name}\"")));
        }
        let first = gate_keys::list(&app.ctx, &tenant, &by).await.unwrap();
        let removed = gate_keys::remove(&app.ctx, &tenant, &by, first[0].id).await;
        assert!(removed.unwrap());
        let taken = boss.press(ADD, &[("name", "mx1")]).await;
        assert!(taken.refuses("GATE-01"));
        key_on(&boss.press(ADD, &[("name", "one more")]).await);
    })
    .await;
}

/// Every page that there is, as this browser sees it, heads and bodies.
async fn all_pages(browser: &Browser, more: &[&str]) -> String {
    let mut paths: Vec<String> = more.iter().map(|path| format!("/{SLUG}{path}")).collect();
    let pages = routes().into_iter().filter(|route| route.method == "GET");
    paths.extend(pages.map(|route| path_of(route.path)));
    let mut seen = String::new();
    for path in paths {
        let answer = browser.clone().send(Ask::get(&path)).await;
        seen.push_str(&format!("{path}\n{:?}\n{}\n", answer.headers, answer.body));
    }
    seen
}

#[tokio::test]
async fn sec_056_a_key_is_added_shown_once_used_and_taken_away_at_the_console() {
    on_both("campus-mail", async |app| {
        app.member("taro").await;
        let (mut boss, _) = administrator(&app).await;
        boss.open(ADD).await;
        for bad in ["", " ", &"a".repeat(61)] {
            let refused = boss.press(ADD, &[("name", bad)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            assert!(!refused.body.contains("id=\"gate-key\""), "{bad}");
        }
        let shown = boss.press(ADD, &[("name", " mx1 ")]).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
        assert_eq!(shown.header("cache-control"), Some("no-store"));
        let key = key_on(&shown);
        // Both settings of Dovecot are ready to be copied.
        assert_eq!(shown.body.matches(&format!("Bearer {key}")).count(), 2);
        assert!(shown.body.contains(&format!("/{SLUG}/gate/dovecot")));

        let list = boss.open(PLACE).await;
        assert!(
            list.body.contains("mx1") && list.body.contains("まだ使われていません"),
            "{}",
            list.body
        );
        assert!(lets_in(&app, SLUG, &key).await);
        let list = boss.open(PLACE).await;
        assert!(!list.body.contains("まだ使われていません"), "{}", list.body);

        let path = removal_on(&list);
        let asked = boss.open(&path).await;
        assert!(asked.body.contains("「mx1」"), "{}", asked.body);
        assert!(lets_in(&app, SLUG, &key).await, "asking takes nothing away");
        let done = boss.press(&path, &[]).await;
        assert!(done.location().contains("notice=gate-key-removed"));
        assert!(!lets_in(&app, SLUG, &key).await);
        assert!(!boss.open(PLACE).await.body.contains("mx1"));
        assert_eq!(boss.get(&path).await.status, StatusCode::NOT_FOUND);
        // The trail has all of it: who, and the mail server's name.
        let trail = boss.get("/admin/audit/export?format=jsonl").await.body;
        for kind in ["gate_key.added", "gate_key.removed"] {
            let told = trail
                .lines()
                .find(|line| line.contains(kind) && line.contains("mx1"));
            assert!(told.unwrap().contains("\"by_user\":\"boss\""), "{trail}");
        }
        assert!(trail.contains("gate_key.refused"), "{trail}");
    })
    .await;
}

#[tokio::test]
async fn sec_056_a_key_is_on_no_other_page_in_no_log_and_in_no_trail() {
    on_both("campus-mail", async |app| {
        let log = Log::default();
        // As long as there is but one subscriber, a place in the code that another test comes to first asks the subscriber of that
        // test's thread whether anybody listens, and keeps the answer for all.
        let _second = tracing::Dispatch::new(tracing_subscriber::registry());
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .finish();
        let _listening = tracing::subscriber::set_default(subscriber);
        app.member("taro").await;
        let (mut boss, _) = administrator(&app).await;
        boss.open(ADD).await;
        let form = boss.filled_in(ADD, &[("name", "mx1")]);
        let shown = boss.send(form.clone()).await;
        let key = key_on(&shown);
        for (_, header) in &shown.headers {
            assert!(!header.to_str().unwrap().contains(&key));
        }
        // The browser sends the form again, as it does when the page is loaded anew: another key would stand there, not this one.
        let again = boss.send(form).await;
        assert!(!again.body.contains(&key), "{}", again.body);
        assert!(lets_in(&app, SLUG, &key).await);
        let removal = removal_on(&boss.open(PLACE).await);
        let exports = ["csv", "jsonl"].map(|form| format!("/admin/audit/export?format={form}"));
        let more = [PLACE, ADD, &removal, &exports[0], &exports[1]];
        let pages = all_pages(&boss, &more).await;
        assert!(pages.contains("mx1"), "the name is told");
        // Once more after it was taken away, and somebody has come with it all the same.
        boss.open(&removal).await;
        boss.press(&removal, &[]).await;
        assert!(!lets_in(&app, SLUG, &key).await);
        let pages = pages + &all_pages(&boss, &more).await;
        // Not even a part of it, by which one could be told from another.
        for part in [&key[..12], &key[31..]] {
            assert!(!pages.contains(part), "{part} of {key} stands on a page");
        }
        let log = log.text();
        assert!(log.contains("INFO") && log.contains("gate"), "{log}");
        for part in [&key[..12], &key[31..]] {
            assert!(!log.contains(part), "{part} of {key} is in the log");
        }
    })
    .await;
}

#[tokio::test]
async fn sec_056_a_key_opens_one_tenants_gate_and_only_its_administrators_have_a_hand_in_it() {
    on_both("campus-mail", async |app| {
        app.member("taro").await;
        let (mut boss, _) = administrator(&app).await;
        boss.open(ADD).await;
        let key = key_on(&boss.press(ADD, &[("name", "mx1")]).await);
        let removal = removal_on(&boss.open(PLACE).await);
        assert!(lets_in(&app, SLUG, &key).await);
        assert!(!lets_in(&app, NEIGHBOUR, &key).await, "another tenant's");
        assert!(!lets_in(&app, "nowhere", &key).await);
        for cut in [
            &key[..42],
            &key[1..],
            &key.to_uppercase(),
            &format!("{key}A"),
        ] {
            assert!(!lets_in(&app, SLUG, cut).await, "{cut}");
        }

        // The same person administers the neighbour: the key has no number there.
        let person = app.person_named("boss");
        let mut away = app.browser();
        away.base = format!("/{NEIGHBOUR}");
        away.sign_in_and_set_up(&person).await;
        assert_eq!(away.get(PLACE).await.status, StatusCode::OK);
        assert!(!away.get(PLACE).await.body.contains("mx1"));
        away.open(ADD).await;
        let token = away.form_token();
        let there = removal.replacen("/admin", &format!("/{NEIGHBOUR}/admin"), 1);
        let answer = away
            .send(Ask::form(&there, &[("form_token", &token)]))
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        // A member is not let in, nor is an administrator without the fresh proof.
        let mut taro = app.browser();
        taro.type_password(&app.person_named("taro")).await;
        for path in [PLACE, ADD, &removal] {
            assert_eq!(taro.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        boss.open(&removal).await;
        let late = boss.filled_in(&removal, &[]);
        app.wait(Span::minutes(6));
        for path in [ADD, &removal] {
            let answer = boss.get(path).await;
            assert!(
                answer.location().contains("/account/proof?for=console"),
                "{path}"
            );
        }
        let answer = boss.send(late).await;
        assert!(
            answer.location().contains("/account/proof?for=console"),
            "{}",
            answer.body
        );
        assert!(lets_in(&app, SLUG, &key).await, "it is still there");
    })
    .await;
}
