//! The addresses of a mail gateway's people and of their administrators (G2).

use crate::acts::*;
use crate::chromium::Language::{En, Ja};
use crate::demo::Account;
use crate::visit::Width::{Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit};

const SET_UP_FIRST: Words = (
    "ワンタイムパスワード初期設定",
    "One-time password: first set-up",
);
const ADMINISTRATORS: Words = ("管理者ログイン", "Administrator sign-in");
/// `かえで.jp`, as browsers send it.
const JAPANESE: &str = "/d/%E3%81%8B%E3%81%88%E3%81%A7.jp";

#[tokio::test]
async fn g2_three_entrances_in_japanese_on_a_phone() {
    entrances(Visitor::new(Ja, Phone)).await;
}

#[tokio::test]
async fn g2_three_entrances_in_japanese_at_a_desk() {
    entrances(Visitor::new(Ja, Desk)).await;
}

#[tokio::test]
async fn g2_three_entrances_in_english_on_a_phone() {
    entrances(Visitor::new(En, Phone)).await;
}

#[tokio::test]
async fn g2_three_entrances_in_english_at_a_desk() {
    entrances(Visitor::new(En, Desk)).await;
}

fn person(visit: &Visit, login: &str) -> Account {
    let mut accounts = visit.accounts("mail-gateway").into_iter();
    let found = accounts.find(|account| account.login == login);
    found.expect("the demonstration has them")
}

/// Types them at the entrance that is open; they are answered as anybody is who cannot log in.
async fn is_turned_away(visit: &Visit, account: &Account) {
    visit.give_password(account).await;
    assert!(visit.text("#problem-line").await.contains(" LOGIN-01 "));
}

async fn entrances(visitor: Visitor) {
    visit(visitor, async move |visit: Visit| {
        let (sato, mori) = (
            person(&visit, "sato@example.jp"),
            person(&visit, "mori@かえで.jp"),
        );
        let suzuki = person(&visit, "suzuki@example.jp");

        // One address for everybody: the login ID decides, also one with a Japanese domain.
        for somebody in [&sato, &mori] {
            visit.open("/login").await;
            visit.is_at("/login", SIGN_IN).await;
            visit.give_password(somebody).await;
            visit
                .is_at("/mail-gateway/login/set-up", SET_UP_FIRST)
                .await;
        }
        visit.open("/login").await;
        visit.photograph("entrance-common").await;

        // By a mail domain; the pages behind it keep that address.
        visit.open("/d/かえで.jp/login").await;
        visit.is_at(&format!("{JAPANESE}/login"), SIGN_IN).await;
        visit.photograph("entrance-domain").await;
        visit.give_password(&mori).await;
        visit
            .is_at(&format!("{JAPANESE}/login/set-up"), SET_UP_FIRST)
            .await;
        let mut app = visit.scan().await;
        visit.fill("code", &app.code().await).await;
        visit.press(("送信", "Send")).await;
        visit.open("/d/かえで.jp/account").await;
        visit.is_at(&format!("{JAPANESE}/account"), ACCOUNT).await;

        // Administrators have a door of their own, with its own look; each door knows its own people only.
        let desk = visit.another(visitor).await;
        desk.open("/d/example.jp/login").await;
        is_turned_away(&desk, &suzuki).await;
        desk.open("/d/example.jp/admin/login").await;
        desk.is_at("/d/example.jp/admin/login", ADMINISTRATORS)
            .await;
        desk.photograph("entrance-administrators").await;
        is_turned_away(&desk, &sato).await;
        desk.is_at("/d/example.jp/admin/login", ADMINISTRATORS)
            .await;
        desk.give_password(&suzuki).await;
        desk.is_at("/d/example.jp/login/set-up", SET_UP_FIRST).await;
        let mut app = desk.scan().await;
        desk.fill("code", &app.code().await).await;
        desk.press(("送信", "Send")).await;
        desk.open("/d/example.jp/admin/users").await;
        desk.is_at("/d/example.jp/admin/users", ("ユーザー管理", "Users"))
            .await;
    })
    .await;
}
