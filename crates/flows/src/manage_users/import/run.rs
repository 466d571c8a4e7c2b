//! Writing a checked file: part by part, each taken and written in one transaction, so that each is written once however often the
//! import is begun, on whichever node.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::{GroupId, UserId},
    password::PasswordTerm,
    password_reset::INVITATION,
    permission::Operation,
    refusal::Refusal,
    tenant::Tenant,
    user_import::ImportedPerson,
};
use warifu_storage::{JobState, NewUser, StoreError, Tx, seal};

use super::{FirstPassword, KIND, PEOPLE, Stage, Tally, open_part, read_part, show_import};
use crate::{
    act::Act,
    by::By,
    console_job::SILENCE,
    ctx::{Ctx, MailMode},
    mailing::Enclosed,
    manage_users::{ManageError, email_context},
    passwords,
};

/// Whether first passwords can be mailed here: the tenant lets people choose a password by a link, and mail is sent at all.
pub fn may_mail_first_passwords(ctx: &Ctx, tenant: &Tenant) -> bool {
    tenant.policy.login.password_reset && ctx.mail == MailMode::Keep
}

/// Confirms a checked import, or goes on with one that stopped; [`run_import`] does it.
///
/// # Errors
/// [`Refusal::ImportOver`] if there is nothing to confirm; [`Refusal::NotOffered`] if first passwords cannot be mailed.
pub async fn begin_import(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
    first: FirstPassword,
) -> Result<(), ManageError> {
    let (act, kind) = (by.act(ctx, tenant), EventKind::UsersImported);
    let refuse = async |refusal| Err(act.deny(ctx, kind, None, refusal).await.into());
    let Some(import) = show_import(ctx, tenant, by, id, 0).await? else {
        return refuse(Refusal::ImportOver).await;
    };
    // Whoever confirms may be another person than whoever had the file checked.
    let role = Some(import.tally.highest_role());
    if let Err(refusal) = by.check(tenant, Operation::AddUser, role, act.now) {
        return refuse(refusal).await;
    }
    if first == FirstPassword::Mailed && !may_mail_first_passwords(ctx, tenant) {
        return refuse(Refusal::NotOffered).await;
    }
    let is_first = match import.stage {
        Stage::Checked => true,
        Stage::Stopped => false,
        Stage::Refused if import.tally.bad > 0 => return refuse(Refusal::ImportRefused).await,
        _ => return refuse(Refusal::ImportOver).await,
    };
    let words = match is_first {
        true => format!("import {id}: {} people", import.tally.fresh),
        false => format!("import {id}: gone on with"),
    };
    let event = by.event(kind, None).detail(&words);
    let act = act.clone();
    let begun = ctx.store.write(tenant.id, async move |tx| {
        tx.write_off_jobs(KIND, act.now - SILENCE).await?;
        let Some(mut job) = tx.find_job(KIND, id).await? else {
            return Ok(Err(Refusal::ImportOver));
        };
        let may_begin = matches!(
            job.state,
            JobState::Waiting | JobState::Failed | JobState::Cancelled
        );
        // One at a time: the next one waits for its turn.
        let is_free = may_begin && tx.find_running_job(KIND).await?.is_none();
        if !is_free
            || !tx
                .move_job(id, job.state, JobState::Running, act.now)
                .await?
        {
            act.audit(tx, event.clone().refused(&Refusal::ImportOver))
                .await?;
            return Ok(Err(Refusal::ImportOver));
        }
        if is_first {
            let mut tally = Tally::read(&job.result)?;
            tally.mailed = i64::from(first == FirstPassword::Mailed);
            (job.state, job.result, job.seen_at) = (JobState::Running, tally.write(), act.now);
            tx.update_job(&job).await?;
        }
        act.audit(tx, event.clone()).await?;
        Ok(Ok(()))
    });
    begun.await?.map_err(ManageError::Refused)
}

/// Does a confirmed import, and says in the database how far it is. Each person's trail begins with who added the person.
pub async fn run_import(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    id: i64,
) -> Result<(), ManageError> {
    loop {
        match run_part(ctx, tenant, by, id).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => {
                stop(ctx, tenant, id).await?;
                return Err(error);
            }
        }
    }
}

/// Says that an import stopped, so that it can be gone on with at once.
async fn stop(ctx: &Ctx, tenant: &Tenant, id: i64) -> Result<(), StoreError> {
    let now = ctx.clock.now();
    let stopped = ctx.store.write(tenant.id, async move |tx| {
        let (from, to) = (JobState::Running, JobState::Failed);
        tx.move_job(id, from, to, now).await
    });
    stopped.await.map(drop)
}

