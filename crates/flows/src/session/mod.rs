//! Signed-in browsers: found at every request, listed, ended. Proving again stands beside it.

mod proof;

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    decide::{Decision, Facts, Lacks, decide, lacks},
    ids::{SessionId, UserId},
    refusal::Refusal,
    session::{Level, Session},
    tenant::Tenant,
    time::{Span, Timestamp},
    token::{Token, TokenHash},
    user::Role,
};
use warifu_storage::{Entry, StoreError, TotpState, Tx};

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    login::{facts_of, find_grace},
};

pub use crate::second_factor::TypedProof;
pub use proof::prove;
pub(crate) use proof::{check_password, renew, step_up, step_up_by_mail};

/// A request is noted in its session at most this often: reading a page should not cost a durable write.
const SEEN_EVERY: Span = Span::minutes(1);

/// Who is signed in at a browser.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// What the session was found by.
    pub token: TokenHash,
    /// What was proved, and when.
    pub session: Session,
    /// The person.
    pub user: UserId,
    /// The person's login ID.
    pub login: String,
    /// The person's name; may be empty.
    pub name: String,
    /// The person's role.
    pub role: Role,
    /// The language the person chose: `ja` or `en`.
    pub language: Option<String>,
    /// The password is kept here, not in a directory.
    pub has_password: bool,
    /// A confirmed authenticator app exists.
    pub has_totp: bool,
    /// Codes by mail count for this person (K6).
    pub has_email: bool,
    /// What the person switched the second factor to (K1). `None`: never touched.
    pub own_switch: Option<bool>,
    /// This request comes from a network that the tenant trusts (K2).
    pub trusted_network: bool,
    /// Until when the person may put off setting up the compulsory second factor, wherever the person is now (W8).
    pub may_skip_until: Option<Timestamp>,
    /// What `decide` asks of this session now that it does not have.
    pub lacks: Lacks,
    /// The same for a change of what protects the account, which no network makes easier (SEC-51).
    pub(crate) lacks_for_changes: Lacks,
}

impl SignedIn {
    /// Whether a second factor has to be set up before anything else.
    pub fn must_enrol(&self) -> bool {
        self.lacks == Lacks::Enrolment
    }

    /// Refuses unless everything this person has to prove was proved in this session within the last minutes (SEC-37). A
    /// session that was never asked for the second factor proved the password only. A password that was to be used once is
    /// replaced before anything else is changed (SEC-70).
    pub(crate) fn check_fresh_proof(&self, now: Timestamp) -> Result<(), Refusal> {
        self.check_fresh_proof_for_password(now)?;
        if self.lacks == Lacks::Password {
            return Err(Refusal::PasswordTemporary);
        }
        Ok(())
    }

    /// [`Self::check_fresh_proof`] for the one change that a temporary password is there for.
    pub(crate) fn check_fresh_proof_for_password(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.session.is_fresh(now) && self.lacks_for_changes != Lacks::Proof {
            Ok(())
        } else {
            Err(Refusal::ProofNeeded)
        }
    }

    /// Whether a password of the person's own has to be chosen before anything else.
    pub fn must_choose_password(&self) -> bool {
        self.lacks == Lacks::Password
    }

    /// Whether the person has a second factor that could be asked for.
    pub fn has_second_factor(&self) -> bool {
        self.has_totp || self.has_email
    }

    /// Whether this person may never be without a second factor (SEC-70).
    pub fn must_have_second_factor(&self) -> bool {
        self.role >= Role::Administrator
    }
}

/// Finds the session behind a cookie. `None`: there is none, it is over, or its owner may not be here any more.
pub async fn find(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    token: &Token,
    from: Option<IpAddr>,
) -> Result<Option<SignedIn>, FlowError> {
    let (kept, token, now) = (tenant.clone(), token.hash(), ctx.clock.now());
    let found = ctx
        .store
        .read(tenant.id, async move |tx| {
            let entry = tx.find_entry(&token).await?;
            signed_in(tx, &kept, entry, from, now).await
        })
        .await?;
    let found = found.map(|(who, _)| who);
    note_seen(ctx, tenant, found.as_ref(), now).await?;
    Ok(found)
}

/// Finds a tenant by the first segment of a path, and there the session behind a cookie as [`find`] does. `None`: there is
/// no such tenant.
pub async fn enter(
    ctx: &Ctx,
    slug: &str,
    token: &Token,
    from: Option<IpAddr>,
) -> Result<Option<(Arc<Tenant>, Option<SignedIn>)>, FlowError> {
    let entered = enter_and(ctx, slug, token, from, async |_, _, _, _| Ok(())).await?;
    Ok(entered.map(|(tenant, who)| (tenant, who.map(|(who, ())| who))))
}

