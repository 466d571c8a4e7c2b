//! The password step: counted, verified outside a transaction, then settled as `decide` says.

use std::sync::Arc;
use warifu_domain::{
    attempt::{Begun, OPEN_ATTEMPTS, PasswordProved, Stage, begin},
    audit::{AuditEvent, EventKind},
    decide::decide,
    network::ClientNetwork,
    password::Password,
    policy::Door,
    refusal::Refusal,
    tenant::Tenant,
    typed::Typed,
    user::{Login, Role},
};
use warifu_storage::{BudgetKind, StageKind, StoreError, UserRow, budget_subject};

use super::{LoginStep, check_code, load_facts, open_session};
use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    device,
    error::{Fault, FlowError},
    first_factor::{self, Known, meet},
    passwords,
};

/// The login form.
#[derive(Clone)]
pub struct PasswordForm {
    /// As typed.
    pub login: String,
    /// As typed.
    pub password: Typed,
    /// A code typed on the same page, where the policy has it there (P3).
    pub code: Option<Typed>,
    /// "Stay logged in" (C4).
    pub remember: bool,
    /// The known-browser cookie (SEC-48).
    pub known_browser: Option<String>,
    /// The page that was typed on (G2).
    pub door: Door,
}

/// Gives back a guess that nobody could judge.
async fn return_guess(ctx: &Ctx, act: &Act, account: &Account) -> Result<(), FlowError> {
    let (account, network) = (account.clone(), network_of(act));
    let returned = ctx.store.write(act.tenant.id, async move |tx| {
        tx.return_guess(account.kind, &account.subject).await?;
        if account.kind != BudgetKind::KnownBrowser {
            tx.release_network_guess(network.bytes()).await?;
        }
        match &account.user {
            Some(user) => tx.note_open(user.id).await,
            None => Ok(()),
        }
    });
    Ok(returned.await?)
}

/// An account as the password step sees it, whether it exists or not.
#[derive(Clone)]
struct Account {
    login: Login,
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
    let (login, password) = (Login::parse(&form.login), Password::parse(&form.password));
    // Longer than any password or login ID can be: answered like a wrong one, and nothing is computed (SEC-76).
    let (Ok(login), Some(password)) = (login, password) else {
        let kind = EventKind::PasswordChecked;
        return Err(act.deny(ctx, kind, None, Refusal::WrongLogin).await);
    };
    let mut account = reserve(ctx, &act, login, form.known_browser).await?;
    // A budget that took no guess refuses the right password too, after the same work (SEC-45, SEC-49).
    let who = (&account.login, account.user.as_ref());
    let checked =
        first_factor::check(ctx, tenant, who, &form.password, &password, account.open).await;
    if let Err(FlowError::Refused(refusal)) = checked {
        // Nothing was judged, so nothing was guessed.
        return_guess(ctx, &act, &account).await?;
        let user = account.user.as_ref().map(|user| user.id);
        return Err(act
            .deny(ctx, EventKind::PasswordChecked, user, refusal)
            .await);
    }
    let known = checked?.filter(|_| account.open);
    // Whoever has another door is refused here like a wrong password, and counted like one. Whom a directory brings is a member.
    let rules = &tenant.policy.entrances;
    let role = account.user.as_ref().map_or(Role::Member, |user| user.role);
    let Some(known) = known.filter(|_| rules.admits(form.door, role)) else {
        let user = account.user.as_ref().map(|user| user.id);
        let kind = EventKind::PasswordChecked;
        return Err(act.deny(ctx, kind, user, Refusal::WrongLogin).await);
    };
    let settled = settle(ctx, &act, &account, &known, form.remember).await;
    let step = match settled {
        // Two first logins at once: the other one added the person.
        Err(FlowError::Fault(Fault::Store(StoreError::Conflict))) if account.user.is_none() => {
            let login = account.login.clone();
            let found = ctx.store.read(act.tenant.id, async move |tx| {
                tx.find_user_by_login(&login).await
            });
            account.user = found.await?;
            settle(ctx, &act, &account, &known, form.remember).await?
        }
        settled => settled?,
    };
    if let (
        Known::Here {
            stored,
            outdated: true,
            ..
        },
        Some(user),
    ) = (known, &account.user)
    {
        passwords::hash_again(ctx, &act, user.id, stored, &password).await;
    }
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

/// Counts the guess against the network's and the account's budget, before the password is looked at.
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
        let subject = budget_subject(login.as_str());
        // A known browser has a budget that no stranger can use up, so strangers on its network must not count either
        // (SEC-48). A network that has used up its guesses takes none from the accounts that it goes on guessing at.
        let open = (kind == BudgetKind::KnownBrowser
            || tx.reserve_network_guess(network.bytes(), act.now).await?)
            && {
                let owner = user.as_ref().map(|user| user.id);
                tx.reserve_guess(kind, &subject, owner, act.now).await?
            };
        Ok(Account {
            login: login.clone(),
            user,
            kind,
            subject,
            open,
        })
    });
    Ok(account.await?)
}

