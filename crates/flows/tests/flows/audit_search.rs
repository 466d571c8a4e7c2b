//! Searching the trail: what is looked for is found, a bounded number of events at a time.

use warifu_domain::{
    audit::{Actor, Actors, EventKind},
    ids::TenantId,
    network::AddressRange,
    permission::Operation,
    refusal::Refusal,
    time::Span,
    user::Role,
};
use warifu_flows::{By, FlowError, audit, audit_check, entrances, key_rotation, login};
use warifu_storage::{AuditFilter, AuditRow, ChainCheck, Outcome};

use crate::{
    key_rotation::ring,
    operators::operator,
    support::{Setting, World, on_both, refused},
};

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
        let cases: [Case<'_>; 9] = [
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
                    actors: Actors::from_word("command line"),
                    ..default()
                },
                &|row| Actor::from_number(row.actor) == Actor::CommandLine,
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

/// A guess at the common address whose login ID leads to no tenant.
async fn guess_at_nobodys(world: &World, name: &str) {
    let browser = world.browser();
    let form = browser.form(name, "no", None);
    let nobodys = entrances::nobodys();
    refused(login::start(&world.ctx, &nobodys, &browser.request(), form).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_079_the_trail_of_no_tenant_says_who_did_what_and_is_checked() {
    on_both(Setting::preset("workspace"), async |world| {
        let by = operator(&world, "ope").await;
        let (home, nobodys) = (world.tenant().await, entrances::nobodys());
        for number in 0..4 {
            guess_at_nobodys(&world, &format!("nobody{number}@nowhere.example")).await;
        }
        let reseal = async |world: &World, by: &By| {
            let (teller, _heard) = tokio::sync::watch::channel((0, 1));
            let done = key_rotation::reseal(&world.ctx, by, teller).await;
            assert!(done.unwrap().sealed > 0);
        };
        let world = world.with_keys(2, ring(2)).await;
        reseal(&world, &by).await;
        let world = world.with_keys(3, ring(1)).await;
        reseal(&world, &By::command_line()).await;
        let ctx = &world.ctx;

        let listed = async |text: &str| {
            let actors = audit::find_actors(ctx, &nobodys, &home, text)
                .await
                .unwrap();
            let filter = AuditFilter {
                actors: Some(actors?),
                ..AuditFilter::default()
            };
            let found = audit::search(ctx, &nobodys, &by, filter)
                .await
                .unwrap()
                .rows;
            let names = audit::names(ctx, &nobodys, &home, &found).await.unwrap();
            let named = |row: &AuditRow| {
                let actor = Actor::from_number(row.actor);
                (row.kind, names.actor(actor).map(str::to_owned))
            };
            Some(found.iter().map(named).collect::<Vec<_>>())
        };
        let resealed = (EventKind::KeysResealed, Some("ope".to_owned()));
        assert_eq!(
            listed("ope").await.unwrap(),
            std::slice::from_ref(&resealed)
        );
        assert_eq!(listed("operator").await.unwrap(), [resealed]);
        let by_hand = (EventKind::KeysResealed, None);
        assert_eq!(listed("command line").await.unwrap(), [by_hand]);
        assert_eq!(listed("subject").await.unwrap().len(), 4);
        assert_eq!(listed("administrator").await.unwrap(), []);
        assert_eq!(listed("taro").await, None);
        assert_eq!(listed("\u{0}").await, None);

        let check = async || {
            let id = audit_check::begin(ctx, &nobodys, &by).await.unwrap().id();
            audit_check::run(ctx, &nobodys, id).await.unwrap();
            let shown = audit_check::show(ctx, &nobodys, &by, id).await.unwrap();
            shown.unwrap().outcome
        };
        assert_eq!(check().await, Some(ChainCheck::Whole(6)));
        world
            .tamper("UPDATE audit_event SET detail = 'somebody else' WHERE tenant_id = 0")
            .await;
        assert!(matches!(check().await, Some(ChainCheck::Broken { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_069_only_operators_read_the_trail_of_no_tenant() {
    on_both(Setting::preset("workspace"), async |world| {
        guess_at_nobodys(&world, "nobody@nowhere.example").await;
        let (ctx, nobodys) = (&world.ctx, entrances::nobodys());
        assert_eq!(nobodys.id, TenantId::NOBODYS);
        assert_eq!(Operation::ShowServerAudit.least_role(), Role::Operator);
        let mut boss = world.person("boss", Role::Administrator).await;
        let mut browser = world.browser();
        browser.sign_in(&mut boss).await;
        browser.enrol(&mut boss).await;
        let who = browser.who().await.unwrap();
        let by = By::person(who, &*world.tenant().await, browser.request(), "a reason");
        let newest = AuditFilter::default();
        let row = audit::search(ctx, &nobodys, &By::command_line(), newest.clone()).await;
        let reference = row.unwrap().rows[0].reference.unwrap();
        let job = audit_check::begin(ctx, &nobodys, &By::command_line())
            .await
            .unwrap()
            .id();
        let not_allowed = |error: FlowError| {
            assert!(
                matches!(error, FlowError::Refused(Refusal::NotAllowed)),
                "{error}"
            );
        };
        not_allowed(audit::search(ctx, &nobodys, &by, newest).await.unwrap_err());
        not_allowed(
            audit::follow(ctx, &nobodys, &by, reference)
                .await
                .unwrap_err(),
        );
        not_allowed(audit_check::begin(ctx, &nobodys, &by).await.unwrap_err());
        not_allowed(
            audit_check::show(ctx, &nobodys, &by, job)
                .await
                .unwrap_err(),
        );
        not_allowed(
            audit_check::cancel(ctx, &nobodys, &by, job)
                .await
                .unwrap_err(),
        );
    })
    .await;
}
