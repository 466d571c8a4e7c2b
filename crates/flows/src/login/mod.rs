//! Logging in: the password, then the second factor. What decides is `domain::decide`; what is kept in order is here. This file
//! holds what the steps share.

mod code;
mod crowd;
mod emailed_code;
mod lost_device;
mod pairing;
mod password;
mod reset;
mod set_up;

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    attempt::{Proven, Stage},
    audit::{AuditEvent, EventKind},
    decide::{Decision, Facts, decide},
    ids::UserId,
    policy::networks::is_trusted,
    refusal::Refusal,
    session::Session,
    tenant::Tenant,
    time::Timestamp,
    token::Token,
};
use warifu_storage::{ClosedAttempt, Member, SessionRow, StageKind, StoreError, TotpState, Tx};

use crate::{act::Act, ctx::Ctx, device, error::FlowError, familiar, mail_windows};

pub use code::{check_backup_code, check_code, check_helpdesk_code, show_again};
pub(crate) use crowd::load_facts_of_many;
pub use emailed_code::check_emailed_code;
pub use lost_device::report_lost;
pub use pairing::{abandon_pairing, confirm_pairing, find_pairing, start_pairing, type_app_code};
pub(crate) use password::network_of;
pub use password::{PasswordForm, start};
pub use reset::{ask_reset, reset, reset_page};
pub use set_up::{confirm_totp, kept_totp, pending_totp, skip};

/// Where the right password leads.
#[derive(Debug)]
pub enum LoginStep {
    /// Logged in.
    SignedIn(NewSession),
    /// A code is asked for; with the refusal of one that was typed on the same page.
    Challenge(Token, Option<Refusal>),
    /// A second factor has to be set up.
    Enrol(Token),
}

/// A session that has just begun. The token is told once.
#[derive(Debug)]
pub struct NewSession {
    /// Opens the session.
    pub token: Token,
    /// The known-browser cookie.
    pub known_browser: String,
    /// "Stay logged in": the cookie outlives the browser until then.
    pub remembered_until: Option<Timestamp>,
}

/// An open attempt, for its pages.
#[derive(Clone, Debug)]
pub struct AttemptView {
    /// The person's login ID.
    pub login: String,
    /// What it waits for.
    pub stage: Stage,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Wrong codes that are still forgiven, the last one included.
    pub guesses_left: i64,
}

/// What `decide` needs to know about a person now, for a request `from` an address; without one, no network is trusted.
/// `None`: the person is gone.
pub(crate) async fn load_facts(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    user: UserId,
    from: Option<IpAddr>,
    now: Timestamp,
) -> Result<Option<Facts>, StoreError> {
    let Some(person) = tx.find_user(user).await? else {
        return Ok(None);
    };
    let backup = tx.find_backup_set(user).await?;
    let totp = tx.find_totp_state(user).await?;
    let own = facts_of(tenant, &person.member(), totp.as_ref(), from);
    // Asked for only where it can stand in for something: nobody else's login should cost the look.
    let helpdesk_code =
        own.has_second_factor(&tenant.policy) && tx.find_helpdesk_code(user, now).await?.is_some();
    Ok(Some(Facts {
        backup_codes_left: backup.map_or(0, |row| row.set.left()),
        helpdesk_code,
        grace_until: find_grace(tx, tenant, user, totp.is_some()).await?,
        ..own
    }))
}

/// The facts that stand in a person's own row or come with the request; without backup codes, grace and helpdesk codes.
pub(crate) fn facts_of(
    tenant: &Tenant,
    person: &Member,
    totp: Option<&TotpState>,
    from: Option<IpAddr>,
) -> Facts {
    let networks = &tenant.policy.networks;
    Facts {
        role: person.role,
        disabled: person.disabled,
        tenant_suspended: tenant.suspended,
        has_totp: totp.is_some(),
        totp_suspended: totp.is_some_and(|totp| totp.suspended_at.is_some()),
        has_email: person.standing.has_email,
        backup_codes_left: 0,
        grace_until: None,
        must_enrol: person.standing.must_enrol,
        helpdesk_code: false,
        own_switch: person.standing.own_switch,
        trusted_network: from.is_some_and(|address| is_trusted(networks, address)),
    }
}

/// The grace of a person's group, asked for only where it can matter: nobody else's login should cost the look.
pub(crate) async fn find_grace(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    user: UserId,
    has_totp: bool,
) -> Result<Option<Timestamp>, StoreError> {
    match grace_matters(tenant, has_totp) {
        true => tx.find_grace(user).await,
        false => Ok(None),
    }
}

