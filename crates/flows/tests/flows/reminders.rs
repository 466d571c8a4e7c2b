//! Reminders: who gets one, that nobody gets two, and what a round that stops in the middle leaves.

use std::collections::BTreeMap;

use warifu_domain::{
    audit::EventKind, ids::GroupId, policy::Enrolment, refusal::Refusal, reminder::Deadline,
    reminder::Note, time::Span,
};
use warifu_flows::{
    By, Enclosed, delivery,
    manage_users::{self, GroupForm},
    notices,
    reminders::{self, Plan, Round, RoundState},
};
use warifu_storage::ReminderCounts;

use crate::support::{Setting, World, on_both, refused};

/// A tenant where each person decides.
fn optional() -> Setting {
    Setting::preset("workspace")
}

fn by() -> By {
    By::CommandLine("before the audit".to_owned())
}

async fn send(world: &World, plan: Plan) -> Round {
    let tenant = world.tenant().await;
    let (round, job) = reminders::begin(&world.ctx, &tenant, &by(), plan)
        .await
        .unwrap();
    reminders::run(&world.ctx, &tenant, &by(), job)
        .await
        .unwrap();
    show(world, round).await
}

async fn show(world: &World, round: i64) -> Round {
    let shown = reminders::show(&world.ctx, &world.tenant().await, &by(), round).await;
    shown.unwrap().expect("it was begun")
}

/// How many reminders wait for each login ID.
async fn waiting(world: &World) -> BTreeMap<String, usize> {
    let all = notices::list(&world.ctx, &world.tenant().await, 0, 10_000).await;
    let mut waiting = BTreeMap::new();
    for notice in all.unwrap() {
        if notice.kind == EventKind::RemindersSent {
            *waiting.entry(notice.login).or_insert(0) += 1;
        }
    }
    waiting
}

/// What the reminder of a person says.
async fn told(world: &World, login: &str) -> warifu_flows::Reminder {
    let all = notices::list(&world.ctx, &world.tenant().await, 0, 10_000).await;
    let mut own = all.unwrap().into_iter().rev();
    let own = own.find(|one| one.login == login && one.kind == EventKind::RemindersSent);
    match own.and_then(|one| one.enclosed) {
        Some(Enclosed::Reminder(reminder)) => reminder,
        other => panic!("{login}: {other:?}"),
    }
}

