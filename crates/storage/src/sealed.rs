//! Every column that holds sealed values: what they are bound to, and how they are sealed again under another key (SEC-77).

use warifu_domain::ids::TenantId;

use crate::{
    seal::SealContext,
    store::{StoreError, Tx},
};

macro_rules! sealed_columns {
    ($($(#[$doc:meta])* $name:ident: $what:literal as $purpose:literal, $table:literal $column:literal of $owner:literal
        by $first:literal, $second:literal;)*) => {
        /// A column of sealed values.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum SealedColumn { $($(#[$doc])* $name,)* }

        impl SealedColumn {
            /// All of them. A value that others are copied from comes before its copies.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// What it holds, for people.
            pub fn what(self) -> &'static str {
                match self { $(Self::$name => $what,)* }
            }

            /// What its values are sealed for; distinct for each kind of value, but a copy is sealed as its original.
            fn purpose(self) -> &'static str {
                match self { $(Self::$name => $purpose,)* }
            }

            /// Counts values by their keys.
            pub(crate) fn count(self) -> &'static str {
                match self { $(Self::$name => concat!(
                    "SELECT substr(", $column, ", 1, 4), COUNT(*) FROM ", $table, " WHERE ", $column, " IS NOT NULL GROUP BY 1"
                ),)* }
            }

            // Where one column tells the rows of a tenant apart, it stands for both.
            fn list(self) -> &'static str {
                match self { $(Self::$name => concat!(
                    "SELECT ", $first, ", ", $second, ", ", $owner, ", ", $column, " FROM ", $table,
                    " WHERE tenant_id = $1 AND (", $first, ", ", $second, ") > ($2, $3) ORDER BY ", $first, ", ", $second,
                    " LIMIT $4"
                ),)* }
            }

            fn replace(self) -> &'static str {
                match self { $(Self::$name => concat!(
                    "UPDATE ", $table, " SET ", $column, " = $5 WHERE tenant_id = $1 AND ", $first, " = $2 AND ", $second,
                    " = $3 AND ", $column, " = $4"
                ),)* }
            }

            #[cfg(test)]
            fn place(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($table, $column),)* }
            }
        }
    };
}

sealed_columns! {
    /// Keys of authenticator apps.
    Totp: "keys of authenticator apps" as "totp", "totp" "sealed" of "user_id" by "user_id", "id";
    /// Mail addresses.
    Email: "mail addresses" as "email", "person" "email" of "id" by "id", "id";
    /// Passwords as other systems hashed them.
    Imported: "imported password hashes" as "imported", "person" "imported" of "id" by "id", "id";
    /// Files to be imported, in parts; the owner is the import.
    ImportPart: "files to be imported" as "import_part", "import_part" "sealed" of "job_id" by "job_id", "part";
    /// Backup codes that can be looked at again (C3).
    BackupCodes: "backup codes that can be looked at" as "backup_codes", "backup_code_set" "sealed" of "user_id"
        by "user_id", "user_id";
    /// Further mail addresses for notices (SEC-43); sealed as the first one is, so that the outbox takes either.
    FurtherEmail: "further mail addresses" as "email", "person_address" "sealed" of "user_id" by "user_id", "id";
    /// Private mail addresses that wait for their code (K6); sealed as other addresses are, for the same reason.
    Unconfirmed: "private mail addresses to be confirmed" as "email", "emailed_code" "address" of "user_id"
        by "user_id", "purpose";
    /// Private mail addresses: copies of what was confirmed.
    PrivateAddress: "private mail addresses" as "email", "private_address" "sealed" of "user_id"
        by "user_id", "user_id";
    /// User codes of pairings that are open (K4).
    UserCode: "user codes of pairings" as "user_code", "pairing" "user_code" of "user_id" by "user_id", "user_id";
    /// Recipients of mail: copies of mail addresses.
    Recipient: "recipients of mail" as "email", "outbox" "recipient" of "user_id" by "id", "id";
    /// Where the chains of the trail begin once old events are gone (SEC-81); the owner is the chain.
    AuditBase: "beginnings of the audit trail" as "audit_base", "audit_base" "sealed" of "lane" by "lane", "lane";
    /// What a mail alone tells.
    Enclosed: "codes in mail" as "outbox.enclosed", "outbox" "enclosed" of "user_id" by "id", "id";
}