pub(crate) fn grace_matters(tenant: &Tenant, has_totp: bool) -> bool {
    tenant.policy.second_factor.demands() && !has_totp
}

/// Writes the session that a finished login is worth, with its event. One that the browser still had ends: its cookie is
/// about to be replaced, and nobody could end it there any more.
pub(crate) async fn open_session(
    tx: &mut Tx<'_>,
    act: &Act,
    proven: &Proven,
    token: Token,
) -> Result<NewSession, StoreError> {
    let rules = &act.tenant.policy.session;
    let session = Session::begin(proven, rules);
    let (address, agent) = match &act.origin {
        Some(origin) => (origin.address, origin.agent.to_string()),
        None => ([0, 0, 0, 0].into(), String::new()),
    };
    let row = SessionRow {
        token: token.hash(),
        session,
        address,
        agent,
    };
    if let Some(old) = act.origin.as_ref().and_then(|origin| origin.session)
        && let Some(owner) = tx.take_session(&old).await?
    {
        let ended = AuditEvent::new(EventKind::SignedOut, Some(owner));
        act.audit(tx, ended.detail("by a login in the same browser"))
            .await?;
    }
    tx.insert_session(&row, session.ends_at(rules)).await?;
    mail_windows::note_proof(tx, act, session.user, session.evidence).await?;
    if tx.note_login(session.user, act.now).await? > Timestamp(0) {
        tx.note_open(session.user).await?;
    }
    if let Some(language) = act.origin.as_ref().and_then(|origin| origin.language) {
        tx.note_language(session.user, language).await?;
    }
    let began = AuditEvent::new(EventKind::SignedIn, Some(session.user));
    act.audit(tx, began.detail(session.evidence.word())).await?;
    familiar::note_login(tx, act, session.user).await?;
    Ok(NewSession {
        token,
        known_browser: device::sign(&act.keys, act.tenant.id, session.user, act.now),
        remembered_until: session.remembered.then(|| session.ends_at(rules)),
    })
}

/// The login ID of whoever began an attempt that ended by its time or its wrong codes: it is asked for by those whom the person
/// calls (G7), and it is known to whoever holds the attempt's token.
pub async fn owner_of_ended(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    token: &Token,
) -> Result<Option<String>, FlowError> {
    let (wrong_codes, token, now) = (
        tenant.policy.login.wrong_codes,
        token.hash(),
        ctx.clock.now(),
    );
    let owner = ctx.store.read(tenant.id, async move |tx| {
        match tx.find_attempt(&token, wrong_codes, now).await? {
            Err(ClosedAttempt {
                user: Some(user), ..
            }) => tx.find_user(user).await,
            _ => Ok(None),
        }
    });
    Ok(owner.await?.map(|user| user.login))
}

/// An open attempt, for its pages.
pub async fn attempt(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    token: &Token,
) -> Result<AttemptView, FlowError> {
    let (tenant, token, now) = (tenant.clone(), token.hash(), ctx.clock.now());
    let view = ctx.store.read(tenant.id, async move |tx| {
        let policy = &tenant.policy;
        let row = match tx
            .find_attempt(&token, policy.login.wrong_codes, now)
            .await?
        {
            Ok(row) => row,
            Err(closed) => return Ok(Err(closed.why)),
        };
        let Some(user) = tx.find_user(row.pending.user).await? else {
            return Ok(Err(Refusal::AttemptOver));
        };
        let Some(facts) = load_facts(tx, &tenant, user.id, None, now).await? else {
            return Ok(Err(Refusal::AttemptOver));
        };
        let stage = match (row.stage, decide(policy, &facts, now)) {
            (StageKind::Enrolment, Decision::Enrol { may_skip_until }) => {
                Stage::Enrolment { may_skip_until }
            }
            (StageKind::SecondFactor, Decision::Challenge { methods }) => {
                Stage::SecondFactor(methods)
            }
            // Disabled, or another factor than when the password was checked.
            _ => return Ok(Err(Refusal::AttemptOver)),
        };
        let guesses_left = policy.login.wrong_codes - row.guesses;
        Ok(Ok(AttemptView {
            login: user.login,
            stage,
            expires_at: row.pending.expires_at,
            guesses_left,
        }))
    });
    Ok(view.await??)
}
