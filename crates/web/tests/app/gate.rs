//! K10, SEC-54, SEC-56: the gate of mail servers as it is asked over HTTP, by good and by hostile callers; and /account/mail.

use axum::http::{Method, StatusCode};
use warifu_domain::{policy::Enrolment, time::Span, user::Role};
use warifu_flows::{By, gate_keys};

use crate::support::{Answer, Ask, SLUG, TestApp, on_both};

const HOME: &str = "203.0.113.7";

async fn key(app: &TestApp) -> String {
    let tenant = app.tenant().await;
    let key = gate_keys::add(&app.ctx, &tenant, &By::command_line(), "mx1").await;
    key.unwrap().expose()
}

fn question(key: &str, path: &str, body: impl Into<Vec<u8>>) -> Ask {
    Ask::new(Method::POST, &format!("/{SLUG}{path}"))
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(body.into())
}

fn from_dovecot(login: &str, remote: &str, protocol: &str) -> String {
    serde_json::json!({
        "device_id": "", "login": login, "protocol": protocol, "pwhash": "05f9", "remote": remote,
        "session_id": "PCbc", "tls": false,
    })
    .to_string()
}

async fn ask(app: &TestApp, key: &str, login: &str, remote: &str) -> (i64, String) {
    let body = from_dovecot(login, remote, "imap");
    let answer = question(key, "/gate/dovecot?command=allow", body)
        .send(app)
        .await;
    app.ctx.settle().await;
    assert_eq!(answer.status, StatusCode::OK);
    read(&answer)
}

