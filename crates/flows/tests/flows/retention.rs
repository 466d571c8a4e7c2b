//! What is not kept for ever (SEC-81): addresses give way to pseudonyms, old events go, and the chains of SEC-79 still find what
//! somebody else did.

use warifu_domain::{
    audit::EventKind,
    event_address::EventAddress,
    network::AddressRange,
    policy::RetentionRules,
    time::{Span, Timestamp},
};
use warifu_flows::{audit, maintenance};
use warifu_storage::{AuditFilter, AuditRow, ChainCheck};

use crate::support::{Setting, World, on_both};

const HERE: &str = "198.51.100.7";
const ELSEWHERE: &str = "2001:db8::7";

fn kept_for(address_days: i64, event_days: i64) -> Setting {
    Setting::preset("workspace").with(|policy| {
        policy.retention = RetentionRules {
            address_days,
            event_days,
            ..RetentionRules::default()
        }
    })
}

/// Somebody comes from an address, and types a wrong password.
async fn knock(world: &World, login: &str, address: &str) {
    let mut browser = world.browser_at(address.parse().unwrap());
    let form = browser.form(login, "not the password", None);
    let _ = browser.send_form(form).await;
}

async fn check(world: &World) -> ChainCheck {
    audit::check_chain(&world.ctx, &world.tenant().await)
        .await
        .unwrap()
}

fn is_whole(check: &ChainCheck) -> bool {
    matches!(check, ChainCheck::Whole(_))
}

/// Events from an address, as the console's search finds them.
async fn from(world: &World, address: &str) -> Vec<AuditRow> {
    let filter = AuditFilter {
        addresses: AddressRange::parse(address),
        ..AuditFilter::default()
    };
    let by = warifu_flows::By::command_line();
    let found = audit::search(&world.ctx, &world.tenant().await, &by, filter).await;
    found.unwrap().rows
}

