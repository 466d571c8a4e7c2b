//! Those who run the server: a day for the second factor, an administrator who is locked out, with one operator and with two; and an
//! administrator who follows the reference that a caller reads from an error page.

use crate::acts::*;
use crate::chromium::Language::{En, Ja};
use crate::demo::Account;
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit, visit_with};

const RESCUE: Words = ("管理者を救済する", "Rescue an administrator");
const CHECKED: Words = (
    "契約書の番号に折り返した",
    "Called back at the number in the contract",
);
const CLEARED: Words = (
    "二要素認証を解除しました。",
    "Two-factor authentication is cleared.",
);

macro_rules! walks {
    ($($act:ident: $ja_phone:ident, $ja_desk:ident, $en_phone:ident, $en_desk:ident;)*) => {$(
        #[tokio::test]
        async fn $ja_phone() {
            $act(Visitor::new(Ja, Phone)).await;
        }

        #[tokio::test]
        async fn $ja_desk() {
            $act(Visitor::new(Ja, Desk)).await;
        }

        #[tokio::test]
        async fn $en_phone() {
            $act(Visitor::new(En, Phone)).await;
        }

        #[tokio::test]
        async fn $en_desk() {
            $act(Visitor::new(En, Desk)).await;
        }
    )*};
}

walks! {
    application: g1_the_operator_switches_it_on_by_date_in_japanese_on_a_phone,
        g1_the_operator_switches_it_on_by_date_in_japanese_at_a_desk,
        g1_the_operator_switches_it_on_by_date_in_english_on_a_phone,
        g1_the_operator_switches_it_on_by_date_in_english_at_a_desk;
    rescue: w7_an_operator_rescues_the_only_administrator_in_japanese_on_a_phone,
        w7_an_operator_rescues_the_only_administrator_in_japanese_at_a_desk,
        w7_an_operator_rescues_the_only_administrator_in_english_on_a_phone,
        w7_an_operator_rescues_the_only_administrator_in_english_at_a_desk;
    rescue_by_two: w7_sec_042_two_operators_rescue_the_only_administrator_in_japanese_on_a_phone,
        w7_sec_042_two_operators_rescue_the_only_administrator_in_japanese_at_a_desk,
        w7_sec_042_two_operators_rescue_the_only_administrator_in_english_on_a_phone,
        w7_sec_042_two_operators_rescue_the_only_administrator_in_english_at_a_desk;
    caller: g7_w6_a_caller_s_reference_leads_to_what_happened_in_japanese_on_a_phone,
        g7_w6_a_caller_s_reference_leads_to_what_happened_in_japanese_at_a_desk,
        g7_w6_a_caller_s_reference_leads_to_what_happened_in_english_on_a_phone,
        g7_w6_a_caller_s_reference_leads_to_what_happened_in_english_at_a_desk;
}

/// One of the demonstration's operators, signed in with an app of their own.
async fn operating(visit: &Visit, number: usize) {
    let operators = visit.accounts("operator");
    visit.sign_in("operator", &operators[number]).await;
    let mut app = visit.scan().await;
    visit.give_code(&app.code().await).await;
    visit
        .press(("保管したので次へ進む", "I have kept them, continue"))
        .await;
    visit.is_at("/operator/account", ACCOUNT).await;
}

/// G1: on application, from a day on.
async fn application(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let schedule: Words = (
            "二要素認証を必須にする",
            "Make two-factor authentication compulsory",
        );
        let user = visit.member("mail-gateway");
        let desk = visit.another(visitor).await;
        operating(&desk, 0).await;
        let tenant = "/operator/operator/tenants/mail-gateway";
        desk.open(tenant).await;
        desk.photograph("operator-tenant").await;
        desk.press(schedule).await;
        desk.photograph("operator-schedule").await;
        // The browser's own way to enter a date differs with its language: what counts is what it sends.
        let day = "document.getElementById('day').value = '2099-04-01'";
        desk.driver
            .execute(day, vec![])
            .await
            .expect("it can be set");
        desk.fill("reason", desk.word(("申込書 12", "Application 12")))
            .await;
        desk.press(schedule).await;
        desk.sees(("2099-04-01", "2099-04-01")).await;
        desk.photograph("operator-tenant-scheduled").await;

        // Until then the password is enough, or the set-up can be put off.
        visit.sign_in("mail-gateway", &user).await;
        if visit.path().await == "/mail-gateway/login/set-up" {
            visit.photograph("gateway-before-the-day").await;
            visit.press(("あとで設定する", "Set up later")).await;
        }
        visit.is_at("/mail-gateway/account", ACCOUNT).await;
        visit.sign_out().await;

        // The day has come: at once.
        desk.press(schedule).await;
        desk.fill("reason", desk.word(("申込書 12", "Application 12")))
            .await;
        desk.press(schedule).await;
        visit.give_password(&user).await;
        let first_set_up = (
            "ワンタイムパスワード初期設定",
            "One-time password: first set-up",
        );
        visit
            .is_at("/mail-gateway/login/set-up", first_set_up)
            .await;
        let mut app = visit.scan().await;
        visit.fill("code", &app.code().await).await;
        visit.press(("送信", "Send")).await;
        visit.open("/mail-gateway/account").await;
        visit.is_at("/mail-gateway/account", ACCOUNT).await;
        visit.sign_out().await;
        visit.give_password(&user).await;
        assert_eq!(visit.path().await, "/mail-gateway/login/code");
    })
    .await;
}

