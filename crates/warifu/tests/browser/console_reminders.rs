//! An administrator reminds those who have no second factor: looks at the mail, says why, and sees it sent.

use crate::chromium::Language::{self, En, Ja};
use crate::console_users::at_the_desk;
use crate::visit::Width::{self, Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};

const REMINDERS: Words = ("リマインダーメール", "Reminder mails");

#[tokio::test]
async fn w8_an_administrator_reminds_in_japanese_at_a_desk() {
    remind(Ja, Desk).await;
}

#[tokio::test]
async fn w8_an_administrator_reminds_in_english_on_a_phone() {
    remind(En, Phone).await;
}

async fn remind(language: Language, width: Width) {
    visit(Visitor::new(language, width), async move |visit: Visit| {
        at_the_desk(&visit).await;
        visit.open("/workspace/admin/adoption").await;
        visit
            .press(("リマインダーメールを用意する", "Prepare reminders"))
            .await;
        visit
            .is_at("/workspace/admin/adoption/reminders", REMINDERS)
            .await;
        visit.photograph("console-reminders").await;
        let note = ("情報システム部の田中です。", "This is Tanaka of IT.");
        visit.fill("note", visit.word(note)).await;
        visit
            .press(("文面と人数を確認する", "Look at text and numbers"))
            .await;
        visit.sees(note).await;
        visit.photograph("console-reminders-preview").await;
        let why = ("監査の前", "Before the audit");
        visit.fill("reason", visit.word(why)).await;
        visit.enter("reason").await;
        visit.sees(("送信の列に入れました", "in the queue")).await;
        visit.photograph("console-reminders-done").await;
        // Nobody gets a second one.
        visit
            .open("/workspace/admin/adoption/reminders?look=1")
            .await;
        visit.sees(("送信できません", "nothing can be sent")).await;
    })
    .await;
}
