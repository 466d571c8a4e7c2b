//! The manuals of a mail gateway, a camera viewer and a control panel, followed step by step, and a set-up that is put off.

use crate::acts::*;
use crate::chromium::Language::{En, Ja};
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};
use thirtyfour::By;

const SEND: Words = ("送信", "Send");
const PROCEED: Words = ("確認して進む", "Confirm and go on");

#[tokio::test]
async fn g3_g4_g5_g6_g7_the_mail_gateway_in_japanese_on_a_phone() {
    gateway(Visitor::new(Ja, Phone)).await;
}

#[tokio::test]
async fn g3_g4_g5_g6_g7_the_mail_gateway_in_japanese_at_a_desk() {
    gateway(Visitor::new(Ja, Desk)).await;
}

#[tokio::test]
async fn g3_g4_g5_g6_g7_the_mail_gateway_in_english_on_a_phone() {
    gateway(Visitor::new(En, Phone)).await;
}

#[tokio::test]
async fn g3_g4_g5_g6_g7_the_mail_gateway_in_english_at_a_desk() {
    gateway(Visitor::new(En, Desk)).await;
}

#[tokio::test]
async fn c1_c2_c3_c4_c5_c6_c7_the_camera_viewer_in_japanese_on_a_phone() {
    camera(Visitor::new(Ja, Phone)).await;
}

#[tokio::test]
async fn c1_c2_c3_c4_c5_c6_c7_the_camera_viewer_in_japanese_at_a_desk() {
    camera(Visitor::new(Ja, Desk)).await;
}

#[tokio::test]
async fn c1_c2_c3_c4_c5_c6_c7_the_camera_viewer_in_english_on_a_phone() {
    camera(Visitor::new(En, Phone)).await;
}

#[tokio::test]
async fn c1_c2_c3_c4_c5_c6_c7_the_camera_viewer_in_english_at_a_desk() {
    camera(Visitor::new(En, Desk)).await;
}

#[tokio::test]
async fn p1_p2_p3_p4_p5_the_control_panel_in_japanese_on_a_phone() {
    panel(Visitor::new(Ja, Phone)).await;
}

#[tokio::test]
async fn p1_p2_p3_p4_p5_the_control_panel_in_japanese_at_a_desk() {
    panel(Visitor::new(Ja, Desk)).await;
}

#[tokio::test]
async fn p1_p2_p3_p4_p5_the_control_panel_in_english_on_a_phone() {
    panel(Visitor::new(En, Phone)).await;
}

#[tokio::test]
async fn p1_p2_p3_p4_p5_the_control_panel_in_english_at_a_desk() {
    panel(Visitor::new(En, Desk)).await;
}

#[tokio::test]
async fn w8_a_set_up_is_put_off_in_japanese_on_a_phone() {
    grace(Visitor::new(Ja, Phone)).await;
}

#[tokio::test]
async fn w8_a_set_up_is_put_off_in_japanese_at_a_desk() {
    grace(Visitor::new(Ja, Desk)).await;
}

#[tokio::test]
async fn w8_a_set_up_is_put_off_in_english_on_a_phone() {
    grace(Visitor::new(En, Phone)).await;
}

#[tokio::test]
async fn w8_a_set_up_is_put_off_in_english_at_a_desk() {
    grace(Visitor::new(En, Desk)).await;
}

