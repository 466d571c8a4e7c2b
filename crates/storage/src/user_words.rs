//! The words by which people are found (docs/decisions/0008). Which words a person has is a rule of the domain.

use warifu_domain::{
    ids::UserId,
    user_search::{fold, words},
};

use crate::{
    store::{StoreError, Tx},
    users::UserRow,
};

impl Tx<'_> {
    /// Puts a person into the indexes of the search.
    pub(crate) async fn list_words(
        &mut self,
        user: UserId,
        login: &str,
        name: &str,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        for word in words(login, name) {
            let sql = "INSERT INTO person_word (tenant_id, word, user_id) VALUES ($1, $2, $3)
                       ON CONFLICT DO NOTHING";
            self.exec(sql, &[tenant.into(), (&word).into(), user.into()])
                .await?;
        }
        let sql = "UPDATE person SET name_key = $3, listed = 1 WHERE tenant_id = $1 AND id = $2";
        self.exec(sql, &[tenant.into(), user.into(), (&fold(name)).into()])
            .await?;
        Ok(())
    }

    /// Takes a person's words out of the index of the search.
    pub(crate) async fn delete_words(&mut self, person: &UserRow) -> Result<(), StoreError> {
        let tenant = self.tenant;
        for word in words(&person.login, &person.name) {
            let sql = "DELETE FROM person_word WHERE tenant_id = $1 AND word = $2 AND user_id = $3";
            self.exec(sql, &[tenant.into(), (&word).into(), person.id.into()])
                .await?;
        }
        Ok(())
    }

    /// Puts up to `limit` people who were added before there were lists of this kind into them.
    pub(crate) async fn list_again(&mut self, limit: i64) -> Result<(), StoreError> {
        let tenant = self.tenant;
        // By their ids, which SQLite takes from the partial index.
        let sql = "SELECT id, login, name FROM person WHERE tenant_id = $1 AND id IN
                    (SELECT id FROM person WHERE tenant_id = $1 AND listed = 0 LIMIT $2)";
        let missing = self
            .list(sql, &[tenant.into(), limit.into()], |row| {
                Ok((UserId(row.int(0)?), row.text(1)?, row.text(2)?))
            })
            .await?;
        for (user, login, name) in missing {
            self.note_factor(user).await?;
            self.note_codes(user).await?;
            self.list_words(user, &login, &name).await?;
        }
        Ok(())
    }
}
