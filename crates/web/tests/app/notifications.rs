//! The page for the addresses to which notices go, and the words of every mail.

use axum::http::StatusCode;
use warifu_domain::{audit::EventKind, policy::Enrolment, time::Span, user::Login};
use warifu_flows::{
    Enclosed, delivery,
    mail_gate::{self, Question, Server},
    notices,
};
use warifu_storage::Notice;

use crate::support::{Ask, Browser, SLUG, TestApp, on_both, on_sqlite};

const HERE: &str = "/account/notifications";

async fn ready(app: &TestApp) -> Browser {
    let hana = app.member("hana").await;
    let mut browser = app.browser();
    browser.sign_in_and_set_up(&hana).await;
    browser
}

async fn last_code(app: &TestApp) -> String {
    let all = notices::list(&app.ctx, &app.tenant().await, 0, 1000).await;
    let mut codes = all.unwrap().into_iter().filter_map(|notice| {
        let code = notice.enclosed?;
        match code {
            Enclosed::Code(digits) => Some(digits.to_string()),
            _ => None,
        }
    });
    codes.next_back().unwrap()
}

fn id(page: &crate::support::Answer) -> String {
    let (_, rest) = page.body.split_once("name=\"address\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn sec_043_an_address_is_added_by_its_code_and_removed_again() {
    on_both("default", async |app| {
        let mut browser = ready(&app).await;
        browser.open(HERE).await;
        let bad = browser
            .press(HERE, &[("email", "no <script> address")])
            .await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.refuses("USR-06"), "{}", bad.body);
        assert!(bad.body.contains("no &#60;script&#62; address"), "kept");
        let sent = browser
            .press(HERE, &[("email", "second@elsewhere.example")])
            .await;
        assert!(sent.location().ends_with("?notice=address-added"));
        let page = browser.follow(sent).await;
        assert!(page.body.contains("second@elsewhere.example") && page.body.contains("確認待ち"));
        let code = last_code(&app).await;
        assert!(!page.body.contains(&code), "the mail alone tells it");
        let confirm = format!("{HERE}/confirm");
        let wrong = browser.press(&confirm, &[("code", "00000000")]).await;
        assert!(wrong.refuses("ACC-08"), "{}", wrong.body);
        // As people type it on a phone.
        let wide: String = code
            .chars()
            .map(|c| match c.to_digit(10) {
                Some(digit) => char::from_u32('０' as u32 + digit).unwrap(),
                None => c,
            })
            .collect();
        let confirmed = browser.press(&confirm, &[("code", &wide)]).await;
        let page = browser.follow(confirmed).await;
        assert!(!page.body.contains("確認待ち"), "{}", page.body);
        let removed = browser.press(&format!("{HERE}/remove"), &[]).await;
        let page = browser.follow(removed).await;
        assert!(!page.body.contains("second@elsewhere.example"));
    })
    .await;
}

#[tokio::test]
async fn sec_037_the_page_asks_for_the_proof_and_nobody_touches_anothers_address() {
    on_both("default", async |app| {
        let mut browser = ready(&app).await;
        browser.open(HERE).await;
        let sent = browser
            .press(HERE, &[("email", "second@elsewhere.example")])
            .await;
        let page = browser.follow(sent).await;
        let (address, code) = (id(&page), last_code(&app).await);
        // Another person's session, with the right numbers.
        let jiro = app.member("jiro").await;
        let mut other = app.browser();
        other.sign_in_and_set_up(&jiro).await;
        other.open("/account").await;
        let token = other.form_token();
        let fields = [
            ("form_token", token.as_str()),
            ("address", &address),
            ("code", &code),
        ];
        let stolen = Ask::form(&format!("/{SLUG}{HERE}/confirm"), &fields);
        let stolen = other.clone().send(stolen).await;
        assert!(stolen.refuses("ACC-09"), "{}", stolen.body);
        other
            .clone()
            .send(Ask::form(&format!("/{SLUG}{HERE}/remove"), &fields))
            .await;
        assert!(browser.open(HERE).await.body.contains("確認待ち"));
        // No numbers at all, and a proof that is too old.
        let fields = [("form_token", token.as_str()), ("address", "x")];
        let broken = Ask::form(&format!("/{SLUG}{HERE}/remove"), &fields);
        let broken = other.clone().send(broken).await;
        assert_eq!(broken.status, StatusCode::BAD_REQUEST);
        app.wait(Span::minutes(6));
        for path in [HERE] {
            let led = browser.get(path).await;
            assert!(
                led.location().contains("/account/proof?for=notifications"),
                "{}",
                led.location()
            );
        }
    })
    .await;
}

/// The mails that wait and tell of `kind`, oldest first, taken from the outbox.
async fn take_mails(app: &TestApp, kind: EventKind) -> Vec<delivery::Mail> {
    let mut mails = Vec::new();
    for due in delivery::due(&app.ctx, 1000).await.unwrap() {
        if let Some(claimed) = delivery::claim(&app.ctx, &due).await.unwrap() {
            let mail = app.state.mail_of(&claimed).unwrap();
            mails.extend((claimed.notice.kind == kind).then_some(mail));
        }
    }
    mails
}

