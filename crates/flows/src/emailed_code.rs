//! Codes that are sent to a private mail address (K7): asking for one, within the limits of SEC-29, and judging what is typed.
//! Login, fresh proof and the registration of an address share this, so there is one budget for all.

use std::sync::Arc;

use subtle::ConstantTimeEq;
use warifu_domain::{
    audit::{AuditEvent, EventKind},
    decide::{Decision, decide},
    emailed_code::{
        AcceptedEmailedCode, CodePurpose, DAY, EmailedCode, HOUR, OF_NETWORK_IN_HOUR,
        OF_TENANT_IN_HOUR, TO_ADDRESS_IN_DAY, judge, masked, request_name,
    },
    ids::UserId,
    refusal::Refusal,
    tenant::Tenant,
    time::{Span, Timestamp},
    token::{Token, TokenHash},
};
use warifu_storage::{
    BudgetKind, EmailedCodeRow, GuessedMethod, Purpose, StageKind, StoreError, Tx, budget_subject,
    seal,
};
use zeroize::Zeroizing;

use crate::{
    act::{Act, Origin},
    ctx::{Ctx, MailMode},
    error::FlowError,
    login::{load_facts, network_of},
    mailing::MailedCode,
    manage_users::{email_context, open_sealed_email},
    passwords,
    rng::Rng,
    second_factor::closed,
    session::SignedIn,
};

/// What a page says about a code that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedCode {
    /// The name that stands in the mail as well.
    pub request: String,
    /// Where it was sent to: as much as its owner needs, or all of an address that is to be confirmed.
    pub address: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// From when on another one can be asked for.
    pub again_from: Timestamp,
    /// When it is void.
    pub ends: Timestamp,
}

/// What a page that takes a code by mail needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailMethod {
    /// Where codes are sent to: as much of it as its owner needs.
    pub address: String,
    /// The code that this attempt or session asked for last, while it counts.
    pub asked: Option<AskedCode>,
}

/// Random bytes for one code, drawn before the transaction, which may run twice.
#[derive(Clone)]
pub(crate) struct Draw {
    code: [u8; 16],
    request: [u8; 4],
}

impl Draw {
    pub(crate) fn from(rng: &Rng) -> Self {
        Self {
            code: rng.bytes(),
            request: rng.bytes(),
        }
    }
}

impl Act {
    /// Opens a mail address of a person.
    pub(crate) fn open_address(&self, user: UserId, sealed: &[u8]) -> Result<String, StoreError> {
        open_sealed_email(&self.keys, &self.tenant, user, sealed)
    }

    /// Seals a mail address of a person, a private one as any other, so that the outbox takes either.
    pub(crate) fn seal_address(&self, user: UserId, nonce: [u8; 24], address: &str) -> Vec<u8> {
        let context = email_context(&self.tenant, user);
        seal::seal(&self.keys, nonce, &context, address.as_bytes())
    }
}

/// Asks for a code in a login that waits for a second factor. Whether one is sent is told nobody (SEC-29).
pub async fn ask_in_attempt(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<(), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let (attempt, draw) = (attempt.hash(), Draw::from(&ctx.rng));
    let asked = ctx.store.write(tenant.id, async move |tx| {
        let (policy, kind) = (&act.tenant.policy, EventKind::EmailedCodeSent);
        if !tx.lock_attempt(&attempt).await? {
            return Ok(Err(Refusal::AttemptOver));
        }
        let found = tx
            .find_attempt(&attempt, policy.login.wrong_codes, act.now)
            .await?;
        let row = match found {
            Ok(row) => row,
            Err(closed) => {
                act.audit_closed(tx, kind, closed).await?;
                return Ok(Err(closed.why));
            }
        };
        let user = row.pending.user;
        let facts = load_facts(tx, &act.tenant, user, None, act.now).await?;
        let refusal = match facts.map(|facts| decide(policy, &facts, act.now)) {
            _ if row.stage != StageKind::SecondFactor => Refusal::AttemptOver,
            Some(Decision::Challenge { methods }) if methods.email => {
                return ask_own(tx, &act, user, attempt, &draw).await;
            }
            Some(Decision::Challenge { .. }) => Refusal::MethodMissing,
            _ => Refusal::AttemptOver,
        };
        let event = AuditEvent::new(kind, Some(user));
        act.audit(tx, event.refused(&refusal)).await?;
        Ok(Err(refusal))
    });
    Ok(asked.await??)
}

/// Asks for a code for the fresh proof of a signed-in person (SEC-37).
pub async fn ask_for_proof(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<(), FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let (user, token, draw) = (who.user, who.token, Draw::from(&ctx.rng));
    if !who.has_email {
        let (kind, missing) = (EventKind::EmailedCodeSent, Refusal::MethodMissing);
        return Err(act.deny(ctx, kind, Some(user), missing).await);
    }
    let asked = ctx.store.write(tenant.id, async move |tx| {
        match tx.lock_session(user, &token).await? {
            true => ask_own(tx, &act, user, token, &draw).await,
            false => Ok(Err(Refusal::NotSignedIn)),
        }
    });
    Ok(asked.await??)
}

