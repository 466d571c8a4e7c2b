//! The people of a site, written by the server's own statements: real sealed secrets and real password hashes, without
//! waiting for Argon2id a hundred thousand times. Everything about a person follows from a number, so nothing is kept.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use warifu_domain::attempt::Pending;
use warifu_domain::ids::{AuthenticatorId, TenantId, UserId};
use warifu_domain::password::PasswordTerm;
use warifu_domain::session::{Evidence, Session};
use warifu_domain::tenant::Tenant;
use warifu_domain::time::{Span, Timestamp};
use warifu_domain::token::Token;
use warifu_domain::user::{Login, Role};
use warifu_flows::By;
use warifu_flows::Ctx;
use warifu_flows::manage_users::{self, NewPerson};
use warifu_otp::{OneTimeCode, Secret, Step, TotpKey, TotpParams};
use warifu_storage::{
    NewBackupSet, NewTotp, NewUser, SessionRow, StageKind, StoreError, Tx, seal, totp_plaintext,
};

use crate::site::SLUG;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "eleven herons over the mill pond";

/// People that are written in one transaction.
const CHUNK: usize = 200;

/// The person with this number.
#[derive(Clone, Copy)]
pub(crate) struct Person(pub(crate) usize);

/// A login attempt that waits for a code: the `number`-th of the run named `run`.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    pub(crate) run: usize,
    pub(crate) number: usize,
}

fn bytes(purpose: &str, numbers: &[usize]) -> [u8; 32] {
    let mut digest = Sha256::new_with_prefix(purpose);
    for number in numbers {
        digest.update(number.to_be_bytes());
    }
    digest.finalize().into()
}

impl Person {
    /// As ids of real people: milliseconds above 20 random bits.
    fn id(self) -> UserId {
        const BORN: i64 = 60_000_000_000;
        let [a, b, c, ..] = bytes("id", &[self.0]);
        let random = i64::from(u32::from_be_bytes([0, a, b, c]) & 0xf_ffff);
        UserId((BORN + self.0 as i64) << 20 | random)
    }

    /// The login ID, as long as those of people are.
    pub(crate) fn login(self) -> String {
        format!("taro.yamada{:06}", self.0)
    }

    fn secret(self) -> Secret {
        Secret::from_bytes(bytes("secret", &[self.0])[..Secret::NEW_LENGTH].to_vec())
    }

    /// What the phone of this person would show at `step`.
    pub(crate) fn code(self, step: Step) -> OneTimeCode {
        TotpKey::new(TotpParams::default(), &self.secret()).code_at(step)
    }

    /// A code that is wrong now and half an hour before and after, so that it is a guess and not a slow clock.
    pub(crate) fn wrong_code(self, now: Timestamp) -> OneTimeCode {
        let key = TotpKey::new(TotpParams::default(), &self.secret());
        (0..)
            .map(|number: u32| {
                OneTimeCode::parse(&format!("{:06}", number % 1_000_000)).expect("six digits")
            })
            .find(|code| key.distant_step(code, now.unix_seconds(), 120).is_none())
            .expect("a phone shows few of a million codes within two hours")
    }

    /// The token of this person's session.
    pub(crate) fn session(self) -> Token {
        Token::from_random(bytes("session", &[self.0]))
    }
}

impl Attempt {
    pub(crate) fn token(self) -> Token {
        Token::from_random(bytes("attempt", &[self.run, self.number]))
    }
}

/// Whether people have a mail address; everybody has a password, an authenticator app and ten backup codes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mail {
    Without,
    With,
}

/// Adds the people `first..first + count`.
pub(crate) async fn add_people(ctx: &Ctx, first: usize, count: usize, mail: Mail) -> Result<()> {
    let tenant = ctx.tenant(SLUG).await?.context("the site has its tenant")?;
    let password: Arc<[u8]> = hashed_password(ctx, &tenant, first).await?.into();
    for begin in (first..first + count).step_by(CHUNK) {
        let (keys, password) = (ctx.keys(), password.clone());
        let now = ctx.clock.now();
        let job = ctx.store.write(tenant.id, async move |tx| {
            for number in begin..(begin + CHUNK).min(first + count) {
                add_person(tx, &keys, &password, Person(number), now, mail).await?;
            }
            Ok(())
        });
        job.await?;
    }
    Ok(())
}

/// A hash of [`PASSWORD`] as the server stores it, made by the server's own way of adding a person. It is good for
/// everybody: salt and tag stand in it, no name.
async fn hashed_password(ctx: &Ctx, tenant: &Arc<Tenant>, first: usize) -> Result<Vec<u8>> {
    let person = NewPerson {
        login: Login::parse(&format!("model{first}"))
            .map_err(|_| anyhow::anyhow!("a model's login ID"))?,
        name: String::new(),
        email: None,
        role: Role::Member,
        password: PASSWORD.to_owned(),
        password_term: PasswordTerm::Lasting,
    };
    let id = manage_users::add_user(ctx, tenant, &By::command_line(), person).await?;
    let row = ctx
        .store
        .read(tenant.id, async move |tx| tx.find_user(id).await)
        .await?;
    row.and_then(|row| row.password)
        .context("a person who was just added has a password")
}