#[tokio::test]
async fn k1_the_mail_about_the_own_switch_says_what_it_was_turned_to() {
    on_both("campus-mail", async |app| {
        for (login, language, on, off) in [
            ("hana", "ja", "「使用する」に変更", "「使用しない」に変更"),
            ("taro", "en", "was switched on", "was switched off"),
        ] {
            let person = app.member(login).await;
            let mut browser = app.browser();
            browser.speak(language).await;
            browser.type_password(&person).await;
            for (to, said) in [("off", off), ("on", on)] {
                let page = format!("/account/own-switch/{to}");
                browser.open(&page).await;
                browser.press(&page, &[]).await;
                let mails = take_mails(&app, EventKind::OwnSwitchChanged).await;
                assert_eq!(mails.len(), 1);
                for text in [&mails[0].subject, &mails[0].text, &mails[0].html] {
                    assert!(text.contains(said), "{said}: {text}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn sec_053_the_mail_about_a_connection_that_was_let_in_names_it() {
    const PHONE: &str = "198.51.100.20";
    on_both("campus-mail", async |app| {
        app.change_policy(|policy| policy.second_factor.enrolment = Enrolment::Required)
            .await;
        for (login, language, said) in [
            ("hana", "ja", format!("許可した接続元：{PHONE}")),
            ("taro", "en", format!("Let in: {PHONE}")),
        ] {
            let person = app.member(login).await;
            let mut browser = app.browser();
            browser.speak(language).await;
            browser.sign_in_and_set_up(&person).await;
            let question = Question {
                login: login.to_owned(),
                address: PHONE.to_owned(),
                service: "imap".to_owned(),
            };
            let asked = mail_gate::ask(&app.ctx, SLUG, &Server::Own, &question).await;
            assert!(asked.unwrap().is_some());
            app.ctx.settle().await;
            let page = browser.open("/account/mail").await.body;
            let (_, link) = page.split_once("/account/mail/permit?").unwrap();
            let link = link.split('"').next().unwrap();
            browser.open(&format!("/account/mail/permit?{link}")).await;
            browser.press("/account/mail/permit", &[]).await;
            let mails = take_mails(&app, EventKind::MailWindowPermitted).await;
            assert_eq!(mails.len(), 1);
            for text in [&mails[0].text, &mails[0].html] {
                assert!(text.contains(&said), "{said}: {text}");
                assert!(text.contains("192.0.2."), "and from where: {text}");
            }
        }
    })
    .await;
}

/// Every kind of mail in both languages: no placeholder left, no link but the one, both forms say the same.
#[tokio::test]
async fn sec_030_every_mail_says_who_when_from_where_and_what_to_do_in_both_languages() {
    let app = on_sqlite("default", |_| {}, |_| {}).await;
    ready(&app).await;
    let (ctx, tenant) = (&app.ctx, app.tenant().await);
    let mut last: Option<(EventKind, String)> = None;
    for language in ["ja", "en"] {
        let hana = Login::parse("hana").unwrap();
        let templates = ctx.store.write(tenant.id, async move |tx| {
            let user = tx.find_user_by_login(&hana).await?.unwrap().id;
            tx.update_language(user, language).await?;
            let template = tx.list_notices(0, 1).await?.pop().unwrap();
            for (kind, id) in EventKind::ALL.iter().zip(1_000_000..) {
                let notice = Notice {
                    id: id + template.id + i64::from(language == "en") * 1000,
                    kind: *kind,
                    joined: 3,
                    due_at: template.created_at,
                    ..template.clone()
                };
                tx.insert_notice(&notice).await?;
            }
            Ok(())
        });
        templates.await.unwrap();
        let mut kinds = 0;
        for due in delivery::due(ctx, 1000).await.unwrap() {
            let Some(claimed) = delivery::claim(ctx, &due).await.unwrap() else {
                continue;
            };
            let (kind, mail) = (claimed.notice.kind, app.state.mail_of(&claimed).unwrap());
            kinds += 1;
            // Shown with `--nocapture`, to be read.
            if last.as_ref() != Some(&(kind, mail.subject.clone())) {
                println!("--- {}\n{}\n{}", kind.word(), mail.subject, mail.text);
            }
            last = Some((kind, mail.subject.clone()));
            assert_eq!(mail.language, language);
            for text in [&mail.text, &mail.html] {
                // What an administrator did says so instead of an address.
                let by_administrator = kind == EventKind::PasswordInvited;
                let address = if by_administrator { "JST" } else { "192.0.2.1" };
                for part in ["hana", "JST", address] {
                    assert!(text.contains(part), "{part}: {text}");
                }
                assert!(!text.contains("{ $") && !text.contains("http"), "{text}");
            }
            for line in mail.text.lines().filter(|line| !line.is_empty()) {
                let escaped = line
                    .replace('&', "&#38;")
                    .replace('\'', "&#39;")
                    .replace('"', "&#34;");
                assert!(mail.html.contains(&escaped), "{line}: {}", mail.html);
            }
        }
        // All but the reminder, which nobody gets who has a second factor (`reminders.rs`).
        assert!(kinds >= EventKind::ALL.len() - 1, "{kinds}");
    }
}