/// Asks for a code that goes to the person's confirmed address.
async fn ask_own(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    started_by: TokenHash,
    draw: &Draw,
) -> Result<Result<(), Refusal>, StoreError> {
    let Some(row) = tx.find_private_address(user).await? else {
        // It was removed since the page was opened.
        let (kind, refusal) = (EventKind::EmailedCodeSent, Refusal::MethodMissing);
        let event = AuditEvent::new(kind, Some(user)).refused(&refusal);
        act.audit(tx, event).await?;
        return Ok(Err(refusal));
    };
    let address = act.open_address(user, &row.sealed)?;
    let wanted = Wanted {
        purpose: CodePurpose::Prove,
        started_by,
        address: &address,
        candidate: None,
    };
    ask(tx, act, user, wanted, draw).await
}

/// A code that somebody wants.
pub(crate) struct Wanted<'a> {
    pub(crate) purpose: CodePurpose,
    pub(crate) started_by: TokenHash,
    /// Where it goes.
    pub(crate) address: &'a str,
    /// The same, sealed, where the code is to confirm it.
    pub(crate) candidate: Option<Vec<u8>>,
}

/// Opens a code and has it sent, unless the last one is too young. Over the limits nothing is sent, and nothing tells.
pub(crate) async fn ask(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    wanted: Wanted<'_>,
    draw: &Draw,
) -> Result<Result<(), Refusal>, StoreError> {
    let (kind, rules) = (EventKind::EmailedCodeSent, &act.tenant.policy.email_code);
    let event = AuditEvent::new(kind, Some(user));
    if act.mail == MailMode::Off {
        let refusal = Refusal::NoMail;
        act.audit(tx, event.refused(&refusal)).await?;
        return Ok(Err(refusal));
    }
    let code = EmailedCode::from_random(rules.digits, draw.code);
    let (key_id, _) = act.keys.active(Purpose::Pepper);
    let owner = (act.tenant.id, user);
    let new = EmailedCodeRow {
        started_by: wanted.started_by,
        request: request_name(draw.request),
        address: wanted.candidate,
        key_id,
        verifier: passwords::emailed_verifier(&act.keys, key_id, owner, wanted.purpose, &code)?,
        asked_at: act.now,
        expires_at: act.now + rules.lifetime(),
    };
    let last = tx.find_emailed_code(user, wanted.purpose).await?;
    let since = act.now - rules.resend_after();
    if let Some(last) = last.filter(|last| last.asked_at > since) {
        let refusal = Refusal::EmailedCodeTooSoon {
            until: last.asked_at + rules.resend_after(),
        };
        act.audit(tx, event.refused(&refusal)).await?;
        return Ok(Err(refusal));
    }
    let is_sent = reserve(tx, act, user, wanted.address).await?;
    let keeps = !is_sent
        && new.address.is_none()
        && tx.touch_emailed_code(user, wanted.purpose, &new).await?;
    if !keeps
        && !tx
            .replace_emailed_code(user, wanted.purpose, &new, since)
            .await?
    {
        return Err(StoreError::Contended); // A twin request came first: looked at again, the last one is too young.
    }
    if !is_sent {
        let words = format!("{} not sent: too many lately", new.request);
        act.audit(tx, event.detail(&words)).await?;
        return Ok(Ok(()));
    }
    act.audit(tx, event.detail(&new.request)).await?;
    let told = MailedCode {
        request: new.request,
        digits: Zeroizing::new(code.expose().to_owned()),
        confirms: wanted.purpose == CodePurpose::Confirm,
    };
    act.mail_code(tx, user, wanted.address, told, new.expires_at)
        .await?;
    Ok(Ok(()))
}

