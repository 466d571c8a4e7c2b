//! Sensitive changes in a login that is no longer fresh, a new password, the other browsers, and the mails about it all.

use crate::acts::*;
use crate::chromium::Language::{self, En, Ja};
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};

const PROVE: Words = ("ご本人の確認", "Confirm it is you");
const PROCEED: Words = ("確認して進む", "Confirm and go on");
/// The login stays good, but it is too long ago for a sensitive change.
const GROW_STALE: &str = "UPDATE browser_session SET proved_at = proved_at - 600000";

#[tokio::test]
async fn sec_037_changes_ask_for_a_fresh_proof_in_japanese() {
    proof(Ja).await;
}

#[tokio::test]
async fn sec_037_changes_ask_for_a_fresh_proof_in_english() {
    proof(En).await;
}

async fn proof(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        let user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;

        // Before anything is set up, the password is the proof, and the set-up follows at once.
        visit.change_database(GROW_STALE);
        visit.press(START_SET_UP).await;
        visit.is_at("/workspace/account/proof", PROVE).await;
        visit.photograph("proof-password").await;
        visit.fill("password", "not my password").await;
        visit.press(PROCEED).await;
        visit
            .is_refused(
                "ACC-03",
                (
                    "パスワードを確認できませんでした。",
                    "We could not confirm this password.",
                ),
                Some("password"),
            )
            .await;
        visit.photograph("proof-refused").await;
        visit.fill("password", &user.password).await;
        visit.press(PROCEED).await;
        visit.is_at("/workspace/account/set-up", SET_UP).await;
        let mut phone = visit.scan().await;
        visit.give_code(&phone.code().await).await;
        let codes = visit.download_codes().await;

        // Afterwards it is the password and a code, or a backup code.
        visit.change_database(GROW_STALE);
        visit.open("/workspace/account/backup-codes").await;
        visit.press(DOWNLOAD).await;
        visit.is_at("/workspace/account/proof", PROVE).await;
        visit.photograph("proof").await;
        visit.fill("password", &user.password).await;
        visit.fill("code", &phone.wrong_code()).await;
        visit.press(PROCEED).await;
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
        visit.fill("password", &user.password).await;
        visit
            .touch((
                "認証アプリを使えない場合",
                "If you cannot use your authenticator app",
            ))
            .await;
        visit.photograph("proof-backup-code").await;
        visit.fill("backup_code", &codes[0]).await;
        visit.press(PROCEED).await;
        visit
            .is_at("/workspace/account/backup-codes", BACKUP_CODES)
            .await;
        visit.download_codes().await;
    })
    .await;
}

#[tokio::test]
async fn sec_074_a_new_password_is_judged_helpfully_in_japanese() {
    password(Ja).await;
}

#[tokio::test]
async fn sec_074_a_new_password_is_judged_helpfully_in_english() {
    password(En).await;
}

async fn password(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        let mut user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;
        visit
            .press(("パスワードを変更する", "Change your password"))
            .await;
        visit
            .is_at(
                "/workspace/account/password",
                ("パスワードの変更", "Change your password"),
            )
            .await;
        visit.photograph("password").await;
        let refused = [
            (
                "short",
                "PWD-01",
                (
                    "新しいパスワードの文字数が足りません。",
                    "The new password is too short.",
                ),
            ),
            (
                "passwordpassword",
                "PWD-03",
                (
                    "新しいパスワードは、多くの人に使われていて推測されやすいものです。",
                    "Many people use this new password, so it is easily guessed.",
                ),
            ),
            (
                user.password.as_str(),
                "PWD-05",
                (
                    "新しいパスワードが、現在のパスワードと同じです。",
                    "The new password is the same as the current one.",
                ),
            ),
        ];
        for (typed, code, sentence) in refused {
            visit.fill("new_password", typed).await;
            visit
                .press(("パスワードを変更する", "Change your password"))
                .await;
            visit.is_refused(code, sentence, Some("new_password")).await;
        }
        visit.photograph("password-refused").await;

        user.password = "糸車 と 夜の長い散歩 と 茶碗".to_owned();
        visit.fill("new_password", &user.password).await;
        visit
            .touch(("パスワードを表示する", "Show the password"))
            .await;
        let shown = visit.find("#new_password").await.attr("type").await;
        assert_eq!(shown.expect("readable").as_deref(), Some("text"));
        visit
            .press(("パスワードを変更する", "Change your password"))
            .await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit
            .sees(("パスワードを変更しました。", "Your password is changed."))
            .await;
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}

#[tokio::test]
async fn sec_008_another_browser_is_signed_out_at_once_in_japanese() {
    sessions(Ja).await;
}

