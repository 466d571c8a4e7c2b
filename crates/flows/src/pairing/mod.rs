//! Pairing an app by two typed codes (K4, SEC-31 to SEC-33): the page shows a user code, the app an app code, each is typed into the
//! other side, and both derive the same secret. Here is what holds for whoever begins it; `signed_in.rs` and `login/pairing.rs` are
//! the two doors, and what the first one-time code does is in `confirmation.rs` and `enrol/confirm.rs`.

mod confirmation;
mod signed_in;

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::{AuthenticatorId, UserId},
    pairing::{
        APP_CODES, DAY, LIFETIME, Order, PairedName, VAIN_IN_DAY, WRONG_CODES, device_name,
        read_app_code, totp_params,
    },
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
    token::TokenHash,
};
use warifu_otp::{PairingCode, PairingRole};
use warifu_storage::{
    BudgetKind, NewTotp, PairingRow, PendingKind, ReservedAppCode, SealContext, SealedColumn,
    StoreError, Tx, seal, totp_plaintext,
};
use zeroize::Zeroizing;

use crate::{act::Act, ctx::Ctx, enrol::Starter, error::FlowError};

pub(crate) use confirmation::{note_confirmed, note_wrong, reserve_guess, words};
pub use signed_in::{abandon, confirm, find, is_offered, prove_and_go_on, start, type_app_code};

/// A pairing that waits for a code.
pub struct OpenPairing {
    /// The person's login ID.
    pub account: String,
    /// Which code comes first.
    pub order: Order,
    /// The user code, as a page shows it; `None`: the app code comes first, and was not typed yet.
    pub user_code: Option<Zeroizing<String>>,
    /// What page and app call the app, once an app code was typed.
    pub paired: Option<PairedName>,
    /// When it is void.
    pub expires_at: Timestamp,
    /// App codes that it still takes.
    pub app_codes_left: i64,
    /// Wrong one-time codes that it still bears.
    pub tries_left: i64,
}

impl Starter {
    /// Which code comes first for whoever begins a pairing like that.
    fn order(self, tenant: &Tenant) -> Result<Order, Refusal> {
        let in_login = matches!(self, Self::Attempt(_));
        let order = tenant.policy.enrolment.pairing.order(in_login);
        order.ok_or(Refusal::NotOffered)
    }
}

/// Begins a pairing; the one before is ended.
pub(crate) async fn begin(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    starter: Starter,
) -> Result<(), FlowError> {
    let kind = EventKind::PairingStarted;
    if let Err(refusal) = starter.order(&act.tenant) {
        return Err(act.deny(ctx, kind, Some(user), refusal).await);
    }
    let code = PairingCode::from_random(PairingRole::User, ctx.rng.bytes());
    let sealed = seal::seal(
        &act.keys,
        ctx.rng.bytes(),
        &seal_context(&act.tenant, user),
        code.grouped().as_bytes(),
    );
    let act = act.clone();
    let begun = ctx.store.write(act.tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        let may = match starter.lock(tx, &act, user).await? {
            Ok(()) => reserve(tx, &act, user).await?,
            Err(refusal) => Err(refusal),
        };
        act.audit(tx, event.outcome(&may)).await?;
        if may.is_ok() {
            let expires_at = act.now + LIFETIME;
            tx.replace_pairing(user, &sealed, &starter.token(), expires_at)
                .await?;
        }
        Ok(may)
    });
    Ok(begun.await??)
}

/// Counts a pairing against those that come to nothing; it is given back when it does not.
async fn reserve(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
) -> Result<Result<(), Refusal>, StoreError> {
    let (kind, subject) = (BudgetKind::Pairings, user.0.to_be_bytes());
    let counted = tx
        .reserve_in_window(kind, &subject, VAIN_IN_DAY, DAY, act.now)
        .await?;
    match counted {
        true => Ok(Ok(())),
        false => Ok(check_lock(tx, act, user).await?),
    }
}

/// Whether another pairing may be begun today.
async fn check_lock(
    tx: &mut Tx<'_>,
    act: &Act,
    user: UserId,
) -> Result<Result<(), Refusal>, StoreError> {
    let (kind, subject) = (BudgetKind::Pairings, user.0.to_be_bytes());
    let until = tx
        .find_full_window(kind, &subject, VAIN_IN_DAY, act.now)
        .await?;
    Ok(match until {
        Some(until) => Err(Refusal::PairingLocked { until }),
        None => Ok(()),
    })
}

/// Lets a person begin pairings again, however many came to nothing today.
pub(crate) async fn release(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    tx.release_guesses(BudgetKind::Pairings, &user.0.to_be_bytes())
        .await
}

/// The pairing that `starter` began and that is not over.
pub(crate) async fn find_open(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    starter: Starter,
) -> Result<Option<OpenPairing>, FlowError> {
    let Ok(order) = starter.order(&act.tenant) else {
        return Ok(None);
    };
    let act = act.clone();
    let found = ctx.store.read(act.tenant.id, async move |tx| {
        let token = starter.token();
        let found = tx.find_pairing(user).await?;
        let Some(row) = found.filter(|row| row.is_open(&token, act.now)) else {
            return Ok(None);
        };
        let person = tx.find_user(user).await?.filter(|person| !person.disabled);
        let Some(person) = person.filter(|_| !act.tenant.suspended) else {
            return Ok(None);
        };
        let derived = tx
            .find_pending_totp(&act.keys, user, &token, PendingKind::Paired, act.now)
            .await?;
        let paired = derived.and_then(|row| row.paired);
        let is_shown = order == Order::UserCodeFirst || paired.is_some();
        let user_code = match row.user_code.filter(|_| is_shown) {
            Some(sealed) => Some(open_code(&act, user, &sealed)?.grouped()),
            None => None,
        };
        Ok(Some(OpenPairing {
            account: person.login,
            order,
            user_code,
            paired,
            expires_at: row.expires_at,
            app_codes_left: APP_CODES - row.app_codes,
            tries_left: WRONG_CODES - row.wrong_codes,
        }))
    });
    Ok(found.await?)
}

