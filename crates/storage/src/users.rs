//! People: who they are and what opens their accounts, except their authenticators.

use warifu_domain::{
    ids::UserId,
    password::PasswordTerm,
    time::Timestamp,
    user::{Login, Role},
};

use crate::store::{Row, StoreError, Tx};

/// A person's row. The password and the mail address are as stored: hashed, sealed.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// Its id.
    pub id: UserId,
    /// What the person types.
    pub login: String,
    /// What the person is called; may be empty.
    pub name: String,
    /// Sealed mail address.
    pub email: Option<Vec<u8>>,
    /// `ja` or `en`, where the person chose.
    pub language: Option<String>,
    /// Its role.
    pub role: Role,
    /// Disabled by an administrator.
    pub disabled: bool,
    /// Hashed password; `None`: no password opens the account.
    pub password: Option<Vec<u8>>,
    /// Whether it is to be replaced after the next login.
    pub password_term: PasswordTerm,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A person with the state of the second factor, for lists.
#[derive(Clone, Debug)]
pub struct ListedUser {
    /// The person.
    pub user: UserRow,
    /// An authenticator app is registered and confirmed.
    pub has_totp: bool,
}

/// What `insert_user` needs.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// A fresh id.
    pub id: UserId,
    /// Canonical login ID.
    pub login: &'a Login,
    /// Name, or empty.
    pub name: &'a str,
    /// Sealed mail address.
    pub email: Option<Vec<u8>>,
    /// Role.
    pub role: Role,
    /// Hashed password.
    pub password: Option<Vec<u8>>,
    /// Whether it is to be replaced after the first login.
    pub password_term: PasswordTerm,
}

fn user(row: &Row<'_>) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        id: UserId(row.int(0)?),
        login: row.text(1)?,
        name: row.text(2)?,
        email: row.opt_bytes(3)?,
        language: row.opt_text(4)?,
        role: Role::from_number(row.int(5)?).ok_or_else(|| StoreError::corrupt("person.role"))?,
        disabled: row.int(6)? != 0,
        password: row.opt_bytes(7)?,
        created_at: Timestamp(row.int(8)?),
        password_term: match row.int(9)? {
            0 => PasswordTerm::Lasting,
            _ => PasswordTerm::Temporary,
        },
    })
}

fn is_temporary(term: PasswordTerm) -> i64 {
    i64::from(term == PasswordTerm::Temporary)
}

impl Tx<'_> {
    /// Finds a person by login ID.
    pub async fn find_user_by_login(
        &mut self,
        login: &Login,
    ) -> Result<Option<UserRow>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT id, login, name, email, language, role, disabled, password, created_at,
                    password_temporary FROM person
              WHERE tenant_id = $1 AND login = $2",
            &[tenant.into(), login.as_str().into()],
            user,
        )
        .await
    }

    /// Finds a person by id.
    pub async fn find_user(&mut self, id: UserId) -> Result<Option<UserRow>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT id, login, name, email, language, role, disabled, password, created_at,
                    password_temporary FROM person
              WHERE tenant_id = $1 AND id = $2",
            &[tenant.into(), id.into()],
            user,
        )
        .await
    }

    /// Lists up to `limit` people by login ID, beginning behind `after`.
    pub async fn list_users(
        &mut self,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ListedUser>, StoreError> {
        let tenant = self.tenant;
        self.list(
            "SELECT id, login, name, email, language, role, disabled, password, created_at, password_temporary,
                    CASE WHEN EXISTS (SELECT 1 FROM totp WHERE totp.tenant_id = person.tenant_id
                         AND totp.user_id = person.id AND totp.confirmed_at IS NOT NULL)
                         THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END
               FROM person WHERE tenant_id = $1 AND login > $2 ORDER BY login LIMIT $3",
            &[tenant.into(), after.into(), limit.into()],
            |row| {
                Ok(ListedUser {
                    user: user(row)?,
                    has_totp: row.int(10)? != 0,
                })
            },
        )
        .await
    }

    /// Adds a person. [`StoreError::Conflict`]: the login ID is taken.
    pub async fn insert_user(
        &mut self,
        new: &NewUser<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        self.exec(
            "INSERT INTO person (tenant_id, id, login, name, email, language, role, disabled, password, created_at,
                                 password_temporary)
             VALUES ($1, $2, $3, $4, $5, NULL, $6, 0, $7, $8, $9)",
            &[
                tenant.into(),
                new.id.into(),
                new.login.as_str().into(),
                new.name.into(),
                new.email.as_deref().into(),
                new.role.number().into(),
                new.password.as_deref().into(),
                now.into(),
                is_temporary(new.password_term).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Replaces a person's hashed password.
    pub async fn update_password(
        &mut self,
        id: UserId,
        password: &[u8],
        term: PasswordTerm,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET password = $3, password_temporary = $4 WHERE tenant_id = $1 AND id = $2";
        let term = is_temporary(term);
        self.exec(
            sql,
            &[tenant.into(), id.into(), password.into(), term.into()],
        )
        .await?;
        Ok(())
    }

    /// Stores the same password hashed anew. `false`: it was changed since `old` was read, and stays as it is.
    pub async fn update_password_hash(
        &mut self,
        id: UserId,
        old: &[u8],
        new: &[u8],
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql =
            "UPDATE person SET password = $4 WHERE tenant_id = $1 AND id = $2 AND password = $3";
        let rows = self
            .exec(sql, &[tenant.into(), id.into(), old.into(), new.into()])
            .await?;
        Ok(rows == 1)
    }

    /// Keeps a person's password as it is until the end of this transaction. `false`: it is not `password` any more.
    ///
    /// A password is verified outside a transaction, because that takes long; this is what makes the outcome count for
    /// what is written now.
    pub async fn lock_password(&mut self, id: UserId, password: &[u8]) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET password = password
                    WHERE tenant_id = $1 AND id = $2 AND password = $3";
        Ok(self
            .exec(sql, &[tenant.into(), id.into(), password.into()])
            .await?
            == 1)
    }

    /// Disables or enables a person. `false`: it was so already.
    pub async fn update_disabled(
        &mut self,
        id: UserId,
        disabled: bool,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql =
            "UPDATE person SET disabled = $3 WHERE tenant_id = $1 AND id = $2 AND disabled <> $3";
        Ok(self
            .exec(sql, &[tenant.into(), id.into(), i64::from(disabled).into()])
            .await?
            == 1)
    }

    /// Keeps the language that a person chose.
    pub async fn update_language(&mut self, id: UserId, language: &str) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET language = $3 WHERE tenant_id = $1 AND id = $2";
        self.exec(sql, &[tenant.into(), id.into(), language.into()])
            .await?;
        Ok(())
    }
}
