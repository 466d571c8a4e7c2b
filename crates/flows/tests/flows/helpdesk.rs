//! An administrator helps one person: codes read out over the phone, re-issue, unlocking, roles, and what nobody can do by accident
//! (SEC-41, SEC-43, SEC-45, SEC-69, SEC-81, SEC-84, G8, W6).

use warifu_domain::{
    audit::EventKind, decide::Decision, policy::Enrolment, refusal::Refusal, session::Level,
    time::Span, user::Role,
};
use warifu_flows::{
    By,
    manage_users::{self, Edited, ManageError},
};

use crate::support::{Asked, Browser, Person, Setting, World, find, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

/// An administrator with a fresh proof, and a reason.
pub(crate) async fn administrator(world: &World, login: &str, role: Role) -> (Person, Browser) {
    let mut person = world.person(login, role).await;
    let mut browser = world.browser();
    browser.sign_in(&mut person).await;
    (person, browser)
}

pub(crate) async fn by(world: &World, browser: &Browser, reason: &str) -> By {
    let who = browser.who().await.expect("signed in");
    let home = world.tenant().await;
    By::person(who, &home, browser.request(), reason)
}

#[track_caller]
pub(crate) fn denied<T>(answer: Result<T, ManageError>) -> Refusal {
    match answer {
        Err(ManageError::Refused(refusal)) => refusal,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("not refused"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_041_a_helpdesk_code_stands_in_once_after_the_right_password_and_keeps_two_factor_on() {
    on_both(workspace(), async |world| {
        let (taro, mut first) = world.member_with_app("taro").await;
        let (_, desk) = administrator(&world, "hanako", Role::Administrator).await;
        let (tenant, by) = (
            world.tenant().await,
            by(&world, &desk, "seen in person").await,
        );

        let mut login = world.browser();
        assert_eq!(login.send_password(&taro).await.unwrap(), Asked::Code(None));
        let offered = async |login: &Browser| match login.attempt_view().await.stage {
            warifu_domain::attempt::Stage::SecondFactor(methods) => methods.helpdesk_code,
            other => panic!("{other:?}"),
        };
        assert!(!offered(&login).await, "none is open");
        assert_eq!(
            refused(login.send_helpdesk_code("12345678").await),
            Refusal::HelpdeskCodeOver
        );
        let open = || manage_users::open_helpdesk_code(&world.ctx, &tenant, &by, taro.id);
        let superseded = open().await.unwrap();
        let opened = open().await.unwrap();
        assert!(offered(&login).await);
        assert_eq!(
            refused(login.send_helpdesk_code(&superseded.code.grouped()).await),
            Refusal::WrongHelpdeskCode
        );
        login
            .send_helpdesk_code(&opened.code.grouped())
            .await
            .unwrap();
        let who = login.who().await.unwrap();
        let level = who.session.level(&tenant.policy.session, world.now());
        assert_eq!(level, Level::Mfa);
        assert!(who.has_totp, "two-factor stays on");

        // Used up; and known to its owner.
        let mut again = world.browser();
        again.send_password(&taro).await.unwrap();
        assert!(!offered(&again).await);
        assert_eq!(
            refused(again.send_helpdesk_code(&opened.code.grouped()).await),
            Refusal::HelpdeskCodeOver
        );
        assert_eq!(
            world.mails_to(&taro).await.last(),
            Some(&EventKind::HelpdeskCodeIssued)
        );
        let rows = world.audit_rows().await;
        let issued = rows
            .iter()
            .rfind(|row| row.kind == EventKind::HelpdeskCodeIssued);
        assert_eq!(issued.unwrap().detail.as_deref(), Some("seen in person"));
        assert!(
            rows.iter()
                .any(|row| row.kind == EventKind::HelpdeskCodeChecked
                    && row.refusal.is_none()
                    && row.user == Some(taro.id))
        );
        assert!(
            rows.iter()
                .all(|row| row.detail.as_deref() != Some(opened.code.expose()))
        );
        first.prove(&taro).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_a_helpdesk_code_bears_few_guesses_and_ten_minutes() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let (hanako, mut desk) = administrator(&world, "hanako", Role::Administrator).await;
        let tenant = world.tenant().await;
        let open = async |desk: &Browser| {
            let by = by(&world, desk, "asked").await;
            manage_users::open_helpdesk_code(&world.ctx, &tenant, &by, taro.id)
                .await
                .unwrap()
        };
        let opened = open(&desk).await;
        let wrong = |n: usize| {
            format!(
                "{:08}",
                (opened.code.expose().parse::<usize>().unwrap() + n) % 100_000_000
            )
        };
        // Three guesses end the attempt, five void the code, whoever begins again.
        let mut login = world.browser();
        login.send_password(&taro).await.unwrap();
        for (guess, expected) in [
            (wrong(1), Refusal::WrongHelpdeskCode),
            ("letters".to_owned(), Refusal::MalformedHelpdeskCode),
            (wrong(2), Refusal::TooManyWrongCodes),
        ] {
            assert_eq!(refused(login.send_helpdesk_code(&guess).await), expected);
        }
        login.send_password(&taro).await.unwrap();
        for guess in [wrong(3), wrong(4)] {
            assert_eq!(
                refused(login.send_helpdesk_code(&guess).await),
                Refusal::WrongHelpdeskCode
            );
        }
        let mut last = world.browser();
        last.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(last.send_helpdesk_code(&opened.code.grouped()).await),
            Refusal::HelpdeskCodeOver
        );

        // Ten minutes, to the second.
        world.wait(Span::minutes(1));
        desk.prove(&hanako).await;
        let opened = open(&desk).await;
        world.wait(Span::minutes(10));
        last.send_password(&taro).await.unwrap();
        assert_eq!(
            refused(last.send_helpdesk_code(&opened.code.grouped()).await),
            Refusal::HelpdeskCodeOver
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_re_issue_stops_the_old_key_at_once_and_the_next_login_sets_up_even_where_that_is_optional()
 {
    for enrolment in [Enrolment::Optional, Enrolment::Off] {
        on_both(workspace(), async |world| {
            let (mut taro, mut browser) = world.member_with_app("taro").await;
            world
                .change_policy(|policy| policy.second_factor.enrolment = enrolment)
                .await;
            browser.download_codes(&mut taro).await;
            let (_, desk) = administrator(&world, "hanako", Role::Administrator).await;
            let mut pending = world.browser();
            pending.send_password(&taro).await.unwrap();
            let (tenant, by) = (world.tenant().await, by(&world, &desk, "phone lost").await);
            let had = manage_users::reissue_two_factor(&world.ctx, &tenant, &by, taro.id).await;
            assert!(had.unwrap());
            assert!(!browser.is_signed_in().await);
            world.wait(Span::seconds(30));
            let code = taro.phone().code();
            assert_eq!(
                refused(pending.send_code(&code).await),
                Refusal::AttemptOver
            );
            assert_eq!(
                world.mails_to(&taro).await.last(),
                Some(&EventKind::SecondFactorReissued)
            );
            let old = (
                taro.phone.take().unwrap(),
                std::mem::take(&mut taro.backup_codes),
            );
            let mut login = world.browser();
            assert_eq!(login.send_password(&taro).await.unwrap(), Asked::SetUp);
            login.sign_in(&mut taro).await;
            assert!(taro.phone.is_some(), "the demand is met");
            world.wait(Span::seconds(30));
            assert_eq!(login.send_password(&taro).await.unwrap(), Asked::Code(None));
            assert_eq!(
                refused(login.send_code(&old.0.code()).await),
                Refusal::WrongCode
            );
            assert_eq!(
                refused(login.send_backup_code(&old.1[0]).await),
                Refusal::BackupCodeSuperseded
            );
            login.send_code(&taro.phone().code()).await.unwrap();
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_045_unlocking_opens_every_budget_without_a_new_password() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let (_, mut desk) = administrator(&world, "hanako", Role::Administrator).await;
        desk.checks_events = false;
        let mut guesser = world.browser();
        guesser.checks_events = false;
        for guess in 0..60 {
            refused(guesser.guess_password("taro", guess).await);
            world.wait(Span::minutes(16));
        }
        let (tenant, hanako) = (world.tenant().await, world.browser());
        drop(hanako);
        assert_eq!(
            refused(world.browser().send_password(&taro).await),
            Refusal::WrongLogin
        );
        let locked = manage_users::show_user(&world.ctx, &tenant, &taro.typed_login()).await;
        assert_eq!(
            locked.unwrap().user.standing.blocked_until,
            warifu_storage::NEVER
        );
        // The administrator's own session has ended meanwhile; whoever holds the shell does the same.
        let by = By::CommandLine("he asked".to_owned());
        assert!(
            manage_users::unlock_user(&world.ctx, &tenant, &by, taro.id)
                .await
                .unwrap()
        );
        assert!(
            !manage_users::unlock_user(&world.ctx, &tenant, &by, taro.id)
                .await
                .unwrap()
        );
        let mut login = world.browser();
        assert_eq!(login.send_password(&taro).await.unwrap(), Asked::Code(None));
        world.wait(Span::seconds(30));
        login.send_code(&taro.phone().code()).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_069_nobody_takes_the_last_administrator_or_the_own_account_away_by_accident() {
    on_both(workspace(), async |world| {
        let (hanako, desk) = administrator(&world, "hanako", Role::Administrator).await;
        let (tenant, own) = (world.tenant().await, by(&world, &desk, "oops").await);
        let ctx = &world.ctx;
        let me = hanako.id;
        assert_eq!(
            denied(manage_users::disable_user(ctx, &tenant, &own, me).await),
            Refusal::OwnAccount
        );
        assert_eq!(
            denied(manage_users::delete_user(ctx, &tenant, &own, me).await),
            Refusal::OwnAccount
        );
        assert_eq!(
            denied(manage_users::change_role(ctx, &tenant, &own, me, Role::Member).await),
            Refusal::OwnAccount
        );
        assert_eq!(
            denied(manage_users::reset_two_factor(ctx, &tenant, &own, me).await),
            Refusal::OwnAccount
        );
        assert_eq!(
            denied(manage_users::open_helpdesk_code(ctx, &tenant, &own, me).await),
            Refusal::OwnAccount
        );

        // An operator from elsewhere manages here: still nobody takes the last one away.
        let there = world.neighbour("platform").await;
        let mut owner = there.person("owner", Role::Operator).await;
        let mut console = there.browser();
        console.sign_in(&mut owner).await;
        let who = console.who().await.unwrap();
        let home = there.tenant().await;
        let operator = By::person(who, &home, console.request(), "mistake");
        for refused in [
            denied(manage_users::disable_user(ctx, &tenant, &operator, me).await),
            denied(manage_users::delete_user(ctx, &tenant, &operator, me).await),
            denied(manage_users::change_role(ctx, &tenant, &operator, me, Role::Member).await),
        ] {
            assert_eq!(refused, Refusal::LastAdministrator);
        }
        // With a second one, two who take each other away at once cannot both succeed.
        let (jiro, second) = administrator(&world, "jiro", Role::Administrator).await;
        let theirs = by(&world, &second, "mistake").await;
        let own = by(&world, &desk, "mistake").await;
        let (one, other) = tokio::join!(
            manage_users::change_role(ctx, &tenant, &own, jiro.id, Role::Member),
            manage_users::change_role(ctx, &tenant, &theirs, me, Role::Member)
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        // The command line may: an account in the wrong hands has to be closed.
        let shell = By::CommandLine("stolen".to_owned());
        assert!(
            manage_users::disable_user(ctx, &tenant, &shell, me)
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_a_new_mail_address_is_announced_to_the_old_and_the_new_one() {
    on_both(workspace(), async |world| {
        let taro = world.member("taro").await;
        let (_, desk) = administrator(&world, "hanako", Role::Administrator).await;
        let (tenant, by) = (world.tenant().await, by(&world, &desk, "").await);
        let edited = |email: Option<&str>, name: &str| Edited {
            name: name.to_owned(),
            email: email.map(str::to_owned),
            group: None,
        };
        let new = edited(Some("new@home.example"), "山田 太郎");
        manage_users::edit_user(&world.ctx, &tenant, &by, taro.id, new)
            .await
            .unwrap();
        let notices = warifu_flows::notices::list(&world.ctx, &tenant, 0, 100)
            .await
            .unwrap();
        let to: Vec<&str> = notices
            .iter()
            .filter(|notice| notice.login == "taro")
            .map(|notice| notice.recipient.as_str())
            .collect();
        assert_eq!(to, [taro.email.as_str(), "new@home.example"]);
        // The name alone is nothing to be told about; the search knows the new one.
        let again = edited(Some("new@home.example"), "高橋 太郎");
        manage_users::edit_user(&world.ctx, &tenant, &by, taro.id, again)
            .await
            .unwrap();
        let notices = warifu_flows::notices::list(&world.ctx, &tenant, 0, 100)
            .await
            .unwrap();
        let own = notices.iter().filter(|notice| notice.login == "taro");
        assert_eq!(own.count(), 2);
        let find = async |typed: &str| find(&world, typed).await.len();
        assert_eq!(
            (find("高橋").await, find("太郎").await, find("山田").await),
            (1, 1, 0)
        );
        for bad in [edited(Some("a@b\r\nBcc: c@d"), ""), edited(None, "a\nb")] {
            let answer = manage_users::edit_user(&world.ctx, &tenant, &by, taro.id, bad).await;
            assert!(matches!(answer, Err(ManageError::BadPerson(_))));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_deleting_a_person_leaves_nothing_but_a_number_in_the_trail() {
    on_both(workspace(), async |world| {
        let (mut taro, mut browser) = world.member_with_app("taro").await;
        browser.download_codes(&mut taro).await;
        let (_, desk) = administrator(&world, "hanako", Role::Administrator).await;
        let (tenant, by) = (
            world.tenant().await,
            by(&world, &desk, "left the company").await,
        );
        manage_users::open_helpdesk_code(&world.ctx, &tenant, &by, taro.id)
            .await
            .unwrap();
        let exported = manage_users::export_user(&world.ctx, &tenant, &by, taro.id)
            .await
            .unwrap();
        assert_eq!(exported.details.email.as_deref(), Some(taro.email.as_str()));
        assert!(
            exported
                .details
                .events
                .iter()
                .any(|event| event.kind == EventKind::SignedIn)
        );
        manage_users::delete_user(&world.ctx, &tenant, &by, taro.id)
            .await
            .unwrap();

        assert!(!browser.is_signed_in().await);
        for (table, column) in [
            ("person", "id"),
            ("totp", "user_id"),
            ("backup_code_set", "user_id"),
            ("browser_session", "user_id"),
            ("login_attempt", "user_id"),
            ("helpdesk_code", "user_id"),
            ("person_word", "user_id"),
            ("outbox", "user_id"),
        ] {
            assert_eq!(
                world.rows(table, &format!("{column} = {}", taro.id)).await,
                0,
                "{table}"
            );
        }
        assert!(
            world
                .rows("audit_event", &format!("user_id = {}", taro.id))
                .await
                > 5
        );
        world.check_audit().await;
        assert_eq!(
            refused(browser.send_password(&taro).await),
            Refusal::WrongLogin
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_s_page_says_what_would_be_asked_and_why() {
    use warifu_domain::explain::Why;
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let jiro = world.member("jiro").await;
        let (hanako, desk) = administrator(&world, "hanako", Role::Administrator).await;
        let (tenant, manager) = (world.tenant().await, by(&world, &desk, "asked").await);
        let shown = async |id| manage_users::user_details(&world.ctx, &tenant, &manager, id).await.unwrap();
        let details = shown(taro.id).await;
        assert!(matches!(details.why, Why::Registered(methods) if methods.totp && !methods.helpdesk_code));
        assert!(matches!(details.decision, Decision::Challenge { .. }));
        assert_eq!((details.sessions, details.open_sessions.len()), (1, 1));
        assert!(!details.events.is_empty());
        assert_eq!(shown(jiro.id).await.why, Why::Optional);
        assert!(matches!(shown(hanako.id).await.why, Why::Registered(_)));
        manage_users::reissue_two_factor(&world.ctx, &tenant, &manager, jiro.id).await.unwrap();
        assert_eq!(shown(jiro.id).await.why, Why::Reissued);
        manage_users::disable_user(&world.ctx, &tenant, &manager, jiro.id).await.unwrap();
        assert_eq!(shown(jiro.id).await.why, Why::Disabled);
    })
    .await;
}
