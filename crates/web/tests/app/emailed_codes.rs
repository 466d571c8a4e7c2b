//! The own switch (K1, K8), the private address (K6) and codes by mail (K3, K7) as browsers meet them, friendly and hostile ones.

use axum::http::StatusCode;
use warifu_domain::time::Span;
use warifu_flows::{Enclosed, notices};

use crate::support::{Answer, Ask, Browser, Person, Phone, SLUG, TestApp, on_both};

const PRIVATE: &str = "hana@private.example";

/// The newest code by mail: its request number and digits. With how many there are.
pub(crate) async fn mailed(app: &TestApp) -> (usize, String, String) {
    let all = notices::list(&app.ctx, &app.tenant().await, 0, 1000).await;
    let mut codes: Vec<_> = all
        .unwrap()
        .into_iter()
        .filter_map(|notice| match notice.enclosed? {
            Enclosed::LoginCode(code) => Some((code.request.clone(), code.digits.to_string())),
            _ => None,
        })
        .collect();
    let count = codes.len();
    let (request, digits) = codes.pop().expect("a mail");
    (count, request, digits)
}

/// Digits that are not those.
fn other_than(digits: &str) -> String {
    format!("{:06}", (digits.parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// A member with an app and a private address, and the browser in which they were registered.
async fn student(app: &TestApp, login: &str) -> (Person, Phone, Browser) {
    app.change_policy(|policy| policy.email_code.refused_domains = vec!["kit.example".to_owned()])
        .await;
    let person = app.member(login).await;
    let mut browser = app.browser();
    browser.type_password(&person).await;
    browser.open("/account/own-switch?use=on").await;
    let switched = browser.press("/account/own-switch/on", &[]).await;
    browser.follow(switched).await;
    let phone = Phone::scan(&browser.page);
    let code = phone.code(app.now());
    let done = browser.press("/account/set-up", &[("code", &code)]).await;
    browser.follow(done).await;
    let address = format!("{login}@private.example");
    let asked = browser
        .press("/account/email", &[("private_address", &address)])
        .await;
    browser.follow(asked).await;
    let (_, _, digits) = mailed(app).await;
    let done = browser
        .press("/account/email/confirm", &[("emailed_code", &digits)])
        .await;
    assert!(
        done.location().contains("notice=email-confirmed"),
        "{}",
        done.body
    );
    browser.follow(done).await;
    // Past the wait for the next mail, and the proof is not fresh any more.
    app.wait(Span::minutes(10));
    (person, phone, browser)
}

/// A whole login by the app.
async fn by_app(app: &TestApp, person: &Person, phone: &Phone) -> Browser {
    let mut browser = app.browser();
    browser.type_password(person).await;
    browser.open("/login/code").await;
    let code = phone.code(app.now());
    assert!(lets_in(
        &browser.press("/login/code", &[("code", &code)]).await
    ));
    browser
}

/// A login as far as the page for the code by mail.
async fn at_mail(app: &TestApp, person: &Person) -> Browser {
    let mut browser = app.browser();
    let chosen = browser.type_password(person).await;
    assert!(chosen.body.contains("/login/email"), "{}", chosen.body);
    browser.open("/login/email").await;
    browser
}

async fn ask(browser: &mut Browser) -> Answer {
    let sent = browser.press("/login/email/send", &[]).await;
    browser.follow(sent).await
}

async fn give(browser: &mut Browser, digits: &str) -> Answer {
    browser
        .press("/login/email", &[("emailed_code", digits)])
        .await
}

fn lets_in(answer: &Answer) -> bool {
    answer.location() == format!("/{SLUG}/account")
}

#[tokio::test]
async fn k1_k8_the_own_switch_asks_once_and_goes_on_to_the_set_up() {
    on_both("campus-mail", async |app| {
        let hana = app.member("hana").await;
        let mut browser = app.browser();
        browser.type_password(&hana).await;
        let led = browser.get("/account/own-switch?use=on").await;
        assert!(led.location().ends_with("/account/own-switch/on"));
        let asked = browser.follow(led).await;
        assert!(asked.body.contains("hana の多要素認証を"), "{}", asked.body);
        // A form of nobody's page changes nothing.
        let forged = Ask::form(
            &format!("/{SLUG}/account/own-switch/on"),
            &[("form_token", "x")],
        );
        assert!(browser.clone().send(forged).await.refuses("FORM-01"));
        let switched = browser.press("/account/own-switch/on", &[]).await;
        assert!(
            switched
                .location()
                .ends_with("/account/set-up?notice=switched-on"),
            "{}",
            switched.location()
        );
        let set_up = browser.follow(switched).await;
        assert!(
            set_up.body.contains("「使用する」に変更しました") && set_up.body.contains("secret=")
        );
        // Who leaves here meets it at the next login.
        browser.press("/logout", &[]).await;
        let mut later = app.browser();
        let first = later.type_password(&hana).await;
        assert!(
            first.body.contains("action=\"/midori/login/set-up\""),
            "{}",
            first.body
        );
        let phone = Phone::scan(&first.body);
        let code = phone.code(app.now());
        let done = later.press("/login/set-up", &[("code", &code)]).await;
        assert!(
            done.location().ends_with("/account/email/offer"),
            "{}",
            done.location()
        );
        // Off again: with a proof that is fresh, and not where the policy has no such switch.
        app.wait(Span::minutes(6));
        let led = later.get("/account/own-switch/off").await;
        assert!(
            led.location().contains("/account/proof?for=own-switch"),
            "{}",
            led.location()
        );
        later.follow(led).await;
        let token = later.form_token();
        let fields = [("form_token", token.as_str())];
        let early = Ask::form(&format!("/{SLUG}/account/own-switch/off"), &fields);
        let early = later.clone().send(early).await;
        assert!(
            early.location().contains("/account/proof"),
            "{} {}",
            early.status,
            early.body
        );
        let code = phone.code(app.now());
        let typed = [("password", hana.password.as_str()), ("code", &code)];
        let proved = later.press("/account/proof", &typed).await;
        later.follow(proved).await;
        later.open("/account/own-switch/off").await;
        let off = later.press("/account/own-switch/off", &[]).await;
        assert!(
            off.location().ends_with("/account?notice=switched-off"),
            "{}",
            off.location()
        );
        let back = app.browser().type_password(&hana).await;
        assert!(back.body.contains("id=\"own-switch\""), "{}", back.body);
        app.change_policy(|policy| policy.second_factor.own_switch = false)
            .await;
        let gone = later.get("/account/own-switch/on").await;
        assert!(gone.refuses("SET-02"), "{}", gone.body);
    })
    .await;
}

/// What `thief` gets for this code in the form at `path`, which it was not shown.
async fn steal(thief: &Browser, path: &str, digits: &str) -> Answer {
    let token = thief.form_token();
    let fields = [("form_token", token.as_str()), ("emailed_code", digits)];
    let ask = Ask::form(&format!("/{SLUG}{path}"), &fields);
    thief.clone().send(ask).await
}

#[tokio::test]
async fn k6_sec_027_a_private_address_is_outside_and_confirmed_by_who_asked() {
    on_both("campus-mail", async |app| {
        let (hana, phone, _) = student(&app, "hana").await;
        let (jiro, jiro_phone, _) = student(&app, "jiro").await;
        let mut browser = by_app(&app, &hana, &phone).await;
        browser.open("/account/email").await;
        for inside in ["new@kit.example", "new@lab.kit.example", "NEW@KIT.EXAMPLE"] {
            let typed = [("private_address", inside)];
            let refused = browser.press("/account/email", &typed).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.refuses("MAIL-06"), "{}", refused.body);
            assert!(refused.body.contains(inside), "what was typed stays");
        }
        let other = [("private_address", "other@private.example")];
        let asked = browser.press("/account/email", &other).await;
        let page = browser.follow(asked).await;
        let (_, request, digits) = mailed(&app).await;
        assert!(page.body.contains(&request) && !page.body.contains(&digits));

        // Another browser of the same person, and another person, have not asked for it.
        app.wait(Span::seconds(30));
        for (person, phone) in [(&hana, &phone), (&jiro, &jiro_phone)] {
            let mut thief = by_app(&app, person, phone).await;
            let page = thief.open("/account/email").await;
            assert!(!page.body.contains(&request), "{}", page.body);
            let stolen = steal(&thief, "/account/email/confirm", &digits).await;
            assert!(stolen.refuses("MAIL-03"), "{}", stolen.body);
            assert!(
                !thief
                    .open("/account")
                    .await
                    .body
                    .contains("other@private.example")
            );
        }
        // It is no code of a login either.
        let mut login = at_mail(&app, &hana).await;
        let used = steal(&login, "/login/email", &digits).await;
        assert!(used.refuses("MAIL-03"), "{}", used.body);
        login.open("/login/email").await;

        // Who asked sees it again after a reload, and confirms.
        assert!(browser.open("/account/email").await.body.contains(&request));
        let typed = [("emailed_code", digits.as_str())];
        let done = browser.press("/account/email/confirm", &typed).await;
        let account = browser.follow(done).await;
        assert!(account.body.contains("other@private.example"));
    })
    .await;
}

#[tokio::test]
async fn k3_k7_sec_028_a_code_by_mail_is_good_in_the_login_that_asked_for_it_once() {
    on_both("campus-mail", async |app| {
        let (hana, _, _) = student(&app, "hana").await;
        let (jiro, _, _) = student(&app, "jiro").await;
        let mut browser = at_mail(&app, &hana).await;
        assert!(
            !browser.page.contains(PRIVATE),
            "the password alone does not tell it"
        );
        let page = ask(&mut browser).await;
        let (sent, request, digits) = mailed(&app).await;
        assert!(page.body.contains(&request) && !page.body.contains(&digits));
        assert!(!page.body.contains(PRIVATE), "{}", page.body);

        // Another login of the same person, and one of another person.
        for person in [&hana, &jiro] {
            let thief = at_mail(&app, person).await;
            assert!(!thief.page.contains(&request));
            let stolen = steal(&thief, "/login/email", &digits).await;
            assert!(stolen.refuses("MAIL-03"), "{}", stolen.body);
        }
        // Looked at again it is the same code, and a second tab of the browser has it, too.
        assert!(browser.open("/login/email").await.body.contains(&request));
        let mut tab = browser.clone();
        assert!(tab.open("/login/email").await.body.contains(&request));
        assert_eq!(mailed(&app).await.0, sent, "looking sends nothing");
        let wrong = give(&mut tab, &other_than(&digits)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.refuses("MAIL-01") && wrong.body.contains(&request),
            "{}",
            wrong.body
        );
        // As it is typed with an IME, and with a space.
        let wide: String = digits
            .chars()
            .map(|digit| char::from_u32(digit as u32 + 0xFEE0).unwrap())
            .collect();
        let wide = format!("{} {}", &wide[..9], &wide[9..]);
        assert!(lets_in(&give(&mut tab, &wide).await));
        let twice = give(&mut browser, &digits).await;
        assert!(
            twice.refuses("LOGIN-04"),
            "{} {}",
            twice.location(),
            twice.body
        );
    })
    .await;
}

#[tokio::test]
async fn k7_sec_029_the_next_code_waits_voids_the_last_and_ends_with_the_hour_s_limit() {
    on_both("campus-mail", async |app| {
        let (hana, _, _) = student(&app, "hana").await;
        app.wait(Span::hours(1));
        let mut browser = at_mail(&app, &hana).await;
        let page = ask(&mut browser).await;
        assert!(
            page.body.contains("data-seconds=\"60\""),
            "the wait is shown: {}",
            page.body
        );
        let (first, request, old) = mailed(&app).await;
        let early = browser.press("/login/email/send", &[]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            early.refuses("MAIL-04") && early.body.contains(&request),
            "{}",
            early.body
        );
        assert_eq!(mailed(&app).await.0, first, "nothing was sent");
        app.wait(Span::seconds(60));
        let page = ask(&mut browser).await;
        let (_, next, new) = mailed(&app).await;
        assert!(page.body.contains(&next) && !page.body.contains(&request));
        if old != new {
            assert!(give(&mut browser, &old).await.refuses("MAIL-01"));
        }
        // Five in an hour. The sixth page looks like the others, and the code before it stays good.
        for _ in 0..3 {
            app.wait(Span::seconds(60));
            ask(&mut browser).await;
        }
        let (most, _, last) = mailed(&app).await;
        assert_eq!(most, first + 4);
        app.wait(Span::seconds(60));
        let page = ask(&mut browser).await;
        assert!(page.status == StatusCode::OK && page.body.contains("data-seconds=\"60\""));
        assert_eq!(mailed(&app).await.0, most, "nothing was sent");
        assert!(lets_in(&give(&mut browser, &last).await));
    })
    .await;
}

/// The seconds that the page counts down.
fn counted(page: &str) -> Vec<&str> {
    let counts = page.split("data-seconds=\"").skip(1);
    counts.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn k7_the_page_tells_one_end_the_one_that_comes_first_and_what_to_do_after_it() {
    on_both("campus-mail", async |app| {
        app.change_policy(|policy| policy.email_code.minutes = 5)
            .await;
        let (hana, _, _) = student(&app, "hana").await;
        for (language, issue, code_first, login_first) in [
            (
                "ja",
                "まで（10分以内）に、OTPの発行と入力を済ませてください。",
                "まで（5分以内）に入力し、過ぎたときはOTPを再発行してください。",
                "まで（4分以内）に入力し、過ぎたときは最初からログインし直してください。",
            ),
            (
                "en",
                "and enter it by",
                "(within 5 minutes); after that, issue another",
                "(within 4 minutes); after that, sign in again from the start.",
            ),
        ] {
            let mut browser = app.browser();
            browser.speak(language).await;
            browser.type_password(&hana).await;
            let before = browser.open("/login/email").await.body;
            assert!(before.contains(issue), "{before}");
            assert_eq!(counted(&before), ["600"]);
            let asked = ask(&mut browser).await.body;
            assert!(asked.contains(code_first), "{asked}");
            assert!(!asked.contains("まで使えます") && !asked.contains("works until"));
            assert_eq!(counted(&asked), ["300", "60"], "{asked}");
            // The code is void, and the login goes on; the next one has no more time than that.
            app.wait(Span::minutes(6));
            let void = browser.open("/login/email").await.body;
            assert_eq!(counted(&void), ["240"], "{void}");
            let again = ask(&mut browser).await.body;
            assert!(again.contains(login_first), "{again}");
            assert_eq!(counted(&again), ["240", "60"], "{again}");
            app.wait(Span::minutes(30));
        }
    })
    .await;
}

/// What the page says of the consequence has to be so: without the app, the other method is asked for.
#[tokio::test]
async fn k3_who_removes_the_app_is_told_that_codes_by_mail_are_still_asked_for() {
    on_both("campus-mail", async |app| {
        let (hana, phone, _) = student(&app, "hana").await;
        let mut browser = by_app(&app, &hana, &phone).await;
        let asked = browser.open("/account/remove").await;
        let stays = "外部メールアドレスに届くOTPが引き続き必要です";
        assert!(asked.body.contains(stays), "{}", asked.body);
        let removed = browser.press("/account/remove", &[]).await;
        assert!(removed.location().ends_with("/account?notice=app-removed"));
        assert!(browser.follow(removed).await.body.contains(stays));
        let mut later = app.browser();
        let next = later.type_password(&hana).await;
        assert!(
            next.body.contains("action=\"/midori/login/email/send\""),
            "{}",
            next.body
        );
    })
    .await;
}
