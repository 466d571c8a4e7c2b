//! Checking a file: every row against the rules, against the other rows and against who is there.

use std::{borrow::Cow, collections::HashSet, sync::Arc};

use warifu_domain::{
    ids::UserId,
    permission::Operation,
    tenant::Tenant,
    user::Login,
    user_import::{BadCell, BadRow, Encoding, ImportedPerson, People, decode, write},
};
use warifu_storage::{JobRow, JobState, StoreError};
use zeroize::Zeroizing;

use super::{Existing, KIND, PART, REPORT, Tally, may_import, seal_part};
use crate::{by::By, ctx::Ctx, manage_users::ManageError};

/// A check of a file, as far as it is.
struct Checking<'c> {
    ctx: &'c Ctx,
    tenant: &'c Arc<Tenant>,
    by: &'c By,
    existing: Existing,
    /// The import that the parts are kept for. `None`: nothing is kept.
    import: Option<i64>,
    groups: HashSet<String>,
    tally: Tally,
    problems: Vec<BadRow>,
    parts: i64,
}

/// Checks a file and keeps nothing: the numbers, and everything that is wrong with it.
///
/// # Errors
/// If `by` may not import; a fault. Bad rows are no error here.
pub async fn check_import(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    file: &[u8],
    existing: Existing,
) -> Result<(Tally, Vec<BadRow>), ManageError> {
    check(ctx, tenant, by, file, existing, None).await
}

/// Checks a file and keeps it, sealed, until it is imported or a day has passed; gives its number. One with bad rows is not kept,
/// only what is wrong with it.
///
/// # Errors
/// As [`check_import`].
pub async fn prepare_import(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    file: &[u8],
    existing: Existing,
) -> Result<i64, ManageError> {
    may_import(ctx, tenant, by)?;
    let act = by.act(ctx, tenant);
    let id = act.row_id;
    let (tally, problems) = check(ctx, tenant, by, file, existing, Some(id)).await?;
    let lines: Vec<String> = problems.iter().map(BadRow::write).collect();
    let report = seal_part(ctx, tenant, id, &lines.join("\n"));
    let is_good = tally.bad == 0 && tally.fresh > 0;
    let job = JobRow {
        id,
        kind: KIND,
        user: by.user().unwrap_or(UserId(0)),
        input: String::new(),
        state: match is_good {
            true => JobState::Waiting,
            false => JobState::Failed,
        },
        done: 0,
        total: tally.fresh,
        result: tally.write(),
        started_at: act.now,
        seen_at: act.now,
    };
    ctx.store
        .write(tenant.id, async move |tx| {
            if !is_good {
                tx.delete_import_parts(id, REPORT).await?;
            }
            tx.insert_import_part((id, REPORT), &report, act.now)
                .await?;
            // The parts are there, so from here on it can be confirmed.
            tx.begin_job(&job).await
        })
        .await?;
    Ok(id)
}

async fn check(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    file: &[u8],
    existing: Existing,
    import: Option<i64>,
) -> Result<(Tally, Vec<BadRow>), ManageError> {
    may_import(ctx, tenant, by)?;
    let groups = ctx
        .store
        .read(tenant.id, async |tx| tx.list_groups().await)
        .await?;
    let mut checking = Checking {
        ctx,
        tenant,
        by,
        existing,
        import,
        groups: groups.into_iter().map(|group| group.name).collect(),
        tally: Tally::default(),
        problems: Vec::new(),
        parts: 0,
    };
    match decode(file) {
        Ok((text, encoding)) => {
            checking.tally.shift_jis = i64::from(encoding == Encoding::ShiftJis);
            match text {
                Cow::Borrowed(text) => checking.read(text).await?,
                Cow::Owned(text) => checking.read(&Zeroizing::new(text)).await?,
            }
        }
        Err(bad) => checking.note(bad),
    }
    // What concerns the whole stands in the order of its rows; people who are there are found later than the rows around them.
    checking.problems.sort_by_key(|bad| bad.line);
    Ok((checking.tally, checking.problems))
}