impl SealedColumn {
    /// Where a value of this column belongs: `owner` is a person's id.
    pub fn context(self, tenant: TenantId, owner: i64) -> SealContext<'static> {
        SealContext {
            tenant,
            purpose: self.purpose(),
            owner,
        }
    }
}

/// The place of a row within its tenant, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedPlace(i64, i64);

impl SealedPlace {
    /// Before every row.
    pub const START: Self = Self(i64::MIN, i64::MIN);
}

/// A row of a sealed column.
#[derive(Clone, Debug)]
pub struct SealedRow {
    /// Where it is.
    pub place: SealedPlace,
    /// Whose it is.
    pub owner: i64,
    /// The value; `None`: this row has none.
    pub value: Option<Vec<u8>>,
}

impl Tx<'_> {
    /// The rows of a column behind `after`, whichever key their values are under: one bounded statement.
    pub async fn list_sealed(
        &mut self,
        column: SealedColumn,
        after: SealedPlace,
        limit: i64,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let params = [
            self.tenant.into(),
            after.0.into(),
            after.1.into(),
            limit.into(),
        ];
        self.list(column.list(), &params, |row| {
            Ok(SealedRow {
                place: SealedPlace(row.int(0)?, row.int(1)?),
                owner: row.int(2)?,
                value: row.opt_bytes(3)?,
            })
        })
        .await
    }

    /// Puts `new` in the place of `old`. `false`: it was changed meanwhile, and is left to whoever did.
    pub async fn replace_sealed(
        &mut self,
        column: SealedColumn,
        place: SealedPlace,
        old: &[u8],
        new: &[u8],
    ) -> Result<bool, StoreError> {
        let params = [
            self.tenant.into(),
            place.0.into(),
            place.1.into(),
            old.into(),
            new.into(),
        ];
        Ok(self.exec(column.replace(), &params).await? == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::SealedColumn;
    use crate::schema;

    /// Columns of bytes that are not sealed, with what they are.
    const OTHERS: [(&str, &str, &str); 28] = [
        ("person", "password", "keyed hash"),
        ("totp", "started_by", "hash of a token"),
        ("backup_code_set", "salt", "random"),
        ("backup_code_set", "hashing", "key number and cost"),
        ("backup_code_set", "verifiers", "keyed hashes"),
        ("backup_code_set", "superseded", "keyed hashes"),
        ("login_attempt", "token_hash", "hash of a token"),
        ("browser_session", "token_hash", "hash of a token"),
        ("browser_session", "address", "network address"),
        ("throttle", "subject", "hash or network address"),
        ("audit_event", "address", "network address"),
        ("audit_event", "mac", "keyed hash"),
        ("audit_head", "mac", "keyed hash"),
        ("outbox", "address", "network address"),
        ("helpdesk_code", "verifier", "keyed hash"),
        ("password_reset", "token_hash", "hash of a token"),
        ("person_address", "verifier", "keyed hash"),
        ("tenant_logo", "png", "a picture"),
        ("familiar", "hash", "keyed hash"),
        ("mail_window", "network", "network address"),
        ("mail_window", "address", "network address"),
        ("mail_refusal", "network", "network address"),
        ("mail_refusal", "address", "network address"),
        ("mail_kick", "network", "network address"),
        ("gate_key", "secret_hash", "hash of a token"),
        ("emailed_code", "started_by", "hash of a token"),
        ("emailed_code", "verifier", "keyed hash"),
        ("pairing", "started_by", "hash of a token"),
    ];

    /// A sealed column that is missing above would keep its key in the ring for ever, or be lost with it.
    #[test]
    fn sec_077_every_column_of_bytes_is_sealed_again_or_is_not_sealed() {
        for (table, column, kind) in schema::columns() {
            if !kind.starts_with("BYTEA") {
                continue;
            }
            let place = (table.as_str(), column.as_str());
            let sealed = SealedColumn::ALL.iter().any(|known| known.place() == place);
            let other = OTHERS.iter().any(|(of, name, _)| (*of, *name) == place);
            assert!(
                sealed != other,
                "{table}.{column}: sealed ({sealed}) or not ({other})?"
            );
        }
    }
}
