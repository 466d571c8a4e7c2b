//! K4, K8, SEC-31, SEC-33: registering an app by two typed codes, page by page, and what the pages keep to themselves.

use axum::http::StatusCode;
use warifu_domain::{policy::Pairing, time::Span};
use warifu_otp::{PairingCode, PairingRole, TotpKey, TotpParams, derive_pairing};

use crate::support::{Answer, Ask, Browser, Person, SLUG, TestApp, on_both};

/// The app, with the code that it shows.
struct Tool(PairingCode);

impl Tool {
    fn add(number: u8) -> Self {
        Self(PairingCode::from_random(PairingRole::App, [number; 10]))
    }

    fn code(&self) -> String {
        self.0.grouped().to_string()
    }

    /// Takes the user code of a page: the key, and the tag that the app shows.
    fn pair(&self, user_code: &str) -> (TotpKey, String) {
        let user = PairingCode::parse(PairingRole::User, user_code).unwrap();
        let made = derive_pairing(&self.0, &user);
        (TotpKey::new(TotpParams::default(), &made.seed), made.tag)
    }
}

fn shown(key: &TotpKey, app: &TestApp) -> String {
    let step = key.step_at(app.now().unix_seconds());
    key.code_at(step).expose().to_string()
}

/// The user code of a page.
fn user_code(page: &str) -> Option<String> {
    let (_, rest) = page.split_once(r#"<dd class="key">"#)?;
    Some(rest.split('<').next().unwrap().to_owned())
}

/// A browser that keeps everything it was answered.
struct Watched {
    browser: Browser,
    answers: Vec<Answer>,
}

impl Watched {
    async fn press(&mut self, path: &str, typed: &[(&str, &str)]) -> Answer {
        let answer = self.browser.press(path, typed).await;
        self.answers.push(answer.clone());
        let answer = self.browser.follow(answer).await;
        self.answers.push(answer.clone());
        answer
    }

    async fn open(&mut self, path: &str) -> Answer {
        let answer = self.browser.open(path).await;
        self.answers.push(answer.clone());
        answer
    }

    /// No answer has both codes, none has the app code at all, no address or cookie has either, and nothing is kept by a browser.
    fn check(&self, app_code: &str, user_code: &str) {
        let holds = |text: &str, code: &str| {
            let plain = code.replace('-', "");
            text.contains(code) || text.to_uppercase().replace('-', "").contains(&plain)
        };
        assert!(
            self.answers
                .iter()
                .any(|answer| holds(&answer.body, user_code))
        );
        for answer in &self.answers {
            assert!(!holds(&answer.body, app_code), "{}", answer.body);
            for (name, value) in &answer.headers {
                let value = value.to_str().unwrap_or_default();
                for code in [app_code, user_code] {
                    assert!(!holds(value, code), "{name}: {value}");
                }
            }
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        }
    }
}

/// Signed in, on the account page.
async fn at_account(app: &TestApp, who: &Person) -> Watched {
    let mut browser = app.browser();
    browser.type_password(who).await;
    Watched {
        browser,
        answers: Vec::new(),
    }
}

#[tokio::test]
async fn k4_from_the_account_page_the_user_code_is_shown_first_and_never_beside_the_app_code() {
    on_both("campus-mail", async |app| {
        let hana = app.member("hana").await;
        let mut page = at_account(&app, &hana).await;
        let first = page.press("/account/pairing/start", &[]).await;
        let user = user_code(&first.body).expect("a user code");
        assert!(!first.body.contains("app_code"), "{}", first.body);
        let second = page.open("/account/pairing/app-code").await;
        assert!(second.body.contains(r#"name="app_code""#));
        assert!(second.body.contains(r#"autocomplete="off""#));

        let tool = Tool::add(3);
        // A slip: told, not echoed; the device's name is kept.
        let slip = page
            .press(
                "/account/pairing/app-code",
                &[("app_code", &user), ("device", "青いスマホ")],
            )
            .await;
        assert_eq!(slip.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(slip.refuses("PAIR-04"), "{}", slip.body);
        assert!(slip.body.contains("青いスマホ"));
        assert!(!slip.body.contains(&user) && !slip.body.contains(r#"value="T"#));
        let derived = page
            .press(
                "/account/pairing/app-code",
                &[
                    ("app_code", &tool.code().to_lowercase()),
                    ("device", "青いスマホ"),
                ],
            )
            .await;
        let (key, tag) = tool.pair(&user);
        assert_eq!(user_code(&derived.body).as_deref(), Some(&*user));
        assert!(derived.body.contains(&tag) && derived.body.contains("青いスマホ"));

        let wrong = page.press("/account/pairing", &[("code", "x")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.refuses("OTP-02"));
        let done = page
            .press("/account/pairing", &[("code", &shown(&key, &app))])
            .await;
        // The other method is offered next (K3, K8).
        assert!(done.body.contains("private_address"), "{}", done.body);
        page.check(&tool.code(), &user);
        for path in ["/account", "/account/remove"] {
            let answer = page.browser.open(path).await;
            assert!(answer.body.contains(&tag), "{path}: {}", answer.body);
            assert!(answer.body.contains("青いスマホ"), "{path}");
        }
        // There is nothing left to look at.
        for path in ["/account/pairing", "/account/pairing/app-code"] {
            let answer = page.browser.get(path).await;
            assert!(answer.location().ends_with("/account"), "{path}");
        }
        app.wait(Span::seconds(30));
        let mut away = app.browser();
        away.type_password(&hana).await;
        let answer = away
            .press("/login/code", &[("code", &shown(&key, &app))])
            .await;
        assert!(answer.location().ends_with("/account"), "{}", answer.body);
    })
    .await;
}

#[tokio::test]
async fn k8_in_a_login_the_app_code_is_asked_for_first_and_the_code_finishes_it() {
    on_both("campus-mail", async |app| {
        let hana = app.member("hana").await;
        let mut inside = app.browser();
        inside.type_password(&hana).await;
        inside.open("/account/own-switch/on").await;
        inside.press("/account/own-switch/on", &[]).await;

        let mut page = at_account(&app, &hana).await;
        assert!(
            page.browser.page.contains("otpauth:"),
            "the QR code is there, too"
        );
        let first = page.press("/login/pairing/start", &[]).await;
        assert_eq!(user_code(&first.body), None, "not before the app code");
        // The way back ends nothing.
        let back = page.browser.get("/login/set-up").await;
        assert!(back.location().ends_with("/login/pairing"), "{}", back.body);
        // The user code has no page of its own yet.
        let again = page.open("/login/pairing").await;
        assert_eq!(user_code(&again.body), None);
        let tool = Tool::add(5);
        let derived = page
            .press(
                "/login/pairing/app-code",
                &[("app_code", &tool.code()), ("device", "")],
            )
            .await;
        let user = user_code(&derived.body).expect("a user code");
        let (key, tag) = tool.pair(&user);
        assert!(derived.body.contains(&tag));
        page.press("/login/pairing", &[("code", &shown(&key, &app))])
            .await;
        page.check(&tool.code(), &user);
        let account = page.browser.open("/account").await;
        assert!(account.body.contains(&tag), "{}", account.body);
    })
    .await;
}

#[tokio::test]
async fn k4_where_the_policy_has_no_pairing_no_page_speaks_of_it() {
    on_both("campus-mail", async |app| {
        let hana = app.member("hana").await;
        let mut page = at_account(&app, &hana).await;
        let token = page.browser.form_token();
        assert!(page.browser.page.contains("/account/pairing/start"));
        assert!(
            page.browser
                .open("/help")
                .await
                .body
                .contains("id=\"pairing\"")
        );
        app.change_policy(|policy| policy.enrolment.pairing = Pairing::Off)
            .await;
        assert!(!page.browser.open("/account").await.body.contains("pairing"));
        assert!(
            !page
                .browser
                .open("/help")
                .await
                .body
                .contains("id=\"pairing\"")
        );
        let form = Ask::form(
            &format!("/{SLUG}/account/pairing/start"),
            &[("form_token", &token)],
        );
        let refused = page.browser.send(form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.refuses("SET-02"), "{}", refused.body);
    })
    .await;
}

#[tokio::test]
async fn sec_031_no_other_browser_and_no_other_person_gets_at_a_pairing() {
    on_both("campus-mail", async |app| {
        let (hana, jiro) = (app.member("hana").await, app.member("jiro").await);
        let mut page = at_account(&app, &hana).await;
        let first = page.press("/account/pairing/start", &[]).await;
        let user = user_code(&first.body).unwrap();
        let tool = Tool::add(7);
        let (key, _) = tool.pair(&user);
        page.open("/account/pairing/app-code").await;
        let app_code = [("app_code", &*tool.code()), ("device", "")];
        page.press("/account/pairing/app-code", &app_code).await;

        let code = shown(&key, &app);
        for who in [&hana, &jiro] {
            let mut stranger = at_account(&app, who).await;
            let token = stranger.browser.form_token();
            for path in ["/account/pairing", "/account/pairing/app-code"] {
                let answer = stranger.browser.get(path).await;
                assert!(answer.location().ends_with("/account"), "{path}");
            }
            // The owner's form, sent by somebody else's browser, and one without a token.
            let typed = [("code", &*code), ("app_code", "")];
            let action = format!("/{SLUG}/account/pairing");
            let with = |token: &str| {
                let fields: Vec<_> = typed.into_iter().chain([("form_token", token)]).collect();
                Ask::form(&action, &fields)
            };
            let owners = page.browser.form_token();
            let stolen = stranger.browser.send(with(&owners)).await;
            assert_eq!(stolen.status, StatusCode::FORBIDDEN, "{}", stolen.body);
            let over = stranger.browser.send(with(&token)).await;
            assert!(over.refuses("PAIR-01"), "{}", over.body);
        }
        let bare = Ask::form(&format!("/{SLUG}/account/pairing"), &[("code", &code)]);
        let refused = page.browser.send(bare).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        // A code in the address is no code.
        let answer = page
            .browser
            .get(&format!("/account/pairing?code={code}"))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        let done = page.press("/account/pairing", &[("code", &code)]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    })
    .await;
}

#[tokio::test]
async fn k4_an_ended_pairing_says_why_and_the_tenth_in_vain_says_until_when() {
    on_both("campus-mail", async |app| {
        let hana = app.member("hana").await;
        let mut page = at_account(&app, &hana).await;
        page.press("/account/pairing/start", &[]).await;
        page.open("/account/pairing/app-code").await;
        let app_code = [("app_code", &*Tool::add(9).code()), ("device", "")];
        page.press("/account/pairing/app-code", &app_code).await;
        for left in (1..5).rev() {
            let wrong = page.press("/account/pairing", &[("code", "")]).await;
            assert!(
                wrong.body.contains(&format!("あと{left}回")),
                "{}",
                wrong.body
            );
        }
        let ended = page.press("/account/pairing", &[("code", "")]).await;
        assert!(ended.body.contains("PAIR-07"), "{}", ended.body);
        for _ in 0..9 {
            page.open("/account").await;
            let begun = page.press("/account/pairing/start", &[]).await;
            assert!(user_code(&begun.body).is_some(), "{}", begun.body);
            page.press("/account/pairing/abandon", &[]).await;
        }
        page.open("/account").await;
        let locked = page.press("/account/pairing/start", &[]).await;
        assert_eq!(locked.status, StatusCode::FORBIDDEN);
        assert!(locked.refuses("PAIR-08") && locked.body.contains("JST まで"));
    })
    .await;
}
