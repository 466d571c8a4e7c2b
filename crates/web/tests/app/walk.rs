//! What people do, from the first login to the last.

use axum::http::StatusCode;
use warifu_domain::time::Span;

use crate::support::{Ask, Phone, listed_codes, on_both};

const STEP: Span = Span::seconds(30);

// Shows: G3, G5, W4
#[tokio::test]
async fn a_login_sets_up_an_app_and_the_next_one_asks_for_its_code() {
    on_both("default", async |app| {
        let taro = app.member("taro@example.jp").await;
        let mut browser = app.browser();
        let set_up = browser.type_password(&taro).await;
        assert_eq!(set_up.status, StatusCode::OK);
        // A reload shows the same key (G3).
        let phone = Phone::scan(&set_up.body);
        browser.open("/login/set-up").await;
        assert_eq!(
            Phone::scan(&browser.page).code(app.now()),
            phone.code(app.now())
        );

        let done = browser
            .press("/login/set-up", &[("code", &phone.code(app.now()))])
            .await;
        assert_eq!(done.status, StatusCode::OK);
        let codes = listed_codes(&done.body);
        assert_eq!(codes.len(), 10);
        let file = browser.press("/account/backup-codes/download", &[]).await;
        assert_eq!(
            file.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
        assert!(
            file.header("content-disposition")
                .unwrap()
                .starts_with("attachment; ")
        );
        for code in &codes {
            assert!(file.body.contains(&format!("{code}\r\n")), "{}", file.body);
        }
        let account = browser.open("/account").await;
        assert_eq!(account.status, StatusCode::OK);
        assert!(account.body.contains("taro@example.jp"));
        // The codes are gone from every page.
        assert!(!account.body.contains(&codes[0]));

        let out = browser.press("/logout", &[]).await;
        assert!(out.location().ends_with("/login?notice=signed-out"));
        assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);

        app.wait(STEP);
        browser.sign_in(&taro, &phone).await;
        browser.press("/logout", &[]).await;
        browser.type_password(&taro).await;
        browser.open("/login/backup-code").await;
        let answer = browser
            .press("/login/backup-code", &[("backup_code", &codes[3])])
            .await;
        assert!(answer.location().ends_with("/account"), "{}", answer.body);
        assert_eq!(browser.follow(answer).await.status, StatusCode::OK);
    })
    .await;
}

// Shows: W1, W2, W3, W5
#[tokio::test]
async fn a_person_switches_two_factor_on_downloads_codes_and_switches_it_off() {
    on_both("workspace", async |app| {
        let hana = app.member("hana").await;
        let mut browser = app.browser();
        browser.type_password(&hana).await;
        // The login is the fresh proof for a few minutes.
        let answer = browser.press("/account/set-up/start", &[]).await;
        browser.follow(answer).await;
        let phone = Phone::scan(&browser.page);
        let answer = browser
            .press("/account/set-up", &[("code", &phone.code(app.now()))])
            .await;
        assert!(
            answer
                .location()
                .ends_with("/account/backup-codes?notice=turned-on"),
            "{}",
            answer.body
        );
        browser.follow(answer).await;
        let form = browser.filled_in("/account/backup-codes/download", &[]);
        let file = browser.send(form.clone()).await;
        assert_eq!(
            file.body.lines().filter(|line| line.len() == 9).count(),
            10,
            "{}",
            file.body
        );
        // The same button pressed twice issues one set (SEC-25).
        let again = browser.send(form).await;
        assert_eq!(again.status, StatusCode::FORBIDDEN);
        assert!(again.refuses("BAK-05"));

        // Long after the login: codes are issued only after a new proof.
        app.wait(Span::minutes(6));
        browser.open("/account/backup-codes").await;
        let proof = browser.press("/account/backup-codes/download", &[]).await;
        assert!(
            proof
                .location()
                .ends_with("/account/proof?for=backup-codes")
        );
        browser.follow(proof).await;
        let fields = [
            ("password", hana.password.as_str()),
            ("code", &phone.code(app.now())),
        ];
        let proved = browser.press("/account/proof", &fields).await;
        assert!(
            proved.location().ends_with("/account/backup-codes"),
            "{}",
            proved.body
        );
        browser.follow(proved).await;
        assert_eq!(
            browser
                .press("/account/backup-codes/download", &[])
                .await
                .status,
            StatusCode::OK
        );

        // W5: a confirmation is enough in a session that passed the second factor.
        app.wait(Span::minutes(6));
        browser.open("/account/remove").await;
        let answer = browser.press("/account/remove", &[]).await;
        assert!(
            answer.location().ends_with("/account?notice=turned-off"),
            "{}",
            answer.body
        );
        browser.follow(answer).await;
        browser.press("/logout", &[]).await;
        browser.type_password(&hana).await;
        assert!(browser.page.contains("/account/set-up/start"));
    })
    .await;
}

