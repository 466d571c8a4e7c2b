//! The policy at the console: seen knob by knob, changed as a form or as text, previewed, saved, taken back.

use axum::http::StatusCode;
use warifu_domain::{policy::Enrolment, time::Span, user::Role};

use crate::support::{Answer, Browser, Person, Phone, SLUG, TestApp, on_both, on_sqlite};
use warifu_web::http::client_address::TrustedProxies;

async fn administrator(app: &TestApp) -> (Person, Phone, Browser) {
    let boss = app.person("boss", Role::Administrator).await;
    let mut browser = app.browser();
    let (phone, _) = browser.sign_in_and_set_up(&boss).await;
    (boss, phone, browser)
}

/// Waits until the preview is counted: its page refreshes itself until then.
async fn counted(browser: &mut Browser, location: &str) -> Answer {
    let path = location.strip_prefix(&format!("/{SLUG}")).unwrap();
    for _ in 0..500 {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        if page.header("refresh").is_none() {
            return page;
        }
        assert!(page.body.contains("<progress"));
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the preview is never counted");
}

#[tokio::test]
async fn a_change_is_previewed_saved_and_taken_back() {
    on_both("default", async |app| {
        app.change_policy(|policy| policy.second_factor.enrolment = Enrolment::Optional)
            .await;
        let (_, _, mut boss) = administrator(&app).await;
        app.member("taro").await;
        let seen = boss.open("/admin/policy").await;
        assert!(seen.body.contains("default と異なる"), "{}", seen.body);
        boss.open("/admin/policy/edit").await;
        let knobs = app.tenant().await.policy.knobs();
        let typed: Vec<(&str, &str)> = knobs
            .iter()
            .map(|(knob, value)| match knob.path {
                "second_factor.enrolment" => (knob.path, "required"),
                path => (path, value.as_str()),
            })
            .collect();
        let led = boss.press("/admin/policy/edit", &typed).await;
        assert_eq!(led.status, StatusCode::SEE_OTHER, "{}", led.body);
        let place = led.location().to_owned();
        let page = counted(&mut boss, &place).await;
        assert_eq!(
            app.tenant().await.policy.second_factor.enrolment,
            Enrolment::Optional
        );
        for part in ["1人について", "taro", "enrolment = &#34;required&#34;"] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        let path = place.strip_prefix(&format!("/{SLUG}")).unwrap().to_owned();
        let unreasoned = boss.press(&path, &[("reason", " ")]).await;
        assert_eq!(unreasoned.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unreasoned.refuses("ADM-02"));
        let saved = boss.press(&path, &[("reason", "決まりの変更")]).await;
        let saved = boss.follow(saved).await;
        assert!(
            saved.body.contains("ポリシーを変更しました"),
            "{}",
            saved.body
        );
        assert_eq!(
            app.tenant().await.policy.second_factor.enrolment,
            Enrolment::Required
        );
        // The same draft again is out of date.
        boss.get(&path).await;
        let again = boss.press(&path, &[("reason", "again")]).await;
        assert!(again.refuses("POL-02"), "{}", again.body);

        let history = boss.open("/admin/policy/history").await;
        assert!(history.body.contains("決まりの変更") && history.body.contains("boss"));
        boss.open("/admin/policy/history/2").await;
        let led = boss.press("/admin/policy/history/2", &[]).await;
        let place = led.location().to_owned();
        counted(&mut boss, &place).await;
        let path = place.strip_prefix(&format!("/{SLUG}")).unwrap().to_owned();
        boss.press(&path, &[("reason", "back")]).await;
        assert_eq!(
            app.tenant().await.policy.second_factor.enrolment,
            Enrolment::Optional
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_no_policy_is_refused_with_its_place_and_kept_as_typed() {
    on_both("default", async |app| {
        let (_, _, mut boss) = administrator(&app).await;
        boss.open("/admin/policy/text").await;
        let typed = "# mine\n[login]\nwrong_codes = \"<script>\n";
        let page = boss.press("/admin/policy/text", &[("policy", typed)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.body.contains("3行") && page.body.contains("# mine"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("<script>\n"));
        let typed = "[login]\nwrong_codes = 9\n";
        let page = boss.press("/admin/policy/text", &[("policy", typed)]).await;
        assert!(page.body.contains("login.wrong_codes") && page.body.contains("1から3まで"));
        boss.open("/admin/policy/edit").await;
        let page = boss
            .press("/admin/policy/edit", &[("login.wrong_codes", "9")])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains("value=\"9\""), "{}", page.body);
    })
    .await;
}

#[tokio::test]
async fn sec_037_a_change_begins_with_the_fresh_proof() {
    on_both("default", async |app| {
        let (_, _, mut boss) = administrator(&app).await;
        app.wait(Span::minutes(6));
        assert_eq!(boss.get("/admin/policy").await.status, StatusCode::OK);
        for path in ["/admin/policy/edit", "/admin/policy/text"] {
            let answer = boss.get(path).await;
            assert!(
                answer.location().contains("/account/proof?for=console"),
                "{path}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_long_policy_in_japanese_is_taken_and_one_that_is_too_long_keeps_its_text() {
    on_both("default", async |app| {
        let (_, _, mut boss) = administrator(&app).await;
        let answer = "あ".repeat(2000);
        let entry = |id: usize| {
            format!(
                "[[faq]]\nid = \"q{id}\"\nja = {{ question = \"問い\", answer = \"{answer}\" }}\n\
                 en = {{ question = \"Question\", answer = \"{answer}\" }}\n"
            )
        };
        // As many and as long questions as there can be.
        let text: String = (0..30).map(entry).collect();
        boss.open("/admin/policy/text").await;
        let taken = boss.press("/admin/policy/text", &[("policy", &text)]).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER);
        assert!(taken.location().contains("/admin/policy/drafts/"));

        let long = format!("{text}# {}", "注".repeat(60_000));
        boss.open("/admin/policy/text").await;
        let kept = boss.press("/admin/policy/text", &[("policy", &long)]).await;
        assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(kept.body.contains("512 KiB") && kept.body.contains(&"注".repeat(60_000)));
    })
    .await;
}

#[tokio::test]
async fn sec_050_a_text_that_trusts_a_proxy_is_refused_and_kept_as_typed() {
    let app = on_sqlite(
        "campus-mail",
        |settings| {
            let proxies = vec!["198.51.100.0/30".parse().unwrap()];
            settings.trusted_proxies = TrustedProxies::new(proxies);
        },
        |_| {},
    )
    .await;
    let (_, _, mut boss) = administrator(&app).await;
    for (cidr, code, address) in [
        ("127.0.0.0/8", "NET-01", "127.0.0.1"),
        ("198.51.100.0/24", "NET-02", "198.51.100.0"),
    ] {
        let typed =
            format!("# mine\n[[networks]]\ncidr = \"{cidr}\"\nname = \"n\"\ntrusted = true\n");
        boss.open("/admin/policy/text").await;
        let page = boss
            .press("/admin/policy/text", &[("policy", &typed)])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.refuses(code) && page.body.contains("# mine"));
        assert!(
            page.body.contains(&format!("（{address}）")),
            "{}",
            page.body
        );
    }
    assert!(app.tenant().await.policy.networks.is_empty());
}