/// As [`enter`], with what `and` reads about the person. All of it is one snapshot.
pub(crate) async fn enter_and<T, F>(
    ctx: &Ctx,
    slug: &str,
    token: &Token,
    from: Option<IpAddr>,
    and: F,
) -> Result<Option<(Arc<Tenant>, Option<(SignedIn, T)>)>, FlowError>
where
    F: AsyncFn(&mut Tx<'_>, &Tenant, &SignedIn, Option<TotpState>) -> Result<T, StoreError>
        + Clone
        + Send
        + 'static,
    T: Send + 'static,
{
    let (token, now) = (token.hash(), ctx.clock.now());
    let entered = ctx
        .read_with_state(slug, async move |tx, tenant| {
            let entry = tx.find_entry(&token).await?;
            let state = entry.tenant;
            let Some((who, totp)) = signed_in(tx, tenant, entry, from, now).await? else {
                return Ok((state, None));
            };
            let value = and(tx, tenant, &who, totp).await?;
            Ok((state, Some((who, value))))
        })
        .await?;
    if let Some((tenant, Some((who, _)))) = &entered {
        note_seen(ctx, tenant, Some(who), now).await?;
    }
    Ok(entered)
}

/// What the session behind a token is worth. `None`: nothing.
async fn signed_in(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    entry: Entry,
    from: Option<IpAddr>,
    now: Timestamp,
) -> Result<Option<(SignedIn, Option<TotpState>)>, StoreError> {
    let policy = &tenant.policy;
    let Some((row, person)) = entry.session else {
        return Ok(None);
    };
    if row.session.is_over(&policy.session, now) {
        return Ok(None);
    }
    let (user, totp) = (row.session.user, entry.totp);
    let has_totp = totp.is_some();
    // Which methods a challenge would offer does not matter to a session that exists.
    let facts = Facts {
        grace_until: find_grace(tx, tenant, user, has_totp).await?,
        ..facts_of(tenant, &person.member(), totp.as_ref(), from)
    };
    let lacking = |decision| {
        let level = row.session.level(&policy.session, now);
        lacks(decision, level, person.password_term)
    };
    let lacks = lacking(decide(policy, &facts, now));
    if lacks == Lacks::Permission {
        return Ok(None);
    }
    let for_changes = decide(policy, &facts.for_changes(), now);
    let who = SignedIn {
        token: row.token,
        session: row.session,
        user,
        login: person.login,
        name: person.name,
        role: person.role,
        language: person.language,
        has_password: person.password.is_some(),
        has_totp,
        has_email: facts.may_use_email(policy),
        own_switch: facts.own_switch,
        trusted_network: facts.trusted_network,
        lacks,
        lacks_for_changes: lacking(for_changes),
        may_skip_until: match for_changes {
            Decision::Enrol { may_skip_until } => may_skip_until,
            _ => None,
        },
    };
    Ok(Some((who, totp)))
}

/// Notes in the session that it was used, unless that was done a moment ago.
async fn note_seen(
    ctx: &Ctx,
    tenant: &Tenant,
    who: Option<&SignedIn>,
    now: Timestamp,
) -> Result<(), FlowError> {
    let due = |who: &&SignedIn| now - who.session.seen_at >= SEEN_EVERY;
    if let Some(who) = who.filter(due) {
        // What has lapsed stays lapsed, although the session is awake again (SEC-11).
        let evidence = who.session.evidence_now(&tenant.policy.session, now);
        let token = who.token;
        ctx.store
            .write(tenant.id, async move |tx| {
                tx.update_seen(&token, evidence, now).await
            })
            .await?;
    }
    Ok(())
}

/// Ends the session of this browser.
pub async fn sign_out(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    ctx.store
        .write(tenant.id, async move |tx| {
            if tx.delete_session(user, &token).await? {
                act.audit(tx, AuditEvent::new(EventKind::SignedOut, Some(user)))
                    .await?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// One line of the list of sessions (SEC-8).
#[derive(Clone, Debug)]
pub struct ListedSession {
    /// Its name.
    pub id: SessionId,
    /// It is the one that asks.
    pub is_this: bool,
    /// A short name of the browser.
    pub agent: String,
    /// Where its login came from.
    pub address: IpAddr,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last seen, to the minute.
    pub seen_at: Timestamp,
    /// What it is worth now.
    pub level: Level,
}

/// The person's sessions, newest first.
pub async fn list(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    who: &SignedIn,
) -> Result<Vec<ListedSession>, FlowError> {
    let (user, now, rules) = (who.user, ctx.clock.now(), &tenant.policy.session);
    let rows = ctx
        .store
        .read(tenant.id, async move |tx| tx.list_sessions(user).await)
        .await?;
    let alive = rows
        .into_iter()
        .filter(|row| !row.session.is_over(rules, now));
    Ok(alive
        .map(|row| ListedSession {
            id: row.token.session_id(),
            is_this: row.token == who.token,
            level: row.session.level(rules, now),
            agent: row.agent,
            address: row.address,
            began_at: row.session.began_at,
            seen_at: row.session.seen_at,
        })
        .collect())
}

/// Ends one of the person's sessions by its name.
pub async fn end(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    id: SessionId,
) -> Result<(), FlowError> {
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let ended = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(EventKind::SessionsEnded, Some(user)).detail("one");
        if !tx.lock_session(user, &token).await? {
            return Ok(Err(Refusal::NotSignedIn));
        }
        let named = tx
            .list_sessions(user)
            .await?
            .into_iter()
            .find(|row| row.token.session_id() == id);
        let Some(row) = named else {
            let gone = Refusal::SessionGone;
            act.audit(tx, event.refused(&gone)).await?;
            return Ok(Err(gone));
        };
        tx.delete_session(user, &row.token).await?;
        act.audit(tx, event).await?;
        Ok(Ok(()))
    });
    Ok(ended.await??)
}

/// Ends every session of the person but this one; says how many.
pub async fn end_others(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<u64, FlowError> {
    let (act, user, keep) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let ended = ctx.store.write(tenant.id, async move |tx| {
        if !tx.lock_session(user, &keep).await? {
            return Ok(Err(Refusal::NotSignedIn));
        }
        let ended = tx.delete_sessions_of(user, Some(&keep)).await?;
        act.audit(
            tx,
            AuditEvent::new(EventKind::SessionsEnded, Some(user)).detail("all others"),
        )
        .await?;
        Ok(Ok(ended))
    });
    Ok(ended.await??)
}
