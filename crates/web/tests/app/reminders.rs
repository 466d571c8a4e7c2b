//! Reminder mails at the console: looked at before they are sent, sent with a reason, and nothing else can be made of them.

use axum::http::StatusCode;
use warifu_domain::{time::Span, user::Role};
use warifu_flows::notices;

use crate::support::{Answer, Ask, Browser, TestApp, on_both};

const PATH: &str = "/admin/adoption/reminders";

async fn administrator(app: &TestApp) -> Browser {
    let chief = app.person("chief", Role::Administrator).await;
    let mut browser = app.browser();
    browser.sign_in_and_set_up(&chief).await;
    browser
}

/// The form as our page never sends it.
async fn attack(desk: &mut Browser, field: &str, typed: &str) -> Answer {
    let token = desk.form_token();
    let fields = [("form_token", &*token), (field, typed), ("reason", "why")];
    let ask = Ask::form(&format!("/midori{PATH}"), &fields);
    desk.send(ask).await
}

/// The page of a round once it is done.
async fn done(desk: &mut Browser, sent: &Answer) -> Answer {
    let path = sent.location().strip_prefix("/midori").unwrap().to_owned();
    loop {
        let page = desk.open(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        if page.header("refresh").is_none() {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn w8_reminders_are_looked_at_and_then_sent_with_a_reason() {
    on_both("workspace", async |app| {
        let mut desk = administrator(&app).await;
        for login in ["hana", "taro"] {
            app.member(login).await;
        }
        let page = desk.open("/admin/adoption").await;
        assert!(page.body.contains(PATH), "{}", page.body);
        desk.open(PATH).await;
        let look = format!("{PATH}?look=1&day=2026-02-15&note=%3Cb%3Eplease%3C%2Fb%3E");
        let looked = desk.open(&look).await;
        assert_eq!(looked.status, StatusCode::OK);
        for shown in [
            "2人に送信する",
            "https://login.example.jp/midori/login",
            "2026-02-15 までに",
            "Please do so by 2026-02-15",
            "&#60;b&#62;please",
        ] {
            assert!(looked.body.contains(shown), "{shown}: {}", looked.body);
        }
        // Without a reason nothing is sent, and what was typed is kept.
        let refused = desk.press(PATH, &[("reason", " ")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.refuses("ADM-02"));
        assert!(
            refused.body.contains("value=\"2026-02-15\""),
            "{}",
            refused.body
        );
        let sent = desk.press(PATH, &[("reason", "audit in March")]).await;
        let round = done(&mut desk, &sent).await;
        assert!(
            round.body.contains("2人分を送信の列に入れました"),
            "{}",
            round.body
        );
        let page = desk.open("/admin/adoption").await;
        assert!(page.body.contains("完了"), "the last rounds stand there");
        // Sent once more, from another window: nobody is left.
        let again = desk.open(&look).await;
        assert!(again.body.contains("送信できません"), "{}", again.body);
        assert!(
            again.body.contains("2026-01-15 に送った2人"),
            "{}",
            again.body
        );
        let all = notices::list(&app.ctx, &app.tenant().await, 0, 100)
            .await
            .unwrap();
        let words: Vec<_> = all
            .iter()
            .filter_map(|notice| notice.enclosed.as_ref().map(|_| notice.login.as_str()))
            .collect();
        assert_eq!(words, ["hana", "taro"]);
        // The proof is asked for before anything is typed.
        app.wait(Span::minutes(6));
        let stale = desk.get(PATH).await;
        assert!(
            stale.location().contains("/account/proof"),
            "{}",
            stale.location()
        );
    })
    .await;
}

#[tokio::test]
async fn sec_030_nothing_but_a_line_of_text_gets_into_a_reminder() {
    on_both("workspace", async |app| {
        let mut desk = administrator(&app).await;
        app.member("hana").await;
        for (field, typed, code) in [
            ("note", "see https://evil.example/", "REM-02"),
            ("note", "a\r\nBcc: all@example.org", "REM-02"),
            ("note", &"あ".repeat(201), "REM-02"),
            ("day", "2020-01-01", "REM-05"),
            ("day", "31/12/2026", "REM-05"),
            ("group", "../..", "USR-11"),
        ] {
            desk.open(&format!("{PATH}?look=1")).await;
            let refused = attack(&mut desk, field, typed).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(refused.refuses(code), "{typed}: {}", refused.body);
        }
        let all = notices::list(&app.ctx, &app.tenant().await, 0, 100)
            .await
            .unwrap();
        assert!(all.iter().all(|notice| notice.login != "hana"));
        // A group that is not there has nobody.
        desk.open(&format!("{PATH}?look=1")).await;
        let nobody = attack(&mut desk, "group", "77").await;
        assert!(nobody.refuses("REM-01"), "{}", nobody.body);
    })
    .await;
}
