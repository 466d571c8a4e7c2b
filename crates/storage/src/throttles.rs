//! Budgets of password failures. A guess is counted before the password is looked at and given back when it was right.

use warifu_domain::{
    ids::UserId,
    throttle::{CLOSED_AT, NETWORK_FAILURES, NETWORK_WINDOW, wait_after},
    time::{Span, Timestamp},
};

use crate::store::{StoreError, Tx};

/// Whose failures are counted. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetKind {
    /// An account, from browsers that logged in before.
    KnownBrowser = 1,
    /// An account, from everywhere else.
    OtherBrowser = 2,
    /// A login ID that nobody has: counted alike, so that nobody can tell (SEC-49).
    UnknownLogin = 3,
    /// A client network.
    Network = 4,
    /// Reset mails to an account in an hour (SEC-29); accounts that do not exist are counted alike.
    ResetsInHour = 5,
    /// Reset mails to an account in a day.
    ResetsInDay = 6,
    /// Reset mails that a client network asked for.
    ResetsOfNetwork = 7,
    /// Wrong passwords of one account's mail clients on one network (SEC-48).
    MailFailures = 12,
    /// Refusals of one person's mail clients that were recorded.
    MailRefusals = 13,
    /// Notices to one person about refused mail clients.
    MailNotices = 14,
    /// Networks that asked the gate without a good key, and were recorded (SEC-56).
    GateStrangers = 15,
    /// Notices to a person (SEC-29); over the limit they are told together.
    NoticesToPerson = 20,
    /// Notices to an address, whoever's it is.
    NoticesToAddress = 21,
    /// Mails to an address that somebody asked for, in an hour.
    AskedToAddressInHour = 22,
    /// Mails to an address that somebody asked for, in a day.
    AskedToAddressInDay = 23,
    /// Mails that a person asked for, to whichever address.
    AskedByPersonInDay = 24,
    /// Mails that anybody of the tenant asked for.
    AskedOfTenantInHour = 25,
    /// Notices of guesses at a person's codes (SEC-43).
    GuessesTold = 26,
    /// Notices to anybody of the tenant, in sixteen parts, so that logins do not wait for one row.
    NoticesOfTenant = 28,
    /// Reminders to an address in a day, whoever's it is.
    RemindersToAddress = 27,
    /// Notices of guesses at the password of an open session (SEC-43).
    ProofGuessesTold = 29,
    /// Codes that were sent to a person in an hour (SEC-29).
    CodesToPerson = 30,
    /// Codes that were sent to a mail address in a day.
    CodesToAddress = 31,
    /// Codes that a client network asked for.
    CodesOfNetwork = 32,
    /// Codes that the people of the tenant asked for.
    CodesOfTenant = 33,
    /// Pairings of a person that came to nothing, or may still (K4).
    Pairings = 40,
}

/// Rows of [`BudgetKind::UnknownLogin`] and [`BudgetKind::Network`] that a tenant keeps at most: what strangers can fill.
pub const STRANGER_ROWS: i64 = 100_000;