impl Checking<'_> {
    fn note(&mut self, bad: BadRow) {
        let counted = match (bad.why, self.existing) {
            (BadCell::Taken, Existing::Skip) => &mut self.tally.existing,
            _ => &mut self.tally.bad,
        };
        *counted += 1;
        self.problems.push(bad);
    }

    /// Goes through the rows, as many at once as make a part: a file of the largest size is never in memory as people.
    async fn read(&mut self, text: &str) -> Result<(), ManageError> {
        let rows = match People::read(text) {
            Ok(rows) => rows,
            Err(bad) => {
                self.note(bad);
                return Ok(());
            }
        };
        let mut people = Vec::with_capacity(PART);
        for row in rows {
            self.tally.rows += 1;
            match row {
                Ok(person) => people.push(person),
                Err(bad) => bad.into_iter().for_each(|bad| self.note(bad)),
            }
            if people.len() == PART {
                let full = std::mem::replace(&mut people, Vec::with_capacity(PART));
                self.take(full).await?;
            }
        }
        self.take(people).await
    }

    /// Asks who of these people is there, and keeps the others.
    async fn take(&mut self, people: Vec<ImportedPerson>) -> Result<(), ManageError> {
        let logins: Vec<Login> = people.iter().map(|person| person.login.clone()).collect();
        let taken = self
            .ctx
            .store
            .read(self.tenant.id, async move |tx| {
                tx.list_taken(&logins.iter().collect::<Vec<_>>()).await
            })
            .await?;
        let mut fresh = Vec::with_capacity(people.len());
        for person in people {
            let before = self.tally.bad;
            let is_taken = taken.contains(person.login.as_str());
            self.check_person(&person, is_taken);
            if !is_taken && self.tally.bad == before {
                self.count(&person);
                fresh.push(person);
            }
        }
        // A file with a bad row is not imported, so nothing more of it is kept.
        match self
            .import
            .filter(|_| self.tally.bad == 0 && !fresh.is_empty())
        {
            Some(import) => Ok(self.keep(import, &fresh).await?),
            None => Ok(()),
        }
    }

    fn check_person(&mut self, person: &ImportedPerson, is_taken: bool) {
        let now = self.ctx.clock.now();
        // Nobody makes somebody above the own role (SEC-69).
        let checked = self
            .by
            .check(self.tenant, Operation::AddUser, Some(person.role), now);
        let group = person.group.as_ref();
        let is_nowhere = group.is_some_and(|group| !self.groups.contains(group.as_str()));
        for (is_wrong, column, why) in [
            (is_taken, "login", BadCell::Taken),
            (is_nowhere, "group", BadCell::NoGroup),
            (checked.is_err(), "role", BadCell::RoleAbove),
        ] {
            if is_wrong {
                self.note(BadRow {
                    line: person.line,
                    column: Some(column),
                    why,
                });
            }
        }
    }

    fn count(&mut self, person: &ImportedPerson) {
        let tally = &mut self.tally;
        tally.fresh += 1;
        tally.highest_role = tally.highest_role.max(person.role.number());
        match &person.password {
            Some(hash) => tally.weak += i64::from(hash.is_weak()),
            None => {
                tally.without_password += 1;
                tally.can_be_mailed += i64::from(person.email.is_some());
            }
        }
    }

    async fn keep(&mut self, import: i64, people: &[ImportedPerson]) -> Result<(), StoreError> {
        self.parts += 1;
        let text = Zeroizing::new(write(people));
        let sealed = seal_part(self.ctx, self.tenant, import, &text);
        let (part, now) = (self.parts, self.ctx.clock.now());
        self.ctx
            .store
            .write(self.tenant.id, async move |tx| {
                tx.insert_import_part((import, part), &sealed, now).await
            })
            .await
    }
}
