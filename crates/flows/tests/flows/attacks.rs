//! What somebody tries against windows, codes by mail and pairings who has something right in the wrong place: another spelling,
//! another address that reads alike, another purpose, another tenant.

use warifu_domain::{
    mail_window::SourceNetwork, pairing::WRONG_CODES, policy::Network, refusal::Refusal, time::Span,
};
use warifu_flows::{
    By, gate_keys, mail_gate,
    mail_gate::{Answer, Outcome, Server},
    mail_windows, pairing, session,
};

use crate::{
    mail_gate::register,
    mail_windows::{WINDOW, address, campus, question, sign_in_at},
    pairing::{half_paired, signed_in},
    support::{App, TypedProof, World, a_second_less, on_both, refused},
};

const HOME: &str = "203.0.113.7";

/// What the tenant's people have of windows, by their ends.
async fn windows(world: &World) -> (i64, String) {
    let tenant = world.tenant().await.id;
    let count = world
        .rows("mail_window", &format!("tenant_id = {tenant}"))
        .await;
    let until = format!(
        "SELECT CAST(COALESCE(MAX(until), 0) AS TEXT) FROM mail_window WHERE tenant_id = {tenant}"
    );
    (count, world.text(&until).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_052_a_window_is_one_person_s_however_another_one_s_name_is_spelt() {
    on_both(campus(), async |world| {
        world
            .change_policy(|policy| policy.entrances.domains = vec!["midori.example".into()])
            .await;
        let (mut hana, _) = world.student("hana").await;
        sign_in_at(&world, &mut hana, HOME).await;
        let is_hanas = ["hana", "HANA", "ｈａｎａ", "hana@midori.example"];
        for login in is_hanas {
            let answer = world.gate(login, HOME, "imap").await;
            assert_eq!(answer, Answer::Allow, "{login}");
        }
        // Somebody else takes the address for a login ID: from then on it is that person's, who has no window.
        register(&world, "hana@midori.example").await;
        for login in [
            "hana@midori.example",
            "Hana@MIDORI.example",
            "ｈａｎａ＠midori.example",
        ] {
            let answer = world.gate(login, HOME, "imap").await;
            assert_eq!(answer, Answer::NeedsWindow, "{login}");
        }
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::Allow);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_054_an_ipv4_address_inside_an_ipv6_one_is_neither_a_window_nor_a_trusted_network() {
    let setting = campus().with(|policy| {
        policy.networks = vec![Network {
            cidr: "192.0.2.0/24".into(),
            name: "campus".into(),
            comment: String::new(),
            trusted: true,
            shared: false,
        }];
    });
    on_both(setting, async |world| {
        let (mut hana, _) = world.student("hana").await;
        sign_in_at(&world, &mut hana, HOME).await;
        // What a dual-stack socket writes is the very address; what a translator or a tunnel writes is somebody's own.
        for at in [
            HOME,
            "::ffff:203.0.113.7",
            "IPv6:::ffff:cb00:7107",
            "192.0.2.5",
            "::ffff:192.0.2.5",
        ] {
            assert_eq!(world.gate("hana", at, "imap").await, Answer::Allow, "{at}");
        }
        for at in [
            "::203.0.113.7",
            "::ffff:0:203.0.113.7",
            "64:ff9b::203.0.113.7",
            "2002:cb00:7107::1",
            "::192.0.2.5",
            "64:ff9b::192.0.2.5",
            "2002:c000:205::1",
        ] {
            let answer = world.gate("hana", at, "imap").await;
            assert_eq!(answer, Answer::NeedsWindow, "{at}");
        }
        // The last address of a /64 and the ones beside it.
        sign_in_at(&world, &mut hana, "2001:db8:1:2::").await;
        for (at, answer) in [
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", Answer::Allow),
            ("2001:db8:1:3::", Answer::NeedsWindow),
            ("2001:db8:1:1:ffff:ffff:ffff:ffff", Answer::NeedsWindow),
        ] {
            assert_eq!(world.gate("hana", at, "imap").await, answer, "{at}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_056_a_report_opens_nothing_prolongs_nothing_and_needs_the_tenant_s_own_key() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        world.told("hana", HOME, "imap", Outcome::Success).await;
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::NeedsWindow);
        sign_in_at(&world, &mut hana, HOME).await;
        let before = windows(&world).await;
        world.wait(a_second_less(WINDOW));
        for outcome in [
            Outcome::Success,
            Outcome::WrongPassword,
            Outcome::RefusedByGate,
        ] {
            world.told("hana", HOME, "imap", outcome).await;
        }
        assert_eq!(windows(&world).await, before);
        world.wait(Span::seconds(1));
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::NeedsWindow);
        // The key of another tenant with a person of the same name changes nothing in this one.
        let other = world.neighbour("aoba").await;
        other.student("hana").await;
        let by = By::command_line();
        let key = gate_keys::add(&world.ctx, &other.tenant().await, &by, "mx").await;
        let server = Server::WithKey(key.unwrap(), address("192.0.2.25"));
        let wrong = question("hana", "198.51.100.9", "imap");
        let budgets = world.rows("throttle", "kind = 12").await;
        let told = mail_gate::report(
            &world.ctx,
            &world.slug,
            &server,
            &wrong,
            Outcome::WrongPassword,
        );
        assert!(told.await.unwrap().is_none());
        assert_eq!(world.rows("throttle", "kind = 12").await, budgets);
        // What Warifu's own login asks a mail server about is counted there, not here once more.
        let web = Outcome::WrongPassword;
        world.told("hana", "198.51.100.9", "warifu-web", web).await;
        assert_eq!(world.rows("throttle", "kind = 12").await, budgets);
        world.told("hana", "198.51.100.9", "imap", web).await;
        assert_eq!(world.rows("throttle", "kind = 12").await, budgets + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_068_a_window_is_closed_only_in_its_own_tenant_whoever_has_the_same_name() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let other = world.neighbour("aoba").await;
        let (mut namesake, _) = other.student("hana").await;
        sign_in_at(&world, &mut hana, HOME).await;
        let browser = sign_in_at(&other, &mut namesake, HOME).await;
        let before = windows(&world).await;
        // As that person, with that session, in this tenant.
        let (tenant, who) = (world.tenant().await, browser.who().await.unwrap());
        let (ctx, request) = (&world.ctx, browser.request());
        let network = SourceNetwork::of(address(HOME), 64);
        let closed = mail_windows::close(ctx, &tenant, &request, &who, network).await;
        assert_eq!(refused(closed), Refusal::NotSignedIn);
        let closed = mail_windows::close_all(ctx, &tenant, &request, &who).await;
        assert_eq!(refused(closed), Refusal::NotSignedIn);
        // Even if the two had one id.
        let mut forged = who.clone();
        forged.user = hana.id;
        let closed = mail_windows::close_all(ctx, &tenant, &request, &forged).await;
        assert_eq!(refused(closed), Refusal::NotSignedIn);
        assert_eq!(windows(&world).await, before);
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::Allow);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_068_a_pairing_is_finished_in_no_other_tenant_by_nobody_of_the_same_name() {
    on_both(campus(), async |world| {
        let (_, mut hana) = signed_in(&world, "hana").await;
        let other = world.neighbour("aoba").await;
        let (_, namesake) = signed_in(&other, "hana").await;
        let phone = half_paired(&world, &mut hana).await;
        let (ctx, tenant) = (&world.ctx, other.tenant().await);
        let own = hana.who().await.unwrap();
        let strange = session::find(ctx, &tenant, hana.session.as_ref().unwrap(), None).await;
        assert!(strange.unwrap().is_none());
        // A session of here over there, and a session of over there that knows the token of here.
        let mut forged = namesake.who().await.unwrap();
        forged.token = own.token;
        let app = App::add(&world).code();
        for who in [&own, &forged] {
            let request = hana.request();
            let found = pairing::find(ctx, &tenant, &request, who).await.unwrap();
            assert!(found.is_none());
            for refusal in [
                refused(pairing::type_app_code(ctx, &tenant, &request, who, &app, "").await),
                refused(pairing::confirm(ctx, &tenant, &request, who, &phone.code()).await),
                refused(pairing::start(ctx, &tenant, &request, who).await),
                refused(pairing::abandon(ctx, &tenant, &request, who).await),
            ] {
                assert_eq!(refusal, Refusal::NotSignedIn);
            }
        }
        let number = tenant.id;
        let condition = format!("tenant_id = {number}");
        assert_eq!(world.rows("pairing", &condition).await, 0);
        assert_eq!(world.rows("totp", &condition).await, 0);
        let open = hana.pairing().await.unwrap();
        assert_eq!(open.tries_left, WRONG_CODES);
        hana.confirm_pairing(&phone.code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_028_a_code_that_confirms_an_address_proves_nothing_and_one_that_proves_confirms_none()
{
    on_both(campus(), async |world| {
        let hana = world.member("hana").await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        let newest = async || world.codes_to(&hana).await.pop().expect("a mail").2;
        browser
            .register_address("hana@private.example")
            .await
            .unwrap();
        browser.confirm_address(&newest().await).await.unwrap();
        // One of each, both asked for in this very session.
        world.wait(Span::minutes(1));
        browser
            .register_address("hana@other.example")
            .await
            .unwrap();
        let confirms = newest().await;
        browser.ask_code_for_proof().await.unwrap();
        let proves = newest().await;
        assert_ne!(confirms, proves);
        assert_eq!(
            refused(browser.confirm_address(&proves).await.map(drop)),
            Refusal::WrongEmailedCode
        );
        let proof = |code: &str| Some(TypedProof::EmailedCode(code.into()));
        assert_eq!(
            refused(browser.send_proof(&hana.password, proof(&confirms)).await),
            Refusal::WrongEmailedCode
        );
        // Each is good for its own, still, and after the other one.
        browser
            .send_proof(&hana.password, proof(&proves))
            .await
            .unwrap();
        browser.confirm_address(&confirms).await.unwrap();
        // Nor is one that was used good for anything again.
        for used in [&proves, &confirms] {
            assert_eq!(
                refused(browser.send_proof(&hana.password, proof(used)).await),
                Refusal::EmailedCodeOver
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_028_three_wrong_guesses_end_a_code_by_mail_in_a_session_too() {
    on_both(campus(), async |world| {
        let hana = world.member("hana").await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        let newest = async || world.codes_to(&hana).await.pop().expect("a mail").2;
        let wrong = |code: &str| format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
        browser
            .register_address("hana@private.example")
            .await
            .unwrap();
        // No attempt counts here, and a new address has no budget of its own yet: the code itself bears three.
        let code = newest().await;
        for typed in [&wrong(&code), "", &wrong(&code)] {
            refused(browser.confirm_address(typed).await.map(drop));
        }
        assert_eq!(
            refused(browser.confirm_address(&code).await.map(drop)),
            Refusal::EmailedCodeOver
        );
        world.wait(Span::minutes(1));
        browser
            .register_address("hana@private.example")
            .await
            .unwrap();
        browser.confirm_address(&newest().await).await.unwrap();
        world.wait(Span::minutes(1));
        browser.ask_code_for_proof().await.unwrap();
        let code = newest().await;
        let proof = |code: &str| Some(TypedProof::EmailedCode(code.into()));
        for typed in [&wrong(&code), "", &wrong(&code)] {
            refused(browser.send_proof(&hana.password, proof(typed)).await);
        }
        assert_eq!(
            refused(browser.send_proof(&hana.password, proof(&code)).await),
            Refusal::EmailedCodeOver
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_007_whoever_else_is_signed_in_is_out_when_the_private_address_changes() {
    on_both(campus(), async |world| {
        let hana = world.member("hana").await;
        let (mut owner, mut thief) = (world.browser(), world.browser());
        owner.send_password(&hana).await.unwrap();
        thief.send_password(&hana).await.unwrap();
        owner
            .register_address("hana@private.example")
            .await
            .unwrap();
        assert!(thief.is_signed_in().await);
        let code = world.codes_to(&hana).await.pop().expect("a mail").2;
        owner.confirm_address(&code).await.unwrap();
        assert!(!thief.is_signed_in().await && owner.is_signed_in().await);
        // And when it is removed: here by a second browser that passed a code by mail.
        world.wait(Span::minutes(1));
        let mut second = world.browser();
        second.send_password(&hana).await.unwrap();
        second.ask_code().await.unwrap();
        let code = world.codes_to(&hana).await.pop().expect("a mail").2;
        second.send_emailed_code(&code).await.unwrap();
        second.remove_address().await.unwrap();
        assert!(!owner.is_signed_in().await && second.is_signed_in().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_053_whoever_has_no_second_factor_any_more_lets_no_refused_client_in() {
    let setting = campus().with(|policy| policy.removal.by_user = true);
    on_both(setting, async |world| {
        let (mut hana, _) = world.student("hana").await;
        let mut browser = sign_in_at(&world, &mut hana, HOME).await;
        let phone = "198.51.100.20";
        assert_eq!(world.gate("hana", phone, "imap").await, Answer::NeedsWindow);
        browser.prove(&hana).await;
        browser.remove().await.unwrap();
        // The refusal is known still, and the password is proved anew: it is not worth a window.
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        let (tenant, who) = (world.tenant().await, browser.who().await.unwrap());
        let (ctx, request) = (&world.ctx, browser.request());
        let network = SourceNetwork::of(address(phone), 64);
        let permitted = mail_windows::permit(ctx, &tenant, &request, &who, network).await;
        assert_eq!(refused(permitted), Refusal::SecondFactorMissing);
        let page = mail_windows::may_permit(ctx, &tenant, &who, network).await;
        assert_eq!(refused(page), Refusal::SecondFactorMissing);
        let shown = browser.mail_status(&world).await;
        assert!(shown.open.is_empty() && shown.refused.len() == 1);
    })
    .await;
}
