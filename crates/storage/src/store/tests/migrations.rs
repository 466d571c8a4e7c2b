//! Migrations go forward only, once each, whoever starts them.

use super::*;
use crate::{Location, SchemaState};

const EDITED: &[Migration] = &[Migration {
    version: 1,
    sql: "CREATE TABLE other (id BIGINT NOT NULL PRIMARY KEY);",
}];

const NEXT: &[Migration] = &[
    Migration {
        version: 1,
        sql: TABLES[0].sql,
    },
    Migration {
        version: 2,
        sql: "ALTER TABLE sample ADD COLUMN later TEXT;\nUPDATE sample SET later = 'yes';",
    },
];

const BROKEN: &[Migration] = &[
    Migration {
        version: 1,
        sql: TABLES[0].sql,
    },
    Migration {
        version: 2,
        sql: "CREATE TABLE half (id BIGINT NOT NULL PRIMARY KEY);\nNOT SQL;",
    },
];

async fn reopen(
    location: &Location,
    migrations: &'static [Migration],
) -> Result<Store, StoreError> {
    Store::open_with(location, StoreOptions::default(), migrations).await
}

#[tokio::test]
async fn a_database_is_migrated_once_and_then_further() {
    on_both(StoreOptions::default(), async |store| {
        insert(&store, 1, 1).await.unwrap();
        let same = reopen(store.location(), TABLES).await.unwrap();
        assert_eq!(count(&same).await, 1, "{}", store.engine());
        let later = reopen(store.location(), NEXT).await.unwrap();
        let added = later.read(TENANT, async |tx| {
            tx.find("SELECT later FROM sample", &[], |row| row.text(0))
                .await
        });
        assert_eq!(added.await, Ok(Some("yes".into())), "{}", store.engine());
    })
    .await;
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    on_both(StoreOptions::default(), async |store| {
        reopen(store.location(), NEXT).await.unwrap().close().await;
        let older = reopen(store.location(), TABLES).await.err();
        assert_eq!(
            older,
            Some(StoreError::NewerSchema { found: 2, known: 1 }),
            "{}",
            store.engine()
        );
    })
    .await;
}

#[tokio::test]
async fn a_schema_is_looked_at_without_a_change() {
    on_both(StoreOptions::default(), async |store| {
        let look = async |migrations| Store::schema_among(store.location(), migrations).await;
        assert_eq!(look(TABLES).await, Ok(SchemaState::Current(1)));
        let older = SchemaState::Older { found: 1, known: 2 };
        // Twice: nothing was brought up to date.
        assert_eq!(look(NEXT).await, Ok(older), "{}", store.engine());
        assert_eq!(look(NEXT).await, Ok(older), "{}", store.engine());
        let edited = Err(StoreError::EditedMigration { version: 1 });
        assert_eq!(look(EDITED).await, edited, "{}", store.engine());
        reopen(store.location(), NEXT).await.unwrap().close().await;
        let newer = Err(StoreError::NewerSchema { found: 2, known: 1 });
        assert_eq!(look(TABLES).await, newer, "{}", store.engine());
    })
    .await;
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    on_both(StoreOptions::default(), async |store| {
        let edited = reopen(store.location(), EDITED).await.err();
        assert_eq!(
            edited,
            Some(StoreError::EditedMigration { version: 1 }),
            "{}",
            store.engine()
        );
    })
    .await;
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing() {
    on_both(StoreOptions::default(), async |store| {
        insert(&store, 1, 1).await.unwrap();
        assert!(matches!(
            reopen(store.location(), BROKEN).await.err(),
            Some(StoreError::Other(_))
        ));
        let good = reopen(store.location(), NEXT).await.unwrap();
        assert_eq!(count(&good).await, 1, "{}", store.engine());
        let half = good
            .read(TENANT, async |tx| {
                tx.find("SELECT id FROM half", &[], |row| row.int(0)).await
            })
            .await;
        assert!(half.is_err(), "{}", store.engine());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_do_not_clash() {
    // A new file is turned into one with a log by whoever comes first: they meet there now and then only.
    let mut places: Vec<Place> = (0..100).map(|_| Place::sqlite()).collect();
    places.push(Place::postgres().await);
    for place in places {
        let (one, two, three) = tokio::join!(
            reopen(&place.location, NEXT),
            reopen(&place.location, NEXT),
            reopen(&place.location, NEXT),
        );
        for store in [one, two, three] {
            assert_eq!(count(&store.unwrap()).await, 0);
        }
    }
}
