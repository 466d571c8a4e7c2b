//! One set of SQL: values, rows and errors are the same on both engines.

use warifu_domain::{
    ids::UserId,
    password::PasswordTerm,
    time::Timestamp,
    user::{Login, Role},
};

use super::*;
use crate::{Along, NewUser, Place, Walk, store::value::Value};

const INSERT: &str =
    "INSERT INTO sample (tenant_id, id, number, words, data) VALUES ($1, $2, $3, $4, $5)";
const SELECT: &str = "SELECT number, words, data FROM sample WHERE id = $1";

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    on_both(StoreOptions::default(), async |store| {
        for (id, number, words, data) in [
            (1, Some(i64::MIN), Some("十二'; --"), Some(vec![0, 255, 0])),
            (2, Some(i64::MAX), Some(""), Some(Vec::new())),
            (3, None, None, None),
        ] {
            let stored = data.clone();
            let outcome = store.write(TENANT, async move |tx| {
                let params: [Value<'_>; 5] = [
                    tx.tenant.into(),
                    id.into(),
                    number.into(),
                    words.into(),
                    stored.as_ref().into(),
                ];
                tx.exec(INSERT, &params).await
            });
            assert_eq!(outcome.await, Ok(1));
            let found = store.read(TENANT, async move |tx| {
                tx.find(SELECT, &[id.into()], |row| {
                    Ok((row.opt_int(0)?, row.opt_text(1)?, row.opt_bytes(2)?))
                })
                .await
            });
            let expected = (number, words.map(str::to_owned), data);
            assert_eq!(found.await, Ok(Some(expected)), "{}", store.engine());
        }
    })
    .await;
}