/// Takes an app code: counts it, derives what both codes make beside the requests, and seals that as a pending secret. The app code
/// itself is forgotten.
pub(crate) async fn derive(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    starter: Starter,
    typed: &str,
    device: &str,
) -> Result<(), FlowError> {
    let kind = EventKind::AppCodeTyped;
    let read = starter
        .order(&act.tenant)
        .and_then(|_| read_app_code(typed));
    let app_code = match read {
        Ok(app_code) => app_code,
        Err(refusal) => return Err(act.deny(ctx, kind, Some(user), refusal).await),
    };
    let reserved = reserve_app_code(ctx, act, user, starter).await?;
    let number = reserved.number;
    let user_code = open_code(act, user, &reserved.user_code)?;
    let made = match ctx.hasher.derive_pairing(app_code, user_code).await {
        Ok(made) => made,
        Err(fault) => {
            // Nothing was derived, so nothing was tried.
            let returned = ctx.store.write(act.tenant.id, async move |tx| {
                tx.return_app_code(user, &starter.token(), number).await
            });
            returned.await?;
            return Err(fault.into());
        }
    };
    let (act, nonce) = (act.clone(), ctx.rng.bytes());
    let paired = PairedName {
        tag: made.tag,
        device: device_name(device),
    };
    let plain = totp_plaintext(totp_params(), &made.seed);
    let kept = ctx.store.write(act.tenant.id, async move |tx| {
        let (event, token) = (AuditEvent::new(kind, Some(user)), starter.token());
        let may = match starter.lock(tx, &act, user).await? {
            // The code that was typed last counts, whichever was derived first.
            Ok(()) if tx.lock_pairing(user, &token, number, act.now).await? => Ok(()),
            Ok(()) => Err(over(tx.find_pairing(user).await?, &token, act.now)),
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = may {
            act.audit(tx, event.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
        let new = NewTotp {
            id: AuthenticatorId(act.row_id),
            sealed: &seal::seal(&act.keys, nonce, &tx.totp_context(user), &plain),
            started_by: &token,
            expires_at: reserved.expires_at,
            paired: Some(&paired),
        };
        tx.replace_pending_totp(user, &new, act.now).await?;
        act.audit(tx, event.detail(&words(&paired))).await?;
        Ok(Ok(()))
    });
    Ok(kept.await??)
}

async fn reserve_app_code(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    starter: Starter,
) -> Result<ReservedAppCode, FlowError> {
    let act = act.clone();
    let reserved = ctx.store.write(act.tenant.id, async move |tx| {
        let token = starter.token();
        let refusal = match starter.lock(tx, &act, user).await? {
            Ok(()) => match tx.reserve_app_code(user, &token, act.now).await? {
                Some(reserved) => return Ok(Ok(reserved)),
                None => over(tx.find_pairing(user).await?, &token, act.now),
            },
            Err(refusal) => refusal,
        };
        let event = AuditEvent::new(EventKind::AppCodeTyped, Some(user));
        act.audit(tx, event.refused(&refusal)).await?;
        Ok(Err(refusal))
    });
    Ok(reserved.await??)
}

/// Gives a pairing up.
pub(crate) async fn give_up(
    ctx: &Ctx,
    act: &Act,
    user: UserId,
    starter: Starter,
) -> Result<(), FlowError> {
    let act = act.clone();
    let given_up = ctx.store.write(act.tenant.id, async move |tx| {
        if let Err(refusal) = starter.lock(tx, &act, user).await? {
            return Ok(Err(refusal));
        }
        if tx.delete_pairing(user).await? {
            tx.delete_pending_totp(user).await?;
            let event = AuditEvent::new(EventKind::PairingAbandoned, Some(user));
            act.audit(tx, event).await?;
        }
        Ok(Ok(()))
    });
    Ok(given_up.await??)
}

/// Why a pairing takes nothing more from whoever asks.
fn over(row: Option<PairingRow>, asker: &TokenHash, now: Timestamp) -> Refusal {
    match row.filter(|row| row.started_by == *asker) {
        Some(row) if row.wrong_codes >= WRONG_CODES => Refusal::TooManyPairingGuesses,
        Some(row) if row.is_open(asker, now) && row.app_codes >= APP_CODES => {
            Refusal::TooManyAppCodes
        }
        _ => Refusal::PairingOver,
    }
}

/// Where a sealed user code belongs (SEC-77).
fn seal_context(tenant: &Tenant, user: UserId) -> SealContext<'static> {
    SealedColumn::UserCode.context(tenant.id, user.0)
}

fn open_code(act: &Act, user: UserId, sealed: &[u8]) -> Result<PairingCode, StoreError> {
    let plain = seal::open(&act.keys, &seal_context(&act.tenant, user), sealed)?;
    let text = std::str::from_utf8(&plain).ok();
    let code = text.and_then(|text| PairingCode::parse(PairingRole::User, text).ok());
    code.ok_or_else(|| StoreError::corrupt("pairing.user_code"))
}
