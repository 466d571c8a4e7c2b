//! Our own recommendation, the preset `default`: the first login leads through the set-up, and shows the backup codes.

use crate::acts::*;
use crate::chromium::Language::{En, Ja};
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};

const SET_UP: Words = ("二要素認証有効化", "Turn on two-factor authentication");
const ENTER_CODE: Words = ("確認コードの入力", "Enter your security code");

#[tokio::test]
async fn the_first_login_leads_through_the_set_up_in_japanese() {
    first_login(Visitor::new(Ja, Desk)).await;
}

#[tokio::test]
async fn the_first_login_leads_through_the_set_up_in_english() {
    first_login(Visitor::new(En, Desk)).await;
}

#[tokio::test]
async fn the_first_login_leads_through_the_set_up_on_a_phone() {
    first_login(Visitor::new(Ja, Phone)).await;
}

async fn first_login(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let user = visit.member("default");
        visit.sign_in("default", &user).await;
        visit.is_at("/default/login/set-up", SET_UP).await;
        visit.photograph("set-up-at-login").await;

        // Looked at again, it is the same key; one mistake does no harm.
        let mut phone = visit.scan().await;
        visit
            .turns_page(async || visit.driver.refresh().await)
            .await;
        assert_eq!(visit.scan().await.uri, phone.uri);
        visit.give_code(&phone.wrong_code()).await;
        visit
            .is_refused(
                "OTP-01",
                (
                    "入力された確認コードを確認できませんでした。",
                    "We could not confirm this security code.",
                ),
                Some("code"),
            )
            .await;
        visit.photograph("set-up-at-login-wrong").await;

        // One right code finishes both, and the backup codes stand there this once.
        visit.give_code(&phone.code().await).await;
        assert_eq!(
            visit.heading().await,
            visit.word((
                "二要素認証が有効化されました。",
                "Two-factor authentication is on."
            ))
        );
        visit.photograph("set-up-done").await;
        let shown = visit
            .driver
            .find_all(thirtyfour::By::Css("#new-codes li"))
            .await;
        let mut codes = Vec::new();
        for code in shown.expect("a list") {
            codes.push(code.text().await.expect("an element has text"));
        }
        assert_eq!(codes.len(), 10, "{codes:?}");
        assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
        visit.touch(DOWNLOAD).await;
        let (name, text) = visit.downloaded().await;
        assert_eq!(
            name,
            visit.word(("バックアップコード.txt", "backup codes.txt"))
        );
        assert_eq!(codes_in(&text), codes);
        visit
            .press(("保管したので次へ進む", "I have kept them, continue"))
            .await;
        visit.is_at("/default/account", ACCOUNT).await;
        visit.photograph("account-required").await;

        // From now on the code is asked for, or a backup code, in whatever spelling.
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.is_at("/default/login/code", ENTER_CODE).await;
        visit.give_code(&phone.code().await).await;
        visit.is_at("/default/account", ACCOUNT).await;
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.press(USE_BACKUP_CODE).await;
        visit.photograph("login-backup-code-symbols").await;
        visit
            .give_backup_code(&codes[0].to_lowercase().replace('-', " "))
            .await;
        visit.is_at("/default/account", ACCOUNT).await;

        // New codes stand on a page of their own, this once; who asks twice is told so.
        visit.open("/default/account/backup-codes").await;
        visit.photograph("backup-codes").await;
        visit
            .press(("バックアップコードを発行する", "Issue backup codes"))
            .await;
        visit.photograph("backup-codes-issued").await;
        assert!(visit.has("#new-codes li").await);

        // Where everybody needs it, nobody switches it off alone.
        visit.open("/default/account/remove").await;
        visit
            .is_refused(
                "SET-03",
                (
                    "二要素認証を解除できるのは管理者だけです。",
                    "Only an administrator can turn two-factor authentication off.",
                ),
                None,
            )
            .await;
        visit.photograph("error-only-administrator").await;
    })
    .await;
}
