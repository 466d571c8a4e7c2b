//! Another tenant in the same database, with the same name, people, login IDs and numbers of rows: whatever a story does, there
//! nothing may change (SEC-68).

use std::sync::Mutex;

use sha2::{Digest, Sha256};
use warifu_domain::ids::{TenantId, UserId};

use super::database::{Database, Dump, TABLES};

/// The other tenant.
pub(crate) struct Shadow {
    tenant: TenantId,
    people: Mutex<Vec<(UserId, String)>>,
}

/// Gets the same rows once more when the story ends, to compare with.
const TEMPLATE: TenantId = TenantId(-1);

impl Shadow {
    pub(crate) fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            people: Mutex::default(),
        }
    }

    /// Gives the tenant a person with the same number, and everything that a person can have.
    pub(crate) async fn copy(&self, database: &Database, user: UserId, login: &str) {
        fill(database, self.tenant, user, login).await;
        self.people.lock().unwrap().push((user, login.to_owned()));
    }

    /// Nothing changed there.
    pub(crate) async fn check(&self, database: &Database) {
        let people = std::mem::take(&mut *self.people.lock().unwrap());
        for (user, login) in people {
            fill(database, TEMPLATE, user, &login).await;
        }
        // The events of adding the tenant itself, of their own end, and of a key of the whole server have no counterpart.
        let added = "DELETE FROM audit_event WHERE tenant_id = 2 AND kind IN (30, 77, 130, 131);
                     DELETE FROM audit_head WHERE lane = 0 AND tenant_id IN (2, -1);
                     DELETE FROM audit_base WHERE lane = 0 AND tenant_id = 2";
        database.execute(added).await;
        let (now, expected) = (
            database.dump(self.tenant.0).await,
            database.dump(TEMPLATE.0).await,
        );
        for table in TABLES {
            let rows = |dump: &Dump| -> Vec<String> {
                let rows = dump.table(table).iter();
                rows.map(|row| row.split_once('|').unwrap().1.to_owned())
                    .collect()
            };
            assert_eq!(
                rows(&now),
                rows(&expected),
                "another tenant's rows of {table} changed"
            );
        }
    }
}

async fn fill(database: &Database, shadow: TenantId, user: UserId, login: &str) {
    let digest = Sha256::digest(login.as_bytes());
    let lane = user.0 % 16;
    let (subject, bytes) = (
        database.bytes_literal(&digest[..16]),
        database.bytes_literal(&digest),
    );
    let far = 9_000_000_000_000_i64;
    let sql = format!(
            "INSERT INTO person (tenant_id, id, login, name, email, language, role, disabled, password, created_at,
                                 factor, blocked_until, listed)
             VALUES ({shadow}, {user}, '{login}', 'shadow', {bytes}, 'ja', 0, 0, {bytes}, 0, 2, {far}, 1);
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
             INSERT INTO helpdesk_code (tenant_id, user_id, key_id, verifier, issued_at, expires_at, failures)
             VALUES ({shadow}, {user}, 1, {subject}, 0, {far}, 1);
             INSERT INTO private_address (tenant_id, user_id, sealed, confirmed_at, used_at, failures, blocked_until)
             VALUES ({shadow}, {user}, {bytes}, 0, NULL, 1, 0);
             INSERT INTO emailed_code (tenant_id, user_id, purpose, started_by, request, address, key_id, verifier,
                                       asked_at, expires_at, failures)
             VALUES ({shadow}, {user}, 0, {subject}, 'SHDW', NULL, 1, {subject}, {far}, {far}, 1);
             INSERT INTO pairing (tenant_id, user_id, started_by, user_code, expires_at, app_codes, wrong_codes)
             VALUES ({shadow}, {user}, {subject}, {bytes}, {far}, 1, 1);
             INSERT INTO person_group (tenant_id, id, name, created_at) VALUES ({shadow}, {user}, '{login}', 0);
             INSERT INTO person_word (tenant_id, word, user_id) VALUES ({shadow}, '{login}', {user});
             INSERT INTO outbox (tenant_id, id, user_id, kind, recipient, created_at, due_at)
             VALUES ({shadow}, {user}, {user}, 10, {bytes}, 0, {far});"
        );
    database.execute(&sql).await;
}
