//! Adding many people from a file. The file is checked as a whole (`check`) and kept in sealed parts; a confirmed import then writes
//! exactly these (`run`), a part a transaction, so that logins do not wait for it and an end in the middle is gone on with. Who came
//! with an import and never logged in can be taken back (`undo`).
//!
//! An import makes no passwords. People come with the hash that their old system had, or choose a password by a link that is mailed to
//! them: a list of a thousand first passwords would be the most valuable file in the house.

mod check;
mod run;
mod undo;

use std::sync::Arc;

use warifu_domain::{
    permission::Operation,
    tenant::Tenant,
    time::Timestamp,
    user::Role,
    user_import::{BadRow, Encoding, ImportedPerson, People},
};
use warifu_storage::{JobRow, JobState, SealedColumn, StoreError, seal};
use zeroize::Zeroizing;

use super::ManageError;
use crate::{
    by::By,
    console_job::{JobKind, SILENCE},
    ctx::Ctx,
};

pub use check::{check_import, prepare_import};
pub(super) use run::invite;
pub use run::{begin_import, may_mail_first_passwords, run_import};
pub use undo::{begin_undo, undo_import};

/// Its number among the kinds of work. What is done is said in the transactions that do it, so that the numbers are exact also after an
/// end in the middle; so [`console_job::run`](crate::console_job::run) is not what does it.
const KIND: i64 = JobKind::UserImport as i64;

/// People in one part, and so in one transaction: some ten milliseconds for which other writes wait.
const PART: usize = 1_000;

/// The part that says what is wrong.
const REPORT: i64 = 0;

/// The first part with people.
const PEOPLE: i64 = 1;

/// What happens to people of a file who are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Their rows are bad, and nothing is imported.
    Refuse,
    /// They stay as they are, and are listed.
    Skip,
}

/// How people without a hash get their first password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstPassword {
    /// Later, one by one.
    Later,
    /// By a link that is mailed to those with an address.
    Mailed,
}

/// An import in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// People of the file.
    pub rows: i64,
    /// Those who are to be added.
    pub fresh: i64,
    /// Those who are there already.
    pub existing: i64,
    /// What is wrong, one for each cell.
    pub bad: i64,
    /// Those to be added whose hash is weak.
    pub weak: i64,
    /// Those to be added without a hash.
    pub without_password: i64,
    /// Those of them who have a mail address.
    pub can_be_mailed: i64,
    /// The highest role in the file, as its number.
    highest_role: i64,
    /// 1: the file was read as Shift_JIS.
    shift_jis: i64,
    /// 1: first passwords are mailed.
    mailed: i64,
    /// Those who were added.
    pub added: i64,
    /// Those whose login ID somebody took since the check.
    pub overtaken: i64,
}

impl Tally {
    /// How the file was read.
    pub fn encoding(&self) -> Encoding {
        match self.shift_jis {
            0 => Encoding::Utf8,
            _ => Encoding::ShiftJis,
        }
    }

    /// The highest role that the file gives somebody.
    fn highest_role(&self) -> Role {
        Role::from_number(self.highest_role).unwrap_or(Role::Operator)
    }

    fn write(&self) -> String {
        let numbers = [
            self.rows,
            self.fresh,
            self.existing,
            self.bad,
            self.weak,
            self.without_password,
            self.can_be_mailed,
            self.highest_role,
            self.shift_jis,
            self.mailed,
            self.added,
            self.overtaken,
        ];
        numbers.map(|number| number.to_string()).join(" ")
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        let numbers: Vec<i64> = text
            .split(' ')
            .filter_map(|part| part.parse().ok())
            .collect();
        let [
            rows,
            fresh,
            existing,
            bad,
            weak,
            without_password,
            can_be_mailed,
            highest_role,
            shift_jis,
            mailed,
            added,
            overtaken,
        ] = numbers[..]
        else {
            return Err(StoreError::corrupt("console_job.result"));
        };
        Ok(Self {
            rows,
            fresh,
            existing,
            bad,
            weak,
            without_password,
            can_be_mailed,
            highest_role,
            shift_jis,
            mailed,
            added,
            overtaken,
        })
    }
}

