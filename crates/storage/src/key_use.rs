//! Which keys of the ring stored values were made with: what must not leave the ring yet.

use crate::store::{PlatformTx, StoreError};

/// A key and how much depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// What was made with it, for people.
    pub what: &'static str,
    /// The key's number in the ring.
    pub key_id: u32,
    /// How many values.
    pub values: i64,
}

/// Every column whose values begin with the number of their key; that of a password stands behind a version byte.
const COLUMNS: [(&str, &str); 7] = [
    (
        "keys of authenticator apps",
        "SELECT substr(sealed, 1, 4), COUNT(*) FROM totp GROUP BY 1",
    ),
    (
        "mail addresses",
        "SELECT substr(email, 1, 4), COUNT(*) FROM person WHERE email IS NOT NULL GROUP BY 1",
    ),
    (
        "passwords",
        "SELECT substr(password, 2, 4), COUNT(*) FROM person WHERE password IS NOT NULL GROUP BY 1",
    ),
    (
        "sets of backup codes",
        "SELECT substr(hashing, 1, 4), COUNT(*) FROM backup_code_set GROUP BY 1",
    ),
    (
        "backup codes that can be looked at",
        "SELECT substr(sealed, 1, 4), COUNT(*) FROM backup_code_set WHERE sealed IS NOT NULL GROUP BY 1",
    ),
    (
        "recipients of mail",
        "SELECT substr(recipient, 1, 4), COUNT(*) FROM outbox GROUP BY 1",
    ),
    (
        "codes in mail",
        "SELECT substr(enclosed, 1, 4), COUNT(*) FROM outbox WHERE enclosed IS NOT NULL GROUP BY 1",
    ),
];

impl PlatformTx<'_> {
    /// Counts stored values by the key they name. Reads every row: for checks, not for requests.
    pub async fn list_key_use(&mut self) -> Result<Vec<KeyUse>, StoreError> {
        let mut all = Vec::new();
        for (what, sql) in COLUMNS {
            let rows = self
                .list(sql, &[], |row| {
                    let id: [u8; 4] = row
                        .bytes(0)?
                        .try_into()
                        .map_err(|_| StoreError::corrupt(format!("{what}: a value is cut off")))?;
                    Ok(KeyUse {
                        what,
                        key_id: u32::from_be_bytes(id),
                        values: row.int(1)?,
                    })
                })
                .await?;
            all.extend(rows);
        }
        Ok(all)
    }
}
