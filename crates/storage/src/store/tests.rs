//! The engine under test, on SQLite and on PostgreSQL alike, with a table of its own.

mod crash;
mod engines;
mod jobs;
mod migrations;
mod postgres;
mod sqlite;

use warifu_domain::ids::TenantId;

use super::{Migration, Row, Store, StoreError, StoreOptions, Tx};
use crate::testing::{self, Place, TestStore};

const TENANT: TenantId = TenantId(1);

const TABLES: &[Migration] = &[Migration {
    version: 1,
    sql: "CREATE TABLE sample (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    number BIGINT,
    words TEXT,
    data BYTEA,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX sample_words ON sample (tenant_id, words);
CREATE TABLE child (
    id BIGINT NOT NULL PRIMARY KEY,
    parent BIGINT NOT NULL REFERENCES child (id) DEFERRABLE INITIALLY DEFERRED
);",
}];

/// Runs `test` on both engines.
async fn on_both(options: StoreOptions, test: impl AsyncFn(TestStore)) {
    test(testing::open(Place::sqlite(), options.clone(), TABLES).await).await;
    test(testing::open(Place::postgres().await, options, TABLES).await).await;
}

/// Statements on `sample`, as a noun would have them.
impl Tx<'_> {
    async fn insert_sample(&mut self, id: i64, number: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO sample (tenant_id, id, number) VALUES ($1, $2, $3)";
        self.exec(sql, &[self.tenant.into(), id.into(), number.into()])
            .await
            .map(drop)
    }

    async fn find_number(&mut self, id: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT number FROM sample WHERE tenant_id = $1 AND id = $2";
        self.find(sql, &[self.tenant.into(), id.into()], |row| row.int(0))
            .await
    }

    async fn count_samples(&mut self) -> Result<i64, StoreError> {
        let count = self
            .find("SELECT COUNT(*) FROM sample", &[], |row| row.int(0))
            .await?;
        Ok(count.unwrap_or(0))
    }

    /// Raises the number, once only: `true` for the one who did.
    async fn spend_number(&mut self, id: i64, number: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE sample SET number = $1 WHERE tenant_id = $2 AND id = $3 AND number < $1";
        Ok(self
            .exec(sql, &[number.into(), self.tenant.into(), id.into()])
            .await?
            == 1)
    }
}

async fn number(store: &Store, id: i64) -> Option<i64> {
    store
        .read(TENANT, async move |tx| tx.find_number(id).await)
        .await
        .unwrap()
}

async fn count(store: &Store) -> i64 {
    store
        .read(TENANT, async |tx| tx.count_samples().await)
        .await
        .unwrap()
}

async fn insert(store: &Store, id: i64, number: i64) -> Result<(), StoreError> {
    store
        .write(TENANT, async move |tx| tx.insert_sample(id, number).await)
        .await
}
