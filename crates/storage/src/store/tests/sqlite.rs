//! The embedded engine's own troubles: files, locks, a full disk.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::*;

async fn sample_store() -> (TestStore, std::path::PathBuf) {
    let place = Place::sqlite();
    let path = place.path().to_owned();
    (
        testing::open(place, StoreOptions::default(), TABLES).await,
        path,
    )
}

/// Another process, in effect.
fn stranger(path: &std::path::Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}

#[tokio::test]
async fn the_database_is_for_its_owner_alone() {
    let (store, path) = sample_store().await;
    insert(&store, 1, 1).await.unwrap();
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for file in ["warifu.db", "warifu.db-wal", "warifu.db-shm"] {
        assert_eq!(mode(&path.with_file_name(file)), 0o600, "{file}");
    }
}

#[tokio::test]
async fn sec_083_commits_are_flushed_and_constraints_checked() {
    let (store, _) = sample_store().await;
    let settings = store.write(TENANT, async |tx| {
        let synchronous = tx.find("PRAGMA synchronous", &[], |row| row.int(0)).await?;
        let foreign_keys = tx
            .find("PRAGMA foreign_keys", &[], |row| row.int(0))
            .await?;
        let journal = tx
            .find("PRAGMA journal_mode", &[], |row| row.text(0))
            .await?;
        Ok((synchronous, foreign_keys, journal))
    });
    assert_eq!(
        settings.await,
        Ok((Some(2), Some(1), Some("wal".into()))),
        "2 is FULL"
    );
}

#[tokio::test]
async fn a_lock_of_another_process_is_waited_for() {
    let (store, path) = sample_store().await;
    let other = stranger(&path);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let letting_go = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        other.execute_batch("COMMIT").unwrap();
    });
    insert(&store, 1, 1).await.unwrap();
    letting_go.join().unwrap();
}

#[tokio::test]
async fn a_lock_that_stays_is_reported_and_does_no_harm() {
    let (store, path) = sample_store().await;
    store
        .write(TENANT, async |tx| {
            tx.find("PRAGMA busy_timeout = 20", &[], |_| Ok(())).await
        })
        .await
        .unwrap();
    let other = stranger(&path);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (one, two) = tokio::join!(insert(&store, 1, 1), insert(&store, 2, 2));
    assert_eq!(
        (one, two),
        (Err(StoreError::Locked), Err(StoreError::Locked))
    );
    assert_eq!(count(&store).await, 0, "reading goes on");
    other.execute_batch("COMMIT").unwrap();
    insert(&store, 3, 3).await.unwrap();
    assert_eq!(count(&store).await, 1);
}

#[tokio::test]
async fn a_full_disk_is_reported_and_what_was_answered_stays() {
    let (store, _) = sample_store().await;
    insert(&store, 1, 1).await.unwrap();
    store
        .write(TENANT, async |tx| {
            let pages = tx.find("PRAGMA page_count", &[], |row| row.int(0)).await?;
            assert!(pages < Some(20), "the limit below is above what is used");
            tx.find("PRAGMA max_page_count = 20", &[], |_| Ok(())).await
        })
        .await
        .unwrap();
    let large = store.write(TENANT, async |tx| {
        tx.insert_sample(2, 2).await?;
        tx.exec(
            "INSERT INTO sample (tenant_id, id, data) VALUES (1, 3, $1)",
            &[(&vec![7; 200_000]).into()],
        )
        .await
    });
    assert_eq!(large.await, Err(StoreError::Full));
    assert_eq!(count(&store).await, 1);
    insert(&store, 4, 4).await.unwrap();
    assert_eq!(count(&store).await, 2, "the store goes on");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let place = Place::sqlite();
    std::fs::create_dir_all(place.path().parent().unwrap()).unwrap();
    std::fs::write(
        place.path(),
        "This is a letter to my grandmother. ".repeat(100),
    )
    .unwrap();
    let opened = Store::open_with(&place.location, StoreOptions::default(), TABLES)
        .await
        .err();
    assert_eq!(
        opened,
        Some(StoreError::corrupt("the file is not an SQLite database"))
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_reported_with_its_name() {
    let location = crate::Location::Sqlite("/dev/null/warifu/warifu.db".into());
    let opened = Store::open_with(&location, StoreOptions::default(), TABLES)
        .await
        .err();
    assert!(
        matches!(&opened, Some(StoreError::CannotOpen { what }) if what.contains("/dev/null")),
        "{opened:?}"
    );
}

#[tokio::test]
async fn a_job_that_waits_for_something_else_is_an_error() {
    let (store, _) = sample_store().await;
    let waiting = store.write(TENANT, async |tx| {
        tx.insert_sample(1, 1).await?;
        tokio::task::yield_now().await;
        Ok(())
    });
    assert!(matches!(waiting.await, Err(StoreError::Other(_))));
    assert_eq!(count(&store).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn more_callers_than_readers_are_all_served() {
    let store = testing::open(
        Place::sqlite(),
        StoreOptions {
            readers: 2,
            ..StoreOptions::default()
        },
        TABLES,
    )
    .await;
    insert(&store, 1, 7).await.unwrap();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let store = Store::clone(&store);
            tokio::spawn(async move {
                for _ in 0..50 {
                    assert_eq!(number(&store, 1).await, Some(7));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}