async fn gateway(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let first_set_up = (
            "ワンタイムパスワード初期設定",
            "One-time password: first set-up",
        );
        let enter_code = ("ワンタイムパスワード認証", "One-time password");
        let user = visit.member("mail-gateway");

        // G3: after the password comes the set-up; the key and the stores are folded.
        visit.sign_in("mail-gateway", &user).await;
        visit
            .is_at("/mail-gateway/login/set-up", first_set_up)
            .await;
        visit.photograph("gateway-set-up").await;
        visit
            .touch((
                "認証システムアプリの入手先を表示",
                "Where to get an authenticator app",
            ))
            .await;
        for (store, width) in [
            ("play.google.com", "svg"),
            ("apps.apple.com", "svg"),
            ("github.com/winauth", "svg"),
        ] {
            assert!(
                visit
                    .has(&format!("details[open] a[href*=\"{store}\"] {width}"))
                    .await
            );
        }
        visit.photograph("gateway-stores").await;
        visit
            .touch((
                "認証システムアプリの入手先を表示",
                "Where to get an authenticator app",
            ))
            .await;
        assert!(
            visit.has("footer a[href$=\"/help\"]").await,
            "困ったときは(FAQ)"
        );

        // G4: account name, secret key, time-based.
        visit
            .touch((
                "シークレットキーを表示（QRコードを読み取れない場合）",
                "Show the secret key (if you cannot scan the QR code)",
            ))
            .await;
        visit.sees(("時間ベース", "Time-based")).await;
        assert_eq!(visit.text("#set-up-account").await, user.login);
        let typed = crate::phone::Phone::typed(
            &user.login,
            &visit.text("#set-up-key").await.replace(' ', ""),
        );
        let mut phone = typed;
        visit.fill("code", &phone.code().await).await;
        visit.press(SEND).await;
        visit.is_at("/mail-gateway/account", ACCOUNT).await;

        // G5: later logins ask for the code after the password.
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.is_at("/mail-gateway/login/code", enter_code).await;
        visit.photograph("gateway-code").await;

        // G6: a wrong code shows nothing but the error, a current one shows the same QR code.
        let show_again = ("QR再表示", "Show the QR code again");
        visit.fill("code", &phone.wrong_code()).await;
        visit.press(show_again).await;
        let wrong = (
            "入力されたワンタイムパスワードを確認できませんでした。",
            "We could not confirm this one-time password.",
        );
        visit.is_refused("OTP-01", wrong, Some("code")).await;
        assert!(!visit.has(".qr").await);
        visit.fill("code", &phone.code().await).await;
        visit.press(show_again).await;
        assert_eq!(
            visit.heading().await,
            visit.word(("QRコードの再表示", "Your QR code once more"))
        );
        visit.photograph("gateway-qr-again").await;
        let mut second = visit.scan().await;
        visit
            .press(("読み取ったので次へ進む", "I have scanned it, continue"))
            .await;
        visit.is_at("/mail-gateway/account", ACCOUNT).await;
        visit.sign_out().await;

        // G7: three endings, each with code, time, login ID and reference.
        let names_all = async |code: &str| {
            let line = visit.text("#problem-line").await;
            assert!(line.contains(code) && line.contains(&user.login), "{line}");
            assert!(line.contains("JST"), "{line}");
        };
        visit.give_password(&user).await;
        for code in ["OTP-01", "OTP-01", "LOGIN-03"] {
            visit.fill("code", &phone.wrong_code()).await;
            visit.press(SEND).await;
            names_all(code).await;
        }
        visit.is_at("/mail-gateway/login", SIGN_IN).await;
        visit.photograph("gateway-three-wrong").await;
        visit.give_password(&user).await;
        visit.fill("code", "abc").await;
        visit.press(SEND).await;
        names_all("OTP-02").await;
        visit.change_database("UPDATE login_attempt SET expires_at = 1");
        visit.fill("code", &second.code().await).await;
        visit.press(SEND).await;
        visit.is_at("/mail-gateway/login", SIGN_IN).await;
        names_all("LOGIN-02").await;
        visit.photograph("gateway-time-over").await;

        // The further device logs in, with a code that the first one did not use up.
        second.follows(&phone);
        visit.give_password(&user).await;
        visit.fill("code", &second.code().await).await;
        visit.press(SEND).await;
        visit.is_at("/mail-gateway/account", ACCOUNT).await;
        visit.open("/mail-gateway/account/remove").await;
        assert!(visit.has("#problem").await, "only the administrator");
    })
    .await;
}

