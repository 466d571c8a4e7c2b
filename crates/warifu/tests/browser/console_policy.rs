//! An administrator changes a rule with open eyes: sees what it would do to whom, saves it, and goes back.

use thirtyfour::components::SelectElement;

use crate::acts::*;
use crate::chromium::Language::{self, En, Ja};
use crate::console_users::at_the_desk;
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};

const EDIT: Words = ("ポリシーを変更する", "Change the policy");
const PREVIEW: Words = ("影響を確かめる", "See what it would do");
const SAVE: Words = ("このポリシーに変更する", "Change to this policy");
const DRAFT: Words = ("変更の影響", "What the change would do");
const HISTORY: Words = ("変更の履歴", "History of changes");
const GO_BACK: Words = ("この版に戻す", "Go back to this revision");

/// Waits until the preview is counted: its page refreshes itself until then.
async fn counted(visit: &Visit) {
    assert_eq!(visit.heading().await, visit.word(DRAFT));
    visit.find("#reason").await;
}

async fn change(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        at_the_desk(&visit).await;
        visit.open("/workspace/admin/policy").await;
        visit.photograph("console-policy").await;
        visit.press(EDIT).await;
        visit.photograph("console-policy-edit").await;
        let field = visit.find("#second_factor-enrolment").await;
        let choice = SelectElement::new(&field).await.expect("it is a list");
        choice.select_by_value("required").await.expect("a choice");
        visit.press(PREVIEW).await;
        counted(&visit).await;
        visit
            .sees((
                "について、ログインのときに求めることが変わります",
                "Something changes for",
            ))
            .await;
        visit
            .sees(("enrolment = \"required\"", "enrolment = \"required\""))
            .await;
        visit.photograph("console-policy-draft").await;

        // Nothing counts before it is saved: a member still logs in with the password alone.
        let member = visit.member("workspace");
        let phone = visit.another(Visitor::new(language, Phone)).await;
        phone.sign_in("workspace", &member).await;
        phone.is_at("/workspace/account", ACCOUNT).await;
        phone.sign_out().await;
        visit
            .fill(
                "reason",
                visit.word(("監査の指摘", "Asked for by the audit")),
            )
            .await;
        visit.press(SAVE).await;
        visit
            .sees(("ポリシーを変更しました", "The policy is changed"))
            .await;
        phone.give_password(&member).await;
        phone.is_at("/workspace/login/set-up", SET_UP).await;

        // The way back begins at the history, and is previewed like any other change.
        visit.open("/workspace/admin/policy/history").await;
        assert_eq!(visit.heading().await, visit.word(HISTORY));
        visit.sees(("監査の指摘", "Asked for by the audit")).await;
        visit.photograph("console-policy-history").await;
        visit.press(("版 1", "Revision 1")).await;
        visit.press(GO_BACK).await;
        counted(&visit).await;
        visit
            .fill("reason", visit.word(("取りやめ", "Called off")))
            .await;
        visit.press(SAVE).await;
        phone.sign_in("workspace", &member).await;
        phone.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}

#[tokio::test]
async fn a_rule_is_changed_with_open_eyes_in_japanese() {
    change(Ja).await;
}

#[tokio::test]
async fn a_rule_is_changed_with_open_eyes_in_english() {
    change(En).await;
}
