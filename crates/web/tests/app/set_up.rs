//! Registering an app, page by page, where the policy makes a new key at each visit (P2).

use axum::http::StatusCode;
use warifu_domain::{policy::Enrolment, time::Span, user::Login};
use warifu_flows::{
    By,
    manage_users::{self, Edited, GroupForm},
};

use crate::support::{Browser, Phone, TestApp, on_both, on_sqlite};

/// A code that is refused leaves the key that the app has read on the page, so that the next one is right.
async fn mistype_and_finish(app: &TestApp, browser: &mut Browser, path: &str) {
    let read = Phone::scan(&browser.page);
    let wrong = read.code(app.now()) == "000000";
    let wrong = if wrong { "111111" } else { "000000" };
    let refused = browser.press(path, &[("code", wrong)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.refuses("OTP-01"), "{}", refused.body);
    let code = read.code(app.now());
    assert_eq!(Phone::scan(&browser.page).code(app.now()), code);
    let done = browser.press(path, &[("code", &code)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
}

#[tokio::test]
async fn p2_a_mistyped_code_keeps_the_key_and_a_visit_makes_a_new_one() {
    on_both("control-panel", async |app| {
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.type_password(&taro).await;
        let answer = browser.press("/account/set-up/start", &[]).await;
        let first = browser.follow(answer).await.body;
        assert!(first.contains("再読み込みしたり"), "{first}");
        let first = Phone::scan(&first).code(app.now());
        browser.open("/account/set-up").await;
        assert_ne!(Phone::scan(&browser.page).code(app.now()), first);
        mistype_and_finish(&app, &mut browser, "/account/set-up").await;
    })
    .await;
}

#[tokio::test]
async fn w8_who_puts_the_set_up_off_reads_on_the_account_page_until_when() {
    on_both("default", async |app| {
        app.change_policy(|policy| policy.second_factor.enrolment = Enrolment::Required)
            .await;
        let hana = app.member("hana").await;
        let (tenant, by) = (app.tenant().await, By::command_line());
        let until = app.now() + Span::days(7);
        let form = GroupForm {
            name: "営業部".to_owned(),
            grace_until: Some(until),
        };
        let group = manage_users::add_group(&app.ctx, &tenant, &by, form).await;
        let (group, login) = (group.unwrap(), Login::parse(&hana.login).unwrap());
        let found = app.ctx.store.read(tenant.id, async move |tx| {
            tx.find_user_by_login(&login).await
        });
        let edited = Edited {
            name: String::new(),
            email: None,
            group: Some(group),
        };
        let user = found.await.unwrap().unwrap().id;
        manage_users::edit_user(&app.ctx, &tenant, &by, user, edited)
            .await
            .unwrap();
        let mut browser = app.browser();
        let asked = browser.type_password(&hana).await.body;
        let said = "までに設定してください。それまでは";
        let date = |page: &str| {
            page.split_once(said)
                .unwrap()
                .0
                .rsplit_once('は')
                .unwrap()
                .1
                .to_owned()
        };
        let shown = date(&asked);
        let skipped = browser.press("/login/set-up/skip", &[]).await;
        let account = browser.follow(skipped).await.body;
        assert_eq!(date(&account), shown, "{account}");
        // Who need not set anything up reads no date, nor does who has.
        app.wait(Span::days(7));
        browser.sign_in_and_set_up(&hana).await;
        let account = browser.open("/account").await.body;
        assert!(!account.contains(said), "{account}");
    })
    .await;
}

#[tokio::test]
async fn p2_the_same_in_a_login_that_asks_for_it() {
    let app = on_sqlite(
        "control-panel",
        |_| {},
        |policy| policy.second_factor.enrolment = Enrolment::Required,
    )
    .await;
    let taro = app.member("taro").await;
    let mut browser = app.browser();
    browser.type_password(&taro).await;
    mistype_and_finish(&app, &mut browser, "/login/set-up").await;
}

#[tokio::test]
async fn k1_an_app_that_goes_while_the_own_switch_is_on_will_be_asked_for_again() {
    let app = on_sqlite("campus-mail", |_| {}, |_| {}).await;
    let taro = app.member("taro").await;
    let mut browser = app.browser();
    browser.type_password(&taro).await;
    browser.open("/account/own-switch/on").await;
    let answer = browser.press("/account/own-switch/on", &[]).await;
    browser.follow(answer).await;
    let phone = Phone::scan(&browser.page);
    let code = [("code", &*phone.code(app.now()))];
    browser.press("/account/set-up", &code).await;
    let question = browser.open("/account/remove").await.body;
    assert!(
        question.contains("すぐにもう一度登録が必要になります")
            && !question.contains("パスワードだけでログイン"),
        "{question}"
    );
    let answer = browser.press("/account/remove", &[]).await;
    assert!(answer.location().contains("app-unregistered"));
    // Outside, nothing else is open.
    let page = browser.follow(answer).await.body;
    assert!(page.contains("多要素認証を設定する前に"), "{page}");
    let forced = app.browser().type_password(&taro).await.body;
    assert!(forced.contains("id=\"set-up-key\""), "{forced}");
}
