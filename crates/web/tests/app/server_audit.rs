//! The trail of what belongs to no tenant, at the operator's console (SEC-79), and who does not see it.

use axum::http::StatusCode;
use warifu_domain::{audit::EventKind, operating::DELETION_WAIT, user::Role};
use warifu_flows::{audit, entrances, key_rotation, maintenance};
use warifu_storage::{AuditFilter, AuditRow, KeyRing};

use crate::{
    operator::operator,
    support::{Answer, Browser, NEIGHBOUR, SLUG, TestApp, on_both},
};

const PAGE: &str = "/operator/audit";

/// A guess at the common address whose login ID leads to no tenant; gives the reference that its page shows.
async fn guess(app: &TestApp, login: &str) -> String {
    let mut stranger = app.browser().at("login.example.jp", "");
    stranger.open("/login").await;
    let typed = [("login", login), ("password", "wrong words")];
    let answer = stranger.press("/login", &typed).await;
    let line = answer.body.split("id=\"problem-line\"").nth(1).unwrap();
    let (_, reference) = line.split_once("お問い合わせ番号 ").unwrap();
    reference[..9].to_owned()
}

/// Seals everything again under another key, at the console.
async fn reseal(app: &TestApp, browser: &mut Browser) {
    let mut ring = KeyRing::generate([7; 32]);
    ring.add_key([8; 32]);
    ring.activate(2).unwrap();
    assert!(key_rotation::take_ring(&app.ctx, ring).await.unwrap());
    let path = "/operator/keys/reseal";
    browser.open(path).await;
    let begun = browser.press(path, &[("reason", "yearly change")]).await;
    finished(browser, &begun).await;
}

