//! Further mail addresses to which a person's notices go; the first one is the person's row's (SEC-43).

use warifu_domain::{ids::UserId, time::Timestamp};

use crate::store::{Row, StoreError, Tx};

/// A further address.
#[derive(Clone, Debug)]
pub struct AddressRow {
    /// Its id; grows with time.
    pub id: i64,
    /// The address, sealed as `person.email` is, so that the outbox takes either.
    pub sealed: Vec<u8>,
    /// When its owner typed the code that was mailed there. `None`: nothing but that code goes there.
    pub confirmed_at: Option<Timestamp>,
    /// Until when the code can be typed.
    pub expires_at: Timestamp,
}

/// The code that confirms an address, as it is stored.
#[derive(Clone, Debug)]
pub struct AddressCode {
    /// The key of the ring.
    pub key_id: u32,
    /// The keyed hash.
    pub verifier: [u8; 16],
}

/// Rows that are read of one person: more than flows let there be.
const MOST: i64 = 16;

fn address(row: &Row<'_>) -> Result<AddressRow, StoreError> {
    Ok(AddressRow {
        id: row.int(0)?,
        sealed: row.bytes(1)?,
        confirmed_at: row.opt_int(2)?.map(Timestamp),
        expires_at: Timestamp(row.int(3)?),
    })
}

impl Tx<'_> {
    /// Writes an address that waits to be confirmed; one that waited before is dropped.
    pub async fn replace_pending_address(
        &mut self,
        user: UserId,
        row: &AddressRow,
        code: &AddressCode,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM person_address WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NULL";
        self.exec(sql, &[tenant.into(), user.into()]).await?;
        self.exec(
            "INSERT INTO person_address (tenant_id, user_id, id, sealed, key_id, verifier, failures, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
            &[
                tenant.into(),
                user.into(),
                row.id.into(),
                (&row.sealed).into(),
                i64::from(code.key_id).into(),
                code.verifier.as_slice().into(),
                row.expires_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Lists a person's further addresses, oldest first.
    pub async fn list_addresses(&mut self, user: UserId) -> Result<Vec<AddressRow>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT id, sealed, confirmed_at, expires_at FROM person_address
                    WHERE tenant_id = $1 AND user_id = $2 ORDER BY id LIMIT $3";
        self.list(sql, &[tenant.into(), user.into(), MOST.into()], address)
            .await
    }

    /// Pays for a guess at the code of an address. `None`: there is no such address, it is too late, or there were too many.
    pub async fn spend_address_guess(
        &mut self,
        user: UserId,
        id: i64,
        guesses: i64,
        now: Timestamp,
    ) -> Result<Option<AddressCode>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "UPDATE person_address SET failures = failures + 1
              WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND confirmed_at IS NULL AND expires_at > $4
                AND failures < $5
             RETURNING key_id, verifier",
            &[
                tenant.into(),
                user.into(),
                id.into(),
                now.into(),
                guesses.into(),
            ],
            |row| {
                Ok(AddressCode {
                    key_id: u32::try_from(row.int(0)?)
                        .map_err(|_| StoreError::corrupt("person_address.key_id"))?,
                    verifier: row
                        .bytes(1)?
                        .try_into()
                        .map_err(|_| StoreError::corrupt("person_address.verifier"))?,
                })
            },
        )
        .await
    }

    /// Takes an address into use; its code is forgotten. `false`: it is gone, or was confirmed before.
    pub async fn confirm_address(
        &mut self,
        user: UserId,
        id: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE person_address SET confirmed_at = $4, key_id = NULL, verifier = NULL
                    WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND confirmed_at IS NULL";
        let params = [tenant.into(), user.into(), id.into(), now.into()];
        Ok(self.exec(sql, &params).await? == 1)
    }

    /// Removes an address. `false`: it is gone.
    pub async fn delete_address(&mut self, user: UserId, id: i64) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM person_address WHERE tenant_id = $1 AND user_id = $2 AND id = $3";
        let params = [tenant.into(), user.into(), id.into()];
        Ok(self.exec(sql, &params).await? == 1)
    }
}
