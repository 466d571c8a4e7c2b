//! The trail at the console: an administrator finds what a caller speaks of, and takes it along (SEC-79).

use axum::http::StatusCode;
use warifu_domain::{time::Span, user::Role};

use crate::support::{Browser, Person, Phone, SLUG, TestApp, on_both};

/// An administrator, signed in.
async fn administrator(app: &TestApp) -> Browser {
    let boss = app.person("boss", Role::Administrator).await;
    let mut browser = app.browser();
    browser.sign_in_and_set_up(&boss).await;
    browser
}

/// Somebody who types the same code twice, and sees OTP-03; gives the reference that the page shows.
async fn types_a_code_twice(app: &TestApp, who: &Person) -> (Phone, String) {
    let mut browser = app.browser();
    let (phone, _) = browser.sign_in_and_set_up(who).await;
    app.wait(Span::seconds(30));
    browser.sign_in(who, &phone).await;
    let mut again = app.browser();
    again.type_password(who).await;
    let answer = again
        .press("/login/code", &[("code", &phone.code(app.now()))])
        .await;
    assert!(answer.refuses("OTP-03"), "{}", answer.body);
    let line = answer.body.split("id=\"problem-line\"").nth(1).unwrap();
    let (_, reference) = line.split_once("お問い合わせ番号 ").unwrap();
    (phone, reference[..9].to_owned())
}

#[tokio::test]
async fn sec_079_a_reference_leads_to_what_happened_and_what_to_say() {
    on_both("default", async |app| {
        let mut boss = administrator(&app).await;
        let taro = app.member("taro").await;
        let (_, reference) = types_a_code_twice(&app, &taro).await;
        let typed = reference.to_lowercase().replace('-', "");
        let story = boss.open(&format!("/admin/audit?ref={typed}")).await;
        assert_eq!(story.status, StatusCode::OK);
        for part in [
            "OTP-03",
            "taro",
            "すでに使用されています",
            "本人に案内すること",
            "管理者ができること",
            "前後15分",
            // How the other login was proved, in the reader's language.
            "パスワードと確認コード",
            &format!("/{SLUG}/admin/users/"),
            &reference,
        ] {
            assert!(story.body.contains(part), "{part}: {}", story.body);
        }
        let found = boss.open("/admin/audit?user=taro&outcome=otp-03").await;
        assert!(found.body.contains(&reference), "{}", found.body);
        assert!(found.body.contains("本人に案内すること"));
        for (query, finds) in [
            ("event=code.checked&outcome=refused", true),
            (
                "event=code.checked&outcome=done&address=192.0.2.0/24",
                false,
            ),
            ("address=192.0.2.0/24&outcome=OTP-03", true),
            ("address=198.51.100.0/24", false),
            ("user=boss", false),
            ("since=2026-01-15&outcome=OTP-03", true),
            ("since=2026-01-16", false),
            ("until=2026-01-14T10:00", false),
        ] {
            let found = boss.open(&format!("/admin/audit?{query}")).await;
            assert_eq!(
                found.body.contains(&format!("requests/{reference}")),
                finds,
                "{query}"
            );
        }
        // The whole line as it was copied, and a code without a reference: explained even if nobody has seen it lately.
        let line = format!("エラーコード OTP-03 · 2026-01-15 · お問い合わせ番号 {reference}");
        let line = line.replace(' ', "+");
        let story = boss.open(&format!("/admin/audit?ref={line}")).await;
        assert!(story.body.contains("前後15分"), "{}", story.body);
        for code in ["otp-03", "OTP-06"] {
            let answer = boss.get(&format!("/admin/audit?ref={code}")).await;
            let upper = code.to_uppercase();
            assert_eq!(
                answer.location(),
                format!("/midori/admin/audit?outcome={upper}")
            );
            let found = boss.open(&format!("/admin/audit?outcome={upper}")).await;
            assert!(found.body.contains("本人に案内すること"), "{}", found.body);
        }
        let none = boss.open("/admin/audit/requests/0000-0000").await;
        assert_eq!(none.status, StatusCode::OK);
        assert!(none.body.contains("REQ-06"));
    })
    .await;
}

