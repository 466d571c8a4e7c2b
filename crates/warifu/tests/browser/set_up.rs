//! Setting up is interrupted: reloads, other tabs, second thoughts, too much time; and a phone without a camera.

use crate::acts::*;
use crate::chromium::Language::{self, En, Ja};
use crate::phone::Phone;
use crate::visit::Width::Desk;
use crate::visit::{Visit, Visitor, Words, visit};

const RESUME: Words = ("設定を続ける", "Go on setting up");
const ABANDON: Words = ("設定を中止する", "Stop setting up");
const OVER: Words = (
    "この設定は期限が切れたか、別の画面で始めた設定に置き換わりました。",
    "This set-up has expired, or another one was started after it.",
);

#[tokio::test]
async fn w1_an_interrupted_set_up_helps_on_in_japanese() {
    interrupted(Ja).await;
}

#[tokio::test]
async fn w1_an_interrupted_set_up_helps_on_in_english() {
    interrupted(En).await;
}

async fn interrupted(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        let user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;

        // Reloaded, left and found again, it is the same key; a wrong code changes nothing.
        visit.press(START_SET_UP).await;
        let first = visit.scan().await;
        visit
            .turns_page(async || visit.driver.refresh().await)
            .await;
        assert_eq!(visit.scan().await.uri, first.uri);
        visit.open("/workspace/account").await;
        visit.photograph("account-set-up-begun").await;
        visit.press(RESUME).await;
        visit.give_code(&first.wrong_code()).await;
        visit
            .is_refused(
                "OTP-01",
                (
                    "入力されたセキュリティコードを確認できませんでした。",
                    "We could not confirm this security code.",
                ),
                Some("code"),
            )
            .await;
        visit.photograph("set-up-wrong").await;
        assert_eq!(visit.scan().await.uri, first.uri);

        // Stopped in another tab: the key on this one is void, and the page says so.
        let here = visit.driver.window().await.expect("a window");
        let there = visit.driver.new_tab().await.expect("a tab");
        visit.driver.switch_to_window(there).await.expect("a tab");
        visit.emulate(Desk).await;
        visit.open("/workspace/account/set-up").await;
        visit.press(ABANDON).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit
            .sees(("設定を中止しました。", "Set-up was stopped."))
            .await;
        visit.photograph("account-set-up-stopped").await;
        visit.driver.close_window().await.expect("a tab");
        visit.driver.switch_to_window(here).await.expect("a window");
        let mut first = first;
        visit.give_code(&first.code().await).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.is_refused("SET-01", OVER, None).await;
        visit.photograph("account-set-up-over").await;

        // Left lying too long.
        visit.press(START_SET_UP).await;
        let mut late = visit.scan().await;
        assert_ne!(late.uri, first.uri);
        visit.change_database("UPDATE totp SET expires_at = 1 WHERE confirmed_at IS NULL");
        visit.give_code(&late.code().await).await;
        visit.is_refused("SET-01", OVER, None).await;

        // Without a camera, account and key are typed; the finished page is not to be had again.
        visit.press(START_SET_UP).await;
        visit
            .touch((
                "キーを表示（QRコードを読み取れない場合）",
                "Show the key (if you cannot scan the QR code)",
            ))
            .await;
        visit.photograph("set-up-by-hand").await;
        let account = visit.text("#set-up-account").await;
        assert_eq!(account, user.login);
        let mut typed = Phone::typed(&account, &visit.text("#set-up-key").await);
        visit.give_code(&typed.code().await).await;
        visit
            .is_at("/workspace/account/backup-codes", BACKUP_CODES)
            .await;
        visit.turns_page(async || visit.driver.back().await).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        assert!(!visit.has("a[href^='otpauth:']").await);

        // And it counts.
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.give_code(&typed.code().await).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}
