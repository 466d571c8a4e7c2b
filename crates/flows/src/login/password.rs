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
    user::Login,
};
use warifu_storage::{BudgetKind, StageKind, UserRow, budget_subject};

use super::{LoginStep, check_code, load_facts, open_session};
use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    device,
    error::FlowError,
    passwords::{self, Verified},
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
    let (login, password) = (Login::parse(&form.login), Password::parse(&form.password));
    // Longer than any password or login ID can be: answered like a wrong one, and nothing is computed (SEC-76).
    let (Ok(login), Some(password)) = (login, password) else {
        let kind = EventKind::PasswordChecked;
        return Err(act.deny(ctx, kind, None, Refusal::WrongLogin).await);
    };
    let account = reserve(ctx, &act, login, form.known_browser).await?;
    let stored = account
        .user
        .as_ref()
        .and_then(|user| user.password.as_deref());
    let verified = passwords::verify(ctx, tenant.id, account.user.as_ref(), &password).await?;
    // A budget that took no guess refuses the right password too, after the same work (SEC-45, SEC-49).
    let right = account.open && verified != Verified::Wrong;
    // Whoever has another door is refused here like a wrong password, and counted like one.
    let rules = &tenant.policy.entrances;
    let admitted = |user: &UserRow| rules.admits(form.door, user.role);
    let (user, stored) = match (&account.user, stored) {
        (Some(user), Some(stored)) if right && admitted(user) => (user.id, stored.to_owned()),
        (user, _) => {
            let user = user.as_ref().map(|user| user.id);
            let kind = EventKind::PasswordChecked;
            return Err(act.deny(ctx, kind, user, Refusal::WrongLogin).await);
        }
    };
    let is_outdated = verified == Verified::RightButOutdated;
    let proved = ProvedPassword {
        stored: stored.clone(),
        ours: match verified {
            Verified::RightByForeign(ours) => Some(ours),
            _ => None,
        },
    };
    let step = settle(ctx, &act, account, proved, form.remember).await?;
    if is_outdated {
        passwords::hash_again(ctx, &act, user, stored, &password).await;
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
            user,
            kind,
            subject,
            open,
        })
    });
    Ok(account.await?)
}

pub(super) fn network_of(act: &Act) -> ClientNetwork {
    let unspecified = std::net::IpAddr::from([0, 0, 0, 0]);
    ClientNetwork::of(
        act.origin
            .as_ref()
            .map_or(unspecified, |origin| origin.address),
    )
}

/// A password that was right, as it is stored, and as it is to be stored instead where another system hashed it.
struct ProvedPassword {
    stored: Vec<u8>,
    ours: Option<Vec<u8>>,
}

/// The password was right: gives the guesses back and begins the attempt as `decide` says.
async fn settle(
    ctx: &Ctx,
    act: &Act,
    account: Account,
    proved: ProvedPassword,
    remember: bool,
) -> Result<LoginStep, FlowError> {
    let (act, network, token) = (act.clone(), network_of(act), ctx.rng.token());
    let Some(user) = account.user.map(|user| user.id) else {
        return Err(Refusal::WrongLogin.into());
    };
    let verdict = ctx.store.write(act.tenant.id, async move |tx| {
        let policy = &act.tenant.policy;
        let mut checked = AuditEvent::new(EventKind::PasswordChecked, Some(user));
        // The password may have been changed while it was verified: then the old one opens nothing any more (SEC-7).
        let still_right = tx.lock_password(user, &proved.stored).await?;
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
        if let Some(ours) = &proved.ours {
            tx.update_password_hash(user, &proved.stored, ours).await?;
            checked = checked.detail("imported hash replaced");
        }
        // Who knows the password is the owner: the other budget opens again too (section 4).
        tx.release_all_guesses(&account.subject).await?;
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
