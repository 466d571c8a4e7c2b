//! Signed-in browsers: found at every request, listed, ended, proved again.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    backup_code::BackupCode,
    decide::{Facts, Lacks, decide, lacks},
    ids::{SessionId, UserId},
    password::Password,
    refusal::Refusal,
    session::{Evidence, Level, Session},
    tenant::Tenant,
    time::{Span, Timestamp},
    token::{Token, TokenHash},
    user::Role,
};
use warifu_storage::{BudgetKind, StoreError, Tx};

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    device,
    error::FlowError,
    login::{NewSession, network_of, subject_of, why_no_backup_code},
    passwords::{self, Verified},
    second_factor::{judge_backup_code, judge_totp, spend_backup_code},
};

pub use crate::second_factor::TypedProof;

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
    /// A confirmed authenticator app exists.
    pub has_totp: bool,
    /// What `decide` asks of this session now that it does not have.
    pub lacks: Lacks,
}

impl SignedIn {
    /// Whether a second factor has to be set up before anything else.
    pub fn must_enrol(&self) -> bool {
        self.lacks == Lacks::Enrolment
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
) -> Result<Option<SignedIn>, FlowError> {
    let (kept, token, now) = (tenant.clone(), token.hash(), ctx.clock.now());
    let found = ctx
        .store
        .read(tenant.id, async move |tx| {
            let policy = &kept.policy;
            let Some(row) = tx.find_session(&token).await? else {
                return Ok(None);
            };
            if row.session.is_over(&policy.session, now) {
                return Ok(None);
            }
            let user = row.session.user;
            let Some(person) = tx.find_user(user).await? else {
                return Ok(None);
            };
            let has_totp = tx.find_totp_state(user).await?.is_some();
            let facts = Facts {
                role: person.role,
                disabled: person.disabled,
                tenant_suspended: kept.suspended,
                has_totp,
                // Which methods a challenge would offer does not matter to a session that exists.
                backup_codes_left: 0,
            };
            let decision = decide(policy, &facts);
            let lacks = lacks(decision, row.session.level(&policy.session, now));
            if lacks == Lacks::Permission {
                return Ok(None);
            }
            Ok(Some(SignedIn {
                token,
                session: row.session,
                user,
                login: person.login,
                name: person.name,
                role: person.role,
                language: person.language,
                has_totp,
                lacks,
            }))
        })
        .await?;
    if let Some(who) = &found
        && now - who.session.seen_at >= SEEN_EVERY
    {
        ctx.store
            .write(tenant.id, async move |tx| tx.update_seen(&token, now).await)
            .await?;
    }
    Ok(found)
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
    let (act, user) = (Act::of(ctx, tenant, origin), who.user);
    let ended = ctx.store.write(tenant.id, async move |tx| {
        let named = tx
            .list_sessions(user)
            .await?
            .into_iter()
            .find(|row| row.token.session_id() == id);
        let Some(row) = named else {
            return Ok(Err(Refusal::SessionGone));
        };
        tx.delete_session(user, &row.token).await?;
        act.audit(
            tx,
            AuditEvent::new(EventKind::SessionsEnded, Some(user)).detail("one"),
        )
        .await?;
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
        let ended = tx.delete_sessions_of(user, Some(&keep)).await?;
        act.audit(
            tx,
            AuditEvent::new(EventKind::SessionsEnded, Some(user)).detail("all others"),
        )
        .await?;
        Ok(ended)
    });
    Ok(ended.await?)
}

/// The fresh proof (SEC-37): password, and a second factor where one is registered. The session gets a new token (SEC-4).
pub async fn prove(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    password: &str,
    proof: Option<TypedProof>,
) -> Result<NewSession, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    prove_password(ctx, &act, who, password).await?;
    let evidence = match (who.has_totp, proof) {
        (false, _) => Evidence::PASSWORD,
        (true, Some(TypedProof::Code(code))) => {
            return prove_code(ctx, &act, who, code).await;
        }
        (true, Some(TypedProof::BackupCode(code))) => {
            return prove_backup_code(ctx, &act, who, &code).await;
        }
        (true, None) => return Err(Refusal::MalformedCode.into()),
    };
    let (who, token) = (who.clone(), ctx.rng.token());
    let proved = ctx.store.write(tenant.id, async move |tx| {
        finish_proof(tx, &act, &who, evidence, token.clone()).await
    });
    Ok(proved.await??)
}