#[tokio::test]
async fn sec_008_another_browser_is_signed_out_at_once_in_english() {
    sessions(En).await;
}

async fn sessions(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        let list = ("ログイン中のブラウザー", "Where you are signed in");
        let end = ("ログインを終了する", "Sign it out");
        let end_others = ("ほかのログインをすべて終了する", "Sign out all others");
        let first = (
            "この画面を見るには、ログインが必要です。",
            "To see this page you need to sign in.",
        );
        let user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;
        visit.press(("一覧を見る", "See the list")).await;
        visit.photograph("sessions-only-this").await;

        let phone = visit.another(Visitor::new(language, Phone)).await;
        phone.sign_in("workspace", &user).await;
        phone.is_at("/workspace/account", ACCOUNT).await;
        visit.open("/workspace/account/sessions").await;
        visit.is_at("/workspace/account/sessions", list).await;
        visit.sees(("Chrome", "Chrome")).await;
        visit.sees(("Android", "Android")).await;
        visit.photograph("sessions").await;

        // The dialog asks once; saying no changes nothing.
        let here = visit.driver.window().await.expect("a window");
        let there = visit.driver.new_tab().await.expect("a tab");
        visit.driver.switch_to_window(there).await.expect("a tab");
        visit.emulate(Desk).await;
        visit.open("/workspace/account/sessions").await;
        visit.touch(end).await;
        visit.photograph("sessions-end").await;
        visit.touch(("キャンセル", "Cancel")).await;
        visit
            .until("no dialog", async || {
                (!visit.has("dialog").await).then_some(())
            })
            .await;
        visit.touch(end).await;
        confirm(&visit).await;
        visit
            .sees((
                "選んだブラウザーのログインを終了しました。",
                "That browser is signed out.",
            ))
            .await;
        phone
            .turns_page(async || phone.driver.refresh().await)
            .await;
        phone.is_at("/workspace/login", SIGN_IN).await;
        phone.is_refused("ACC-01", first, None).await;

        // The first tab still shows it; pressed there, the page says that it is over.
        visit.driver.close_window().await.expect("a tab");
        visit.driver.switch_to_window(here).await.expect("a window");
        visit.touch(end).await;
        confirm(&visit).await;
        visit
            .is_refused(
                "ACC-04",
                (
                    "選んだブラウザーのログインは、すでに終了しています。",
                    "That browser is already signed out.",
                ),
                None,
            )
            .await;
        visit.photograph("sessions-gone").await;

        phone.give_password(&user).await;
        phone.is_at("/workspace/account", ACCOUNT).await;
        visit.open("/workspace/account/sessions").await;
        visit.touch(end_others).await;
        confirm(&visit).await;
        visit
            .sees((
                "このブラウザー以外のログインをすべて終了しました。",
                "All browsers except this one are signed out.",
            ))
            .await;
        phone
            .turns_page(async || phone.driver.refresh().await)
            .await;
        phone.is_at("/workspace/login", SIGN_IN).await;
    })
    .await;
}

/// Says yes in the dialog that has opened.
async fn confirm(visit: &Visit) {
    let yes = visit.find("dialog[open] button.danger").await;
    visit.turns_page(async || yes.click().await).await;
}

#[tokio::test]
async fn sec_043_changes_are_announced_in_japanese() {
    mails(Ja).await;
}

#[tokio::test]
async fn sec_043_changes_are_announced_in_english() {
    mails(En).await;
}

async fn mails(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        visit.open("/").await;
        visit.photograph("demo").await;
        visit.open("/demo/mail").await;
        visit.photograph("demo-mail-none").await;
        let user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;
        // Mails speak the language that the person chose once.
        visit.switch_language_and_back().await;
        visit.set_up().await;
        visit.download_codes().await;
        visit.open("/workspace/account/remove").await;
        visit.press(("OK（解除する）", "OK, turn it off")).await;
        visit.open("/demo/mail").await;
        for subject in [
            (
                "2要素認証が有効化されました",
                "Two-factor authentication was turned on",
            ),
            (
                "新しいバックアップコードが発行されました",
                "New backup codes were issued",
            ),
            (
                "2要素認証が解除されました",
                "Two-factor authentication was turned off",
            ),
        ] {
            visit.sees(subject).await;
        }
        visit.sees(("127.0.0.1", "127.0.0.1")).await;
        visit.photograph("demo-mail").await;
        visit.open("/workspace/help").await;
        visit.photograph("help").await;
        visit.open("/default/help").await;
        visit.photograph("help-default").await;
    })
    .await;
}
