//! Everything that an administrator sees of one person: what the person has, where the person is signed in, what happened, what the
//! next login would ask for and why.

use std::sync::Arc;

use warifu_domain::{
    decide::{Decision, Facts, decide},
    emailed_code::CodePurpose,
    explain::{Why, explain},
    ids::UserId,
    permission::Operation,
    tenant::Tenant,
    time::Timestamp,
    user::Login,
};
use warifu_storage::{AuditFilter, AuditRow, GroupRow, SessionRow, TotpState, UserRow};

use super::{
    ManageError, Whom,
    mail::{UserMail, load_mail},
    open_email,
};
use crate::{audit, by::By, ctx::Ctx, login::load_facts, session::ListedSession};

/// Events that a person's page shows.
const EVENTS_SHOWN: i64 = 20;

/// Everything an administrator sees of one person.
#[derive(Clone, Debug)]
pub struct UserDetails {
    /// The account.
    pub user: UserRow,
    /// Where notices go.
    pub email: Option<String>,
    /// The authenticator app.
    pub totp: Option<TotpState>,
    /// Where codes by mail go, and since when (K6).
    pub private_address: Option<(String, Timestamp)>,
    /// An address that is to take its place, while the code that confirms it is awaited.
    pub awaited_address: Option<String>,
    /// Codes by mail count for this person, if an address is registered (SEC-26).
    pub may_use_email: bool,
    /// The second factor is on: there is one that counts, for which a helpdesk code could stand in.
    pub has_second_factor: bool,
    /// Backup codes that still count.
    pub backup_codes_left: u32,
    /// When the set of backup codes was issued; `None`: there is none in force.
    pub backup_codes_since: Option<Timestamp>,
    /// Until when a helpdesk code is open.
    pub helpdesk_until: Option<Timestamp>,
    /// The group that the person belongs to.
    pub group: Option<GroupRow>,
    /// How many sessions are open.
    pub sessions: i64,
    /// The newest of them.
    pub open_sessions: Vec<ListedSession>,
    /// What the right password would lead to now.
    pub decision: Decision,
    /// Why.
    pub why: Why,
    /// What happened lately, newest first; nothing for the command line, which has a trail of its own.
    pub events: Vec<AuditRow>,
    /// The person's mail programs, for the console alone. `None`: they need no windows.
    pub mail: Option<UserMail>,
}

/// Everything about one person, for the command line.
pub async fn show_user(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    login: &Login,
) -> Result<UserDetails, ManageError> {
    load(ctx, tenant, login.into()).await
}

/// Everything about one person, for the console.
pub async fn user_details(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    by: &By,
    user: UserId,
) -> Result<UserDetails, ManageError> {
    let mut details = load(ctx, tenant, user.into()).await?;
    let (operation, role) = (Operation::ShowUser, details.user.role);
    by.check(tenant, operation, Some(role), ctx.clock.now())
        .map_err(ManageError::Refused)?;
    let filter = AuditFilter {
        user: Some(user),
        limit: EVENTS_SHOWN,
        ..AuditFilter::default()
    };
    details.events = audit::search(ctx, tenant, by, filter).await?.rows;
    details.mail = load_mail(ctx, tenant, &details.user).await?;
    Ok(details)
}

pub(super) async fn load(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    whom: Whom,
) -> Result<UserDetails, ManageError> {
    let (kept, wanted, now) = (tenant.clone(), whom.clone(), ctx.clock.now());
    let loaded = ctx.store.read(tenant.id, async move |tx| {
        let policy = &kept.policy;
        let Some(user) = wanted.find_in(tx).await? else {
            return Ok(None);
        };
        let id = user.id;
        let Some(facts) = load_facts(tx, &kept, id, None, now).await? else {
            return Ok(None);
        };
        let codes = tx.find_backup_set(id).await?;
        let in_force = codes.filter(|row| !row.set.current.is_empty());
        let sessions = tx.list_sessions(id).await?;
        let alive = sessions
            .iter()
            .filter(|row| !row.session.is_over(&policy.session, now));
        let idle_since = now - policy.session.idle();
        let address = tx.find_private_address(id).await?;
        let asked = tx.find_emailed_code(id, CodePurpose::Confirm).await?;
        let awaited = asked.filter(|row| now < row.expires_at);
        let awaited = awaited.and_then(|row| row.address);
        let has_address = Facts {
            has_email: true,
            ..facts
        };
        let details = UserDetails {
            email: None,
            private_address: None,
            awaited_address: None,
            may_use_email: has_address.may_use_email(policy),
            has_second_factor: facts.has_second_factor(policy),
            totp: tx.find_totp_state(id).await?,
            backup_codes_left: facts.backup_codes_left,
            backup_codes_since: in_force.map(|row| row.issued_at),
            helpdesk_until: tx.find_helpdesk_code(id, now).await?,
            group: match user.group {
                Some(group) => tx.find_group(group).await?,
                None => None,
            },
            sessions: tx.count_sessions(id, now, idle_since).await?,
            open_sessions: alive.map(|row| listed(row, &kept, now)).collect(),
            decision: decide(policy, &facts, now),
            why: explain(policy, &facts, now),
            events: Vec::new(),
            mail: None,
            user,
        };
        Ok(Some((details, address, awaited)))
    });
    let Some((mut details, address, awaited)) = loaded.await? else {
        return Err(whom.missing());
    };
    if let Some(sealed) = &details.user.email {
        details.email = Some(open_email(ctx, tenant, details.user.id, sealed)?);
    }
    if let Some(row) = address {
        let address = open_email(ctx, tenant, details.user.id, &row.sealed)?;
        details.private_address = Some((address, row.confirmed_at));
    }
    if let Some(sealed) = awaited {
        let address = open_email(ctx, tenant, details.user.id, &sealed)?;
        details.awaited_address = Some(address);
    }
    Ok(details)
}

fn listed(row: &SessionRow, tenant: &Tenant, now: Timestamp) -> ListedSession {
    ListedSession {
        id: row.token.session_id(),
        is_this: false,
        agent: row.agent.clone(),
        address: row.address,
        began_at: row.session.began_at,
        seen_at: row.session.seen_at,
        level: row.session.level(&tenant.policy.session, now),
    }
}
