//! The person's own account page, and the own password.

use std::{net::IpAddr, sync::Arc};

use warifu_domain::{
    audit::{AuditEvent, EventKind},
    pairing::PairedName,
    password::{BadPassword, Password, PasswordTerm, check_new},
    policy::Enrolment,
    refusal::Refusal,
    tenant::Tenant,
    time::Timestamp,
    token::Token,
};
use warifu_storage::{KeyRing, PendingKind, StoreError, TotpState, Tx};

use warifu_storage::budget_subject;

use crate::{
    act::{Act, Origin},
    ctx::Ctx,
    error::FlowError,
    login::NewSession,
    manage_users::open_sealed_email,
    pairing,
    passwords::{self, Verified},
    private_address,
    session::{self, SignedIn},
};

/// The state of everything a person has.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The authenticator app.
    pub totp: Option<TotpOverview>,
    /// A set-up was begun in this browser and waits for its first code.
    pub set_up_open: bool,
    /// An app can be paired by two typed codes (K4).
    pub pairing_offered: bool,
    /// A pairing was begun in this browser and waits for a code.
    pub pairing_open: bool,
    /// Backup codes.
    pub backup_codes: BackupOverview,
    /// Open sessions, this one included.
    pub sessions: i64,
    /// Whether this tenant offers (or demands) a second factor to this person.
    pub may_enrol: bool,
    /// The private address, where the tenant offers codes by mail to this person.
    pub email: Option<EmailOverview>,
    /// The person's own switch, where the tenant has one (K1).
    pub own_switch: Option<OwnSwitch>,
    /// Whether the person may switch it off without an administrator.
    pub may_remove: bool,
}

/// The state of the private address (K6).
#[derive(Clone, Debug)]
pub struct EmailOverview {
    /// The address and since when it is in use; `None`: none is registered.
    pub current: Option<(String, Timestamp)>,
}

/// The state of the own switch (K1).
#[derive(Clone, Copy, Debug)]
pub struct OwnSwitch {
    /// Whether the second factor is used: as switched; untouched, from the first registration on.
    pub on: bool,
    /// It cannot be switched off: the tenant demands a second factor, or the person manages others.
    pub compulsory: bool,
    /// From where this page was asked for, nothing but the password is (K2).
    pub trusted_network: bool,
}

/// The state of an authenticator app.
#[derive(Clone, Debug)]
pub struct TotpOverview {
    /// What page and app call it, if it was paired (K4).
    pub paired: Option<PairedName>,
    /// Since when.
    pub since: Timestamp,
    /// When a code was last accepted.
    pub used_at: Option<Timestamp>,
    /// Its owner reported the device lost (SEC-44).
    pub suspended: bool,
}

/// The state of the backup codes.
#[derive(Clone, Copy, Debug)]
pub struct BackupOverview {
    /// The tenant has them.
    pub offered: bool,
    /// Codes that still count.
    pub left: u32,
    /// Codes of the set, used ones included; 0: none issued.
    pub of: u32,
    /// The set's number, for the form that issues a new one.
    pub generation: i64,
    /// The set can be looked at again (C3).
    pub viewable: bool,
    /// When the set was issued; `None`: none was.
    pub issued_at: Option<Timestamp>,
}

/// Everything for the account page.
pub async fn overview(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    who: &SignedIn,
) -> Result<Overview, FlowError> {
    let (keys, now) = (ctx.keys(), ctx.clock.now());
    let (tenant, who) = (tenant.clone(), who.clone());
    let read = ctx.store.read(tenant.id, async move |tx| {
        let totp = tx.find_totp_state(who.user).await?;
        overview_in(tx, &keys, &tenant, &who, totp, now).await
    });
    Ok(read.await?)
}

/// As [`session::enter`], with everything for the account page.
pub async fn enter(
    ctx: &Ctx,
    slug: &str,
    token: &Token,
    from: Option<IpAddr>,
) -> Result<Option<(Arc<Tenant>, Option<(SignedIn, Overview)>)>, FlowError> {
    let (keys, now) = (ctx.keys(), ctx.clock.now());
    session::enter_and(
        ctx,
        slug,
        token,
        from,
        async move |tx, tenant, who, totp| overview_in(tx, &keys, tenant, who, totp, now).await,
    )
    .await
}

