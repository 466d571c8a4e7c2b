//! Codes that are refused at the login, as a person meets it: what is said, what still works afterwards.

use crate::acts::*;
use crate::chromium::Language::{self, En, Ja};
use crate::visit::Width::{self, Desk};
use crate::visit::{Visit, Visitor, visit};

#[tokio::test]
async fn w9_a_refused_code_says_why_in_japanese() {
    codes(Ja).await;
}

#[tokio::test]
async fn w9_a_refused_code_says_why_in_english() {
    codes(En).await;
}

#[tokio::test]
async fn w9_a_refused_backup_code_says_why_in_japanese() {
    backup_codes(Ja).await;
}

#[tokio::test]
async fn w9_a_refused_backup_code_says_why_in_english() {
    backup_codes(En).await;
}

async fn codes(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        let user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;
        let mut phone = visit.set_up().await;
        let backup = visit.download_codes().await;
        visit.sign_out().await;

        // Wrong, then not a code at all, then right: two mistakes do no harm.
        visit.give_password(&user).await;
        visit.give_code(&phone.wrong_code()).await;
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
        visit.sees(("あと2回まで入力できます。", "2 tries are left.")).await;
        visit.photograph("login-code-wrong").await;
        visit.give_code("12-34").await;
        visit
            .is_refused(
                "OTP-02",
                (
                    "セキュリティコードとして読み取れませんでした。",
                    "We could not read this as the security code.",
                ),
                Some("code"),
            )
            .await;
        visit.sees(("あと1回まで入力できます。", "One try is left.")).await;
        visit.photograph("login-code-malformed").await;
        let code = phone.code().await;
        visit.give_code(&code).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.sign_out().await;

        // The code of just now again, then that of a phone whose clock is slow, then a wrong one: the third ends it.
        visit.give_password(&user).await;
        visit.give_code(&code).await;
        visit
            .is_refused(
                "OTP-03",
                (
                    "このセキュリティコードはすでに使用されています。",
                    "This security code has already been used.",
                ),
                Some("code"),
            )
            .await;
        visit.photograph("login-code-used").await;
        visit.give_code(&phone.code_if_slow(4)).await;
        visit
            .is_refused(
                "OTP-04",
                (
                    "スマートフォンの時計が約4分ずれているため、セキュリティコードが合いません。",
                    "The security code does not fit because the clock of your phone is about 4 minutes off.",
                ),
                Some("code"),
            )
            .await;
        visit.photograph("login-code-slow-phone").await;
        visit.give_code(&phone.wrong_code()).await;
        visit.is_at("/workspace/login", SIGN_IN).await;
        visit
            .is_refused(
                "LOGIN-03",
                (
                    "コードを確認できない状態が続いたため、このログインを終了しました。",
                    "This login has ended because too many codes could not be confirmed.",
                ),
                None,
            )
            .await;
        visit.photograph("login-too-many-wrong-codes").await;

        // Too late.
        visit.give_password(&user).await;
        visit.change_database("UPDATE login_attempt SET expires_at = 1");
        visit.give_code(&phone.wrong_code()).await;
        visit.is_at("/workspace/login", SIGN_IN).await;
        visit
            .is_refused(
                "LOGIN-02",
                ("ログインの制限時間を過ぎました。", "The time for this login is over."),
                None,
            )
            .await;
        visit.photograph("login-too-late").await;

        // After many failures in a row the app's codes wait, and in the end they are off; a backup code opens them again.
        visit.give_password(&user).await;
        visit.change_database("UPDATE totp SET failures = 9, blocked_until = 4102444800000");
        visit.give_code(&phone.wrong_code()).await;
        visit
            .is_refused(
                "OTP-05",
                (
                    "コードを確認できない状態が続いたため、09:00 JST まで入力を停止しています。",
                    "Too many codes could not be confirmed, so entering codes is paused until 09:00 JST.",
                ),
                Some("code"),
            )
            .await;
        visit.photograph("login-code-paused").await;
        visit.change_database("UPDATE totp SET failures = 50");
        visit.give_code(&phone.wrong_code()).await;
        visit
            .is_refused(
                "OTP-06",
                (
                    "コードを確認できない状態が何度も続いたため、この方法でのログインを停止しました。",
                    "Signing in this way is switched off because far too many codes could not be confirmed.",
                ),
                Some("code"),
            )
            .await;
        visit.photograph("login-code-disabled").await;
        visit.press(USE_BACKUP_CODE).await;
        visit.give_backup_code(&backup[0]).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.give_code(&phone.code().await).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}