async fn crowd(world: &World, people: usize) {
    for n in 0..people {
        world.member(&format!("p{n:03}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn w8_who_lacks_a_second_factor_is_reminded_and_nobody_else() {
    on_both(optional(), async |world| {
        world.member_with_app("has-one").await;
        let closed = world.member("closed").await;
        let unreachable = world.member("unreachable").await;
        let elsewhere = world.member("elsewhere").await;
        for login in ["hana", "taro"] {
            world.member(login).await;
        }
        let tenant = world.tenant().await;
        manage_users::disable_user(&world.ctx, &tenant, &by(), &closed.typed_login())
            .await
            .unwrap();
        let number = tenant.id.0;
        for person in [&unreachable, &elsewhere] {
            world
                .tamper(&format!(
                    "UPDATE person SET email = NULL WHERE tenant_id = {number} AND id = {}",
                    person.id.0
                ))
                .await;
        }
        let audience = reminders::audience(&world.ctx, &tenant, &by(), None).await;
        assert_eq!(audience.unwrap().reached(None), 2);
        let round = send(&world, Plan::default()).await;
        assert_eq!(round.state, RoundState::Done);
        let counts = ReminderCounts {
            sent: 2,
            no_address: 2,
            ..ReminderCounts::default()
        };
        assert_eq!(round.row.counts, counts);
        let waiting = waiting(&world).await;
        assert_eq!(waiting.keys().collect::<Vec<_>>(), ["hana", "taro"]);
        // The trail says who began it, why, and how far it came.
        let rows = world.audit_rows().await;
        let own: Vec<_> = rows
            .iter()
            .filter(|row| row.kind == EventKind::RemindersSent)
            .map(|row| row.detail.clone().unwrap())
            .collect();
        assert_eq!(own.len(), 2, "{own:?}");
        assert!(own[0].contains("2 people; before the audit"), "{own:?}");
        assert!(
            own[1].contains("2 sent") && own[1].contains("2 without address"),
            "{own:?}"
        );
        // Another tenant's people are no concern of this round.
        assert_eq!(world.rows("reminder", "1 = 1").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_029_nobody_is_reminded_twice_within_a_week_and_a_mailbox_is_not_filled() {
    on_both(optional(), async |world| {
        crowd(&world, 3).await;
        assert_eq!(send(&world, Plan::default()).await.row.counts.sent, 3);
        world.wait(Span::days(6));
        let tenant = world.tenant().await;
        let again = reminders::begin(&world.ctx, &tenant, &by(), Plan::default()).await;
        assert_eq!(refused(again), Refusal::NobodyToRemind);
        // Those who came since are reminded, the others are counted, by the day on which they were.
        world.member("new").await;
        let audience = reminders::audience(&world.ctx, &tenant, &by(), None)
            .await
            .unwrap();
        assert_eq!(audience.lately.len(), 1);
        assert_eq!(audience.lately[0].1, 3);
        assert_eq!(audience.reached(None), 1);
        let second = send(&world, Plan::default()).await.row.counts;
        assert_eq!((second.sent, second.recent), (1, 3));
        world.wait(Span::days(1));
        assert_eq!(send(&world, Plan::default()).await.row.counts.sent, 3);
        let waiting = waiting(&world).await;
        assert_eq!((waiting["p000"], waiting["new"]), (2, 1));

        // Twenty accounts with one address: it gets five a day.
        let neighbour = world.neighbour("aoba").await;
        crowd(&neighbour, 20).await;
        let tenant = neighbour.tenant().await;
        for n in 0..20 {
            let login = format!("p{n:03}");
            let login = warifu_domain::user::Login::parse(&login).unwrap();
            let person = warifu_flows::audit::find_person(&neighbour.ctx, &tenant, login).await;
            let form = manage_users::Edited {
                name: String::new(),
                email: Some("info@shared.example".to_owned()),
                group: None,
            };
            manage_users::edit_user(
                &neighbour.ctx,
                &tenant,
                &by(),
                person.unwrap().unwrap(),
                form,
            )
            .await
            .unwrap();
        }
        let counts = send(&neighbour, Plan::default()).await.row.counts;
        assert_eq!((counts.sent, counts.crowded), (5, 15));
        neighbour.wait(Span::days(1));
        let counts = send(&neighbour, Plan::default()).await.row.counts;
        assert_eq!((counts.sent, counts.recent, counts.crowded), (5, 5, 10));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w8_a_reminder_names_the_day_that_binds_and_the_sentence_as_it_was_typed() {
    on_both(optional(), async |world| {
        let (now, day) = (world.now(), Span::days(1));
        let tenant = world.tenant().await;
        let group = async |name: &str, grace_until| {
            let form = GroupForm {
                name: name.to_owned(),
                grace_until,
            };
            let added = manage_users::add_group(&world.ctx, &tenant, &by(), form).await;
            added.unwrap()
        };
        let late = group("late", Some(now + Span::days(40))).await;
        let join = async |login: &str, group: GroupId| {
            let person = world.member(login).await;
            world
                .tamper(&format!(
                    "UPDATE person SET group_id = {} WHERE tenant_id = 1 AND id = {}",
                    group.0, person.id.0
                ))
                .await;
        };
        world.member("hana").await;
        join("jiro", late).await;
        let plan = Plan {
            note: Note::parse("<b>山田</b> & 総務").unwrap(),
            ..Plan::default()
        };
        send(&world, plan).await;
        let hana = told(&world, "hana").await;
        assert_eq!(hana.deadline, Deadline::None);
        assert_eq!(hana.note, "<b>山田</b> & 総務");

        world.wait(Span::days(8));
        world
            .change_policy(|policy| {
                policy.second_factor.enrolment = Enrolment::Required;
                policy.second_factor.required_from = Some(now + Span::days(30));
            })
            .await;
        let asked = now + Span::days(35);
        let plan = Plan {
            day: Some(asked),
            ..Plan::default()
        };
        send(&world, plan).await;
        // The day of the policy comes before the one that was asked for; the group's comes after it.
        assert_eq!(
            told(&world, "hana").await.deadline,
            Deadline::Compulsory(now + Span::days(30))
        );
        assert_eq!(told(&world, "jiro").await.deadline, Deadline::Asked(asked));

        world.wait(Span::days(30));
        let only = Plan {
            group: Some(late),
            ..Plan::default()
        };
        assert_eq!(send(&world, only).await.row.counts.sent, 1);
        assert_eq!(
            told(&world, "jiro").await.deadline,
            Deadline::Compulsory(now + Span::days(40))
        );
        send(&world, Plan::default()).await;
        assert_eq!(told(&world, "hana").await.deadline, Deadline::Passed);

        for bad in [
            world.now(),
            world.now() - day,
            world.now() + Span::days(2000),
        ] {
            let plan = Plan {
                day: Some(bad),
                ..Plan::default()
            };
            let begun = reminders::begin(&world.ctx, &world.tenant().await, &by(), plan).await;
            assert_eq!(refused(begun), Refusal::BadReminderDay);
        }
        world
            .change_policy(|policy| policy.second_factor.enrolment = Enrolment::Off)
            .await;
        let begun =
            reminders::begin(&world.ctx, &world.tenant().await, &by(), Plan::default()).await;
        assert_eq!(refused(begun), Refusal::NotOffered);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_breaks_off_anywhere_is_gone_on_with_and_reminds_each_once() {
    on_both(optional(), async |world| {
        crowd(&world, 130).await;
        let tenant = world.tenant().await;
        let begun = reminders::begin(&world.ctx, &tenant, &by(), Plan::default()).await;
        let (round, mut job) = begun.unwrap();
        let mut failures = 0;
        for n in [1, 2, 3, 5, 8, 60, 250, 400] {
            world.fault.fail_at(n);
            let ran = reminders::run(&world.ctx, &tenant, &by(), job).await;
            world.fault.fail_at(0);
            if ran.is_ok() {
                break;
            }
            failures += 1;
            let shown = show(&world, round).await;
            let sent: usize = waiting(&world).await.values().sum();
            assert_eq!(
                shown.row.counts.sent, sent as i64,
                "what is said is what is true"
            );
            // Whoever did it is gone, or says so itself; after a while it can be gone on with.
            world.wait(Span::minutes(3));
            assert_eq!(show(&world, round).await.state, RoundState::Stopped);
            job = reminders::go_on(&world.ctx, &tenant, &by(), round)
                .await
                .unwrap();
            assert_eq!(show(&world, round).await.state, RoundState::Running);
        }
        assert!(failures > 5, "{failures}");
        reminders::run(&world.ctx, &tenant, &by(), job)
            .await
            .unwrap();
        let done = show(&world, round).await;
        assert_eq!((done.state, done.row.counts.sent), (RoundState::Done, 130));
        let waiting = waiting(&world).await;
        assert_eq!(waiting.len(), 130);
        assert!(waiting.values().all(|times| *times == 1));
        let again = reminders::go_on(&world.ctx, &tenant, &by(), round).await;
        assert_eq!(refused(again), Refusal::RemindersOver);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_on_one_round_remind_each_person_once() {
    on_both(optional(), async |world| {
        crowd(&world, 210).await;
        let tenant = world.tenant().await;
        let begun = reminders::begin(&world.ctx, &tenant, &by(), Plan::default()).await;
        let (round, job) = begun.unwrap();
        let second = reminders::begin(&world.ctx, &tenant, &by(), Plan::default()).await;
        assert_eq!(refused(second), Refusal::RemindersRunning);
        let mut nodes = Vec::new();
        for seed in [21, 22, 23] {
            let node = world.second_server(seed).await;
            let tenant = tenant.clone();
            nodes.push(tokio::spawn(async move {
                reminders::run(&node.ctx, &tenant, &by(), job).await
            }));
        }
        for node in nodes {
            node.await.unwrap().unwrap();
        }
        let waiting = waiting(&world).await;
        assert_eq!(waiting.len(), 210);
        assert!(waiting.values().all(|times| *times == 1));
        assert_eq!(show(&world, round).await.row.counts.sent, 210);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_let_other_mail_pass_and_come_to_nobody_who_needs_none_any_more() {
    on_both(optional(), async |world| {
        crowd(&world, 10).await;
        let round = send(&world, Plan::default()).await.row;
        assert_eq!(round.next_due, world.now() + Span::seconds(2));
        // One a fifth of a second is due: the rest waits for its turn.
        assert_eq!(delivery::due(&world.ctx, 100).await.unwrap().len(), 1);
        world.wait(Span::seconds(2));
        let due = delivery::due(&world.ctx, 100).await.unwrap();
        assert_eq!(due.len(), 10);
        // Two of them need none any more.
        world
            .tamper("UPDATE person SET factor = 2 WHERE tenant_id = 1 AND login = 'p003'")
            .await;
        world
            .tamper("UPDATE person SET disabled = 1 WHERE tenant_id = 1 AND login = 'p004'")
            .await;
        let mut sent = Vec::new();
        for one in due {
            if let Some(claimed) = delivery::claim(&world.ctx, &one).await.unwrap() {
                sent.push(claimed.notice.login.clone());
                delivery::sent(&world.ctx, &claimed).await.unwrap();
            }
        }
        assert_eq!(sent.len(), 8);
        assert!(!sent.contains(&"p003".to_owned()) && !sent.contains(&"p004".to_owned()));
        assert_eq!(world.rows("outbox", "1 = 1").await, 0);
        world
            .tamper("UPDATE person SET factor = 0 WHERE tenant_id = 1 AND login = 'p003'")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_stopped_and_gone_on_with() {
    on_both(optional(), async |world| {
        crowd(&world, 110).await;
        let tenant = world.tenant().await;
        let begun = reminders::begin(&world.ctx, &tenant, &by(), Plan::default()).await;
        let (round, job) = begun.unwrap();
        reminders::stop(&world.ctx, &tenant, &by(), round)
            .await
            .unwrap();
        assert_eq!(show(&world, round).await.state, RoundState::Stopped);
        // Whoever would do it finds that nobody wants it any more.
        reminders::run(&world.ctx, &tenant, &by(), job)
            .await
            .unwrap();
        assert_eq!(show(&world, round).await.row.counts.sent, 0);
        let job = reminders::go_on(&world.ctx, &tenant, &by(), round)
            .await
            .unwrap();
        reminders::run(&world.ctx, &tenant, &by(), job)
            .await
            .unwrap();
        assert_eq!(show(&world, round).await.row.counts.sent, 110);
    })
    .await;
}
