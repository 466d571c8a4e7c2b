//! Work for a console that takes longer than a page: what it is about, how far it is, what it found.

use warifu_domain::{ids::UserId, time::Timestamp};

use crate::store::{Row, StoreError, Tx};

/// Whether a piece of work goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It is prepared, and begins when somebody says so.
    Waiting,
    /// It is being done.
    Running,
    /// It is done.
    Finished,
    /// It could not be done, or whoever did it is gone.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl JobState {
    fn number(self) -> i64 {
        match self {
            Self::Running => 0,
            Self::Finished => 1,
            Self::Failed => 2,
            Self::Cancelled => 3,
            Self::Waiting => 4,
        }
    }

    fn from_number(number: i64) -> Option<Self> {
        let known = [
            Self::Waiting,
            Self::Running,
            Self::Finished,
            Self::Failed,
            Self::Cancelled,
        ];
        known.into_iter().find(|state| state.number() == number)
    }
}

/// A piece of work.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// Its id; grows with time.
    pub id: i64,
    /// Which work it is: a number of the flows.
    pub kind: i64,
    /// Who asked for it.
    pub user: UserId,
    /// What it works on.
    pub input: String,
    /// Whether it goes on.
    pub state: JobState,
    /// How much of it is done.
    pub done: i64,
    /// How much there is, about.
    pub total: i64,
    /// What it found so far.
    pub result: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it last said how far it is.
    pub seen_at: Timestamp,
}

/// What is being done of a kind.
pub(crate) const RUNNING_JOB: &str =
    "SELECT id, kind, user_id, input, state, done, total, result, started_at, seen_at FROM console_job
      WHERE tenant_id = $1 AND kind = $2 AND state = 0";

pub(crate) fn job(row: &Row<'_>) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        id: row.int(0)?,
        kind: row.int(1)?,
        user: UserId(row.int(2)?),
        input: row.text(3)?,
        state: JobState::from_number(row.int(4)?)
            .ok_or_else(|| StoreError::corrupt("console_job.state"))?,
        done: row.int(5)?,
        total: row.int(6)?,
        result: row.text(7)?,
        started_at: Timestamp(row.int(8)?),
        seen_at: Timestamp(row.int(9)?),
    })
}

impl Tx<'_> {
    /// Writes a piece of work that begins, unless one of its kind is being done: gives the id of the one that is now.
    pub async fn begin_job(&mut self, job: &JobRow) -> Result<i64, StoreError> {
        let tenant = self.tenant;
        let sql = "INSERT INTO console_job (tenant_id, id, kind, user_id, input, state, done, total, result, started_at, seen_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                   ON CONFLICT DO NOTHING";
        let params = [
            tenant.into(),
            job.id.into(),
            job.kind.into(),
            job.user.into(),
            (&job.input).into(),
            job.state.number().into(),
            job.done.into(),
            job.total.into(),
            (&job.result).into(),
            job.started_at.into(),
            job.seen_at.into(),
        ];
        if self.exec(sql, &params).await? == 1 {
            return Ok(job.id);
        }
        let running = self.find_running_job(job.kind).await?;
        // Between the two statements it may have ended.
        running
            .map(|running| running.id)
            .ok_or(StoreError::Contended)
    }

    /// The piece of work of a kind that is being done, or seems to be.
    pub async fn find_running_job(&mut self, kind: i64) -> Result<Option<JobRow>, StoreError> {
        let tenant = self.tenant;
        self.find(RUNNING_JOB, &[tenant.into(), kind.into()], job)
            .await
    }

    /// Writes off what is being done of a kind and was last seen before a time: nobody does it any more.
    pub async fn write_off_jobs(&mut self, kind: i64, before: Timestamp) -> Result<(), StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE console_job SET state = $4
                    WHERE tenant_id = $1 AND kind = $2 AND state = 0 AND seen_at < $3";
        let lost = JobState::Failed.number();
        let params = [tenant.into(), kind.into(), before.into(), lost.into()];
        self.exec(sql, &params).await?;
        Ok(())
    }

    /// Says how far a piece of work is, or that it is over. `false`: it was over already; whoever does it stops.
    pub async fn update_job(&mut self, job: &JobRow) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let rows = self
            .exec(
                "UPDATE console_job SET state = $3, done = $4, total = $5, result = $6, seen_at = $7
                  WHERE tenant_id = $1 AND id = $2 AND state = 0",
                &[
                    tenant.into(),
                    job.id.into(),
                    job.state.number().into(),
                    job.done.into(),
                    job.total.into(),
                    (&job.result).into(),
                    job.seen_at.into(),
                ],
            )
            .await?;
        Ok(rows == 1)
    }

    /// Stops a piece of work. `false`: it is over already.
    pub async fn cancel_job(&mut self, kind: i64, id: i64) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE console_job SET state = $4
                    WHERE tenant_id = $1 AND id = $2 AND kind = $3 AND state = 0";
        let cancelled = JobState::Cancelled.number();
        let params = [tenant.into(), id.into(), kind.into(), cancelled.into()];
        Ok(self.exec(sql, &params).await? == 1)
    }

    /// Moves a piece of work from one state to another. `false`: it is in another one, or somebody else was first.
    pub async fn move_job(
        &mut self,
        id: i64,
        from: JobState,
        to: JobState,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant;
        let sql = "UPDATE console_job SET state = $4, seen_at = $5 WHERE tenant_id = $1 AND id = $2 AND state = $3";
        let rows = self
            .exec(
                sql,
                &[
                    tenant.into(),
                    id.into(),
                    from.number().into(),
                    to.number().into(),
                    now.into(),
                ],
            )
            .await?;
        Ok(rows == 1)
    }

    /// Finds a piece of work of one kind.
    pub async fn find_job(&mut self, kind: i64, id: i64) -> Result<Option<JobRow>, StoreError> {
        let tenant = self.tenant;
        self.find(
            "SELECT id, kind, user_id, input, state, done, total, result, started_at, seen_at FROM console_job
              WHERE tenant_id = $1 AND id = $2 AND kind = $3",
            &[tenant.into(), id.into(), kind.into()],
            job,
        )
        .await
    }

    /// How many people the tenant has.
    pub async fn count_everybody(&mut self) -> Result<i64, StoreError> {
        let tenant = self.tenant;
        let sql = "SELECT COUNT(*) FROM person WHERE tenant_id = $1";
        let count = self.find(sql, &[tenant.into()], |row| row.int(0)).await?;
        Ok(count.unwrap_or(0))
    }
}