impl Tx<'_> {
    /// Counts a guess against a budget of consecutive failures. `false`: the budget waits or is closed. `user` is whose it is,
    /// if anybody's.
    pub async fn reserve_guess(
        &mut self,
        kind: BudgetKind,
        subject: &[u8],
        user: Option<UserId>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let failures = self
            .find(
                "INSERT INTO throttle (tenant_id, kind, subject, failures, blocked_until, updated_at)
                 VALUES ($1, $2, $3, 1, 0, $4)
                 ON CONFLICT (tenant_id, kind, subject) DO UPDATE
                    SET failures = throttle.failures + 1, updated_at = $4
                  WHERE throttle.failures < $5 AND throttle.blocked_until <= $4
                 RETURNING failures",
                &[tenant.into(), (kind as i64).into(), subject.into(), now.into(), CLOSED_AT.into()],
                |row| row.int(0),
            )
            .await?;
        let Some(failures) = failures else {
            return Ok(false);
        };
        let wait = wait_after(failures);
        if wait.0 > 0 {
            self.exec(
                "UPDATE throttle SET blocked_until = $4 WHERE tenant_id = $1 AND kind = $2 AND subject = $3",
                &[tenant.into(), (kind as i64).into(), subject.into(), (now + wait).into()],
            )
            .await?;
            if let Some(user) = user {
                self.note_blocked(user, failures, now + wait).await?;
            }
        }
        Ok(true)
    }

    /// How many failures in a row a budget has.
    pub async fn count_guesses(
        &mut self,
        kind: BudgetKind,
        subject: &[u8],
    ) -> Result<i64, StoreError> {
        let tenant = self.tenant;
        let sql =
            "SELECT failures FROM throttle WHERE tenant_id = $1 AND kind = $2 AND subject = $3";
        let params = [tenant.into(), (kind as i64).into(), subject.into()];
        let failures = self.find(sql, &params, |row| row.int(0)).await?;
        Ok(failures.unwrap_or(0))
    }

    /// Forgets an account's failures: its owner was here.
    pub async fn release_guesses(
        &mut self,
        kind: BudgetKind,
        subject: &[u8],
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "DELETE FROM throttle WHERE tenant_id = $1 AND kind = $2 AND subject = $3";
        self.exec(sql, &[tenant.into(), (kind as i64).into(), subject.into()])
            .await?;
        Ok(())
    }

    /// Opens every budget of an account: an administrator, or a fresh proof, vouches for it.
    pub async fn release_all_guesses(&mut self, subject: &[u8]) -> Result<(), StoreError> {
        self.release_guesses(BudgetKind::KnownBrowser, subject)
            .await?;
        self.release_guesses(BudgetKind::OtherBrowser, subject)
            .await
    }

    /// Gives one guess back that was counted and not judged.
    pub async fn return_guess(
        &mut self,
        kind: BudgetKind,
        subject: &[u8],
    ) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE throttle SET failures = failures - 1, blocked_until = 0
                    WHERE tenant_id = $1 AND kind = $2 AND subject = $3 AND failures > 0";
        self.exec(sql, &[tenant.into(), (kind as i64).into(), subject.into()])
            .await?;
        Ok(())
    }

    /// Counts a guess of a client network in its present window. `false`: the network has used its failures up.
    pub async fn reserve_network_guess(
        &mut self,
        network: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (kind, most) = (BudgetKind::Network, NETWORK_FAILURES);
        self.reserve_in_window(kind, network, most, NETWORK_WINDOW, now)
            .await
    }

    /// Counts something that may happen `most` times in a `window`, which begins with the first. `false`: it may not now.
    pub async fn reserve_in_window(
        &mut self,
        kind: BudgetKind,
        subject: &[u8],
        most: i64,
        window: Span,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        // Here blocked_until is the end of the window.
        let counted = self
            .find(
                "INSERT INTO throttle (tenant_id, kind, subject, failures, blocked_until, updated_at)
                 VALUES ($1, $2, $3, 1, $5, $4)
                 ON CONFLICT (tenant_id, kind, subject) DO UPDATE
                    SET failures = CASE WHEN throttle.blocked_until <= $4 THEN 1 ELSE throttle.failures + 1 END,
                        blocked_until = CASE WHEN throttle.blocked_until <= $4 THEN $5 ELSE throttle.blocked_until END,
                        updated_at = $4
                  WHERE throttle.blocked_until <= $4 OR throttle.failures < $6
                 RETURNING failures",
                &[
                    tenant.into(),
                    (kind as i64).into(),
                    subject.into(),
                    now.into(),
                    (now + window).into(),
                    most.into(),
                ],
                |row| row.int(0),
            )
            .await?;
        Ok(counted.is_some())
    }

    /// When a window of [`Tx::reserve_in_window`] ends in which nothing more may happen; `None`: something may.
    pub async fn find_full_window(
        &mut self,
        kind: BudgetKind,
        subject: &[u8],
        most: i64,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT blocked_until FROM throttle
                    WHERE tenant_id = $1 AND kind = $2 AND subject = $3 AND failures >= $4 AND blocked_until > $5";
        let params = [
            tenant.into(),
            (kind as i64).into(),
            subject.into(),
            most.into(),
            now.into(),
        ];
        self.find(sql, &params, |row| Ok(Timestamp(row.int(0)?)))
            .await
    }

    /// Gives a client network its guess back.
    pub async fn release_network_guess(&mut self, network: &[u8]) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE throttle SET failures = failures - 1
                    WHERE tenant_id = $1 AND kind = $2 AND subject = $3 AND failures > 0";
        self.exec(
            sql,
            &[
                tenant.into(),
                (BudgetKind::Network as i64).into(),
                network.into(),
            ],
        )
        .await?;
        Ok(())
    }
}