#[tokio::test]
async fn a_set_up_can_be_taken_up_again_and_abandoned() {
    on_both("workspace", async |app| {
        let hana = app.member("hana").await;
        let mut browser = app.browser();
        browser.type_password(&hana).await;
        // The proof of the login is too old: the way leads through a new one, straight to the key.
        app.wait(Span::minutes(6));
        browser.open("/account").await;
        let answer = browser.press("/account/set-up/start", &[]).await;
        browser.follow(answer).await;
        let answer = browser
            .press("/account/proof", &[("password", &hana.password)])
            .await;
        browser.follow(answer).await;
        let phone = Phone::scan(&browser.page);
        browser.open("/account").await;
        assert!(browser.page.contains("/account/set-up\""));
        browser.open("/account/set-up").await;
        assert_eq!(
            Phone::scan(&browser.page).code(app.now()),
            phone.code(app.now())
        );
        let wrong = browser
            .press("/account/set-up", &[("code", "000000")])
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.refuses("OTP-0"));
        let answer = browser.press("/account/set-up/abandon", &[]).await;
        assert!(
            answer
                .location()
                .ends_with("/account?notice=set-up-abandoned")
        );
        browser.follow(answer).await;
        assert_eq!(
            browser.get("/account/set-up").await.location(),
            "/midori/account"
        );
    })
    .await;
}

// Shows: SEC-7, SEC-8
#[tokio::test]
async fn sessions_are_listed_and_ended_and_a_password_change_ends_the_others() {
    on_both("workspace", async |app| {
        let hana = app.member("hana").await;
        let (mut here, mut there, mut third) = (app.browser(), app.browser(), app.browser());
        for browser in [&mut here, &mut there, &mut third] {
            browser.type_password(&hana).await;
        }
        here.open("/account/sessions").await;
        let form = here.filled_in("/account/sessions/end", &[]);
        assert!(
            here.send(form.clone())
                .await
                .location()
                .ends_with("?notice=session-ended")
        );
        let again = here.send(form).await;
        assert!(
            again
                .location()
                .contains("/account/sessions?refusal=ACC-04"),
            "{}",
            again.location()
        );
        assert!(here.follow(again).await.refuses("ACC-04"));
        let mut alive = 0;
        for browser in [&mut there, &mut third] {
            alive += usize::from(browser.get("/account").await.status == StatusCode::OK);
        }
        assert_eq!(alive, 1);
        let answer = here.press("/account/sessions/end-others", &[]).await;
        assert!(answer.location().ends_with("?notice=other-sessions-ended"));
        assert!(
            there
                .get("/account")
                .await
                .location()
                .contains("refusal=ACC-01")
        );

        there.type_password(&hana).await;
        here.open("/account/password").await;
        for (password, code) in [
            ("short", "PWD-01"),
            ("passwordpassword", "PWD-03"),
            (&hana.password, "PWD-05"),
        ] {
            let refused = here
                .press("/account/password", &[("new_password", password)])
                .await;
            assert_eq!(
                refused.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{password}"
            );
            assert!(refused.refuses(code), "{password}: {}", refused.body);
        }
        let changed = here
            .press(
                "/account/password",
                &[("new_password", "four grey cats sleep")],
            )
            .await;
        assert!(
            changed
                .location()
                .ends_with("/account?notice=password-changed"),
            "{}",
            changed.body
        );
        assert_eq!(here.get("/account").await.status, StatusCode::OK);
        assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);
    })
    .await;
}

// Shows: G7, W9
#[tokio::test]
async fn refusals_say_what_is_wrong_and_keep_the_page() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        let (phone, codes) = browser.sign_in_and_set_up(&taro).await;
        browser.press("/logout", &[]).await;
        // The code of the set-up is spent (SEC-12).
        browser.type_password(&taro).await;
        let used = browser
            .press("/login/code", &[("code", &phone.code(app.now()))])
            .await;
        assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(used.refuses("OTP-03") && used.body.contains("taro"));
        // A phone whose clock is four minutes slow.
        let slow = phone.code(app.now() - Span::minutes(4));
        assert!(
            browser
                .press("/login/code", &[("code", &slow)])
                .await
                .refuses("OTP-04")
        );
        let ended = browser.press("/login/code", &[("code", "")]).await;
        assert!(
            ended
                .location()
                .contains("/login?refusal=LOGIN-03&reference="),
            "{}",
            ended.location()
        );
        let login = browser.follow(ended).await;
        assert_eq!(login.status, StatusCode::OK);
        assert!(login.refuses("LOGIN-03"));

        app.wait(Span::minutes(1));
        browser.type_password(&taro).await;
        browser.open("/login/backup-code").await;
        let wrong = browser
            .press(
                "/login/backup-code",
                &[("backup_code", "0000-0000-0000-0000")],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.refuses("BAK-01"));
        let malformed = browser
            .press("/login/backup-code", &[("backup_code", "?")])
            .await;
        assert!(malformed.refuses("BAK-04"));
        let answer = browser
            .press("/login/backup-code", &[("backup_code", &codes[0])])
            .await;
        browser.follow(answer).await;
        browser.press("/logout", &[]).await;
        browser.type_password(&taro).await;
        browser.open("/login/backup-code").await;
        let spent = browser
            .press("/login/backup-code", &[("backup_code", &codes[0])])
            .await;
        assert!(spent.refuses("BAK-02"));
        // The time limit (G7).
        app.wait(Span::minutes(10));
        let late = browser
            .press("/login/backup-code", &[("backup_code", &codes[1])])
            .await;
        assert!(
            late.location().contains("/login?refusal=LOGIN-02"),
            "{}",
            late.location()
        );
    })
    .await;
}

