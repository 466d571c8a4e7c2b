//! A university's manual: an app is registered by app code and user code (K4), on the own account and in a login from outside (K8).
//! `warifu otp pair` is the app.

use crate::acts::*;
use crate::chromium::Language::{En, Ja};
use crate::chromium::Scripts;
use crate::demo::Account;
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

const TITLE: Words = ("アプリコードでの登録", "Register by app code");
const START: Words = ("アプリコードで登録する", "Register by app code");
const NEXT: Words = ("次へ", "Next");
const REGISTER: Words = ("登録", "Register");
const OTHER_METHOD: Words = (
    "認証用外部メールアドレスの登録",
    "Register your external email",
);

#[tokio::test]
async fn k4_k8_pairing_in_japanese_on_a_phone() {
    pairing(Visitor::new(Ja, Phone)).await;
}

#[tokio::test]
async fn k4_k8_pairing_in_japanese_at_a_desk() {
    pairing(Visitor::new(Ja, Desk)).await;
}

#[tokio::test]
async fn k4_k8_pairing_in_english_on_a_phone() {
    pairing(Visitor::new(En, Phone)).await;
}

#[tokio::test]
async fn k4_k8_pairing_in_english_at_a_desk() {
    pairing(Visitor::new(En, Desk)).await;
}

#[tokio::test]
async fn k4_k8_pairing_without_scripts() {
    pairing(Visitor::new(Ja, Phone).without_scripts()).await;
}

/// The app: the command that plays it, and what it says.
struct App {
    process: Child,
    says: BufReader<ChildStdout>,
}

impl App {
    /// Presses 追加.
    fn add(options: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_warifu"))
            .args(["otp", "pair", "--json"])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let says = BufReader::new(process.stdout.take().expect("it is piped"));
        Self { process, says }
    }

    fn type_line(&mut self, line: &str) {
        let input = self.process.stdin.as_mut().expect("it is piped");
        writeln!(input, "{line}").expect("it reads");
    }

    /// A field of the next line that it prints.
    fn read(&mut self, field: &str) -> String {
        let mut line = String::new();
        self.says.read_line(&mut line).expect("it prints text");
        let said: Value = serde_json::from_str(&line).expect("a line of JSON");
        said[field].as_str().expect(field).to_owned()
    }

    /// The code of now: VIEW CODE is held.
    fn code(&mut self) -> String {
        self.type_line("");
        self.read("code")
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn pairing(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let mut people = visit.accounts("campus-mail");
        let (tanaka, sato) = (people.pop().expect("a member"), people.pop().expect("two"));
        inside(&visit, &tanaka).await;
        visit.sign_out().await;
        outside(&visit, &sato).await;
    })
    .await;
}

/// K4, from inside: the settings page, the user code first.
async fn inside(visit: &Visit, user: &Account) {
    visit.sign_in("campus-mail", user).await;
    visit.is_at("/campus-mail/account", ACCOUNT).await;
    visit.photograph("account-off-or-pair").await;
    visit.press(START).await;
    visit.is_at("/campus-mail/account/pairing", TITLE).await;
    visit.photograph("pairing-user-code").await;
    let user_code = visit.text("dl.pair dd.key").await;
    let mut app = App::add(&["--user-code-first", "--device", "my phone"]);
    app.type_line(&user_code);
    let (app_code, tag) = (app.read("app_code"), app.read("tag"));
    app.read("code");

    visit.press(NEXT).await;
    visit
        .is_at("/campus-mail/account/pairing/app-code", TITLE)
        .await;
    visit.photograph("pairing-app-code").await;
    // A slip is told by its kind, and nothing of it stands there again.
    visit.fill("app_code", &user_code).await;
    visit.fill("device", "my phone").await;
    visit.press(NEXT).await;
    visit
        .is_refused(
            "PAIR-04",
            (
                "これは、この画面に表示されたユーザコードです。",
                "This is the user code that this page showed.",
            ),
            Some("app_code"),
        )
        .await;
    visit.photograph("pairing-app-code-of-page").await;
    visit.fill("app_code", &app_code[..18]).await;
    assert!(!visit.has("#app_code.masked").await);
    visit.fill("app_code", &app_code.to_lowercase()).await;
    // Whole, it is hidden from onlookers, and a button shows it.
    if visit.visitor.scripts == Scripts::On {
        visit.find("#app_code.masked").await;
        visit.photograph("pairing-app-code-masked").await;
        visit
            .touch(("アプリコードを表示する", "Show the app code"))
            .await;
        assert!(!visit.has("#app_code.masked").await);
        visit
            .touch(("アプリコードを隠す", "Hide the app code"))
            .await;
        visit.find("#app_code.masked").await;
    }
    visit.press(NEXT).await;
    visit.is_at("/campus-mail/account/pairing", TITLE).await;
    let named = visit.text("dl.pair").await;
    assert!(
        named.contains(&tag) && named.contains("my phone"),
        "{named}"
    );
    visit.photograph("pairing-code").await;
    visit.fill("code", &app.code()).await;
    visit.press(REGISTER).await;
    visit
        .is_at("/campus-mail/account/email/offer", OTHER_METHOD)
        .await;
    visit.open("/campus-mail/account").await;
    visit.photograph("account-paired").await;
    let page = visit.text("main").await;
    assert!(page.contains(&tag) && page.contains("my phone"), "{page}");
    visit.open("/campus-mail/account/remove").await;
    visit.photograph("remove-paired").await;
    assert!(visit.text("main").await.contains(&tag));
    visit.open("/campus-mail/account").await;
}

/// K8, from outside: the switch is on and nothing is registered, so that the login leads through it; the app code first.
async fn outside(visit: &Visit, user: &Account) {
    visit.sign_in("campus-mail", user).await;
    visit.open("/campus-mail/account/own-switch/on").await;
    let on = visit.find("form[action$='/own-switch/on'] button").await;
    visit.turns_page(async || on.click().await).await;
    visit.sign_out().await;
    visit.sign_in("campus-mail", user).await;
    visit
        .is_at(
            "/campus-mail/login/set-up",
            ("OTPアプリの登録", "Register an OTP app"),
        )
        .await;
    visit.photograph("set-up-or-pair-at-login").await;
    visit.press(START).await;
    visit
        .is_at("/campus-mail/login/pairing/app-code", TITLE)
        .await;
    visit.photograph("pairing-app-code-at-login").await;
    let mut app = App::add(&[]);
    let app_code = app.read("app_code");
    visit.fill("app_code", &app_code).await;
    visit.press(NEXT).await;
    visit.is_at("/campus-mail/login/pairing", TITLE).await;
    app.type_line(&visit.text("dl.pair dd.key").await);
    let tag = app.read("tag");
    app.read("code");
    assert!(visit.text("dl.pair").await.contains(&tag));
    visit.photograph("pairing-code-at-login").await;
    visit.fill("code", "000000").await;
    visit.press(REGISTER).await;
    visit
        .sees(("あと4回まで入力できます。", "4 more tries."))
        .await;
    visit.photograph("pairing-code-wrong").await;
    visit.fill("code", &app.code()).await;
    visit.press(REGISTER).await;
    visit
        .is_at("/campus-mail/account/email/offer", OTHER_METHOD)
        .await;
    visit.open("/campus-mail/account").await;
}