async fn add_person(
    tx: &mut Tx<'_>,
    keys: &warifu_storage::KeyRing,
    password: &[u8],
    person: Person,
    now: Timestamp,
    mail: Mail,
) -> Result<(), StoreError> {
    let (id, login) = (person.id(), person.login());
    let login = Login::parse(&login).map_err(|_| StoreError::Other("a login ID of ours".into()))?;
    let nonce = |purpose| {
        let mut nonce = [0; seal::NONCE_BYTES];
        nonce.copy_from_slice(&bytes(purpose, &[person.0])[..seal::NONCE_BYTES]);
        nonce
    };
    let email = (mail == Mail::With).then(|| {
        let context = warifu_storage::SealContext {
            tenant: tx_tenant(tx),
            purpose: "email",
            owner: id.0,
        };
        seal::seal(
            keys,
            nonce("email"),
            &context,
            format!("{}@example.jp", person.login()).as_bytes(),
        )
    });
    let row = NewUser {
        id,
        login: &login,
        name: "山田太郎",
        email,
        role: Role::Member,
        password: Some(password.to_vec()),
        password_term: PasswordTerm::Lasting,
        group: None,
        imported: None,
    };
    tx.insert_user(&row, now).await?;
    let plain = totp_plaintext(TotpParams::default(), &person.secret());
    let sealed = seal::seal(keys, nonce("totp"), &tx.totp_context(id), &plain);
    let (app, owner) = (AuthenticatorId(id.0 + 1), person.session().hash());
    let new = NewTotp {
        id: app,
        sealed: &sealed,
        started_by: &owner,
        expires_at: now,
        paired: None,
    };
    tx.replace_pending_totp(id, &new, now).await?;
    // Long ago, so that a code of today is new.
    tx.confirm_totp(id, app, Step(1), now).await?;
    let verifiers: Vec<[u8; 16]> = (0..10)
        .map(|code| {
            let mut verifier = [0; 16];
            verifier.copy_from_slice(&bytes("backup", &[person.0, code])[..16]);
            verifier
        })
        .collect();
    let mut salt = [0; 16];
    salt.copy_from_slice(&bytes("salt", &[person.0])[..16]);
    let set = NewBackupSet {
        salt: &salt,
        // As long as a real one; nobody here logs in with a backup code.
        hashing: &[0; 9],
        codes: &verifiers,
        sealed: None,
    };
    tx.replace_backup_set(id, &set, 0, now).await?;
    Ok(())
}

fn tx_tenant(tx: &Tx<'_>) -> TenantId {
    tx.totp_context(UserId(0)).tenant
}

/// Opens an attempt of `person(number)` for each of `count` numbers.
pub(crate) async fn add_attempts(
    ctx: &Ctx,
    run: usize,
    count: usize,
    person: impl Fn(usize) -> Person + Copy + Send + 'static,
) -> Result<()> {
    let tenant = ctx.tenant(SLUG).await?.context("the site has its tenant")?;
    let expires_at = ctx.clock.now() + Span::hours(1);
    for begin in (0..count).step_by(CHUNK) {
        let job = ctx.store.write(tenant.id, async move |tx| {
            for number in begin..(begin + CHUNK).min(count) {
                let pending = Pending {
                    user: person(number).id(),
                    remember: false,
                    expires_at,
                };
                tx.insert_attempt(
                    &Attempt { run, number }.token().hash(),
                    &pending,
                    StageKind::SecondFactor,
                )
                .await?;
            }
            Ok(())
        });
        job.await?;
    }
    Ok(())
}

/// Ends the attempts that are left of a run.
pub(crate) async fn remove_attempts(ctx: &Ctx, run: usize, count: usize) -> Result<()> {
    let tenant = ctx.tenant(SLUG).await?.context("the site has its tenant")?;
    for begin in (0..count).step_by(CHUNK) {
        let job = ctx.store.write(tenant.id, async move |tx| {
            for number in begin..(begin + CHUNK).min(count) {
                tx.spend_attempt(&Attempt { run, number }.token().hash())
                    .await?;
            }
            Ok(())
        });
        job.await?;
    }
    Ok(())
}

/// Makes somebody an administrator.
pub(crate) async fn promote(ctx: &Ctx, person: Person) -> Result<()> {
    let tenant = ctx.tenant(SLUG).await?.context("the site has its tenant")?;
    let job = ctx.store.write(tenant.id, async move |tx| {
        tx.update_role(person.id(), Role::Administrator).await
    });
    Ok(job.await?)
}

/// Signs `count` people in.
pub(crate) async fn add_sessions(ctx: &Ctx, count: usize) -> Result<()> {
    let tenant = ctx.tenant(SLUG).await?.context("the site has its tenant")?;
    let now = ctx.clock.now();
    for begin in (0..count).step_by(CHUNK) {
        let rules = tenant.policy.session.clone();
        let job = ctx.store.write(tenant.id, async move |tx| {
            for number in begin..(begin + CHUNK).min(count) {
                let session = Session {
                    user: Person(number).id(),
                    evidence: Evidence::PASSWORD.and(Evidence::TOTP),
                    began_at: now,
                    proved_at: now,
                    seen_at: now,
                    remembered: false,
                };
                let row = SessionRow {
                    token: Person(number).session().hash(),
                    session,
                    address: [127, 0, 0, 1].into(),
                    agent: "Chrome · Windows".into(),
                };
                tx.insert_session(&row, session.ends_at(&rules)).await?;
            }
            Ok(())
        });
        job.await?;
    }
    Ok(())
}
