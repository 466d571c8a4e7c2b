//! One person's mail programs at the console: where they may come from, which were refused and what would let those in, and closing
//! what is open. What the person does about them is in `mail_windows.rs`.

use std::sync::Arc;

use warifu_domain::{
    audit::EventKind,
    mail_gate::{Remedy, Service, Verdict, judge, remedy},
    mail_window::SourceNetwork,
    permission::Operation,
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
    user::Login,
};
use warifu_storage::{MailRefusalRow, MailWindowRow, StoreError, Tx, UserRow};

use super::{ManageError, Whom, act::begin_act};
use crate::{by::By, ctx::Ctx, error::Fault, mail_gate::decide_at, mail_windows};

/// A person's mail programs.
#[derive(Clone, Debug)]
pub struct UserMail {
    /// Windows that are open, the one that ends last first.
    pub open: Vec<MailWindowRow>,
    /// Programs that were refused lately, the latest first, each with what would let it in now.
    pub refused: Vec<(MailRefusalRow, Remedy)>,
}

/// Reads what an administrator sees of a person's mail programs. `None`: the tenant's mail programs need no windows.
pub(super) async fn load_mail(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    person: &UserRow,
) -> Result<Option<UserMail>, Fault> {
    if !tenant.policy.mail.windows {
        return Ok(None);
    }
    let (kept, person, now) = (tenant.clone(), person.clone(), ctx.clock.now());
    let loaded = ctx.store.read(tenant.id, async move |tx| {
        let rules = &kept.policy.mail;
        let (open, rows) = mail_windows::list(tx, rules, person.id, now).await?;
        let mut refused = Vec::with_capacity(rows.len());
        for row in rows {
            let remedy = find_remedy(tx, &kept, &person, &row, now).await?;
            refused.push((row, remedy));
        }
        Ok(UserMail { open, refused })
    });
    Ok(Some(loaded.await?))
}

/// What would let in a mail program of `person` that was refused: the gate's own judgement, asked for once more, of each service
/// that it tried.
async fn find_remedy(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    person: &UserRow,
    refused: &MailRefusalRow,
    now: Timestamp,
) -> Result<Remedy, StoreError> {
    let rules = &tenant.policy.mail;
    let network = SourceNetwork::of(refused.address, rules.ipv6_prefix);
    let login = Login::parse(&person.login).map_err(|_| StoreError::corrupt("person.login"))?;
    let Some(found) = tx.find_at_gate(&login, network).await? else {
        return Ok(Remedy::Reopening); // Deleted a moment ago.
    };
    let decision = decide_at(tx, tenant, &found, refused.address, now).await?;
    let window = found.window.map(|row| row.window);
    let verdict = Service::of_bits(refused.services)
        .map(|service| judge(decision, rules, service, window.as_ref(), now))
        .find(|verdict| *verdict != Verdict::Allow);
    let verdict = verdict.unwrap_or(Verdict::Allow);
    let would_open = mail_windows::would_open(tx, tenant, person.id, refused.address, now).await?;
    Ok(remedy(decision, verdict, would_open))
}

/// Closes a person's window at one network, or, without one, all of them; what a mail program has open there ends soon
/// ([`crate::mail_kicks`]). Says how many there were.
pub async fn close_mail_windows(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    whom: impl Into<Whom>,
    network: Option<SourceNetwork>,
) -> Result<u64, ManageError> {
    let operation = Operation::CloseMailWindows;
    let (act, user) = begin_act(ctx, tenant, by, &whom.into(), operation).await?;
    let place = network.map_or_else(|| "all".to_owned(), |network| network.to_string());
    let words = match by.reason() {
        "" => place,
        reason => format!("{place}. {reason}"),
    };
    let event = by.event(EventKind::MailWindowClosed, Some(user.id));
    let event = event.detail(&words);
    let closed = ctx.store.write(tenant.id, async move |tx| {
        let closed = match network {
            None => act.close_mail_windows(tx, user.id).await?,
            Some(network) => u64::from(act.close_mail_window(tx, user.id, network).await?),
        };
        if network.is_some() && closed == 0 {
            let gone = Refusal::MailWindowGone;
            act.audit(tx, event.clone().refused(&gone)).await?;
            return Ok(Err(gone));
        }
        act.audit(tx, event.clone()).await?;
        Ok(Ok(closed))
    });
    closed.await?.map_err(ManageError::Refused)
}
