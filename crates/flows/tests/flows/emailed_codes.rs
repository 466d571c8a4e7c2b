//! Codes by mail: the private address, the code and its limits, and what it is worth (K3, K6, K7; SEC-26 to SEC-30).

use warifu_domain::{
    attempt::Stage, audit::EventKind, decide::Methods, policy::EmailSender, refusal::Refusal,
    session::Level, time::Span, user::Role,
};
use warifu_flows::{By, delivery, manage_users, notices};

use crate::support::{Asked, Browser, Person, Phone, Setting, TypedProof, World, on_both, refused};

pub(crate) const ADDRESS: &str = "hana@private.example";

pub(crate) fn campus() -> Setting {
    Setting::preset("campus-mail").with(|policy| {
        policy.email_code.refused_domains = vec!["kit.example".to_owned()];
    })
}

/// A member who is signed in and has registered a private address.
pub(crate) async fn with_address(world: &World) -> (Person, Browser) {
    let hana = world.member("hana").await;
    let mut browser = world.browser();
    browser.send_password(&hana).await.unwrap();
    browser.register_address(ADDRESS).await.unwrap();
    let code = newest(world, &hana).await;
    browser.confirm_address(&code).await.unwrap();
    (hana, browser)
}

/// Registers an app as well, while the proof is fresh.
async fn add_app(world: &World, person: &mut Person, browser: &mut Browser) {
    let pending = browser.start_set_up().await.unwrap();
    let phone = Phone::scan(&pending.uri, &world.clock);
    browser.confirm_set_up(&phone.code()).await.unwrap();
    person.phone = Some(phone);
}

/// The digits of the newest mail.
pub(crate) async fn newest(world: &World, person: &Person) -> String {
    world.codes_to(person).await.pop().expect("a mail").2
}

/// Digits that are not those.
fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