async fn camera(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let set_up = ("2段階認証設定", "Set up two-step verification");
        let enter_code = ("2段階認証コード入力", "Enter your verification code");
        let verify = ("認証する", "Verify");
        let user = visit.member("camera");
        visit.open("/camera/login").await;
        // C4: stay logged in, and the forgotten password.
        assert!(visit.has("#remember").await);
        visit.photograph("camera-login").await;
        visit.give_password(&user).await;
        visit.is_at("/camera/account", ACCOUNT).await;

        // C1: the password again, however fresh the login is.
        visit
            .press(("2段階認証を設定する", "Set up two-step verification"))
            .await;
        visit
            .is_at(
                "/camera/account/proof",
                ("ご本人の確認", "Confirm it is you"),
            )
            .await;
        visit.photograph("camera-password-again").await;
        visit.fill("password", &user.password).await;
        visit.press(PROCEED).await;
        visit.is_at("/camera/account/set-up", set_up).await;
        // C7: on the phone itself the link is tapped.
        let mut phone = visit.scan().await;
        let link = visit.find("a[href^=\"otpauth://\"]").await;
        let address = link.attr("href").await.expect("readable");
        assert_eq!(address.as_deref(), Some(phone.uri.as_str()));
        visit.photograph("camera-set-up").await;
        visit.fill("code", &phone.code().await).await;
        visit.press(SEND).await;

        // C3: six codes, looked at again with their marks.
        visit
            .sees((
                "2段階認証の設定が完了しました。",
                "Two-step verification is set up.",
            ))
            .await;
        visit.photograph("camera-codes").await;
        let list = visit.driver.find_all(By::Css("#new-codes li")).await;
        let mut codes = Vec::new();
        for code in list.expect("a list") {
            codes.push(code.text().await.expect("an element has text"));
        }
        assert_eq!(codes.len(), 6, "{codes:?}");

        // C4, C5: the second step, the backup code, and the way back.
        visit.open("/camera/account").await;
        visit.sign_out().await;
        visit.give_password(&user).await;
        visit.is_at("/camera/login/code", enter_code).await;
        visit.photograph("camera-code").await;
        visit.press(USE_BACKUP_CODE).await;
        visit
            .press(("認証コード入力画面に戻る", "Back to the verification code"))
            .await;
        visit.is_at("/camera/login/code", enter_code).await;
        visit.press(USE_BACKUP_CODE).await;
        visit.fill("backup_code", &codes[2]).await;
        visit.press(verify).await;
        visit.is_at("/camera/account", ACCOUNT).await;
        visit.open("/camera/account/backup-codes").await;
        visit
            .press(("コードをもう一度表示する", "Show the codes again"))
            .await;
        visit.photograph("camera-codes-viewed").await;
        let used = visit.driver.find_all(By::Css(".codes s")).await;
        let used = used.expect("a list");
        assert_eq!(used.len(), 1);
        assert_eq!(used[0].text().await.expect("text"), codes[2]);

        // C6: the phone is lost; the password switches it off.
        visit.open("/camera/account").await;
        visit
            .press(("2段階認証を解除する", "Turn off two-step verification"))
            .await;
        let off = ("解除", "Turn it off");
        visit.fill("password", "a guess").await;
        visit.press(off).await;
        let wrong = (
            "パスワードを確認できませんでした。",
            "We could not confirm this password.",
        );
        visit.is_refused("ACC-03", wrong, Some("password")).await;
        visit.photograph("camera-remove").await;
        visit.fill("password", &user.password).await;
        visit.press(off).await;
        visit.is_at("/camera/account", ACCOUNT).await;
        visit.sign_out().await;

        // C4: the forgotten password; the answer names nobody.
        visit
            .press(("パスワードを忘れた方はこちら", "Forgotten your password?"))
            .await;
        visit.photograph("camera-forgotten").await;
        visit.fill("login", &user.login).await;
        visit.press(("メールを送る", "Send the mail")).await;
        visit.is_at("/camera/login", SIGN_IN).await;
        visit.open("/demo/mail").await;
        let mails = visit.text("main").await;
        let address = mails
            .split_whitespace()
            .find(|word| word.contains("/login/reset?token="))
            .expect("the mail has the link");
        let address = address.strip_prefix(visit.base()).expect("to us");
        visit.open(address).await;
        visit.photograph("camera-reset").await;
        visit
            .fill("new_password", "糸車 と 夜の長い散歩 と 茶碗")
            .await;
        visit
            .press(("パスワードを設定する", "Set the password"))
            .await;
        visit.is_at("/camera/login", SIGN_IN).await;
        visit.open(address).await;
        let void = (
            "パスワード再設定のリンクは、使用済みか期限切れです。",
            "This link for a new password has been used or has expired.",
        );
        visit.is_refused("RST-01", void, None).await;
    })
    .await;
}

