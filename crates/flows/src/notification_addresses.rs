//! Where a person's notices go: the address that the administrators keep, and further ones that the person adds, each confirmed by
//! a code that was mailed there (SEC-43). Every change needs the fresh proof, and is told to all addresses, old and new.

use std::sync::Arc;

use subtle::ConstantTimeEq;
use warifu_domain::{
    audit::{AuditEvent, EventKind},
    ids::UserId,
    notification_address::{AddressCode, FURTHER, GUESSES, LIFETIME, folded},
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
    user::check_email,
};
use warifu_storage::{AddressRow, KeyRing, Purpose, StoreError, Tx, seal};
use zeroize::Zeroizing;

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    mailing::Enclosed,
    manage_users::{email_context, open_sealed_email},
    passwords::address_verifier,
    session::SignedIn,
};

/// An address of a person.
#[derive(Clone, Debug)]
pub struct NotificationAddress {
    /// Its id. `None`: it is the one that the administrators keep.
    pub id: Option<i64>,
    /// The address.
    pub address: String,
    /// Until when it can be confirmed. `None`: it is in use.
    pub waits_until: Option<Timestamp>,
}

/// A person's addresses, the administrators' first; what nobody confirmed in time is not among them.
pub async fn list(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    who: &SignedIn,
) -> Result<Vec<NotificationAddress>, FlowError> {
    let (keys, owner, now) = (ctx.keys(), tenant.clone(), ctx.clock.now());
    let user = who.user;
    let read = ctx.store.read(tenant.id, async move |tx| {
        load(tx, &keys, &owner, user, now).await
    });
    Ok(read.await?)
}

/// [`list`], in a transaction.
pub(crate) async fn load(
    tx: &mut Tx<'_>,
    keys: &KeyRing,
    tenant: &Tenant,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<NotificationAddress>, StoreError> {
    let open = |sealed: &[u8]| open_sealed_email(keys, tenant, user, sealed);
    let mut all = Vec::new();
    if let Some(sealed) = tx.find_user(user).await?.and_then(|person| person.email) {
        all.push(NotificationAddress {
            id: None,
            address: open(&sealed)?,
            waits_until: None,
        });
    }
    for row in tx.list_addresses(user).await? {
        if row.confirmed_at.is_some() || row.expires_at > now {
            all.push(NotificationAddress {
                id: Some(row.id),
                address: open(&row.sealed)?,
                waits_until: row.confirmed_at.is_none().then_some(row.expires_at),
            });
        }
    }
    Ok(all)
}

/// Whether a further address can be added to these.
pub fn may_add(all: &[NotificationAddress]) -> bool {
    let further = |one: &&NotificationAddress| one.id.is_some() && one.waits_until.is_none();
    all.iter().filter(further).count() < FURTHER
}

/// Whether the addresses may be changed now: asked before anything is typed (SEC-37).
pub fn may_change(ctx: &Ctx, who: &SignedIn) -> Result<(), Refusal> {
    who.check_fresh_proof(ctx.clock.now())
}

/// Begins an act on the own addresses.
async fn begin(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    kind: EventKind,
) -> Result<Act, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    match who.check_fresh_proof(act.now) {
        Ok(()) => Ok(act),
        Err(refusal) => Err(act.deny(ctx, kind, Some(who.user), refusal).await),
    }
}