pub(crate) fn network_of(act: &Act) -> ClientNetwork {
    let unspecified = std::net::IpAddr::from([0, 0, 0, 0]);
    ClientNetwork::of(
        act.origin
            .as_ref()
            .map_or(unspecified, |origin| origin.address),
    )
}

/// The password was right: gives the guesses back and begins the attempt as `decide` says.
async fn settle(
    ctx: &Ctx,
    act: &Act,
    account: &Account,
    known: &Known,
    remember: bool,
) -> Result<LoginStep, FlowError> {
    let (act, network, token) = (act.clone(), network_of(act), ctx.rng.token());
    let (account, known) = (account.clone(), known.clone());
    let verdict = ctx.store.write(act.tenant.id, async move |tx| {
        let policy = &act.tenant.policy;
        // The password may have been changed while it was verified: then the old one opens nothing any more (SEC-7).
        let (user, still_right) = match (&known, &account.user) {
            (Known::Directory(entry), person) => {
                let known_before = person.as_ref();
                let user = meet(tx, &act, &account.login, known_before, entry).await?;
                (user, tx.lock_passwordless(user).await?)
            }
            (Known::Here { stored, .. }, Some(person)) => {
                (person.id, tx.lock_password(person.id, stored).await?)
            }
            (Known::Here { .. }, None) => return Ok(Err(Refusal::WrongLogin)),
        };
        let mut checked = AuditEvent::new(EventKind::PasswordChecked, Some(user));
        let from = act.origin.as_ref().map(|origin| origin.address);
        let begun = match load_facts(tx, &act.tenant, user, from, act.now).await? {
            Some(facts) if still_right => {
                let proved = PasswordProved { user, remember };
                let decision = decide(policy, &facts, act.now);
                begin(proved, decision, &policy.login, act.now)
            }
            _ => Begun::Refused(Refusal::WrongLogin),
        };
        if let Begun::Refused(refusal) = begun {
            act.audit(tx, checked.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
        if let Known::Here {
            stored,
            ours: Some(ours),
            ..
        } = &known
        {
            tx.update_password_hash(user, stored, ours).await?;
            checked = checked.detail("imported hash replaced");
        }
        // Who knows the password is the owner: the other budget opens again too (section 4).
        tx.release_all_guesses(&account.subject).await?;
        if account.kind == BudgetKind::UnknownLogin {
            tx.release_guesses(account.kind, &account.subject).await?;
        }
        tx.note_open(user).await?;
        if account.kind != BudgetKind::KnownBrowser {
            tx.release_network_guess(network.bytes()).await?;
        }
        act.audit(tx, checked).await?;
        let (pending, stage) = match begun {
            Begun::Done(proven) => {
                let session = open_session(tx, &act, &proven, token.clone()).await?;
                return Ok(Ok(LoginStep::SignedIn(session)));
            }
            Begun::Pending(pending, stage) => (pending, stage),
            Begun::Refused(refusal) => return Ok(Err(refusal)),
        };
        let (kind, step) = match stage {
            Stage::SecondFactor(_) => (
                StageKind::SecondFactor,
                LoginStep::Challenge(token.clone(), None),
            ),
            Stage::Enrolment { .. } => (StageKind::Enrolment, LoginStep::Enrol(token.clone())),
        };
        tx.delete_older_attempts(user, OPEN_ATTEMPTS - 1, act.now)
            .await?;
        tx.insert_attempt(&token.hash(), &pending, kind).await?;
        Ok(Ok(step))
    });
    Ok(verdict.await??)
}
