//! The login of a mail client whose password is known here or in the tenant's directory: for a mail server that keeps none itself
//! (K10, SEC-45, SEC-48, SEC-49). The gate is asked first; the password is looked at only where it lets the client go on.

use std::sync::Arc;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::UserId,
    mail_gate::{Service, Verdict},
    password::{Password, PasswordTerm},
    refusal::Refusal,
    tenant::Tenant,
    typed::Typed,
    user::Login,
};
use warifu_storage::{BudgetKind, StoreError, Tx, UserRow, budget_subject};

use crate::{
    act::Act,
    ctx::Ctx,
    error::FlowError,
    first_factor::{self, Known},
    login::network_of,
    mail_gate::{Asked, FAILURE_EVERY, Question, Server, act_of, look, note_use, record},
    passwords,
};

/// What a mail client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailLogin {
    /// It is in, as this person.
    In(Login),
    /// No: a second factor in a browser comes first, and the client may be told so.
    NeedsWindow,
    /// No. The same for a wrong password, for nobody, and for somebody who may not log in at all.
    Wrong,
}

/// A password that is about to be looked at.
#[derive(Clone)]
struct Guess {
    login: Login,
    user: Option<UserRow>,
    kind: BudgetKind,
    subject: [u8; 16],
    /// The budgets took it. Else the same work is done, for nothing (SEC-49).
    open: bool,
}

impl Guess {
    /// One that counts for nothing, because the gate has refused.
    fn in_vain(login: &Login) -> Self {
        Self {
            login: login.clone(),
            user: None,
            kind: BudgetKind::UnknownLogin,
            subject: budget_subject(login.as_str()),
            open: false,
        }
    }
}

/// Logs a mail client in. `None`: no such tenant.
///
/// # Errors
/// [`Refusal::DirectoryAway`]: the directory could not say. That, like any fault, is "try again later" and never an answer.
pub async fn log_in(
    ctx: &Ctx,
    slug: &str,
    question: &Question,
    password: &Typed,
) -> Result<Option<(Arc<Tenant>, MailLogin)>, FlowError> {
    let mut question = question.clone();
    // Only Warifu itself asks as the web, and it asks no socket of its own.
    if Service::parse(&question.service) == Service::Web {
        question.service.clear();
    }
    let Some((tenant, asked, judged)) = look(ctx, slug, &Server::Own, &question).await? else {
        return Ok(None);
    };
    let parsed = Password::parse(password);
    // Nothing that anybody could have: nothing is computed (SEC-76).
    let Some(((asked, judged), parsed)) = asked.zip(judged).zip(parsed) else {
        return Ok(Some((tenant, MailLogin::Wrong)));
    };
    record(ctx, &tenant, &judged, &asked);
    if judged.verdict == Verdict::NeedsWindow && tenant.policy.mail.say_why {
        return Ok(Some((tenant, MailLogin::NeedsWindow)));
    }
    let act = act_of(ctx, &tenant, &asked);
    let is_allowed = judged.verdict == Verdict::Allow;
    let guess = match is_allowed {
        true => reserve(ctx, &act, &asked, judged.user).await?,
        false => Guess::in_vain(&asked.login),
    };
    let who = (&guess.login, guess.user.as_ref());
    let checked = first_factor::check(ctx, &tenant, who, password, &parsed, guess.open).await;
    let known = match checked {
        Ok(known) => known.filter(|_| guess.open),
        Err(error) => {
            // Nothing was judged, so nothing was guessed.
            return_guess(ctx, &act, guess).await?;
            return Err(error);
        }
    };
    if let Some(known) = known
        && settle(ctx, &act, &guess, &known).await?
    {
        note_use(ctx, &tenant, &judged, &asked).await?;
        renew_hash(ctx, &act, &guess, known, &parsed).await;
        return Ok(Some((tenant, MailLogin::In(guess.login))));
    }
    note_failure(ctx, &act, &asked, is_allowed.then_some(guess), &parsed).await?;
    Ok(Some((tenant, MailLogin::Wrong)))
}

/// Counts the guess against the network's and the account's budget, before the password is looked at (SEC-45).
async fn reserve(
    ctx: &Ctx,
    act: &Act,
    asked: &Asked,
    user: Option<UserId>,
) -> Result<Guess, FlowError> {
    let (network, now, login) = (network_of(act), act.now, asked.login.clone());
    let reserved = ctx.store.write(act.tenant.id, async move |tx| {
        let user = match user {
            Some(user) => tx.find_user(user).await?,
            None => None,
        };
        let login = match &user {
            Some(user) => {
                Login::parse(&user.login).map_err(|_| StoreError::corrupt("person.login"))?
            }
            None => login.clone(),
        };
        let kind = match user {
            Some(_) => BudgetKind::OtherBrowser,
            None => BudgetKind::UnknownLogin,
        };
        let (subject, owner) = (
            budget_subject(login.as_str()),
            user.as_ref().map(|user| user.id),
        );
        let open = tx.reserve_network_guess(network.bytes(), now).await?
            && tx.reserve_guess(kind, &subject, owner, now).await?;
        Ok(Guess {
            login,
            user,
            kind,
            subject,
            open,
        })
    });
    Ok(reserved.await?)
}