#[tokio::test]
async fn sec_079_what_cannot_be_meant_is_said_and_kept() {
    on_both("default", async |app| {
        let mut boss = administrator(&app).await;
        for (query, kept) in [
            ("user=nobody", "nobody"),
            ("address=300.1.1.1", "300.1.1.1"),
            ("ref=7K3M", "7K3M"),
            ("since=yesterday", "yesterday"),
            ("user=%22%3E%3Cscript%3E", "&#34;&#62;&#60;script&#62;"),
        ] {
            let page = boss.open(&format!("/admin/audit?{query}")).await;
            assert_eq!(page.status, StatusCode::OK, "{query}");
            assert!(page.body.contains("role=\"alert\""), "{query}");
            assert!(
                page.body.contains(&format!("value=\"{kept}\"")),
                "{query}: {}",
                page.body
            );
        }
        for hostile in [
            "before=x",
            "before=1.2",
            "before=9.9.9.9",
            "event=%00",
            "outcome=%27%3B--",
        ] {
            let page = boss.open(&format!("/admin/audit?{hostile}")).await;
            assert_eq!(page.status, StatusCode::OK, "{hostile}");
        }
    })
    .await;
}

#[tokio::test]
async fn sec_079_pages_and_exports_miss_nothing_and_show_no_other_tenant() {
    on_both("default", async |app| {
        let mut boss = administrator(&app).await;
        let hostile = "=cmd|calc";
        for guess in 0..120 {
            let mut stranger = app.browser();
            stranger.open("/login").await;
            let fields = [
                ("login", hostile),
                ("password", "wrong words"),
                ("n", &guess.to_string()),
            ];
            stranger.press("/login", &fields).await;
        }
        let export = boss.get("/admin/audit/export?format=csv").await;
        assert_eq!(
            export.header("content-type"),
            Some("text/csv; charset=utf-8")
        );
        assert!(
            export
                .header("content-disposition")
                .unwrap()
                .contains("audit.csv")
        );
        assert!(!export.body.contains("\"=cmd"), "a formula");
        let rows = export.body.lines().count() - 1;
        let lines = boss.get("/admin/audit/export?format=jsonl").await;
        assert_eq!(lines.body.lines().count(), rows);
        for line in lines.body.lines() {
            assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
        }
        // Page by page, the same events once each.
        let mut path = "/admin/audit".to_owned();
        let mut seen = 0;
        for _ in 0..20 {
            let page = boss.open(&path).await;
            seen += page
                .body
                .matches("<th class=\"when\" scope=\"row\">")
                .count();
            let Some((_, next)) = page.body.split_once("href=\"/midori/admin/audit?before=") else {
                break;
            };
            path = format!("/admin/audit?before={}", next.split('"').next().unwrap());
        }
        assert_eq!(seen, rows);
        let tenant = app.tenant().await;
        let filter = warifu_storage::AuditFilter {
            limit: 10_000,
            ..Default::default()
        };
        let all = warifu_flows::audit::list(&app.ctx, &tenant, filter)
            .await
            .unwrap();
        assert_eq!(all.len(), rows);
    })
    .await;
}

#[tokio::test]
async fn sec_079_the_chain_is_checked_from_the_console() {
    on_both("default", async |app| {
        let mut boss = administrator(&app).await;
        boss.open("/admin/audit").await;
        let led = boss.press("/admin/audit/checks", &[]).await;
        let path = led
            .location()
            .strip_prefix(&format!("/{SLUG}"))
            .unwrap()
            .to_owned();
        for _ in 0..500 {
            let page = boss.get(&path).await;
            if page.header("refresh").is_none() {
                assert!(
                    page.body.contains("書き換えも欠落もありません"),
                    "{}",
                    page.body
                );
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("the check never ends");
    })
    .await;
}

#[tokio::test]
async fn sec_081_an_old_address_is_a_pseudonym_on_the_page_and_in_exports_and_is_still_found() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&taro).await;
        app.wait(Span::days(200));
        warifu_flows::maintenance::sweep(&app.ctx).await.unwrap();
        let mut boss = administrator(&app).await;
        let peer = "192.0.2.1";
        let found = boss.open("/admin/audit?user=taro").await;
        assert!(found.body.contains(">pseudonym:"), "{}", found.body);
        assert!(!found.body.contains(&format!(">{peer}<")), "{}", found.body);
        let (_, rest) = found.body.split_once("?address=pseudonym").unwrap();
        let link = format!("pseudonym{}", rest.split('"').next().unwrap());
        for query in [&*link, peer] {
            let same = boss
                .open(&format!("/admin/audit?user=taro&address={query}"))
                .await;
            assert!(same.body.contains(">pseudonym:"), "{query}: {}", same.body);
        }
        let other = boss.open("/admin/audit?user=taro&address=192.0.2.2").await;
        assert!(!other.body.contains(">pseudonym:"), "{}", other.body);
        let file = boss.get("/admin/audit/export?format=csv&user=taro").await;
        assert!(
            file.body.contains("pseudonym:") && !file.body.contains(peer),
            "{}",
            file.body
        );
    })
    .await;
}