fn by_mail(totp: bool) -> Stage {
    Stage::SecondFactor(Methods {
        totp,
        email: true,
        backup_code: false,
        helpdesk_code: false,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn k3_k6_k7_an_address_is_confirmed_shown_and_then_logs_in_like_the_app() {
    on_both(campus(), async |world| {
        let (mut hana, mut home) = with_address(&world).await;
        let shown = home.overview().await.email.unwrap().current.unwrap();
        assert_eq!(shown.0, ADDRESS);
        let told = world.mails_to(&hana).await;
        assert_eq!(told, [EventKind::PrivateAddressConfirmed]);
        assert_eq!(world.mails_at(&hana, ADDRESS).await, told, "there as well");

        let mut away = world.browser();
        assert_eq!(away.send_password(&hana).await.unwrap(), Asked::Code(None));
        assert_eq!(away.attempt_view().await.stage, by_mail(false));
        let page = away.email_page().await;
        assert_eq!(
            (page.address.as_str(), page.asked),
            ("h•••@private.example", None)
        );
        away.ask_code().await.unwrap();
        let asked = away.email_page().await.asked.unwrap();
        let (to, request, code) = world.codes_to(&hana).await.pop().unwrap();
        assert_eq!((to.as_str(), &request), (ADDRESS, &asked.request));
        away.send_emailed_code(&code).await.unwrap();
        let sessions = away.sessions().await;
        let this = sessions.iter().find(|session| session.is_this).unwrap();
        assert_eq!(this.level, Level::EmailedCode, "no AAL2 (SEC-26)");

        // With the app as well, either will do.
        add_app(&world, &mut hana, &mut home).await;
        for by_app in [true, false] {
            let mut browser = world.browser();
            browser.send_password(&hana).await.unwrap();
            assert_eq!(browser.attempt_view().await.stage, by_mail(true));
            world.wait(Span::minutes(1));
            if by_app {
                browser.send_code(&hana.phone().code()).await.unwrap();
            } else {
                browser.ask_code().await.unwrap();
                let code = newest(&world, &hana).await;
                browser.send_emailed_code(&code).await.unwrap();
            }
        }
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_027_an_address_that_is_not_confirmed_or_not_outside_gets_no_code() {
    on_both(campus(), async |world| {
        let hana = world.member("hana").await;
        let mut browser = world.browser();
        browser.send_password(&hana).await.unwrap();
        for own in [
            "hana@kit.example",
            "hana@mail.KIT.example",
            "taro@home.example",
            "x@sub.home.example",
        ] {
            let answer = browser.register_address(own).await;
            assert_eq!(refused(answer), Refusal::ProtectedAddress, "{own}");
        }
        for bad in ["", "hana", "hana@private.example\r\nBcc: x@y.example"] {
            let answer = browser.register_address(bad).await;
            assert_eq!(refused(answer), Refusal::BadPrivateAddress);
        }
        assert_eq!(world.codes_to(&hana).await, []);
        browser.register_address(ADDRESS).await.unwrap();
        let code = newest(&world, &hana).await;
        assert_eq!(
            refused(browser.confirm_address(&other_than(&code)).await),
            Refusal::WrongEmailedCode
        );
        assert!(browser.overview().await.email.unwrap().current.is_none());
        let mut away = world.browser();
        assert_eq!(away.send_password(&hana).await.unwrap(), Asked::Nothing);
        // Another session cannot confirm what this one began.
        assert_eq!(
            refused(away.confirm_address(&code).await),
            Refusal::EmailedCodeOver
        );
        browser.confirm_address(&code).await.unwrap();
        assert!(!away.is_signed_in().await, "other sessions end (SEC-7)");
        assert_eq!(
            refused(browser.confirm_address(&code).await),
            Refusal::EmailedCodeOver
        );
        let stolen = world.stolen_bytes().await;
        let holds = |text: &[u8]| stolen.windows(text.len()).any(|window| window == text);
        assert!(!holds(ADDRESS.as_bytes()), "addresses are sealed (SEC-77)");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_028_a_code_belongs_to_one_login_once_and_for_ten_minutes() {
    on_both(campus(), async |world| {
        let (hana, _) = with_address(&world).await;
        let (mut mine, mut other) = (world.browser(), world.browser());
        mine.send_password(&hana).await.unwrap();
        other.send_password(&hana).await.unwrap();
        mine.ask_code().await.unwrap();
        let first = newest(&world, &hana).await;
        assert!(other.email_page().await.asked.is_none());
        assert_eq!(
            refused(other.send_emailed_code(&first).await),
            Refusal::EmailedCodeOver
        );
        // The wait is told, and the code stays good meanwhile.
        assert!(matches!(
            refused(mine.ask_code().await),
            Refusal::EmailedCodeTooSoon { .. }
        ));
        world.wait(Span::seconds(60));
        mine.ask_code().await.unwrap();
        let second = newest(&world, &hana).await;
        assert_ne!(first, second);
        assert_eq!(
            refused(mine.send_emailed_code(&first).await),
            Refusal::WrongEmailedCode
        );
        mine.send_emailed_code(&second).await.unwrap();
        assert_eq!(
            refused(other.send_emailed_code(&second).await),
            Refusal::EmailedCodeOver
        );
        // To the second.
        world
            .change_policy(|policy| policy.email_code.minutes = 5)
            .await;
        for (late, good) in [(false, true), (true, false)] {
            let mut browser = world.browser();
            world.wait(Span::minutes(10));
            browser.send_password(&hana).await.unwrap();
            browser.ask_code().await.unwrap();
            let code = newest(&world, &hana).await;
            world.wait(Span::seconds(299 + i64::from(late)));
            assert_eq!(browser.send_emailed_code(&code).await.is_ok(), good);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_029_mails_are_limited_and_the_answer_is_the_same_when_none_is_sent() {
    on_both(campus(), async |world| {
        let (hana, _) = with_address(&world).await;
        let before = world.codes_to(&hana).await.len();
        let mut pages = Vec::new();
        for _ in 0..20 {
            let mut browser = world.browser();
            browser.send_password(&hana).await.unwrap();
            browser.ask_code().await.unwrap();
            let page = browser.email_page().await;
            let asked = page.asked.unwrap();
            pages.push((page.address, asked.address, asked.again_from - world.now()));
            world.wait(Span::seconds(61));
        }
        pages.dedup();
        assert_eq!(pages.len(), 1, "{pages:?}");
        // One confirmed the address within the same hour.
        assert_eq!(world.codes_to(&hana).await.len() - before, 4);
        // A code that was sent stays good when another one is not.
        world.wait(Span::hours(1));
        let mut browser = world.browser();
        for number in 0..6 {
            if number % 5 == 0 {
                browser = world.browser();
                browser.send_password(&hana).await.unwrap();
            }
            browser.ask_code().await.unwrap();
            if number < 5 {
                world.wait(Span::seconds(61));
            }
        }
        assert_eq!(world.codes_to(&hana).await.len() - before, 9);
        // And a day has its own limit, which no hour gives back.
        for _ in 0..10 {
            world.wait(Span::hours(1));
            let mut browser = world.browser();
            browser.send_password(&hana).await.unwrap();
            browser.ask_code().await.unwrap();
        }
        assert_eq!(world.codes_to(&hana).await.len(), 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_wrong_codes_by_mail_have_a_budget_that_outlives_codes_attempts_and_servers() {
    on_both(campus(), async |world| {
        let (mut hana, mut home) = with_address(&world).await;
        add_app(&world, &mut hana, &mut home).await;
        let mut server = world.clone();
        for round in 0..2 {
            world.wait(Span::minutes(20));
            let mut thief = world.browser().at(&server);
            thief.send_password(&hana).await.unwrap();
            thief.ask_code().await.unwrap();
            let wrong = other_than(&newest(&world, &hana).await);
            for _ in 0..2 {
                let answer = refused(thief.send_emailed_code(&wrong).await);
                assert_eq!(answer, Refusal::WrongEmailedCode);
            }
            server = world.second_server(40 + round).await;
        }
        world.wait(Span::minutes(20));
        let mut thief = world.browser();
        thief.send_password(&hana).await.unwrap();
        thief.ask_code().await.unwrap();
        let right = newest(&world, &hana).await;
        assert_eq!(
            refused(thief.send_emailed_code("x").await),
            Refusal::MalformedEmailedCode
        );
        assert!(matches!(
            refused(thief.send_emailed_code(&right).await),
            Refusal::MethodPaused { .. }
        ));
        // Another proof of the owner opens it again.
        let mut owner = world.browser();
        owner.send_password(&hana).await.unwrap();
        world.wait(Span::seconds(30));
        owner.send_code(&hana.phone().code()).await.unwrap();
        thief.send_emailed_code(&right).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_026_codes_by_mail_are_not_there_by_default_and_never_for_those_who_manage() {
    on_both(campus(), async |world| {
        let mut boss = world.person("boss", Role::Administrator).await;
        let mut boss_at = world.browser();
        boss_at.sign_in(&mut boss).await;
        assert!(boss_at.overview().await.email.is_none());
        assert_eq!(
            refused(boss_at.register_address(ADDRESS).await),
            Refusal::NotOffered
        );
        // Whoever becomes one has to set an app up, although an address is there.
        let (hana, _) = with_address(&world).await;
        let (tenant, by) = (world.tenant().await, By::command_line());
        manage_users::change_role(
            &world.ctx,
            &tenant,
            &by,
            &hana.typed_login(),
            Role::Administrator,
        )
        .await
        .unwrap();
        let mut browser = world.browser();
        assert_eq!(browser.send_password(&hana).await.unwrap(), Asked::SetUp);
        assert_eq!(refused(browser.ask_code().await), Refusal::AttemptOver);
    })
    .await;
    on_both(Setting::preset("default"), async |world| {
        let (_, mut hana) = world.member_with_app("hana").await;
        assert!(hana.overview().await.email.is_none());
        assert_eq!(
            refused(hana.register_address(ADDRESS).await),
            Refusal::NotOffered
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_037_who_has_only_mail_proves_with_the_password_and_a_code_by_mail() {
    on_both(campus(), async |world| {
        let (hana, mut home) = with_address(&world).await;
        world.wait(Span::minutes(5));
        assert_eq!(refused(home.remove_address().await), Refusal::ProofNeeded);
        assert_eq!(
            refused(home.send_proof(&hana.password, None).await),
            Refusal::MalformedCode
        );
        home.ask_code_for_proof().await.unwrap();
        let code = newest(&world, &hana).await;
        let proof = |code: &str| Some(TypedProof::EmailedCode(code.into()));
        let wrong = home
            .send_proof(&hana.password, proof(&other_than(&code)))
            .await;
        assert_eq!(refused(wrong), Refusal::WrongEmailedCode);
        home.send_proof(&hana.password, proof(&code)).await.unwrap();
        home.remove_address().await.unwrap();
        assert_eq!(refused(home.remove_address().await), Refusal::MethodMissing);
        let mut away = world.browser();
        assert_eq!(away.send_password(&hana).await.unwrap(), Asked::Nothing);
        let removed = Some(&EventKind::PrivateAddressRemoved);
        assert_eq!(world.mails_to(&hana).await.last(), removed);
        assert_eq!(world.mails_at(&hana, ADDRESS).await.last(), removed);
        assert_eq!(world.rows("emailed_code", "1 = 1").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_041_a_reset_clears_the_private_address_as_well_and_a_deletion_leaves_nothing() {
    on_both(campus(), async |world| {
        let (hana, _) = with_address(&world).await;
        let (tenant, by) = (world.tenant().await, By::command_line());
        let login = hana.typed_login();
        let shown = manage_users::show_user(&world.ctx, &tenant, &login)
            .await
            .unwrap();
        assert_eq!(shown.private_address.unwrap().0, ADDRESS);
        let cleared = manage_users::reissue_two_factor(&world.ctx, &tenant, &by, &login).await;
        assert!(cleared.unwrap());
        assert_eq!(world.rows("private_address", "1 = 1").await, 0);
        let mut browser = world.browser();
        assert_eq!(browser.send_password(&hana).await.unwrap(), Asked::SetUp);
        manage_users::delete_user(&world.ctx, &tenant, &by, &login)
            .await
            .unwrap();
        for table in ["private_address", "emailed_code", "outbox"] {
            assert_eq!(world.rows(table, "1 = 1").await, 0, "{table}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k7_a_code_goes_before_other_mail_comes_from_the_own_address_and_is_not_sent_late() {
    on_both(campus(), async |world| {
        let (mut hana, mut home) = with_address(&world).await;
        add_app(&world, &mut hana, &mut home).await;
        world.wait(Span::minutes(1));
        let mut away = world.browser();
        away.send_password(&hana).await.unwrap();
        away.ask_code().await.unwrap();
        let urgent = delivery::urgent(&world.ctx, 10).await.unwrap();
        let due = delivery::due(&world.ctx, 10).await.unwrap();
        assert!(urgent.len() < due.len() && due.contains(&urgent[0]));
        let newest = urgent.last().unwrap();
        let claimed = delivery::claim(&world.ctx, newest).await.unwrap().unwrap();
        assert_eq!(claimed.notice.kind, EventKind::EmailedCodeSent);
        assert_eq!(
            claimed.notice.sender, None,
            "home.example is not the tenant's (SEC-30)"
        );
        world
            .change_policy(|policy| {
                policy.email_code.refused_domains = vec!["home.example".to_owned()]
            })
            .await;
        let list = async || {
            notices::list(&world.ctx, &world.tenant().await, 0, 100)
                .await
                .unwrap()
        };
        let code = |notice: &&notices::OpenNotice| notice.code().is_some();
        let sender = list().await.iter().find(code).unwrap().sender.clone();
        assert_eq!(sender.as_deref(), Some("hana@home.example"));
        world
            .change_policy(|policy| policy.email_code.sender = EmailSender::Service)
            .await;
        assert_eq!(list().await.iter().find(code).unwrap().sender, None);
        // Void: given up, on record, and not sent.
        world.wait(Span::minutes(10));
        for late in delivery::urgent(&world.ctx, 10).await.unwrap() {
            assert!(delivery::claim(&world.ctx, &late).await.unwrap().is_none());
        }
        assert_eq!(delivery::urgent(&world.ctx, 10).await.unwrap(), []);
        let events = world.events_of(&hana).await;
        assert!(events.contains(&"mail.given_up".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_the_old_and_the_new_private_address_hear_of_a_change() {
    on_both(campus(), async |world| {
        let (hana, mut home) = with_address(&world).await;
        world.wait(Span::minutes(2));
        let new = "hana@elsewhere.example";
        home.register_address(new).await.unwrap();
        let code = newest(&world, &hana).await;
        home.confirm_address(&code).await.unwrap();
        for (address, times) in [(hana.email.as_str(), 2), (ADDRESS, 2), (new, 1)] {
            let told = world.mails_at(&hana, address).await;
            assert_eq!(
                told,
                vec![EventKind::PrivateAddressConfirmed; times],
                "{address}"
            );
        }
        // From now on it is a stranger's.
        home.remove_address().await.unwrap();
        assert_eq!(world.mails_at(&hana, ADDRESS).await.len(), 2);
        assert_eq!(world.mails_at(&hana, new).await.len(), 2);
    })
    .await;
}
