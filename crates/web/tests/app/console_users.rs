//! The console's pages of people: an administrator gets a call and helps (W6, G8, SEC-41), and a hostile list stays a list.

use axum::http::StatusCode;
use warifu_domain::{
    ids::GroupId,
    policy::{Enrolment, Policy},
    time::{Span, Timestamp},
    user::Role,
};
use warifu_storage::{GroupRow, MAX_GROUPS};

use crate::{
    emailed_codes::mailed,
    support::{Ask, Browser, Person, TestApp, on_both, on_sqlite},
};

pub(crate) async fn administrator(app: &TestApp) -> Browser {
    let chief = app.person("chief", Role::Administrator).await;
    let mut browser = app.browser();
    browser.sign_in_and_set_up(&chief).await;
    browser
}

/// The address of a person's page, as the list links to it.
pub(crate) async fn page_of(desk: &mut Browser, login: &str) -> String {
    let list = desk.open(&format!("/admin/users?q={login}")).await;
    let (before, _) = list
        .body
        .split_once(&format!(">{login}</a>"))
        .expect("listed");
    let (_, address) = before.rsplit_once("href=\"/midori").expect("a link");
    address.trim_end_matches('"').to_owned()
}

async fn with_app(app: &TestApp, login: &str) -> (Person, Browser, crate::support::Phone) {
    let person = app.member(login).await;
    let mut browser = app.browser();
    let (phone, _) = browser.sign_in_and_set_up(&person).await;
    (person, browser, phone)
}

#[tokio::test]
async fn w6_sec_041_an_administrator_removes_two_factor_with_a_reason_and_is_asked_once() {
    on_both("default", async |app| {
        let (_, mut taro, _) = with_app(&app, "taro").await;
        let mut desk = administrator(&app).await;
        let user = page_of(&mut desk, "taro").await;
        let shown = desk.open(&user).await;
        assert!(
            shown.body.contains(&format!("{user}/remove")),
            "{}",
            shown.body
        );
        let asked = desk.open(&format!("{user}/remove")).await;
        assert!(asked.body.contains("taro") && asked.body.contains("name=\"reason\""));
        // Without a reason: nothing happens, and what was typed is kept.
        let refused = desk
            .press(&format!("{user}/remove"), &[("reason", "  ")])
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.refuses("ADM-02"));
        assert_eq!(taro.get("/account").await.status, StatusCode::OK);
        let done = desk
            .press(&format!("{user}/remove"), &[("reason", "phone lost")])
            .await;
        assert_eq!(
            done.location(),
            format!("/midori{user}?notice=second-factor-removed")
        );
        let after = desk.follow(done).await;
        assert!(after.body.contains("phone lost"), "the record shows why");
        assert!(taro.get("/account").await.location().contains("ACC-01"));
        // The proof is asked for before anything is typed.
        app.wait(Span::minutes(6));
        let stale = desk.get(&format!("{user}/disable")).await;
        let to = format!("/midori/account/proof?for=console&to={user}/disable");
        assert_eq!(stale.location(), to);
    })
    .await;
}

#[tokio::test]
async fn sec_041_a_helpdesk_code_is_offered_only_after_the_password_and_only_while_it_is_open() {
    on_both("default", async |app| {
        let (taro, _, _) = with_app(&app, "taro").await;
        let mut desk = administrator(&app).await;
        let user = page_of(&mut desk, "taro").await;
        let mut login = app.browser();
        let before = login.type_password(&taro).await;
        assert!(!before.body.contains("/login/helpdesk-code"));
        let away = login.get("/login/helpdesk-code").await;
        assert_eq!(away.location(), "/midori/login/code");

        let code = read_out(&mut desk, &user).await;
        assert!(
            !desk.open(&user).await.body.contains(&code),
            "it is told once"
        );

        let offered = login.open("/login/code").await;
        assert!(offered.body.contains("/login/helpdesk-code"));
        login.open("/login/helpdesk-code").await;
        let wrong = login
            .press("/login/helpdesk-code", &[("helpdesk_code", "x")])
            .await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.refuses("HLP-02"));
        let right = login
            .press("/login/helpdesk-code", &[("helpdesk_code", &code)])
            .await;
        assert_eq!(right.location(), "/midori/account");
        // Before the password nobody learns that one was open.
        let stranger = app.browser().open("/login").await;
        assert!(!stranger.body.contains("helpdesk"));
        let mut again = app.browser();
        let after = again.type_password(&taro).await;
        assert!(
            !after.body.contains("/login/helpdesk-code"),
            "it is used up"
        );
    })
    .await;
}

