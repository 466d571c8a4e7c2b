//! One person's mail programs at the console (SEC-41, SEC-53, SEC-54): what an administrator sees, what would let a refused one in,
//! and closing what is open.

use warifu_domain::{
    audit::{Actor, EventKind},
    mail_gate::Remedy,
    mail_window::SourceNetwork,
    refusal::Refusal,
    time::Span,
    user::Role,
};
use warifu_flows::{
    By, adoption,
    mail_gate::{Answer, Outcome},
    manage_users::{self, ManageError, UserDetails, UserMail},
};

use crate::{
    helpdesk::{administrator, by, denied},
    mail_windows::{address, campus, sign_in_at},
    support::{Setting, World, on_both},
};

const HOME: &str = "203.0.113.7";
const PHONE: &str = "198.51.100.20";

async fn shown(world: &World, by: &By, user: warifu_domain::ids::UserId) -> UserDetails {
    let tenant = world.tenant().await;
    let details = manage_users::user_details(&world.ctx, &tenant, by, user).await;
    details.unwrap()
}

fn mail(details: UserDetails) -> UserMail {
    details.mail.expect("mail programs need windows here")
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_053_the_helpdesk_sees_windows_and_refusals_and_what_would_let_each_program_in() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let (mut other, _) = world.student("other").await;
        let (_, desk) = administrator(&world, "boss", Role::Administrator).await;
        let manager = by(&world, &desk, "").await;
        let remedies = async |of: &crate::support::Person| -> Vec<Remedy> {
            let refused = mail(shown(&world, &manager, of.id).await).refused;
            refused.into_iter().map(|(_, remedy)| remedy).collect()
        };
        assert!(remedies(&hana).await.is_empty());
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::NeedsWindow);
        assert_eq!(remedies(&hana).await, [Remedy::Login]);
        // What the sentence says is done, and is true.
        sign_in_at(&world, &mut hana, HOME).await;
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::Allow);
        world.told("hana", HOME, "imap", Outcome::Success).await;
        let seen = mail(shown(&world, &manager, hana.id).await);
        assert!(seen.refused.is_empty());
        let rows: Vec<_> = seen
            .open
            .iter()
            .map(|row| (row.address, row.services))
            .collect();
        assert_eq!(rows, [(address(HOME), 1)]);

        // On a network that many people share a login helps nobody.
        assert_eq!(world.gate("hana", PHONE, "pop3").await, Answer::NeedsWindow);
        world
            .change_policy(|policy| (policy.mail.crowd, policy.mail.crowd_hours) = (1, 0))
            .await;
        sign_in_at(&world, &mut other, PHONE).await;
        world.wait(Span::minutes(1));
        world.gate("hana", PHONE, "pop3").await;
        assert_eq!(remedies(&hana).await, [Remedy::OtherNetwork]);
        // A protocol that needs no window any more.
        world.change_policy(|policy| policy.mail.pop3 = false).await;
        assert_eq!(remedies(&hana).await, [Remedy::Nothing]);
        world.change_policy(|policy| policy.mail.pop3 = true).await;
        let (tenant, shell) = (world.tenant().await, By::command_line());
        manage_users::disable_user(&world.ctx, &tenant, &shell, hana.id)
            .await
            .unwrap();
        assert_eq!(remedies(&hana).await, [Remedy::Reopening]);

        // Switched on, and nothing registered yet.
        let taro = world.member("taro").await;
        let mut browser = world.browser_at(address(HOME));
        browser.send_password(&taro).await.unwrap();
        browser.prove(&taro).await;
        browser.switch(true).await.unwrap();
        assert_eq!(world.gate("taro", HOME, "imap").await, Answer::NeedsWindow);
        assert_eq!(remedies(&taro).await, [Remedy::SetUp]);
        // To look records nothing, neither as refused nor as done.
        let before = world.audit_rows().await.len();
        shown(&world, &manager, taro.id).await;
        assert_eq!(world.audit_rows().await.len(), before);
    })
    .await;
    // Where mail programs need no windows there is nothing to be said about them.
    on_both(Setting::preset("workspace"), async |world| {
        let taro = world.member("taro").await;
        let (_, desk) = administrator(&world, "boss", Role::Administrator).await;
        let manager = by(&world, &desk, "").await;
        assert!(shown(&world, &manager, taro.id).await.mail.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_041_sec_054_an_administrator_closes_one_window_or_all_and_says_why() {
    on_both(campus(), async |world| {
        let (mut hana, _) = world.student("hana").await;
        let (boss, desk) = administrator(&world, "boss", Role::Administrator).await;
        for at in [HOME, PHONE] {
            sign_in_at(&world, &mut hana, at).await;
            world.wait(Span::seconds(30));
        }
        let (tenant, ctx) = (world.tenant().await, &world.ctx);
        let network = |at: &str| Some(SourceNetwork::of(address(at), 64));
        let close = async |reason: &str, at| {
            let manager = by(&world, &desk, reason).await;
            manage_users::close_mail_windows(ctx, &tenant, &manager, hana.id, at).await
        };
        assert_eq!(
            denied(close(" ", network(HOME)).await),
            Refusal::ReasonMissing
        );
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::Allow);
        assert_eq!(close("laptop stolen", network(HOME)).await.unwrap(), 1);
        assert_eq!(world.gate("hana", HOME, "imap").await, Answer::NeedsWindow);
        assert_eq!(world.gate("hana", PHONE, "imap").await, Answer::Allow);
        let again = close("laptop stolen", network(HOME)).await;
        assert_eq!(denied(again), Refusal::MailWindowGone);
        assert!(close("mailbox read by others", None).await.unwrap() > 0);
        assert_eq!(world.gate("hana", PHONE, "imap").await, Answer::NeedsWindow);
        // There may be connections from before: closing all is never refused.
        assert_eq!(close("once more", None).await.unwrap(), 0);

        let rows = world.audit_rows().await;
        let rows = rows
            .iter()
            .filter(|row| row.kind == EventKind::MailWindowClosed);
        let rows: Vec<_> = rows
            .map(|row| {
                assert_eq!(row.user, Some(hana.id));
                assert_eq!(row.actor, Actor::Administrator(boss.id).number());
                (row.refusal.as_deref(), row.detail.as_deref())
            })
            .collect();
        assert_eq!(
            rows,
            [
                (Some("ADM-02"), None),
                (None, Some("203.0.113.7. laptop stolen")),
                (Some("WIN-03"), Some("203.0.113.7. laptop stolen")),
                (None, Some("all. mailbox read by others")),
                (None, Some("all. once more")),
            ]
        );
        // Nobody closes those of somebody above, or of another organisation.
        let mut operator = world.person("root", Role::Operator).await;
        sign_in_at(&world, &mut operator, HOME).await;
        let manager = by(&world, &desk, "for a reason").await;
        let above =
            manage_users::close_mail_windows(ctx, &tenant, &manager, operator.id, None).await;
        assert_eq!(denied(above), Refusal::NotAllowed);
        let aoba = world.neighbour("aoba").await;
        let (stranger, _) = aoba.member_with_app("hana").await;
        let elsewhere = aoba.tenant().await;
        let abroad =
            manage_users::close_mail_windows(ctx, &elsewhere, &manager, stranger.id, None).await;
        assert_eq!(denied(abroad), Refusal::NotAllowed);
        let nobody =
            manage_users::close_mail_windows(ctx, &tenant, &manager, stranger.id, None).await;
        assert!(matches!(nobody, Err(ManageError::NoSuchUser(_))));
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k6_the_helpdesk_sees_the_private_address_and_whether_it_counts() {
    on_both(campus(), async |world| {
        let (_, desk) = administrator(&world, "boss", Role::Administrator).await;
        let (hana, mut browser) = world.member_with_app("hana").await;
        let manager = by(&world, &desk, "").await;
        let of_hana = async || {
            let details = shown(&world, &manager, hana.id).await;
            let current = details.private_address.map(|(address, _)| address);
            (current, details.awaited_address, details.may_use_email)
        };
        assert_eq!(of_hana().await, (None, None, true));
        browser.prove(&hana).await;
        let private = "hana.private@example.net".to_owned();
        browser.register_address(&private).await.unwrap();
        assert_eq!(of_hana().await, (None, Some(private.clone()), true));
        let (_, _, code) = world.codes_to(&hana).await.pop().unwrap();
        browser.confirm_address(&code).await.unwrap();
        assert_eq!(of_hana().await, (Some(private.clone()), None, true));
        world
            .change_policy(|policy| policy.email_code.enabled = false)
            .await;
        assert_eq!(of_hana().await, (Some(private), None, false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w8_k3_adoption_tells_apps_and_codes_by_mail_apart_where_both_count() {
    on_both(campus(), async |world| {
        let register = async |browser: &mut crate::support::Browser,
                              person: &crate::support::Person| {
            let private = format!("{}@example.net", person.login);
            browser.register_address(&private).await.unwrap();
            let (_, _, code) = world.codes_to(person).await.pop().unwrap();
            browser.confirm_address(&code).await.unwrap();
        };
        world.member_with_app("app").await;
        let (both, mut browser) = world.member_with_app("both").await;
        register(&mut browser, &both).await;
        let mail = world.member("mail").await;
        let mut browser = world.browser();
        browser.send_password(&mail).await.unwrap();
        register(&mut browser, &mail).await;
        world.member("none").await;
        world.sweep().await;
        let counted = async || {
            let tenant = world.tenant().await;
            let (by, page) = (By::command_line(), adoption::UnprotectedPage::default());
            let shown = adoption::show(&world.ctx, &tenant, &by, page)
                .await
                .unwrap();
            let (group, day) = (shown.groups[0], shown.days[0]);
            assert_eq!((group.people, day.people), (4, 4));
            let of_group = (group.with_factor, group.with_app, group.with_email);
            assert_eq!(of_group, (day.with_factor, day.with_app, day.with_email));
            (shown.emailed_codes, of_group)
        };
        assert_eq!(counted().await, (true, (3, 2, 2)));
        // Where codes by mail open nothing any more, an address alone is no second factor.
        world
            .change_policy(|policy| policy.email_code.enabled = false)
            .await;
        assert_eq!(counted().await, (false, (2, 2, 2)));
    })
    .await;
}
