//! Many people at once: rows that go in together, the parts of a file that waits to be imported, and who came with it.

use std::{collections::HashSet, sync::LazyLock};

use warifu_domain::{
    ids::{TenantId, UserId},
    time::Timestamp,
    user::Login,
    user_search::{fold, words},
};

use crate::{
    store::{StoreError, Tx, Value, for_rows},
    users::{NewUser, is_temporary},
};

/// Rows of one statement: more do not make it faster, and they have to fit its parameters.
const ROWS: usize = 50;

const PEOPLE: &str =
    "INSERT INTO person (tenant_id, id, login, name, email, role, disabled, password, created_at,
    password_temporary, group_id, name_key, listed, import_id, imported) VALUES";
/// Whoever has the login ID already stays as it is.
const UNLESS_TAKEN: &str = "ON CONFLICT (tenant_id, login) DO NOTHING RETURNING id";
const PERSON_COLUMNS: usize = 15;

static MANY_PEOPLE: LazyLock<String> =
    LazyLock::new(|| for_rows(PEOPLE, ROWS, PERSON_COLUMNS, UNLESS_TAKEN));
static ONE_PERSON: LazyLock<String> =
    LazyLock::new(|| for_rows(PEOPLE, 1, PERSON_COLUMNS, UNLESS_TAKEN));

const WORDS: &str = "INSERT INTO person_word (tenant_id, word, user_id) VALUES";
static MANY_WORDS: LazyLock<String> =
    LazyLock::new(|| for_rows(WORDS, ROWS, 3, "ON CONFLICT DO NOTHING"));
static ONE_WORD: LazyLock<String> =
    LazyLock::new(|| for_rows(WORDS, 1, 3, "ON CONFLICT DO NOTHING"));

static TAKEN: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (2..ROWS + 2).map(|place| format!("${place}")).collect();
    format!(
        "SELECT login FROM person WHERE tenant_id = $1 AND login IN ({})",
        places.join(", ")
    )
});

/// What [`PEOPLE`] is given.
fn person_row<'v>(
    (tenant, import, now): (TenantId, i64, Timestamp),
    new: &'v NewUser<'v>,
    key: &'v str,
) -> [Value<'v>; PERSON_COLUMNS] {
    [
        tenant.into(),
        new.id.into(),
        new.login.as_str().into(),
        new.name.into(),
        new.email.as_deref().into(),
        new.role.number().into(),
        0_i64.into(),
        new.password.as_deref().into(),
        now.into(),
        is_temporary(new.password_term).into(),
        new.group.into(),
        key.into(),
        1_i64.into(),
        import.into(),
        new.imported.as_deref().into(),
    ]
}