/// Writes the next part. `false`: there is none left, or the import is not one that runs.
async fn run_part(ctx: &Ctx, tenant: &Arc<Tenant>, by: &By, id: i64) -> Result<bool, ManageError> {
    // Opened outside the transaction: another runner may take it first, and then the transaction finds that out.
    let next = ctx
        .store
        .read(tenant.id, async move |tx| {
            tx.find_next_import_part(id, PEOPLE).await
        })
        .await?;
    let act = by.act(ctx, tenant);
    let (part, people) = match next {
        Some((part, sealed)) => {
            let text = open_part(ctx, tenant, id, &sealed)?;
            let people = read_part(&text, usize::MAX)?;
            (
                Some(part),
                people
                    .into_iter()
                    .map(|person| prepare(ctx, &act, person))
                    .collect(),
            )
        }
        None => (None, Vec::new()),
    };
    let ran = ctx.store.write(tenant.id, async move |tx| {
        let Some(mut job) = tx.find_job(KIND, id).await? else {
            return Ok(false);
        };
        if job.state != JobState::Running {
            return Ok(false);
        }
        let mut tally = Tally::read(&job.result)?;
        match part {
            Some(part) if tx.take_import_part(id, part).await? => {
                let added = write_people(tx, &act, id, &people, tally.mailed == 1).await?;
                tally.added += added;
                tally.overtaken += people.len() as i64 - added;
            }
            // Somebody else runs it too, and was first.
            Some(_) => return Ok(true),
            None => job.state = JobState::Finished,
        }
        (job.done, job.seen_at) = (tally.added + tally.overtaken, act.now);
        job.result = tally.write();
        tx.update_job(&job).await?;
        Ok(part.is_some())
    });
    Ok(ran.await?)
}

/// A person of a file with a number, everything sealed that is to be.
struct Prepared {
    id: UserId,
    person: ImportedPerson,
    email: Option<Vec<u8>>,
    imported: Option<Vec<u8>>,
}

impl Prepared {
    fn row(&self, groups: &HashMap<String, GroupId>) -> NewUser<'_> {
        let person = &self.person;
        let group = person.group.as_ref();
        NewUser {
            id: self.id,
            login: &person.login,
            name: &person.name,
            email: self.email.clone(),
            role: person.role,
            password: person
                .password
                .as_ref()
                .map(|_| passwords::FOREIGN.to_vec()),
            imported: self.imported.clone(),
            password_term: PasswordTerm::Lasting,
            // A group that was removed since the check is one that everybody has left.
            group: group.and_then(|group| groups.get(group.as_str()).copied()),
        }
    }
}

fn prepare(ctx: &Ctx, act: &Act, person: ImportedPerson) -> Prepared {
    let id = UserId(ctx.rng.id(act.now));
    let context = email_context(&act.tenant, id);
    let seal = |email: &String| seal::seal(&act.keys, ctx.rng.bytes(), &context, email.as_bytes());
    let seal_hash = |hash| passwords::seal_foreign(ctx, &act.keys, (act.tenant.id, id), hash);
    Prepared {
        id,
        email: person.email.as_ref().map(seal),
        imported: person.password.as_ref().map(seal_hash),
        person,
    }
}

/// Adds people with their events; says how many. Whoever took one of the login IDs since the check stays as he is.
async fn write_people(
    tx: &mut Tx<'_>,
    act: &Act,
    import: i64,
    people: &[Prepared],
    mail: bool,
) -> Result<i64, StoreError> {
    let groups = tx.list_groups().await?.into_iter();
    let groups: HashMap<String, GroupId> = groups.map(|group| (group.name, group.id)).collect();
    let rows: Vec<NewUser<'_>> = people.iter().map(|person| person.row(&groups)).collect();
    let added = tx.insert_users(import, &rows, act.now).await?;
    let events: Vec<AuditEvent> = people
        .iter()
        .filter(|prepared| added.contains(&prepared.id))
        .map(|prepared| event(act, prepared))
        .collect();
    tx.append_audits(&act.keys, &events, act.now).await?;
    if mail {
        invite_all(tx, act, people, &added).await?;
    }
    Ok(added.len() as i64)
}

fn event(act: &Act, prepared: &Prepared) -> AuditEvent {
    let person = &prepared.person;
    let hash = match &person.password {
        Some(hash) if hash.is_weak() => ", with a weak password hash",
        Some(_) => ", with a password hash",
        None => ", without a password",
    };
    let detail = format!("{}{hash}", person.role.word());
    act.signed(AuditEvent::new(EventKind::UserAdded, Some(prepared.id)).detail(&detail))
}

/// Mails a link to everybody who came without a password and has an address.
async fn invite_all(
    tx: &mut Tx<'_>,
    act: &Act,
    people: &[Prepared],
    added: &HashSet<UserId>,
) -> Result<(), StoreError> {
    for prepared in people {
        let is_meant = prepared.imported.is_none() && prepared.email.is_some();
        if is_meant && added.contains(&prepared.id) {
            invite(tx, act, prepared.id).await?;
        }
    }
    Ok(())
}

/// Mails a person a link by which to choose the first password.
pub(crate) async fn invite(tx: &mut Tx<'_>, act: &Act, user: UserId) -> Result<(), StoreError> {
    let (kind, token) = (EventKind::PasswordInvited, act.token());
    tx.replace_password_reset(user, &token.hash(), act.now + INVITATION)
        .await?;
    if let Some(recipient) = tx.find_user(user).await?.and_then(|person| person.email) {
        let link = Enclosed::Link(token);
        act.mail_enclosed(tx, user, kind, recipient, &link).await?;
    }
    act.audit(tx, AuditEvent::new(kind, Some(user))).await
}