async fn panel(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let set_up = ("二要素認証設定", "Two-factor authentication: set-up");
        let user = visit.member("control-panel");
        visit.sign_in("control-panel", &user).await;
        // P1: the QR code, the key, a token of six digits.
        visit
            .press(("二要素認証を設定する", "Set up two-factor authentication"))
            .await;
        visit.is_at("/control-panel/account/set-up", set_up).await;
        visit.photograph("panel-set-up").await;
        let abandoned = visit.scan().await;
        // P2: a reload makes a new key.
        visit
            .turns_page(async || visit.driver.refresh().await)
            .await;
        let mut phone = visit.scan().await;
        assert_ne!(abandoned.uri, phone.uri);
        visit
            .touch((
                "初期設定用認証キーを表示（QRコードを読み取れない場合）",
                "Show the initial set-up key (if you cannot scan the QR code)",
            ))
            .await;
        assert!(
            visit
                .find("#set-up-key")
                .await
                .is_displayed()
                .await
                .expect("readable")
        );
        visit.fill("code", &phone.code_of_now().await).await;
        visit
            .press(("登録して有効化する", "Register and turn on"))
            .await;
        visit.is_at("/control-panel/account", ACCOUNT).await;
        visit
            .sees((
                "二要素認証が有効になっています。",
                "Two-factor authentication is on.",
            ))
            .await;
        visit.photograph("panel-on").await;

        // P4: no button; only an administrator.
        visit.open("/control-panel/account/remove").await;
        let only = (
            "二要素認証を解除できるのは管理者だけです。",
            "Only an administrator can turn two-factor authentication off.",
        );
        visit.is_refused("SET-03", only, None).await;
        visit.open("/control-panel/account").await;
        visit.sign_out().await;

        // P3, P5: all three with one button, and the code of this half minute only.
        visit.fill("login", &user.login).await;
        visit.fill("password", &user.password).await;
        visit
            .touch((
                "二要素認証を設定している場合はこちら",
                "If you use two-factor authentication, open this",
            ))
            .await;
        visit.photograph("panel-login").await;
        visit.fill("code", &phone.code_of_now().await).await;
        visit.press(SUBMIT_LOGIN).await;
        visit.is_at("/control-panel/account", ACCOUNT).await;
    })
    .await;
}

async fn grace(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let user = visit.member("default");
        visit.change_database(&format!(
            "INSERT INTO person_group (tenant_id, id, name, grace_until, created_at)
               SELECT tenant_id, 1, 'late', 4102444800000, 0 FROM person
                WHERE login = '{0}' AND tenant_id = (SELECT id FROM tenant WHERE slug = 'default');
             UPDATE person SET group_id = 1
              WHERE login = '{0}' AND tenant_id = (SELECT id FROM tenant WHERE slug = 'default')",
            user.login
        ));
        visit.sign_in("default", &user).await;
        visit
            .is_at(
                "/default/login/set-up",
                ("二要素認証有効化", "Turn on two-factor authentication"),
            )
            .await;
        visit
            .sees(("2100-01-01 09:00 JST", "2100-01-01 09:00 JST"))
            .await;
        visit.photograph("set-up-or-later").await;
        visit.press(("あとで設定する", "Set up later")).await;
        visit.is_at("/default/account", ACCOUNT).await;
        // From the date on the open session is stopped.
        visit.change_database("UPDATE person_group SET grace_until = 1");
        visit.open("/default/account").await;
        assert_ne!(visit.path().await, "/default/account");
    })
    .await;
}
