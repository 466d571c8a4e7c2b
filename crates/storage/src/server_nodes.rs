//! Which servers run on this database, and which keys each of them has: a key may be used when all of them know it, and go when
//! none of them uses it (SEC-77).

use warifu_domain::time::Timestamp;

use crate::store::{PlatformTx, StoreError};

/// A running server, as it last said itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRow {
    /// Its number; another one after each start.
    pub id: i64,
    /// What people know it by: machine and process.
    pub name: String,
    /// The key of its new values.
    pub active: u32,
    /// The keys of its ring that can seal and open.
    pub keys: Vec<u32>,
    /// When it said so.
    pub seen_at: Timestamp,
}

impl PlatformTx<'_> {
    /// Says that a server runs, and what is in its ring; forgets those that said nothing since `gone`.
    pub async fn put_node(&mut self, node: &NodeRow, gone: Timestamp) -> Result<(), StoreError> {
        let keys: Vec<String> = node.keys.iter().map(u32::to_string).collect();
        let keys = keys.join(" ");
        let put = "INSERT INTO server_node (id, active, keys, seen_at, name) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (id) DO UPDATE SET active = $2, keys = $3, seen_at = $4 RETURNING id";
        let params = [
            node.id.into(),
            i64::from(node.active).into(),
            (&keys).into(),
            node.seen_at.into(),
            (&node.name).into(),
        ];
        self.find(put, &params, |_| Ok(())).await?;
        let forget = "DELETE FROM server_node WHERE seen_at < $1 RETURNING id";
        self.list(forget, &[gone.into()], |_| Ok(())).await?;
        Ok(())
    }

    /// A server stops.
    pub async fn delete_node(&mut self, id: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM server_node WHERE id = $1 RETURNING id";
        self.find(sql, &[id.into()], |_| Ok(())).await?;
        Ok(())
    }

    /// Servers that said since `since` that they run.
    pub async fn list_nodes(&mut self, since: Timestamp) -> Result<Vec<NodeRow>, StoreError> {
        let sql = "SELECT id, active, keys, seen_at, name FROM server_node WHERE seen_at >= $1 ORDER BY id LIMIT 1000";
        self.list(sql, &[since.into()], |row| {
            let corrupt = || StoreError::corrupt("server_node.keys");
            let keys = row.text(2)?;
            let keys = keys.split_whitespace().map(|id| id.parse().ok());
            Ok(NodeRow {
                id: row.int(0)?,
                active: u32::try_from(row.int(1)?).map_err(|_| corrupt())?,
                keys: keys.collect::<Option<_>>().ok_or_else(corrupt)?,
                seen_at: Timestamp(row.int(3)?),
                name: row.text(4)?,
            })
        })
        .await
    }
}
