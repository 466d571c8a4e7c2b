//! What a story looks at: the trail, the mails, the rows; and what has to be true of them in the end.

use warifu_domain::audit::EventKind;
use warifu_flows::{By, audit, manage_users, notices};
use warifu_storage::{AuditFilter, AuditRow, BudgetKind, ChainCheck, Standing};

use super::{World, people::Person};
use crate::support::database::Dump;

impl World {
    /// Every event of the tenant, oldest first.
    pub(crate) async fn audit_rows(&self) -> Vec<AuditRow> {
        let filter = AuditFilter {
            limit: 100_000,
            ..AuditFilter::default()
        };
        let mut rows = audit::list(&self.ctx, &self.tenant().await, filter)
            .await
            .unwrap();
        rows.reverse();
        rows
    }

    /// What happened to a person, as `kind` or `kind refusal`, oldest first.
    pub(crate) async fn events_of(&self, person: &Person) -> Vec<String> {
        let rows = self.audit_rows().await;
        let own = rows.iter().filter(|row| row.user == Some(person.id));
        own.map(|row| match &row.refusal {
            Some(refusal) => format!("{} {refusal}", row.kind.word()),
            None => row.kind.word().to_owned(),
        })
        .collect()
    }

    /// What was mailed to a person's first address, oldest first.
    pub(crate) async fn mails_to(&self, person: &Person) -> Vec<EventKind> {
        self.mails_at(person, &person.email).await
    }

    /// What was mailed to one address of a person, oldest first.
    pub(crate) async fn mails_at(&self, person: &Person, address: &str) -> Vec<EventKind> {
        let notices = notices::list(&self.ctx, &self.tenant().await, 0, 1000)
            .await
            .unwrap();
        let own = notices.iter().filter(|notice| notice.login == person.login);
        own.filter(|notice| notice.code().is_none() && notice.recipient == address)
            .map(|notice| notice.kind)
            .collect()
    }

    /// Codes that were mailed to a person, oldest first: to which address, under which name, which digits.
    pub(crate) async fn codes_to(&self, person: &Person) -> Vec<(String, String, String)> {
        let tenant = self.tenant().await;
        let notices = notices::list(&self.ctx, &tenant, 0, 1000).await.unwrap();
        let own = notices
            .into_iter()
            .filter(|notice| notice.login == person.login);
        own.filter_map(|notice| {
            let code = notice.code()?.clone();
            Some((notice.recipient, code.request, code.digits.to_string()))
        })
        .collect()
    }

    /// Every row of the tenant.
    pub(crate) async fn dump(&self) -> Dump {
        self.database.dump(self.tenant().await.id.0).await
    }

    /// Everything a thief of the disk or of a backup gets.
    pub(crate) async fn stolen_bytes(&self) -> Vec<u8> {
        self.database.bytes().await
    }

    /// The one number that a query gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.text(sql).await.parse().unwrap()
    }

    /// The one text that a query gives; bytes as `\x` and hex.
    pub(crate) async fn text(&self, sql: &str) -> String {
        let mut rows = self.database.query(sql).await;
        rows.swap_remove(0).swap_remove(0)
    }

    /// How many rows the tenant has in a table, of those that meet a condition.
    pub(crate) async fn rows(&self, table: &str, condition: &str) -> i64 {
        let tenant = self.tenant().await.id;
        let sql =
            format!("SELECT COUNT(*) FROM {table} WHERE tenant_id = {tenant} AND {condition}");
        self.number(&sql).await
    }

    /// Failures that all budgets of a kind have counted.
    pub(crate) async fn failures(&self, kind: BudgetKind) -> i64 {
        self.number(&format!(
            "SELECT COALESCE(SUM(failures), 0) FROM throttle WHERE tenant_id = 1 AND kind = {}",
            kind as i64
        ))
        .await
    }

    /// Wrong codes in a row at a person's app.
    pub(crate) async fn totp_failures(&self, person: &Person) -> i64 {
        let id = person.id;
        let state = self
            .ctx
            .store
            .read(self.tenant().await.id, async move |tx| {
                tx.find_totp_state(id).await
            });
        state.await.unwrap().expect("an app is registered").failures
    }

    /// What lists tell of people is what the tables say that it is taken from (docs/decisions/0008).
    pub(crate) async fn check_standings(&self) {
        // A story may delete the tenant, or close its server's connections, in the end.
        let Ok(Some(tenant)) = self.ctx.tenant(&self.slug).await else {
            return;
        };
        let now = self.now();
        let by = By::command_line();
        let Ok(people) = manage_users::list_users(&self.ctx, &tenant, &by, "", 1000).await else {
            return;
        };
        for person in people {
            let id = person.member.id;
            let truth = self
                .ctx
                .store
                .read(tenant.id, async move |tx| tx.find_true_standing(id).await);
            let truth = truth.await.unwrap().expect("listed a moment ago");
            let ahead = |standing: Standing| Standing {
                // What is over counts like what never was, until it is swept away.
                blocked_until: standing.blocked_until.max(now),
                ..standing
            };
            assert_eq!(
                ahead(person.member.standing),
                ahead(truth),
                "{}",
                person.login
            );
        }
    }

    /// The audit trail is whole; says how many events it has.
    pub(crate) async fn check_audit(&self) -> u64 {
        match audit::check_chain(&self.ctx, &self.tenant().await)
            .await
            .unwrap()
        {
            ChainCheck::Whole(events) => events,
            broken => panic!("the audit trail is broken: {broken:?}"),
        }
    }
}
