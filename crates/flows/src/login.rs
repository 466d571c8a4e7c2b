//! Logging in: the password, then the second factor. What decides is `domain::decide`; what is kept in order is here.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use warifu_domain::{
    attempt::{Begun, PasswordProved, Pending, Proven, Stage, begin},
    audit::{AuditEvent, EventKind},
    backup_code::BackupCode,
    decide::{Facts, Methods, decide},
    ids::UserId,
    network::ClientNetwork,
    password::Password,
    refusal::Refusal,
    session::Session,
    tenant::Tenant,
    time::Timestamp,
    token::Token,
    user::Login,
};
use warifu_storage::{BudgetKind, SessionRow, StageKind, StoreError, Tx, UserRow};

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    device,
    enrol::{self, PendingTotp},
    error::FlowError,
    passwords::{self, Verified},
    second_factor::{closed, judge_backup_code, judge_totp, spend_backup_code},
};

/// The login form.
#[derive(Clone)]
pub struct PasswordForm {
    /// As typed.
    pub login: String,
    /// As typed.
    pub password: String,
    /// A code typed on the same page, where the policy has it there (P3).
    pub code: Option<String>,
    /// "Stay logged in" (C4).
    pub remember: bool,
    /// The known-browser cookie (SEC-48).
    pub known_browser: Option<String>,
}

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

/// An account as the password step sees it, whether it exists or not.
struct Account {
    user: Option<UserRow>,
    kind: BudgetKind,
    subject: [u8; 16],
    /// The budgets took the guess.
    open: bool,
}

/// The password step (and, where it was typed on the same page, the code behind it).
pub async fn start(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    form: PasswordForm,
) -> Result<LoginStep, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    // Longer than any password or login ID can be: answered like a wrong one, and nothing is computed (SEC-76).
    let Some(password) = Password::parse(&form.password) else {
        return Err(Refusal::WrongLogin.into());
    };
    let Ok(login) = Login::parse(&form.login) else {
        return Err(Refusal::WrongLogin.into());
    };
    let account = reserve(ctx, &act, login, form.known_browser).await?;
    let stored = account
        .user
        .as_ref()
        .and_then(|user| user.password.as_deref());
    let verified = passwords::verify(ctx, stored, &password).await?;
    // A budget that took no guess refuses the right password too, after the same work (SEC-45, SEC-49).
    let right = account.open && verified != Verified::Wrong;
    let user = match account.user {
        Some(ref user) if right => user.clone(),
        _ => return refuse_password(ctx, &act, account.user.map(|user| user.id)).await,
    };
    let rehashed = match verified {
        Verified::RightButOutdated => Some(passwords::hash(ctx, &password).await?),
        _ => None,
    };
    let step = settle_password(ctx, &act, account, user, rehashed, form.remember).await?;
    match (step, form.code.filter(|code| !code.trim().is_empty())) {
        // Only after the right password is a code on the same page looked at (SEC-3).
        (LoginStep::Challenge(token, _), Some(code)) => {
            match check_code(ctx, tenant, origin, &token, &code).await {
                Ok(session) => Ok(LoginStep::SignedIn(session)),
                Err(FlowError::Refused(refusal)) if !refusal.ends_attempt() => {
                    Ok(LoginStep::Challenge(token, Some(refusal)))
                }
                Err(error) => Err(error),
            }
        }
        (step, _) => Ok(step),
    }
}

/// Counts the guess against the account's and the network's budget, before the password is looked at.
async fn reserve(
    ctx: &Ctx,
    act: &Act,
    login: Login,
    cookie: Option<String>,
) -> Result<Account, FlowError> {
    let (act, network) = (act.clone(), network_of(act));
    let account = ctx.store.write(act.tenant.id, async move |tx| {
        let user = tx.find_user_by_login(&login).await?;
        let known = |user: &UserRow| {
            let cookie = cookie.as_deref().unwrap_or_default();
            device::is_known(&act.keys, act.tenant.id, user.id, cookie, act.now)
        };
        let kind = match &user {
            Some(user) if known(user) => BudgetKind::KnownBrowser,
            Some(_) => BudgetKind::OtherBrowser,
            None => BudgetKind::UnknownLogin,
        };
        let subject = subject_of(login.as_str());
        let account_open = tx.reserve_guess(kind, &subject, act.now).await?;
        let network_open = tx.reserve_network_guess(network.bytes(), act.now).await?;
        Ok(Account {
            user,
            kind,
            subject,
            open: account_open && network_open,
        })
    });
    Ok(account.await?)
}

