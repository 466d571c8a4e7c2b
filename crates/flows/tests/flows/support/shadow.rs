//! Another tenant in the same database, with the same name, people, login IDs and numbers of rows: whatever a story does, there
//! nothing may change (SEC-68).

use std::sync::Mutex;

use sha2::{Digest, Sha256};
use warifu_domain::ids::{TenantId, UserId};

use super::database::{Database, Dump, TABLES};

/// The other tenant.
pub(crate) struct Shadow {
    tenant: TenantId,
    expected: Mutex<Option<Dump>>,
}

impl Shadow {
    pub(crate) fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            expected: Mutex::default(),
        }
    }

    /// Gives the tenant a person with the same number, and everything that a person can have.
    pub(crate) async fn copy(&self, database: &Database, of: TenantId, user: UserId, login: &str) {
        let digest = Sha256::digest(login.as_bytes());
        let (shadow, lane) = (self.tenant, user.0 % 16);
        let (subject, bytes) = (
            database.bytes_literal(&digest[..16]),
            database.bytes_literal(&digest),
        );
        let far = 9_000_000_000_000_i64;
        let sql = format!(
            "INSERT INTO person (tenant_id, id, login, name, email, language, role, disabled, password, created_at)
             SELECT {shadow}, id, login, name, email, language, role, disabled, password, created_at
               FROM person WHERE tenant_id = {of} AND id = {user};
             INSERT INTO totp (tenant_id, user_id, id, sealed, created_at, confirmed_at, expires_at, started_by,
                               last_step, used_at, failures, blocked_until)
             VALUES ({shadow}, {user}, 1, {bytes}, 0, 1, NULL, NULL, 7, NULL, 3, 0),
                    ({shadow}, {user}, 2, {bytes}, 0, NULL, {far}, {subject}, NULL, NULL, 1, 0);
             INSERT INTO backup_code_set (tenant_id, user_id, salt, hashing, generation, verifiers, used, superseded,
                                          issued_at, failures, blocked_until)
             VALUES ({shadow}, {user}, {subject}, {bytes}, 1, {bytes}, 1, {subject}, 0, 2, 0);
             INSERT INTO login_attempt (tenant_id, token_hash, user_id, stage, remember, expires_at, guesses)
             VALUES ({shadow}, {subject}, {user}, 0, 0, {far}, 1);
             INSERT INTO browser_session (tenant_id, token_hash, user_id, evidence, began_at, proved_at, seen_at,
                                          remembered, ends_at, address, agent)
             VALUES ({shadow}, {subject}, {user}, 1, 0, 0, 0, 1, {far}, {subject}, 'shadow');
             INSERT INTO throttle (tenant_id, kind, subject, failures, blocked_until, updated_at)
             VALUES ({shadow}, 1, {subject}, 4, 0, 0), ({shadow}, 2, {subject}, 4, 0, 0);
             INSERT INTO audit_event (tenant_id, at, lane, seq, kind, user_id, actor, mac)
             VALUES ({shadow}, {far}, {lane}, {user}, 4, {user}, 0, {bytes});
             INSERT INTO audit_head (tenant_id, lane, seq, mac) VALUES ({shadow}, {lane}, {user}, {bytes})
                 ON CONFLICT DO NOTHING;
             INSERT INTO outbox (tenant_id, id, user_id, kind, recipient, created_at)
             VALUES ({shadow}, {user}, {user}, 10, {bytes}, 0);"
        );
        database.execute(&sql).await;
        let now = database.dump(self.tenant.0).await;
        *self.expected.lock().unwrap() = Some(now);
    }

    /// Nothing changed there.
    pub(crate) async fn check(&self, database: &Database) {
        let now = database.dump(self.tenant.0).await;
        if let Some(expected) = &*self.expected.lock().unwrap() {
            for table in TABLES {
                assert_eq!(
                    expected.table(table),
                    now.table(table),
                    "another tenant's rows of {table} changed"
                );
            }
        }
    }
}