/// Gives back a guess of the budgets. Only this one: a mail client logs in every few minutes, and must not open the account again
/// and again for somebody who guesses elsewhere.
async fn give_back(tx: &mut Tx<'_>, act: &Act, guess: &Guess) -> Result<(), StoreError> {
    if !guess.open {
        return Ok(());
    }
    tx.return_guess(guess.kind, &guess.subject).await?;
    tx.release_network_guess(network_of(act).bytes()).await?;
    match &guess.user {
        Some(user) => tx.note_open(user.id).await,
        None => Ok(()),
    }
}

async fn return_guess(ctx: &Ctx, act: &Act, guess: Guess) -> Result<(), FlowError> {
    let act = act.clone();
    let returned = ctx.store.write(act.tenant.id, async move |tx| {
        give_back(tx, &act, &guess).await
    });
    Ok(returned.await?)
}

/// The password was right: whether it still is, and opens anything here.
async fn settle(ctx: &Ctx, act: &Act, guess: &Guess, known: &Known) -> Result<bool, FlowError> {
    let (act, guess, known) = (act.clone(), guess.clone(), known.clone());
    let settled = ctx.store.write(act.tenant.id, async move |tx| {
        // It may have been changed while it was verified (SEC-7).
        let is_right = match (&known, &guess.user) {
            (Known::Directory(_), None) => true,
            (Known::Directory(_), Some(person)) => tx.lock_passwordless(person.id).await?,
            // One that somebody else has seen is for one login in a browser (SEC-70).
            (Known::Here { .. }, Some(person))
                if person.password_term == PasswordTerm::Temporary =>
            {
                false
            }
            (Known::Here { stored, .. }, Some(person)) => {
                tx.lock_password(person.id, stored).await?
            }
            (Known::Here { .. }, None) => false,
        };
        if !is_right {
            return Ok(false);
        }
        give_back(tx, &act, &guess).await?;
        if let (
            Known::Here {
                stored,
                ours: Some(ours),
                ..
            },
            Some(person),
        ) = (&known, &guess.user)
        {
            tx.update_password_hash(person.id, stored, ours).await?;
            let event = AuditEvent::new(EventKind::PasswordChecked, Some(person.id));
            act.audit(tx, event.detail("imported hash replaced"))
                .await?;
        }
        Ok(true)
    });
    Ok(settled.await?)
}

async fn renew_hash(ctx: &Ctx, act: &Act, guess: &Guess, known: Known, password: &Password) {
    if let (
        Known::Here {
            stored,
            outdated: true,
            ..
        },
        Some(person),
    ) = (known, &guess.user)
    {
        passwords::hash_again(ctx, act, person.id, stored, password).await;
    }
}

/// Records a wrong password. One that a client repeats is a single guess for a day (SEC-48); each other one stays counted. Without
/// a guess the gate has refused: nothing is recorded, after the same work.
async fn note_failure(
    ctx: &Ctx,
    act: &Act,
    asked: &Asked,
    guess: Option<Guess>,
    password: &Password,
) -> Result<(), FlowError> {
    let account = guess.as_ref().map_or_else(
        || budget_subject(asked.login.as_str()),
        |guess| guess.subject,
    );
    let place = (&account, asked.network.bytes());
    let mark = passwords::stale_mark(ctx, act.tenant.id, place, password).await?;
    let Some(guess) = guess else { return Ok(()) };
    let (act, asked) = (act.clone(), asked.clone());
    let noted = ctx.store.write(act.tenant.id, async move |tx| {
        // Where the budgets took nothing, nothing is known of the password: then the account is what is told once.
        let seen = match guess.open {
            true => mark.to_vec(),
            false => [account.as_slice(), asked.network.bytes()].concat(),
        };
        let kind = BudgetKind::MailFailures;
        if !tx
            .reserve_in_window(kind, &seen, 1, FAILURE_EVERY, act.now)
            .await?
        {
            return give_back(tx, &act, &guess).await;
        }
        let user = guess.user.as_ref().map(|user| user.id);
        let event = AuditEvent::new(EventKind::MailPasswordWrong, user);
        let event = event.refused(&Refusal::WrongLogin);
        act.audit(tx, event.detail(asked.service.name())).await
    });
    Ok(noted.await?)
}
