//! Forms that are sent twice, too late, by the wrong browser or by nobody: nothing happens that was not meant.

use crate::acts::*;
use crate::chromium::Language::{self, En, Ja};
use crate::visit::Width::Desk;
use crate::visit::{Visit, Visitor, Words, visit};

const ONLY_HERE: Words = (
    "このブラウザーだけでログインしています。",
    "This is the only browser in which you are signed in.",
);
const STALE: Words = (
    "この画面は古くなったか、別のブラウザーで開かれたものです。",
    "This page is out of date or was opened in another browser.",
);
const WRONG_LOGIN: Words = (
    "メールアドレスまたはパスワードを確認できませんでした。",
    "We could not confirm this e-mail address and password.",
);

#[tokio::test]
async fn a_refused_form_helps_on_in_japanese() {
    refused(Ja).await;
}

#[tokio::test]
async fn a_refused_form_helps_on_in_english() {
    refused(En).await;
}

async fn refused(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        let user = visit.member("workspace");

        // A wrong password and an unknown person are one answer; what was typed stays, except the password.
        visit.open("/workspace/login").await;
        for login in [user.login.as_str(), "nobody@example.jp"] {
            visit.fill("login", login).await;
            visit.fill("password", "wrong password here").await;
            visit.enter("password").await;
            visit.is_refused("LOGIN-01", WRONG_LOGIN, Some("password")).await;
            let kept = visit.find("#login").await.value().await;
            assert_eq!(kept.expect("readable").as_deref(), Some(login));
            let secret = visit.find("#password").await.value().await;
            assert_eq!(secret.expect("readable").as_deref(), Some(""));
        }
        visit.photograph("login-refused").await;

        // A page of somebody else's browser, and one that was made before the browser forgot everything.
        let other = visit.another(visit.visitor).await;
        other.open("/workspace/login").await;
        let token = other.find("input[name='form_token']").await.value().await;
        let token = token.expect("readable").expect("a hidden field has a value");
        let plant = "for (const field of document.getElementsByName('form_token')) field.value = arguments[0]";
        let planted = visit.driver.execute(plant, vec![token.into()]).await;
        planted.expect("a page can be changed");
        visit.give_password(&user).await;
        visit.is_refused("FORM-01", STALE, None).await;
        visit.photograph("error-stale-form").await;
        visit.open("/workspace/login").await;
        visit.driver.delete_all_cookies().await.expect("cookies can be forgotten");
        visit.give_password(&user).await;
        visit.is_refused("FORM-01", STALE, None).await;

        // Pages that are not there, or not for everybody.
        visit.open("/workspace/nothing").await;
        visit
            .is_refused(
                "REQ-01",
                ("お探しのページは見つかりませんでした。", "There is no page at this address."),
                None,
            )
            .await;
        visit.photograph("error-not-found").await;
        visit.open("/workspace/logout").await;
        visit
            .is_refused(
                "REQ-03",
                (
                    "このアドレスでは、その操作を受け付けていません。",
                    "This address does not accept that.",
                ),
                None,
            )
            .await;
        // Who types an address has not done anything wrong; who goes on in a session that has ended is told so.
        visit.open("/workspace/account").await;
        visit.is_at("/workspace/login", SIGN_IN).await;
        assert!(!visit.has("#problem").await);
        visit.give_password(&user).await;
        visit.change_database("DELETE FROM browser_session");
        visit.press(START_SET_UP).await;
        visit.is_at("/workspace/login", SIGN_IN).await;
        visit
            .is_refused(
                "ACC-01",
                ("この画面を見るには、ログインが必要です。", "To see this page you need to sign in."),
                None,
            )
            .await;
        visit.photograph("login-first").await;
    })
    .await;
}

#[tokio::test]
async fn a_double_click_does_no_harm() {
    visit(Visitor::new(Ja, Desk), async move |visit: Visit| {
        let user = visit.member("workspace");
        visit.open("/workspace/login").await;
        visit.fill("login", &user.login).await;
        visit.fill("password", &user.password).await;
        press_twice(&visit, SUBMIT_LOGIN).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.sees(ONLY_HERE).await;

        press_twice(&visit, START_SET_UP).await;
        visit.is_at("/workspace/account/set-up", SET_UP).await;
        let mut phone = visit.scan().await;
        visit.fill("code", &phone.code().await).await;
        press_twice(&visit, VERIFY).await;
        visit
            .is_at("/workspace/account/backup-codes", BACKUP_CODES)
            .await;

        // One file, and its codes are good.
        let download = visit.named(DOWNLOAD).await;
        let twice = visit.driver.action_chain().double_click_element(&download);
        twice.perform().await.expect("it can be pressed");
        let (_, text) = visit.downloaded().await;
        let codes = codes_in(&text);
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.press(USE_BACKUP_CODE).await;
        visit.fill("backup_code", &codes[0]).await;
        press_twice(&visit, SUBMIT_LOGIN).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.sees(ONLY_HERE).await;

        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.fill("code", &phone.code().await).await;
        press_twice(&visit, VERIFY).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.sees(ONLY_HERE).await;
    })
    .await;
}

#[tokio::test]
async fn going_back_and_a_second_tab_do_no_harm() {
    visit(Visitor::new(En, Desk), async move |visit: Visit| {
        let user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;
        let mut phone = visit.set_up().await;
        visit.sign_out().await;

        // Back to the page of a login that is finished: on to where it led.
        visit.give_password(&user).await;
        visit.give_code(&phone.code().await).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.turns_page(async || visit.driver.back().await).await;
        visit.is_at("/workspace/account", ACCOUNT).await;

        // Back after signing out: nothing of the account is left to see.
        visit.sign_out().await;
        visit.turns_page(async || visit.driver.back().await).await;
        visit.is_at("/workspace/login", SIGN_IN).await;

        // A second login in another tab replaces the first, which says so instead of guessing.
        visit.sign_in("workspace", &user).await;
        let here = visit.driver.window().await.expect("a window");
        let there = visit.driver.new_tab().await.expect("a tab");
        visit.driver.switch_to_window(there).await.expect("a tab");
        visit.sign_in("workspace", &user).await;
        visit.is_at("/workspace/login/code", ENTER_CODE).await;
        visit.driver.switch_to_window(here).await.expect("a window");
        let code = phone.code().await;
        visit.give_code(&code).await;
        visit.is_refused("FORM-01", STALE, None).await;
        // Opened again, the page belongs to the login that is open; the code was not spent.
        visit.open("/workspace/login/code").await;
        visit.give_code(&code).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}

/// Without scripts nothing holds the second press back. The browser then drops the first answer, perhaps with the session
/// in it; the second one must say what is so, and the next login must work.
#[tokio::test]
async fn a_double_click_without_scripts_is_explained() {
    let visitor = Visitor::new(Ja, Desk).without_scripts();
    visit(visitor, async move |visit: Visit| {
        let user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;
        let mut phone = visit.set_up().await;
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.fill("code", &phone.code().await).await;
        press_twice(&visit, VERIFY).await;
        if visit.path().await == "/workspace/login" {
            let over = (
                "このログインはすでに終わっています。",
                "This login is already over.",
            );
            visit.is_refused("LOGIN-04", over, None).await;
            visit.give_password(&user).await;
            visit.give_code(&phone.code().await).await;
        }
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}

async fn press_twice(visit: &Visit, words: Words) {
    let button = visit.named(words).await;
    let twice = visit.driver.action_chain().double_click_element(&button);
    visit.turns_page(async || twice.perform().await).await;
}
