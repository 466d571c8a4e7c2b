//! From where a person usually logs in: a few keyed hashes, which tell whether something was seen before and nothing else.

use warifu_domain::{ids::UserId, time::Timestamp};

use crate::store::{StoreError, Tx};

/// Marks of one kind that are kept of a person: the longest unseen goes first.
const MARKS: i64 = 12;

/// What a mark is of. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A network.
    Network = 1,
    /// A browser's short name.
    Browser = 2,
}

/// A mark as it is stored.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The number of its [`MarkKind`].
    pub kind: i64,
    /// The keyed hash.
    pub hash: Vec<u8>,
    /// When it was last seen, at most a day too early.
    pub seen_at: Timestamp,
}

impl Tx<'_> {
    /// Lists a person's marks.
    pub async fn list_marks(&mut self, user: UserId) -> Result<Vec<Mark>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT kind, hash, seen_at FROM familiar WHERE tenant_id = $1 AND user_id = $2 LIMIT $3";
        let params = [tenant.into(), user.into(), (4 * MARKS).into()];
        self.list(sql, &params, |row| {
            Ok(Mark {
                kind: row.int(0)?,
                hash: row.bytes(1)?,
                seen_at: Timestamp(row.int(2)?),
            })
        })
        .await
    }

    /// Notes that a mark was seen; what is beyond the bound goes.
    pub async fn note_mark(
        &mut self,
        user: UserId,
        kind: MarkKind,
        hash: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (tenant, kind) = (self.tenant, kind as i64);
        let sql =
            "INSERT INTO familiar (tenant_id, user_id, kind, hash, seen_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, user_id, kind, hash) DO UPDATE SET seen_at = $5";
        let params = [
            tenant.into(),
            user.into(),
            kind.into(),
            hash.into(),
            now.into(),
        ];
        self.exec(sql, &params).await?;
        let sql =
            "DELETE FROM familiar WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND hash IN
                    (SELECT hash FROM familiar WHERE tenant_id = $1 AND user_id = $2 AND kind = $3
                      ORDER BY seen_at DESC, hash LIMIT 100 OFFSET $4)";
        let params = [tenant.into(), user.into(), kind.into(), MARKS.into()];
        self.exec(sql, &params).await?;
        Ok(())
    }
}
