//! The check of the chains: what it costs, and events whose times are not in the order of their places.

use std::sync::Arc;

use rusqlite::StatementStatus;
use tokio::sync::watch;
use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::{TenantId, UserId},
    time::Timestamp,
};

use super::{ChainCheck, LANES, check};
use crate::{
    FaultPlan, KeyRing, Location, StoreError, StoreOptions, Tx,
    testing::{self, TestStore},
};

const TENANT: TenantId = TenantId(1);

/// Writes `count` events of people in `lanes` chains, the `i`-th at the time `at(i)`.
async fn write(
    store: &TestStore,
    keys: &Arc<KeyRing>,
    count: i64,
    lanes: i64,
    at: impl Fn(i64) -> i64,
) {
    // Lane 0 first: it is never empty.
    for first in (0..count).step_by(1000) {
        let times: Vec<(i64, i64)> = (first..count.min(first + 1000))
            .map(|i| (i, at(i)))
            .collect();
        let keys = keys.clone();
        let written = store.write(TENANT, async move |tx| {
            for &(i, at) in &times {
                let event = AuditEvent::new(EventKind::CodeChecked, Some(UserId(i % lanes)));
                tx.append_audit(&keys, &event, Timestamp(at)).await?;
            }
            Ok(())
        });
        written.await.unwrap();
    }
}

async fn check(store: &TestStore, keys: &Arc<KeyRing>, bounds: check::Bounds) -> ChainCheck {
    let keys = keys.clone();
    let (progress, _listening) = watch::channel((0, 1));
    let checked = store.read(TENANT, async move |tx| {
        tx.check_audit_within(&keys, bounds, &progress).await
    });
    checked.await.unwrap().unwrap()
}

#[tokio::test]
async fn sec_079_a_check_reads_each_event_once_however_many_there_are() {
    const EVENTS: i64 = 20_000;
    let fault = FaultPlan::default();
    let options = || StoreOptions {
        pg_connections: 1,
        fault: Some(fault.clone()),
        ..StoreOptions::default()
    };
    for store in [
        testing::sqlite_with(options()).await,
        testing::postgres_with(options()).await,
    ] {
        let keys = Arc::new(KeyRing::generate([7; 32]));
        // Neighbours in time change places, as with requests that run at once.
        write(&store, &keys, EVENTS, LANES, |i| 1000 + 10 * (i ^ 17)).await;
        fault.fail_at(1_000_000);
        let ring = keys.clone();
        let (progress, listening) = watch::channel((0, 1));
        let checked = store.read(TENANT, async move |tx| {
            tx.check_audit_chain(&ring, &progress).await
        });
        assert_eq!(checked.await, Ok(Some(ChainCheck::Whole(EVENTS as u64))));
        assert_eq!(*listening.borrow(), (EVENTS, EVENTS));
        let calls = 1_000_000 - fault.calls_left();
        fault.fail_at(0);
        assert_eq!(calls, 1 + LANES + EVENTS / 1000 + 1, "{}", store.engine());
        let read = match store.location() {
            Location::Sqlite(path) => steps_of_pages(path, EVENTS),
            Location::Postgres(_) => rows_of_a_check(&store, &keys).await,
        };
        // On PostgreSQL rows, on SQLite instructions of its machine, of which a row takes about twenty.
        let bound = if store.engine() == "sqlite" { 40 } else { 1 };
        assert!(
            (EVENTS..=bound * EVENTS + 1000).contains(&read),
            "{}: {read}",
            store.engine()
        );
    }
}

/// What SQLite does to read all events in pages.
fn steps_of_pages(path: &std::path::Path, events: i64) -> i64 {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut page = connection.prepare(&check::PAGE.replace('$', "?")).unwrap();
    let (mut from, mut seen) = ((i64::MIN, i64::MIN, i64::MIN), 0);
    while seen < events {
        let mut rows = page
            .query((TENANT.0, from.0, from.1, from.2, 1000))
            .unwrap();
        while let Some(row) = rows.next().unwrap() {
            let seq: i64 = row.get(2).unwrap();
            from = (row.get(0).unwrap(), row.get(1).unwrap(), seq + 1);
            seen += 1;
        }
    }
    page.get_status(StatementStatus::VmStep).into()
}

/// How many events PostgreSQL reads for a check, by its own count. It knows the table's size as a running server does after a
/// minute.
async fn rows_of_a_check(store: &TestStore, keys: &Arc<KeyRing>) -> i64 {
    let keys = keys.clone();
    let analysed = store.write(TENANT, async |tx| tx.exec("ANALYZE audit_event", &[]).await);
    analysed.await.unwrap();
    let read = store.read(TENANT, async move |tx| {
        let before = rows_read(tx).await?;
        let (progress, _listening) = watch::channel((0, 1));
        tx.check_audit_chain(&keys, &progress).await?;
        Ok(rows_read(tx).await? - before)
    });
    read.await.unwrap()
}