#[tokio::test]
async fn a_column_of_another_type_is_corrupt_and_named() {
    type Read = fn(&Row<'_>) -> Result<(), StoreError>;
    let reads: [(Read, &str); 7] = [
        (
            |row| row.int(1).map(drop),
            "column words does not hold an integer",
        ),
        (
            |row| row.opt_int(2).map(drop),
            "column data does not hold an integer",
        ),
        (
            |row| row.text(0).map(drop),
            "column number does not hold text",
        ),
        (
            |row| row.opt_text(2).map(drop),
            "column data does not hold text",
        ),
        (
            |row| row.bytes(1).map(drop),
            "column words does not hold bytes",
        ),
        (
            |row| row.with_bytes(0, |_| ()),
            "column number does not hold bytes",
        ),
        (
            |row| row.opt_bytes(0).map(drop),
            "column number does not hold bytes",
        ),
    ];
    on_both(StoreOptions::default(), async |store| {
        let row = store.write(TENANT, async |tx| {
            tx.exec(
                INSERT,
                &[1.into(), 1.into(), 5.into(), "a".into(), b"b".into()],
            )
            .await?;
            tx.exec(
                INSERT,
                &[1.into(), 2.into(), Value::Null, Value::Null, Value::Null],
            )
            .await
        });
        row.await.unwrap();
        for (read, what) in reads {
            for id in [1, 2] {
                let outcome = store
                    .read(TENANT, async move |tx| {
                        tx.find(SELECT, &[id.into()], read).await
                    })
                    .await;
                // NULL is a value of every type; only who insists on one minds.
                if id == 1 || outcome.is_err() {
                    assert_eq!(
                        outcome,
                        Err(StoreError::corrupt(what)),
                        "{}",
                        store.engine()
                    );
                }
            }
        }
        let null = store
            .read(TENANT, async |tx| {
                tx.find(SELECT, &[2.into()], |row| row.int(0)).await
            })
            .await;
        assert_eq!(
            null,
            Err(StoreError::corrupt(
                "column number does not hold an integer"
            ))
        );
    })
    .await;
}

#[tokio::test]
async fn sec_078_errors_carry_no_values() {
    const SECRET: &str = "correct-horse-battery";
    on_both(StoreOptions::default(), async |store| {
        let twice = store.write(TENANT, async |tx| {
            tx.exec(
                INSERT,
                &[1.into(), 1.into(), Value::Null, SECRET.into(), Value::Null],
            )
            .await?;
            tx.exec(
                INSERT,
                &[1.into(), 2.into(), Value::Null, SECRET.into(), Value::Null],
            )
            .await
        });
        let wrong_type = store.write(TENANT, async |tx| {
            tx.exec(
                "INSERT INTO child (id, parent) VALUES ($1, $1)",
                &[SECRET.into()],
            )
            .await
        });
        let missing = store.write(TENANT, async |tx| {
            tx.exec(
                "INSERT INTO sample (tenant_id, id, words) VALUES ($1, NULL, $2)",
                &[1.into(), SECRET.into()],
            )
            .await
        });
        for outcome in [twice.await, missing.await] {
            let error = outcome.unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(SECRET), "{}: {shown}", store.engine());
        }
        // SQLite takes text in any column; what it says then is checked above.
        if let Err(error) = wrong_type.await {
            assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn placeholders_are_numbers_wherever_they_stand() {
    on_both(StoreOptions::default(), async |store| {
        insert(&store, 3, 4).await.unwrap();
        let found = store.read(TENANT, async |tx| {
            let sql = "SELECT id FROM sample WHERE number = $2 AND id = $1 AND $2 > $1";
            tx.find(sql, &[3.into(), 4.into()], |row| row.int(0)).await
        });
        assert_eq!(found.await, Ok(Some(3)), "{}", store.engine());
        let too_few = store.read(TENANT, async |tx| {
            tx.find(SELECT, &[], |row| row.int(0)).await
        });
        assert!(
            matches!(too_few.await, Err(StoreError::Other(_))),
            "{}",
            store.engine()
        );
    })
    .await;
}

#[tokio::test]
async fn a_probe_writes_each_time() {
    for store in testing::stores().await {
        for now in [5, 7] {
            store.probe_write(Timestamp(now)).await.unwrap();
            let read = store.read(TENANT, async |tx| {
                tx.list("SELECT at FROM write_probe", &[], |row| row.int(0))
                    .await
            });
            assert_eq!(read.await, Ok(vec![now]), "{}", store.engine());
        }
    }
}

#[tokio::test]
async fn people_are_listed_by_the_bytes_of_their_login_ids() {
    // A language would order them otherwise: signs last or ignored, kana before kanji by their reading.
    let typed = [
        "a-z", "a_a", "ab", "a.b", "b", "10", "9", "é", "z", "あい", "アイ", "亜", "佐藤", "山田",
        "~",
    ];
    let mut expected = typed.map(str::to_owned).to_vec();
    expected.sort();
    for store in testing::stores().await {
        let added = store.write(TENANT, async move |tx| {
            for (id, login) in (1..).zip(typed) {
                let new = NewUser {
                    id: UserId(id),
                    login: &Login::parse(login).expect("a login ID"),
                    name: "",
                    email: None,
                    role: Role::Member,
                    password: None,
                    password_term: PasswordTerm::Lasting,
                    group: None,
                    imported: None,
                };
                tx.insert_user(&new, Timestamp(0)).await?;
            }
            Ok(())
        });
        added.await.unwrap();
        let mut listed: Vec<String> = Vec::new();
        loop {
            // Two at a time: a page begins where the order says that the one before it ended.
            let after = listed.last().map(|last| Place {
                text: last.clone(),
                number: 0,
            });
            let page = store.read(TENANT, async move |tx| {
                let walk = Walk {
                    along: Along::Login(""),
                    backwards: false,
                    after: after.as_ref(),
                    shows: &[],
                    wanted: 2,
                    depth: 2,
                };
                tx.walk_people(&walk).await
            });
            let page = page.await.unwrap();
            if page.is_empty() {
                break;
            }
            listed.extend(page.into_iter().map(|(_, row)| row.login));
        }
        assert_eq!(listed, expected, "{}", store.engine());
    }
}