/// The administrator of the workspace, who has set up an app and lost it.
async fn locked_out(visit: &Visit) -> Account {
    let accounts = visit.accounts("workspace");
    let chief = accounts
        .first()
        .expect("every organisation has one")
        .clone();
    visit.sign_in("workspace", &chief).await;
    let mut app = visit.scan().await;
    visit.give_code(&app.code().await).await;
    visit.open("/workspace/account").await;
    visit.sign_out().await;
    visit.give_password(&chief).await;
    visit.is_at("/workspace/login/code", ENTER_CODE).await;
    chief
}

/// At the operators' console: notes the check, as far as the button.
async fn note_check(desk: &Visit, company: &str, email: &str) {
    desk.fill("company", company).await;
    desk.fill("email", email).await;
    desk.fill("how", desk.word(CHECKED)).await;
}

/// The way back in: the next login sets up a new app.
async fn is_rescued(visit: &Visit, chief: &Account) {
    visit.sign_in("workspace", chief).await;
    visit.is_at("/workspace/login/set-up", SET_UP).await;
    let mut app = visit.scan().await;
    visit.give_code(&app.code().await).await;
    visit.open("/workspace/account").await;
    visit.is_at("/workspace/account", ACCOUNT).await;
}

async fn rescue(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let chief = locked_out(&visit).await;
        let desk = visit.another(visitor).await;
        operating(&desk, 0).await;
        desk.open("/operator/operator/tenants/workspace").await;
        desk.press(RESCUE).await;
        desk.photograph("operator-rescue").await;
        let submit: Words = ("本人確認を記録して解除する", "Record the check and clear");

        // What the caller says has to be what stands in the account.
        note_check(&desk, "みどり商事", &chief.login).await;
        desk.press(submit).await;
        desk.photograph("operator-rescue-refused").await;
        assert!(desk.text("#problem-line").await.contains(" OPR-06 "));
        note_check(&desk, "あおば工房", &chief.login).await;
        desk.press(submit).await;
        desk.sees(CLEARED).await;
        desk.photograph("operator-rescued").await;
        is_rescued(&visit, &chief).await;

        // The organisation's own trail has the check.
        visit.open("/workspace/admin/audit").await;
        visit.sees(CHECKED).await;
        visit.photograph("audit-rescue").await;
    })
    .await;
}

async fn rescue_by_two(visitor: Visitor) {
    let two = ("two_operators = false", "two_operators = true");
    visit_with(visitor, Some(two), async move |visit: Visit| {
        let chief = locked_out(&visit).await;
        let (desk, other) = (visit.another(visitor).await, visit.another(visitor).await);
        operating(&desk, 0).await;
        desk.open("/operator/operator/tenants/workspace/rescue")
            .await;
        note_check(&desk, "あおば工房", &chief.login).await;
        desk.press((
            "本人確認を記録して承認を求める",
            "Record the check and ask for approval",
        ))
        .await;
        desk.photograph("operator-rescue-waits").await;

        // Whoever asked cannot approve it, and reads who can.
        let approve: Words = ("承認して解除する", "Approve and clear");
        let reason: Words = ("記録を確認した", "Read the record");
        desk.sees((
            "別の運用者の承認が必要です",
            "another operator has to approve it",
        ))
        .await;
        assert!(!desk.has("form[action$=\"/rescue/approve\"]").await);

        operating(&other, 1).await;
        other
            .open("/operator/operator/tenants/workspace/rescue")
            .await;
        other.sees(CHECKED).await;
        other.fill("reason-1", other.word(reason)).await;
        other.press(approve).await;
        other.sees(CLEARED).await;
        is_rescued(&visit, &chief).await;
    })
    .await;
}

/// "It says OTP-03", and a reference: what happened, what to say, and the way in for today.
async fn caller(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let caller = visit.member("workspace");
        visit.sign_in("workspace", &caller).await;
        let mut app = visit.set_up().await;
        visit.sign_out().await;
        // A code that has opened the door once does not open it again.
        let code = app.code().await;
        for _ in 0..2 {
            visit.give_password(&caller).await;
            visit.is_at("/workspace/login/code", ENTER_CODE).await;
            visit.give_code(&code).await;
            if visit.path().await == "/workspace/account" {
                visit.sign_out().await;
            }
        }
        let line = visit.text("#problem-line").await;
        assert!(line.contains(" OTP-03 "), "{line}");
        visit.photograph("error-otp-03").await;
        let reference = line
            .rsplit(' ')
            .next()
            .expect("it ends with the reference")
            .to_owned();

        let desk = visit.another(visitor).await;
        let accounts = desk.accounts("workspace");
        desk.sign_in("workspace", accounts.first().expect("an administrator"))
            .await;
        let mut own = desk.scan().await;
        desk.give_code(&own.code().await).await;
        desk.open("/workspace/admin/audit").await;
        desk.fill("ref", &reference.to_lowercase().replace('-', ""))
            .await;
        desk.press(("何が起きたかを調べる", "See what happened"))
            .await;
        desk.sees(("OTP-03", "OTP-03")).await;
        desk.sees(("tanaka@example.jp", "tanaka@example.jp")).await;
        desk.photograph("audit-reference").await;
        desk.press(("ユーザーのページを開く", "Open the user’s page"))
            .await;
        desk.press(("ヘルプデスクコード", "Helpdesk code")).await;
        desk.fill("reason", desk.word(("電話で本人確認", "Known by voice")))
            .await;
        desk.press(("コードを表示する", "Show the code")).await;
        let code = desk.text("#helpdesk-code").await;
        // The administrator has read it out: the caller logs in once more.
        visit.sign_in("workspace", &caller).await;
        visit
            .press((
                "ヘルプデスクのコードを使用してログインする",
                "Sign in with a code from the helpdesk",
            ))
            .await;
        visit.fill("helpdesk_code", &code).await;
        visit.press(SUBMIT_LOGIN).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}