/// The key of an account's budget: the same shape whether the account exists or not.
pub(crate) fn subject_of(login: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(login.as_bytes()).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

pub(crate) fn network_of(act: &Act) -> ClientNetwork {
    let unspecified = std::net::IpAddr::from([0, 0, 0, 0]);
    ClientNetwork::of(
        act.origin
            .as_ref()
            .map_or(unspecified, |origin| origin.address),
    )
}

async fn refuse_password(
    ctx: &Ctx,
    act: &Act,
    user: Option<UserId>,
) -> Result<LoginStep, FlowError> {
    let act = act.clone();
    ctx.store
        .write(act.tenant.id, async move |tx| {
            act.audit(
                tx,
                AuditEvent::new(EventKind::PasswordChecked, user).refused(&Refusal::WrongLogin),
            )
            .await
        })
        .await?;
    Err(Refusal::WrongLogin.into())
}

/// The password was right: gives the guesses back and begins the attempt as `decide` says.
async fn settle_password(
    ctx: &Ctx,
    act: &Act,
    account: Account,
    user: UserRow,
    rehashed: Option<Vec<u8>>,
    remember: bool,
) -> Result<LoginStep, FlowError> {
    let (act, network, token) = (act.clone(), network_of(act), ctx.rng.token());
    let verdict = ctx.store.write(act.tenant.id, async move |tx| {
        let (policy, id) = (&act.tenant.policy, user.id);
        let Some(facts) = load_facts(tx, &act.tenant, id).await? else {
            return Ok(Err(Refusal::WrongLogin));
        };
        let begun = begin(
            PasswordProved { user: id, remember },
            decide(policy, &facts),
            &policy.login,
            act.now,
        );
        let checked = AuditEvent::new(EventKind::PasswordChecked, Some(id));
        if let Begun::Refused(refusal) = begun {
            act.audit(tx, checked.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
        tx.release_guesses(account.kind, &account.subject).await?;
        if account.kind == BudgetKind::KnownBrowser {
            // A login from a known browser opens the other budget again (section 4).
            tx.release_guesses(BudgetKind::OtherBrowser, &account.subject)
                .await?;
        }
        tx.release_network_guess(network.bytes()).await?;
        if let Some(password) = &rehashed {
            tx.update_password(id, password).await?;
        }
        act.audit(tx, checked).await?;
        Ok(Ok(match begun {
            Begun::Done(proven) => {
                LoginStep::SignedIn(open_session(tx, &act, &proven, token.clone()).await?)
            }
            Begun::Pending(pending, Stage::SecondFactor(_)) => {
                tx.insert_attempt(&token.hash(), &pending, StageKind::SecondFactor)
                    .await?;
                LoginStep::Challenge(token.clone(), None)
            }
            Begun::Pending(pending, Stage::Enrolment) => {
                tx.insert_attempt(&token.hash(), &pending, StageKind::Enrolment)
                    .await?;
                LoginStep::Enrol(token.clone())
            }
            Begun::Refused(refusal) => return Ok(Err(refusal)),
        }))
    });
    Ok(verdict.await??)
}

/// What `decide` needs to know about a person now. `None`: the person is gone.
pub(crate) async fn load_facts(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    user: UserId,
) -> Result<Option<Facts>, StoreError> {
    let Some(person) = tx.find_user(user).await? else {
        return Ok(None);
    };
    let backup = tx.find_backup_set(user).await?;
    Ok(Some(Facts {
        role: person.role,
        disabled: person.disabled,
        tenant_suspended: tenant.suspended,
        has_totp: tx.find_totp_state(user).await?.is_some(),
        backup_codes_left: backup.map_or(0, |row| row.set.left()),
    }))
}

/// Writes the session that a finished login is worth, with its event.
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
    tx.insert_session(&row, session.ends_at(rules)).await?;
    act.audit(tx, AuditEvent::new(EventKind::SignedIn, Some(session.user)))
        .await?;
    Ok(NewSession {
        token,
        known_browser: device::sign(&act.keys, act.tenant.id, session.user, act.now),
        remembered_until: session.remembered.then(|| session.ends_at(rules)),
    })
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
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(user) = tx.find_user(row.pending.user).await? else {
            return Ok(Err(Refusal::AttemptOver));
        };
        let stage = match row.stage {
            StageKind::Enrolment => Stage::Enrolment,
            StageKind::SecondFactor => {
                let left = tx
                    .find_backup_set(user.id)
                    .await?
                    .map_or(0, |row| row.set.left());
                let totp = tx.find_totp_state(user.id).await?.is_some();
                Stage::SecondFactor(Methods {
                    totp,
                    backup_code: policy.backup_codes.enabled && left > 0,
                })
            }
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

/// Checks a code of an authenticator app. Pages, API and gates all come through here.
pub async fn check_code(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<NewSession, FlowError> {
    let (act, attempt, code, token) = (
        Act::of(ctx, tenant, origin),
        attempt.hash(),
        code.to_owned(),
        ctx.rng.token(),
    );
    let verdict = ctx.store.write(tenant.id, async move |tx| {
        let wrong_codes = act.tenant.policy.login.wrong_codes;
        // The guess is paid for before the code is judged: parallel guesses cannot outrun the limit.
        let row = match tx.spend_guess(&attempt, wrong_codes, act.now).await? {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let user = row.pending.user;
        if is_shut_out(tx, &act.tenant, user).await? {
            return Ok(Err(Refusal::AttemptOver));
        }
        let verdict = judge_totp(tx, &act, user, &code).await?;
        let checked = AuditEvent::new(EventKind::CodeChecked, Some(user));
        match verdict {
            Ok(accepted) => {
                tx.spend_attempt(&attempt).await?;
                let proven = row.pending.pass_totp(accepted, act.now);
                Ok(Ok(open_session(tx, &act, &proven, token.clone()).await?))
            }
            Err(refusal) => {
                refuse_guess(tx, &act, checked, refusal, row.guesses >= wrong_codes).await
            }
        }
    });
    Ok(verdict.await??)
}

/// Records a wrong guess. The last one that the policy allows ends the attempt, and is answered so (G7).
async fn refuse_guess<T>(
    tx: &mut Tx<'_>,
    act: &Act,
    event: AuditEvent,
    refusal: Refusal,
    is_last: bool,
) -> Result<Result<T, Refusal>, StoreError> {
    if !is_last {
        act.audit(tx, event.refused(&refusal)).await?;
        return Ok(Err(refusal));
    }
    let ended = Refusal::TooManyWrongCodes;
    act.audit(tx, event.refused(&ended).detail(refusal.code()))
        .await?;
    Ok(Err(ended))
}

/// Whether a person was disabled, or the tenant suspended, since the password step (SEC-84).
async fn is_shut_out(tx: &mut Tx<'_>, tenant: &Tenant, user: UserId) -> Result<bool, StoreError> {
    Ok(tenant.suspended || tx.find_user(user).await?.is_none_or(|user| user.disabled))
}

/// Checks a backup code: counts the guess, hashes outside the transaction, then judges and spends.
pub async fn check_backup_code(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<NewSession, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let shape = tenant.policy.backup_codes.shape;
    let parsed = BackupCode::parse(shape, code);
    let (reserving, hash, malformed) = (act.clone(), attempt.hash(), parsed.is_err());
    let reserved = ctx.store.write(tenant.id, async move |tx| {
        let (act, wrong_codes) = (&reserving, reserving.tenant.policy.login.wrong_codes);
        let row = match tx.spend_guess(&hash, wrong_codes, act.now).await? {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (user, is_last) = (row.pending.user, row.guesses >= wrong_codes);
        let checked = AuditEvent::new(EventKind::BackupCodeChecked, Some(user));
        if !act.tenant.policy.backup_codes.enabled || is_shut_out(tx, &act.tenant, user).await? {
            return refuse_guess(tx, act, checked, Refusal::MethodMissing, is_last).await;
        }
        let Some(set) = tx.reserve_backup_guess(user, act.now).await? else {
            let refusal = why_no_backup_code(tx, act, user).await?;
            return refuse_guess(tx, act, checked, refusal, is_last).await;
        };
        if malformed {
            return refuse_guess(tx, act, checked, Refusal::MalformedBackupCode, is_last).await;
        }
        Ok(Ok((row, is_last, set.set.salt)))
    });
    let (row, is_last, salt) = reserved.await??;
    let candidates = passwords::backup_candidates(ctx, &parsed?, &salt).await?;
    let (attempt, token) = (attempt.hash(), ctx.rng.token());
    let verdict = ctx.store.write(tenant.id, async move |tx| {
        let user = row.pending.user;
        let checked = AuditEvent::new(EventKind::BackupCodeChecked, Some(user));
        let verdict = judge_backup_code(tx, user, &candidates).await?;
        let accepted = match verdict {
            Ok(accepted) => accepted,
            Err(refusal) => return refuse_guess(tx, &act, checked, refusal, is_last).await,
        };
        // The attempt first: a code that comes too late for it stays unused.
        if !tx.spend_attempt(&attempt).await? {
            return Ok(Err(Refusal::AttemptOver));
        }
        if let Err(refusal) = spend_backup_code(tx, user, accepted).await? {
            act.audit(tx, checked.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
        act.audit(tx, checked).await?;
        let proven = row.pending.clone().pass_backup_code(accepted, act.now);
        Ok(Ok(open_session(tx, &act, &proven, token.clone()).await?))
    });
    Ok(verdict.await??)
}

pub(crate) async fn why_no_backup_code(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
) -> Result<Refusal, StoreError> {
    let Some(row) = tx.find_backup_set(user).await? else {
        return Ok(Refusal::MethodMissing);
    };
    Ok(closed(warifu_domain::throttle::judge(
        row.failures,
        row.blocked_until,
        act.now,
    )))
}

/// The pending secret of a forced set-up; made at the first visit, shown again until it is over (G3).
pub async fn pending_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<PendingTotp, FlowError> {
    let pending = enrolling(ctx, tenant, attempt).await?;
    enrol::show_pending(
        ctx,
        &Act::of(ctx, tenant, origin),
        pending.user,
        attempt.hash(),
    )
    .await
}

/// Confirms a forced set-up, which finishes the login (G3).
pub async fn confirm_totp(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
    code: &str,
) -> Result<(NewSession, Option<Vec<BackupCode>>), FlowError> {
    let pending = enrolling(ctx, tenant, attempt).await?;
    let act = Act::of(ctx, tenant, origin);
    enrol::confirm_in_attempt(ctx, &act, pending, attempt, code).await
}

/// The open attempt behind `token`, if it waits for an enrolment.
async fn enrolling(ctx: &Ctx, tenant: &Arc<Tenant>, token: &Token) -> Result<Pending, FlowError> {
    let (tenant, token, now) = (tenant.clone(), token.hash(), ctx.clock.now());
    let row = ctx
        .store
        .read(tenant.id, async move |tx| {
            tx.find_attempt(&token, tenant.policy.login.wrong_codes, now)
                .await
        })
        .await??;
    match row.stage {
        StageKind::Enrolment => Ok(row.pending),
        StageKind::SecondFactor => Err(Refusal::AttemptOver.into()),
    }
}
