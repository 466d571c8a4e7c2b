//! Which keys of the ring stored values were made with: what must not leave the ring yet.

use crate::{
    keyring::Purpose,
    sealed::SealedColumn,
    store::{PlatformTx, StoreError},
};

/// A key and how much depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// What was made with it, for people.
    pub what: &'static str,
    /// What it was used for: sealed values can be sealed again, hashed ones only be made again by whoever knows them.
    pub purpose: Purpose,
    /// The key's number in the ring.
    pub key_id: u32,
    /// How many values.
    pub values: i64,
}

/// Columns whose values are keyed hashes and begin with the number of their key; that of a password stands behind a version byte, if it
/// is more than the mark of an imported one.
const HASHED: [(&str, &str); 2] = [
    (
        "passwords",
        "SELECT substr(password, 2, 4), COUNT(*) FROM person WHERE LENGTH(password) > 1 GROUP BY 1",
    ),
    (
        "sets of backup codes",
        "SELECT substr(hashing, 1, 4), COUNT(*) FROM backup_code_set GROUP BY 1",
    ),
];

/// Tables whose rows name the key of a keyed hash in a column of its own: codes that are good for minutes.
const NAMED: [(&str, &str, &str); 3] = [
    (
        "helpdesk_code",
        "helpdesk codes",
        "SELECT key_id, COUNT(*) FROM helpdesk_code GROUP BY key_id",
    ),
    (
        "emailed_code",
        "codes by mail",
        "SELECT key_id, COUNT(*) FROM emailed_code GROUP BY key_id",
    ),
    (
        "person_address",
        "codes that confirm addresses",
        "SELECT key_id, COUNT(*) FROM person_address WHERE confirmed_at IS NULL AND key_id IS NOT NULL GROUP BY key_id",
    ),
];

impl PlatformTx<'_> {
    /// Counts stored values by the key they name. Reads every row: for checks, not for requests.
    pub async fn list_key_use(&mut self) -> Result<Vec<KeyUse>, StoreError> {
        let sealed = SealedColumn::ALL.iter();
        let sealed = sealed.map(|column| (column.what(), Purpose::Seal, column.count()));
        let hashed = HASHED.map(|(what, sql)| (what, Purpose::Pepper, sql));
        let mut all = Vec::new();
        for (what, purpose, sql) in sealed.chain(hashed) {
            let rows = self
                .list(sql, &[], |row| {
                    let id: [u8; 4] = row
                        .bytes(0)?
                        .try_into()
                        .map_err(|_| StoreError::corrupt(format!("{what}: a value is cut off")))?;
                    Ok(KeyUse {
                        what,
                        purpose,
                        key_id: u32::from_be_bytes(id),
                        values: row.int(1)?,
                    })
                })
                .await?;
            all.extend(rows);
        }
        for (table, what, sql) in NAMED {
            let rows = self
                .list(sql, &[], |row| {
                    let key_id = u32::try_from(row.int(0)?);
                    Ok(KeyUse {
                        what,
                        purpose: Purpose::Pepper,
                        key_id: key_id
                            .map_err(|_| StoreError::corrupt(format!("{table}.key_id")))?,
                        values: row.int(1)?,
                    })
                })
                .await?;
            all.extend(rows);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::NAMED;
    use crate::schema;

    /// A key that a table names and nobody counts could leave the ring while it is needed.
    #[test]
    fn sec_077_every_column_that_names_a_key_is_counted() {
        for (table, column, _) in schema::columns() {
            if column == "key_id" {
                let counted = NAMED.iter().any(|(known, ..)| *known == table);
                assert!(counted, "{table}.key_id");
            }
        }
    }
}
