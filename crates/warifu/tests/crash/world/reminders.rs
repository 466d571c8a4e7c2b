//! Rounds of reminders in the database, and the mails that wait.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use warifu_domain::time::{Span, Timestamp};
use warifu_flows::console_job::JobKind;
use warifu_storage::ReminderRound;

use super::{TENANT, World, system_now};

impl World {
    /// How a round of reminders stands.
    pub(crate) fn round(&self, id: i64) -> ReminderRound {
        let found = self.with_store(async |store| {
            let found = store.read(TENANT, async move |tx| tx.find_reminder_round(id).await);
            found.await.unwrap()
        });
        found.expect("a round that was begun is there")
    }

    /// Does something as soon as the first reminders of a round are written. Looks often: a fast machine writes hundreds of others
    /// while the database is opened once more.
    pub(crate) fn once_reminded(&self, id: i64, limit: Duration, act: impl FnOnce()) {
        let began = Instant::now();
        self.with_store(async |store| {
            loop {
                let found = store.read(TENANT, async move |tx| tx.find_reminder_round(id).await);
                if (found.await.unwrap()).is_some_and(|round| round.counts.sent > 0) {
                    break;
                }
                assert!(began.elapsed() < limit, "no reminder is ever written");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            act();
        });
    }

    /// Lets time pass for what a killed server left: its round is done by nobody, its leases are over, and all mail is due.
    pub(crate) fn let_time_pass(&self) {
        self.with_store(async |store| {
            let later = system_now() + Span::days(1);
            let waiting =
                store.read_platform(async move |tx| tx.list_due_notices(later, 1_000_000).await);
            let waiting = Arc::new(waiting.await.unwrap());
            let moved = store.write(TENANT, async move |tx| {
                tx.write_off_jobs(JobKind::Reminders as i64, later).await?;
                for notice in waiting.iter() {
                    // A server that runs may have taken it meanwhile.
                    tx.postpone_notice(notice.id, notice.due_at, Timestamp(0))
                        .await?;
                }
                Ok(())
            });
            moved.await.unwrap();
        });
    }

    /// Mails that wait.
    pub(crate) fn waiting_mails(&self) -> i64 {
        self.with_store(async |store| {
            let state = store.read_platform(async |tx| tx.outbox_state().await);
            state.await.unwrap().waiting
        })
    }
}
