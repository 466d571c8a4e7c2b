//! The server engine's own troubles: collisions, lost connections, a commit without an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::*;
use crate::Location;

async fn sample_store() -> TestStore {
    testing::open(
        Place::postgres().await,
        StoreOptions {
            pg_connections: 4,
            ..StoreOptions::default()
        },
        TABLES,
    )
    .await
}

/// Ends every other connection to the database, as a restart does.
async fn end_connections(store: &Store) -> i64 {
    let sql = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    store
        .write(TENANT, async move |tx| {
            tx.find(sql, &[], |row| row.int(0)).await
        })
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn jobs_that_deadlock_run_again_until_both_are_done() {
    let store = sample_store().await;
    insert(&store, 1, 0).await.unwrap();
    insert(&store, 2, 0).await.unwrap();
    let runs = Arc::new(AtomicU32::new(0));
    let crosswise = |first: i64, second: i64| {
        let runs = Arc::clone(&runs);
        store.write(TENANT, async move |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            let add = "UPDATE sample SET number = number + 1 WHERE tenant_id = $1 AND id = $2";
            tx.exec(add, &[tx.tenant.into(), first.into()]).await?;
            tx.find("SELECT pg_sleep(0.2)", &[], |_| Ok(())).await?;
            tx.exec(add, &[tx.tenant.into(), second.into()]).await
        })
    };
    let (one, two) = tokio::join!(crosswise(1, 2), crosswise(2, 1));
    assert_eq!((one, two), (Ok(1), Ok(1)));
    assert_eq!(
        (number(&store, 1).await, number(&store, 2).await),
        (Some(2), Some(2))
    );
    assert!(
        runs.load(Ordering::SeqCst) > 2,
        "one of them had to run again"
    );
}

#[tokio::test]
async fn lost_connections_come_back_unnoticed() {
    let store = sample_store().await;
    tokio::join!(number(&store, 1), number(&store, 2), number(&store, 3));
    let watcher = Store::open_with(store.location(), StoreOptions::default(), TABLES)
        .await
        .unwrap();
    let interrupted = store.write(TENANT, async |tx| {
        tx.find("SELECT pg_sleep(0.3)", &[], |_| Ok(())).await?;
        tx.insert_sample(1, 1).await
    });
    let ending = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        end_connections(&watcher).await
    };
    let (interrupted, ended) = tokio::join!(interrupted, ending);
    assert!(ended >= 1);
    assert!(
        matches!(interrupted, Ok(()) | Err(StoreError::Unavailable)),
        "{interrupted:?}"
    );
    insert(&store, 2, 2).await.unwrap();
    assert_eq!(number(&store, 1).await.is_some(), interrupted.is_ok());
}

/// Stands between the store and the server, to cut the line at the worst moment.
struct Proxy {
    url: String,
    /// Let the next COMMIT through to the server, and cut before its answer.
    cut_at_commit: Arc<AtomicBool>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    async fn before(location: &Location) -> Self {
        let Location::Postgres(url) = location else {
            panic!("a proxy stands before a server")
        };
        let (before, rest) = url.split_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{before}@{}/{database}", listener.local_addr().unwrap());
        let cut_at_commit = Arc::new(AtomicBool::new(false));
        let (server, cut) = (server.to_owned(), Arc::clone(&cut_at_commit));
        let accepting = tokio::spawn(async move {
            // Held here, so that aborting this task cuts them too.
            let mut lines = tokio::task::JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let upstream = TcpStream::connect(&server).await.unwrap();
                lines.spawn(forward(client, upstream, Arc::clone(&cut)));
            }
        });
        Self {
            url,
            cut_at_commit,
            accepting,
        }
    }
}