impl Tx<'_> {
    /// Adds people, all of them of one import; gives those whose login ID was free.
    pub async fn insert_users(
        &mut self,
        import: i64,
        people: &[NewUser<'_>],
        now: Timestamp,
    ) -> Result<HashSet<UserId>, StoreError> {
        let tenant = self.tenant;
        let keys: Vec<String> = people.iter().map(|new| fold(new.name)).collect();
        let mut added = HashSet::with_capacity(people.len());
        for (people, keys) in people.chunks(ROWS).zip(keys.chunks(ROWS)) {
            let rows: Vec<[Value<'_>; PERSON_COLUMNS]> = people
                .iter()
                .zip(keys)
                .map(|(new, key)| person_row((tenant, import, now), new, key))
                .collect();
            if rows.len() == ROWS {
                let ids = self.list(&MANY_PEOPLE, rows.as_flattened(), |row| row.int(0));
                added.extend(ids.await?.into_iter().map(UserId));
            } else {
                for row in &rows {
                    let id = self.find(&ONE_PERSON, row, |row| row.int(0)).await?;
                    added.extend(id.map(UserId));
                }
            }
        }
        let added_people = people.iter().filter(|new| added.contains(&new.id));
        self.insert_words(added_people).await?;
        Ok(added)
    }

    /// Puts people into the index of the search.
    async fn insert_words<'p>(
        &mut self,
        people: impl Iterator<Item = &'p NewUser<'p>>,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let words: Vec<(String, UserId)> = people
            .flat_map(|new| {
                let words = words(new.login.as_str(), new.name);
                words.into_iter().map(|word| (word, new.id))
            })
            .collect();
        let rows: Vec<[Value<'_>; 3]> = words
            .iter()
            .map(|(word, user)| [tenant.into(), word.into(), (*user).into()])
            .collect();
        for rows in rows.chunks(ROWS) {
            if rows.len() == ROWS {
                self.exec(&MANY_WORDS, rows.as_flattened()).await?;
            } else {
                for row in rows {
                    self.exec(&ONE_WORD, row).await?;
                }
            }
        }
        Ok(())
    }

    /// Which of these login IDs somebody has.
    pub async fn list_taken(&mut self, logins: &[&Login]) -> Result<HashSet<String>, StoreError> {
        let tenant = self.tenant;
        let mut taken = HashSet::new();
        for logins in logins.chunks(ROWS) {
            // A last chunk that is short asks for its last login ID again and again.
            let last = logins.last().map_or("", |login| login.as_str());
            let mut params: Vec<Value<'_>> = vec![tenant.into()];
            params.extend(logins.iter().map(|login| Value::from(login.as_str())));
            params.resize(ROWS + 1, last.into());
            taken.extend(self.list(&TAKEN, &params, |row| row.text(0)).await?);
        }
        Ok(taken)
    }

    /// Keeps a sealed part of what a piece of work is about.
    pub async fn insert_import_part(
        &mut self,
        (job, part): (i64, i64),
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "INSERT INTO import_part (tenant_id, job_id, part, sealed, kept_at) VALUES ($1, $2, $3, $4, $5)";
        self.exec(
            sql,
            &[
                tenant.into(),
                job.into(),
                part.into(),
                sealed.into(),
                now.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Reads a sealed part.
    pub async fn find_import_part(
        &mut self,
        job: i64,
        part: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let tenant = self.tenant;
        let sql =
            "SELECT sealed FROM import_part WHERE tenant_id = $1 AND job_id = $2 AND part = $3";
        self.find(sql, &[tenant.into(), job.into(), part.into()], |row| {
            row.bytes(0)
        })
        .await
    }

    /// Reads the first of the parts from `first` on, with its number. `None`: there is none left.
    pub async fn find_next_import_part(
        &mut self,
        job: i64,
        first: i64,
    ) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT part, sealed FROM import_part WHERE tenant_id = $1 AND job_id = $2 AND part >= $3
                    ORDER BY part LIMIT 1";
        self.find(sql, &[tenant.into(), job.into(), first.into()], |row| {
            Ok((row.int(0)?, row.bytes(1)?))
        })
        .await
    }

    /// Takes a part away. `false`: somebody else took it.
    pub async fn take_import_part(&mut self, job: i64, part: i64) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM import_part WHERE tenant_id = $1 AND job_id = $2 AND part = $3";
        let rows = self
            .exec(sql, &[tenant.into(), job.into(), part.into()])
            .await?;
        Ok(rows == 1)
    }

    /// Throws away the parts of a piece of work from `first` on.
    pub async fn delete_import_parts(&mut self, job: i64, first: i64) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM import_part WHERE tenant_id = $1 AND job_id = $2 AND part >= $3";
        self.exec(sql, &[tenant.into(), job.into(), first.into()])
            .await?;
        Ok(())
    }

    /// How many people came with an import and are still there, and how many of these are members who never logged in.
    pub async fn count_imported(&mut self, import: i64) -> Result<(i64, i64), StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN role = 0 AND last_login_at = 0 THEN 1 ELSE 0 END), 0) FROM person
                    WHERE tenant_id = $1 AND import_id = $2";
        let counts = self
            .find(sql, &[tenant.into(), import.into()], |row| {
                Ok((row.int(0)?, row.int(1)?))
            })
            .await?;
        Ok(counts.unwrap_or_default())
    }

    /// Members of an import who never logged in.
    pub async fn list_untouched(
        &mut self,
        import: i64,
        limit: i64,
    ) -> Result<Vec<UserId>, StoreError> {
        let tenant = self.tenant;
        let sql =
            "SELECT id FROM person WHERE tenant_id = $1 AND import_id = $2 AND role = 0 AND last_login_at = 0
                    ORDER BY id LIMIT $3";
        self.list(sql, &[tenant.into(), import.into(), limit.into()], |row| {
            row.int(0).map(UserId)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use warifu_domain::{password::PasswordTerm, user::Role};

    use super::*;
    use crate::testing;

    const TENANT: TenantId = TenantId(1);

    #[tokio::test]
    async fn people_who_come_together_are_found_listed_and_counted_as_others_are() {
        for store in [testing::sqlite().await, testing::postgres().await] {
            let added = store.write(TENANT, async |tx| {
                let login = |n: i64| Login::parse(&format!("u{n}@example.jp")).expect("a login ID");
                let logins: Vec<Login> = (0..120).map(login).collect();
                let person = |n: usize| NewUser {
                    id: UserId(1000 + n as i64),
                    login: &logins[n],
                    name: "Taro Yamada",
                    email: None,
                    role: Role::Member,
                    password: Some(vec![2]),
                    imported: Some(vec![3]),
                    password_term: PasswordTerm::Lasting,
                    group: None,
                };
                tx.insert_user(&person(7), Timestamp(5)).await?;
                let twin = |n| NewUser {
                    id: UserId(2000 + n as i64),
                    ..person(n)
                };
                let people: Vec<NewUser<'_>> = (0..120).map(twin).collect();
                let added = tx.insert_users(9, &people, Timestamp(6)).await?;
                assert_eq!(added.len(), 119);
                assert!(!added.contains(&UserId(2007)));
                let taken = tx.list_taken(&logins.iter().collect::<Vec<_>>()).await?;
                assert_eq!(taken.len(), 120);
                let free = Login::parse("nobody").expect("a login ID");
                assert!(tx.list_taken(&[&free]).await?.is_empty());
                let one = tx.find_user(UserId(2119)).await?.expect("added");
                assert_eq!(
                    (one.login.as_str(), one.imported),
                    ("u119@example.jp", Some(vec![3]))
                );
                tx.note_login(UserId(2000), Timestamp(9)).await?;
                assert_eq!(tx.count_imported(9).await?, (119, 118));
                assert_eq!(tx.list_untouched(9, 2).await?, [UserId(2001), UserId(2002)]);
                Ok(())
            });
            added.await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_part_of_a_file_is_taken_once() {
        for store in [testing::sqlite().await, testing::postgres().await] {
            let parts = store.write(TENANT, async |tx| {
                for part in 0..3 {
                    tx.insert_import_part((4, part), &[part as u8], Timestamp(1))
                        .await?;
                }
                assert_eq!(tx.find_next_import_part(4, 1).await?, Some((1, vec![1])));
                assert!(tx.take_import_part(4, 1).await?);
                assert!(!tx.take_import_part(4, 1).await?);
                assert_eq!(tx.find_next_import_part(4, 1).await?, Some((2, vec![2])));
                assert!(tx.take_import_part(4, 2).await?);
                assert_eq!(tx.find_next_import_part(4, 1).await?, None);
                assert_eq!(tx.find_import_part(4, 0).await?, Some(vec![0]));
                tx.delete_import_parts(4, 0).await?;
                assert_eq!(tx.find_import_part(4, 0).await?, None);
                Ok(())
            });
            parts.await.unwrap();
        }
    }
}