fn read(answer: &Answer) -> (i64, String) {
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let status = json["status"].as_i64().expect("a number");
    (status, json["msg"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn k10_dovecot_gets_a_number_and_words_in_both_languages() {
    on_both("campus-mail", async |app| {
        let key = key(&app).await;
        app.person("boss", Role::Administrator).await;
        app.member("taro").await;
        assert_eq!(ask(&app, &key, "taro", HOME).await, (0, String::new()));
        assert_eq!(ask(&app, &key, "nobody", HOME).await, (0, String::new()));
        let (status, msg) = ask(&app, &key, "boss", HOME).await;
        assert_eq!(status, -1);
        assert!(msg.contains("ログイン") && msg.contains("sign in"), "{msg}");
        assert!(msg.ends_with("/midori/login"), "{msg}");
        // SMTP carries ASCII.
        let body = from_dovecot("boss", HOME, "smtp");
        let answer = question(&key, "/gate/dovecot?command=allow", body)
            .send(&app)
            .await;
        let (status, msg) = read(&answer);
        assert!(status == -1 && msg.is_ascii() && !msg.is_empty(), "{msg}");
        app.change_policy(|policy| policy.mail.say_why = false)
            .await;
        assert_eq!(ask(&app, &key, "boss", HOME).await, (-1, String::new()));
        let report = from_dovecot("taro", HOME, "imap")
            .replace('}', ",\"success\":true,\"policy_reject\":false}");
        let answer = question(&key, "/gate/dovecot?command=report", report)
            .send(&app)
            .await;
        assert_eq!(read(&answer), (0, String::new()));
    })
    .await;
}

#[tokio::test]
async fn sec_056_without_a_good_key_there_is_one_answer_for_everything() {
    on_both("campus-mail", async |app| {
        let key = key(&app).await;
        let body = from_dovecot("taro", HOME, "imap");
        let wrong = "A".repeat(43);
        let mut seen = Vec::new();
        for field in [
            None,
            Some(format!("Bearer {wrong}")),
            Some("Bearer ".to_owned()),
            Some(key.clone()),
            Some(format!("Basic {key}")),
            Some(format!("Bearer {key}x")),
        ] {
            for (path, body) in [
                (format!("/{SLUG}/gate/dovecot?command=allow"), body.clone()),
                (format!("/{SLUG}/gate/mail"), "nonsense".to_owned()),
                (
                    "/nowhere/gate/dovecot?command=allow".to_owned(),
                    body.clone(),
                ),
            ] {
                let mut ask = Ask::new(Method::POST, &path).body(body.into_bytes());
                if let Some(field) = &field {
                    ask = ask.header("authorization", field);
                }
                let answer = ask.send(&app).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{field:?} {path}");
                assert_eq!(
                    answer.header("content-type"),
                    Some("application/problem+json")
                );
                seen.push(answer.body);
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert_eq!(ask(&app, &key, "taro", HOME).await.0, 0);
    })
    .await;
}

#[tokio::test]
async fn sec_054_whatever_cannot_be_read_is_refused() {
    on_both("campus-mail", async |app| {
        let key = key(&app).await;
        app.member("taro").await;
        let good = from_dovecot("taro", HOME, "imap");
        let long = from_dovecot(&"a".repeat(6_000), HOME, "imap");
        let deep = format!("{}{}", "[".repeat(4_000), "]".repeat(4_000));
        let twice = good.replace("\"login\"", "\"login\":\"x\",\"login\"");
        for body in [
            String::new(),
            "{}".to_owned(),
            "null".to_owned(),
            good[..good.len() - 1].to_owned(),
            good.replace("\"taro\"", "7"),
            good.replace("\"taro\"", "{\"login\":\"taro\"}"),
            good.replace(HOME, "203.0.113.007"),
            good.replace(HOME, "fe80::1%eth0"),
            good.replace(HOME, ""),
            long,
            deep,
            twice,
            " ".repeat(100_000),
        ] {
            let answer = question(&key, "/gate/dovecot?command=allow", body.clone())
                .send(&app)
                .await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(read(&answer).0, -1, "{}", &body[..body.len().min(80)]);
        }
        for command in [
            "",
            "?command=reset",
            "?command=allow&command=report",
            "?command=ALLOW",
        ] {
            let path = format!("/gate/dovecot{command}");
            let answer = question(&key, &path, good.clone()).send(&app).await;
            assert_eq!(read(&answer).0, -1, "{command}");
        }
        let mail = |body: &str| question(&key, "/gate/mail", body.as_bytes());
        let plain = format!("{{\"login\":\"taro\",\"address\":\"{HOME}\",\"protocol\":\"imap\"}}");
        let answer = mail(&plain).send(&app).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::OK, "{\"allow\":true}")
        );
        for (body, status) in [
            ("{}", StatusCode::BAD_REQUEST),
            ("nonsense", StatusCode::BAD_REQUEST),
            (
                &plain.replace("imap\"", "imap\",\"more\":1"),
                StatusCode::BAD_REQUEST,
            ),
            (&" ".repeat(100_000), StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            let answer = mail(body).send(&app).await;
            assert_eq!(answer.status, status);
            assert_eq!(
                answer.header("content-type"),
                Some("application/problem+json")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn k11_a_refused_program_is_let_in_from_the_page_and_closed_there() {
    on_both("campus-mail", async |app| {
        let (key, taro) = (key(&app).await, app.member("taro").await);
        app.change_policy(|policy| policy.second_factor.enrolment = Enrolment::Required)
            .await;
        let mut browser = app.browser();
        browser.sign_in_and_set_up(&taro).await;
        let phone = "198.51.100.20";
        assert_eq!(ask(&app, &key, "taro", phone).await.0, -1);
        let page = browser.open("/account/mail").await;
        assert!(
            page.body.contains(phone) && page.body.contains("IMAP"),
            "{}",
            page.body
        );
        let network = "c6336414";
        app.wait(Span::minutes(1));
        let asked = browser
            .open(&format!("/account/mail/permit?network={network}"))
            .await;
        assert!(
            asked.body.contains(phone),
            "{} {}",
            asked.location(),
            asked.body
        );
        let answer = browser.press("/account/mail/permit", &[]).await;
        assert!(
            answer.location().contains("notice=mail-window-permitted"),
            "{}",
            answer.location()
        );
        assert_eq!(ask(&app, &key, "taro", phone).await.0, 0);
        browser.open("/account/mail").await;
        let answer = browser.press("/account/mail/close", &[]).await;
        assert!(
            answer.location().contains("notice=mail-window-closed"),
            "{}",
            answer.location()
        );
        assert_eq!(ask(&app, &key, "taro", phone).await.0, -1);
        // Without the fresh proof nothing is let in.
        app.wait(Span::minutes(6));
        let asked = browser
            .get(&format!("/account/mail/permit?network={network}"))
            .await;
        assert!(
            asked.location().contains("/account/proof?for=mail"),
            "{}",
            asked.location()
        );
        for network in ["", "zz", "00", "c0000201"] {
            let answer = browser
                .get(&format!("/account/mail/permit?network={network}"))
                .await;
            assert!(answer.status == StatusCode::SEE_OTHER, "{network}");
        }
    })
    .await;
}