/// Shows a helpdesk code for the person whose page it is.
async fn read_out(desk: &mut Browser, user: &str) -> String {
    let act = format!("{user}/helpdesk-code");
    desk.open(&act).await;
    let opened = desk.press(&act, &[("reason", "known by voice")]).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
    assert_eq!(opened.header("cache-control"), Some("no-store"));
    let (_, rest) = opened.body.split_once("id=\"helpdesk-code\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn k3_k12_sec_041_who_has_only_codes_by_mail_is_helped_on_the_phone_in_both_languages() {
    on_both("campus-mail", async |app| {
        let hana = app.member("hana").await;
        let mut account = app.browser();
        account.type_password(&hana).await;
        account.open("/account/email").await;
        let address = [("private_address", "hana@private.example")];
        let asked = account.press("/account/email", &address).await;
        account.follow(asked).await;
        let (_, _, digits) = mailed(&app).await;
        let digits = [("emailed_code", digits.as_str())];
        account.press("/account/email/confirm", &digits).await;
        app.member("taro").await;
        let mut desk = administrator(&app).await;
        let nothing = page_of(&mut desk, "taro").await;
        let shown = desk.open(&nothing).await.body;
        assert!(
            !shown.contains("/helpdesk-code"),
            "there is nothing that it could stand in for: {shown}"
        );
        // A form is sent easily. What is said then holds for whoever is led to the set-up, too.
        let token = desk.form_token();
        let fields = [("form_token", token.as_str()), ("reason", "called")];
        let form = Ask::form(&format!("/midori{nothing}/helpdesk-code"), &fields);
        let denied = desk.send(form).await;
        assert!(denied.refuses("USR-07"), "{}", denied.body);
        assert!(denied.body.contains("次回のログインで設定に進みます"));
        let user = page_of(&mut desk, "hana").await;
        let shown = desk.open(&user).await.body;
        assert!(shown.contains(&format!("{user}/helpdesk-code")), "{shown}");

        for (language, way, title) in [
            (
                "ja",
                "ヘルプデスクのコードを使用してログインする",
                "ヘルプデスクのコードでログイン",
            ),
            (
                "en",
                "Sign in with a code from the helpdesk",
                "Code from the helpdesk",
            ),
        ] {
            let mut login = app.browser();
            login.speak(language).await;
            let before = login.type_password(&hana).await;
            assert!(before.body.contains("/login/email/send"));
            assert!(!before.body.contains("/login/helpdesk-code"));
            let mut late = app.browser();
            late.type_password(&hana).await;
            let code = read_out(&mut desk, &user).await;
            let offered = login.open("/login/email").await.body;
            assert!(offered.contains(way), "{offered}");
            let page = login.open("/login/helpdesk-code").await.body;
            assert!(page.contains(title), "{page}");
            late.open("/login/helpdesk-code").await;
            let typed = [("helpdesk_code", "x")];
            let wrong = login.press("/login/helpdesk-code", &typed).await;
            assert!(wrong.refuses("HLP-02"), "{}", wrong.body);
            let typed = [("helpdesk_code", code.as_str())];
            let right = login.press("/login/helpdesk-code", &typed).await;
            assert_eq!(right.location(), "/midori/account");
            // Who comes after it is told so, on the page of the way that is left.
            let over = late.press("/login/helpdesk-code", &typed).await;
            let over = late.follow(over).await.body;
            assert!(over.contains("/login/email/send"), "{over}");
            assert!(over.contains("HLP-03"), "{over}");
            assert!(!over.contains("/login/helpdesk-code"), "{over}");
        }
    })
    .await;
}

#[tokio::test]
async fn g8_a_re_issue_leads_the_next_login_to_the_set_up() {
    on_both("default", async |app| {
        let taro = app.member("taro").await;
        let mut desk = administrator(&app).await;
        app.change_policy(|policy| policy.second_factor.enrolment = Enrolment::Optional)
            .await;
        let user = page_of(&mut desk, "taro").await;
        desk.open(&format!("{user}/reissue")).await;
        let done = desk
            .press(&format!("{user}/reissue"), &[("reason", "infected")])
            .await;
        assert!(done.location().contains("notice=second-factor-reissued"));
        let mut login = app.browser();
        let set_up = login.type_password(&taro).await;
        assert!(set_up.body.contains("/login/set-up"), "{}", set_up.body);
    })
    .await;
}

#[tokio::test]
async fn a_saved_list_is_no_formula_and_a_list_that_was_not_meant_is_the_whole() {
    on_both("default", async |app| {
        for login in ["=1+1", "@sum", "-2", "plain"] {
            app.member(login).await;
        }
        let mut desk = administrator(&app).await;
        let file = desk.get("/admin/users/export?sort=name").await;
        assert!(
            file.body.starts_with("\u{feff}\"login\",\"name\""),
            "{}",
            file.body
        );
        for cell in ["\"'=1+1\"", "\"'@sum\"", "\"'-2\"", "\"plain\""] {
            assert!(file.body.contains(cell), "{cell} {}", file.body);
        }
        assert_eq!(file.body.lines().count(), 6);
        for query in [
            "?show=nonsense",
            "?sort=%00&down=1",
            "?number=x&text=y",
            "?group=1",
            "?q=%27%22--",
            "?text=zzz&number=9223372036854775807&back=1",
            "?show=role&group=abc",
            "?q=%25&show=off,never,,nonsense",
            "?q=a%00b%07%E2%80%AE",
            "?text=%00&number=1",
            "?q=p&walk=99&text=%F0%9F%98%80&number=-9223372036854775808",
            "?q=p&walk=18446744073709551616&number=1&back=1",
            "?back=1&q=%5C_%25",
        ] {
            let answer = desk.open(&format!("/admin/users{query}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{query}");
        }
        let long = "%E9%95%B7".repeat(2_000);
        let answer = desk.get(&format!("/admin/users?q={long}")).await;
        assert!(answer.status.is_client_error() || answer.status == StatusCode::OK);
        let found = desk.open("/admin/users?q=PLA").await;
        assert!(found.body.contains(">plain</a>") && !found.body.contains(">@sum</a>"));
        // A search, a part and an order together; each part's link keeps the others.
        let both = desk
            .open("/admin/users?q=PLA&show=never,off&sort=last-login&down=1")
            .await;
        assert!(both.body.contains(">plain</a>") && !both.body.contains(">@sum</a>"));
        for kept in ["q=PLA", "show=on%2Cnever", "show=never", "sort=last-login"] {
            assert!(both.body.contains(kept), "{kept} {}", both.body);
        }
        let nobody = desk.open("/admin/users?q=PLA&show=on").await;
        assert!(!nobody.body.contains(">plain</a>"));
    })
    .await;
}

#[tokio::test]
async fn operators_are_a_part_of_the_list_only_where_there_are_any() {
    on_both("default", async |app| {
        let mut desk = administrator(&app).await;
        let (all, operators) = ("/admin/users", "/admin/users?show=operators");
        let part = "show=operators";
        let list = desk.open(all).await.body;
        assert!(!list.contains(part), "{list}");
        assert!(list.contains("show=administrators"), "{list}");
        // Whoever follows a saved address sees which part it is, and nobody in it.
        let saved = desk.open(operators).await.body;
        assert!(saved.contains("運用者") && !saved.contains(">chief</a>"));
        app.person("ope", Role::Operator).await;
        assert!(desk.open(all).await.body.contains(part));
        assert!(desk.open(operators).await.body.contains(">ope</a>"));
    })
    .await;
}

#[tokio::test]
async fn few_backup_codes_are_a_part_of_the_list_only_where_the_policy_offers_any() {
    on_both("default", async |app| {
        app.change_policy(|policy| policy.backup_codes.count = 2)
            .await;
        with_app(&app, "taro").await;
        app.member("hana").await;
        let mut desk = administrator(&app).await;
        let (all, low) = ("/admin/users", "/admin/users?show=codes-low");
        let (part, file) = ("show=codes-low", "/admin/users/export?show=codes-low");
        assert!(desk.open(all).await.body.contains(part));
        let few = desk.open(low).await.body;
        assert!(few.contains(">taro</a>") && !few.contains(">hana</a>"));
        let listed = "<span class=\"fine\">バックアップコード残りわずか</span>";
        assert!(few.contains(listed), "{few}");
        assert!(desk.get(file).await.body.contains("\"yes\""));

        // What is left of them counts no more, and an old bookmark shows everybody.
        app.change_policy(|policy| policy.backup_codes.enabled = false)
            .await;
        for page in [all, low] {
            let list = desk.open(page).await.body;
            assert!(!list.contains("残りわずか"), "{list}");
            assert!(list.contains(">taro</a>") && list.contains(">hana</a>"));
        }
        assert!(!desk.open(all).await.body.contains(part));
        let file = desk.get(file).await.body;
        assert!(file.contains("hana") && !file.contains("\"yes\""), "{file}");
    })
    .await;
}

#[tokio::test]
async fn w8_a_group_too_many_is_refused_for_what_it_is_and_what_was_typed_is_kept() {
    on_both("default", async |app| {
        let mut desk = administrator(&app).await;
        let filled = app.ctx.store.write(app.tenant().await.id, async |tx| {
            for number in 1..=MAX_GROUPS {
                let group = GroupRow {
                    id: GroupId(number),
                    name: format!("group {number}"),
                    grace_until: None,
                };
                tx.insert_group(&group, Timestamp(0)).await?;
            }
            Ok(())
        });
        filled.await.unwrap();
        desk.open("/admin/groups").await;
        let fields = [("name", "営業部"), ("grace_until", "2027-04-01")];
        let full = desk.press("/admin/groups", &fields).await;
        assert_eq!(full.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(full.refuses("USR-14"), "{}", full.body);
        for (_, typed) in fields {
            assert!(full.body.contains(&format!("value=\"{typed}\"")), "{typed}");
        }
        desk.open("/admin/groups/7/remove").await;
        desk.press("/admin/groups/7/remove", &[]).await;
        desk.open("/admin/groups").await;
        let taken = [("name", "group 8"), ("grace_until", "")];
        assert!(desk.press("/admin/groups", &taken).await.refuses("USR-08"));
        let added = desk.press("/admin/groups", &fields).await;
        assert!(added.location().contains("group-added"));
    })
    .await;
}

#[tokio::test]
async fn w8_groups_are_added_changed_and_removed() {
    on_both("default", async |app| {
        let mut desk = administrator(&app).await;
        desk.open("/admin/groups").await;
        let bad = desk
            .press(
                "/admin/groups",
                &[("name", "営業部"), ("grace_until", "soon")],
            )
            .await;
        assert!(bad.status == StatusCode::UNPROCESSABLE_ENTITY && bad.refuses("USR-10"));
        assert!(bad.body.contains("営業部"), "what was typed is kept");
        let fields = [("name", "営業部"), ("grace_until", "2027-04-01")];
        let added = desk.press("/admin/groups", &fields).await;
        assert_eq!(added.location(), "/midori/admin/groups?notice=group-added");
        let list = desk.follow(added).await;
        assert!(list.body.contains("2027-04-01 00:00 JST"), "{}", list.body);
        let taken = desk.press("/admin/groups", &fields).await;
        assert!(taken.refuses("USR-08"));
        let (_, rest) = list
            .body
            .split_once("href=\"/midori/admin/groups/")
            .unwrap();
        let group = format!("/admin/groups/{}", rest.split('"').next().unwrap());
        desk.open(&group).await;
        let changed = desk
            .press(&group, &[("name", "総務部"), ("grace_until", "")])
            .await;
        assert!(changed.location().contains("group-changed"));
        desk.open(&format!("{group}/remove")).await;
        let removed = desk.press(&format!("{group}/remove"), &[]).await;
        assert!(removed.location().contains("group-removed"));
        assert_eq!(desk.get(&group).await.status, StatusCode::NOT_FOUND);
        // The proof is asked for before anything is typed.
        app.wait(Span::minutes(6));
        let stale = desk.get("/admin/groups").await;
        let to = "/midori/account/proof?for=console&to=/admin/groups";
        assert_eq!(stale.location(), to);
    })
    .await;
}

#[tokio::test]
async fn p4_where_there_are_no_backup_codes_the_console_does_not_speak_of_them() {
    for (preset, has_codes) in [("control-panel", false), ("workspace", true)] {
        let required = |policy: &mut Policy| policy.second_factor.enrolment = Enrolment::Required;
        let app = on_sqlite(preset, |_| {}, required).await;
        with_app(&app, "taro").await;
        let mut desk = administrator(&app).await;
        let user = page_of(&mut desk, "taro").await;
        let speaks = |body: &str| body.contains("バックアップコード");
        assert_eq!(speaks(&desk.open("/admin/users").await.body), has_codes);
        for act in ["remove", "reissue", "unlock"] {
            let page = desk.open(&format!("{user}/{act}")).await.body;
            assert_eq!(speaks(&page), has_codes, "{preset}, {act}: {page}");
        }
    }
}