async fn overview_in(
    tx: &mut Tx<'_>,
    keys: &KeyRing,
    tenant: &Tenant,
    who: &SignedIn,
    totp: Option<TotpState>,
    now: Timestamp,
) -> Result<Overview, StoreError> {
    let (user, policy) = (who.user, &tenant.policy);
    let pending = match totp {
        Some(_) => None,
        None => {
            let kind = PendingKind::Shown;
            tx.find_pending_totp(keys, user, &who.token, kind, now)
                .await?
        }
    };
    let pairing = match pairing::is_offered(tenant) {
        true => tx.find_pairing(user).await?,
        false => None,
    };
    let backup = tx.find_backup_set(user).await?;
    let viewable =
        policy.backup_codes.viewable && tx.find_sealed_backup_codes(user).await?.is_some();
    let idle_since = now - policy.session.idle();
    let sessions = tx.count_sessions(user, now, idle_since).await?;
    let set = backup.as_ref().map(|row| &row.set);
    let email = match private_address::is_offered(tenant, who) {
        true => Some(EmailOverview {
            current: match tx.find_private_address(user).await? {
                Some(row) => {
                    let address = open_sealed_email(keys, tenant, user, &row.sealed)?;
                    Some((address, row.confirmed_at))
                }
                None => None,
            },
        }),
        false => None,
    };
    let compulsory = policy.second_factor.is_required(false, now) || who.must_have_second_factor();
    let own_switch = policy.second_factor.own_switch.then(|| OwnSwitch {
        on: compulsory || who.own_switch.unwrap_or(who.has_second_factor()),
        compulsory,
        trusted_network: who.trusted_network,
    });
    Ok(Overview {
        email,
        own_switch,
        totp: totp.map(|state| TotpOverview {
            since: state.confirmed_at,
            used_at: state.used_at,
            suspended: state.suspended_at.is_some(),
            paired: state.paired,
        }),
        set_up_open: pending.is_some(),
        pairing_offered: pairing::is_offered(tenant),
        pairing_open: pairing.is_some_and(|row| row.is_open(&who.token, now)),
        backup_codes: BackupOverview {
            offered: policy.backup_codes.enabled,
            left: set.map_or(0, |set| set.left()),
            of: set.map_or(0, |set| set.current.len() as u32),
            generation: set.map_or(0, |set| set.generation),
            viewable,
            issued_at: backup.as_ref().map(|row| row.issued_at),
        },
        sessions,
        may_enrol: policy.second_factor.enrolment != Enrolment::Off
            || who.has_totp
            || who.must_have_second_factor(),
        may_remove: policy.removal.by_user
            && !policy.second_factor.is_required(false, now)
            && !who.must_have_second_factor(),
    })
}

/// Changes the own password; needs the fresh proof. Every other session ends (SEC-7); authenticators stay as they are.
pub async fn change_password(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    origin: &Origin,
    who: &SignedIn,
    new_password: &str,
) -> Result<NewSession, FlowError> {
    let act = Act::of(ctx, tenant, origin);
    let (user, kind) = (who.user, EventKind::PasswordChanged);
    let checked = who
        .check_fresh_proof_for_password(act.now)
        .and_then(|()| check_own_password(tenant, who, new_password, act.now));
    let password = match checked {
        Ok(password) => password,
        Err(refusal) => return Err(act.deny(ctx, kind, Some(user), refusal).await),
    };
    let stored = ctx
        .store
        .read(tenant.id, async move |tx| tx.find_user(user).await)
        .await?;
    // What a directory knows is changed there.
    let Some(stored) = stored.filter(|person| person.password.is_some()) else {
        return Err(act.deny(ctx, kind, Some(user), Refusal::NotOffered).await);
    };
    if passwords::verify(ctx, tenant.id, Some(&stored), &password).await? != Verified::Wrong {
        let unchanged = Refusal::Password(BadPassword::Unchanged);
        return Err(act.deny(ctx, kind, Some(user), unchanged).await);
    }
    let hashed = passwords::hash(ctx, &password).await?;
    let (who, token) = (who.clone(), ctx.rng.token());
    let changed = ctx.store.write(tenant.id, async move |tx| {
        let event = AuditEvent::new(kind, Some(user));
        if !tx.lock_session(user, &who.token).await? {
            let gone = Refusal::NotSignedIn;
            act.audit(tx, event.refused(&gone)).await?;
            return Ok(Err(gone));
        }
        tx.update_password(user, &hashed, PasswordTerm::Lasting)
            .await?;
        tx.release_all_guesses(&budget_subject(&who.login)).await?;
        tx.note_open(user).await?;
        act.close_doors(tx, user, Some(&who.token)).await?;
        act.audit(tx, event).await?;
        act.notify(tx, user, kind).await?;
        session::renew(tx, &act, &who.token, &who.session, token.clone()).await
    });
    Ok(changed.await??)
}

fn check_own_password(
    tenant: &Tenant,
    who: &SignedIn,
    typed: &str,
    now: Timestamp,
) -> Result<Password, Refusal> {
    let min = tenant
        .policy
        .min_password_chars(who.must_have_second_factor(), now);
    let context = [&*who.login, &who.name, &tenant.name, &tenant.slug];
    check_password(typed, min, &context)
}

/// Keeps the language that a signed-in person chose.
pub async fn choose_language(
    ctx: &Ctx,
    tenant: &Arc<Tenant>,
    who: &SignedIn,
    language: &'static str,
) -> Result<(), FlowError> {
    let user = who.user;
    Ok(ctx
        .store
        .write(tenant.id, async move |tx| {
            tx.update_language(user, language).await
        })
        .await?)
}

/// Checks a new password (SEC-74).
pub(crate) fn check_password(
    typed: &str,
    min_chars: usize,
    context: &[&str],
) -> Result<Password, Refusal> {
    let too_long = Refusal::Password(BadPassword::TooLong);
    let password = Password::parse(typed).ok_or(too_long)?;
    check_new(&password, min_chars, context).map_err(Refusal::Password)?;
    Ok(password)
}
