//! The outbox as a queue: several servers empty it, and what fails waits, returns, or is given up (SEC-43).

use std::collections::BTreeMap;

use warifu_domain::{password::PasswordTerm, time::Span};
use warifu_flows::delivery::{self, Afterwards, SendFailure};
use warifu_flows::manage_users;

use crate::support::{Setting, World, on_both};

fn failure(is_final: bool) -> SendFailure {
    SendFailure {
        is_final,
        words: "nobody here".to_owned(),
    }
}

/// Has `count` people told that their passwords were changed.
async fn write_notices(world: &World, who: &str, count: usize) {
    let tenant = world.tenant().await;
    for n in 0..count {
        let person = world.member(&format!("{who}-{n}")).await;
        let new = format!("{n} melons under the moon");
        manage_users::set_password(
            &world.ctx,
            &tenant,
            &person.typed_login(),
            &new,
            PasswordTerm::Lasting,
        )
        .await
        .unwrap();
    }
}

/// One node that sends all it can get; says what it sent.
async fn send_all(world: World) -> Vec<i64> {
    let mut sent = Vec::new();
    loop {
        let due = delivery::due(&world.ctx, 5).await.unwrap();
        if due.is_empty() {
            return sent;
        }
        for notice in due {
            if let Some(claimed) = delivery::claim(&world.ctx, &notice).await.unwrap() {
                sent.push(claimed.notice.id);
                tokio::task::yield_now().await;
                delivery::sent(&world.ctx, &claimed).await.unwrap();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_of_several_nodes_one_sends_a_notice() {
    on_both(Setting::preset("workspace"), async |world| {
        write_notices(&world, "person", 30).await;
        let mut nodes = Vec::new();
        for seed in [11, 12, 13] {
            nodes.push(tokio::spawn(send_all(world.second_server(seed).await)));
        }
        let mut times = BTreeMap::new();
        for node in nodes {
            for id in node.await.unwrap() {
                *times.entry(id).or_insert(0) += 1;
            }
        }
        assert_eq!(times.len(), 30);
        assert!(times.values().all(|times| *times == 1), "{times:?}");
        assert_eq!(world.rows("outbox", "1 = 1").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_keeps_others_away_until_it_ends_and_a_late_word_changes_nothing() {
    on_both(Setting::preset("workspace"), async |world| {
        write_notices(&world, "person", 1).await;
        let ctx = &world.ctx;
        let due = delivery::due(ctx, 5).await.unwrap();
        let first = delivery::claim(ctx, &due[0]).await.unwrap().unwrap();
        assert!(delivery::claim(ctx, &due[0]).await.unwrap().is_none());
        assert!(delivery::due(ctx, 5).await.unwrap().is_empty());

        // The first node hangs beyond its lease; another one takes over.
        world.wait(Span::minutes(5));
        let due = delivery::due(ctx, 5).await.unwrap();
        let second = delivery::claim(ctx, &due[0]).await.unwrap().unwrap();
        assert_eq!(first.mail_id(), second.mail_id());
        let late = delivery::failed(ctx, &first, &failure(false))
            .await
            .unwrap();
        assert_eq!(late, Afterwards::Elsewhere);
        delivery::sent(ctx, &second).await.unwrap();
        let late = delivery::failed(ctx, &first, &failure(true)).await.unwrap();
        assert_eq!(late, Afterwards::Elsewhere);
        assert_eq!(world.rows("outbox", "1 = 1").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_043_what_cannot_be_sent_is_tried_for_days_and_then_audited() {
    on_both(Setting::preset("workspace"), async |world| {
        for (who, is_final, days) in [("patient", false, 3), ("refused", true, 1)] {
            write_notices(&world, who, 1).await;
            let (ctx, began) = (&world.ctx, world.now());
            let mut tries = 0;
            loop {
                let Some(due) = delivery::due(ctx, 5).await.unwrap().pop() else {
                    world.wait(Span::minutes(1));
                    continue;
                };
                let claimed = delivery::claim(ctx, &due).await.unwrap().unwrap();
                tries += 1;
                let failure = failure(is_final);
                match delivery::failed(ctx, &claimed, &failure).await.unwrap() {
                    Afterwards::TriedAgain(at) => assert!(at > world.now()),
                    Afterwards::GivenUp => break,
                    Afterwards::Elsewhere => panic!("nobody else is here"),
                }
            }
            let lasted = world.now() - began;
            assert!(lasted <= Span::days(days) && lasted > Span::hours(days * 24 - 6));
            assert!(tries > 8, "{tries}");
            let rows = world.audit_rows().await;
            let last = rows.last().unwrap();
            assert_eq!(last.kind.word(), "mail.given_up");
            assert_eq!(
                last.detail.as_deref(),
                Some("password.changed: nobody here")
            );
            world.check_audit().await;
        }
    })
    .await;
}