/// Rows of the table that this connection read and has not reported yet; some of them in earlier transactions.
async fn rows_read(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let read = tx.find(
        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'audit_event'",
        &[],
        |row| row.int(0),
    );
    Ok(read.await?.unwrap_or(0))
}

#[tokio::test]
async fn sec_079_events_out_of_the_order_of_time_are_whole_and_a_missing_one_is_found_among_them() {
    let bounds = check::Bounds {
        page: 7,
        waiting: 5,
    };
    let orders: [fn(i64) -> i64; 4] = [
        |i| i,
        |i| i ^ 5,
        // A clock that was a day ahead, and then was put right.
        |i| if i < 60 { 86_400_000 + i } else { i },
        |i| -i,
    ];
    for order in orders {
        for store in testing::stores().await {
            let keys = Arc::new(KeyRing::generate([7; 32]));
            write(&store, &keys, 120, 3, order).await;
            assert_eq!(
                check(&store, &keys, bounds).await,
                ChainCheck::Whole(120),
                "{}",
                store.engine()
            );
            let removed = store.write(TENANT, async |tx| {
                tx.exec("DELETE FROM audit_event WHERE lane = 1 AND seq = 25", &[])
                    .await
            });
            assert_eq!(removed.await, Ok(1));
            assert_eq!(
                check(&store, &keys, bounds).await,
                ChainCheck::Broken { lane: 1, seq: 25 },
                "{}",
                store.engine()
            );
        }
    }
}

#[tokio::test]
async fn sec_079_a_place_that_is_taken_twice_is_found_even_if_another_walk_is_needed() {
    let bounds = check::Bounds {
        page: 7,
        waiting: 5,
    };
    for store in testing::stores().await {
        let keys = Arc::new(KeyRing::generate([7; 32]));
        write(&store, &keys, 60, 1, |i| 1000 - i).await;
        let put_in = store.write(TENANT, async |tx| {
            tx.exec(
                "INSERT INTO audit_event SELECT tenant_id, at - 5000, lane, seq, kind, user_id, actor, refusal, address,
                        reference, detail, mac FROM audit_event WHERE seq = 40",
                &[],
            )
            .await
        });
        assert_eq!(put_in.await, Ok(1));
        assert_eq!(
            check(&store, &keys, bounds).await,
            ChainCheck::Broken { lane: 0, seq: 40 },
            "{}",
            store.engine()
        );
    }
}

#[tokio::test]
async fn sec_079_events_that_are_appended_together_stand_as_if_one_by_one() {
    for store in [testing::sqlite().await, testing::postgres().await] {
        let keys = Arc::new(KeyRing::generate([7; 32]));
        write(&store, &keys, 40, LANES, |_| 1000).await;
        let ring = keys.clone();
        let together = store.write(TENANT, async move |tx| {
            let event = |i| AuditEvent::new(EventKind::UserAdded, Some(UserId(i))).detail("member");
            // More and fewer than a statement takes.
            let events: Vec<AuditEvent> = (0..130).map(event).collect();
            tx.append_audits(&ring, &events, Timestamp(2000)).await?;
            tx.append_audits(&ring, &[], Timestamp(2000)).await
        });
        together.await.unwrap();
        write(&store, &keys, 40, LANES, |_| 3000).await;
        let ring = keys.clone();
        let (progress, _listening) = watch::channel((0, 1));
        let checked = store.read(TENANT, async move |tx| {
            tx.check_audit_chain(&ring, &progress).await
        });
        assert_eq!(checked.await.unwrap(), Some(ChainCheck::Whole(210)));
    }
}

#[tokio::test]
async fn sec_081_a_chain_that_was_tampered_with_keeps_its_events_and_holds_up_no_others() {
    for store in [testing::sqlite().await, testing::postgres().await] {
        let keys = Arc::new(KeyRing::generate([7; 32]));
        // More events of each chain than are looked at together.
        write(&store, &keys, 40, 2, |i| 1000 + i).await;
        let sql =
            "UPDATE audit_event SET detail = 'x' WHERE tenant_id = $1 AND lane = 0 AND seq = 2";
        let tampered = store.write(TENANT, async move |tx| tx.exec(sql, &[TENANT.into()]).await);
        assert_eq!(tampered.await.unwrap(), 1);
        let (mut events, mut broken) = (0, Vec::new());
        let mut from = Some((Timestamp(i64::MIN), i64::MIN, i64::MIN));
        while let Some(place) = from {
            let keys = keys.clone();
            let removed = store.write(TENANT, async move |tx| {
                let nonce = || [9; 24];
                tx.remove_old_audit(&keys, place, Timestamp(2000), 5, nonce)
                    .await
            });
            let removed = removed.await.unwrap();
            events += removed.events;
            broken.extend(removed.broken);
            from = removed.next;
        }
        assert_eq!(
            events, 21,
            "one before the place, and the whole other chain"
        );
        assert_eq!(broken, [(0, 2)]);
    }
}