/// An import as far as it is.
#[derive(Clone, Debug)]
pub struct Import {
    /// Its number.
    pub id: i64,
    /// How far it is.
    pub stage: Stage,
    /// In numbers.
    pub tally: Tally,
    /// When the file was checked.
    pub checked_at: Timestamp,
    /// Its first people; empty once they are imported.
    pub sample: Vec<ImportedPerson>,
    /// How many of those who came with it are still there, and how many of these are members who never logged in.
    pub left: (i64, i64),
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Rows are wrong, or nobody is to be added: nothing was or will be written.
    Refused,
    /// Checked; waits to be confirmed.
    Checked,
    /// It is being done.
    Running,
    /// It stopped in the middle; it can be gone on with.
    Stopped,
    /// The file waited too long, and is forgotten.
    Forgotten,
    /// It is done.
    Done,
}

/// A sealed part as text.
fn open_part(
    ctx: &Ctx,
    tenant: &Tenant,
    import: i64,
    sealed: &[u8],
) -> Result<Zeroizing<String>, StoreError> {
    let context = SealedColumn::ImportPart.context(tenant.id, import);
    let plain = seal::open(&ctx.keys(), &context, sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|_| StoreError::corrupt("import_part"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn seal_part(ctx: &Ctx, tenant: &Tenant, import: i64, text: &str) -> Vec<u8> {
    let context = SealedColumn::ImportPart.context(tenant.id, import);
    seal::seal(&ctx.keys(), ctx.rng.bytes(), &context, text.as_bytes())
}

/// The people of a part.
fn read_part(text: &str, limit: usize) -> Result<Vec<ImportedPerson>, StoreError> {
    let corrupt = || StoreError::corrupt("import_part");
    let people = People::read(text).map_err(|_| corrupt())?;
    let people = people
        .take(limit)
        .map(|person| person.map_err(|_| corrupt()));
    people.collect()
}

/// Whether `by` may import at all, and has proved it: asked when the page is opened.
pub fn may_import(ctx: &Ctx, tenant: &Tenant, by: &By) -> Result<(), ManageError> {
    let checked = by.check(tenant, Operation::AddUser, None, ctx.clock.now());
    checked.map_err(ManageError::Refused)
}

async fn find(ctx: &Ctx, tenant: &Tenant, id: i64) -> Result<Option<JobRow>, StoreError> {
    ctx.store
        .read(tenant.id, async move |tx| tx.find_job(KIND, id).await)
        .await
}

/// An import as far as it is. `None`: there is none of this number, or it is forgotten.
pub async fn show_import(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
    sample: usize,
) -> Result<Option<Import>, ManageError> {
    let now = ctx.clock.now();
    by.check(tenant, Operation::ListUsers, None, now)
        .map_err(ManageError::Refused)?;
    let Some(job) = find(ctx, tenant, id).await? else {
        return Ok(None);
    };
    let (first, left) = ctx
        .store
        .read(tenant.id, async move |tx| {
            let first = tx.find_next_import_part(id, PEOPLE).await?;
            Ok((first, tx.count_imported(id).await?))
        })
        .await?;
    let tally = Tally::read(&job.result)?;
    let is_silent = now - job.seen_at > SILENCE;
    let stage = match job.state {
        JobState::Running if is_silent => Stage::Stopped,
        JobState::Running => Stage::Running,
        JobState::Finished => Stage::Done,
        _ if tally.bad > 0 || tally.fresh == 0 => Stage::Refused,
        _ if first.is_none() => Stage::Forgotten,
        JobState::Waiting => Stage::Checked,
        JobState::Failed | JobState::Cancelled => Stage::Stopped,
    };
    let sample = match first {
        Some((_, sealed)) => read_part(&open_part(ctx, tenant, id, &sealed)?, sample)?,
        None => Vec::new(),
    };
    Ok(Some(Import {
        id,
        stage,
        tally,
        checked_at: job.started_at,
        sample,
        left,
    }))
}

/// What was found wrong with a file, and who of it was there already, in the order of its rows.
pub async fn list_problems(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
) -> Result<Vec<BadRow>, ManageError> {
    by.check(tenant, Operation::ListUsers, None, ctx.clock.now())
        .map_err(ManageError::Refused)?;
    let sealed = ctx
        .store
        .read(tenant.id, async move |tx| {
            tx.find_import_part(id, REPORT).await
        })
        .await?;
    let Some(sealed) = sealed else {
        return Ok(Vec::new());
    };
    let text = open_part(ctx, tenant, id, &sealed)?;
    let rows: Option<Vec<BadRow>> = text.lines().map(BadRow::read).collect();
    Ok(rows.ok_or_else(|| StoreError::corrupt("import_part"))?)
}