async fn backup_codes(language: Language) {
    visit(Visitor::new(language, Desk), async move |visit: Visit| {
        let user = visit.member("workspace");
        visit.sign_in("workspace", &user).await;
        visit.set_up().await;
        let old = visit.download_codes().await;
        visit.sign_out().await;
        visit.sign_in_with_backup_code(&user, &old[0]).await;
        let codes = visit.download_codes().await;
        visit.sign_out().await;

        // Of a set that a newer one has replaced, used or not.
        visit.sign_in_with_backup_code(&user, &old[1]).await;
        visit
            .is_refused(
                "BAK-03",
                (
                    "このバックアップコードは、新しく発行されたため無効になっています。",
                    "This backup code no longer works because new ones were issued.",
                ),
                Some("backup_code"),
            )
            .await;
        visit.photograph("login-backup-code-superseded").await;
        visit.give_backup_code("0000").await;
        visit
            .is_refused(
                "BAK-04",
                (
                    "バックアップコードとして読み取れませんでした。",
                    "We could not read this as one of your backup codes.",
                ),
                Some("backup_code"),
            )
            .await;
        visit.photograph("login-backup-code-malformed").await;
        visit.give_backup_code(&codes[0]).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.sign_out().await;

        // Used before, then wrong, then right.
        visit.sign_in_with_backup_code(&user, &codes[0]).await;
        visit
            .is_refused(
                "BAK-02",
                (
                    "このバックアップコードは使用済みです。",
                    "This backup code has already been used.",
                ),
                Some("backup_code"),
            )
            .await;
        visit.photograph("login-backup-code-used").await;
        visit.give_backup_code(&unknown(&[old, codes.clone()].concat())).await;
        visit
            .is_refused(
                "BAK-01",
                (
                    "入力されたバックアップコードを確認できませんでした。",
                    "We could not confirm this backup code.",
                ),
                Some("backup_code"),
            )
            .await;
        visit.photograph("login-backup-code-wrong").await;
        visit.give_backup_code(&codes[1]).await;
        visit.is_at("/workspace/account", ACCOUNT).await;

        // Two pages with the same button: the second press does not void what the first one gave.
        visit.open("/workspace/account/backup-codes").await;
        visit.change_database("UPDATE backup_code_set SET generation = generation + 1");
        visit.press(DOWNLOAD).await;
        visit
            .is_refused(
                "BAK-05",
                (
                    "このバックアップコードはすでに表示したため、もう一度表示することはできません。",
                    "These backup codes were shown before and cannot be shown again.",
                ),
                None,
            )
            .await;
        visit.photograph("error-codes-shown-before").await;

        // What is left is said before it runs out.
        visit.change_database("UPDATE backup_code_set SET used = 1023 - 1");
        visit.open("/workspace/account").await;
        visit
            .sees((
                "残りが少なくなっています。新しいバックアップコードを発行してください。",
                "Few codes are left. Please issue new backup codes.",
            ))
            .await;
        visit.photograph("account-few-codes").await;
        visit.change_database("UPDATE backup_code_set SET used = 1023");
        visit.open("/workspace/account/backup-codes").await;
        visit
            .sees((
                "使えるコードが残っていません。新しいバックアップコードを発行してください。",
                "No code is left. Please issue new backup codes.",
            ))
            .await;
        visit.photograph("backup-codes-none-left").await;
    })
    .await;
}

/// A well-formed code that is none of these.
fn unknown(codes: &[String]) -> String {
    let mut all = (0..).map(|number| format!("0000-{number:04}"));
    all.find(|code| !codes.contains(code))
        .expect("there are more numbers than codes")
}

/// Shows: G9, W9
async fn question(language: Language) {
    visit(
        Visitor::new(language, Width::Phone),
        async move |visit: Visit| {
            let user = visit.member("workspace");
            visit.sign_in("workspace", &user).await;
            let phone = visit.set_up().await;
            visit.sign_out().await;
            visit.give_password(&user).await;
            visit.give_code(&phone.wrong_code()).await;
            let link = visit.find("#problem a").await;
            let asked = link.text().await.expect("a link has words");
            visit.turns_page(async || link.click().await).await;
            assert_eq!(visit.path().await, "/workspace/help");
            // The question that explains this very error, and where the eye falls.
            let section = visit.text("section:target h2").await;
            assert_eq!(section, asked);
            let top = "return document.querySelector('section:target').getBoundingClientRect().top";
            visit
                .until("the answer in the window", async || {
                    let top = visit.driver.execute(top, Vec::new()).await.ok()?;
                    let top: f64 = top.convert().ok()?;
                    (-1.0..400.0).contains(&top).then_some(())
                })
                .await;
        },
    )
    .await;
}

#[tokio::test]
async fn w9_an_error_leads_to_the_question_that_explains_it_in_japanese() {
    question(Ja).await;
}

#[tokio::test]
async fn w9_an_error_leads_to_the_question_that_explains_it_in_english() {
    question(En).await;
}
