//! What makes it easy: full-width digits, Enter, the clipboard, the keyboard alone, the language switch.

use crate::acts::*;
use crate::chromium::Language::{En, Ja};
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};
use serde_json::json;
use thirtyfour::prelude::*;

#[tokio::test]
async fn codes_may_be_typed_full_width_and_sent_with_enter() {
    visit(Visitor::new(Ja, Phone), async move |visit: Visit| {
        let user = visit.member("workspace");
        visit.open("/workspace/login").await;
        visit.fill("login", &user.login).await;
        visit.fill("password", &user.password).await;
        visit.enter("password").await;
        visit.press(START_SET_UP).await;
        let mut phone = visit.scan().await;
        visit.fill("code", &full_width(&phone.code().await)).await;
        visit.enter("code").await;
        visit
            .is_at("/workspace/account/backup-codes", BACKUP_CODES)
            .await;
        let codes = visit.download_codes().await;
        visit.sign_out().await;

        visit.give_password(&user).await;
        let code = phone.code().await;
        let (left, right) = code.split_at(3);
        visit
            .fill("code", &full_width(&format!("{left} {right}")))
            .await;
        visit.enter("code").await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.sign_out().await;

        visit.sign_in("workspace", &user).await;
        visit.press(USE_BACKUP_CODE).await;
        visit.fill("backup_code", &full_width(&codes[0])).await;
        visit.enter("backup_code").await;
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}

#[tokio::test]
async fn the_clipboard_carries_keys_codes_and_error_lines() {
    visit(Visitor::new(En, Desk), async move |visit: Visit| {
        visit
            .cdp(
                "Browser.grantPermissions",
                json!({ "origin": visit.base(), "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] }),
            )
            .await;
        let user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;
        visit.press(START_SET_UP).await;
        let mut phone = visit.scan().await;
        visit.touch(("キーを表示（QRコードを読み取れない場合）", "Show the key (if you cannot scan the QR code)")).await;
        let key = visit.text("#set-up-key").await;
        visit.find("[data-copy='set-up-key']").await.click().await.expect("a button");
        visit.named(("コピーしました", "Copied")).await;
        assert_eq!(clipboard(&visit).await, key);

        // With words around it, as people copy from a message, and as an input method writes it.
        let code = phone.code().await;
        paste(&visit, "code", &format!("Code：{}\n", full_width(&code))).await;
        let pasted = visit.find("#code").await.value().await;
        assert_eq!(pasted.expect("readable").as_deref(), Some(code.as_str()));
        visit.enter("code").await;
        visit.is_at("/workspace/account/backup-codes", BACKUP_CODES).await;
        visit.sign_out().await;

        visit.give_password(&user).await;
        visit.give_code("000").await;
        let line = visit.text("#problem-line").await;
        visit.find("[data-copy='problem-line']").await.click().await.expect("a button");
        visit.named(("コピーしました", "Copied")).await;
        let copied = clipboard(&visit).await;
        assert_eq!(without_breaks(&copied), without_breaks(&line));
        assert!(!copied.contains('\n'), "{copied}");
    })
    .await;
}

#[tokio::test]
async fn a_switch_of_language_keeps_the_place_and_what_was_typed() {
    visit(Visitor::new(Ja, Phone), async move |visit: Visit| {
        let english = ("English", "English");
        let japanese = ("日本語", "日本語");
        let user = visit.member("workspace");
        visit.open("/workspace/login").await;
        visit.fill("login", &user.login).await;
        visit.press(english).await;
        assert_eq!(
            visit
                .find("html")
                .await
                .attr("lang")
                .await
                .expect("readable")
                .as_deref(),
            Some("en")
        );
        let kept = visit.find("#login").await.value().await;
        assert_eq!(
            kept.expect("readable").as_deref(),
            Some(user.login.as_str())
        );
        visit.press(japanese).await;
        visit.give_password(&user).await;
        visit.press(START_SET_UP).await;
        let mut phone = visit.scan().await;
        visit.press(english).await;
        assert_eq!(visit.heading().await, SET_UP.1);
        assert_eq!(visit.scan().await.uri, phone.uri);
        visit.press(japanese).await;
        visit.give_code(&phone.code().await).await;
        visit.sign_out().await;

        // In the middle of a login, also after a mistake.
        visit.give_password(&user).await;
        visit.give_code("000").await;
        visit.press(english).await;
        assert_eq!(visit.path().await, "/workspace/login/code");
        assert_eq!(visit.heading().await, ENTER_CODE.1);
        visit.press(japanese).await;
        visit.give_code(&phone.code().await).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}

#[tokio::test]
async fn the_keyboard_alone_is_enough() {
    visit(Visitor::new(En, Desk), async move |visit: Visit| {
        let user = visit.member("workspace");
        visit.open("/workspace/login").await;
        // The first field has the focus.
        types(&visit, &user.login).await;
        types(&visit, Key::Tab + user.password.as_str()).await;
        visit
            .turns_page(async || keys(&visit, Key::Enter + "").await)
            .await;
        walk_to(&visit, START_SET_UP).await;
        visit.turns_page(async || keys(&visit, " ").await).await;
        let mut phone = visit.scan().await;
        walk_to(
            &visit,
            (
                "認証アプリの入手先を表示",
                "Where to get an authenticator app",
            ),
        )
        .await;
        types(&visit, " ").await;
        assert!(visit.has("details[open]").await);
        walk_to_field(&visit, "code").await;
        types(&visit, &phone.code().await).await;
        visit
            .turns_page(async || keys(&visit, Key::Enter + "").await)
            .await;
        visit
            .is_at("/workspace/account/backup-codes", BACKUP_CODES)
            .await;
        walk_to(&visit, DOWNLOAD).await;
        types(&visit, " ").await;
        visit.downloaded().await;
        walk_to(&visit, SIGN_OUT).await;
        visit.turns_page(async || keys(&visit, " ").await).await;

        visit.give_password(&user).await;
        types(&visit, &phone.wrong_code()).await;
        visit
            .turns_page(async || keys(&visit, Key::Enter + "").await)
            .await;
        // The message has the focus; the field comes after it.
        visit
            .is_refused(
                "OTP-01",
                ("", "We could not confirm this security code."),
                Some("code"),
            )
            .await;
        walk_to_field(&visit, "code").await;
        types(&visit, &phone.code().await).await;
        visit
            .turns_page(async || keys(&visit, Key::Enter + "").await)
            .await;
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}

/// As an input method in its Japanese mode writes digits and spaces.
fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '0'..='9' => {
            char::from_u32('０' as u32 + (c as u32 - '0' as u32)).expect("they stand in a row")
        }
        ' ' => '\u{3000}',
        '-' => '－',
        other => other,
    };
    text.chars().map(wide).collect()
}

fn without_breaks(text: &str) -> String {
    text.split_whitespace().collect()
}

async fn clipboard(visit: &Visit) -> String {
    let read = "navigator.clipboard.readText().then(arguments[0])";
    let text = visit.driver.execute_async(read, Vec::new()).await;
    text.expect("it may be read").convert().expect("text")
}

async fn paste(visit: &Visit, field: &str, text: &str) {
    let write = "navigator.clipboard.writeText(arguments[0]).then(arguments[1])";
    let written = visit.driver.execute_async(write, vec![text.into()]).await;
    written.expect("it may be written");
    let field = visit.find(&format!("#{field}")).await;
    field
        .send_keys(Key::Control + "v")
        .await
        .expect("a field can be pasted into");
}

/// Types without saying where: whatever has the focus takes it.
async fn keys(visit: &Visit, text: impl Into<TypingData>) -> WebDriverResult<()> {
    visit.driver.action_chain().send_keys(text).perform().await
}

async fn types(visit: &Visit, text: impl Into<TypingData>) {
    keys(visit, text).await.expect("keys can be pressed");
}

/// Presses Tab until the focus is on what has this text.
async fn walk_to(visit: &Visit, words: Words) {
    let word = visit.word(words);
    walk(visit, async |focused| {
        focused.text().await.is_ok_and(|text| text == word)
    })
    .await;
}

async fn walk_to_field(visit: &Visit, id: &str) {
    walk(visit, async |focused| {
        focused
            .attr("id")
            .await
            .is_ok_and(|is| is.as_deref() == Some(id))
    })
    .await;
}

/// Presses Tab until the focus is where it should be. Every stop on the way must be seen.
async fn walk(visit: &Visit, is_there: impl AsyncFn(&WebElement) -> bool) {
    for _ in 0..40 {
        types(visit, Key::Tab + "").await;
        let focused = visit
            .driver
            .active_element()
            .await
            .expect("something has the focus");
        let outline = focused.css_value("outline-style").await;
        assert_ne!(
            outline.expect("readable"),
            "none",
            "{:?}",
            focused.text().await
        );
        if is_there(&focused).await {
            return;
        }
    }
    panic!("the keyboard does not get there");
}