/// Checks the password of a signed-in person against the budget of known browsers: this browser is one.
async fn prove_password(
    ctx: &Ctx,
    act: &Act,
    who: &SignedIn,
    password: &str,
) -> Result<(), FlowError> {
    let Some(password) = Password::parse(password) else {
        return Err(Refusal::WrongPassword.into());
    };
    let (reserving, subject, user) = (act.clone(), subject_of(&who.login), who.user);
    let network = network_of(act);
    let reserved = ctx.store.write(act.tenant.id, async move |tx| {
        let open = tx
            .reserve_guess(BudgetKind::KnownBrowser, &subject, reserving.now)
            .await?
            && tx
                .reserve_network_guess(network.bytes(), reserving.now)
                .await?;
        Ok((
            open,
            tx.find_user(user).await?.and_then(|person| person.password),
        ))
    });
    let (open, stored) = reserved.await?;
    let verified = passwords::verify(ctx, stored.as_deref(), &password).await?;
    let right = open && verified != Verified::Wrong;
    let act = act.clone();
    ctx.store
        .write(act.tenant.id, async move |tx| {
            if right {
                tx.release_guesses(BudgetKind::KnownBrowser, &subject)
                    .await?;
                tx.release_network_guess(network.bytes()).await
            } else {
                let event =
                    AuditEvent::new(EventKind::Proved, Some(user)).refused(&Refusal::WrongPassword);
                act.audit(tx, event).await
            }
        })
        .await?;
    if right {
        Ok(())
    } else {
        Err(Refusal::WrongPassword.into())
    }
}

async fn prove_code(
    ctx: &Ctx,
    act: &Act,
    who: &SignedIn,
    code: String,
) -> Result<NewSession, FlowError> {
    let (act, who, token) = (act.clone(), who.clone(), ctx.rng.token());
    let proved = ctx.store.write(act.tenant.id, async move |tx| {
        if let Err(refusal) = judge_totp(tx, &act, who.user, &code).await? {
            act.audit(
                tx,
                AuditEvent::new(EventKind::Proved, Some(who.user)).refused(&refusal),
            )
            .await?;
            return Ok(Err(refusal));
        }
        finish_proof(
            tx,
            &act,
            &who,
            Evidence::PASSWORD.and(Evidence::TOTP),
            token.clone(),
        )
        .await
    });
    Ok(proved.await??)
}

async fn prove_backup_code(
    ctx: &Ctx,
    act: &Act,
    who: &SignedIn,
    typed: &str,
) -> Result<NewSession, FlowError> {
    let rules = &act.tenant.policy.backup_codes;
    if !rules.enabled {
        return Err(Refusal::MethodMissing.into());
    }
    let parsed = BackupCode::parse(rules.shape, typed);
    let (reserving, user, malformed) = (act.clone(), who.user, parsed.is_err());
    let reserved = ctx.store.write(act.tenant.id, async move |tx| {
        let refusal = match tx.reserve_backup_guess(user, reserving.now).await? {
            Some(row) if !malformed => return Ok(Ok(row.set.salt)),
            Some(_) => Refusal::MalformedBackupCode,
            None => why_no_backup_code(tx, &reserving, user).await?,
        };
        reserving
            .audit(
                tx,
                AuditEvent::new(EventKind::Proved, Some(user)).refused(&refusal),
            )
            .await?;
        Ok(Err(refusal))
    });
    let candidates = passwords::backup_candidates(ctx, &parsed?, &reserved.await??).await?;
    let (act, who, token) = (act.clone(), who.clone(), ctx.rng.token());
    let proved = ctx.store.write(act.tenant.id, async move |tx| {
        let judged = judge_backup_code(tx, user, &candidates).await?;
        let spent = match judged {
            Ok(accepted) => spend_backup_code(tx, user, accepted).await?,
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = spent {
            act.audit(
                tx,
                AuditEvent::new(EventKind::Proved, Some(user)).refused(&refusal),
            )
            .await?;
            return Ok(Err(refusal));
        }
        finish_proof(
            tx,
            &act,
            &who,
            Evidence::PASSWORD.and(Evidence::BACKUP_CODE),
            token.clone(),
        )
        .await
    });
    Ok(proved.await??)
}

async fn finish_proof(
    tx: &mut Tx<'_>,
    act: &Act,
    who: &SignedIn,
    evidence: Evidence,
    token: Token,
) -> Result<Result<NewSession, Refusal>, StoreError> {
    act.audit(tx, AuditEvent::new(EventKind::Proved, Some(who.user)))
        .await?;
    // A person without a second factor proves all there is with the password; what was proved before stays true.
    let session = Session {
        evidence,
        ..who.session
    };
    renew(tx, act, &who.token, &session, token).await
}

/// A session whose owner just confirmed a new authenticator: both factors are proved.
pub(crate) async fn step_up(
    tx: &mut Tx<'_>,
    act: &Act,
    old: &TokenHash,
    session: &Session,
    token: Token,
) -> Result<Result<NewSession, Refusal>, StoreError> {
    let session = Session {
        evidence: Evidence::PASSWORD.and(Evidence::TOTP),
        ..*session
    };
    renew(tx, act, old, &session, token).await
}

/// Gives a session a new token and notes what was proved now (SEC-4).
pub(crate) async fn renew(
    tx: &mut Tx<'_>,
    act: &Act,
    old: &TokenHash,
    session: &Session,
    token: Token,
) -> Result<Result<NewSession, Refusal>, StoreError> {
    if !tx
        .renew_session(old, &token.hash(), session.evidence, act.now)
        .await?
    {
        return Ok(Err(Refusal::NotSignedIn));
    }
    let rules = &act.tenant.policy.session;
    Ok(Ok(NewSession {
        token,
        known_browser: device::sign(&act.keys, act.tenant.id, session.user, act.now),
        remembered_until: session.remembered.then(|| session.ends_at(rules)),
    }))
}
