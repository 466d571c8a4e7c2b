//! One person's mail programs on the console's page of the person (SEC-41, SEC-53): what the helpdesk reads there, and ending them.

use axum::http::StatusCode;
use warifu_domain::{policy::Enrolment, time::Span, user::Role};
use warifu_flows::mail_gate::{self, Question, Server};

use crate::{
    console_users::{administrator, page_of},
    support::{SLUG, TestApp, on_both},
};

const HOME: &str = "203.0.113.7";

/// A mail program of somebody asks to be let in.
async fn is_let_in(app: &TestApp, login: &str, service: &str) -> bool {
    let question = Question {
        login: login.to_owned(),
        address: HOME.to_owned(),
        service: service.to_owned(),
    };
    let asked = mail_gate::ask(&app.ctx, SLUG, &Server::Own, &question).await;
    app.ctx.settle().await;
    asked.unwrap().unwrap().1 == mail_gate::Answer::Allow
}

#[tokio::test]
async fn sec_053_the_helpdesk_reads_why_a_mail_program_was_refused_and_ends_what_is_open() {
    on_both("campus-mail", async |app| {
        app.change_policy(|policy| policy.second_factor.enrolment = Enrolment::Required)
            .await;
        let taro = app.member("taro").await;
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&taro).await;
        assert!(!is_let_in(&app, "taro", "imap").await);
        let mut desk = administrator(&app).await;
        let user = page_of(&mut desk, "taro").await;
        let shown = desk.open(&user).await.body;
        assert!(shown.contains(HOME) && shown.contains("IMAP"), "{shown}");
        assert!(shown.contains("同じ接続元からブラウザーでログインするようお伝えください"));
        // Where the person signed in, mail programs may come from: the set-up itself opened that window.
        let all = format!("{user}/end-mail");
        let (_, one) = shown
            .split_once(&format!("{all}/"))
            .expect("an open window");
        let one = format!("{all}/{}", one.split('"').next().unwrap());
        let asked = desk.open(&one).await.body;
        assert!(
            asked.contains("taro") && asked.contains("からのメールソフト"),
            "{asked}"
        );
        let refused = desk.press(&one, &[("reason", " ")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.refuses("ADM-02"));
        assert!(
            refused.body.contains("からのメールソフト"),
            "it is still about that one"
        );
        let done = desk.press(&one, &[("reason", "laptop stolen")]).await;
        assert_eq!(
            done.location(),
            format!("/midori{user}?notice=user-mail-ended")
        );
        let after = desk.follow(done).await.body;
        assert!(!after.contains(&format!("{all}/")), "{after}");
        assert!(after.contains("laptop stolen"), "the record shows why");
        // It is gone: said where the others stand, not on a page of the person's own.
        desk.open(&one).await;
        let gone = desk.press(&one, &[("reason", "once more")]).await;
        let place = format!("/midori{user}?refusal=WIN-03");
        assert!(gone.location().starts_with(&place), "{}", gone.location());
        desk.open(&all).await;
        let ended = desk.press(&all, &[("reason", "to be sure")]).await;
        assert!(ended.location().contains("notice=user-mail-ended"));
        // What names no network is no page.
        for network in ["zz", "7f", "00%00", "%3Cb%3E", &"0".repeat(400)] {
            let answer = desk.get(&format!("{all}/{network}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{network}");
        }
        // The proof leads back to the very window, not to all of them.
        app.wait(Span::minutes(6));
        let to = format!("/midori/account/proof?for=console&to={one}");
        assert_eq!(desk.get(&one).await.location(), to);
    })
    .await;
}

#[tokio::test]
async fn k6_the_person_s_page_tells_of_the_private_address_and_names_the_tenant_s_app() {
    on_both("campus-mail", async |app| {
        let taro = app.member("taro").await;
        app.browser().type_password(&taro).await;
        let mut desk = administrator(&app).await;
        let user = page_of(&mut desk, "taro").await;
        let shown = desk.open(&user).await.body;
        assert!(shown.contains("認証用外部メールアドレス") && shown.contains("OTPアプリ"));
        assert!(!shown.contains("認証アプリ"), "{shown}");
        let removal = desk.open(&format!("{user}/reissue")).await.body;
        assert!(
            removal.contains("OTPアプリと認証用外部メールアドレスの登録"),
            "{removal}"
        );
        // Codes by mail never count for those who manage others, and the page says so.
        let boss = page_of(&mut desk, "chief").await;
        let own = desk.open(&boss).await.body;
        assert!(own.contains("メールで届くOTPは使えません"), "{own}");
    })
    .await;
    on_both("workspace", async |app| {
        app.member("taro").await;
        app.person("other", Role::Administrator).await;
        let mut desk = administrator(&app).await;
        let user = page_of(&mut desk, "taro").await;
        let shown = desk.open(&user).await.body;
        for word in ["外部メールアドレス", "<h2>メールソフト", "end-mail"] {
            assert!(!shown.contains(word), "{word}");
        }
    })
    .await;
}
