//! What time has made useless is swept away, a bounded number of rows at a time. Nothing here decides anything: every
//! row was void before.

use warifu_domain::{
    mail_gate::REFUSAL_MEMORY,
    time::{Span, Timestamp},
};

use crate::{
    store::{StoreError, Tx},
    throttles::{BudgetKind, STRANGER_ROWS},
};

/// How long an expired attempt is kept, so that its page can still say why it ended.
const ATTEMPT_MEMORY: Span = Span::hours(1);
/// How long the outcome of a console's work is kept.
const JOB_MEMORY: Span = Span::days(7);
/// How long a file waits to be imported: it holds people's data and hashes of their passwords.
const IMPORT_MEMORY: Span = Span::hours(24);
/// How long it is kept who was reminded and what was said: a year's rounds can be compared.
const REMINDER_MEMORY: Span = Span::days(400);
/// How long an untouched budget of a stranger is kept.
const STRANGER_MEMORY: Span = Span::hours(24);

/// People that one sweep puts into the search's indexes, after an update of the program that changed them.
const LISTED_AT_ONCE: i64 = 500;

impl Tx<'_> {
    /// Sweeps one tenant, which remembers devices that are not seen again for `devices`; says how many rows went.
    pub async fn sweep(&mut self, now: Timestamp, devices: Span) -> Result<u64, StoreError> {
        let tenant = self.tenant;
        let mut swept = 0;
        for (sql, before) in [
            (
                "DELETE FROM login_attempt WHERE tenant_id = $1 AND expires_at < $2",
                now - ATTEMPT_MEMORY,
            ),
            (
                "DELETE FROM import_part WHERE tenant_id = $1 AND kept_at < $2",
                now - IMPORT_MEMORY,
            ),
            (
                "DELETE FROM emailed_code WHERE tenant_id = $1 AND asked_at < $2",
                now - ATTEMPT_MEMORY,
            ),
            (
                "DELETE FROM console_job WHERE tenant_id = $1 AND started_at < $2",
                now - JOB_MEMORY,
            ),
            (
                "DELETE FROM browser_session WHERE tenant_id = $1 AND ends_at < $2",
                now,
            ),
            (
                "DELETE FROM password_reset WHERE tenant_id = $1 AND expires_at < $2",
                now,
            ),
            (
                "DELETE FROM totp WHERE tenant_id = $1 AND confirmed_at IS NULL AND expires_at < $2",
                now,
            ),
            (
                "DELETE FROM pairing WHERE tenant_id = $1 AND expires_at < $2",
                now,
            ),
            (
                "DELETE FROM helpdesk_code WHERE tenant_id = $1 AND expires_at < $2",
                now,
            ),
            (
                "DELETE FROM mail_window WHERE tenant_id = $1 AND until < $2",
                now,
            ),
            (
                "DELETE FROM mail_refusal WHERE tenant_id = $1 AND refused_at < $2",
                now - REFUSAL_MEMORY,
            ),
            (
                "DELETE FROM person_address WHERE tenant_id = $1 AND confirmed_at IS NULL AND expires_at < $2",
                now,
            ),
            (
                "DELETE FROM familiar WHERE tenant_id = $1 AND seen_at < $2",
                now - devices,
            ),
            (
                "DELETE FROM reminder WHERE tenant_id = $1 AND sent_at < $2",
                now - REMINDER_MEMORY,
            ),
            (
                "DELETE FROM reminder_round WHERE tenant_id = $1 AND begun_at < $2",
                now - REMINDER_MEMORY,
            ),
        ] {
            swept += self.exec(sql, &[tenant.into(), before.into()]).await?;
        }
        self.note_time(now).await?;
        self.list_again(LISTED_AT_ONCE).await?;
        for kind in [
            BudgetKind::UnknownLogin,
            BudgetKind::Network,
            BudgetKind::ResetsInHour,
            BudgetKind::ResetsInDay,
            BudgetKind::ResetsOfNetwork,
            BudgetKind::MailFailures,
            BudgetKind::MailRefusals,
            BudgetKind::MailNotices,
            BudgetKind::GateStrangers,
            BudgetKind::NoticesToPerson,
            BudgetKind::NoticesToAddress,
            BudgetKind::AskedToAddressInHour,
            BudgetKind::AskedToAddressInDay,
            BudgetKind::AskedByPersonInDay,
            BudgetKind::AskedOfTenantInHour,
            BudgetKind::GuessesTold,
            BudgetKind::RemindersToAddress,
            BudgetKind::NoticesOfTenant,
            BudgetKind::ProofGuessesTold,
            BudgetKind::CodesToPerson,
            BudgetKind::CodesToAddress,
            BudgetKind::CodesOfNetwork,
            BudgetKind::Pairings,
        ] {
            let kind = kind as i64;
            // Beyond the bound the longest untouched go first: fair, and a flood evicts itself.
            let bound = self
                .find(
                    "SELECT updated_at FROM throttle WHERE tenant_id = $1 AND kind = $2
                      ORDER BY updated_at DESC LIMIT 1 OFFSET $3",
                    &[tenant.into(), kind.into(), STRANGER_ROWS.into()],
                    |row| row.int(0),
                )
                .await?;
            let before = bound
                .map_or(i64::MIN, |at| at + 1)
                .max((now - STRANGER_MEMORY).0);
            let sql = "DELETE FROM throttle WHERE tenant_id = $1 AND kind = $2 AND updated_at < $3";
            swept += self
                .exec(sql, &[tenant.into(), kind.into(), before.into()])
                .await?;
        }
        Ok(swept)
    }
}