async fn forward(mut client: TcpStream, mut server: TcpStream, cut_at_commit: Arc<AtomicBool>) {
    let (mut request, mut answer) = ([0; 16 * 1024], [0; 16 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut request) => {
                let Ok(length @ 1..) = read else { return };
                server.write_all(&request[..length]).await.unwrap();
                let is_commit = request[..length].windows(6).any(|word| word == b"COMMIT");
                if is_commit && cut_at_commit.swap(false, Ordering::SeqCst) {
                    // Time for the server to commit; its answer is lost with the line.
                    return tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
            read = server.read(&mut answer) => {
                let Ok(length @ 1..) = read else { return };
                client.write_all(&answer[..length]).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_commit_without_an_answer_is_an_error_and_not_done_twice() {
    let direct = sample_store().await;
    insert(&direct, 1, 0).await.unwrap();
    let proxy = Proxy::before(direct.location()).await;
    let location = Location::Postgres(proxy.url.clone());
    let store = Store::open_with(&location, StoreOptions::default(), TABLES)
        .await
        .unwrap();
    proxy.cut_at_commit.store(true, Ordering::SeqCst);
    let add = store.write(TENANT, async |tx| {
        tx.exec(
            "UPDATE sample SET number = number + 1 WHERE tenant_id = $1",
            &[tx.tenant.into()],
        )
        .await
    });
    assert_eq!(add.await, Err(StoreError::Unavailable));
    assert_eq!(number(&direct, 1).await, Some(1), "it was stored, once");
    assert_eq!(
        number(&store, 1).await,
        Some(1),
        "the store goes on over a new connection"
    );
}

#[tokio::test]
async fn a_server_out_of_reach_fails_jobs_within_seconds() {
    let direct = sample_store().await;
    let proxy = Proxy::before(direct.location()).await;
    let location = Location::Postgres(proxy.url.clone());
    let store = Store::open_with(&location, StoreOptions::default(), TABLES)
        .await
        .unwrap();
    store.ping().await.unwrap();
    proxy.accepting.abort();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    let pings = (0..40).map(|_| {
        let store = Store::clone(&store);
        tokio::spawn(async move { store.ping().await })
    });
    for ping in pings.collect::<Vec<_>>() {
        assert_eq!(ping.await.unwrap(), Err(StoreError::Unavailable));
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "40 jobs waited for {:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_commit_is_durable_even_where_the_server_is_told_otherwise() {
    let store = sample_store().await;
    let database = store.read(TENANT, async |tx| {
        tx.find(
            "SELECT current_database()::TEXT, current_setting('statement_timeout')",
            &[],
            |row| row.text(0),
        )
        .await
    });
    let lax = format!(
        "ALTER DATABASE {} SET synchronous_commit = off",
        database.await.unwrap().unwrap()
    );
    let lax: &'static str = lax.leak();
    store
        .write(TENANT, async move |tx| tx.exec(lax, &[]).await)
        .await
        .unwrap();
    let again = Store::open_with(store.location(), StoreOptions::default(), TABLES)
        .await
        .unwrap();
    let settings = again.read(TENANT, async |tx| {
        let sql =
            "SELECT current_setting('synchronous_commit'), current_setting('statement_timeout'),
            current_setting('idle_in_transaction_session_timeout')";
        tx.find(sql, &[], |row| {
            Ok([row.text(0)?, row.text(1)?, row.text(2)?])
        })
        .await
    });
    assert_eq!(
        settings.await,
        Ok(Some(["on".into(), "10s".into(), "30s".into()]))
    );
}

#[tokio::test]
async fn two_stores_share_one_truth() {
    let one = sample_store().await;
    let two = Store::open_with(one.location(), StoreOptions::default(), TABLES)
        .await
        .unwrap();
    insert(&one, 1, 0).await.unwrap();
    let spends = (0..32).map(|n| {
        let store = if n % 2 == 0 {
            Store::clone(&one)
        } else {
            two.clone()
        };
        tokio::spawn(async move {
            store
                .write(TENANT, async |tx| tx.spend_number(1, 1).await)
                .await
                .unwrap()
        })
    });
    let mut winners = 0;
    for spend in spends.collect::<Vec<_>>() {
        winners += u32::from(spend.await.unwrap());
    }
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn a_connection_that_cannot_be_says_why_without_the_password() {
    let store = sample_store().await;
    let Location::Postgres(url) = store.location() else {
        unreachable!()
    };
    let open = async |url: String| {
        let outcome =
            Store::open_with(&Location::Postgres(url), StoreOptions::default(), TABLES).await;
        outcome
            .err()
            .map(|error| format!("{error} {error:?}"))
            .unwrap_or_default()
    };
    let plain = url.replace("postgres@", "postgres:hunter2@");
    for (url, reason) in [
        (format!("{plain}?sslmode=verify-full"), "TLS"),
        (format!("{plain}?sslmode=require"), "TLS"),
        (format!("{plain}_missing"), "does not exist"),
        (
            "postgres://postgres:hunter2@127.0.0.1:1/x".to_owned(),
            "refused",
        ),
        ("postgres://postgres:hunter2@[/x".to_owned(), "malformed"),
    ] {
        let said = open(url).await;
        assert!(said.contains(reason), "{reason}: {said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
