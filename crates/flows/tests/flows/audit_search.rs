//! Searching the trail: what is looked for is found, a bounded number of events at a time.

use warifu_domain::{audit::EventKind, network::AddressRange, time::Span};
use warifu_flows::{By, audit};
use warifu_storage::{AuditFilter, AuditRow, Outcome};

use crate::support::{Setting, World, on_both, refused};

async fn all(world: &World, filter: AuditFilter, looked_at: i64) -> Vec<AuditRow> {
    let (tenant, by) = (world.tenant().await, By::command_line());
    let mut filter = AuditFilter { limit: 3, ..filter };
    let mut rows = Vec::new();
    loop {
        let found = audit::search_within(&world.ctx, &tenant, &by, filter.clone(), looked_at).await;
        let found = found.unwrap();
        assert!(found.rows.len() <= 3);
        rows.extend(found.rows);
        let Some(next) = found.next else { return rows };
        assert!(next < filter.before);
        filter.before = next;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_a_search_finds_what_is_there_however_little_it_may_look_at_once() {
    on_both(Setting::preset("workspace"), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        let (hana, _) = world.member_with_app("hana").await;
        let middle = world.now();
        world.wait(Span::minutes(5));
        for guess in 0..9 {
            refused(world.browser().guess_password("taro", guess).await);
            refused(world.browser().guess_password("nobody", guess).await);
        }
        let rows: Vec<AuditRow> = world.audit_rows().await.into_iter().rev().collect();
        let network = AddressRange::parse("198.18.0.0/30").unwrap();
        let (first, last) = network.bounds();
        let within = |row: &AuditRow| {
            let bytes = row.address.map(|address| address.bytes());
            bytes.is_some_and(|bytes| bytes.len() == 4 && first <= bytes && bytes <= last)
        };
        type Case<'a> = (AuditFilter, &'a dyn Fn(&AuditRow) -> bool);
        let default = AuditFilter::default;
        let cases: [Case<'_>; 8] = [
            (default(), &|_| true),
            (
                AuditFilter {
                    user: Some(hana.id),
                    ..default()
                },
                &|row| row.user == Some(hana.id),
            ),
            (
                AuditFilter {
                    kind: Some(EventKind::SetUpConfirmed),
                    ..default()
                },
                &|row| row.kind == EventKind::SetUpConfirmed,
            ),
            (
                AuditFilter {
                    outcome: Outcome::Done,
                    ..default()
                },
                &|row| row.refusal.is_none(),
            ),
            (
                AuditFilter {
                    outcome: Outcome::Refused,
                    ..default()
                },
                &|row| row.refusal.is_some(),
            ),
            (
                AuditFilter {
                    outcome: Outcome::Code("LOGIN-01".into()),
                    user: Some(taro.id),
                    ..default()
                },
                &|row| row.user == Some(taro.id) && row.refusal.as_deref() == Some("LOGIN-01"),
            ),
            (
                AuditFilter {
                    addresses: Some(network),
                    ..default()
                },
                &within,
            ),
            (
                AuditFilter {
                    before: (middle + Span(1), 0, 0),
                    ..default()
                },
                &|row| row.at <= middle,
            ),
        ];
        for (filter, fits) in cases {
            let expected: Vec<AuditRow> = rows.iter().filter(|row| fits(row)).cloned().collect();
            assert!(!expected.is_empty(), "{filter:?}");
            for looked_at in [1, 4, 1000] {
                assert_eq!(
                    all(&world, filter.clone(), looked_at).await,
                    expected,
                    "{filter:?}"
                );
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_a_reference_leads_to_the_attempt_around_it() {
    on_both(Setting::preset("workspace"), async |world| {
        let (taro, _) = world.member_with_app("taro").await;
        world.wait(Span::hours(1));
        let mut browser = world.browser();
        browser.send_password(&taro).await.unwrap();
        refused(browser.send_code(&taro.phone().wrong_code(0)).await);
        let rows = world.audit_rows().await;
        let seen = rows.last().unwrap();
        let (tenant, by) = (world.tenant().await, By::command_line());
        let reference = seen.reference.unwrap();
        let story = audit::follow(&world.ctx, &tenant, &by, reference)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&story.request[..], std::slice::from_ref(seen));
        let kinds: Vec<EventKind> = story.around.iter().map(|row| row.kind).collect();
        assert_eq!(kinds, [EventKind::PasswordChecked]);
        // A neighbour with the same reference sees nothing of it.
        let neighbour = world.neighbour("aoba").await;
        let other = audit::follow(&world.ctx, &neighbour.tenant().await, &by, reference).await;
        assert!(other.unwrap().is_none());
    })
    .await;
}