/// Where a piece of work leads, once it is over.
async fn finished(browser: &mut Browser, begun: &Answer) -> Answer {
    let path = begun.location().trim_start_matches("/midori").to_owned();
    for _ in 0..2_000 {
        let page = browser.get(&path).await;
        if page.header("refresh").is_none() {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("{path} never ends");
}

async fn all(app: &TestApp) -> Vec<AuditRow> {
    let filter = AuditFilter {
        limit: 10_000,
        ..AuditFilter::default()
    };
    let nobodys = entrances::nobodys();
    audit::list(&app.ctx, &nobodys, filter).await.unwrap()
}

fn listed(page: &Answer) -> usize {
    let row = "<th class=\"when\" scope=\"row\">";
    page.body.matches(row).count()
}

#[tokio::test]
async fn sec_079_an_operator_finds_what_belongs_to_no_tenant() {
    on_both("default", async |app| {
        let (mut browser, _) = operator(&app).await;
        let empty = browser.open(PAGE).await;
        assert_eq!((empty.status, listed(&empty)), (StatusCode::OK, 0));
        let reference = guess(&app, "taro@nowhere.example").await;
        key_rotation::record(&app.ctx, EventKind::KeyAdded, 2)
            .await
            .unwrap();
        reseal(&app, &mut browser).await;

        let page = browser.open(PAGE).await;
        assert_eq!(listed(&page), 3, "{}", page.body);
        for part in ["操作：運用者 ope", "yearly change", &reference] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        for (query, found) in [
            ("event=keys.added", 1),
            ("by=ope", 1),
            ("by=operator", 1),
            ("by=command+line", 1),
            ("by=subject&outcome=LOGIN-01", 1),
            ("by=server", 0),
            ("by=ope&event=keys.added", 0),
            ("outcome=refused", 1),
            ("outcome=done", 2),
            ("since=2026-01-15", 3),
            ("until=2026-01-14T10:00", 0),
            ("address=192.0.2.1&by=subject", 1),
        ] {
            let page = browser.open(&format!("{PAGE}?{query}")).await;
            assert_eq!(listed(&page), found, "{query}: {}", page.body);
        }
        let typed = reference.to_lowercase();
        let story = browser.open(&format!("{PAGE}?ref={typed}")).await;
        assert_eq!(listed(&story), 1, "{}", story.body);
        for part in ["LOGIN-01", "本人に案内すること"] {
            assert!(story.body.contains(part), "{part}: {}", story.body);
        }
        // Whoever is not an operator, or not there, did nothing.
        for nobody in ["by=nobody", "by=%22%3E%3Cscript%3E", "ref=7K3M", "user=ope"] {
            let page = browser.open(&format!("{PAGE}?{nobody}")).await;
            assert_eq!(
                (page.status, listed(&page)),
                (StatusCode::OK, 0),
                "{nobody}"
            );
            assert!(page.body.contains("role=\"alert\""), "{nobody}");
            assert!(!page.body.contains("\"><script>"), "{nobody}");
        }
    })
    .await;
}

#[tokio::test]
async fn sec_079_an_operator_reads_who_had_an_organisation_deleted_when_it_is_gone() {
    on_both("default", async |app| {
        let (mut browser, phone) = operator(&app).await;
        let reason = ("reason", "contract ended");
        for (act, typed) in [
            ("delete", vec![reason, ("confirm", NEIGHBOUR)]),
            ("keep", vec![reason]),
            ("delete", vec![reason, ("confirm", NEIGHBOUR)]),
        ] {
            let path = format!("/operator/tenants/{NEIGHBOUR}/{act}");
            browser.open(&path).await;
            let done = browser.press(&path, &typed).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        }
        app.wait(DELETION_WAIT);
        assert_eq!(maintenance::remove_tenants(&app.ctx).await.unwrap(), 1);
        browser.sign_in(&app.person_named("ope"), &phone).await;
        let page = browser.open(PAGE).await;
        assert_eq!(listed(&page), 4, "{}", page.body);
        let in_japanese = [
            "組織のデータをすべて削除しました",
            "組織の削除を取り消しました",
            "操作：運用者 ope",
            "操作：サーバー",
            "aoba: contract ended",
        ];
        for part in in_japanese {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        browser.press("/language", &[("language", "en")]).await;
        let page = browser.open(&format!("{PAGE}?event=tenant.deleted")).await;
        assert_eq!(listed(&page), 1, "{}", page.body);
        let sentence = "everything of the organisation was deleted, as it was ordered.";
        for part in [sentence, "aoba"] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
    })
    .await;
}

#[tokio::test]
async fn sec_079_pages_and_exports_of_no_tenant_miss_nothing_and_show_no_tenants_events() {
    on_both("default", async |app| {
        let (mut browser, _) = operator(&app).await;
        let mut reference = String::new();
        for number in 0..60 {
            reference = guess(&app, &format!("=cmd{number}@nowhere.example")).await;
        }
        reseal(&app, &mut browser).await;
        let rows = all(&app).await.len();
        assert!(rows > 60);
        let csv = browser.get(&format!("{PAGE}/export?format=csv")).await;
        let named = csv.header("content-disposition").unwrap();
        assert!(named.contains("server-audit.csv"), "{named}");
        assert!(csv.body.contains(&reference), "{}", csv.body);
        assert_eq!(csv.body.lines().count() - 1, rows);
        let json = browser.get(&format!("{PAGE}/export?format=jsonl")).await;
        assert_eq!(json.body.lines().count(), rows);
        assert!(json.body.contains("\"by_user\":\"ope\""), "{}", json.body);
        assert!(!json.body.contains("session.began"), "that is a tenant's");
        let some = browser
            .get(&format!("{PAGE}/export?format=jsonl&by=ope"))
            .await;
        assert_eq!(some.body.lines().count(), 1);

        let (mut path, mut seen) = (PAGE.to_owned(), 0);
        for _ in 0..20 {
            let page = browser.open(&path).await;
            seen += listed(&page);
            let link = format!("href=\"/{SLUG}{PAGE}?before=");
            let Some((_, next)) = page.body.split_once(&link) else {
                break;
            };
            path = format!("{PAGE}?before={}", next.split('"').next().unwrap());
        }
        assert_eq!(seen, rows);
        // The operator's own tenant knows nothing of those guesses.
        let own = browser.get("/admin/audit/export?format=jsonl").await;
        assert!(own.body.contains("session.began"));
        assert!(!own.body.contains(&reference));
    })
    .await;
}

#[tokio::test]
async fn sec_079_the_chain_of_no_tenant_is_checked_from_the_console() {
    on_both("default", async |app| {
        let (mut browser, _) = operator(&app).await;
        guess(&app, "taro@nowhere.example").await;
        let checks = format!("{PAGE}/checks");
        browser.open(PAGE).await;
        let begun = browser.press(&checks, &[]).await;
        assert!(begun.location().starts_with(&format!("/{SLUG}{checks}/")));
        let page = finished(&mut browser, &begun).await;
        assert!(
            page.body.contains("書き換えも欠落もありません"),
            "{}",
            page.body
        );
        // The check of a tenant's trail is another one, wherever its number comes from.
        let own = begun.location().replace("/operator/", "/admin/");
        let own = own.trim_start_matches("/midori");
        assert_eq!(browser.get(own).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn sec_069_an_administrator_sees_nothing_of_the_servers_trail() {
    on_both("default", async |app| {
        let reference = guess(&app, "taro@nowhere.example").await;
        let boss = app.person("boss", Role::Administrator).await;
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&boss).await;
        let page = browser.open("/admin/audit").await;
        assert!(!page.body.contains(PAGE), "no way leads there");
        for path in [
            "",
            "/export?format=csv",
            "/checks/1",
            &format!("/requests/{reference}"),
        ] {
            let answer = browser.get(&format!("{PAGE}{path}")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(!answer.body.contains("LOGIN-01"), "{path}");
        }
        let story = browser
            .open(&format!("/admin/audit/requests/{reference}"))
            .await;
        assert!(story.body.contains("REQ-06"), "nothing of it is found");
        assert!(!story.body.contains("LOGIN-01"), "{}", story.body);
    })
    .await;
}
