//! A code read out over the phone for somebody whose second factor is codes by mail alone, and who cannot read that mail just now
//! (K3, K6, SEC-41).

use warifu_domain::{
    attempt::Stage, audit::EventKind, decide::Methods, explain::Why, refusal::Refusal,
    session::Level, time::Span, user::Role,
};
use warifu_flows::{
    By,
    mail_gate::Answer,
    manage_users::{self, UserDetails},
};

use crate::{
    emailed_codes::{ADDRESS, campus, newest, with_address},
    helpdesk::{administrator, by, denied},
    mail_windows::{WINDOW, address},
    support::{Asked, Browser, Person, World, on_both, refused},
};

const HOME: &str = "203.0.113.7";

const BY_MAIL: Methods = Methods {
    totp: false,
    email: true,
    backup_code: false,
    helpdesk_code: false,
};

const OR_BY_PHONE: Methods = Methods {
    helpdesk_code: true,
    ..BY_MAIL
};

async fn offered(login: &Browser) -> Methods {
    match login.attempt_view().await.stage {
        Stage::SecondFactor(methods) => methods,
        other => panic!("{other:?}"),
    }
}

async fn shown(world: &World, person: &Person) -> UserDetails {
    let (tenant, login) = (world.tenant().await, person.typed_login());
    let details = manage_users::show_user(&world.ctx, &tenant, &login).await;
    details.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn k3_k6_sec_041_a_helpdesk_code_stands_in_once_for_codes_by_mail_and_a_new_address_can_follow()
 {
    on_both(campus(), async |world| {
        let (hana, _) = with_address(&world).await;
        world.wait(WINDOW);
        let (_, desk) = administrator(&world, "boss", Role::Administrator).await;
        let (tenant, by) = (world.tenant().await, by(&world, &desk, "by voice").await);
        let mut login = world.browser_at(address(HOME));
        assert_eq!(login.send_password(&hana).await.unwrap(), Asked::Code(None));
        assert_eq!(offered(&login).await, BY_MAIL);
        let over = login.send_helpdesk_code("12345678").await;
        assert_eq!(refused(over), Refusal::HelpdeskCodeOver);
        assert!(shown(&world, &hana).await.has_second_factor);

        let opened = manage_users::open_helpdesk_code(&world.ctx, &tenant, &by, hana.id);
        let code = opened.await.unwrap().code;
        assert_eq!(offered(&login).await, OR_BY_PHONE);
        let seen = shown(&world, &hana).await;
        assert_eq!(seen.why, Why::Registered(OR_BY_PHONE));
        assert!(seen.helpdesk_until.is_some());
        let other = format!(
            "{:08}",
            (code.expose().parse::<u32>().unwrap() + 1) % 100_000_000
        );
        let wrong = login.send_helpdesk_code(&other).await;
        assert_eq!(refused(wrong), Refusal::WrongHelpdeskCode);
        let needed = world.gate("hana", HOME, "imap").await;
        assert_eq!(needed, Answer::NeedsWindow);
        login.send_helpdesk_code(&code.grouped()).await.unwrap();
        let who = login.who().await.unwrap();
        let level = who.session.level(&tenant.policy.session, world.now());
        assert_eq!(level, Level::Mfa);
        assert!(who.has_second_factor(), "two-factor stays on");
        // What opens a window for who has the app, opens one here (K9).
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::Allow);

        // Used up, and known to its owner, at the private address as well.
        let mut again = world.browser();
        again.send_password(&hana).await.unwrap();
        assert_eq!(offered(&again).await, BY_MAIL);
        let twice = again.send_helpdesk_code(&code.grouped()).await;
        assert_eq!(refused(twice), Refusal::HelpdeskCodeOver);
        for told in [hana.email.as_str(), ADDRESS] {
            let mails = world.mails_at(&hana, told).await;
            assert!(mails.contains(&EventKind::HelpdeskCodeIssued), "{told}");
        }
        let rows = world.audit_rows().await;
        let checked = |row: &&warifu_storage::AuditRow| {
            row.kind == EventKind::HelpdeskCodeChecked && row.refusal.is_none()
        };
        assert_eq!(rows.iter().filter(checked).count(), 1);

        // The mailbox is gone for good: another one takes its place, behind that login's proof.
        let new = "hana@elsewhere.example";
        login.register_address(new).await.unwrap();
        let confirming = newest(&world, &hana).await;
        login.confirm_address(&confirming).await.unwrap();
        world.wait(Span::minutes(2));
        let mut next = world.browser();
        next.send_password(&hana).await.unwrap();
        next.ask_code().await.unwrap();
        let (to, _, digits) = world.codes_to(&hana).await.pop().unwrap();
        assert_eq!(to, new);
        next.send_emailed_code(&digits).await.unwrap();
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_026_where_codes_by_mail_do_not_count_no_helpdesk_code_stands_in_for_them() {
    on_both(campus(), async |world| {
        let (hana, _) = with_address(&world).await;
        let taro = world.member("taro").await;
        let by = By::CommandLine("asked on the phone".to_owned());
        let open = async |person: &Person| {
            let tenant = world.tenant().await;
            manage_users::open_helpdesk_code(&world.ctx, &tenant, &by, person.id).await
        };
        assert_eq!(denied(open(&taro).await), Refusal::SecondFactorMissing);
        assert!(!shown(&world, &taro).await.has_second_factor);

        // Taken away by the policy while one is open: the login begins again, and asks what the policy asks.
        let code = open(&hana).await.unwrap().code;
        let mut login = world.browser();
        login.send_password(&hana).await.unwrap();
        assert_eq!(offered(&login).await, OR_BY_PHONE);
        world
            .change_policy(|policy| policy.email_code.enabled = false)
            .await;
        let late = login.send_helpdesk_code(code.expose()).await;
        assert_eq!(refused(late), Refusal::HelpdeskCodeOver);
        let mut again = world.browser();
        assert_eq!(again.send_password(&hana).await.unwrap(), Asked::Nothing);
        assert_eq!(denied(open(&hana).await), Refusal::SecondFactorMissing);
        assert!(!shown(&world, &hana).await.has_second_factor);
        world
            .change_policy(|policy| policy.email_code.enabled = true)
            .await;
        assert!(open(&hana).await.is_ok());

        // Nor for those who manage others: they need an app, which a code could stand in for.
        let tenant = world.tenant().await;
        let role = Role::Administrator;
        manage_users::change_role(&world.ctx, &tenant, &by, hana.id, role)
            .await
            .unwrap();
        assert_eq!(denied(open(&hana).await), Refusal::SecondFactorMissing);
        let mut manager = world.browser();
        assert_eq!(manager.send_password(&hana).await.unwrap(), Asked::SetUp);
        let rows = world.audit_rows().await;
        let denials = rows
            .iter()
            .filter(|row| row.kind == EventKind::HelpdeskCodeIssued && row.refusal.is_some());
        assert_eq!(denials.count(), 3, "each is on record");
    })
    .await;
}
