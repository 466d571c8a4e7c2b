//! An administrator gets a call and helps: a code read out over the phone, a re-issue, switching two-factor off.

use crate::acts::*;
use crate::chromium::Language::{self, En, Ja};
use crate::demo::Account;
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};

const USERS: Words = ("ユーザー管理", "Users");
const HELPDESK: Words = ("ヘルプデスクコード", "Helpdesk code");
const USE_HELPDESK: Words = (
    "ヘルプデスクのコードを使用してログインする",
    "Sign in with a code from the helpdesk",
);

/// The administrator of the workspace, signed in with an app of their own.
pub(crate) async fn at_the_desk(visit: &Visit) {
    let accounts = visit.accounts("workspace");
    let chief: &Account = accounts.first().expect("every organisation has one");
    visit.sign_in("workspace", chief).await;
    let mut app = visit.scan().await;
    visit.give_code(&app.code().await).await;
    visit.open("/workspace/admin/users").await;
    visit.is_at("/workspace/admin/users", USERS).await;
}

/// Gives the reason, and does what the page is for.
async fn because(visit: &Visit, reason: Words, submit: Words) {
    visit.fill("reason", visit.word(reason)).await;
    visit.press(submit).await;
}

#[tokio::test]
async fn w6_g8_an_administrator_gets_a_call_and_helps_in_japanese() {
    help(Ja).await;
}

#[tokio::test]
async fn w6_g8_an_administrator_gets_a_call_and_helps_in_english() {
    help(En).await;
}

async fn help(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        let caller = visit.member("workspace");
        let phone = visit.another(Visitor::new(language, Phone)).await;
        phone.sign_in("workspace", &caller).await;
        phone.set_up().await;
        phone.sign_out().await;

        // The caller has left the phone with the app at home: a code read out stands in, once.
        at_the_desk(&visit).await;
        visit.photograph("console-users").await;
        visit.fill("q", "tana").await;
        visit.press(("検索する", "Search")).await;
        visit
            .press(("tanaka@example.jp", "tanaka@example.jp"))
            .await;
        visit.photograph("console-user").await;
        visit.press(HELPDESK).await;
        visit.photograph("console-act").await;
        let known = ("声と社員番号で確認", "Known by voice and number");
        because(&visit, known, ("コードを表示する", "Show the code")).await;
        visit.photograph("console-helpdesk-code").await;
        let code = visit.text("#helpdesk-code").await;
        phone.give_password(&caller).await;
        phone.press(USE_HELPDESK).await;
        phone.fill("helpdesk_code", &code).await;
        phone.press(SUBMIT_LOGIN).await;
        phone.is_at("/workspace/account", ACCOUNT).await;
        phone.sign_out().await;

        // The phone is lost for good: the old key stops, and the next login sets up a new one (G8).
        visit
            .press(("ユーザーの画面に戻る", "Back to the user"))
            .await;
        let reissue = (
            "2要素認証を再発行する",
            "Re-issue two-factor authentication",
        );
        visit.press(reissue).await;
        let lost = ("紛失", "Lost");
        because(&visit, lost, ("再発行する", "Re-issue it")).await;
        visit.photograph("console-user-reissued").await;
        phone.give_password(&caller).await;
        phone.is_at("/workspace/login/set-up", SET_UP).await;
        let mut app = phone.scan().await;
        phone.give_code(&app.code().await).await;
        phone.open("/workspace/account").await;
        phone.is_at("/workspace/account", ACCOUNT).await;
        phone.sign_out().await;

        // Switched off, with a confirmation (W6): the password is enough again.
        let page = visit.path().await;
        visit.open(&page).await;
        let remove = ("2要素認証を解除する", "Remove two-factor authentication");
        visit.press(remove).await;
        because(&visit, lost, ("解除する", "Remove it")).await;
        visit
            .sees(("本人に通知しました。", "and the user was told."))
            .await;
        phone.give_password(&caller).await;
        phone.is_at("/workspace/account", ACCOUNT).await;
        visit.open("/workspace/admin/groups").await;
        visit.photograph("console-groups").await;
    })
    .await;
}