/// Counts a mail against every limit of SEC-29. `false`: it is not to be sent.
async fn reserve(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    address: &str,
) -> Result<bool, StoreError> {
    let (network, person) = (network_of(act), user.0.to_be_bytes());
    let folded = budget_subject(&address.to_lowercase());
    let budgets: [(BudgetKind, &[u8], i64, Span); 4] = [
        (
            BudgetKind::CodesToPerson,
            &person,
            act.tenant.policy.email_code.per_hour,
            HOUR,
        ),
        (BudgetKind::CodesToAddress, &folded, TO_ADDRESS_IN_DAY, DAY),
        (
            BudgetKind::CodesOfNetwork,
            network.bytes(),
            OF_NETWORK_IN_HOUR,
            HOUR,
        ),
        (BudgetKind::CodesOfTenant, &[], OF_TENANT_IN_HOUR, HOUR),
    ];
    for (kind, subject, most, window) in budgets {
        if !tx
            .reserve_in_window(kind, subject, most, window, act.now)
            .await?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Judges a typed code and uses it up. A malformed one is counted like a wrong one (SEC-24). Says which address it confirms, if it
/// was for that.
pub(crate) async fn judge_emailed_code(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    purpose: CodePurpose,
    started_by: &TokenHash,
    typed: &str,
) -> Result<Result<(AcceptedEmailedCode, Option<Vec<u8>>), Refusal>, StoreError> {
    // The budget of the method outlives its codes; a code that confirms a new address has only its own guesses.
    let mut failures = 0;
    if purpose == CodePurpose::Prove {
        let Some(row) = tx.find_private_address(user).await? else {
            return Ok(Err(Refusal::MethodMissing));
        };
        match tx.reserve_address_guess(user, act.now).await? {
            Some(counted) => failures = counted,
            None => return Ok(Err(closed(row.failures, row.blocked_until, act))),
        }
    }
    let open = tx
        .reserve_emailed_guess(user, purpose, started_by, act.now)
        .await?;
    let verdict = match &open {
        None => Err(Refusal::EmailedCodeOver),
        Some(open) => match EmailedCode::parse(act.tenant.policy.email_code.digits, typed) {
            Ok(code) => judge(fits(act, user, purpose, open, &code)?),
            Err(malformed) => Err(malformed),
        },
    };
    let accepted = match verdict {
        Ok(accepted) if tx.spend_emailed_code(user, purpose).await? => accepted,
        Ok(_) => return Ok(Err(Refusal::EmailedCodeOver)),
        Err(refusal) => {
            tx.delay_method(GuessedMethod::EmailedCode, user, failures, act.now)
                .await?;
            return Ok(Err(refusal));
        }
    };
    if purpose == CodePurpose::Prove {
        // One right proof opens the other methods again.
        tx.note_address_used(user, act.now).await?;
        let others = [GuessedMethod::App, GuessedMethod::BackupCodes];
        tx.reopen_methods(&others, user).await?;
    }
    Ok(Ok((accepted, open.and_then(|open| open.address))))
}

fn fits(
    act: &Act,
    user: UserId,
    purpose: CodePurpose,
    open: &EmailedCodeRow,
    code: &EmailedCode,
) -> Result<bool, StoreError> {
    let owner = (act.tenant.id, user);
    let typed = passwords::emailed_verifier(&act.keys, open.key_id, owner, purpose, code)?;
    Ok(typed.ct_eq(&open.verifier).into())
}

/// The method of the person whose login waits for a second factor, for its page.
pub async fn method_in_attempt(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    attempt: &Token,
) -> Result<EmailMethod, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let attempt = attempt.hash();
    let found = ctx.store.read(tenant.id, async move |tx| {
        let wrong_codes = act.tenant.policy.login.wrong_codes;
        match tx.find_attempt(&attempt, wrong_codes, act.now).await? {
            Ok(row) => method(tx, &act, row.pending.user, &attempt).await,
            Err(closed) => Ok(Err(closed.why)),
        }
    });
    Ok(found.await??)
}

/// The method of a signed-in person, for the page of the fresh proof. `None`: no address is registered.
pub async fn method_for_proof(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
) -> Result<Option<EmailMethod>, FlowError> {
    if !who.has_email {
        return Ok(None);
    }
    let (act, user, token) = (Act::of(ctx, tenant, origin), who.user, who.token);
    let found = ctx.store.read(tenant.id, async move |tx| {
        method(tx, &act, user, &token).await
    });
    Ok(found.await?.ok())
}

async fn method(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
    started_by: &TokenHash,
) -> Result<Result<EmailMethod, Refusal>, StoreError> {
    let Some(row) = tx.find_private_address(user).await? else {
        return Ok(Err(Refusal::MethodMissing));
    };
    let address = masked(&act.open_address(user, &row.sealed)?);
    let asked = tx.find_emailed_code(user, CodePurpose::Prove).await?;
    let asked = asked.and_then(|row| asked_code(act, &row, started_by, address.clone()));
    Ok(Ok(EmailMethod { address, asked }))
}

/// A code for the page of whoever asked for it, while it counts.
pub(crate) fn asked_code(
    act: &Act,
    row: &EmailedCodeRow,
    started_by: &TokenHash,
    address: String,
) -> Option<AskedCode> {
    let rules = &act.tenant.policy.email_code;
    let is_open = row.started_by == *started_by && row.expires_at > act.now;
    is_open.then(|| AskedCode {
        request: row.request.clone(),
        address,
        at: row.asked_at,
        again_from: row.asked_at + rules.resend_after(),
        ends: row.asked_at + rules.lifetime(),
    })
}
