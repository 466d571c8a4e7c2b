//! An administrator trusts the campus, line by line: previewed over the logins of the last days, saved, looked up, changed and taken
//! away again (K2). The demonstration stands behind a proxy, so that its people come from somewhere.

use serde_json::json;

use crate::chromium::Language::{self, En, Ja};
use crate::console_users::at_the_desk;
use crate::visit::Width::{self, Desk, Phone};
use crate::visit::{Visit, Visitor, Words, visit_with};

const NETWORKS: Words = ("ネットワーク", "Networks");
const ADD: Words = ("ネットワークを追加する", "Add a network");
const CHANGE: Words = ("ネットワークを変更する", "Change the network");
const REMOVE: Words = ("この行を削除する", "Remove this line");
const FIND: Words = ("どの行に当たるか調べる", "Find the line that decides");
const PREVIEW: Words = ("影響を確かめる", "See what it would do");
const DRAFT: Words = ("変更の影響", "What the change would do");
const SAVE: Words = ("このポリシーに変更する", "Change to this policy");
const NONE: Words = (
    "ネットワークはまだありません。",
    "There are no networks yet",
);
const CAMPUS: Words = ("本部キャンパス", "Main campus");

const LIST: &str = "/workspace/admin/networks";
/// Where the member works.
const LAB: &str = "203.0.113.9";
/// The proxy of the tests, and another one that the server believes.
const PROXIES: (&str, &str) = (
    "trusted_proxies = []",
    "trusted_proxies = [\"127.0.0.1\", \"192.0.2.1\"]",
);

impl Visit {
    /// Lets this browser come from an address, as the proxy tells it.
    async fn come_from(&self, address: &str) {
        self.cdp("Network.enable", json!({})).await;
        let headers = json!({ "headers": { "X-Forwarded-For": address } });
        self.cdp("Network.setExtraHTTPHeaders", headers).await;
    }

    /// The member's password, and what follows it: a page of the login, or the account.
    async fn is_led_to(&self, path: &str) {
        let member = self.member("workspace");
        self.sign_in("workspace", &member).await;
        assert_eq!(self.path().await, format!("/workspace/{path}"));
    }

    /// Waits until a draft is counted, and says why it is to be saved.
    async fn give_reason(&self, why: Words) {
        assert_eq!(self.heading().await, self.word(DRAFT));
        self.find("#reason").await;
        self.fill("reason", self.word(why)).await;
    }

    async fn save_draft(&self, why: Words) {
        self.give_reason(why).await;
        self.press(SAVE).await;
        self.is_at(LIST, NETWORKS).await;
    }
}

async fn trust(language: Language, width: Width) {
    let visitor = Visitor::new(language, width);
    visit_with(visitor, Some(PROXIES), async move |visit: Visit| {
        // A member with an app is asked for its code in the lab, too, and logs in there.
        let member = visit.another(visitor).await;
        member.come_from(LAB).await;
        member.is_led_to("account").await;
        let mut app = member.set_up().await;
        member.sign_out().await;
        member.is_led_to("login/code").await;
        member.give_code(&app.code().await).await;
        member.sign_out().await;

        visit.come_from("198.51.100.7").await;
        at_the_desk(&visit).await;
        visit.open(LIST).await;
        visit.is_at(LIST, NETWORKS).await;
        visit.sees(NONE).await;
        visit.press(ADD).await;
        visit.photograph("console-networks-add").await;

        // Where everybody seems to come from, nobody may be trusted; what was typed stays.
        for (cidr, code) in [("127.0.0.0/8", "NET-01"), ("192.0.2.0/24", "NET-02")] {
            visit.fill("cidr", cidr).await;
            visit.fill("name", visit.word(CAMPUS)).await;
            visit.press(PREVIEW).await;
            let line = visit.text("#problem-line").await;
            assert!(line.contains(&format!(" {code} ")), "{line}");
            visit.photograph(&format!("console-networks-{code}")).await;
        }
        // The campus, previewed over what was recorded: the member's login would have been asked for less.
        let name = visit.find("#name").await.value().await;
        let name = name.expect("a field can be read");
        assert_eq!(name.as_deref(), Some(visit.word(CAMPUS)));
        visit.fill("cidr", "203.0.113.0/24").await;
        visit.press(PREVIEW).await;
        visit.find("#reason").await;
        visit
            .sees((
                "接続元によって変わるログイン",
                "Logins that change because of where they come from",
            ))
            .await;
        visit.sees((LAB, LAB)).await;
        visit.photograph("console-networks-draft").await;
        member.is_led_to("login/code").await;
        visit
            .save_draft(("構内の回線", "The lines on campus"))
            .await;
        visit.sees(CAMPUS).await;
        visit.photograph("console-networks").await;
        member.is_led_to("account").await;
        member.sign_out().await;

        // Which line decides about an address.
        for (address, answer) in [
            (
                LAB,
                (
                    "203.0.113.9 は「本部キャンパス」（203.0.113.0/24）に当たり、信頼しています。",
                    "203.0.113.9 belongs to “Main campus” (203.0.113.0/24) and is trusted.",
                ),
            ),
            (
                "2001:db8::1",
                (
                    "2001:db8::1 はどの行にも当たらないため、信頼していません。",
                    "2001:db8::1 is on no line, so it is not trusted.",
                ),
            ),
        ] {
            visit.fill("address", address).await;
            visit.press(FIND).await;
            visit.sees(answer).await;
        }
        visit.photograph("console-networks-tried").await;

        // The line is changed to an exception, and the code is asked for again.
        visit.press(CAMPUS).await;
        assert_eq!(visit.heading().await, visit.word(CHANGE));
        let trusted = visit.find("#trusted").await;
        trusted.click().await.expect("it can be unticked");
        visit.press(PREVIEW).await;
        visit.save_draft(("取りやめ", "Called off")).await;
        visit.sees(("信頼しない", "Not trusted")).await;
        member.is_led_to("login/code").await;

        // And taken away, which is previewed like any other change.
        visit.press(CAMPUS).await;
        visit.photograph("console-networks-change").await;
        visit.press(REMOVE).await;
        visit.save_draft(("取りやめ", "Called off")).await;
        visit.sees(NONE).await;
    })
    .await;
}

#[tokio::test]
async fn k2_an_administrator_trusts_the_campus_in_japanese_at_a_desk() {
    trust(Ja, Desk).await;
}

#[tokio::test]
async fn k2_an_administrator_trusts_the_campus_in_japanese_on_a_phone() {
    trust(Ja, Phone).await;
}

#[tokio::test]
async fn k2_an_administrator_trusts_the_campus_in_english_at_a_desk() {
    trust(En, Desk).await;
}

#[tokio::test]
async fn k2_an_administrator_trusts_the_campus_in_english_on_a_phone() {
    trust(En, Phone).await;
}
