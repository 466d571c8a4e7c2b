//! The walk of a workspace's manual: switching two-factor on, keeping backup codes, logging in with either, new codes,
//! switching it off.

use crate::acts::*;
use crate::chromium::Language::{En, Ja};
use crate::chromium::Scripts;
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, visit};

#[tokio::test]
async fn w1_w2_w3_w4_w5_the_walk_of_the_manual_in_japanese_on_a_phone() {
    walk(Visitor::new(Ja, Phone)).await;
}

#[tokio::test]
async fn w1_w2_w3_w4_w5_the_walk_of_the_manual_in_japanese_at_a_desk() {
    walk(Visitor::new(Ja, Desk)).await;
}

#[tokio::test]
async fn w1_w2_w3_w4_w5_the_walk_of_the_manual_in_english_on_a_phone() {
    walk(Visitor::new(En, Phone)).await;
}

#[tokio::test]
async fn w1_w2_w3_w4_w5_the_walk_of_the_manual_in_english_at_a_desk() {
    walk(Visitor::new(En, Desk)).await;
}

#[tokio::test]
async fn w1_w2_w3_w4_w5_the_walk_of_the_manual_without_scripts() {
    walk(Visitor::new(Ja, Phone).without_scripts()).await;
}

async fn walk(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let user = visit.member("workspace");

        // Nothing is set up yet: the password is enough.
        visit.open("/workspace/").await;
        visit.is_at("/workspace/login", SIGN_IN).await;
        visit.photograph("login").await;
        if visitor.language == Ja && visitor.width == Desk {
            visit.picture_for_readme().await;
        }
        visit.give_password(&user).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.photograph("account-off").await;

        // 「2要素認証を設定する」
        visit.press(START_SET_UP).await;
        visit.is_at("/workspace/account/set-up", SET_UP).await;
        visit.photograph("set-up").await;
        // Buttons that only scripts can serve wait for them.
        assert_eq!(
            visit.has("button[data-copy][hidden]").await,
            visitor.scripts == Scripts::Off
        );
        let mut phone = visit.scan().await;
        assert!(
            phone.label.ends_with(&format!(":{}", user.login)),
            "{phone:?}"
        );
        // On the phone that shows the page there is nothing to scan with: the link opens the app instead.
        let link = visit.find("a[href^='otpauth:']").await;
        assert_eq!(
            link.attr("href").await.expect("readable"),
            Some(phone.uri.clone())
        );
        assert!(link.is_displayed().await.expect("readable"));

        // 「セキュリティコード」「認証する」
        visit.give_code(&phone.code().await).await;
        visit
            .is_at("/workspace/account/backup-codes", BACKUP_CODES)
            .await;
        visit
            .sees((
                "2要素認証が有効化されました。",
                "Two-factor authentication is on.",
            ))
            .await;
        visit.photograph("backup-codes-none").await;

        // 「バックアップコードをダウンロード」
        visit.touch(DOWNLOAD).await;
        let (name, text) = visit.downloaded().await;
        assert_eq!(
            name,
            visit.word(("バックアップコード.txt", "backup codes.txt"))
        );
        let first = codes_in(&text);
        assert_ten_codes_of_eight_digits(&first);

        // Log in with the app's code.
        visit.sign_out().await;
        visit.is_at("/workspace/login", SIGN_IN).await;
        visit.photograph("login-signed-out").await;
        visit.give_password(&user).await;
        visit.is_at("/workspace/login/code", ENTER_CODE).await;
        visit.photograph("login-code").await;
        visit.give_code(&phone.code().await).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit.photograph("account-on").await;

        // Log in with a backup code.
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.press(USE_BACKUP_CODE).await;
        visit
            .is_at("/workspace/login/backup-code", ENTER_BACKUP_CODE)
            .await;
        visit.photograph("login-backup-code").await;
        visit.give_backup_code(&first[0]).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit
            .sees((
                "未使用のコードは10個中9個です。",
                "9 of 10 codes are unused.",
            ))
            .await;

        // New codes void the old ones, used or not.
        let second = visit.download_codes().await;
        assert_ten_codes_of_eight_digits(&second);
        assert!(second.iter().all(|code| !first.contains(code)));
        visit.sign_out().await;
        visit.sign_in_with_backup_code(&user, &first[1]).await;
        visit
            .is_at("/workspace/login/backup-code", ENTER_BACKUP_CODE)
            .await;
        visit.give_backup_code(&second[0]).await;
        visit.is_at("/workspace/account", ACCOUNT).await;

        // 「解除する」「OK」
        visit
            .press(("2要素認証を解除する", "Turn off two-factor authentication"))
            .await;
        visit
            .is_at(
                "/workspace/account/remove",
                ("2要素認証を解除する", "Turn off two-factor authentication"),
            )
            .await;
        visit.photograph("remove").await;
        visit.press(("OK（解除する）", "OK, turn it off")).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
        visit
            .sees((
                "2要素認証を解除しました。",
                "Two-factor authentication is off.",
            ))
            .await;
        visit.photograph("account-just-turned-off").await;

        // The password is enough again.
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.is_at("/workspace/account", ACCOUNT).await;
    })
    .await;
}

fn assert_ten_codes_of_eight_digits(codes: &[String]) {
    assert_eq!(codes.len(), 10, "{codes:?}");
    for code in codes {
        let (left, right) = code.split_once('-').expect("two groups");
        for group in [left, right] {
            assert!(
                group.len() == 4 && group.bytes().all(|digit| digit.is_ascii_digit()),
                "{code}"
            );
        }
    }
}