/// Adds an address, which waits for the code that is mailed there; one that waited before is dropped. The addresses in use are
/// told. Over the limit of such mails none is sent, and the answer is the same (SEC-29).
pub async fn add(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    typed: &str,
) -> Result<(), FlowError> {
    let kind = EventKind::AddressAdded;
    let (act, typed) = (
        begin(ctx, tenant, origin, who, kind).await?,
        typed.trim().to_owned(),
    );
    if typed.is_empty() || check_email(&typed).is_err() {
        let bad = Refusal::BadEmail;
        return Err(act.deny(ctx, kind, Some(who.user), bad).await);
    }
    let user = who.user;
    let (code, key_id) = (
        AddressCode::from_random(ctx.rng.bytes()),
        ctx.keys().active(Purpose::Pepper).0,
    );
    let row = AddressRow {
        id: act.row_id,
        sealed: seal::seal(
            &ctx.keys(),
            ctx.rng.bytes(),
            &email_context(tenant, user),
            typed.as_bytes(),
        ),
        confirmed_at: None,
        expires_at: act.now + LIFETIME,
    };
    let verifier = address_verifier(&ctx.keys(), key_id, (tenant.id, user, row.id), &code)?;
    let stored = warifu_storage::AddressCode { key_id, verifier };
    let added = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        // Two that are added at once would else both wait, and both be confirmed beyond the limit.
        tx.lock_person(user).await?;
        let all = load(tx, &act.keys, &act.tenant, user, act.now).await?;
        let mut in_use = all.iter().filter(|one| one.waits_until.is_none());
        let is_known = |one: &NotificationAddress| folded(&one.address) == folded(&typed);
        let refusal = if in_use.any(is_known) {
            Some(Refusal::AddressKnown)
        } else if !may_add(&all) {
            Some(Refusal::TooManyAddresses)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            act.audit(tx, event.refused(&refusal)).await?;
            return Ok(Err(refusal));
        }
        tx.replace_pending_address(user, &row, &stored).await?;
        act.audit(tx, event).await?;
        act.notify(tx, user, kind).await?;
        let digits = Enclosed::Code(Zeroizing::new(code.grouped()));
        let (kind, recipient) = (EventKind::AddressConfirmed, row.sealed.clone());
        act.mail_asked(tx, user, kind, recipient, &digits).await?;
        Ok(Ok(()))
    });
    Ok(added.await??)
}

/// Takes an address into use, with the code that was mailed there. Each guess is paid for before it is judged.
pub async fn confirm(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    id: i64,
    typed: &str,
) -> Result<(), FlowError> {
    let kind = EventKind::AddressConfirmed;
    let act = begin(ctx, tenant, origin, who, kind).await?;
    let (user, typed) = (who.user, AddressCode::parse(typed));
    let confirmed = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        let judged = match tx.spend_address_guess(user, id, GUESSES, act.now).await? {
            None => Err(Refusal::AddressCodeOver),
            Some(stored) => match &typed {
                Err(malformed) => Err(*malformed),
                Ok(code) => {
                    let of = (act.tenant.id, user, id);
                    let hash = address_verifier(&act.keys, stored.key_id, of, code)?;
                    match bool::from(hash.ct_eq(&stored.verifier)) {
                        true => Ok(()),
                        false => Err(Refusal::WrongAddressCode),
                    }
                }
            },
        };
        let judged = match judged {
            Ok(()) if !tx.confirm_address(user, id, act.now).await? => {
                Err(Refusal::AddressCodeOver)
            }
            judged => judged,
        };
        act.audit(tx, event.outcome(&judged)).await?;
        if judged.is_ok() {
            act.notify(tx, user, kind).await?;
        }
        Ok(judged)
    });
    Ok(confirmed.await??)
}

/// Removes an address that the person added. All addresses are told, that one included.
pub async fn remove(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    id: i64,
) -> Result<(), FlowError> {
    let kind = EventKind::AddressRemoved;
    let act = begin(ctx, tenant, origin, who, kind).await?;
    let user = who.user;
    let removed = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        // Before it goes: whoever reads that mailbox is told that it does.
        act.notify(tx, user, kind).await?;
        if !tx.delete_address(user, id).await? {
            return Err(StoreError::Conflict);
        }
        act.audit(tx, event).await
    });
    match removed.await {
        // It was removed before: what was asked for is so.
        Err(StoreError::Conflict) => Ok(()),
        other => Ok(other?),
    }
}
