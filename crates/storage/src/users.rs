//! People: who they are and what opens their accounts, except their authenticators.

use warifu_domain::{
    ids::{GroupId, UserId},
    password::PasswordTerm,
    time::Timestamp,
    user::{Login, Role},
};

use crate::{
    standing::{Standing, budget_subject, standing},
    store::{Row, StoreError, Tx, Value},
};

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
    /// The password as another system hashed it, sealed; `password` is then a mark.
    pub imported: Option<Vec<u8>>,
    /// Whether it is to be replaced after the next login.
    pub password_term: PasswordTerm,
    /// When it was added.
    pub created_at: Timestamp,
    /// What lists tell about it.
    pub standing: Standing,
    /// The group that it belongs to.
    pub group: Option<GroupId>,
}

/// What a person's row says to decisions and filters: no text, and nothing that is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: UserId,
    /// Its role.
    pub role: Role,
    /// Disabled by an administrator.
    pub disabled: bool,
    /// The group that it belongs to.
    pub group: Option<GroupId>,
    /// What lists tell about it.
    pub standing: Standing,
}

/// A person in a list. Lists read no password and no address.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// What filters ask.
    pub member: Member,
    /// What the person types.
    pub login: String,
    /// What the person is called; may be empty.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
}

impl UserRow {
    /// What decisions and filters need of it.
    pub fn member(&self) -> Member {
        Member {
            id: self.id,
            role: self.role,
            disabled: self.disabled,
            group: self.group,
            standing: self.standing,
        }
    }

    /// The person as lists have it.
    pub fn line(&self) -> PersonLine {
        PersonLine {
            member: self.member(),
            login: self.login.clone(),
            name: self.name.clone(),
            created_at: self.created_at,
        }
    }
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
    /// The password as another system hashed it, sealed; `password` is then a mark.
    pub imported: Option<Vec<u8>>,
    /// Whether it is to be replaced after the first login.
    pub password_term: PasswordTerm,
    /// The group that it belongs to.
    pub group: Option<GroupId>,
}

/// What [`user`] reads, in its order.
macro_rules! person_columns {
    () => {
        "id, login, name, email, language, role, disabled, password, created_at, password_temporary, factor, codes_low, \
         blocked_until, last_login_at, must_enrol, own_switch, has_email, group_id, imported"
    };
}

pub(crate) use person_columns;

/// How many columns these are.
pub(crate) const PERSON_COLUMNS: usize = 19;

/// What [`member`] reads, in its order.
macro_rules! member_columns {
    () => {
        "person.id, person.role, person.disabled, person.group_id, person.factor, person.codes_low, person.blocked_until, \
         person.last_login_at, person.must_enrol, person.own_switch, person.has_email"
    };
}
pub(crate) use member_columns;

/// How many columns these are.
pub(crate) const MEMBER_COLUMNS: usize = 11;

pub(crate) fn user(row: &Row<'_>) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        id: UserId(row.int(0)?),
        login: row.text(1)?,
        name: row.text(2)?,
        email: row.opt_bytes(3)?,
        language: row.opt_text(4)?,
        role: role(row, 5)?,
        disabled: row.int(6)? != 0,
        password: row.opt_bytes(7)?,
        created_at: Timestamp(row.int(8)?),
        password_term: match row.int(9)? {
            0 => PasswordTerm::Lasting,
            _ => PasswordTerm::Temporary,
        },
        standing: standing(row, 10)?,
        group: row.opt_int(17)?.map(GroupId),
        imported: row.opt_bytes(18)?,
    })
}

/// Reads the columns of `member_columns`, the first of which is given.
pub(crate) fn member(row: &Row<'_>, first: usize) -> Result<Member, StoreError> {
    Ok(Member {
        id: UserId(row.int(first)?),
        role: role(row, first + 1)?,
        disabled: row.int(first + 2)? != 0,
        group: row.opt_int(first + 3)?.map(GroupId),
        standing: standing(row, first + 4)?,
    })
}

fn role(row: &Row<'_>, column: usize) -> Result<Role, StoreError> {
    Role::from_number(row.int(column)?).ok_or_else(|| StoreError::corrupt("person.role"))
}