// Shows: W8
#[tokio::test]
async fn whoever_meets_a_stricter_policy_is_led_to_the_set_up() {
    on_both("workspace", async |app| {
        let hana = app.member("hana").await;
        let mut browser = app.browser();
        browser.type_password(&hana).await;
        app.change_policy(|policy| {
            policy.second_factor.enrolment = warifu_domain::policy::Enrolment::Required
        })
        .await;
        let answer = browser.open("/account/sessions").await;
        assert!(answer.body.contains("for=set-up"), "{}", answer.body);
        let answer = browser
            .press("/account/proof", &[("password", &hana.password)])
            .await;
        browser.follow(answer).await;
        let phone = Phone::scan(&browser.page);
        let answer = browser
            .press("/account/set-up", &[("code", &phone.code(app.now()))])
            .await;
        browser.follow(answer).await;
        assert_eq!(
            browser.get("/account/sessions").await.status,
            StatusCode::OK
        );
    })
    .await;
}

// Shows: SEC-11
#[tokio::test]
async fn a_remembered_session_proves_itself_again_when_its_level_has_dropped() {
    on_both("default", async |app| {
        app.change_policy(|policy| {
            policy.login.remember_me = true;
            policy.session.remember_days = 30;
        })
        .await;
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        let (phone, _) = browser.sign_in_and_set_up(&taro).await;
        browser.press("/logout", &[]).await;
        app.wait(STEP);
        browser.open("/login").await;
        let fields = [
            ("login", "taro"),
            ("password", &taro.password),
            ("remember", "yes"),
        ];
        let answer = browser.press("/login", &fields).await;
        browser.follow(answer).await;
        let signed_in = browser
            .press("/login/code", &[("code", &phone.code(app.now()))])
            .await;
        let kept = signed_in
            .headers
            .get_all("set-cookie")
            .iter()
            .any(|cookie| {
                let cookie = cookie.to_str().unwrap();
                cookie.contains("-session=") && cookie.contains("; Max-Age=2592000")
            });
        assert!(kept, "{:?}", signed_in.headers);
        app.wait(Span::hours(13));
        let answer = browser.get("/account").await;
        assert_eq!(answer.location(), "/midori/account/proof?for=account");
        browser.follow(answer).await;
        let fields = [
            ("password", taro.password.as_str()),
            ("code", &phone.code(app.now())),
        ];
        let proved = browser.press("/account/proof", &fields).await;
        assert_eq!(proved.location(), "/midori/account");
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    })
    .await;
}

// Shows: P3, SEC-3
#[tokio::test]
async fn a_code_on_the_login_page_is_looked_at_after_the_password_only() {
    on_both("default", async |app| {
        app.change_policy(|policy| {
            policy.login.code_field = warifu_domain::policy::CodeField::SamePage
        })
        .await;
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        let (phone, _) = browser.sign_in_and_set_up(&taro).await;
        browser.press("/logout", &[]).await;
        app.wait(STEP);
        browser.open("/login").await;
        let code = phone.code(app.now());
        let wrong = [
            ("login", "taro"),
            ("password", "wrong"),
            ("code", code.as_str()),
        ];
        let refused = browser.press("/login", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.refuses("LOGIN-01") && !refused.body.contains(&code));
        let both = [
            ("login", "taro"),
            ("password", taro.password.as_str()),
            ("code", "000000"),
        ];
        let handed_on = browser.press("/login", &both).await;
        assert!(
            handed_on.location().contains("/login/code?refusal=OTP-01"),
            "{}",
            handed_on.location()
        );
        assert!(browser.follow(handed_on).await.refuses("OTP-01"));
        browser.open("/login").await;
        let both = [
            ("login", "taro"),
            ("password", taro.password.as_str()),
            ("code", code.as_str()),
        ];
        let signed_in = browser.press("/login", &both).await;
        assert_eq!(
            signed_in.location(),
            "/midori/account",
            "{}",
            signed_in.body
        );
    })
    .await;
}

#[tokio::test]
async fn every_page_answers_head_like_get_without_a_body() {
    on_both("workspace", async |app| {
        let hana = app.member("hana").await;
        let mut browser = app.browser();
        browser.type_password(&hana).await;
        for path in ["/midori/login", "/midori/account", "/midori/nothing", "/"] {
            let get = browser.send(Ask::get(path)).await;
            let head = browser.send(Ask::new(axum::http::Method::HEAD, path)).await;
            assert_eq!(head.status, get.status, "{path}");
            assert_eq!(head.body, "");
        }
    })
    .await;
}