/// The addresses of all events, in clear.
async fn shown(world: &World) -> usize {
    let rows = world.audit_rows().await;
    let clear = |row: &AuditRow| row.address.and_then(|address| address.clear());
    rows.iter().filter_map(clear).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_old_addresses_become_pseudonyms_by_which_they_are_still_found() {
    on_both(kept_for(30, 0), async |world| {
        world.member("taro").await;
        for address in [HERE, ELSEWHERE, HERE] {
            knock(&world, "taro", address).await;
        }
        let neighbour = world.neighbour("aoba").await;
        neighbour.member("taro").await;
        knock(&neighbour, "taro", HERE).await;
        let before = from(&world, HERE).await.len();
        assert!(before >= 2);
        world.wait(Span::days(29));
        world.sweep().await;
        assert!(shown(&world).await > 0, "a day before nothing is changed");
        knock(&world, "taro", HERE).await;
        world.wait(Span::days(2));
        world.sweep().await;

        let rows = from(&world, HERE).await;
        assert_eq!(rows.len(), before + 1, "old and new ones are found");
        let clear = |row: &&AuditRow| row.address.unwrap().clear().is_some();
        assert_eq!(rows.iter().filter(clear).count(), 1, "the new one is shown");
        let masked: Vec<EventAddress> = rows
            .iter()
            .filter(|row| !clear(row))
            .map(|row| row.address.unwrap())
            .collect();
        assert!(
            masked.windows(2).all(|two| two[0] == two[1]),
            "one address, one pseudonym"
        );
        assert_ne!(from(&world, ELSEWHERE).await[0].address, Some(masked[0]));
        let text = masked[0].to_string();
        assert!(text.starts_with("pseudonym:") && !text.contains(HERE));
        let theirs = from(&neighbour, HERE).await;
        assert_ne!(
            theirs[0].address,
            Some(masked[0]),
            "another tenant has other pseudonyms"
        );
        // A network is found as long as its addresses are shown.
        assert_eq!(from(&world, "198.51.100.0/24").await.len(), 1);
        assert!(
            is_whole(&check(&world).await),
            "the chain vouches for the pseudonym"
        );
        let told = world.audit_rows().await;
        let told = told
            .iter()
            .filter(|row| row.kind == EventKind::AddressesMasked);
        assert_eq!(told.count(), 1);

        // A pseudonym, or an address, that somebody else puts there is found.
        let masked = text.trim_start_matches("pseudonym:");
        let bytes = data_encoding::HEXLOWER.decode(masked.as_bytes()).unwrap();
        let (own, other) = (
            world.database.bytes_literal(&bytes),
            world.database.bytes_literal(&[9; 12]),
        );
        let swap = |a: &str, b: &str| {
            format!("UPDATE audit_event SET address = {b} WHERE tenant_id = 1 AND address = {a}")
        };
        world.tamper(&swap(&own, &other)).await;
        assert!(!is_whole(&check(&world).await));
        world.tamper(&swap(&other, &own)).await;
        assert!(is_whole(&check(&world).await));
        let clear = world.database.bytes_literal(&[198, 51, 100, 8]);
        world.tamper(&swap(&own, &clear)).await;
        assert!(!is_whole(&check(&world).await));
        world.tamper(&swap(&clear, &own)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_a_network_in_an_event_s_note_goes_with_the_addresses() {
    on_both(
        Setting::preset("campus-mail").with(|policy| {
            policy.retention.address_days = 30;
        }),
        async |world| {
            world.member("taro").await;
            knock(&world, "taro", HERE).await;
            // As windows for mail programs, and the ends of what they opened, are noted.
            let noted = [
                (EventKind::MailWindowOpened, "198.51.100.7/32", ""),
                (EventKind::MailSessionsEnded, "198.51.100.7", ": 2"),
                (EventKind::MailSessionsLeft, "2001:db8::/64", ": no answer"),
            ];
            let tenant = world.tenant().await.id;
            let (ctx, now) = (world.ctx.clone(), world.now());
            let keys = ctx.keys();
            let written = ctx.store.write(tenant, async move |tx| {
                for (kind, address, rest) in noted {
                    let event = warifu_domain::audit::AuditEvent::new(kind, None);
                    let event = event.detail(&format!("{address}{rest}"));
                    tx.append_audit(&keys, &event, now).await?;
                }
                Ok(())
            });
            written.await.unwrap();
            world.wait(Span::days(31));
            world.sweep().await;
            assert!(is_whole(&check(&world).await));
            let rows = world.audit_rows().await;
            for (kind, address, rest) in noted {
                let row = rows.iter().find(|row| row.kind == kind);
                let detail = row.unwrap().detail.clone().unwrap();
                assert!(detail.starts_with("pseudonym:"), "{detail}");
                assert!(
                    !detail.contains(address) && detail.ends_with(rest),
                    "{detail}"
                );
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_events_are_kept_for_as_long_as_the_policy_says_and_the_rest_stays_whole() {
    on_both(kept_for(0, 60), async |world| {
        let taro = world.member("taro").await;
        for n in 0..20 {
            world.member(&format!("p{n}")).await;
            knock(&world, "taro", HERE).await;
        }
        world.wait(Span::days(40));
        knock(&world, "taro", ELSEWHERE).await;
        let all = world.audit_rows().await.len();
        world.wait(Span::days(19));
        world.sweep().await;
        assert_eq!(world.audit_rows().await.len(), all, "nothing is old enough");
        world.wait(Span::days(2));
        world.sweep().await;
        let rows = world.audit_rows().await;
        let oldest = world.now() - Span::days(60);
        assert!(rows.iter().all(|row| row.at >= oldest));
        assert!(
            rows.iter().any(|row| row.user == Some(taro.id)),
            "what is younger stays"
        );
        assert!(shown(&world).await > 0, "addresses are kept for ever here");
        let told: Vec<_> = rows
            .iter()
            .filter(|row| row.kind == EventKind::AuditRemoved)
            .collect();
        assert_eq!(told.len(), 1, "what was removed is said once");
        assert!(
            told[0]
                .detail
                .as_ref()
                .unwrap()
                .contains("events from before 2026-")
        );
        assert_eq!(check(&world).await, ChainCheck::Whole(rows.len() as u64));

        // Chains whose every event is gone go on, and so does everything else.
        world.wait(Span::days(100));
        world.sweep().await;
        let left = world.audit_rows().await;
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(is_whole(&check(&world).await));
        for n in 0..20 {
            knock(&world, &format!("p{n}"), HERE).await;
        }
        assert!(is_whole(&check(&world).await));
        assert!(maintenance::keys_belong(&world.ctx).await.unwrap());
        world.wait(Span::days(61));
        world.sweep().await;
        assert!(is_whole(&check(&world).await));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_a_beginning_that_somebody_else_moved_is_found() {
    on_both(kept_for(0, 30), async |world| {
        // Sixteen people and more: every chain has events.
        for n in 0..40 {
            world.member(&format!("p{n}")).await;
        }
        world.tamper("CREATE TABLE old_event AS SELECT * FROM audit_event").await;
        world.wait(Span::days(31));
        for n in 0..40 {
            knock(&world, &format!("p{n}"), HERE).await;
        }
        world.tamper("CREATE TABLE old_head AS SELECT * FROM audit_head").await;
        world.sweep().await;
        assert!(is_whole(&check(&world).await));
        world
            .tamper(
                "CREATE TABLE kept_event AS SELECT * FROM audit_event;
                 CREATE TABLE kept_head AS SELECT * FROM audit_head;
                 CREATE TABLE kept_base AS SELECT * FROM audit_base;",
            )
            .await;
        let lane = world.number("SELECT MIN(lane) FROM audit_base WHERE tenant_id = 1 AND lane > 0").await;
        let of = format!("tenant_id = 1 AND lane = {lane}");
        let other = "SELECT sealed FROM kept_base WHERE tenant_id = 1 AND lane = 0".to_owned();
        let columns = "tenant_id, at, lane, seq, kind, user_id, actor, refusal, address, reference, detail, mac";
        for attack in [
            // Removed altogether; cut; another chain's.
            format!("DELETE FROM audit_base WHERE {of}"),
            "DELETE FROM audit_base".to_owned(),
            format!("UPDATE audit_base SET sealed = {} WHERE {of}", world.database.bytes_literal(&[0; 20])),
            format!("UPDATE audit_base SET sealed = ({other}) WHERE {of}"),
            // What is left of a chain is cut back to its beginning, or off behind it.
            format!("DELETE FROM audit_event WHERE {of}"),
            format!("DELETE FROM audit_event WHERE {of}; DELETE FROM audit_head WHERE {of}"),
            format!("DELETE FROM audit_event WHERE {of}; DELETE FROM audit_head WHERE {of}; DELETE FROM audit_base WHERE {of}"),
            format!(
                "UPDATE audit_head SET seq = (SELECT MAX(seq) FROM old_event WHERE {of}),
                        mac = (SELECT mac FROM old_event WHERE {of} ORDER BY seq DESC LIMIT 1) WHERE {of};
                 DELETE FROM audit_event WHERE {of}"
            ),
            format!("DELETE FROM audit_event WHERE {of} AND seq = (SELECT MIN(seq) FROM kept_event WHERE {of})"),
            // One that is removed is put back.
            format!("INSERT INTO audit_event ({columns}) SELECT {columns} FROM old_event WHERE {of} AND seq = 1"),
            format!("UPDATE audit_event SET detail = 'harmless' WHERE {of}"),
        ] {
            world.tamper(&attack).await;
            let found = check(&world).await;
            assert!(!is_whole(&found), "{attack}: {found:?}");
            world
                .tamper(
                    "DELETE FROM audit_event; INSERT INTO audit_event SELECT * FROM kept_event;
                     DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head;
                     DELETE FROM audit_base; INSERT INTO audit_base SELECT * FROM kept_base;",
                )
                .await;
            assert!(is_whole(&check(&world).await));
        }
        // An old copy of the beginning says nothing of what is removed since: what is missing is missed.
        world.wait(Span::days(31));
        world.sweep().await;
        assert!(is_whole(&check(&world).await));
        world.tamper("DELETE FROM audit_base; INSERT INTO audit_base SELECT * FROM kept_base").await;
        assert!(!is_whole(&check(&world).await));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_what_was_changed_stays_as_evidence_when_its_time_is_over() {
    on_both(kept_for(30, 60), async |world| {
        let taro = world.member("taro").await;
        for _ in 0..5 {
            knock(&world, "taro", HERE).await;
        }
        let lane = taro.id.0.rem_euclid(16);
        let of = format!("tenant_id = 1 AND lane = {lane}");
        world
            .tamper(&format!(
                "UPDATE audit_event SET detail = 'harmless' WHERE {of} AND seq = 3"
            ))
            .await;
        for _ in 0..4 {
            world.wait(Span::days(31));
            world.sweep().await;
            let found = check(&world).await;
            assert_eq!(found, ChainCheck::Broken { lane, seq: 3 });
        }
        assert_eq!(
            world
                .number(&format!("SELECT MIN(seq) FROM audit_event WHERE {of}"))
                .await,
            3
        );
        assert_eq!(shown(&world).await, 0, "its address is no evidence");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_several_nodes_and_failures_anywhere_leave_the_trail_whole() {
    on_both(kept_for(30, 60), async |world| {
        for n in 0..30 {
            world.member(&format!("p{n}")).await;
            knock(&world, &format!("p{n}"), HERE).await;
        }
        world.wait(Span::days(31));
        // It fails at each call in turn; a turn that broke off is taken again when its lease is over.
        for n in (1..120).step_by(7) {
            world.fault.fail_at(n);
            let _ = maintenance::sweep(&world.ctx).await;
            world.fault.fail_at(0);
            assert!(is_whole(&check(&world).await), "{n}");
            world.wait(Span::minutes(11));
        }
        world.wait(Span::days(1));
        world.sweep().await;
        assert_eq!(shown(&world).await, 0);
        world.wait(Span::days(31));
        let mut nodes = Vec::new();
        for seed in [31, 32, 33, 34] {
            let node = world.second_server(seed).await;
            nodes.push(tokio::spawn(
                async move { maintenance::sweep(&node.ctx).await },
            ));
        }
        for node in nodes {
            node.await.unwrap().unwrap();
        }
        assert!(is_whole(&check(&world).await));
        let rows = world.audit_rows().await;
        let oldest = world.now() - Span::days(60);
        assert!(rows.iter().all(|row| row.at >= oldest));
        let told = rows
            .iter()
            .filter(|row| row.kind == EventKind::AuditRemoved);
        assert_eq!(told.count(), 1, "one node had the turn");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_the_events_of_somebody_who_was_deleted_go_when_their_time_is_over() {
    on_both(kept_for(30, 60), async |world| {
        let (taro, _browser) = world.member_with_app("taro").await;
        let tenant = world.tenant().await;
        let by = warifu_flows::By::CommandLine("left".to_owned());
        warifu_flows::manage_users::delete_user(&world.ctx, &tenant, &by, taro.id)
            .await
            .unwrap();
        let own = async || {
            let rows = world.audit_rows().await;
            rows.into_iter()
                .filter(|row| row.user == Some(taro.id))
                .count()
        };
        assert!(own().await > 0, "the trail keeps a number");
        world.wait(Span::days(31));
        world.sweep().await;
        assert!(own().await > 0);
        assert_eq!(shown(&world).await, 0);
        world.wait(Span::days(31));
        world.sweep().await;
        assert_eq!(own().await, 0);
        assert!(is_whole(&check(&world).await));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_zero_days_keep_events_and_addresses_for_ever() {
    on_both(kept_for(0, 0), async |world| {
        world.member("taro").await;
        knock(&world, "taro", HERE).await;
        let (rows, clear) = (world.audit_rows().await.len(), shown(&world).await);
        assert!(clear > 0);
        world.wait(Span::days(20 * 365));
        world.sweep().await;
        assert_eq!(world.audit_rows().await.len(), rows);
        assert_eq!(shown(&world).await, clear);
        // And from the moment that the policy says otherwise, no longer.
        world
            .change_policy(|policy| policy.retention.address_days = 30)
            .await;
        world.wait(Span::days(1));
        world.sweep().await;
        assert!(shown(&world).await < clear);
        assert!(is_whole(&check(&world).await));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_a_device_that_is_not_seen_again_is_forgotten_after_as_many_days_as_the_policy_says()
 {
    for (days, is_known) in [(30, false), (300, true)] {
        let setting = Setting::preset("workspace").with(|policy| {
            policy.retention.device_days = days;
        });
        on_both(setting, async |world| {
            world.member_with_app("taro").await;
            assert!(world.rows("familiar", "1 = 1").await > 0);
            world.wait(Span::days(40));
            world.sweep().await;
            assert_eq!(
                world.rows("familiar", "1 = 1").await > 0,
                is_known,
                "{days}"
            );
        })
        .await;
    }
}

#[test]
fn sec_081_the_usual_times_are_half_a_year_and_three_years() {
    let rules = RetentionRules::default();
    assert_eq!(rules.addresses(), Some(Span::days(180)));
    assert_eq!(rules.events(), Some(Span::days(3 * 365)));
    assert_eq!(
        Timestamp(0) + rules.devices(),
        Timestamp(0) + Span::days(180)
    );
}