pub(crate) fn is_temporary(term: PasswordTerm) -> i64 {
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
            concat!(
                "SELECT ",
                person_columns!(),
                " FROM person WHERE tenant_id = $1 AND login = $2"
            ),
            &[tenant.into(), login.as_str().into()],
            user,
        )
        .await
    }

    /// Finds a person by id.
    pub async fn find_user(&mut self, id: UserId) -> Result<Option<UserRow>, StoreError> {
        let tenant = self.tenant;
        self.find(
            concat!(
                "SELECT ",
                person_columns!(),
                " FROM person WHERE tenant_id = $1 AND id = $2"
            ),
            &[tenant.into(), id.into()],
            user,
        )
        .await
    }

    /// The login IDs of those of these people who are still there.
    pub async fn list_logins(
        &mut self,
        people: impl Iterator<Item = UserId>,
    ) -> Result<Vec<(UserId, String)>, StoreError> {
        let tenant = self.tenant;
        let params: Vec<[Value<'_>; 2]> = people.map(|id| [tenant.into(), id.into()]).collect();
        let sql = "SELECT id, login FROM person WHERE tenant_id = $1 AND id = $2";
        let statements: Vec<(_, &[_])> = params.iter().map(|one| (sql, &one[..])).collect();
        let mut logins = Vec::new();
        self.each_of(&statements, |_, row| {
            logins.push((UserId(row.int(0)?), row.text(1)?));
            Ok(())
        })
        .await?;
        Ok(logins)
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
                                 password_temporary, group_id, imported)
             VALUES ($1, $2, $3, $4, $5, NULL, $6, 0, $7, $8, $9, $10, $11)",
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
                new.group.into(),
                new.imported.as_deref().into(),
            ],
        )
        .await?;
        self.list_words(new.id, new.login.as_str(), new.name).await
    }

    /// Replaces a person's hashed password.
    pub async fn update_password(
        &mut self,
        id: UserId,
        password: &[u8],
        term: PasswordTerm,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET password = $3, password_temporary = $4, imported = NULL WHERE tenant_id = $1 AND id = $2";
        let term = is_temporary(term);
        self.exec(
            sql,
            &[tenant.into(), id.into(), password.into(), term.into()],
        )
        .await?;
        // A link that was sent for the password before does not open the one that came after it.
        self.void_password_resets(id).await
    }

    /// Stores the same password hashed anew. `false`: it was changed since `old` was read, and stays as it is.
    pub async fn update_password_hash(
        &mut self,
        id: UserId,
        old: &[u8],
        new: &[u8],
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET password = $4, imported = NULL WHERE tenant_id = $1 AND id = $2 AND password = $3";
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

    /// Keeps a person without a password as such until the end of the transaction. `false`: there is one now, or nobody.
    pub async fn lock_passwordless(&mut self, id: UserId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET password = NULL
                    WHERE tenant_id = $1 AND id = $2 AND password IS NULL";
        Ok(self.exec(sql, &[tenant.into(), id.into()]).await? == 1)
    }

    /// Makes whoever else locks this person wait for the end of this transaction: what is counted of the person behind it cannot
    /// grow in two transactions at once.
    pub async fn lock_person(&mut self, id: UserId) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET disabled = disabled WHERE tenant_id = $1 AND id = $2";
        self.exec(sql, &[tenant.into(), id.into()]).await?;
        Ok(())
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
        let key = [tenant.into(), id.into(), i64::from(disabled).into()];
        let changed = self.exec(sql, &key).await? == 1;
        self.narrows_gate |= changed;
        Ok(changed)
    }

    /// Changes a person's name and sealed mail address, with the words by which the search finds the person.
    pub async fn update_person(
        &mut self,
        before: &UserRow,
        name: &str,
        email: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET name = $3, email = $4 WHERE tenant_id = $1 AND id = $2";
        self.exec(
            sql,
            &[tenant.into(), before.id.into(), name.into(), email.into()],
        )
        .await?;
        self.delete_words(before).await?;
        self.list_words(before.id, &before.login, name).await
    }

    /// Gives a person another role.
    pub async fn update_role(&mut self, id: UserId, role: Role) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET role = $3 WHERE tenant_id = $1 AND id = $2";
        self.exec(sql, &[tenant.into(), id.into(), role.number().into()])
            .await?;
        self.narrows_gate = true;
        Ok(())
    }

    /// Whether the tenant has an enabled administrator or operator besides `user`. All of them stay as they are until the end of
    /// this transaction: two who take each other's role away at once cannot both succeed.
    pub async fn lock_other_administrators(&mut self, user: UserId) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET disabled = disabled
                    WHERE tenant_id = $1 AND role > 0 AND disabled = 0 RETURNING id";
        let enabled = self.list(sql, &[tenant.into()], |row| row.int(0)).await?;
        Ok(enabled.iter().any(|id| *id != user.0))
    }

    /// Deletes a person and everything that is kept about the person but the audit trail, which names a number.
    pub async fn delete_user(&mut self, person: &UserRow) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let user = person.id;
        for sql in [
            "DELETE FROM totp WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM backup_code_set WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM helpdesk_code WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM private_address WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM emailed_code WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM pairing WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM password_reset WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM outbox WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM mail_window WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM mail_refusal WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM person_address WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM familiar WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM rescue WHERE tenant_id = $1 AND user_id = $2",
            "DELETE FROM reminder WHERE tenant_id = $1 AND user_id = $2",
        ] {
            self.exec(sql, &[tenant.into(), user.into()]).await?;
        }
        self.delete_attempts_of(user).await?;
        self.delete_sessions_of(user, None).await?;
        self.release_all_guesses(&budget_subject(&person.login))
            .await?;
        self.delete_words(person).await?;
        let sql = "DELETE FROM person WHERE tenant_id = $1 AND id = $2";
        self.exec(sql, &[tenant.into(), user.into()]).await?;
        self.narrows_gate = true;
        Ok(())
    }

    /// Keeps the language that a person chose.
    pub async fn update_language(&mut self, id: UserId, language: &str) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET language = $3 WHERE tenant_id = $1 AND id = $2";
        self.exec(sql, &[tenant.into(), id.into(), language.into()])
            .await?;
        Ok(())
    }

    /// Keeps a language for a person who has chosen none.
    pub async fn note_language(&mut self, id: UserId, language: &str) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person SET language = $3 \
                   WHERE tenant_id = $1 AND id = $2 AND language IS NULL";
        self.exec(sql, &[tenant.into(), id.into(), language.into()])
            .await?;
        Ok(())
    }
}
