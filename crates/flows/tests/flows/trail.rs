//! The audit trail: everything is in it, and nobody changes it unseen (SEC-79).

use warifu_domain::{audit::EventKind, event_address::EventAddress, time::Span};
use warifu_flows::audit;
use warifu_storage::{AuditFilter, ChainCheck};

use crate::support::{Setting, World, on_both, refused};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

async fn is_broken(world: &World) -> bool {
    let check = audit::check_chain(&world.ctx, &world.tenant().await).await;
    matches!(check.unwrap(), ChainCheck::Broken { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_the_trail_finds_what_was_changed_removed_put_in_or_cut_off() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let (_hana, _) = world.member_with_app("hana").await;
        refused(world.browser().guess_password("taro", 1).await);
        refused(world.browser().guess_password("nobody", 1).await);
        let events = world.check_audit().await;
        assert_eq!(events as i64, world.rows("audit_event", "TRUE").await);
        world
            .tamper(
                "CREATE TABLE kept_event AS SELECT * FROM audit_event;
                 CREATE TABLE kept_head AS SELECT * FROM audit_head;",
            )
            .await;

        let of = format!("tenant_id = 1 AND user_id = {}", taro.id.0);
        let last = format!("{of} AND seq = (SELECT MAX(seq) FROM audit_event WHERE {of})");
        let lane = taro.id.0 % 16;
        let columns = "tenant_id, at, lane, seq, kind, user_id, actor, refusal, address, reference, detail, mac";
        let mut attacks = vec![
            // Edits, column by column.
            format!("UPDATE audit_event SET at = at - 1 WHERE {last}"),
            format!("UPDATE audit_event SET kind = 4 WHERE {last}"),
            format!("UPDATE audit_event SET user_id = user_id + 16 WHERE {last}"),
            format!("UPDATE audit_event SET user_id = NULL WHERE {last}"),
            format!("UPDATE audit_event SET actor = 1 WHERE {last}"),
            format!("UPDATE audit_event SET refusal = NULL WHERE {last}"),
            format!("UPDATE audit_event SET refusal = '' WHERE {last}"),
            format!("UPDATE audit_event SET refusal = NULL, detail = refusal WHERE {last}"),
            format!("UPDATE audit_event SET address = NULL WHERE {last}"),
            format!("UPDATE audit_event SET reference = reference + 1 WHERE {last}"),
            format!("UPDATE audit_event SET detail = 'harmless' WHERE {last}"),
            // Removals: the first, one in the middle, the last, all of a person, all.
            format!("DELETE FROM audit_event WHERE {of} AND seq = 1"),
            format!("DELETE FROM audit_event WHERE {of} AND seq = 3"),
            format!("DELETE FROM audit_event WHERE {last}"),
            format!("DELETE FROM audit_event WHERE {of}"),
            "DELETE FROM audit_event".to_owned(),
            // Cut off, with the head set back to what the last remaining event says.
            format!(
                "DELETE FROM audit_event WHERE {last};
                 UPDATE audit_head SET seq = seq - 1, mac = (SELECT mac FROM audit_event WHERE {last})
                  WHERE lane = {lane}"
            ),
            format!("DELETE FROM audit_event WHERE lane = {lane}; DELETE FROM audit_head WHERE lane = {lane}"),
            "DELETE FROM audit_event; DELETE FROM audit_head".to_owned(),
            format!("UPDATE audit_head SET seq = seq + 1 WHERE tenant_id = 1 AND lane = {lane}"),
        ];
        // Put in: behind the end, beside an event, in a lane that nobody looks at.
        for (seq, lane, head) in [
            ("seq + 1", "lane", true),
            ("seq", "lane", false),
            ("seq", "lane + 16", false),
            ("seq", "lane - 16", false),
        ] {
            let mut sql = format!(
                "INSERT INTO audit_event ({columns})
                 SELECT tenant_id, at + 1, {lane}, {seq}, 13, user_id, actor, NULL, address, reference, detail, mac
                   FROM audit_event WHERE {last};"
            );
            if head {
                sql += &format!("UPDATE audit_head SET seq = seq + 1 WHERE tenant_id = 1 AND lane = {}", taro.id.0 % 16);
            }
            attacks.push(sql);
        }
        for attack in attacks {
            world.tamper(&attack).await;
            assert!(is_broken(&world).await, "not found: {attack}");
            world
                .tamper(
                    "DELETE FROM audit_event; INSERT INTO audit_event SELECT * FROM kept_event;
                     DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head;",
                )
                .await;
            assert_eq!(world.check_audit().await, events);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_a_page_s_reference_leads_to_what_happened_with_everything_needed() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        world.wait(Span::minutes(3));
        let mut browser = world.browser();
        browser.send_password(&taro).await.unwrap();
        let tenant = world.tenant().await;
        let request = browser.request();
        let attempt = browser.attempt.clone().unwrap();
        let wrong = taro.phone().wrong_code(0);
        let answer =
            warifu_flows::login::check_code(&world.ctx, &tenant, &request, &attempt, &wrong).await;
        let refusal = refused(answer);

        let filter = AuditFilter {
            reference: Some(request.reference),
            ..AuditFilter::default()
        };
        let found = audit::list(&world.ctx, &tenant, filter).await.unwrap();
        assert_eq!(found.len(), 1);
        let event = &found[0];
        assert_eq!(event.kind, EventKind::CodeChecked);
        assert_eq!(event.at, world.now());
        assert_eq!(event.user, Some(taro.id));
        assert_eq!(event.address, Some(EventAddress::Clear(browser.address)));
        assert_eq!(event.refusal.as_deref(), Some(refusal.code()));

        world.wait(Span::seconds(30));
        browser.send_code(&taro.phone().code()).await.unwrap();
        let rows = world.audit_rows().await;
        let last = rows.last().unwrap();
        assert_eq!(
            (last.kind, last.detail.as_deref()),
            (EventKind::SignedIn, Some("pwd otp"))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_pages_of_the_trail_miss_nothing_and_repeat_nothing() {
    on_both(workspace(), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        for guess in 0..30 {
            refused(
                world
                    .browser()
                    .guess_password(if guess % 2 == 0 { "taro" } else { "nobody" }, guess)
                    .await,
            );
        }
        let all = world.audit_rows().await;
        for user in [None, Some(taro.id)] {
            let mut paged = Vec::new();
            let mut filter = AuditFilter {
                user,
                limit: 7,
                ..AuditFilter::default()
            };
            loop {
                let page = audit::list(&world.ctx, &world.tenant().await, filter.clone())
                    .await
                    .unwrap();
                let Some(last) = page.last() else { break };
                filter.before = (last.at, last.lane, last.seq);
                paged.extend(page);
            }
            paged.reverse();
            let expected = all.iter().filter(|row| user.is_none() || row.user == user);
            assert_eq!(paged, expected.cloned().collect::<Vec<_>>());
        }
    })
    .await;
}
