//! What a job can rely on: all or nothing, alone among its neighbours, answered after its commit.

use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Waker};

use super::*;
use crate::FaultPlan;

#[tokio::test]
async fn a_job_commits_on_ok_and_leaves_nothing_on_err() {
    on_both(StoreOptions::default(), async |store| {
        insert(&store, 1, 10).await.unwrap();
        let refused: Result<(), _> = store
            .write(TENANT, async |tx| {
                tx.insert_sample(2, 20).await?;
                assert_eq!(
                    tx.find_number(2).await?,
                    Some(20),
                    "a job sees its own changes"
                );
                Err(StoreError::Other("changed its mind".into()))
            })
            .await;
        assert_eq!(refused, Err(StoreError::Other("changed its mind".into())));
        assert_eq!(
            (number(&store, 1).await, number(&store, 2).await),
            (Some(10), None),
            "{}",
            store.engine()
        );
    })
    .await;
}

#[tokio::test]
async fn a_select_without_a_transaction_is_one_and_changes_nothing() {
    on_both(StoreOptions::default(), async |store| {
        insert(&store, 1, 10).await.unwrap();
        let number = store.read_once(TENANT, async |tx| tx.find_number(1).await);
        assert_eq!(number.await, Ok(Some(10)), "{}", store.engine());
        let twice = store.read_once(TENANT, async |tx| {
            tx.find_number(1).await?;
            tx.find_number(1).await
        });
        assert!(
            matches!(twice.await, Err(StoreError::Other(_))),
            "{}",
            store.engine()
        );
        let written = store.read_once(TENANT, async |tx| tx.insert_sample(2, 20).await);
        assert_eq!(written.await, Err(StoreError::ReadOnly));
        let returned = store.read_once(TENANT, async |tx| {
            let sql = "DELETE FROM sample WHERE tenant_id = $1 RETURNING id";
            tx.find(sql, &[tx.tenant.into()], |row| row.int(0)).await
        });
        assert_eq!(returned.await, Err(StoreError::ReadOnly));
        assert_eq!(count(&store).await, 1, "{}", store.engine());
        // The connections are as good as before.
        insert(&store, 3, 30).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_two_statements_sent_together_a_failing_one_says_why_and_leaves_nothing() {
    const INSERT: &str = "INSERT INTO sample (tenant_id, id) VALUES (1, $1)";
    on_both(StoreOptions::default(), async |store| {
        let both = async |first: i64, second: i64| {
            let job = async move |tx: &mut Tx<'_>| {
                let (first, second) = ([first.into()], [second.into()]);
                tx.exec_both((INSERT, &first), (INSERT, &second)).await
            };
            (store.write(TENANT, job).await, count(&store).await)
        };
        assert_eq!(both(1, 2).await, (Ok(()), 2), "{}", store.engine());
        for (first, second) in [(2, 3), (3, 2), (3, 3)] {
            let outcome = both(first, second).await;
            let conflict = (Err(StoreError::Conflict), 2);
            assert_eq!(outcome, conflict, "{} {first}", store.engine());
        }
    })
    .await;
}

#[tokio::test]
async fn a_failing_job_leaves_its_neighbours_in_the_batch_alone() {
    on_both(
        StoreOptions {
            pg_connections: 1,
            ..StoreOptions::default()
        },
        async |store| {
            let (release, gate) = mpsc::channel::<()>();
            let first = store.write(TENANT, async move |tx| {
                // An error once the gate is open, also when the job runs a second time.
                let _ = gate.recv();
                tx.insert_sample(1, 1).await
            });
            let good = insert(&store, 2, 2);
            let twice = insert(&store, 2, 3);
            let last = insert(&store, 4, 4);
            let open = async { drop(release) };
            let (first, good, twice, last, ()) = tokio::join!(first, good, twice, last, open);
            assert_eq!(
                (first, good, twice, last),
                (Ok(()), Ok(()), Err(StoreError::Conflict), Ok(()))
            );
            assert_eq!(count(&store).await, 3);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_conditional_updates_exactly_one_wins() {
    on_both(StoreOptions::default(), async |store| {
        insert(&store, 1, 0).await.unwrap();
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let store = Store::clone(&store);
                tokio::spawn(async move {
                    store
                        .write(TENANT, async |tx| tx.spend_number(1, 1).await)
                        .await
                        .unwrap()
                })
            })
            .collect();
        let mut winners = 0;
        for task in tasks {
            winners += u32::from(task.await.unwrap());
        }
        assert_eq!(winners, 1, "{}", store.engine());
    })
    .await;
}

#[tokio::test]
async fn a_job_finishes_after_its_caller_is_gone() {
    on_both(StoreOptions::default(), async |store| {
        {
            let mut abandoned = pin!(insert(&store, 1, 1));
            // Polled once, it is in the queue; then the client hangs up. On a busy machine the answer may be there already.
            let _ = abandoned
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
        }
        {
            let _never_polled = insert(&store, 2, 2);
        }
        store.ping().await.unwrap();
        tokio::time::timeout(std::time::Duration::from_secs(5), async {
            while number(&store, 1).await.is_none() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
        assert_eq!(number(&store, 2).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let options = StoreOptions {
        queue_limit: 2,
        pg_connections: 1,
        ..StoreOptions::default()
    };
    on_both(options, async |store| {
        let (release, gate) = mpsc::channel();
        let (started, running) = tokio::sync::oneshot::channel();
        let started = std::sync::Mutex::new(Some(started));
        let blocker = {
            let store = Store::clone(&store);
            tokio::spawn(async move {
                let job = async move |_: &mut Tx<'_>| {
                    started.lock().unwrap().take().unwrap().send(()).unwrap();
                    gate.recv().unwrap();
                    Ok(())
                };
                store.write(TENANT, job).await
            })
        };
        running.await.unwrap();
        let overload = async {
            let refused = insert(&store, 3, 3).await;
            release.send(()).unwrap();
            refused
        };
        let (one, two, three) = tokio::join!(insert(&store, 1, 1), insert(&store, 2, 2), overload);
        assert_eq!(
            (one, two, three),
            (Ok(()), Ok(()), Err(StoreError::Busy)),
            "{}",
            store.engine()
        );
        blocker.await.unwrap().unwrap();
        assert_eq!(count(&store).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_swallowed_failure_fails_the_job_all_the_same() {
    on_both(StoreOptions::default(), async |store| {
        insert(&store, 1, 1).await.unwrap();
        let outcome = store
            .write(TENANT, async |tx| {
                tx.insert_sample(2, 2).await?;
                let twice = tx.insert_sample(1, 1).await;
                assert_eq!(twice, Err(StoreError::Conflict));
                assert_eq!(
                    tx.insert_sample(3, 3).await,
                    Err(StoreError::Conflict),
                    "nothing works after it"
                );
                Ok(())
            })
            .await;
        assert_eq!(outcome, Err(StoreError::Conflict));
        assert_eq!(count(&store).await, 1, "{}", store.engine());
    })
    .await;
}

#[tokio::test]
async fn a_panicking_job_is_an_error_and_the_store_goes_on() {
    on_both(StoreOptions::default(), async |store| {
        let write: Result<(), _> = store
            .write(TENANT, async |tx| {
                tx.insert_sample(1, 1).await?;
                panic!("a defect in a job");
            })
            .await;
        let read: Result<(), _> = store
            .read(TENANT, async |_| panic!("a defect in a job"))
            .await;
        assert_eq!(write, Err(StoreError::Other("a job panicked".into())));
        assert_eq!(read, write);
        insert(&store, 2, 2).await.unwrap();
        assert_eq!(count(&store).await, 1, "{}", store.engine());
    })
    .await;
}

#[tokio::test]
async fn a_job_refused_at_commit_is_answered_with_the_error() {
    on_both(StoreOptions::default(), async |store| {
        let orphan = store
            .write(TENANT, async |tx| {
                tx.insert_sample(1, 1).await?;
                tx.exec("INSERT INTO child (id, parent) VALUES (1, 2)", &[])
                    .await
            })
            .await;
        assert!(
            matches!(orphan, Err(StoreError::Other(_))),
            "{}: {orphan:?}",
            store.engine()
        );
        insert(&store, 2, 2).await.unwrap();
        assert_eq!(number(&store, 1).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_read_changes_nothing() {
    on_both(StoreOptions::default(), async |store| {
        let outcome = store
            .read(TENANT, async |tx| tx.insert_sample(1, 1).await)
            .await;
        assert_eq!(outcome, Err(StoreError::ReadOnly), "{}", store.engine());
        assert_eq!(count(&store).await, 0);
    })
    .await;
}

#[tokio::test]
async fn sec_082_a_failure_at_any_call_is_an_error_that_leaves_nothing() {
    let fault = FaultPlan::default();
    on_both(
        StoreOptions {
            fault: Some(fault.clone()),
            ..StoreOptions::default()
        },
        async |store| {
            for n in 1.. {
                fault.fail_at(n);
                let outcome = store
                    .write(TENANT, async |tx| {
                        tx.insert_sample(1, 1).await?;
                        tx.insert_sample(2, 2).await
                    })
                    .await;
                if fault.is_pending() {
                    assert_eq!(
                        (n, outcome),
                        (4, Ok(())),
                        "two statements and the commit can fail"
                    );
                    break;
                }
                fault.fail_at(0);
                assert_eq!(
                    outcome,
                    Err(StoreError::Unavailable),
                    "{} call {n}",
                    store.engine()
                );
                assert_eq!(count(&store).await, 0, "{} call {n}", store.engine());
            }
            fault.fail_at(0);
            assert_eq!(count(&store).await, 2);
        },
    )
    .await;
}

#[tokio::test]
async fn after_closing_everything_answered_is_there_and_nothing_more_is_taken() {
    on_both(StoreOptions::default(), async |store| {
        let clone = Store::clone(&store);
        let last = store.write(TENANT, async |tx| tx.insert_sample(1, 1).await);
        let (answer, ()) = tokio::join!(last, clone.close());
        answer.unwrap();
        assert_eq!(insert(&store, 2, 2).await, Err(StoreError::Unavailable));
        let read = store
            .read(TENANT, async |tx| tx.count_samples().await)
            .await;
        assert_eq!(read, Err(StoreError::Unavailable), "{}", store.engine());
        let again = Store::open_with(store.location(), StoreOptions::default(), TABLES)
            .await
            .unwrap();
        assert_eq!(count(&again).await, 1);
        again.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_operator_has_transactions_without_a_tenant() {
    on_both(StoreOptions::default(), async |store| {
        let insert = "INSERT INTO sample (tenant_id, id) VALUES ($1, 1) RETURNING tenant_id";
        for tenant in [7, 9] {
            let returned = store.write_platform(async move |tx| {
                tx.find(insert, &[tenant.into()], |row| row.int(0)).await
            });
            assert_eq!(returned.await, Ok(Some(tenant)));
        }
        let tenants = store.read_platform(async |tx| {
            let sql = "SELECT tenant_id FROM sample ORDER BY tenant_id";
            tx.list(sql, &[], |row| row.int(0)).await
        });
        assert_eq!(tenants.await, Ok(vec![7, 9]), "{}", store.engine());
    })
    .await;
}
