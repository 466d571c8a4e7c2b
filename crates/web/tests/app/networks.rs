//! Trusted networks at the console and on a person's own page (K2, SEC-50, SEC-51).

use axum::http::StatusCode;
use warifu_domain::{policy::Network, time::Span, user::Role};
use warifu_web::http::client_address::TrustedProxies;

use crate::support::{Answer, Ask, Browser, SLUG, TestApp, on_both, on_sqlite};

const CAMPUS: [(&str, &str); 4] = [
    ("cidr", "192.0.2.0/24"),
    ("name", "本部キャンパス"),
    ("comment", "1994年から"),
    ("trusted", "1"),
];

async fn administrator(app: &TestApp) -> Browser {
    let boss = app.person("boss", Role::Administrator).await;
    let mut browser = app.browser();
    browser.sign_in_and_set_up(&boss).await;
    browser
}

/// The path below the tenant to which an answer leads.
fn led_to(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let path = answer.location().strip_prefix(&format!("/{SLUG}"));
    path.unwrap().to_owned()
}

/// Waits until a draft is counted.
async fn counted(browser: &mut Browser, path: &str) -> Answer {
    for _ in 0..500 {
        let page = browser.get(path).await;
        if page.header("refresh").is_none() {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the preview is never counted");
}

#[tokio::test]
async fn k2_an_administrator_adds_the_campus_with_an_exception_in_one_change() {
    on_both("campus-mail", async |app| {
        let taro = app.member("taro").await;
        let mut taros = app.browser();
        taros.type_password(&taro).await;
        let mut boss = administrator(&app).await;
        boss.open("/admin/networks/add").await;
        let led = boss.press("/admin/networks/add", &CAMPUS).await;
        let first = led_to(&led);
        let draft = first.rsplit('/').next().unwrap().to_owned();
        // The exception joins the same change.
        let page = boss.open(&format!("/admin/networks?draft={draft}")).await;
        assert!(page.body.contains("本部キャンパス") && page.body.contains("まだ保存していない"));
        boss.open(&format!("/admin/networks/add?draft={draft}"))
            .await;
        let exception = [("cidr", "192.0.2.128/25"), ("name", "eduroam")];
        let led = boss.press("/admin/networks/add", &exception).await;
        let second = led_to(&led);
        assert!(
            app.tenant().await.policy.networks.is_empty(),
            "not saved yet"
        );
        let page = counted(&mut boss, &second).await;
        for part in ["本部キャンパス", "eduroam", "192.0.2.128/25"] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        let saved = boss.press(&second, &[("reason", "K2")]).await;
        assert!(saved.location().contains("/admin/networks?notice="));
        let networks = app.tenant().await.policy.networks.clone();
        assert_eq!(networks.len(), 2);
        assert!(networks[0].trusted && !networks[1].trusted);
        assert_eq!(networks[0].comment, "1994年から");
        // One history, with the way back.
        let history = boss.open("/admin/policy/history").await;
        assert!(history.body.contains("K2"));
        // Which line decides, and why.
        let tried = boss.open("/admin/networks?address=192.0.2.130").await;
        assert!(
            tried
                .body
                .contains("192.0.2.130 は「eduroam」（192.0.2.128/25）に当たり、信頼していません")
        );
        assert!(
            tried.body.contains("本部キャンパス (192.0.2.0/24)"),
            "{}",
            tried.body
        );
        let tried = boss.open("/admin/networks?address=192.0.2.1%20").await;
        assert!(
            tried
                .body
                .contains("「本部キャンパス」（192.0.2.0/24）に当たり、信頼しています")
        );
        let tried = boss.open("/admin/networks?address=%3Cscript%3E").await;
        assert!(tried.body.contains("読み取れません") && !tried.body.contains("<script>\""));

        // A line is changed, and one is removed.
        boss.open("/admin/networks/2").await;
        let led = boss.press("/admin/networks/2/remove", &[]).await;
        let draft = led_to(&led);
        counted(&mut boss, &draft).await;
        boss.press(&draft, &[("reason", "no eduroam")]).await;
        assert_eq!(app.tenant().await.policy.networks.len(), 1);
        assert_eq!(
            boss.get("/admin/networks/2").await.status,
            StatusCode::NOT_FOUND
        );
        // Somebody else was quicker.
        boss.open("/admin/networks/1").await;
        app.change_policy(|policy| policy.login.wrong_codes = 2)
            .await;
        let late = boss.press("/admin/networks/1", &CAMPUS).await;
        assert!(late.refuses("POL-02") && late.body.contains("本部キャンパス"));
    })
    .await;
}

#[tokio::test]
async fn k2_every_spelling_that_could_mislead_is_told_and_kept_in_both_languages() {
    let app = on_sqlite(
        "campus-mail",
        |_| {},
        |policy| {
            policy.networks = vec![Network {
                cidr: "198.51.100.0/24".into(),
                name: "known".into(),
                comment: String::new(),
                trusted: true,
                shared: false,
            }];
        },
    )
    .await;
    let mut boss = administrator(&app).await;
    for (cidr, ja, en) in [
        (
            "192.0.2.1/24",
            "192.0.2.0/24（",
            "192.0.2.0/24, which begins",
        ),
        ("192.0.02.1", "0で始まる", "leading zeros"),
        ("fe80::1%eth0", "ゾーン", "without a zone"),
        (
            "::ffff:192.0.2.1",
            "IPv4のままの 192.0.2.1",
            "such as 192.0.2.1",
        ),
        ("198.51.100.0/24", "1番目に同じ", "number 1 is the same"),
        ("192.0.2.0/33", "32までの数", "up to 32"),
        ("0.0.0.0/0", "インターネット全体", "whole Internet"),
        ("campus", "192.0.2.1 のような", "an address such as"),
    ] {
        for (language, words) in [("ja", ja), ("en", en)] {
            boss.open("/admin/networks/add").await;
            boss.press("/language", &[("language", language)]).await;
            boss.open("/admin/networks/add").await;
            let typed = [("cidr", cidr), ("name", "n"), ("trusted", "1")];
            let page = boss.press("/admin/networks/add", &typed).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{cidr}");
            assert!(page.body.contains(words), "{words}: {}", page.body);
            assert!(page.body.contains(&format!("value=\"{cidr}\"")), "{cidr}");
        }
    }
    for (cidr, code) in [("127.0.0.0/8", "NET-01"), ("::1", "NET-01")] {
        boss.open("/admin/networks/add").await;
        let typed = [("cidr", cidr), ("name", "n"), ("trusted", "1")];
        let page = boss.press("/admin/networks/add", &typed).await;
        assert!(page.refuses(code) && page.body.contains(&format!("value=\"{cidr}\"")));
    }
    assert_eq!(app.tenant().await.policy.networks.len(), 1);
}

#[tokio::test]
async fn sec_050_a_forged_header_changes_no_ones_place() {
    let campus = |app: TestApp| async move {
        app.change_policy(|policy| {
            policy.networks = vec![Network {
                cidr: "198.51.100.0/24".into(),
                name: "本部キャンパス".into(),
                comment: "for administrators".into(),
                trusted: true,
                shared: false,
            }];
        })
        .await;
        app
    };
    let settings = |settings: &mut warifu_web::WebSettings| {
        let proxies = vec!["10.0.0.1/32".parse().unwrap()];
        settings.trusted_proxies = TrustedProxies::new(proxies);
    };
    let app = campus(on_sqlite("campus-mail", settings, |_| {}).await).await;
    let taro = app.member("taro").await;
    let mut browser = app.browser();
    browser.type_password(&taro).await;
    let seen = async |browser: &mut Browser, peer: &str, forwarded: Option<&str>| {
        let mut ask = Ask::get(&format!("/{SLUG}/account/network")).from(peer);
        for name in ["x-real-ip", "x-client-ip", "true-client-ip"] {
            ask = ask.header(name, "198.51.100.5");
        }
        if let Some(hops) = forwarded {
            ask = ask.header("x-forwarded-for", hops);
        }
        browser.send(ask).await.body
    };
    let (near, far) = (
        "<strong>198.51.100.5</strong>",
        "<strong>203.0.113.9</strong>",
    );
    // Nobody's word is taken but the proxy's, and of that only what the proxy itself wrote.
    for (peer, forwarded, expected, trusted) in [
        ("198.51.100.5:1", None, near, true),
        ("203.0.113.9:1", None, far, false),
        ("203.0.113.9:1", Some("198.51.100.5"), far, false),
        ("10.0.0.1:1", Some("198.51.100.5"), near, true),
        ("10.0.0.1:1", Some("198.51.100.5, 203.0.113.9"), far, false),
    ] {
        let page = seen(&mut browser, peer, forwarded).await;
        assert!(page.contains(expected), "{peer} {forwarded:?}: {page}");
        assert_eq!(
            page.contains("本部キャンパス"),
            trusted,
            "{peer} {forwarded:?}"
        );
        assert!(!page.contains("for administrators"));
    }
}

#[tokio::test]
async fn sec_051_admin_pages_ask_for_the_second_factor_from_a_trusted_network() {
    on_both("campus-mail", async |app| {
        app.change_policy(|policy| {
            policy.networks = vec![Network {
                cidr: "192.0.2.0/24".into(),
                name: "campus".into(),
                comment: String::new(),
                trusted: true,
                shared: false,
            }];
        })
        .await;
        // Everybody in these tests comes from 192.0.2.1.
        let taro = app.member("taro").await;
        let mut taros = app.browser();
        let led = taros.type_password(&taro).await;
        assert_eq!(led.status, StatusCode::OK);
        for path in ["/admin/networks", "/admin/networks/add"] {
            assert_eq!(
                taros.get(path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
        let boss = app.person("boss", Role::Administrator).await;
        let mut browser = app.browser();
        let page = browser.type_password(&boss).await;
        assert!(page.body.contains("otpauth"), "the set-up, also from here");
        assert_ne!(browser.get("/admin/networks").await.status, StatusCode::OK);
        let chief = app.person("chief", Role::Administrator).await;
        let mut boss = app.browser();
        boss.sign_in_and_set_up(&chief).await;
        app.wait(Span::minutes(6));
        assert_eq!(boss.get("/admin/networks").await.status, StatusCode::OK);
        for path in ["/admin/networks/add", "/admin/networks/1"] {
            let asked = boss.get(path).await;
            assert!(
                asked.location().contains("/account/proof?for=console"),
                "{path}"
            );
        }
    })
    .await;
}
