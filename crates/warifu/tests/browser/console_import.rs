//! People come from a file: what is wrong is shown row by row, nothing is written before it is confirmed, they keep the passwords they
//! had, and a wrong import is taken back.

use crate::acts::*;
use crate::chromium::Language::{self, En, Ja};
use crate::console_users::at_the_desk;
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};

const IMPORT: Words = ("ユーザーの取り込み", "Import users");
const PASTE: Words = ("テキストを貼り付ける", "Paste the text instead");
const CHECK: Words = ("確認する", "Check");
const UNDO: Words = ("取り込みを取り消す", "Undo the import");

const PASSWORD: &str = "tanuki no kaki 1907";
/// SSHA of that password, as directories keep it.
const HASH: &str = "{SSHA}hbRwcfn/Tf6r9KOOLaTZMXLjwA5zYWx0c2FsdA==";

/// Pastes a file of these lines into the form, and has it checked.
async fn check(visit: &Visit, lines: &[String]) {
    visit.open("/workspace/admin/users/import").await;
    visit.is_at("/workspace/admin/users/import", IMPORT).await;
    visit.touch(PASTE).await;
    let text = format!("login,name,password_hash\n{}\n", lines.join("\n"));
    visit.fill("text", &text).await;
    visit.press(CHECK).await;
}

#[tokio::test]
async fn people_are_imported_with_the_passwords_they_had_in_japanese() {
    import(Ja).await;
}

#[tokio::test]
async fn people_are_imported_with_the_passwords_they_had_in_english() {
    import(En).await;
}

async fn import(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        at_the_desk(&visit).await;
        visit.photograph("console-import").await;
        let good = [
            format!("sawa@example.jp,沢 さわ,{HASH}"),
            format!("kita@example.jp,北 きた,{HASH}"),
        ];

        // A password where its hash belongs: said by row, and nobody is added.
        let bad = [good[0].clone(), "kita@example.jp,北 きた,himitsu".into()];
        check(&visit, &bad).await;
        visit
            .sees((
                "このファイルは、このままでは取り込めません。1件も追加されていません。",
                "The file cannot be imported as it is. Nothing was added.",
            ))
            .await;
        visit
            .sees((
                "対応している形式のハッシュではありません。パスワードそのものは取り込めません。",
                "Not a password hash of an accepted kind. A password itself cannot be imported.",
            ))
            .await;
        assert_eq!(visit.text("tbody th").await, "3", "the line in the file");
        visit.photograph("console-import-refused").await;

        check(&visit, &good).await;
        visit
            .sees((
                "確認が終わりました。まだ何も書き込まれていません。",
                "The file is checked. Nothing is written yet.",
            ))
            .await;
        visit.photograph("console-import-checked").await;
        visit.press(("2人を追加する", "Add 2 users")).await;
        // It is done behind the page, which is loaded again until it says so.
        let page = visit.path().await;
        visit
            .until("the end of the import", async || {
                visit.open(&page).await;
                (!visit.has("progress").await).then_some(())
            })
            .await;
        visit
            .sees(("2人を追加しました。", "2 users were added."))
            .await;
        visit.photograph("console-import-done").await;

        let phone = visit.another(Visitor::new(language, Phone)).await;
        phone.open("/workspace/login").await;
        phone.fill("login", "sawa@example.jp").await;
        phone.fill("password", PASSWORD).await;
        phone.press(SUBMIT_LOGIN).await;
        phone.is_at("/workspace/account", ACCOUNT).await;

        // Taken back: whoever has signed in stays.
        visit.open(&page).await;
        visit.press(UNDO).await;
        visit.photograph("console-import-undo").await;
        visit
            .fill("reason", visit.word(("取り違え", "The wrong file")))
            .await;
        visit.press(("削除する", "Delete them")).await;
        visit
            .until("the end of the undoing", async || {
                visit.open("/workspace/admin/users?q=kita").await;
                let found = visit.text("main").await.contains("kita@example.jp");
                (!found).then_some(())
            })
            .await;
        phone.open("/workspace/account").await;
        phone.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}
